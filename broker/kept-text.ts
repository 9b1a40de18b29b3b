// What the broker's own record keeps of texts and arguments: redacted before anything touches the disk, cut where long. The
// proxy does the same for its spools.
import type { Marks } from '../core/audit/marks.ts'
import { redact } from '../core/audit/redact.ts'
import type { Excerpt } from '../core/schema/audit-event.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'

export type KeptText = {
  /** What stands for a secret. */
  mark(secret: string): string
  /** A text without its secrets: what a person typed, or a program said, can have some in it. */
  text(text: string): string
  /**
   * What stands in the log in the place of this text, if it is a secret or has one in it. Also for a word of which only the
   * place told that it was one: whoever looks for a password finds the calls it was in.
   */
  asRecorded(text: string): string
  /** The same of every text in a value; without a secret the very same value. */
  value<T>(value: T): T
  /**
   * `hash` is the canonical hash of `whole`, of which `shown` may be shown. `hidden`: a rule keeps parts of it out of the
   * log, so that nothing is kept but what tells whether it is equal to others.
   */
  excerpt(whole: JsonObject, hash: string, options?: { shown?: JsonObject; hidden?: boolean }): Excerpt
  /** What is recorded of edited arguments. */
  edited(args: JsonObject, hash: string, hidden: boolean): { argumentsHash: string; arguments: Excerpt }
  /** For the record, a hash over something that may have a secret in it. */
  hash(hash: string): string
  /** Whether a recorded hash stands for arguments with this one. */
  isHash(recorded: string, hash: string): boolean
}

const argumentsLimit = 16 * 1024

export function createKeptText({ mark, keyed, isHash }: Marks): KeptText {
  const excerpt: KeptText['excerpt'] = (whole, hash, { shown = whole, hidden = false } = {}) => {
    const bytes = Buffer.byteLength(JSON.stringify(whole))
    if (hidden) return { text: '', bytes, sha256: keyed(hash), keyed: true, truncated: true }
    const clean = redact(shown, mark)
    const text = JSON.stringify(clean.value)
    const truncated = text.length > argumentsLimit
    const kept = { text: truncated ? text.slice(0, argumentsLimit).toWellFormed() : text, bytes, truncated }
    if (clean.count > 0 || shown !== whole) return { ...kept, sha256: keyed(hash), keyed: true }
    return truncated ? { ...kept, sha256: hash } : kept
  }
  const clean = (text: string) => redact(text, mark).value as string
  return {
    mark,
    text: clean,
    asRecorded: (text) => {
      const kept = clean(text)
      return kept === text ? mark(text) : kept
    },
    value: (value) => redact(value as JsonValue, mark).value as typeof value,
    excerpt,
    edited: (args, hash, hidden) => {
      const kept = excerpt(args, hash, { hidden })
      return { argumentsHash: kept.keyed ? keyed(hash) : hash, arguments: kept }
    },
    hash: keyed,
    isHash,
  }
}
