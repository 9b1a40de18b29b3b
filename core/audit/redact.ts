// Secrets out of a value before it is written anywhere: by the names of keys and by the look of texts. What is left in
// place of one lets equal secrets be recognised as equal, and nothing else.
import type { JsonValue } from '../schema/json.ts'
import { findFormats, findPrivateKeys, type Span } from './secret-formats.ts'
import { findMentions } from './secret-mentions.ts'
import { isPlaceholder, isSecretName } from './secret-names.ts'

/** Shortest text any secret pattern could match. */
const shortest = 8

type Mark = (secret: string) => string
type State = { readonly mark: Mark; count: number }

/**
 * Replaces every secret by `mark(secret)`. Copies on write: without a secret the very same value comes back. `count` is
 * how many were replaced. Takes time proportional to the value whatever it holds.
 */
export function redact(value: JsonValue, mark: Mark): { value: JsonValue; count: number } {
  const state: State = { mark, count: 0 }
  const redacted = walk(value, state)
  return { value: redacted, count: state.count }
}

function walk(value: JsonValue, state: State): JsonValue {
  if (typeof value === 'string') return redactText(value, state)
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? walkList(value, state) : walkObject(value, state)
}

function walkList(list: readonly JsonValue[], state: State): JsonValue {
  let copy: JsonValue[] | undefined
  for (const [index, element] of list.entries()) {
    const before = list[index - 1]
    // `["--token", "…"]`
    const told = typeof before === 'string' && before.startsWith('-') && isSecretName(before)
    const redacted = told ? walkSecret(element, state) : walk(element, state)
    if (redacted === element) continue
    copy ??= [...list]
    copy[index] = redacted
  }
  return copy ?? (list as JsonValue[])
}

function walkObject(object: { [key: string]: JsonValue }, state: State, underSecret = false): JsonValue {
  // `{ name: 'Authorization', value: '…' }`
  const label = object['name'] ?? object['key'] ?? object['header']
  const told = underSecret || (typeof label === 'string' && isSecretName(label))
  let entries: [string, JsonValue][] | undefined
  const keys = Object.keys(object)
  for (const [index, key] of keys.entries()) {
    const value = object[key] ?? null
    const secret = isSecretName(key) || (told && key === 'value')
    const redacted = secret ? walkSecret(value, state) : walk(value, state)
    const shownKey = redactText(key, state)
    if (!entries && redacted === value && shownKey === key) continue
    entries ??= keys.slice(0, index).map((before) => [before, object[before] ?? null])
    entries.push([shownKey, redacted])
  }
  // Defines own properties, so that no key can reach a prototype.
  return entries ? Object.fromEntries(entries) : object
}

/** What stands under a telling name. Of an object only telling parts: `password` is also the name of a schema's property. */
function walkSecret(value: JsonValue, state: State): JsonValue {
  if (typeof value === 'string') {
    if (isPlaceholder(value)) return value
    const [, scheme = '', rest = value] = /^((?:bearer|basic|token|apikey)\s+)(\S.*)$/is.exec(value) ?? []
    return scheme + marked(rest, state)
  }
  if (Array.isArray(value)) {
    const redacted = value.map((element) => walkSecret(element, state))
    return redacted.some((element, index) => element !== value[index]) ? redacted : value
  }
  // A short number under such a name counts something; a PIN or a one-time code has at least four digits.
  if (typeof value === 'number') return Math.abs(value) >= 1000 ? marked(String(value), state) : value
  return typeof value === 'object' && value !== null ? walkObject(value, state, true) : value
}

function redactText(text: string, state: State): string {
  if (text.length < shortest) return text
  const spans: Span[] = []
  findPrivateKeys(text, spans)
  findFormats(text, spans)
  findMentions(text, spans)
  if (spans.length === 0) return text
  spans.sort((a, b) => a.start - b.start || b.end - a.end)
  let shown = ''
  let at = 0
  for (let index = 0; index < spans.length; index++) {
    const { start, end: firstEnd } = spans[index] ?? { start: at, end: at }
    let end = firstEnd
    // Overlapping finds are one secret.
    for (let next = spans[index + 1]; next && next.start < end; next = spans[index + 1]) {
      end = Math.max(end, next.end)
      index++
    }
    shown += text.slice(at, start) + marked(text.slice(start, end), state)
    at = end
  }
  return shown + text.slice(at)
}

function marked(secret: string, state: State): string {
  state.count++
  return state.mark(secret)
}
