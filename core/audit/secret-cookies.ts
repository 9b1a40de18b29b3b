// Cookies: of a header each value by itself, so that a session is found again whatever stands beside it.
import { looksRandom, type Span } from './secret-formats.ts'
import { isPlaceholder } from './secret-names.ts'

const header = /\b(?:set-)?cookie(?:\\{0,4}["'`])?\s{0,4}(?:=>|[:=])\s{0,4}(?:\\{0,4}["'`[])?/gi
const pair = /\s{0,4}([\w.%!#$&*+^|~-]{1,100})=([^;\s"'\\,]*);?/y
const attribute = /^(?:path|domain|expires|max-age|samesite|version|priority|partitioned)$/i
const telling = /sess|sid|auth|token|csrf|xsrf|jwt|login|remember|secret|key/i

/** Adds the values of cookies that a header, or an option of a program, has. */
export function findCookies(text: string, spans: Span[]): void {
  if (!/cookie/i.test(text)) return
  for (const match of text.matchAll(header)) cookiesAt(text, match.index + match[0].length, spans)
}

/** Where what begins at `at` is a list of cookies, adds their values. True if it is one. */
export function cookiesAt(text: string, at: number, spans: Span[]): boolean {
  let isList = false
  for (pair.lastIndex = at; ; ) {
    const found = pair.exec(text)
    if (!found) return isList
    isList = true
    const [, name = '', value = ''] = found
    const end = pair.lastIndex - (found[0].endsWith(';') ? 1 : 0)
    if (attribute.test(name) || value.length < 3 || isPlaceholder(value)) continue
    if (telling.test(name) || value.length >= 16 || (value.length >= 6 && looksRandom(value))) {
      spans.push({ start: end - value.length, end })
    }
  }
}
