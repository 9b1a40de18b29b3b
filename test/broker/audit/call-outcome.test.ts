// Every way a call can go, as the events of its spools, and the word the log has for it. Each case is ingested with the
// proxy's spool first and with the broker's first: the rows must not depend on which doorbell rang earlier.
import { describe, expect, it } from 'vitest'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { getCall } from '../../../broker/audit/query.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import type { AuditEventType } from '../../../core/schema/audit-event.ts'
import { type CallOutcome, callOutcomes } from '../../../core/wire/ui-contract.ts'
import { sample, startOfTime } from '../../support/spool-writer.ts'
import { createLog, rowOf } from './log-fixture.ts'

type Step = { by: 'proxy' | 'broker'; type: AuditEventType; data: unknown }

const call = 's.1'
const proxy = (type: AuditEventType, data: unknown): Step => ({ by: 'proxy', type, data })
const broker = (type: AuditEventType, data: unknown): Step => ({ by: 'broker', type, data })

const received = proxy('call.received', sample.received(call))
const decided = (
  decision: 'allow' | 'deny' | 'hold',
  source: 'rule' | 'default' | 'broken-file' | 'no-policy' | 'lockdown' | 'session-refused' = 'rule',
) => proxy('call.decided', sample.decided(call, { decision, source }))
const allow = [received, decided('allow')]
const forwarded = proxy('call.forwarded', { call })
const answered = (outcome: 'ok' | 'tool-error' | 'protocol-error' | 'upstream-exited') =>
  proxy('call.answered', sample.answered(call, outcome))
const ran = [forwarded, answered('ok')]
const cancelled = (wasForwarded: boolean) => proxy('call.cancelled', { call, by: 'client', forwarded: wasForwarded })
const ended = proxy('session.ended', { reason: 'client closed' })
const gone = broker('session.gone', { session: 's' })
const hold = [received, decided('hold'), proxy('hold.opened', { call, budgetMs: 45_000 })]
const carded = [...hold, broker('approval.opened', sample.opened(call, 's'))]
const closed = (...args: Parameters<typeof sample.closed> extends [string, ...infer R] ? R : never) =>
  proxy('hold.closed', sample.closed(call, ...args))
const second = [
  proxy('hold.opened', { call, budgetMs: 45_000 }),
  broker('approval.opened', { ...sample.opened(call, 's'), approval: 'second' }),
]
const rejudged = [
  ...carded,
  broker('approval.decided', sample.approval(call, 's', 'cancelled', { by: 'policy' })),
  closed('rejudge', { approval: `a-${call}` }),
]
const attached = [...hold, broker('approval.attached', { approval: 'a-s.0', session: 's', call })]
const decidedAll = (outcome: 'approved' | 'refused', calls: string[] = ['s.0', call]) =>
  broker('approval.decided', sample.approval('s.0', 's', outcome, { calls }))
const again = (counter: number, over: object = {}) => [
  broker('approval.attached', { approval: `a-${call}`, session: 's', call: `s.${counter}`, ...over }),
]
const card = (outcome: 'approved' | 'refused' | 'expired' | 'cancelled', grant = false) =>
  broker('approval.decided', sample.approval(call, 's', outcome, { grant }))

