// Private keys as text: PEM, OpenSSH, PGP, PuTTY. They have lines, so where one begins and ends is looked for by hand.
import type { Span } from './secret-formats.ts'

const keyBegin = /-{4,5} ?BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g
const keyEnd = /-{4,5} ?END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g
const puttyLines = /Private-Lines: ?\d{1,4}(?:\s|\\[nr])*/g
/** What the body of a key is made of, line ends and their escapes included. */
const bodyChar = /[A-Za-z0-9+/=\s\\]/

/** Adds private keys; one that is cut off is a secret to the end of the text, or from its start. */
export function findPrivateKeys(text: string, spans: Span[]): void {
  if (text.includes('PRIVATE KEY')) findArmoured(text, spans)
  if (text.includes('Private-Lines')) {
    let until = 0
    for (const match of text.matchAll(puttyLines)) {
      if (match.index < until) continue
      const start = match.index + match[0].length
      const next = text.indexOf('Private-MAC', start)
      until = next < 0 ? text.length : next
      let end = until
      while (end > start && /[\s\\]/.test(text.charAt(end - 1))) end--
      spans.push({ start, end })
    }
  }
}

function findArmoured(text: string, spans: Span[]): void {
  /** Where whole keys end: those ends belong to something. */
  const ends = new Set<number>()
  let from = 0
  for (const match of text.matchAll(keyBegin)) {
    if (match.index < from) continue
    const end = text.indexOf('END ', match.index + match[0].length)
    const close = end < 0 ? -1 : text.indexOf('----', end)
    from = close < 0 ? text.length : close + (text[close + 4] === '-' ? 5 : 4)
    ends.add(from)
    spans.push({ start: match.index, end: from })
  }
  if (from < text.length) findTails(text, ends, spans)
}

/** The end of a key whose beginning is not in the text. */
function findTails(text: string, ends: ReadonlySet<number>, spans: Span[]): void {
  let before = 0
  for (const match of text.matchAll(keyEnd)) {
    const end = match.index + match[0].length
    if (!ends.has(end)) {
      let start = match.index
      while (start > before && bodyChar.test(text.charAt(start - 1))) start--
      spans.push({ start, end })
    }
    before = end
  }
}
