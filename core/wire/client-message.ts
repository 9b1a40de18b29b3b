// What one line from a client is: a governed request, something to pass through untouched, or something to reject.
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
import { MalformedJson, parseFast, parseStrict } from './json-line.ts'

/** What clients ask of servers that rules can name beside `tools/call`. */
export const clientActions = ['resources/read', 'prompts/get'] as const satisfies readonly OtherAction[]

/** A request for the list of tools. `more`: it asks for a further page. The id is `null` where not every reader sees the same one. */
export type ListRequest = { idText: string; more: boolean }

/** Not to be read as one such request by everybody, for the reason given: passes only where policy governs none of `actions`. */
export type Doubt = Problem & { actions: readonly OtherAction[]; lists?: ListRequest[] }

export type ClientMessage =
  | { kind: 'call'; call: GovernedRequest }
  /** One of `clientActions`. Where policy does not govern it the bytes pass untouched. */
  | { kind: 'request'; request: GovernedRequest }
  | ({ kind: 'doubtful' } & Doubt)
  /**
   * A batch (2025-03-26) with at least one governed request in it. `text` is our serialisation; `others` counts its other
   * members, `otherIds` has the ids (JSON text) of those that wait for an answer.
   */
  | {
      kind: 'batch'
      calls: GovernedRequest[]
      others: number
      otherIds: string[]
      text: string
      doubt?: Doubt
      lists?: ListRequest[]
    }
  | { kind: 'other'; lists?: ListRequest[] }
  | ({ kind: 'rejected' } & Problem)

const noticed = ['tools/call', 'tools/list', ...clientActions]

/**
 * Classifies one line (without its line end). A whole message that cannot be a governed request under any reading of it
 * is `other`: it passes byte for byte. A torn one never passes: an upstream that reads JSON as a stream could join it with
 * the lines after it into a call that no line of its own shows.
 */
export function readClientLine(text: string): ClientMessage {
  // A string can only read `tools/call` if it says so literally or has an escape in it.
  if (!text.includes('\\') && !noticed.some((method) => text.includes(method))) {
    return isWhole(text) ? { kind: 'other' } : malformed(text)
  }
  const fast = parseFast(text)
  if (fast) {
    const { value } = fast
    if (Array.isArray(value)) return readBatch(value, text)
    return isObject(value) ? readMessage(value, idTextOf(value['id']), text) : { kind: 'other' }
  }
  try {
    const { value, ambiguity, inexact, methods } = parseStrict(text)
    const idText = isObject(value) ? (inexact.get('$.id') ?? idTextOf(value['id'])) : 'null'
    const isCall = methods.includes('tools/call')
    const lists = methods.includes('tools/list') ? { lists: [unsureList] } : {}
    if (!isCall && text.includes('\r')) return { ...split(text, idText), ...lists }
    const actions = clientActions.filter((action) => methods.includes(action))
    if (ambiguity !== undefined && (isCall || actions.length > 0)) {
      const problem: Problem = { code: rpcCodes.invalidRequest, problem: ambiguity, idText }
      return isCall ? { kind: 'rejected', ...problem } : { kind: 'doubtful', ...problem, actions, ...lists }
    }
    if (ambiguity !== undefined && methods.includes('tools/list')) return { kind: 'other', ...lists }
    if (Array.isArray(value)) return readBatch(value, JSON.stringify(value))
    return isObject(value) ? readMessage(value, idText, serialise(value, idText)) : { kind: 'other' }
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
function split(text: string, idText: string): ClientMessage {
  const problem = 'a carriage return inside the line, where some servers would see the start of another'
  const found: Problem = { code: rpcCodes.invalidRequest, problem, idText }
  const maybeCall = text.includes('tools/call') || text.includes('\\')
  if (maybeCall) return { kind: 'rejected', ...found }
  const actions = clientActions.filter((action) => text.includes(action))
  return actions.length > 0 ? { kind: 'doubtful', ...found, actions } : { kind: 'other' }
}

function readMessage(message: JsonObject, idText: string, text: string): ClientMessage {
  const { method } = message
  if (method === 'tools/call') {
    const { ok, ...read } = readRequest(method, message, idText, text)
    return 'request' in read ? { kind: 'call', call: read.request } : { kind: 'rejected', ...read }
  }
  const methods = methodsOf(message)
  if (methods.includes('tools/call')) return { kind: 'rejected', ...misspelt('tools/call', message) }
  const action = clientActions.find((one) => methods.includes(one))
  if (action === undefined)
    return methods.includes('tools/list') ? { kind: 'other', lists: [listOf(message, idText)] } : { kind: 'other' }
  if (method !== action) return { kind: 'doubtful', ...misspelt(action, message), actions: [action] }
  const { ok, ...read } = readRequest(action, message, idText, text)
  return 'request' in read
    ? { kind: 'request', request: read.request }
    : { kind: 'doubtful', ...read, actions: [action] }
}

const unsureList: ListRequest = { idText: 'null', more: true }

function listOf(message: JsonObject, idText: string): ListRequest {
  const { params } = message
  return { idText, more: isObject(params) && params['cursor'] !== undefined }
}

function readBatch(members: JsonValue[], text: string): ClientMessage {
  const calls: GovernedRequest[] = []
  const otherIds: string[] = []
  const lists: ListRequest[] = []
  let doubt: Doubt | undefined
  for (const member of members) {
    if (Array.isArray(member)) {
      const nested = methodsWithin(member)
      const actions = clientActions.filter((action) => nested.has(action))
      if (nested.has('tools/list')) lists.push(unsureList)
      const [action] = nested.has('tools/call') ? ['tools/call'] : actions
      if (action === undefined) continue
      const problem: Problem = {
        code: rpcCodes.invalidRequest,
        problem: `a ${action} in a batch in a batch`,
        idText: 'null',
      }
      if (action === 'tools/call') return { kind: 'rejected', ...problem }
      doubt ??= { ...problem, actions }
    }
    if (!isObject(member)) continue
    const idText = idTextOf(member['id'])
    const read = readMessage(member, idText, '')
    if (read.kind === 'rejected') return { ...read, problem: `in a batch: ${read.problem}`, idText: 'null' }
    if (read.kind === 'call') calls.push(read.call)
    else if (read.kind === 'request') calls.push(read.request)
    else {
      if (idText !== 'null' && typeof member['method'] === 'string') otherIds.push(idText)
      if (read.kind === 'other') lists.push(...(read.lists ?? []))
      if (read.kind === 'doubtful') {
        const { code, problem, actions } = read
        doubt ??= { code, problem: `in a batch: ${problem}`, idText: 'null', actions }
      }
    }
  }
  const noted = lists.length === 0 ? {} : { lists }
  if (calls.length > 0) {
    const doubted = doubt === undefined ? {} : { doubt }
    return { kind: 'batch', calls, others: members.length - calls.length, otherIds, text, ...doubted, ...noted }
  }
  return doubt === undefined ? { kind: 'other', ...noted } : { kind: 'doubtful', ...doubt, ...noted }
}

function methodsWithin(members: readonly JsonValue[], into = new Set<JsonValue>()): Set<JsonValue> {
  for (const member of members) {
    if (Array.isArray(member)) methodsWithin(member, into)
    else if (isObject(member)) for (const method of methodsOf(member)) into.add(method)
  }
  return into
}
