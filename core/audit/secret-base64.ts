// Base64 that is text with a secret in it, as files and resources come: the whole of it is the secret then. Pictures and
// other binary data stay.
import { decodeBase64 } from './base64.ts'
import type { Span } from './secret-formats.ts'

const shortest = 24
/** What stands behind is not on record anyway: excerpts end before. */
const longest = 32 * 1024
const probe = 48
const told = /(?:blob\\{0,4}"\s?:\s?\\{0,4}"|;base64,)([A-Za-z0-9+/]{24,}={0,2})/g

/** Whether `text`, all of it, is Base64 of a text for which `holds` is true. */
export function isSecretBase64(text: string, holds: (text: string) => boolean): boolean {
  if (text.length < shortest || !/^[A-Za-z0-9+/_-]{24}/.test(text)) return false
  if (/^[0-9a-f-]{36}/i.test(text)) return false
  const start = text.slice(0, longest).replace(/[\r\n]+/g, '')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(start) || !isText(decodeBase64(start.slice(0, probe)))) return false
  return holds(decodeBase64(start))
}

/** The same where the text around it says that it is Base64. */
export function findBase64(text: string, spans: Span[], holds: (text: string) => boolean): void {
  if (!/blob|base64,/.test(text)) return
  for (const match of text.matchAll(told)) {
    const value = match[1] ?? ''
    const end = match.index + match[0].length
    if (isSecretBase64(value, holds)) spans.push({ start: end - value.length, end })
  }
}

const isText = (bytes: string): boolean => /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(bytes) && /[\x20-\x7e]{8}/.test(bytes)
