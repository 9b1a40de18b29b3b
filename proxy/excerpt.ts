// What the audit log keeps of arguments and results: redacted before anything touches the disk, cut where long.
import { redact } from '../core/audit/redact.ts'
import { withoutDepths } from '../core/audit/secret-json.ts'
import type { Excerpt } from '../core/schema/audit-event.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import type { Answer } from './answers.ts'
import type { HiddenValues } from './hidden-values.ts'
import { keyed, mark } from './marks.ts'
import { sha256 } from './sha256.ts'

const argumentsLimit = 16 * 1024
const resultLimit = 4 * 1024

/** A sentence as it may be kept: what a person typed, or what a message held, can have a secret in it. */
export function redactedText(text: string): string {
  return redact(text, mark).value as string
}

/** The same of every text in a value: a command line, what a client says of itself. */
export function redactedValue<T>(value: T): T {
  return redact(value as JsonValue, mark).value as typeof value
}

export type RequestExcerpts = { argumentsHash: string; arguments: Excerpt; beside?: Excerpt }

/** `hash` is the canonical hash of the arguments, and of what stands beside them, as they came. */
export function requestExcerpts(
  { arguments: args, beside }: { arguments: JsonObject; beside?: JsonObject | undefined },
  hash: string,
  hidden?: HiddenValues,
): RequestExcerpts {
  const shown = shownOf(args, hidden ? hidden.arguments : args)
  const besides = beside && shownOf(beside, hidden ? hidden.value(beside) : beside)
  const secret = shown.whole !== undefined || besides?.whole !== undefined
  const argumentsHash = secret ? keyed(hash) : hash
  const kept = (one: Shown): Excerpt => cut(one, argumentsLimit, () => ({ sha256: argumentsHash, ...keyedIf(secret) }))
  return { argumentsHash, arguments: kept(shown), ...(besides ? { beside: kept(besides) } : {}) }
}

export function resultExcerpt(
  answer: Pick<Answer, 'bytes' | 'value' | 'head' | 'sha256'>,
  hidden?: HiddenValues,
): Excerpt {
  if (answer.head !== undefined) {
    const head = hidden ? hidden.cutText(answer.head) : answer.head
    const { bytes, sha256: hash } = answer
    // What stands behind the head was not looked at: there may be a secret in it.
    const kept = hash === undefined ? {} : { sha256: keyed(hash), keyed: true as const }
    return { text: firstHalf(redactedText(head), head.length), bytes, truncated: true, ...kept }
  }
  const given = answer.value as JsonValue
  const value = withoutDepths(given)
  const shown = shownOf(value, hidden && value !== undefined ? hidden.value(value) : value)
  if (value !== given) {
    const { text } = cut(shown, resultLimit, () => ({}))
    return { text, bytes: answer.bytes, truncated: true }
  }
  return cut(shown, resultLimit, () => {
    const { text, whole } = shown
    return whole === undefined ? { sha256: sha256(text) } : { sha256: keyed(sha256(whole)), keyed: true }
  })
}

/** `whole` is the text before redaction, where that changed it. */
type Shown = { text: string; whole?: string }

/** `kept` is what is left of the value where a rule hides some of it. */
function shownOf(value: JsonValue, kept: JsonValue): Shown {
  const clean = redact(kept, mark)
  const text = JSON.stringify(clean.value) ?? 'null'
  return clean.count > 0 || kept !== value ? { text, whole: JSON.stringify(value) } : { text }
}

function cut({ text, whole }: Shown, limit: number, hash: () => Pick<Excerpt, 'sha256' | 'keyed'>): Excerpt {
  const truncated = text.length > limit
  return {
    text: truncated ? text.slice(0, limit).toWellFormed() : text,
    bytes: Buffer.byteLength(whole ?? text),
    truncated,
    ...(truncated || whole !== undefined ? hash() : {}),
  }
}

const keyedIf = (secret: boolean): Pick<Excerpt, 'keyed'> => (secret ? { keyed: true } : {})

/**
 * The beginning of a text whose end is missing: a secret that the cut went through would not be known as one, so nothing is
 * kept that half of the text does not stand behind. `length`: before redaction.
 */
function firstHalf(text: string, length: number): string {
  return text.slice(0, Math.max(0, Math.min(resultLimit, text.length - Math.ceil(length / 2)))).toWellFormed()
}
