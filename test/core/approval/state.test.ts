// The life of an approval as a table: every event in every state, and that exactly one event can end it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Approval, type ApprovalEvent, openApproval, transition } from '../../../core/approval/state.ts'

const waiting = openApproval('c1', 45_000, 600_000)
const released: Approval = { ...waiting, caller: { state: 'released' } }
const gone: Approval = { ...waiting, caller: { state: 'gone' } }
const answer = (outcome: string, more = {}) => [{ type: 'answer', call: 'c1', outcome, ...more }]

type Row = [name: string, from: Approval, event: ApprovalEvent, status: string, caller: string, effects: unknown[]]
const rows: Row[] = [
  ['approve runs the call that waits', waiting, { type: 'approve' }, 'approved', 'waiting', answer('approved')],
  ['approve after a ticket makes a grant', released, { type: 'approve' }, 'approved', 'released', [{ type: 'grant' }]],
  ['approve after the caller left makes a grant', gone, { type: 'approve' }, 'approved', 'gone', [{ type: 'grant' }]],
  [
    'refuse tells why',
    waiting,
    { type: 'refuse', reason: 'no' },
    'refused',
    'waiting',
    answer('refused', { reason: 'no' }),
  ],
  ['refuse without a reason', waiting, { type: 'refuse' }, 'refused', 'waiting', answer('refused')],
  ['refuse after a ticket answers nobody', released, { type: 'refuse' }, 'refused', 'released', []],
  ['expiry answers who waits', waiting, { type: 'expire' }, 'expired', 'waiting', answer('expired')],
  ['expiry after a ticket answers nobody and grants nothing', released, { type: 'expire' }, 'expired', 'released', []],
  ['the end of the session', waiting, { type: 'abandon' }, 'cancelled', 'waiting', answer('cancelled')],
  ['the end of the session of a released caller', released, { type: 'abandon' }, 'cancelled', 'released', []],
  ['release leaves the card open', waiting, { type: 'release', call: 'c1' }, 'pending', 'released', answer('released')],
  ['withdraw leaves the card open', waiting, { type: 'withdraw', call: 'c1' }, 'pending', 'gone', answer('cancelled')],
  ['a retry attaches after a ticket', released, { type: 'attach', call: 'c2', until: 9 }, 'pending', 'waiting', []],
  ['a retry attaches after the caller left', gone, { type: 'attach', call: 'c2', until: 9 }, 'pending', 'waiting', []],
]

describe('transition', () => {
  it.each(rows)('%s', (_, from, event, status, caller, effects) => {
    const result = transition(from, event)
    if (!result.ok) throw new Error(result.why)
    expect(result.approval.status).toBe(status)
    expect(result.approval.caller.state).toBe(caller)
    expect(result.effects).toEqual(effects)
    expect(result.approval.expiresAt).toBe(600_000)
  })

  it.each<[string, Approval, ApprovalEvent, string]>([
    ['release of another call', waiting, { type: 'release', call: 'c9' }, 'not-waiting'],
    ['release twice', released, { type: 'release', call: 'c1' }, 'not-waiting'],
    ['withdraw of another call', waiting, { type: 'withdraw', call: 'c9' }, 'not-waiting'],
    ['withdraw after a ticket', released, { type: 'withdraw', call: 'c1' }, 'not-waiting'],
    ['attach while somebody waits', waiting, { type: 'attach', call: 'c2', until: 9 }, 'busy'],
  ])('refuses %s', (_, from, event, why) => {
    expect(transition(from, event)).toEqual({ ok: false, why })
  })

  const anyEvent = fc.oneof(
    fc.constantFrom<ApprovalEvent>({ type: 'approve' }, { type: 'refuse' }, { type: 'expire' }, { type: 'abandon' }),
    fc
      .tuple(
        fc.constantFrom('release', 'withdraw') as fc.Arbitrary<'release' | 'withdraw'>,
        fc.constantFrom('c1', 'c2'),
      )
      .map(([type, call]): ApprovalEvent => ({ type, call })),
    fc.constantFrom('c1', 'c2').map((call): ApprovalEvent => ({ type: 'attach', call, until: 1 })),
  )

  it('whatever happens in whatever order: one end, and never both a run and a grant', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let approval = openApproval('c1', 1, 2)
        let ends = 0
        let permissions = 0
        for (const event of events) {
          const before = approval.status
          const result = transition(approval, event)
          if (!result.ok) continue
          expect(before).toBe('pending')
          approval = result.approval
          if (approval.status !== 'pending') ends += 1
          permissions += result.effects.filter(
            (effect) => effect.type === 'grant' || effect.outcome === 'approved',
          ).length
        }
        expect(ends).toBeLessThanOrEqual(1)
        expect(permissions).toBe(approval.status === 'approved' ? 1 : 0)
      }),
      { numRuns: 2000 },
    )
  })
})
