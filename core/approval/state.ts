// The life of one approval request. Pure: time and identity come in, what must be done comes out.
// pending → approved | refused | expired | cancelled; the first event to end it wins, every later one finds it closed.

/**
 * One of the identical calls that wait for the answer. `since` is a moment on a clock that never goes back, in
 * milliseconds; `until` the end of its budget as people are told it. `patient`: its client polls a task, and would say so
 * if it gave up.
 */
export type WaitingCall = {
  readonly call: string
  readonly since: number
  readonly until: number
  readonly patient?: true
}

/** What became of those that wait no more: they hold a ticket, come back by themselves, or took their call back. */
export type Absent = 'released' | 'asks-again' | 'gone'

export type ApprovalStatus = 'pending' | 'approved' | 'refused' | 'expired' | 'cancelled'

export type Approval = {
  readonly status: ApprovalStatus
  /** In the order they came; each once. One answer settles them all. */
  readonly waiting: readonly WaitingCall[]
  readonly absent: Absent
  /** Moment of expiry on the caller's clock, in milliseconds. */
  readonly expiresAt: number
}

/** A call that comes later than this after the newest one that waits is a retry, and the client of that one has given up. */
export const sideBySideMs = 1_000

export type ApprovalEvent =
  | { type: 'approve' }
  | { type: 'refuse'; reason?: string }
  /** The clock reached `expiresAt`. */
  | { type: 'expire' }
  /** The session is over: nobody can ever use the answer. */
  | { type: 'abandon' }
  /** The policy does not hold this call any more, or not for the same reason: it has to be judged again. */
  | { type: 'rejudge' }
  /** A grant covers this call of those that wait, or (no `call`) the one that may come where nobody waits. */
  | { type: 'settle'; call?: string }
  /** The call's hold budget is over: it gets a ticket, the card stays. */
  | { type: 'release'; call: string; asksAgain: boolean }
  /** The caller took the call back. */
  | { type: 'withdraw'; call: string }
  /** An identical call: beside those that wait, in the place of those given up, or a retry where nobody waits. */
  | ({ type: 'attach' } & WaitingCall)

export type CallOutcome =
  | 'approved'
  | 'refused'
  | 'expired'
  | 'released'
  | 'cancelled'
  | 'rejudge'
  | 'superseded'
  | 'grant'

export type ApprovalEffect =
  | { type: 'answer'; call: string; outcome: CallOutcome; reason?: string }
  /** Nobody waits: allow the identical retry, once. */
  | { type: 'grant' }

export type Transition =
  | { ok: true; approval: Approval; effects: ApprovalEffect[] }
  | { ok: false; why: 'closed' | 'not-waiting' | 'waits' }

export function openApproval(first: WaitingCall, expiresAt: number): Approval {
  return { status: 'pending', waiting: [first], absent: 'gone', expiresAt }
}

/** Who waits, as a card says it: until the last of their budgets ends. */
export function callerOf({
  waiting,
  absent,
}: Pick<Approval, 'waiting' | 'absent'>):
  | { state: 'waiting'; until: number }
  | { state: 'released'; asksAgain?: true }
  | { state: 'gone' } {
  if (waiting.length > 0) return { state: 'waiting', until: Math.max(...waiting.map(({ until }) => until)) }
  return absent === 'asks-again' ? { state: 'released', asksAgain: true } : { state: absent }
}

/** How many calls an approval lets run: every one that waits, or the next identical one. */
export const callsOf = ({ waiting }: Pick<Approval, 'waiting'>): number => Math.max(1, waiting.length)

export function transition(approval: Approval, event: ApprovalEvent): Transition {
  if (approval.status !== 'pending') return { ok: false, why: 'closed' }
  switch (event.type) {
    case 'approve':
      return approval.waiting.length > 0
        ? end(approval, 'approved', 'approved')
        : { ok: true, approval: { ...approval, status: 'approved' }, effects: [{ type: 'grant' }] }
    case 'refuse':
      return end(approval, 'refused', 'refused', event.reason)
    case 'expire':
      return end(approval, 'expired', 'expired')
    case 'abandon':
      return end(approval, 'cancelled', 'cancelled')
    case 'rejudge':
      return end(approval, 'cancelled', 'rejudge')
    case 'settle':
      return settle(approval, event.call)
    case 'release':
      return leave(approval, event.call, 'released', event.asksAgain ? 'asks-again' : 'released')
    case 'withdraw':
      return leave(approval, event.call, 'cancelled', approval.absent)
    case 'attach':
      return attach(approval, event)
  }
}

function end(approval: Approval, status: ApprovalStatus, outcome: CallOutcome, reason?: string): Transition {
  const because = reason === undefined ? {} : { reason }
  const effects = approval.waiting.map(({ call }) => ({ type: 'answer' as const, call, outcome, ...because }))
  return { ok: true, approval: { ...approval, status }, effects }
}

function leave(approval: Approval, call: string, outcome: CallOutcome, absent: Absent): Transition {
  const waiting = approval.waiting.filter((one) => one.call !== call)
  if (waiting.length === approval.waiting.length) return { ok: false, why: 'not-waiting' }
  return { ok: true, approval: { ...approval, waiting, absent }, effects: [{ type: 'answer', call, outcome }] }
}

/** The card is over with the last call that was asked about. */
function settle(approval: Approval, call: string | undefined): Transition {
  if (call === undefined)
    return approval.waiting.length > 0 ? { ok: false, why: 'waits' } : end(approval, 'approved', 'grant')
  const step = leave(approval, call, 'grant', approval.absent)
  if (!step.ok || step.approval.waiting.length > 0) return step
  return { ...step, approval: { ...step.approval, status: 'approved' } }
}

function attach(approval: Approval, { call, since, until, patient }: WaitingCall): Transition {
  const { waiting } = approval
  if (waiting.some((one) => one.call === call)) return { ok: false, why: 'waits' }
  const newest = Math.max(...waiting.map((one) => one.since))
  const sideBySide =
    waiting.length > 0 && (since - newest <= sideBySideMs || waiting.every((one) => one.patient === true))
  const stay = sideBySide ? waiting : []
  const gaveUp = sideBySide ? [] : waiting
  return {
    ok: true,
    // A ticket that was handed out before is used up by the one that came back with it.
    approval: {
      ...approval,
      waiting: [...stay, { call, since, until, ...(patient ? { patient } : {}) }],
      absent: sideBySide ? approval.absent : 'gone',
    },
    effects: gaveUp.map((one) => ({ type: 'answer', call: one.call, outcome: 'superseded' })),
  }
}
