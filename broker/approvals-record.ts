// What the log is told about a card. It is told before anything comes of it: what a person decided does not count unless it
// is on record.
import { eachText } from '../core/approval/argument-texts.ts'
import type { Approval, ApprovalEvent } from '../core/approval/state.ts'
import type { JsonObject } from '../core/schema/json.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import type { Entry } from './approval-card.ts'
import type { ApprovalsOptions, Remembered } from './approvals-ports.ts'
import { sha256 } from './sha256.ts'

export type ClosedStatus = Exclude<Approval['status'], 'pending'>

/** What goes with an approval or a refusal. */
export type Beside = {
  edited?: JsonObject
  remembered?: Remembered
  /** Refused with everything else: that holds whether or not it can be recorded. */
  withAll?: true
}

export type ApprovalsRecord = {
  /** @throws if it cannot be written: there is no card then. */
  opened(entry: Entry): void
  /** @throws if it cannot be written: the call does not wait then. */
  attached(entry: Entry, call: string): void
  /**
   * @throws if a person's answer cannot be written. What the clock, the client, the policy or a wider refusal ended is over
   * all the same: nothing runs by it, and the next start settles the record.
   */
  decided(entry: Entry, event: ApprovalEvent, outcome: ClosedStatus, by: string, beside: Beside): void
}

/** Shorter texts stand in every sentence. */
const shortestHidden = 4

export function createApprovalsRecord(
  options: Pick<ApprovalsOptions, 'record' | 'unrecorded' | 'hides'>,
): ApprovalsRecord {
  const { record } = options
  const namesOf = ({ id, facts }: Entry) => ({ approval: id, session: facts.session.session })

  return {
    opened: (entry) =>
      record.write('approval.opened', {
        ...namesOf(entry),
        ticket: entry.ticket,
        call: entry.facts.ask.call,
        // It is made of the arguments, too.
        binding: record.kept.hash(entry.facts.binding),
        expiresAt: entry.expiresAt,
        ...(entry.burst === undefined ? {} : { group: entry.burst }),
      }),
    attached: (entry, call) => record.write('approval.attached', { ...namesOf(entry), call }),
    decided: (entry, event, outcome, by, { edited, remembered, withAll }) => {
      const { waiting } = entry.approval
      const reason = event.type === 'refuse' ? event.reason : undefined
      try {
        record.write('approval.decided', {
          ...namesOf(entry),
          ticket: entry.ticket,
          call: waiting.at(-1)?.call ?? entry.lastCall,
          outcome,
          by,
          grant: event.type === 'approve' && waiting.length === 0,
          // The model gets the person's words as they are; the log, like every log of ours, keeps no secret in them.
          ...(reason === undefined ? {} : { reason: keptReason(entry, reason) }),
          ...(waiting.length > 1 ? { calls: waiting.map(({ call }) => call) } : {}),
          ...(withAll ? { withAll } : {}),
          ...(edited === undefined ? {} : { edited: kept(entry, edited) }),
          ...(remembered === undefined ? {} : { remembered }),
        })
      } catch (error) {
        if (event.type === 'approve' || (event.type === 'refuse' && !withAll)) throw error
        options.unrecorded('the end of a held call', error)
      }
    },
  }

  /** Where a rule hides arguments, a person may repeat what they say. Which of them it hides, the rule's proxy knows. */
  function keptReason({ facts }: Entry, reason: string): string {
    const args = facts.ask.arguments as JsonObject
    let without = reason
    if (options.hides(facts, args)) {
      eachText(args, ({ text, isKey }) => {
        if (!isKey && text.length >= shortestHidden) without = without.replaceAll(text, () => record.kept.mark(text))
      })
    }
    return without
  }

  function kept({ facts }: Entry, edited: JsonObject) {
    const hash = argumentsHash(edited, sha256, facts.ask.beside as JsonObject | undefined)
    return record.kept.edited(edited, hash, options.hides(facts, edited))
  }
}
