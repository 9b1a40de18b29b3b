// What the audit log keeps of arguments and results: redacted before anything touches the disk, cut where long.
import * as crypto from 'node:crypto'
import { redact } from '../core/audit/redact.ts'
import type { Excerpt } from '../core/schema/audit-event.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import type { Answer } from './answers.ts'
import { sha256 } from './sha256.ts'

const argumentsLimit = 16 * 1024
const resultLimit = 4 * 1024

/** Per process, so that equal secrets show as equal within a session and a marker cannot be looked up in a table. */
const markerKey = crypto.randomBytes(32)
const mark = (secret: string) =>
  `[redacted:${crypto.createHmac('sha256', markerKey).update(secret).digest('hex').slice(0, 12)}]`

/** `hash` is the canonical hash of the arguments as they came. */
export function argumentsExcerpt(args: JsonObject, hash: string): Excerpt {
  const clean = redact(args, mark)
  return cut(JSON.stringify(clean.value), argumentsLimit, hash, clean.count > 0)
}

export function resultExcerpt(answer: Answer): Excerpt {
  if (answer.head !== undefined) {
    const text = redact(answer.head, mark).value as string
    return {
      text,
      bytes: answer.bytes,
      truncated: true,
      ...(answer.sha256 === undefined ? {} : { sha256: answer.sha256 }),
    }
  }
  const value = answer.value as JsonValue
  const clean = redact(value, mark)
  const text = JSON.stringify(clean.value) ?? 'null'
  const changed = clean.count > 0 || text.length > resultLimit
  return cut(text, resultLimit, changed ? sha256(JSON.stringify(value)) : undefined, clean.count > 0)
}

function cut(text: string, limit: number, hash: string | undefined, redacted: boolean): Excerpt {
  const truncated = text.length > limit
  return {
    text: truncated ? text.slice(0, limit).toWellFormed() : text,
    bytes: Buffer.byteLength(text),
    truncated,
    ...(hash !== undefined && (truncated || redacted) ? { sha256: hash } : {}),
  }
}
