// What people answered, from real spools: the card's history, the statistics, and the hosts that calls named.
import { describe, expect, it, test } from 'vitest'
import { answersOf } from '../../../broker/audit/answers.ts'
import { seenHosts } from '../../../broker/audit/hosts.ts'
import { lastLockdown } from '../../../broker/audit/last-lockdown.ts'
import { seenClients } from '../../../broker/audit/seen-clients.ts'
import { answerStatistics } from '../../../broker/audit/statistics.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import type { AuditEventData } from '../../../core/schema/audit-event.ts'
import { uiRequests } from '../../../core/wire/ui-contract.ts'
import { sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { createLog } from './log-fixture.ts'

type Decided = Partial<AuditEventData<'call.decided'>>
type Outcome = AuditEventData<'approval.decided'>['outcome']
/** `after`: how long the card was open, in milliseconds; no outcome: it is. */
type Asked = Decided & { at: number; outcome?: Outcome; by?: string; after?: number; calls?: string[]; withAll?: true }

/** A session of `cursor` with `files`, and a broker that asked. */
function answeredLog(asked: readonly Asked[]) {
  const log = createLog()
  const [proxy, broker] = [log.writer('s'), log.writer('broker-1')]
  proxy.append('session.started', sample.started(), startOfTime)
  for (const [index, { at, outcome, by = 'desktop', after = 2_000, calls, withAll, ...over }] of asked.entries()) {
    const call = `s.${index + 1}`
    const t = startOfTime + at
    proxy.append('call.received', sample.received(call, over.tool), t)
    proxy.append('call.decided', sample.decided(call, { decision: 'hold', ...over }), t)
    broker.append('approval.opened', sample.opened(call, 's'), t)
    const decided = sample.approval(call, 's', outcome ?? 'approved', {
      by,
      ...(calls ? { calls } : {}),
      ...(withAll ? { withAll } : {}),
    })
    if (outcome) broker.append('approval.decided', decided, t + after)
  }
  return { ...log, proxy, broker }
}

const which = { client: 'cursor', server: 'files', action: 'tools/call', tool: 'write_file' } as const

describe('answersOf', () => {
  it.each<[what: string, asked: Asked[], counts: object]>(
    [
    ['a person’s answers', [{ at: 0, outcome: 'approved' }, { at: 1, outcome: 'refused' }, { at: 2, outcome: 'approved', by: 'headless:ada' }], { approved: 2, refused: 1 }],
    ['answers on a notification', [{ at: 0, outcome: 'refused', by: 'notification' }], { refused: 1 }],
    ['nobody’s answer', [{ at: 0, outcome: 'expired', by: 'clock' }], { expired: 1 }],
    ['not what a grant settled', [{ at: 0, outcome: 'approved', by: 'grant' }], {}],
    ['not what the policy or a restart closed', [{ at: 0, outcome: 'cancelled', by: 'policy' }, { at: 1, outcome: 'cancelled', by: 'restart' }], {}],
    ['not what was refused with everything else', [{ at: 0, outcome: 'refused', withAll: true }], {}],
    ['not what is still open', [{ at: 0 }], {}],
    ['not another tool', [{ at: 0, outcome: 'approved', tool: 'read_file' }], {}],
    ['not a prompt of that name', [{ at: 0, outcome: 'approved', action: 'prompts/get' }], {}],
    ['not what is too long ago', [{ at: -5_000, outcome: 'approved' }], {}],
    ['a card that two calls shared once', [{ at: 0, outcome: 'refused', calls: ['s.1', 's.2'] }], { refused: 1 }],
  ], // biome-ignore format: a table
  )('counts %s', (_what, asked, counts) => {
    const { db, ingest } = answeredLog(asked)
    ingest.ingestAll()
    const found = answersOf(db, { ...which, since: startOfTime })
    expect(found).toEqual({ approved: 0, refused: 0, expired: 0, ...counts })
    expect(answersOf(db, { ...which, client: 'zed', since: 0 })).toEqual({ approved: 0, refused: 0, expired: 0 })
  })
})

describe('answerStatistics', () => {
  const hour = 3_600_000
  const [write, shell] = [
    { id: 'files/write', file: 'files.yaml', line: 7 },
    { id: 'shell', file: 'shell.yaml' },
  ]
  const asked: Asked[] = [
    { at: 0, outcome: 'approved', after: 1_000 },
    { at: 10, outcome: 'approved', after: 1_499 },
    { at: 20, outcome: 'approved', after: 1_500 },
    { at: 30, outcome: 'refused', after: 200 },
    { at: hour, outcome: 'expired', by: 'clock', after: 600_000 },
    { at: hour + 20, outcome: 'approved', by: 'grant', after: 10 },
    { at: hour + 21, outcome: 'refused', after: 9_000, rules: [write, shell] },
    { at: hour + 22, tool: 'bash', source: 'default', rules: [], risk: 'execute' },
    { at: 2 * hour, outcome: 'cancelled', by: 'policy', tool: 'bash', rules: [shell] },
  ]
  const now = startOfTime + 3 * hour

  it('tells how a person answered, by rule and by tool', () => {
    const { db, ingest, proxy, broker } = answeredLog(asked)
    const alone = ['allow', 'deny'] as const
    for (const [index, decision] of alone.entries()) {
      proxy.append('call.decided', sample.decided(`s.${20 + index}`, { decision }), startOfTime + 40)
    }
    proxy.append('call.decided', sample.decided('s.30', { decision: 'deny', source: 'lockdown' }), startOfTime + 41)
    for (const [call, grant] of [
      ['s.31', 'g-1'],
      ['s.32', undefined],
    ] as const) {
      proxy.append('call.decided', sample.decided(call, { decision: 'hold' }), startOfTime + 42)
      proxy.append('hold.closed', sample.closed(call, 'grant'), startOfTime + 43)
      broker.append('grant.used', { approval: 'a', session: 's', call, ...(grant ? { grant } : {}) })
    }
    ingest.ingestAll()
    const found = answerStatistics(db, { now, days: 1 })
    expect(uiRequests['statistics.get'].result.parse(found)).toEqual(found)
    expect(found).toEqual({
      since: now - 24 * hour,
      asked: 9,
      answered: { approved: 3, refused: 2, expired: 1 },
      settledAlone: 3,
      medianAnswerMs: 1_499,
      fastApprovals: 2,
      rules: [
        { rule: write, asked: 7, answered: { approved: 3, refused: 2, expired: 1 }, medianAnswerMs: 1_499 },
        { rule: shell, asked: 2, answered: { approved: 0, refused: 1, expired: 0 }, medianAnswerMs: 9_000 },
        { asked: 1, answered: { approved: 0, refused: 0, expired: 0 } },
      ],
      tools: [
        { client: 'cursor', server: 'files', tool: 'write_file', asked: 7, answered: { approved: 3, refused: 2, expired: 1 }, mostAnHour: 4 },
        { client: 'cursor', server: 'files', tool: 'bash', asked: 2, answered: { approved: 0, refused: 0, expired: 0 }, mostAnHour: 2 },
      ],
    }) // biome-ignore format: a table
  })

  it('counts no answer where everything was refused, and no time where the clock was set back', () => {
    const { db, ingest } = answeredLog([
      { at: 0, outcome: 'refused', withAll: true, after: 10 },
      { at: 1, outcome: 'approved', after: -3_000 },
      { at: 2, outcome: 'approved', after: 4_000 },
    ])
    ingest.ingestAll()
    expect(answerStatistics(db, { now, days: 1 })).toMatchObject({
      asked: 3, answered: { approved: 2, refused: 0 }, medianAnswerMs: 4_000, fastApprovals: 0,
    }) // biome-ignore format: one line
    expect(verifyAudit(db).problems).toEqual([])
  })

  it('leaves out what is longer ago', () => {
    const { db, ingest } = answeredLog(asked)
    ingest.ingestAll()
    const later = answerStatistics(db, { now: startOfTime + 24 * hour + 31, days: 1 })
    expect(later).toMatchObject({ asked: 5, answered: { approved: 0, refused: 1, expired: 1 }, fastApprovals: 0 })
  })

  it('has nothing to tell of an empty log', () => {
    const found = answerStatistics(createLog().db, { now, days: 7 })
    expect(found).toMatchObject({ asked: 0, settledAlone: 0, rules: [], tools: [] })
    expect(found).not.toHaveProperty('medianAnswerMs')
  })

  it('keeps the rule that asked, also where another allowed the call afterwards', () => {
    const { db, ingest, proxy } = answeredLog([{ at: 0, outcome: 'approved' }])
    proxy.append('hold.closed', sample.closed('s.1', 'approved'))
    proxy.append('call.decided', sample.decided('s.1', { rules: [shell] }))
    ingest.ingestAll()
    expect(answerStatistics(db, { now, days: 1 }).rules).toMatchObject([{ rule: write, asked: 1 }])
  })
})

describe('cards', () => {
  it('are checked against the events', () => {
    const { db, ingest } = answeredLog([{ at: 0, outcome: 'approved' }])
    ingest.ingestAll()
    expect(verifyAudit(db).problems).toEqual([])
    db.exec("UPDATE card SET decided_by = 'grant'")
    expect(verifyAudit(db).problems).toMatchObject([{ where: 'card', place: 'card a-s.1, column decided_by' }])
  })
})

describe('seenHosts', () => {
  const argumentsOf = (value: unknown, cutAt?: number) => {
    const text = JSON.stringify(value)
    const truncated = cutAt !== undefined
    return { text: truncated ? text.slice(0, cutAt) : text, bytes: text.length, truncated }
  }
  const long = { url: 'https://whole.example/a', body: 'see https://other.example and http://cut.exam' }
  const edited = { argumentsHash: sha256('e'), arguments: argumentsOf({ url: 'https://edited.example' }) }

  test.each<
    [
      what: string,
      args: AuditEventData<'call.decided'>['arguments'],
      events: 'sent' | 'forwarded' | 'edited' | 'not',
      hosts: string[],
    ]
  >(
    [
    ['a URL', argumentsOf({ url: 'https://API.example:8443/x?y=1' }), 'sent', ['api.example']],
    ['several, deep inside', argumentsOf({ a: [{ b: 'http://one.example, http://two.example' }] }), 'sent', ['one.example', 'two.example']],
    ['a host by its name', argumentsOf({ host: 'db.example' }), 'sent', ['db.example']],
    ['one that was approved', argumentsOf({ url: 'https://asked.example' }), 'forwarded', ['asked.example']],
    ['what the person put in its place', argumentsOf({ url: 'https://asked.example' }), 'edited', ['edited.example']],
    ['nothing of a call that did not run', argumentsOf({ url: 'https://denied.example' }), 'not', []],
    ['whole URLs of a text that was cut', argumentsOf(long, JSON.stringify(long).length - 2), 'sent', ['other.example', 'whole.example']],
    ['nothing where nothing is named', argumentsOf({ path: 'a' }), 'sent', []],
  ], // biome-ignore format: a table
  )('knows %s', (_what, args, events, hosts) => {
    const log = createLog()
    const proxy = log.writer('s')
    const decision =
      events === 'sent' ? ({ decision: 'allow', forwarded: true } as const) : { decision: 'hold' as const }
    proxy.append('call.decided', sample.decided('s.1', { ...decision, arguments: args }))
    if (events === 'forwarded') proxy.append('call.forwarded', { call: 's.1' })
    if (events === 'edited') proxy.append('call.forwarded', { call: 's.1', edited })
    log.ingest.ingestAll()
    expect(log.db.prepare('SELECT host FROM host ORDER BY host').pluck().all()).toEqual(hosts)
    expect([...seenHosts(log.db, [...hosts, 'never.example'])].sort()).toEqual(hosts)
  })

  it('keeps when a host was seen first, and not more of one call than a person would read', () => {
    const log = createLog()
    const proxy = log.writer('s')
    const urls = Array.from({ length: 300 }, (_, index) => `https://h${index}.example`)
    const decided = (call: string, value: unknown) =>
      sample.decided(call, { forwarded: true, arguments: argumentsOf(value) })
    proxy.append('call.decided', decided('s.1', { url: 'https://h1.example' }), startOfTime)
    proxy.append('call.decided', decided('s.2', { urls }), startOfTime + 5)
    log.ingest.ingestAll()
    expect(log.db.prepare('SELECT count(*), min(first_at) FROM host').raw().get()).toEqual([100, startOfTime])
  })
})

it('seenClients tells what each client called itself last', () => {
  const log = createLog()
  for (const [session, client, name] of [
    ['a', 'work', 'old'],
    ['b', 'work', 'codex'],
    ['c', 'cursor', undefined],
  ] as const) {
    const writer = log.writer(session)
    writer.append('session.started', sample.started({ client }), startOfTime + session.charCodeAt(0))
    if (name) writer.append('session.client', { name, version: '1', protocolVersion: '2025-11-25' })
  }
  log.ingest.ingestAll()
  expect(seenClients(log.db)).toEqual([{ client: 'cursor' }, { client: 'work', clientInfoName: 'codex' }])
  expect(seenClients(createLog().db)).toEqual([])
})

it('lastLockdown believes the last word of a broker', () => {
  const log = createLog()
  expect(lastLockdown(log.db)).toBeUndefined()
  const broker = log.writer('broker-1')
  broker.append('lockdown.changed', { on: true, by: 'desktop' }, startOfTime)
  log.writer('rogue').append('lockdown.changed', { on: false, by: 'desktop' }, startOfTime + 1)
  log.ingest.ingestAll()
  expect(lastLockdown(log.db)).toEqual({ on: true, by: 'desktop', at: startOfTime })
  broker.append('lockdown.changed', { on: false, by: 'headless:1' }, startOfTime + 2)
  log.ingest.ingestAll()
  expect(lastLockdown(log.db)).toEqual({ on: false, by: 'headless:1', at: startOfTime + 2 })
})
