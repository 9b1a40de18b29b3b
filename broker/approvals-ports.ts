// What the queue needs of the rest of the broker. Injected, so that each part can be tested with the others at rest.
import type { JsonObject } from '../core/schema/json.ts'
import type { HoldBudget } from '../core/wire/broker-contract.ts'
import type { QueueCaps } from '../core/wire/limits.ts'
import type { ApprovalCard, SchemaProblem, UiParams, UiResult } from '../core/wire/ui-contract.ts'
import type { CallFacts, CardFacts, Session } from './approval-card.ts'
import type { OsAuth } from './host-contract.ts'
import type { OwnRecord } from './own-record.ts'

/** An approval that somebody gave, as records and answers name it. */
export type GivenBy = { approval: string; ticket: string; by: string }

export type GrantUse = { approval: string; by: string; grant?: string; edited?: JsonObject }

/** broker/grants.ts */
export type GrantsPort = {
  /** Allows the next identical call of the same session. */
  once(facts: CallFacts, by: GivenBy & { edited?: JsonObject }): void
  /** Atomic. @throws if the use cannot be recorded: then nothing may run by it. */
  use(facts: CallFacts, call: string): GrantUse | undefined
  /** Whether a remembered grant would let this call through; uses nothing. */
  covers(facts: CallFacts): boolean
  sessionGone(session: string): void
  stop(): void
}

export type Choice = UiParams<'approvals.preview'>['choice'] & { preview: string }
export type Remembered = { grant?: string; file?: string; rule?: string }

/** broker/remember.ts */
export type RememberPort = {
  /** `make` writes it, and puts it on record first. @throws if it cannot: then nothing was made. */
  check(
    facts: CallFacts,
    choice: Choice,
  ):
    | { ok: true; make(by: GivenBy): { undo: string; remembered: Remembered } }
    | { ok: false; problems: SchemaProblem[] }
  /** Takes back what `make` made. */
  undo(undo: string, by: string): UiResult<'remembered.undo'>['outcome']
}

/** broker/budgets.ts */
export type BudgetsPort = {
  for(client: string, clientInfoName?: string): HoldBudget
  observed(of: {
    client: string
    clientInfoName?: string
    why: 'timed-out' | 'client' | 'superseded'
    waitedMs: number
  }): void
}

/** A person refuses more than one card: everything, or a session. Asked before any card is opened or approved. */
export type RefusalPort = (session: Session) => { by: string; reason: string } | undefined

export type ApprovalsOptions = {
  record: OwnRecord
  /** Milliseconds since the epoch, for people. */
  now(): number
  /** Milliseconds on a clock that never goes back, for deadlines. */
  monotonic(): number
  grants: GrantsPort
  remember: RememberPort
  observed: BudgetsPort['observed']
  refusing: RefusalPort
  /** What the policy says about this call (broker/policy-basis.ts). */
  basis(ask: CallFacts['ask']): string
  /** Whether the policy in force still holds this call for what `facts.basis` says; true where that is not ours to tell. */
  stillHeld(facts: CallFacts): boolean
  /** Whether the call was judged by a policy that is not in force any more, and has to be judged again soon. */
  behind(facts: CallFacts): boolean
  /** Whether a rule keeps a part of these arguments out of the log. */
  hides(facts: CallFacts, args: JsonObject): boolean
  /** What the card says. Never throws. */
  about(facts: CallFacts): CardFacts
  osAuth?: OsAuth
  caps?: QueueCaps
  changed(card: ApprovalCard): void
  closed(card: ApprovalCard, outcome: 'approved' | 'refused' | 'expired' | 'cancelled' | 'rejudged'): void
  /** Calls were turned away, or it is a minute since. */
  floodChanged(): void
  /** Something that happened all the same (nothing ran by it) could not be put on record. */
  unrecorded(what: string, error: unknown): void
}
