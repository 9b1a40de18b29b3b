// Watching the upstream's stream for answers to governed calls, without holding a byte back: chunks go on as they came,
// only the line feed that completes an answer waits until the answer is on record.
import * as crypto from 'node:crypto'
import type { JsonValue } from '../core/schema/json.ts'
import { maxClientLineBytes } from '../core/wire/limits.ts'

const LF = 0x0a
/** Answers up to this size are parsed; of longer ones only both ends are looked at. Batches, long out of use, are parsed. */
const parseLimit = 64 * 1024
/** What is parsed whatever its length: batches, and what the server asks of the client. */
const wholeLimit = maxClientLineBytes
/** In every spelling of `sampling/createMessage` and `elicitation/create` but those with escaped letters. */
const asking = '/create'
const escapedLetter = '\\u00'
const endLength = 4 * 1024
/** Twice what is kept of it: a secret that the cut goes through is seen whole, and known as one. */
const headLength = 8 * 1024
/** Hashing 10 MB would take as long as all the rest of passing them on. */
const hashLimit = 1024 * 1024
const nothing = Buffer.alloc(0)

export type Answer = {
  /** JSON text of the id; numbers compare by value, as every JSON parser would. */
  idKey: string
  outcome: 'ok' | 'tool-error' | 'protocol-error'
  /** Length of the line in bytes. */
  bytes: number
  /** The result or error as parsed, for short answers. */
  value?: unknown
  /** Start of a long answer's text. */
  head?: string
  /** SHA-256 of a long answer's line, up to `hashLimit`. */
  sha256?: string
}

export type AnswerWatcher = {
  /**
   * Looks at a chunk before it is passed on. Calls back for each answer that it completes. False if it can go out at
   * once, as it completes none.
   */
  push(chunk: Buffer): boolean
  /** True while the last chunk ended inside a line: nothing of ours may be written then. */
  midLine(): boolean
}

/**
 * `interested` tells whether any governed call is under way: without one, answers are not parsed. `onRequest` gets what the
 * server asks of the client, as parsed, or a batch of that.
 */
export function createAnswerWatcher(
  interested: () => boolean,
  onAnswer: (answer: Answer) => void,
  onRequest: (message: JsonValue, bytes: number) => void = () => undefined,
): AnswerWatcher {
  let parts: Buffer[] = []
  let bytes = 0
  let limit = parseLimit
  let inLine = false
  /** More than is parsed: only both ends are looked at, and up to `hashLimit` the whole is kept, to be hashed. */
  let long = false
  let head = ''
  let tail: Buffer = nothing

  const reset = () => {
    parts = []
    bytes = 0
    long = false
    head = ''
    tail = nothing
  }

  const keep = (part: Buffer) => {
    if (bytes === 0) limit = startsBatch(part) ? wholeLimit : parseLimit
    bytes += part.length
    parts.push(part)
    if (bytes > limit && !long && startsRequest(parts)) limit = wholeLimit
    if (bytes <= limit) return
    if (!long) {
      long = true
      head = Buffer.concat(parts, Math.min(bytes, headLength)).toString()
    }
    if (bytes > hashLimit) parts = []
    tail = part.length >= endLength ? part.subarray(-endLength) : Buffer.concat([tail, part]).subarray(-endLength)
  }

  const short = (line: Buffer) => {
    const asks = line.includes(asking) || line.includes(escapedLetter)
    if (!asks && !interested()) return
    const message = parsed(line)
    if (interested()) for (const answer of readShort(message, line.length)) onAnswer(answer)
    if (asks && message !== undefined) onRequest(message, line.length)
  }

  const finish = (part: Buffer) => {
    if (bytes === 0 && part.length <= parseLimit) return short(part)
    keep(part)
    if (!long) return short(Buffer.concat(parts, bytes))
    if (!interested()) return
    const whole = bytes > hashLimit ? undefined : sha256Of(parts)
    for (const answer of readLong(head, tail.toString(), bytes, whole)) onAnswer(answer)
  }

  return {
    midLine: () => inLine,
    push: (chunk) => {
      let from = 0
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
        finish(chunk.subarray(from, end))
        reset()
        from = end + 1
      }
      inLine = from < chunk.length
      if (inLine) keep(chunk.subarray(from))
      return from > 0
    },
  }
}

