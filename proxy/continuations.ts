// An approved request that its server answers by a question comes back with the answer. It is the same request going on: a
// person who has approved it is not asked about it a second time.
import type { Decision } from '../core/schema/decision.ts'
import type { JsonValue } from '../core/schema/json.ts'
import { type GovernedRequest, isObject } from '../core/wire/governed-request.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { Approved, Exhausted, GovernedCall } from './governed-call.ts'
import { roundTripOf, withoutRoundTrip } from './round-trips.ts'
import { sha256 } from './sha256.ts'

/** What was approved, and why it had to be. */
export type Continued = {
  approved: Approved
  decision: Decision
  exhausted: Exhausted | undefined
  /** Of the policy by which it was decided last. */
  revision: string | undefined
  /** How often the request has gone on, with this time. */
  times: number
}

export type Continuations = {
  /** The client gets this result of the call. Does nothing unless it is a question, and the call was approved. */
  opened(call: GovernedCall, result: unknown): void
  /** What the request goes on with. It does so once. */
  take(rpc: GovernedRequest): Continued | undefined
}

/** How long a client may take to answer its server, in milliseconds. */
const longestMs = 10 * 60_000
const maxOpen = 100
/** As often as the SDK's client answers one request. A server that asks for ever is not run for ever by one approval. */
const mostTimes = 10

type Open = Continued & {
  until: number
  /** Hash of what the server said of the tool. */
  definition: string | undefined
  /** What the server asked for, by its names. */
  asked: readonly string[]
  /** It gave a state of its own, which the client gives back. */
  state: boolean
}

export type ContinuationsOptions = {
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
  definitionOf(tool: string): { hash: string } | undefined
}

export function createContinuations({ monotonic, definitionOf }: ContinuationsOptions): Continuations {
  const open = new Map<string, Open>()
  const definition = ({ action, tool }: GovernedRequest) =>
    action === 'tools/call' ? definitionOf(tool)?.hash : undefined

  return {
    opened: ({ rpc, approved, decision, exhausted, revision, wentOn = 0 }, result) => {
      if (!approved || !decision || !rpc.modern || !isQuestion(result) || wentOn >= mostTimes) return
      const { requestState, inputRequests } = result
      if (requestState !== undefined && typeof requestState !== 'string') return
      const oldest = open.size >= maxOpen ? open.keys().next().value : undefined
      if (oldest !== undefined) open.delete(oldest)
      const asked = isObject(inputRequests) ? Object.keys(inputRequests) : []
      const state = requestState !== undefined
      open.set(keyOf(rpc, requestState), {
        approved,
        decision,
        exhausted,
        revision,
        times: wentOn + 1,
        definition: definition(rpc),
        asked,
        state,
        until: monotonic() + longestMs,
      })
    },
    take: (rpc) => {
      if (open.size === 0 || !rpc.modern) return undefined
      const { requestState, inputResponses } = roundTripOf(rpc)
      const key = keyOf(rpc, requestState)
      const found = open.get(key)
      if (!found || !answers(inputResponses, found)) return undefined
      open.delete(key)
      return found.until < monotonic() || found.definition !== definition(rpc) ? undefined : found
    },
  }
}

/** Without a state, only answers tell it from the same request made anew. */
function answers(responses: JsonValue | undefined, { asked, state }: Open): boolean {
  if (responses === undefined) return state
  return (
    isObject(responses) && Object.keys(responses).every((name) => asked.includes(name)) && (state || asked.length > 0)
  )
}

function keyOf(rpc: GovernedRequest, requestState: JsonValue | undefined): string {
  const { action, tool } = rpc
  return sha256(canonicalJson([action, tool, withoutRoundTrip(rpc), requestState ?? null]))
}

type Question = { resultType: 'input_required'; requestState?: JsonValue; inputRequests?: JsonValue }

function isQuestion(result: unknown): result is Question {
  return (
    typeof result === 'object' && result !== null && 'resultType' in result && result.resultType === 'input_required'
  )
}
