// The life of an approval as a table: every event in every state, and that exactly one event can end it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Approval,
  type ApprovalEvent,
  callerOf,
  callsOf,
  openApproval,
  transition,
} from '../../../core/approval/state.ts'

const c1 = { call: 'c1', since: 0, until: 45_000 }
const c2 = { call: 'c2', since: 400, until: 45_400 }
const waiting = openApproval(c1, 600_000)
const polling: Approval = { ...waiting, waiting: [{ ...c1, patient: true }] }
const both: Approval = { ...waiting, waiting: [c1, c2] }
const released: Approval = { ...waiting, waiting: [], absent: 'released' }
const asksAgain: Approval = { ...waiting, waiting: [], absent: 'asks-again' }
const gone: Approval = { ...waiting, waiting: [], absent: 'gone' }
const tell = (calls: string[], outcome: string, more = {}) =>
  calls.map((call) => ({ type: 'answer', call, outcome, ...more }))
const comes = (call: string, since: number): ApprovalEvent => ({ type: 'attach', call, since, until: since + 45_000 })

type Row = [name: string, from: Approval, event: ApprovalEvent, status: string, caller: string, effects: unknown[]]
const rows: Row[] = [
  ['approve runs the call that waits', waiting, { type: 'approve' }, 'approved', 'c1', tell(['c1'], 'approved')],
  ['approve runs all that wait', both, { type: 'approve' }, 'approved', 'c1 c2', tell(['c1', 'c2'], 'approved')],
  ['approve after a ticket makes a grant', released, { type: 'approve' }, 'approved', 'released', [{ type: 'grant' }]],
  [
    'one that asks again gets a grant too',
    asksAgain,
    { type: 'approve' },
    'approved',
    'asks again',
    [{ type: 'grant' }],
  ],
  ['approve after the caller left makes a grant', gone, { type: 'approve' }, 'approved', 'gone', [{ type: 'grant' }]],
  [
    'refuse tells all why',
    both,
    { type: 'refuse', reason: 'no' },
    'refused',
    'c1 c2',
    tell(['c1', 'c2'], 'refused', { reason: 'no' }),
  ],
  ['refuse without a reason', waiting, { type: 'refuse' }, 'refused', 'c1', tell(['c1'], 'refused')],
  ['refuse after a ticket answers nobody', released, { type: 'refuse' }, 'refused', 'released', []],
  ['expiry answers who waits', both, { type: 'expire' }, 'expired', 'c1 c2', tell(['c1', 'c2'], 'expired')],
  ['expiry after a ticket answers nobody and grants nothing', released, { type: 'expire' }, 'expired', 'released', []],
  ['the end of the session', waiting, { type: 'abandon' }, 'cancelled', 'c1', tell(['c1'], 'cancelled')],
  ['the end of the session of a released caller', released, { type: 'abandon' }, 'cancelled', 'released', []],
  ['another policy sends all back', both, { type: 'rejudge' }, 'cancelled', 'c1 c2', tell(['c1', 'c2'], 'rejudge')],
  ['another policy, and nobody waits', released, { type: 'rejudge' }, 'cancelled', 'released', []],
  [
    'a grant for the only one ends the card',
    waiting,
    { type: 'settle', call: 'c1' },
    'approved',
    'gone',
    tell(['c1'], 'grant'),
  ],
  [
    'a grant for one of two leaves the other',
    both,
    { type: 'settle', call: 'c1' },
    'pending',
    'c2',
    tell(['c1'], 'grant'),
  ],
  ['a grant for a retry to come ends the card', released, { type: 'settle' }, 'approved', 'released', []],
  [
    'release leaves the card open',
    waiting,
    { type: 'release', call: 'c1', asksAgain: false },
    'pending',
    'released',
    tell(['c1'], 'released'),
  ],
  [
    'release of one that asks again',
    waiting,
    { type: 'release', call: 'c1', asksAgain: true },
    'pending',
    'asks again',
    tell(['c1'], 'released'),
  ],
  [
    'release of one of two',
    both,
    { type: 'release', call: 'c1', asksAgain: false },
    'pending',
    'c2',
    tell(['c1'], 'released'),
  ],
  [
    'withdraw leaves the card open',
    waiting,
    { type: 'withdraw', call: 'c1' },
    'pending',
    'gone',
    tell(['c1'], 'cancelled'),
  ],
  ['withdraw of one of two', both, { type: 'withdraw', call: 'c2' }, 'pending', 'c1', tell(['c2'], 'cancelled')],
  ['a retry attaches after a ticket', released, comes('c3', 9), 'pending', 'c3', []],
  ['one that asks again does', asksAgain, comes('c3', 9), 'pending', 'c3', []],
  ['a retry attaches after the caller left', gone, comes('c3', 9), 'pending', 'c3', []],
  ['one at the same moment waits beside it', waiting, comes('c3', 1_000), 'pending', 'c1 c3', []],
  ['a third counts from the newest', both, comes('c3', 1_400), 'pending', 'c1 c2 c3', []],
  ['a later one waits beside a client that polls', polling, comes('c3', 90_000), 'pending', 'c1 c3', []],
  ['a later one takes its place', waiting, comes('c3', 1_001), 'pending', 'c3', tell(['c1'], 'superseded')],
  ['a later one takes the place of all', both, comes('c3', 1_401), 'pending', 'c3', tell(['c1', 'c2'], 'superseded')],
]

