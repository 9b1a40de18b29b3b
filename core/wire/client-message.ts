// What one line from a client is: a governed call, something to pass through untouched, or something to reject.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import { foldKey, MalformedJson, parseFast, parseStrict } from './json-line.ts'

/** JSON-RPC 2.0 error codes used for lines that cannot be accepted. */
export const rpcCodes = { parseError: -32700, invalidRequest: -32600, invalidParams: -32602 } as const

export type ToolCall = {
  /** JSON text of the id: `1` and `"1"` differ, and a huge integer keeps its digits. */
  idText: string
  tool: string
  /** What the call does; `{}` where the client sent none. */
  arguments: JsonObject
  /**
   * What else the message carries: parameters beside name, arguments and `_meta`, and members beside JSON-RPC's own.
   * Shown, hashed and bound like the arguments, because it is forwarded like them.
   */
  beside?: JsonObject
  /** The token for progress notifications, as JSON text, if the client gave one. */
  progressToken?: string
  /** A request of the stateless era (2026-07-28), whose results carry `resultType`. */
  modern: boolean
  /** The message to forward: our own serialisation of what was parsed, without line feed. */
  text: string
}

export type ClientMessage =
  | { kind: 'call'; call: ToolCall }
  /**
   * A batch (2025-03-26) with at least one call in it. `text` is our serialisation; `others` counts its other members,
   * `otherIds` has the ids (JSON text) of those that wait for an answer.
   */
  | { kind: 'batch'; calls: ToolCall[]; others: number; otherIds: string[]; text: string }
  | { kind: 'other' }
  | { kind: 'rejected'; code: number; problem: string; idText: string }

/** Far more than any id or name needs, and little enough to stand in a record several times. */
const longestName = 1024

/** Marks a request of the stateless era: every such request names its protocol version in `_meta`. */
const modernVersionKey = 'io.modelcontextprotocol/protocolVersion'

/**
 * Classifies one line (without its line end). A whole message that cannot be a call under any reading of it is `other`:
 * it passes byte for byte. A torn one never passes: an upstream that reads JSON as a stream could join it with the lines
 * after it into a call that no line of its own shows.
 */
export function readClientLine(text: string): ClientMessage {
  // A string can only read `tools/call` if it says so literally or has an escape in it.
  if (!text.includes('tools/call') && !text.includes('\\')) return isWhole(text) ? { kind: 'other' } : malformed(text)
  const fast = parseFast(text)
  if (fast) {
    const { value } = fast
    if (Array.isArray(value)) return readBatch(value, text)
    if (!isObject(value)) return { kind: 'other' }
    if (value['method'] === 'tools/call') return readCall(value, idTextOf(value['id']), text)
    return methodsOf(value).includes('tools/call') ? misspelt(value) : { kind: 'other' }
  }
  try {
    const { value, ambiguity, inexact, methods } = parseStrict(text)
    if (!methods.includes('tools/call')) return text.includes('\r') ? split(value) : { kind: 'other' }
    const idText = isObject(value) ? (inexact.get('$.id') ?? idTextOf(value['id'])) : 'null'
    if (ambiguity !== undefined) {
      return { kind: 'rejected', code: rpcCodes.invalidRequest, problem: ambiguity, idText }
    }
    if (Array.isArray(value)) return readBatch(value, JSON.stringify(value))
    if (!isObject(value)) return { kind: 'other' }
    if (value['method'] !== 'tools/call') return misspelt(value)
    return readCall(value, idText, serialise(value, idText))
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error
    return { kind: 'rejected', code: rpcCodes.parseError, problem: `not JSON: ${error.message}`, idText: 'null' }
  }
}

function isWhole(text: string): boolean {
  if (text.trim() === '') return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false // what is wrong with it is for the strict parser to say
  }
}

function malformed(text: string): ClientMessage {
  let problem = 'the line is not one whole JSON value'
  try {
    parseStrict(text)
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error
    problem = error.message
  }
  return { kind: 'rejected', code: rpcCodes.parseError, problem: `not JSON: ${problem}`, idText: 'null' }
}

/** To many readers (Python's and Node's among them) a carriage return ends a line: what stands after it could be a call. */
function split(value: JsonValue): ClientMessage {
  const idText = isObject(value) ? idTextOf(value['id']) : 'null'
  const problem = 'a carriage return inside the line, where some servers would see the start of another'
  return { kind: 'rejected', code: rpcCodes.invalidRequest, problem, idText }
}

