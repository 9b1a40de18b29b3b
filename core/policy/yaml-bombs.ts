// Texts that the YAML library must not be given: each sign of YAML costs it microseconds, so a megabyte of commas takes
// many seconds. One look at each character tells.
import { maxPolicyFileBytes } from '../wire/limits.ts'
import type { Place } from './located.ts'

/** Brackets open at once, quoted or not; no honest file has hundreds, and the library's own limit takes seconds to be reached. */
const maxOpenBrackets = 500
/**
 * Signs that may begin or end something, line ends among them, a pair of quotes as one. A megabyte of rules as people
 * write them has about 110,000; so many take the library about half a second.
 */
const maxSigns = 150_000

const signs = new Uint8Array(128)
for (const sign of '[]{},:-?&*!|>#@`%\\\n') signs[sign.charCodeAt(0)] = 1
const [opening, closing, indicator, quote] = [2, 3, 4, 5]
for (const sign of '[{') signs[sign.charCodeAt(0)] = opening
for (const sign of ']}') signs[sign.charCodeAt(0)] = closing
// Within words they are none.
for (const sign of '-?') signs[sign.charCodeAt(0)] = indicator
for (const sign of `"'`) signs[sign.charCodeAt(0)] = quote

/** Why a text is refused unread, and where. */
export function bombIn(text: string): { at: Place; message: string } | undefined {
  let bytes = 0
  let open = 0
  let count = 0
  if (text.length > maxPolicyFileBytes) return tooLarge
  for (let offset = 0; offset < text.length; offset++) {
    const code = text.charCodeAt(offset)
    if (code >= 0x80) {
      // Both halves of a surrogate pair count two.
      bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3
      continue
    }
    bytes++
    const kind = signs[code]
    if (kind === 0) {
      if (code === 0) return { at: placeIn(text, offset), message: 'The file holds a NUL character; it is not a text' }
      continue
    }
    if (kind === indicator && text.charCodeAt(offset + 1) > 0x20) continue
    if (kind === opening && ++open > maxOpenBrackets) {
      return { at: placeIn(text, offset), message: 'The file is nested too deeply' }
    }
    if (kind === closing && open > 0) open--
    count += kind === quote ? 0.5 : 1
    if (count > maxSigns) {
      const message = `The file has more than ${maxSigns} signs of YAML (lines, colons, commas, brackets); make it several files`
      return { at: placeIn(text, offset), message }
    }
  }
  return bytes > maxPolicyFileBytes ? tooLarge : undefined
}

const tooLarge = { at: { line: 1, column: 1 }, message: `The file is larger than ${maxPolicyFileBytes} bytes` }

function placeIn(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
