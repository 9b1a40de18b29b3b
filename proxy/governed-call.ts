// One governed request on its way: its state, and the one place where that state changes.

import type { AccessRequest } from '../core/schema/access-request.ts'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { Decision } from '../core/schema/decision.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { GovernedRequest } from '../core/wire/governed-request.ts'
import type { HiddenValues } from './hidden-values.ts'
import type { Refusal } from './refusal.ts'

/**
 * `deciding` (policy, limits) → `holding` (a person) → `forwarding` (on record, on its way to disk) → `running` (sent) →
 * `ended`. Steps may be left out, never taken back.
 */
export type CallState = 'deciding' | 'holding' | 'forwarding' | 'running' | 'ended'

/** Who asks whom: the client its server, the server its client, or the server by an answer that wants something first. */
export type Origin = 'client' | 'server' | { input: InputGroup }

/** The requests inside of one answer: the client sees all of them or none. */
export type InputGroup = {
  /** This one may be shown. */
  allowed(call: GovernedCall): void
  /** This one may not, so nothing of the answer is. */
  refused(call: GovernedCall, refusal: Refusal): void
}

/** Limits that were found used up, or that nobody could count. */
export type Exhausted = { readonly keys: ReadonlySet<string>; readonly note: string }

/** Who approved a call, and what they put in the place of its arguments. */
export type Approved = { approval: string; by: string; edited?: JsonObject }

export type GovernedCall = {
  readonly id: string
  /** Under which it is found. */
  key: string
  rpc: GovernedRequest
  readonly origin: Origin
  readonly request: AccessRequest
  readonly argumentsHash: string
  readonly receivedAt: number
  /** Length of the line it came in. */
  readonly bytes: number
  /** The line as it came, with its line feed, where policy has no word on such requests: then it goes on like that. */
  raw?: Buffer
  state: CallState
  /** Set once decided. */
  decision?: Decision
  revision?: string
  /** What never reaches the record, where a rule says so. */
  hidden?: HiddenValues
  exhausted?: Exhausted
  /** What became of the limits that concern it. */
  limits?: NonNullable<AuditEventData<'call.decided'>['limits']>
  /** Gives back what was reserved for it. */
  giveBack?: () => void
  /** The client has taken it back after it was sent: its answer, if any, is recorded, but nobody waits for it. */
  takenBack?: true
  /** Its client has a task instead of an answer, and `rpc` has an id of ours. */
  task?: true
  /** Its server has answered it by a task, of which it is not known yet what it came to. */
  followed?: true
  /** Must be on disk before it is sent. */
  durable: boolean
  /** On the monotonic clock, in milliseconds. */
  sentAt?: number
  /** When the first hold began. */
  heldAt?: number
  /** When a person was asked last: after a change of the policy it may be again. */
  askedAt?: number
  /** How often the client came back with our `requestState` before. */
  round?: number
  /** How often the policy changed while it was held. */
  rejudged?: number
  approved?: Approved
  /** How often its server had asked something before it came with the answer, since it was approved. */
  wentOn?: number
  /** Lets what was sent after this call go, should it not go itself. */
  release?: () => void
  /** Stops the heartbeat and whatever else waits with the hold. */
  stopHold?: () => void
  /** What is to be done once the call is over. */
  whenEnded?: (() => void)[]
}

export function atEnd(call: GovernedCall, act: () => void): void {
  call.whenEnded ??= []
  call.whenEnded.push(act)
}

/**
 * The compare-and-set that approval, cancellation, time-out and a dying upstream all go through: exactly one of them
 * finds the call in a state it may leave, the others get `false` and must do nothing.
 */
export function advance(call: GovernedCall, from: CallState | readonly CallState[], to: CallState): boolean {
  if (typeof from === 'string' ? call.state !== from : !from.includes(call.state)) return false
  // What was sent may have had its effect; only its answer can say that it had not.
  if (to === 'ended' && call.state !== 'running') call.giveBack?.()
  call.state = to
  if (to === 'ended') {
    call.release?.()
    for (const act of call.whenEnded ?? []) act()
  }
  if (to !== 'holding') {
    call.stopHold?.()
    delete call.stopHold
  }
  return true
}