const cases: [story: string, steps: Step[], outcome: CallOutcome][] = [
  ['received', [received], 'deciding'],
  ['received, session ended', [received, ended], 'cancelled'],
  ['received, cancelled', [received, cancelled(false)], 'cancelled'],
  ['received, process gone', [received, gone], 'cancelled'],

  ['allowed by a rule, not yet forwarded', allow, 'deciding'],
  ['allowed by a rule, cancelled before', [...allow, cancelled(false)], 'cancelled'],
  ['allowed by a rule, session ended before', [...allow, ended], 'cancelled'],
  ['allowed by a rule, process gone before', [...allow, gone], 'cancelled'],
  ['allowed by a rule, forwarded', [...allow, forwarded], 'running'],
  [
    'allowed and sent on in one line',
    allow.map((one) => ({ ...one, data: Object.assign({}, one.data, { forwarded: true }) })),
    'running',
  ],
  ['announced, then taken back before it was sent', [...allow, forwarded, cancelled(false)], 'cancelled'],
  ['forwarded, then cancelled', [...allow, forwarded, cancelled(true)], 'running'],
  [
    'forwarded, cancelled, answered all the same',
    [...allow, forwarded, cancelled(true), answered('ok')],
    'allowed-by-rule',
  ],
  ['forwarded, cancelled, session ended', [...allow, forwarded, cancelled(true), ended], 'outcome-unknown'],
  ['forwarded, session ended', [...allow, forwarded, ended], 'outcome-unknown'],
  ['forwarded, process gone', [...allow, forwarded, gone], 'outcome-unknown'],
  ['answered', [...allow, ...ran], 'allowed-by-rule'],
  ['answered, session ended', [...allow, ...ran, ended], 'allowed-by-rule'],
  ['answered with a tool error', [...allow, forwarded, answered('tool-error')], 'upstream-error'],
  ['answered with a protocol error', [...allow, forwarded, answered('protocol-error')], 'upstream-error'],
  ['upstream died', [...allow, forwarded, answered('upstream-exited')], 'upstream-error'],
  ['allowed by default', [received, decided('allow', 'default'), ...ran], 'allowed-by-default'],

  ['denied by a rule', [received, decided('deny')], 'denied-by-rule'],
  ['denied by a rule, session ended', [received, decided('deny'), ended], 'denied-by-rule'],
  ['denied by default', [received, decided('deny', 'default')], 'denied-by-default'],
  ['a policy file is broken', [received, decided('deny', 'broken-file')], 'denied-policy-broken'],
  ['there is no policy', [received, decided('deny', 'no-policy')], 'denied-policy-broken'],
  ['everything is locked down', [received, decided('deny', 'lockdown')], 'denied-lockdown'],
  ['its session is refused', [received, decided('deny', 'session-refused')], 'refused'],
  ['forwarded under lockdown', [received, decided('deny', 'lockdown'), ...ran], 'outcome-unknown'],

  ['held', [received, decided('hold')], 'waiting'],
  ['held, card open', carded, 'waiting'],
  ['held, cancelled', [...carded, cancelled(false)], 'cancelled'],
  ['held, session ended', [...carded, ended], 'cancelled'],
  ['held, process gone', [...carded, gone], 'cancelled'],
  ['held, card refused, proxy not heard of yet', [...carded, card('refused')], 'refused'],
  ['held, card expired, process gone', [...carded, gone, card('expired')], 'expired'],
  ['held, card approved, proxy not heard of yet', [...carded, card('approved')], 'waiting'],
  ['held, card approved, process gone before it forwarded', [...carded, card('approved'), gone], 'cancelled'],
  ['approved, not yet forwarded', [...carded, card('approved'), closed('approved')], 'deciding'],
  [
    'approved, cancelled before it was forwarded',
    [...carded, card('approved'), closed('approved'), cancelled(false)],
    'cancelled',
  ],
  ['approved, forwarded', [...carded, card('approved'), closed('approved'), forwarded], 'running'],
  ['approved, ran', [...carded, card('approved'), closed('approved'), ...ran], 'approved'],
  ['approved, policy asked again allows', [...carded, closed('approved'), decided('allow'), ...ran], 'approved'],
  ['approved, policy asked again denies', [...carded, closed('approved'), decided('deny')], 'denied-by-rule'],
  ['approved, upstream failed', [...carded, closed('approved'), forwarded, answered('tool-error')], 'upstream-error'],
  ['approved, killed after it was forwarded', [...carded, closed('approved'), forwarded, gone], 'outcome-unknown'],
  [
    'a grant',
    [...hold, closed('grant'), broker('grant.used', { approval: 'a-0', session: 's', call }), ...ran],
    'allowed-by-grant',
  ],
  ['refused', [...carded, card('refused'), closed('refused')], 'refused'],
  ['expired', [...carded, card('expired'), closed('expired')], 'expired'],
  ['cancelled while held', [...carded, closed('cancelled'), cancelled(false), card('cancelled')], 'cancelled'],
  [
    'cancelled while held, then allowed for the next',
    [...carded, closed('cancelled'), cancelled(false), card('approved', true)],
    'cancelled',
  ],
  ['approved, then locked down', [...carded, closed('approved'), decided('deny', 'lockdown')], 'denied-lockdown'],
  ['refused by a lockdown while held', [...carded, card('refused'), closed('refused')], 'refused'],
  ['the policy changed', rejudged, 'waiting'],
  ['the policy changed, session ended', [...rejudged, ended], 'cancelled'],
  ['the policy changed and allows', [...rejudged, decided('allow'), ...ran], 'allowed-by-rule'],
  ['the policy changed and denies', [...rejudged, decided('deny')], 'denied-by-rule'],
  ['the policy changed and asks anew', [...rejudged, decided('hold'), ...second], 'waiting'],
  [
    'the policy changed, asked anew, approved',
    [...rejudged, decided('hold'), ...second, closed('approved', { approval: 'second' }), ...ran],
    'approved',
  ],
  ['an identical call took its place', [...carded, closed('superseded', { approval: `a-${call}` })], 'cancelled'],
  [
    'an identical call took its place and was approved',
    [...carded, closed('superseded'), broker('approval.decided', sample.approval('s.2', 's', 'approved'))],
    'cancelled',
  ],
  ['forwarded although another took its place', [...carded, closed('superseded'), ...ran], 'outcome-unknown'],
  ['came back with an answer for its server', [...hold, closed('continued'), ...ran], 'approved'],
  ['came back with an answer, not yet forwarded', [...hold, closed('continued')], 'deciding'],
  ['came back, policy asked again allows', [...hold, closed('continued'), decided('allow'), ...ran], 'approved'],
  ['attached to an open card', attached, 'waiting'],
  ['attached, card approved for all', [...attached, decidedAll('approved'), closed('approved'), ...ran], 'approved'],
  ['attached, card refused for all', [...attached, decidedAll('refused')], 'refused'],
  ['attached and gone before the card was refused', [...attached, decidedAll('refused', ['s.0']), ended], 'cancelled'],
  ['too many waiting', [...hold, closed('too-many')], 'too-many'],
  ['no broker', [...hold, closed('no-broker')], 'never-shown'],
  ['released', [...carded, closed('released')], 'released'],
  ['released, session ended', [...carded, closed('released'), ended], 'released'],
  ['released, then approved', [...carded, closed('released'), card('approved', true)], 'approved'],
  ['released, then refused', [...carded, closed('released'), card('refused')], 'refused'],
  ['released, then expired', [...carded, closed('released'), card('expired')], 'expired'],
  ['released, then the card was cancelled', [...carded, closed('released'), card('cancelled')], 'cancelled'],

  ['asks again, not back yet', [...carded, closed('released', { asksAgain: true })], 'released'],
  [
    'asks again, back at the open card',
    [...carded, closed('released', { asksAgain: true }), ...again(2)],
    'asked-again',
  ],
  [
    'asks again, back, approved',
    [...carded, closed('released', { asksAgain: true }), ...again(2), decidedAll('approved', ['s.2'])],
    'asked-again',
  ],
  [
    'asks again, approved meanwhile, the next round ran',
    [
      ...carded,
      closed('released', { asksAgain: true }),
      card('approved', true),
      broker('grant.used', { approval: `a-${call}`, session: 's', call: 's.2' }),
    ],
    'asked-again',
  ],
  [
    'asks again, approved and remembered, the next round ran',
    [
      ...carded,
      closed('released', { asksAgain: true }),
      card('approved'),
      broker('grant.used', { approval: `a-${call}`, session: 's', call: 's.2', grant: 'g' }),
    ],
    'asked-again',
  ],
  [
    'asks again, approved, never back',
    [...carded, closed('released', { asksAgain: true }), card('approved', true)],
    'approved',
  ],
  ['asks again, refused while away', [...carded, closed('released', { asksAgain: true }), card('refused')], 'refused'],
  [
    'the last of several rounds',
    [
      ...hold,
      ...again(0),
      broker('approval.attached', { approval: `a-${call}`, session: 's', call }),
      closed('released', { asksAgain: true }),
      card('approved', true),
    ],
    'approved',
  ],
  [
    'asks not again, another came to its card',
    [...carded, closed('released'), ...again(2), card('refused')],
    'refused',
  ],
  [
    'asks again, another card',
    [...carded, closed('released', { asksAgain: true }), ...again(2, { approval: 'b' })],
    'released',
  ],
  [
    'asks again, another session',
    [...carded, closed('released', { asksAgain: true }), ...again(2, { session: 'x', call: 'x.2' })],
    'released',
  ],
  [
    'asks again, another had come to its card before it was released',
    [...carded, ...again(2), closed('released', { asksAgain: true })],
    'released',
  ],

  [
    'asks again, the same call came to its card once more',
    [
      ...carded,
      closed('released', { asksAgain: true }),
      broker('approval.attached', { approval: `a-${call}`, session: 's', call }),
    ],
    'released',
  ],
  [
    'asks again, earlier rounds came to its card before it',
    [
      ...hold,
      ...again(0, { approval: 'x' }),
      ...again(9, { approval: 'x' }),
      broker('approval.attached', { approval: 'x', session: 's', call }),
      closed('released', { asksAgain: true, approval: 'x' }),
    ],
    'released',
  ],
  ['held by its first event', [decided('hold'), ...carded.slice(2)], 'waiting'],

  ['forwarded without a decision', [received, forwarded, answered('ok')], 'outcome-unknown'],
  ['forwarded although denied', [received, decided('deny'), ...ran], 'outcome-unknown'],
  ['forwarded although held', [...hold, ...ran], 'outcome-unknown'],
  ['forwarded although refused', [...hold, closed('refused'), ...ran], 'outcome-unknown'],
]

