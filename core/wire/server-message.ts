// What one line from a server is, where policy has a word on what servers ask of clients: a request of its own (until
// 2025-11-25), an answer that wants something of the client first (2026-07-28), or anything else, which passes.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import type { OtherAction } from '../schema/policy-words.ts'
import {
  type GovernedRequest,
  idTextOf,
  isObject,
  methodsOf,
  misspelt,
  type Problem,
  readRequest,
  rpcCodes,
  serialise,
} from './governed-request.ts'
import { foldKey, MalformedJson, parseFast, parseStrict } from './json-line.ts'

/** What servers ask of clients that rules can name. */
export const serverActions = ['sampling/createMessage', 'elicitation/create'] as const satisfies readonly OtherAction[]

/** Needed are one or two; each may take a card. */
const mostInputs = 50

export type ServerMessage =
  | { kind: 'request'; request: GovernedRequest }
  /** Could be taken for such a request, but not by everybody in the same way. */
  | ({ kind: 'doubtful' } & Problem)
  /** An answer to `idText` that asks the client for `inputs` first; each has its key as `idText`. `text`: our serialisation. */
  | { kind: 'inputs'; idText: string; inputs: GovernedRequest[]; text: string }
  | ({ kind: 'doubtful-inputs' } & Problem)
  /** A batch with requests in it; `rest` has its other members, as a batch of their own. */
  | { kind: 'batch'; members: ServerMessage[]; rest?: string }
  /** The server takes back what it has asked. */
  | { kind: 'cancelled'; idText: string }
  /** Not one whole JSON value. */
  | { kind: 'torn' }
  | { kind: 'other' }

const telling = /\/create|\\|inputrequests|notifications\/cancelled/i

/** Classifies one line, without its line end. */
export function readServerLine(text: string): ServerMessage {
  if (text.trim() === '') return { kind: 'other' }
  if (!telling.test(text)) return isWhole(text) ? { kind: 'other' } : { kind: 'torn' }
  const fast = parseFast(text)
  if (fast) return readValue(fast.value, text)
  try {
    const { value, ambiguity, inexact, methods } = parseStrict(text)
    const idText = isObject(value) ? (inexact.get('$.id') ?? idTextOf(value['id'])) : 'null'
    // To many readers a carriage return ends a line: what stands after it could be a request.
    if (text.includes('\r') && /\/create|\\/i.test(text)) {
      const problem = 'a carriage return inside the line, where some clients would see the start of another'
      const isAnswer = isObject(value) && methodsOf(value).length === 0
      return { kind: isAnswer ? 'doubtful-inputs' : 'doubtful', code: rpcCodes.invalidRequest, problem, idText }
    }
    if (ambiguity !== undefined) {
      const problem: Problem = { code: rpcCodes.invalidRequest, problem: ambiguity, idText }
      if (serverActions.some((action) => methods.includes(action))) return { kind: 'doubtful', ...problem }
      return mayAsk(value) ? { kind: 'doubtful-inputs', ...problem } : { kind: 'other' }
    }
    return readValue(value, isObject(value) ? serialise(value, idText) : JSON.stringify(value), idText)
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error
    return { kind: 'torn' }
  }
}

/** Requests in a message that was parsed leniently, for the record only. */
export function requestsIn(value: JsonValue): GovernedRequest[] {
  if (Array.isArray(value)) return value.flatMap(requestsIn)
  if (!isObject(value)) return []
  const read = readMessage(value, idTextOf(value['id']), JSON.stringify(value))
  return read.kind === 'request' ? [read.request] : []
}

/** What a result wants of the client first, for the record only. */
export function inputsIn(result: JsonValue | undefined): GovernedRequest[] {
  if (!isObject(result) || !isObject(result['inputRequests'])) return []
  const { inputs } = readInputs(result['inputRequests'])
  return inputs
}

