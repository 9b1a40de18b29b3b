// How a hold can end, and what the model is told then.
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { Decision } from '../core/schema/decision.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { BrokerResult } from '../core/wire/broker-contract.ts'
import { type Refusal, sentence } from './refusal.ts'

type HoldRecord = Omit<AuditEventData<'hold.closed'>, 'call' | 'afterMs'>

/** What goes on record, and what follows. */
export type HoldEnd =
  | { then: 'run'; record: HoldRecord; approval: string; by: string; edited?: JsonObject }
  | { then: 'refuse'; record: HoldRecord; refusal: Refusal }
  /** The card stays open until `expiresAt`, and the client comes back by itself. */
  | { then: 'ask-again'; record: HoldRecord; expiresAt: number }
  | { then: 'rejudge'; record: HoldRecord }

export type Held = {
  /** Why the call was held, which the model is told together with the answer. */
  decision: Decision
  /** A limit was used up. */
  limited: boolean
  /** The client comes back by itself where it is answered so. */
  asksAgain: boolean
}

export function holdEnd(result: BrokerResult<'approval.request'>, { decision, limited, asksAgain }: Held): HoldEnd {
  const rules = decision.rules.map((rule) => rule.id)
  const { message, reason: because } = decision
  const why = `Held because: ${message !== undefined && limited ? `${message} (${because}.)` : (message ?? because)}`
  switch (result.outcome) {
    case 'approved':
    case 'grant': {
      const { outcome, approval, by, edited } = result
      const changed = edited === undefined ? {} : { edited: edited as JsonObject } // it came as JSON
      return { then: 'run', record: { outcome, approval, by }, approval, by, ...changed }
    }
    case 'refused': {
      const { approval, by, reason } = result
      return {
        then: 'refuse',
        record: {
          outcome: 'refused',
          by,
          ...(approval === undefined ? {} : { approval }),
          ...(reason === undefined ? {} : { reason }),
        },
        refusal: {
          decision: 'refused',
          reason: `${sentence(`a person refused this call${reason === undefined ? '' : `: ${reason}`}`)} ${why}`,
          retry: 'never',
          rules,
        },
      }
    }
    case 'rejudge':
      return { then: 'rejudge', record: { outcome: 'rejudge', approval: result.approval } }
    case 'superseded': {
      const { approval, ticket } = result
      const reason = `this same call was made again while this one waited, and that one waits in its place (ticket ${ticket}); this one did not run`
      return {
        then: 'refuse',
        record: { outcome: 'superseded', approval, ticket },
        refusal: { decision: 'superseded', reason, retry: 'never', rules, ticket },
      }
    }
    case 'expired':
      return {
        then: 'refuse',
        record: { outcome: 'expired', approval: result.approval },
        refusal: {
          decision: 'expired',
          reason: `nobody answered the request for approval in time. ${why}`,
          retry: 'identical',
          rules,
        },
      }
    case 'released': {
      const { approval, ticket, expiresAt } = result
      const record: HoldRecord = { outcome: 'released', approval, ticket }
      if (asksAgain) return { then: 'ask-again', record: { ...record, asksAgain: true }, expiresAt }
      return {
        then: 'refuse',
        record,
        refusal: { decision: 'released', reason: `nobody has answered yet. ${why}`, retry: 'identical', rules, ticket },
      }
    }
    case 'cancelled':
      return { then: 'refuse', record: { outcome: 'cancelled', approval: result.approval }, refusal: stopped }
    case 'too-many':
      return {
        then: 'refuse',
        record: { outcome: 'too-many' },
        refusal: {
          decision: 'too-many',
          // Fewer than may wait, where too many came within a minute or their arguments are large.
          reason: `${counted(result.waiting)} already waiting for a person, and no more can be asked about at this moment`,
          retry: 'later',
        },
      }
  }
}

const stopped: Refusal = {
  decision: 'cancelled',
  reason: 'Countersign was stopped while this call was waiting',
  retry: 'identical',
}

const counted = (calls: number): string => (calls === 1 ? '1 call is' : `${calls} calls are`)

/** Approved, and then the server said something else of the tool. */
export function otherTool(approval: string): HoldEnd {
  const reason =
    'the server changed what it says of this tool while this call was waiting, so its approval no longer applies'
  return {
    then: 'refuse',
    record: { outcome: 'cancelled', approval, reason },
    refusal: { decision: 'cancelled', reason, retry: 'identical' },
  }
}

export function noBroker(reason: string): HoldEnd {
  return {
    then: 'refuse',
    record: { outcome: 'no-broker', reason },
    refusal: { decision: 'no-broker', reason, retry: 'identical' },
  }
}

/** The call is over: nobody is told anything. */
export function takenBack(): HoldEnd {
  return { then: 'refuse', record: { outcome: 'cancelled' }, refusal: stopped }
}
