// Secrets out of a value before it is written anywhere: by the names of keys and by the look of texts. What is left in
// place of one lets equal secrets be recognised as equal, and nothing else.
//
// Numbers of cards and accounts are no secrets here: by their look they cannot be told from order numbers, tracking
// numbers and times, so that half a log would be marks. A rule keeps them out of the log (`redact:`).
import type { JsonValue } from '../schema/json.ts'
import { markPattern } from './marks.ts'
import { findAssignments } from './secret-assignments.ts'
import { findBase64, isSecretBase64 } from './secret-base64.ts'
import { cluesIn } from './secret-clues.ts'
import { commandOf, findInCommands } from './secret-commands.ts'
import { cookiesAt, findCookies } from './secret-cookies.ts'
import { findMeant } from './secret-escapes.ts'
import { findFormats, type Span } from './secret-formats.ts'
import { jsonIn, withChanges } from './secret-json.ts'
import { findPrivateKeys } from './secret-keys.ts'
import { findMentions } from './secret-mentions.ts'
import { isLabel, isMaybeSecret, isPlaceholder, isSecretName } from './secret-names.ts'

/** Shortest text any secret pattern could match. */
const shortest = 8
/** JSON in JSON in … is looked into this deep. */
const deepestText = 4

const anyMark = new RegExp(markPattern, 'g')
const markLength = '[redacted:0123456789ab]'.length

type Mark = (secret: string) => string
type State = { readonly mark: Mark; count: number; depth: number }

/**
 * Replaces every secret by `mark(secret)`. Copies on write: without a secret the very same value comes back. `count` is
 * how many were replaced. Takes time proportional to the value whatever it holds.
 */
export function redact(value: JsonValue, mark: Mark): { value: JsonValue; count: number } {
  const state: State = { mark, count: 0, depth: 0 }
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
  const words = redactCommand(list, state)
  for (const [index, element] of list.entries()) {
    const before = list[index - 1]
    // `["--token", "…"]`
    const told = typeof before === 'string' && before.startsWith('-') && isSecretName(before)
    const redacted = words?.[index] ?? (told ? walkSecret(element, state) : walk(element, state))
    if (redacted === element) continue
    copy ??= [...list]
    copy[index] = redacted
  }
  return copy ?? (list as JsonValue[])
}

