// One request that policy can have a word on, read from a parsed JSON-RPC message; whoever sent it, and under whichever
// reading a lax receiver might take it for one.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import type { Action } from '../schema/policy-words.ts'
import { foldKey } from './json-line.ts'

/** JSON-RPC 2.0 error codes used for lines that cannot be accepted. */
export const rpcCodes = { parseError: -32700, invalidRequest: -32600, invalidParams: -32602 } as const

export type GovernedRequest = {
  action: Action
  /** JSON text of the id: `1` and `"1"` differ, and a huge integer keeps its digits. */
  idText: string
  /** The tool; for another action what it names (`Resource` in core/schema/access-request.ts). */
  tool: string
  /** What a tool call does, `{}` where the client sent none; of another action the `params` without `_meta`. */
  arguments: JsonObject
  /**
   * What else the message carries: members beside JSON-RPC's own, and of a tool call parameters beside name, arguments and
   * `_meta`. Shown, hashed and bound like the arguments, because it is forwarded like them.
   */
  beside?: JsonObject
  /** `params._meta`, if any: no part of what is approved. */
  meta?: JsonObject
  /** The token for progress notifications, as JSON text, if the client gave one. */
  progressToken?: string
  /** A request of the stateless era (2026-07-28), whose results carry `resultType`. */
  modern: boolean
  /** The message to forward: our own serialisation of what was parsed, without line feed. */
  text: string
}

/** Why something cannot be accepted, as a JSON-RPC error would say it. */
export type Problem = { code: number; problem: string; idText: string }

export type ReadRequest = { ok: true; request: GovernedRequest } | ({ ok: false } & Problem)

/** Far more than any id or name needs, and little enough to stand in a record several times. */
const longestName = 1024
/** URIs carry paths and queries. */
const longestUri = 8 * 1024

/** Marks a request of the stateless era: every such request names its protocol version in `_meta`. */
const modernVersionKey = 'io.modelcontextprotocol/protocolVersion'

const messageKeys = ['jsonrpc', 'id', 'method', 'params']

/** Where a request says what it is about. Sampling and elicitation name nothing. */
const naming: Record<Action, { key: string; what: string; longest: number } | undefined> = {
  'tools/call': { key: 'name', what: 'the tool', longest: longestName },
  'resources/read': { key: 'uri', what: 'the resource', longest: longestUri },
  'prompts/get': { key: 'name', what: 'the prompt', longest: longestName },
  'sampling/createMessage': undefined,
  'elicitation/create': undefined,
}

/** Reads the request `message`, whose method is `action`. `text` is our serialisation of it. */
export function readRequest(action: Action, message: JsonObject, idText: string, text: string): ReadRequest {
  const reject = (code: number, problem: string): ReadRequest => ({ ok: false, code, problem, idText })
  const odd = oddSpelling(message, messageKeys)
  if (odd) return reject(rpcCodes.invalidRequest, odd)
  if (idText === 'null') {
    return reject(rpcCodes.invalidRequest, `${article(action)} needs an id that is a string or a number`)
  }
  const params = message['params']
  if (!isObject(params)) return reject(rpcCodes.invalidParams, `${article(action)} needs an object \`params\``)
  const named = naming[action]
  const oddParam = oddSpelling(params, [...(named ? [named.key] : []), 'arguments', '_meta'])
  if (oddParam) return reject(rpcCodes.invalidParams, oddParam)
  let tool: string = action
  if (named) {
    const name = params[named.key]
    if (typeof name !== 'string' || name === '') {
      const problem = `${article(action)} needs ${named.what} as a string in \`params.${named.key}\``
      return reject(rpcCodes.invalidParams, problem)
    }
    tool = name
  }
  if (idText.length > longestName || tool.length > (named?.longest ?? longestName)) {
    const problem =
      action === 'tools/call'
        ? `an id or a tool's name has at most ${longestName} characters`
        : `its id or what it names is longer than ${named?.longest ?? longestName} characters`
    return reject(rpcCodes.invalidRequest, problem)
  }
  const isCall = action === 'tools/call'
  const args = isCall ? (params['arguments'] ?? {}) : others(params, ['_meta'])
  if (!isObject(args)) return reject(rpcCodes.invalidParams, '`params.arguments` must be an object')
  const beside = { ...others(message, messageKeys), ...(isCall ? others(params, ['name', 'arguments', '_meta']) : {}) }
  const meta = params['_meta']
  const token = isObject(meta) ? meta['progressToken'] : undefined
  return {
    ok: true,
    request: {
      action,
      idText,
      tool,
      arguments: args,
      ...(Object.keys(beside).length === 0 ? {} : { beside }),
      ...(isObject(meta) ? { meta } : {}),
      ...(typeof token === 'string' || typeof token === 'number' ? { progressToken: JSON.stringify(token) } : {}),
      modern: isObject(meta) && Object.hasOwn(meta, modernVersionKey),
      text,
    },
  }
}

/** Why a message with `action` in some key like `method` cannot be read as one request by everybody. */
export function misspelt(action: Action, message: JsonObject): Problem {
  const problem = oddSpelling(message, ['method']) ?? `${article(action)} that parsers may read differently`
  return { code: rpcCodes.invalidRequest, problem, idText: idTextOf(message['id']) }
}

/** Values of every key some parser may take for `method`: a few match keys without regard to case. */
export function methodsOf(message: JsonObject): JsonValue[] {
  return Object.entries(message).flatMap(([key, value]) => (foldKey(key) === 'method' ? [value] : []))
}

export function idTextOf(id: JsonValue | undefined): string {
  return typeof id === 'string' || typeof id === 'number' ? JSON.stringify(id) : 'null'
}

/** One line of JSON, with the id as it was written. */
export function serialise(message: JsonObject, idText: string): string {
  const members = Object.entries(message).map(
    ([key, value]) => `${JSON.stringify(key)}:${key === 'id' ? idText : JSON.stringify(value)}`,
  )
  return `{${members.join(',')}}`
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function others(object: JsonObject, known: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !known.includes(key)))
}

function oddSpelling(object: JsonObject, names: readonly string[]): string | undefined {
  for (const key of Object.keys(object)) {
    const name = names.includes(key) ? undefined : names.find((n) => n === foldKey(key))
    if (name) return `the key ${JSON.stringify(key)} could be read as ${JSON.stringify(name)}`
  }
  return undefined
}

const article = (action: Action): string => `${action.startsWith('e') ? 'an' : 'a'} ${action}`