describe('the outcome of a call', () => {
  it('has a story for every word', () => {
    expect(new Set(cases.map(([, , outcome]) => outcome))).toEqual(new Set(callOutcomes))
  })

  it.each(cases)('%s', (_story, steps, outcome) => {
    const rows = (['proxy first', 'broker first'] as const).map((order) => {
      const log = createLog()
      const spools = { proxy: log.writer('s'), broker: log.writer('broker-1') }
      spools.proxy.append('session.started', sample.started())
      spools.broker.append('broker.started', { version: '0.1.0', pid: 1, host: 'desktop' })
      for (const [index, step] of steps.entries()) {
        spools[step.by].appendRaw(step.type, step.data, startOfTime + 10_000 + index * 1000)
      }
      // A session is found gone only once its spool has been read, so that order has no other way round.
      const first = order === 'proxy first' || steps.includes(gone) ? ['s', 'broker-1'] : ['broker-1', 's']
      for (const name of first) log.ingest.ingestFile(name)
      expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([])
      // Which event was read when is another matter, and numbers of rows follow from it.
      return Object.entries(rowOf(log.db, call)).filter(([column]) => column !== 'id' && !column.endsWith('_seq'))
    })
    expect(Object.fromEntries(rows[0] ?? [])).toMatchObject({ outcome })
    const [first, other] = rows
    expect(other).toEqual(first)
  })
})