const callerWords = (approval: Approval): string => {
  if (approval.waiting.length > 0) return approval.waiting.map(({ call }) => call).join(' ')
  const caller = callerOf(approval)
  return caller.state === 'released' && caller.asksAgain ? 'asks again' : caller.state
}

describe('transition', () => {
  it.each(rows)('%s', (_, from, event, status, caller, effects) => {
    const result = transition(from, event)
    if (!result.ok) throw new Error(result.why)
    expect(result.approval.status).toBe(status)
    expect(callerWords(result.approval)).toBe(caller)
    expect(result.effects).toEqual(effects)
    expect(result.approval.expiresAt).toBe(600_000)
  })

  it.each<[string, Approval, ApprovalEvent, string]>([
    ['release of another call', waiting, { type: 'release', call: 'c9', asksAgain: false }, 'not-waiting'],
    ['release twice', released, { type: 'release', call: 'c1', asksAgain: false }, 'not-waiting'],
    ['withdraw of another call', waiting, { type: 'withdraw', call: 'c9' }, 'not-waiting'],
    ['withdraw after a ticket', released, { type: 'withdraw', call: 'c1' }, 'not-waiting'],
    ['a grant for a call that does not wait', waiting, { type: 'settle', call: 'c9' }, 'not-waiting'],
    ['a grant for nobody while somebody waits', waiting, { type: 'settle' }, 'waits'],
    ['a call that waits already', waiting, comes('c1', 5), 'waits'],
  ])('refuses %s', (_, from, event, why) => {
    expect(transition(from, event)).toEqual({ ok: false, why })
  })

  it('a ticket stays out while another call of the card is taken back, and is used up by a retry', () => {
    const events: ApprovalEvent[] = [
      { type: 'release', call: 'c1', asksAgain: false },
      { type: 'withdraw', call: 'c2' },
    ]
    const after = play(both, events)
    expect(callerOf(after)).toEqual({ state: 'released' })
    const retried = play(after, [comes('c3', 50_000), { type: 'withdraw', call: 'c3' }])
    expect(callerOf(retried)).toEqual({ state: 'gone' })
  })

  it('a card is waited on until the last budget ends, and allows as many calls as wait, or one', () => {
    expect(callerOf(both)).toEqual({ state: 'waiting', until: 45_400 })
    expect([both, waiting, released, gone].map(callsOf)).toEqual([2, 1, 1, 1])
  })

  const callNames = fc.constantFrom('c1', 'c2', 'c3')
  const anyEvent = fc.oneof(
    fc.constantFrom<ApprovalEvent>(
      { type: 'approve' },
      { type: 'refuse' },
      { type: 'expire' },
      { type: 'abandon' },
      { type: 'rejudge' },
      { type: 'settle' },
    ),
    callNames.map((call): ApprovalEvent => ({ type: 'withdraw', call })),
    callNames.map((call): ApprovalEvent => ({ type: 'settle', call })),
    fc
      .tuple(callNames, fc.boolean())
      .map(([call, asks]): ApprovalEvent => ({ type: 'release', call, asksAgain: asks })),
    fc.tuple(callNames, fc.nat(5_000)).map(([call, since]) => comes(call, since)),
  )

  it('whatever happens in whatever order: one end, one answer a wait, and never both a run and a grant', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let approval = waiting
        let ends = 0
        let grants = 0
        let runs = 0
        const waits = new Set(['c1'])
        for (const event of events) {
          const before = approval.status
          const result = transition(approval, event)
          if (!result.ok) continue
          expect(before).toBe('pending')
          approval = result.approval
          if (approval.status !== 'pending') ends += 1
          for (const effect of result.effects) {
            if (effect.type === 'grant') grants += 1
            else {
              // Nobody who was answered, withdrew or was superseded hears anything more.
              expect(waits.delete(effect.call)).toBe(true)
              if (effect.outcome === 'approved') runs += 1
            }
          }
          if (event.type === 'attach') waits.add(event.call)
        }
        expect(ends).toBeLessThanOrEqual(1)
        expect(grants).toBeLessThanOrEqual(1)
        expect(grants === 0 || runs === 0).toBe(true)
        if (grants + runs > 0) expect(approval.status).toBe('approved')
        if (approval.status !== 'pending') expect(waits.size).toBe(0)
      }),
      { numRuns: 3000 },
    )
  })
})

function play(from: Approval, events: readonly ApprovalEvent[]): Approval {
  return events.reduce((approval, event) => {
    const step = transition(approval, event)
    if (!step.ok) throw new Error(`${event.type}: ${step.why}`)
    return step.approval
  }, from)
}