/** The key under which an id is remembered: JSON text, with numbers in their shortest form. */
export function idKeyOf(idText: string): string {
  return idText.startsWith('"') ? idText : String(Number(idText))
}

function startsBatch(part: Buffer): boolean {
  return /^\s*\[/.test(part.toString('latin1', 0, 64))
}

/** Libraries write the method first; where one does not, a long request passes without being noticed. */
function startsRequest(parts: readonly Buffer[]): boolean {
  return /"method"\s*:\s*"[a-z\\/]{1,20}\/create/i.test(Buffer.concat(parts, endLength).toString('latin1'))
}

/** The id at the start of a line of which only that is known. */
export function idKeyAtStart(head: string): string | undefined {
  const idText = idAtStart.exec(head)?.[1]
  return idText === undefined ? undefined : idKeyOf(plainText(idText))
}

function parsed(line: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(line.toString()) as JsonValue
  } catch {
    return undefined // noise on stdout: the client decides what to make of it
  }
}

function readShort(message: JsonValue | undefined, bytes: number): Answer[] {
  if (Array.isArray(message)) return message.flatMap((member) => readMember(member, bytes) ?? [])
  const answer = readMember(message, bytes)
  return answer ? [answer] : []
}

function readMember(message: unknown, bytes: number): Answer | undefined {
  if (typeof message !== 'object' || message === null || 'method' in message || !('id' in message)) return undefined
  const { id } = message
  if (typeof id !== 'string' && typeof id !== 'number') return undefined
  const idKey = idKeyOf(JSON.stringify(id))
  if ('error' in message) return { idKey, outcome: 'protocol-error', bytes, value: message.error }
  if (!('result' in message)) return undefined
  const { result } = message
  const failed = typeof result === 'object' && result !== null && 'isError' in result && result.isError === true
  return { idKey, outcome: failed ? 'tool-error' : 'ok', bytes, value: result }
}

const jsonString = String.raw`"(?:[^"\\]|\\.)*"`
const plainMember = String.raw`${jsonString}\s*:\s*(?:${jsonString}|[\w.+-]+)\s*`
const idMember = String.raw`"id"\s*:\s*(${jsonString}|-?\d[\d.eE+-]*)\s*`
const idAtEnd = new RegExp(String.raw`${idMember}(?:,\s*${plainMember})*\}\s*$`)
const idAtStart = new RegExp(String.raw`^\s*\{\s*(?:(?!"id")${plainMember},\s*)*${idMember},`)
const isErrorMember = /"isError"\s*:\s*true\s*[,}]/

/**
 * Long answers are told by their ends: the id of a well-formed line is found if only plain members (texts, numbers) stand
 * between it and an end of the line, which is where serialisers put it. The last one counts, as it does for a parser.
 */
function readLong(head: string, tail: string, bytes: number, sha256: string | undefined): Answer[] {
  const idText = idAtEnd.exec(tail)?.[1] ?? idAtStart.exec(head)?.[1]
  if (idText === undefined) return []
  if (/^\s*\{\s*(?:"(?:jsonrpc|id)"\s*:\s*[^,{]*,\s*)*"method"/.test(head)) return []
  const isError = /^\s*\{\s*(?:"(?:jsonrpc|id)"\s*:\s*[^,{]*,\s*)*"error"/.test(head)
  const toolError = isErrorMember.test(head) || isErrorMember.test(tail)
  const outcome = isError ? 'protocol-error' : toolError ? 'tool-error' : 'ok'
  const idKey = idKeyOf(plainText(idText))
  return [{ idKey, outcome, bytes, head, ...(sha256 === undefined ? {} : { sha256 }) }]
}

function sha256Of(parts: readonly Buffer[]): string {
  const hash = crypto.createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** An id text as we write it: Python, for one, writes `é` as an escape. */
function plainText(idText: string): string {
  if (!idText.includes('\\')) return idText
  try {
    return JSON.stringify(JSON.parse(idText))
  } catch {
    return idText // no JSON: no call has this id
  }
}