describe('a call row', () => {
  it('keeps the word of the card over the copy of the proxy, and the person’s reason over the rule’s', () => {
    const log = createLog()
    const [writer, other] = [log.writer('s'), log.writer('broker-1')]
    writer.append('session.started', sample.started())
    for (const step of hold) writer.appendRaw(step.type, step.data)
    writer.append('hold.closed', sample.closed(call, 'refused', { by: 'someone', reason: 'copied' }))
    log.ingest.ingestAll()
    expect(getCall(log.db, call)).toMatchObject({ summary: { decidedBy: 'someone' }, reason: 'copied' })
    other.append(
      'approval.decided',
      sample.approval(call, 's', 'refused', { by: 'desktop', reason: 'not on a Friday' }),
    )
    log.ingest.ingestAll()
    expect(getCall(log.db, call)).toMatchObject({
      reason: 'not on a Friday',
      summary: { heldMs: 2500, decidedBy: 'desktop' },
    })
  })

  it('is not changed by a spool that has no say in it', () => {
    const log = createLog()
    const [writer, rogue] = [log.writer('s'), log.writer('x')]
    writer.append('session.started', sample.started())
    for (const step of hold) writer.appendRaw(step.type, step.data)
    rogue.append('call.answered', sample.answered(call))
    rogue.append('approval.decided', sample.approval(call, 's', 'approved'))
    rogue.append('session.gone', { session: 's' })
    expect(log.ingest.ingestAll()).toEqual({ events: 7, calls: ['s.1'], damaged: [] })
    expect(getCall(log.db, call)?.summary).toMatchObject({ outcome: 'waiting', session: 's' })
    expect(getCall(log.db, call)?.summary).not.toHaveProperty('durationMs')
    expect(getCall(log.db, call)).not.toHaveProperty('result')
    expect(getCall(log.db, call)?.events.map((event) => event.type)).toEqual([
      'call.received',
      'call.decided',
      'hold.opened',
    ])
  })

  it('learns its client and server from the session even when a card came first', () => {
    const log = createLog()
    log.writer('broker-1').append('approval.opened', sample.opened(call, 's'))
    log.ingest.ingestAll()
    expect(getCall(log.db, call)?.summary).toMatchObject({ client: '', tool: '', outcome: 'waiting' })
    log.writer('s').append('session.started', sample.started())
    expect(createIngest(log.db, { spoolFolder: log.spoolFolder, now: () => 1 }).ingestAll().calls).toEqual([call])
    expect(getCall(log.db, call)?.summary).toMatchObject({ client: 'cursor', server: 'files' })
  })
})
