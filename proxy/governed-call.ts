// One tools/call on its way: its state, and the one place where that state changes.

import type { AccessRequest } from '../core/schema/access-request.ts'
import type { Decision } from '../core/schema/decision.ts'
import type { ToolCall } from '../core/wire/client-message.ts'

/**
 * `deciding` (policy) → `holding` (a person) → `forwarding` (on record, on its way to disk) → `running` (sent) → `ended`.
 * Steps may be left out, never taken back.
 */
export type CallState = 'deciding' | 'holding' | 'forwarding' | 'running' | 'ended'

export type GovernedCall = {
  readonly id: string
  readonly key: string
  readonly rpc: ToolCall
  readonly request: AccessRequest
  readonly argumentsHash: string
  readonly receivedAt: number
  /** Length of the client's line. */
  readonly bytes: number
  state: CallState
  /** Set once decided. */
  decision?: Decision
  revision?: string
  /** The client has taken it back after it was sent: its answer, if any, is recorded, but nobody waits for it. */
  takenBack?: true
  /** Must be on disk before it is sent. */
  durable: boolean
  /** On the monotonic clock, in milliseconds. */
  sentAt?: number
  heldAt?: number
  /** Lets what was sent after this call go, should it not go itself. */
  release?: () => void
  /** Stops the heartbeat and whatever else waits with the hold. */
  stopHold?: () => void
}

/**
 * The compare-and-set that approval, cancellation, time-out and a dying upstream all go through: exactly one of them
 * finds the call in a state it may leave, the others get `false` and must do nothing.
 */
export function advance(call: GovernedCall, from: CallState | readonly CallState[], to: CallState): boolean {
  if (typeof from === 'string' ? call.state !== from : !from.includes(call.state)) return false
  call.state = to
  if (to === 'ended') call.release?.()
  if (to !== 'holding') {
    call.stopHold?.()
    delete call.stopHold
  }
  return true
}
