// Watching the upstream's stream for answers to governed calls, without holding a byte back: chunks go on as they came,
// only the line feed that completes an answer waits until the answer is on record.
import * as crypto from 'node:crypto'
import { maxClientLineBytes } from '../core/wire/limits.ts'

const LF = 0x0a
/** Answers up to this size are parsed; of longer ones only both ends are looked at. Batches, long out of use, are parsed. */
const parseLimit = 64 * 1024
const batchLimit = maxClientLineBytes
const endLength = 4 * 1024
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

/** `interested` tells whether any governed call is under way: without one, chunks are not looked into. */
export function createAnswerWatcher(interested: () => boolean, onAnswer: (answer: Answer) => void): AnswerWatcher {
  let parts: Buffer[] = []
  let bytes = 0
  let limit = parseLimit
  let inLine = false
  /** The line began while nobody was interested, so its start is unknown. */
  let blind = false
  /** More than is parsed: only both ends are looked at, and up to `hashLimit` the whole is kept, to be hashed. */
  let long = false
  let head = ''
  let tail: Buffer = nothing

  const reset = () => {
    parts = []
    bytes = 0
    blind = false
    long = false
    head = ''
    tail = nothing
  }

  const keep = (part: Buffer) => {
    if (blind) return
    if (bytes === 0) limit = startsBatch(part) ? batchLimit : parseLimit
    bytes += part.length
    parts.push(part)
    if (bytes <= limit) return
    if (!long) {
      long = true
      head = Buffer.concat(parts, Math.min(bytes, endLength)).toString()
    }
    if (bytes > hashLimit) parts = []
    tail = part.length >= endLength ? part.subarray(-endLength) : Buffer.concat([tail, part]).subarray(-endLength)
  }

  const finish = (part: Buffer) => {
    if (blind) return
    if (bytes === 0 && part.length <= parseLimit) {
      for (const answer of readShort(part.toString(), part.length)) onAnswer(answer)
      return
    }
    keep(part)
    const answers = long
      ? readLong(head, tail.toString(), bytes, bytes > hashLimit ? undefined : sha256Of(parts))
      : readShort(Buffer.concat(parts, bytes).toString(), bytes)
    for (const answer of answers) onAnswer(answer)
  }

  return {
    midLine: () => inLine,
    push: (chunk) => {
      if (!interested() && (blind || !inLine)) {
        inLine = chunk[chunk.length - 1] !== LF
        if (!inLine) reset()
        blind = inLine
        return false
      }
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

function readShort(text: string, bytes: number): Answer[] {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return [] // noise on stdout: the client decides what to make of it
  }
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
