// What the broker's own record keeps of texts and arguments: redacted before anything touches the disk, cut where long. The
// proxy does the same for its spools.
import * as crypto from 'node:crypto'
import { redact } from '../core/audit/redact.ts'
import type { Excerpt } from '../core/schema/audit-event.ts'
import type { JsonObject } from '../core/schema/json.ts'

const argumentsLimit = 16 * 1024

/** Of this process alone, so that a marker cannot be looked up in a table of known secrets. */
const markerKey = crypto.randomBytes(32)
const mark = (secret: string) =>
  `[redacted:${crypto.createHmac('sha256', markerKey).update(secret).digest('hex').slice(0, 12)}]`

/** A sentence as it may be kept: what a person typed can have a secret in it. */
export function redactedText(text: string): string {
  return redact(text, mark).value as string
}

/**
 * `hash` is the canonical hash of the arguments. `hidden`: a rule keeps parts of them out of the log, so that nothing of
 * them is kept but what tells whether they are equal to others.
 */
export function argumentsExcerpt(args: JsonObject, hash: string, hidden: boolean): Excerpt {
  const whole = JSON.stringify(args)
  const bytes = Buffer.byteLength(whole)
  if (hidden) return { text: '', bytes, sha256: hash, truncated: true }
  const clean = redact(args, mark)
  const text = clean.count > 0 ? JSON.stringify(clean.value) : whole
  const truncated = text.length > argumentsLimit
  return {
    text: truncated ? text.slice(0, argumentsLimit).toWellFormed() : text,
    bytes,
    truncated,
    ...(truncated || clean.count > 0 ? { sha256: hash } : {}),
  }
}
