// Texts as they stand in other texts: with the escapes of JSON, once or several times, or of URLs. What they mean is looked
// through as well, and what is found there is led back to where it stands.
import type { Span } from './secret-formats.ts'

/** What a text means, and where each of its characters stands in the text (one more for its end). */
type Meant = { readonly text: string; readonly at: Uint32Array }

const jsonEscape = /\\["\\nrtu/]/
/** Not only a text with backslashes, such as code. */
const jsonLike = /^\s{0,8}["[{]|"\s?[:,]\s?"/
const urlEscape = /%[2-7][0-9A-Fa-f]/
/** JSON in JSON in JSON; each level has as many backslashes again. */
const mostLevels = 3

/** Adds what `find` finds in what the text means. */
export function findMeant(text: string, spans: Span[], find: Find): void {
  let meant: Meant | undefined
  const isJson = text.includes('\\') && (text.includes('\\"') || jsonLike.test(text))
  for (let level = 0; isJson && level < mostLevels && jsonEscape.test(meant?.text ?? text); level++) {
    meant = then(meant, fromJson(meant?.text ?? text))
    addMeant(meant, spans, find, true)
  }
  const inner = meant?.text ?? text
  if (inner.includes('%') && urlEscape.test(inner)) addMeant(then(meant, fromUrl(inner)), spans, find, false)
}

type Find = (text: string, spans: Span[]) => void

/** `better`: what it means is what the secret is. What stands in a URL is mostly used as it stands there. */
function addMeant({ text, at }: Meant, spans: Span[], find: Find, better: boolean): void {
  const found: Span[] = []
  find(text, found)
  const byPlace = new Map(found.length === 0 ? [] : spans.map((span) => [`${span.start} ${span.end}`, span]))
  for (const { start, end, secret } of found) {
    const from = at[start] ?? 0
    const until = at[end] ?? from
    const known = byPlace.get(`${from} ${until}`)
    if (known && better) known.secret = secret ?? text.slice(start, end)
    else if (!known) spans.push({ start: from, end: until, secret: secret ?? text.slice(start, end) })
  }
}

const letters: Record<string, string> = { n: '\n', r: '\r', t: '\t' }

function fromJson(text: string): Meant {
  return decoded(text, /\\(?:u([0-9A-Fa-f]{4})|(["\\nrt/]))/g, ([, code, letter = '']) => {
    return code === undefined ? (letters[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16))
  })
}

function fromUrl(text: string): Meant {
  return decoded(text, /%([0-9A-Fa-f]{2})/g, ([, code = '']) => String.fromCharCode(Number.parseInt(code, 16)))
}

function decoded(text: string, written: RegExp, meaning: (match: RegExpExecArray) => string): Meant {
  const at = new Uint32Array(text.length + 1)
  const parts: string[] = []
  let length = 0
  let from = 0
  for (const match of text.matchAll(written)) {
    const plain = text.slice(from, match.index)
    parts.push(plain, meaning(match))
    for (let index = from; index <= match.index; index++) at[length++] = index
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  for (let index = from; index <= text.length; index++) at[length++] = index
  return { text: parts.join(''), at: at.subarray(0, length) }
}

function then(first: Meant | undefined, second: Meant): Meant {
  return first ? { text: second.text, at: second.at.map((index) => first.at[index] ?? 0) } : second
}
