// What a request of 2026-07-28 carries when it goes on with an earlier one that was answered by a question: the server's
// `requestState`, given back as it came, and the answers (`inputResponses`).
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import { type GovernedRequest, isObject, readRequest, serialise } from '../core/wire/governed-request.ts'

export type RoundTrip = { requestState?: JsonValue | undefined; inputResponses?: JsonValue | undefined }

/** Of a tool call they stand beside the arguments; of other requests they are parameters like any other. */
function carrier({ action, arguments: args, beside }: GovernedRequest): JsonObject | undefined {
  return action === 'tools/call' ? beside : args
}

export function roundTripOf(rpc: GovernedRequest): RoundTrip {
  const { requestState, inputResponses } = carrier(rpc) ?? {}
  return { requestState, inputResponses }
}

/** What it asks for, whichever round it is in: the part of two requests that must be equal for one to go on with the other. */
export function withoutRoundTrip(rpc: GovernedRequest): JsonObject {
  const { requestState: _state, inputResponses: _responses, ...rest } = carrier(rpc) ?? {}
  return rpc.action === 'tools/call' ? { arguments: rpc.arguments, beside: rest } : { arguments: rest }
}

/** The same request with these parameters in place of its own; nothing where it cannot be one. */
export function withParams(
  rpc: GovernedRequest,
  change: (params: JsonObject) => JsonObject,
): GovernedRequest | undefined {
  const message = JSON.parse(rpc.text) as JsonValue
  if (!isObject(message) || !isObject(message['params'])) return undefined
  const changed = { ...message, params: change(message['params']) }
  const read = readRequest(rpc.action, changed, rpc.idText, serialise(changed, rpc.idText))
  return read.ok ? read.request : undefined
}

export function withRoundTrip(rpc: GovernedRequest, { requestState, inputResponses }: RoundTrip) {
  return withParams(rpc, (params) => {
    const { requestState: _state, inputResponses: _responses, ...rest } = params
    return {
      ...rest,
      ...(inputResponses === undefined ? {} : { inputResponses }),
      ...(requestState === undefined ? {} : { requestState }),
    }
  })
}