function readValue(value: JsonValue, text: string, idText?: string): ServerMessage {
  if (isObject(value)) return readMessage(value, idText ?? idTextOf(value['id']), text)
  if (!Array.isArray(value)) return { kind: 'other' }
  const members: ServerMessage[] = []
  const rest: JsonValue[] = []
  for (const member of value) {
    const nested = Array.isArray(member) && methodsWithin(member).some(isServerAction)
    const read: ServerMessage = nested
      ? { kind: 'doubtful', code: rpcCodes.invalidRequest, problem: 'a batch in a batch', idText: 'null' }
      : isObject(member)
        ? readMessage(member, idTextOf(member['id']), JSON.stringify(member))
        : { kind: 'other' }
    // What is taken back may be something that the client has: it is told in any case.
    if (read.kind === 'other' || read.kind === 'cancelled') rest.push(member)
    if (read.kind !== 'other') members.push(read)
  }
  if (members.length === 0) return { kind: 'other' }
  return { kind: 'batch', members, ...(rest.length === 0 ? {} : { rest: JSON.stringify(rest) }) }
}

function readMessage(message: JsonObject, idText: string, text: string): ServerMessage {
  const methods = methodsOf(message)
  const action = serverActions.find((one) => methods.includes(one))
  if (action !== undefined) {
    // Without an id nobody may answer it, so no client acts on it; with a null one, that is not certain.
    if (message['method'] !== action) return { kind: 'doubtful', ...misspelt(action, message) }
    const { ok, ...read } = readRequest(action, message, idText, text)
    return 'request' in read ? { kind: 'request', request: read.request } : { kind: 'doubtful', ...read }
  }
  if (message['method'] === 'notifications/cancelled') {
    const params = message['params']
    const taken = isObject(params) ? idTextOf(params['requestId']) : 'null'
    return taken === 'null' ? { kind: 'other' } : { kind: 'cancelled', idText: taken }
  }
  return readAnswer(message, idText, text)
}

function readAnswer(message: JsonObject, idText: string, text: string): ServerMessage {
  if (!mayAsk(message)) return { kind: 'other' }
  const doubt = (problem: string): ServerMessage => {
    return { kind: 'doubtful-inputs', code: rpcCodes.invalidRequest, problem, idText }
  }
  const result = message['result']
  const asked = isObject(result) ? result['inputRequests'] : undefined
  if (!isObject(asked)) return doubt('it asks the client for something in a way that not everybody reads')
  const { inputs, problem } = readInputs(asked)
  if (problem !== undefined) return doubt(problem)
  return inputs.length === 0 ? { kind: 'other' } : { kind: 'inputs', idText, inputs, text }
}

function readInputs(asked: JsonObject): { inputs: GovernedRequest[]; problem?: string } {
  const inputs: GovernedRequest[] = []
  for (const [key, entry] of Object.entries(asked)) {
    if (!isObject(entry)) continue
    const methods = methodsOf(entry)
    const action = serverActions.find((one) => methods.includes(one))
    if (action === undefined) continue
    if (entry['method'] !== action) return { inputs, problem: misspelt(action, entry).problem }
    const read = readRequest(action, entry, JSON.stringify(key), '')
    if (!read.ok) return { inputs, problem: read.problem }
    inputs.push({ ...read.request, modern: true })
  }
  if (inputs.length > mostInputs) return { inputs, problem: `it asks for more than ${mostInputs} things at once` }
  return { inputs }
}

/** Whether it is a result with what some reader may take for `inputRequests`. */
function mayAsk(value: JsonValue): boolean {
  if (!isObject(value)) return Array.isArray(value) && value.some(mayAsk)
  return Object.entries(value).some(([key, result]) => {
    if (foldKey(key) !== 'result' || !isObject(result)) return false
    return Object.entries(result).some(([name, asked]) => foldKey(name) === 'inputrequests' && asked !== null)
  })
}

const isServerAction = (method: JsonValue) => serverActions.some((action) => action === method)

function methodsWithin(members: readonly JsonValue[]): JsonValue[] {
  return members.flatMap((member) => {
    if (Array.isArray(member)) return methodsWithin(member)
    return isObject(member) ? methodsOf(member) : []
  })
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
