// The library behind `matches`.
import { RE2JS } from 're2js'

/** See TextEngines. Throws on a pattern that is not RE2 syntax. */
export function regex(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern)
  return (text) => compiled.test(text)
}