function readBatch(members: JsonValue[], text: string): ClientMessage {
  const calls: ToolCall[] = []
  const otherIds: string[] = []
  for (const member of members) {
    if (Array.isArray(member) && holdsCall(member)) {
      const problem = 'a tools/call in a batch in a batch'
      return { kind: 'rejected', code: rpcCodes.invalidRequest, problem, idText: 'null' }
    }
    if (!isObject(member)) continue
    if (!methodsOf(member).includes('tools/call')) {
      const id = idTextOf(member['id'])
      if (id !== 'null' && typeof member['method'] === 'string') otherIds.push(id)
      continue
    }
    const idText = idTextOf(member['id'])
    const read = member['method'] === 'tools/call' ? readCall(member, idText, '') : misspelt(member)
    if (read.kind === 'rejected') return { ...read, problem: `in a batch: ${read.problem}`, idText: 'null' }
    if (read.kind === 'call') calls.push(read.call)
  }
  if (calls.length === 0) return { kind: 'other' }
  return { kind: 'batch', calls, others: members.length - calls.length, otherIds, text }
}

function holdsCall(members: JsonValue[]): boolean {
  return members.some((member) =>
    Array.isArray(member) ? holdsCall(member) : isObject(member) && methodsOf(member).includes('tools/call'),
  )
}

function readCall(message: JsonObject, idText: string, text: string): ClientMessage {
  const reject = (code: number, problem: string): ClientMessage => ({ kind: 'rejected', code, problem, idText })
  const odd = oddSpelling(message, ['jsonrpc', 'id', 'method', 'params'])
  if (odd) return reject(rpcCodes.invalidRequest, odd)
  if (idText === 'null') {
    return reject(rpcCodes.invalidRequest, 'a tools/call needs an id that is a string or a number')
  }
  const params = message['params']
  if (!isObject(params)) return reject(rpcCodes.invalidParams, 'a tools/call needs an object `params`')
  const oddParam = oddSpelling(params, ['name', 'arguments', '_meta'])
  if (oddParam) return reject(rpcCodes.invalidParams, oddParam)
  const tool = params['name']
  if (typeof tool !== 'string' || tool === '') {
    return reject(rpcCodes.invalidParams, 'a tools/call needs the tool as a string in `params.name`')
  }
  const args = params['arguments'] ?? {}
  if (!isObject(args)) return reject(rpcCodes.invalidParams, '`params.arguments` must be an object')
  if (idText.length > longestName || tool.length > longestName) {
    return reject(rpcCodes.invalidRequest, `an id or a tool's name has at most ${longestName} characters`)
  }
  const beside = {
    ...others(message, ['jsonrpc', 'id', 'method', 'params']),
    ...others(params, ['name', 'arguments', '_meta']),
  }
  const meta = params['_meta']
  const token = isObject(meta) ? meta['progressToken'] : undefined
  return {
    kind: 'call',
    call: {
      idText,
      tool,
      arguments: args,
      ...(Object.keys(beside).length === 0 ? {} : { beside }),
      ...(typeof token === 'string' || typeof token === 'number' ? { progressToken: JSON.stringify(token) } : {}),
      modern: isObject(meta) && Object.hasOwn(meta, modernVersionKey),
      text,
    },
  }
}

function others(object: JsonObject, known: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !known.includes(key)))
}

function misspelt(message: JsonObject): ClientMessage {
  const problem = oddSpelling(message, ['method']) ?? 'a tools/call that parsers may read differently'
  return { kind: 'rejected', code: rpcCodes.invalidRequest, problem, idText: idTextOf(message['id']) }
}

/** Values of every key some parser may take for `method`: a few match keys without regard to case. */
function methodsOf(message: JsonObject): JsonValue[] {
  return Object.entries(message).flatMap(([key, value]) => (foldKey(key) === 'method' ? [value] : []))
}

function oddSpelling(object: JsonObject, names: readonly string[]): string | undefined {
  for (const key of Object.keys(object)) {
    const name = names.includes(key) ? undefined : names.find((n) => n === foldKey(key))
    if (name) return `the key ${JSON.stringify(key)} could be read as ${JSON.stringify(name)}`
  }
  return undefined
}

function idTextOf(id: JsonValue | undefined): string {
  return typeof id === 'string' || typeof id === 'number' ? JSON.stringify(id) : 'null'
}

function serialise(message: JsonObject, idText: string): string {
  const members = Object.entries(message).map(
    ([key, value]) => `${JSON.stringify(key)}:${key === 'id' ? idText : JSON.stringify(value)}`,
  )
  return `{${members.join(',')}}`
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
