// What the audit log keeps of arguments and results: redacted before anything touches the disk, cut where long.
import * as crypto from 'node:crypto'
import { redact } from '../core/audit/redact.ts'
import type { Excerpt } from '../core/schema/audit-event.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import type { Answer } from './answers.ts'
import type { HiddenValues } from './hidden-values.ts'
import { sha256 } from './sha256.ts'

const argumentsLimit = 16 * 1024
const resultLimit = 4 * 1024

/** Per process, so that equal secrets show as equal within a session and a marker cannot be looked up in a table. */
const markerKey = crypto.randomBytes(32)
export const mark = (secret: string): string =>
  `[redacted:${crypto.createHmac('sha256', markerKey).update(secret).digest('hex').slice(0, 12)}]`

/** A sentence as it may be kept: what a person typed, or what a message held, can have a secret in it. */
export function redactedText(text: string): string {
  return redact(text, mark).value as string
}

/** A command line as it may be shown and kept: passwords and keys given as arguments are not. */
export function redactedWords(words: string[]): string[] {
  return redact(words, mark).value as string[]
}

/** `hash` is the canonical hash of the arguments as they came, `kept` what may be kept of them. */
export function argumentsExcerpt(args: JsonObject, hash: string, kept: JsonObject = args): Excerpt {
  const clean = redact(kept, mark)
  return cut(
    JSON.stringify(clean.value),
    clean.count > 0 || kept !== args ? JSON.stringify(args) : undefined,
    argumentsLimit,
    () => hash,
  )
}

export function resultExcerpt(
  answer: Pick<Answer, 'bytes' | 'value' | 'head' | 'sha256'>,
  hidden?: HiddenValues,
): Excerpt {
  if (answer.head !== undefined) {
    const head = withoutTornEnd(hidden ? hidden.cutText(answer.head) : answer.head)
    const text = redact(head, mark).value as string
    return {
      text,
      bytes: answer.bytes,
      truncated: true,
      ...(answer.sha256 === undefined ? {} : { sha256: answer.sha256 }),
    }
  }
  const value = answer.value as JsonValue
  const kept = hidden && value !== undefined ? hidden.value(value) : value
  const clean = redact(kept, mark)
  const text = JSON.stringify(clean.value) ?? 'null'
  const whole = clean.count > 0 || kept !== value ? JSON.stringify(value) : undefined
  return cut(text, whole, resultLimit, () => sha256(whole ?? text))
}

/** `whole` is the text before redaction, where that changed it. */
function cut(text: string, whole: string | undefined, limit: number, hash: () => string): Excerpt {
  const truncated = text.length > limit
  return {
    text: truncated ? text.slice(0, limit).toWellFormed() : text,
    bytes: Buffer.byteLength(whole ?? text),
    truncated,
    ...(truncated || whole !== undefined ? { sha256: hash() } : {}),
  }
}

/** A secret that the cut went through would not be known as one: the last word goes. */
function withoutTornEnd(text: string): string {
  for (let at = text.length - 1; at >= text.length - 512 && at >= 0; at--) {
    if (/[\s"'\\,;]/.test(text.charAt(at))) return text.slice(0, at)
  }
  return text.slice(0, -512)
}
