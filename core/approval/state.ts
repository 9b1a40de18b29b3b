// The life of one approval request. Pure: time and identity come in, what must be done comes out.
// pending → approved | refused | expired | cancelled; the first event to end it wins, every later one finds it closed.

/** Who waits for the answer. A released caller holds a ticket; a gone one took the call back. */
export type Caller = { state: 'waiting'; call: string; until: number } | { state: 'released' } | { state: 'gone' }

export type ApprovalStatus = 'pending' | 'approved' | 'refused' | 'expired' | 'cancelled'

export type Approval = {
  readonly status: ApprovalStatus
  readonly caller: Caller
  /** Moment of expiry on the caller's clock, in milliseconds. */
  readonly expiresAt: number
}

export type ApprovalEvent =
  | { type: 'approve' }
  | { type: 'refuse'; reason?: string }
  /** The clock reached `expiresAt`. */
  | { type: 'expire' }
  /** The caller's hold budget is over: it gets a ticket, the card stays. */
  | { type: 'release'; call: string }
  /** The caller took the call back. */
  | { type: 'withdraw'; call: string }
  /** The session is over: nobody can ever use the answer. */
  | { type: 'abandon' }
  /** An identical retry attaches to the open card. */
  | { type: 'attach'; call: string; until: number }

export type ApprovalEffect =
  | {
      type: 'answer'
      call: string
      outcome: 'approved' | 'refused' | 'expired' | 'released' | 'cancelled'
      reason?: string
    }
  /** Nobody waits: allow the identical retry, once. */
  | { type: 'grant' }

export type Transition =
  | { ok: true; approval: Approval; effects: ApprovalEffect[] }
  | { ok: false; why: 'closed' | 'not-waiting' | 'busy' }

export function openApproval(call: string, until: number, expiresAt: number): Approval {
  return { status: 'pending', caller: { state: 'waiting', call, until }, expiresAt }
}

export function transition(approval: Approval, event: ApprovalEvent): Transition {
  if (approval.status !== 'pending') return { ok: false, why: 'closed' }
  const { caller } = approval
  switch (event.type) {
    case 'approve':
      return caller.state === 'waiting'
        ? end(approval, 'approved', { type: 'answer', call: caller.call, outcome: 'approved' })
        : end(approval, 'approved', { type: 'grant' })
    case 'refuse':
      return caller.state === 'waiting'
        ? end(approval, 'refused', {
            type: 'answer',
            call: caller.call,
            outcome: 'refused',
            ...(event.reason === undefined ? {} : { reason: event.reason }),
          })
        : end(approval, 'refused')
    case 'expire':
      return caller.state === 'waiting'
        ? end(approval, 'expired', { type: 'answer', call: caller.call, outcome: 'expired' })
        : end(approval, 'expired')
    case 'abandon':
      return caller.state === 'waiting'
        ? end(approval, 'cancelled', { type: 'answer', call: caller.call, outcome: 'cancelled' })
        : end(approval, 'cancelled')
    case 'release':
      if (caller.state !== 'waiting' || caller.call !== event.call) return { ok: false, why: 'not-waiting' }
      return {
        ok: true,
        approval: { ...approval, caller: { state: 'released' } },
        effects: [{ type: 'answer', call: caller.call, outcome: 'released' }],
      }
    case 'withdraw':
      if (caller.state !== 'waiting' || caller.call !== event.call) return { ok: false, why: 'not-waiting' }
      return {
        ok: true,
        approval: { ...approval, caller: { state: 'gone' } },
        effects: [{ type: 'answer', call: caller.call, outcome: 'cancelled' }],
      }
    case 'attach':
      if (caller.state === 'waiting') return { ok: false, why: 'busy' }
      return {
        ok: true,
        approval: { ...approval, caller: { state: 'waiting', call: event.call, until: event.until } },
        effects: [],
      }
  }
}

function end(approval: Approval, status: ApprovalStatus, ...effects: ApprovalEffect[]): Transition {
  return { ok: true, approval: { ...approval, status }, effects }
}
