// What the model reads when a call does not run: which rule, why, and whether trying again can help.
import type { Decision } from '../core/schema/decision.ts'
import type { GovernedRequest } from '../core/wire/governed-request.ts'

/** Key under which our details stand in `_meta`; reverse DNS, as MCP asks. */
const metaKey = 'dev.countersign/decision'

/** A refusal in words. `retry`: `never` unless the user asks, or `identical` once the user has answered. */
export type Refusal = {
  reason: string
  retry: 'never' | 'identical' | 'later'
  decision:
    | 'denied'
    | 'refused'
    | 'expired'
    | 'released'
    | 'cancelled'
    | 'too-many'
    | 'no-broker'
    | 'no-record'
    | 'unknown-outcome'
    | 'superseded'
  rules?: readonly string[]
  ticket?: string
  /** The server has the call, but what it asks for before it goes on is not passed on. */
  halfway?: true
}

export function denied(decision: Decision): Refusal {
  return {
    decision: 'denied',
    reason: decision.message === undefined ? decision.reason : `${decision.message} (${decision.reason}.)`,
    retry: 'never',
    rules: decision.rules.map((rule) => rule.id),
  }
}

/**
 * The answer to a request that did not run, as one line of JSON without line feed. For a tool call it is a tool result with
 * `isError`, which clients hand to the model, where a protocol error often gets lost; for anything else an error in the
 * same words. `asError`: also for a tool call, where its client takes nothing else than a task as a result.
 */
export function refusalLine(rpc: GovernedRequest, callId: string, refusal: Refusal, asError = false): string {
  const text = `${opening(refusal)} ${advice(refusal)} (ref ${callId})`
  const details = {
    decision: refusal.decision,
    retry: refusal.retry,
    reason: refusal.reason,
    call: callId,
    ...(refusal.rules === undefined ? {} : { rules: refusal.rules }),
    ...(refusal.ticket === undefined ? {} : { ticket: refusal.ticket }),
  }
  if (rpc.action === 'tools/call' && !asError) return resultLine(rpc, text, details)
  const error = { code: blockedCode, message: text, data: { [metaKey]: details } }
  return `{"jsonrpc":"2.0","id":${rpc.idText},"error":${JSON.stringify(error)}}`
}

/** Code of our own refusals of what is no tool call: outside of the range that JSON-RPC and MCP keep for themselves. */
export const blockedCode = 4003

/** A JSON-RPC error line, for what is not a valid request. */
export function errorLine(idText: string, code: number, problem: string): string {
  return `{"jsonrpc":"2.0","id":${idText},"error":${JSON.stringify({ code, message: `Countersign did not forward this: ${problem}` })}}`
}

function resultLine(call: GovernedRequest, text: string, details: Record<string, unknown>): string {
  const result = {
    ...(call.modern ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text }],
    isError: true,
    _meta: { [metaKey]: details },
  }
  return `{"jsonrpc":"2.0","id":${call.idText},"result":${JSON.stringify(result)}}`
}

function opening({ decision, reason, ticket }: Refusal): string {
  if (decision === 'released')
    return `Held by Countersign for a person's approval (ticket ${ticket}): ${sentence(reason)}`
  if (decision === 'unknown-outcome') return `Countersign: ${sentence(reason)}`
  return `Blocked by Countersign: ${sentence(reason)}`
}

/** With a full stop, unless it has an end already. */
export function sentence(text: string): string {
  return /[.!?]\)?$/.test(text) ? text : `${text}.`
}

function advice({ retry, decision, halfway }: Refusal): string {
  if (halfway) {
    const again = retry === 'never' ? 'Do not retry unless the user asks.' : 'Ask the user before you repeat it.'
    return `The server has the call and wanted this before it goes on, so the call was not finished. ${again}`
  }
  if (decision === 'released') {
    return 'Nothing has run yet. Tell the user to answer in Countersign, then repeat exactly the same call once.'
  }
  if (decision === 'superseded') return 'Nothing needs to be repeated: the other one gets the answer.'
  if (decision === 'unknown-outcome') return 'It may or may not have taken effect: check before you repeat it.'
  if (retry === 'identical') return 'The call did not run. Ask the user, then repeat exactly the same call.'
  if (retry === 'later') return 'The call did not run. Try again later, or ask the user.'
  return 'The call did not run. Do not retry unless the user asks.'
}
