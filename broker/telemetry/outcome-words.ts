// How a span says what became of its call: nothing for one that ran or still may, else the kind of error and a sentence.
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import type { CallOutcome } from '../../core/wire/log-contract.ts'

/** `code`: of the JSON-RPC error, where the answer was one. */
export type CallError = { type: string; sentence: string; code?: number }

export function errorOf(outcome: CallOutcome, answer?: AuditEventData<'call.answered'>): CallError | undefined {
  switch (outcome) {
    case 'deciding':
    case 'waiting':
    case 'running':
    case 'allowed-by-rule':
    case 'allowed-by-default':
    case 'allowed-by-grant':
    case 'approved':
    case 'released':
    case 'asked-again':
      return undefined
    case 'denied-by-rule':
      return { type: 'denied', sentence: 'denied by a rule' }
    case 'denied-by-default':
      return { type: 'denied', sentence: 'denied, as nothing allows it' }
    case 'denied-policy-broken':
      return { type: 'policy_broken', sentence: 'denied, as the policy cannot be used' }
    case 'denied-lockdown':
      return { type: 'lockdown', sentence: 'denied by lockdown' }
    case 'refused':
      return { type: 'refused', sentence: 'refused by a person' }
    case 'expired':
      return { type: 'expired', sentence: 'nobody answered in time' }
    case 'cancelled':
      return { type: 'cancelled', sentence: 'cancelled before it ran' }
    case 'never-shown':
      return { type: 'never_shown', sentence: 'nobody could be asked' }
    case 'too-many':
      return { type: 'too_many', sentence: 'too much was waiting for an answer already' }
    case 'outcome-unknown':
      return { type: 'outcome_unknown', sentence: 'it was sent, and its outcome is not known' }
    case 'upstream-error':
      return upstreamError(answer)
  }
}

/** The conventions for MCP: `tool_error` for a result that says so, the code of a JSON-RPC error as text. */
function upstreamError(answer: AuditEventData<'call.answered'> | undefined): CallError {
  switch (answer?.outcome) {
    case 'tool-error':
      return { type: 'tool_error', sentence: 'the tool reported an error' }
    case 'protocol-error': {
      const code = codeOf(answer.result?.text)
      const sentence = 'the server answered with an error'
      return code === undefined ? { type: '_OTHER', sentence } : { type: String(code), sentence, code }
    }
    case 'upstream-exited':
      return { type: 'upstream_exited', sentence: 'the server ended before it answered' }
    default:
      return { type: '_OTHER', sentence: 'the server did not answer as it should' }
  }
}

/** Of an error as recorded. A number says nothing of what the call was about. */
function codeOf(text: string | undefined): number | undefined {
  try {
    const error: unknown = JSON.parse(text ?? '')
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
    return Number.isSafeInteger(code) ? (code as number) : undefined
  } catch {
    return undefined // cut, or not recorded
  }
}