/** A command line as a list, where its flags tell of secrets: the words that have one, without it. */
function redactCommand(list: readonly JsonValue[], state: State): (string | undefined)[] | undefined {
  const [first] = list
  if (typeof first !== 'string' || list.length < 2 || !list.every((word) => typeof word === 'string')) return undefined
  const command = commandOf(first)
  if (command === undefined) return undefined
  // As a line, of which the words are known again by where they stand.
  const words = [command, ...list.slice(1)] as string[]
  const spans: Span[] = []
  findInCommands(words.map((word) => word.replace(/[\s"']/g, '\u0001')).join(' '), spans)
  if (spans.length === 0) return undefined
  let at = 0
  return words.map((word) => {
    const own = spans.flatMap(({ start, end }) => {
      const span = { start: Math.max(start - at, 0), end: Math.min(end - at, word.length) }
      return span.start < span.end ? [span] : []
    })
    at += word.length + 1
    return own.length === 0 ? undefined : replaced(word, own, state)
  })
}

function walkObject(object: { [key: string]: JsonValue }, state: State, underSecret = false): JsonValue {
  // `{ name: 'Authorization', value: '…' }`
  const label = object['name'] ?? object['key'] ?? object['header']
  const told = underSecret || (typeof label === 'string' && isSecretName(label))
  // The private parts of a JSON Web Key.
  const isKey = typeof object['kty'] === 'string'
  let entries: [string, JsonValue][] | undefined
  const keys = Object.keys(object)
  for (const [index, key] of keys.entries()) {
    const value = object[key] ?? null
    const secret =
      isSecretName(key) ||
      (told && key === 'value') ||
      (isKey && /^(?:d|p|q|dp|dq|qi|k)$/.test(key)) ||
      (typeof value === 'string' && isMaybeSecret(key, value))
    const redacted = secret ? walkSecret(value, state, key) : walk(value, state)
    const shownKey = redactText(key, state)
    if (!entries && redacted === value && shownKey === key) continue
    entries ??= keys.slice(0, index).map((before) => [before, object[before] ?? null])
    entries.push([shownKey, redacted])
  }
  // Defines own properties, so that no key can reach a prototype.
  return entries ? Object.fromEntries(entries) : object
}

/** What stands under a telling name. Of an object only telling parts: `password` is also the name of a schema's property. */
function walkSecret(value: JsonValue, state: State, name = ''): JsonValue {
  if (typeof value === 'string') {
    if (isPlaceholder(value) || isLabel(value)) return value
    const spans: Span[] = []
    findPrivateKeys(value, spans)
    if (spans.length > 0) return replaced(value, spans, state)
    if (/cookies?$/i.test(name) && cookiesAt(value, 0, spans)) return replaced(value, spans, state)
    const [, scheme = '', rest = value] = /^((?:bearer|basic|token|apikey)\s+)(\S.*)$/is.exec(value) ?? []
    return isPlaceholder(rest) ? value : scheme + marked(rest, state)
  }
  if (Array.isArray(value)) {
    const redacted = value.map((element) => walkSecret(element, state, name))
    return redacted.some((element, index) => element !== value[index]) ? redacted : value
  }
  // A short number under such a name counts something; a PIN or a one-time code has at least four digits.
  if (typeof value === 'number') return Math.abs(value) >= 1000 ? marked(String(value), state) : value
  return typeof value === 'object' && value !== null ? walkObject(value, state, true) : value
}

function redactText(text: string, state: State): string {
  if (text.length < shortest) return text
  const clues = cluesIn(text)
  if (clues === undefined) return text
  const spans: Span[] = []
  const json = state.depth < deepestText ? jsonIn(text) : undefined
  if (json !== undefined) {
    state.depth++
    const after = walk(json, state)
    state.depth--
    return after === json ? text : withChanges(text, json, after)
  }
  findWritten(text, spans, clues)
  findMeant(text, spans, findWritten)
  if (spans.length > 0) return replaced(text, spans, state)
  return isSecretBase64(text, holdsSecret) ? marked(text, state) : text
}

function findWritten(text: string, spans: Span[], clues = cluesIn(text)): void {
  if (clues === undefined) return
  const { words, signs, flags, around } = clues
  const hasRuns = around.length > 0
  if (signs || hasRuns) findPrivateKeys(text, spans)
  if (signs || hasRuns) findFormats(text, clues, spans)
  if (signs || hasRuns || words.size > 0) findMentions(text, clues, spans)
  if (words.size > 0) findAssignments(text, spans)
  if (words.has('cook')) findCookies(text, spans)
  if (flags || words.size > 0) findInCommands(text, spans)
  if (hasRuns) findBase64(text, spans, holdsSecret)
}

function holdsSecret(text: string): boolean {
  return redact(text, () => '').count > 0
}

function replaced(text: string, found: Span[], state: State): string {
  const spans = text.includes('[redacted:') ? found.flatMap((span) => outsideMarks(text, span)) : found
  spans.sort((a, b) => a.start - b.start || b.end - a.end)
  let shown = ''
  let at = 0
  for (let index = 0; index < spans.length; index++) {
    const { start, end: firstEnd, secret } = spans[index] ?? { start: at, end: at }
    let end = firstEnd
    // Overlapping finds are one secret.
    for (let next = spans[index + 1]; next && next.start < end; next = spans[index + 1]) {
      end = Math.max(end, next.end)
      index++
    }
    const meant = end === firstEnd && secret !== undefined ? secret : text.slice(start, end)
    shown += text.slice(at, start) + marked(meant, state)
    at = end
  }
  return shown + text.slice(at)
}

/** What was looked through before has marks in it, which are no secrets, nor parts of one. */
function outsideMarks(text: string, { start, end, secret }: Span): Span[] {
  const parts: Span[] = []
  const from = Math.max(0, start - markLength)
  let at = start
  for (const match of text.slice(from, end + markLength).matchAll(anyMark)) {
    const mark = { start: from + match.index, end: from + match.index + match[0].length }
    if (mark.end <= start || mark.start >= end) continue
    if (mark.start - at >= 3) parts.push({ start: at, end: mark.start })
    at = Math.max(at, mark.end)
  }
  if (at === start) return [{ start, end, ...(secret === undefined ? {} : { secret }) }]
  if (end - at >= 3) parts.push({ start: at, end })
  return parts
}

function marked(secret: string, state: State): string {
  state.count++
  return state.mark(secret)
}
