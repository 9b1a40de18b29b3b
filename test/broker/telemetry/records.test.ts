// What is told as a log record, how gravely, and in which words.
import { expect, it } from 'vitest'
import { recordedTypes } from '../../../broker/telemetry/records.ts'
import type { AuditEventData, AuditEventType } from '../../../core/schema/audit-event.ts'
import type { ReceivedRecord } from '../../support/otlp-receiver.ts'
import { type SpoolWriter, sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { type Bench, createBench } from './exporter-fixture.ts'

type Row<T extends AuditEventType = AuditEventType> = [
  what: string,
  type: T,
  data: AuditEventData<T>,
  severity: 'INFO' | 'WARN' | 'ERROR',
  body: string,
  attributes?: Record<string, unknown>,
]
const row = <T extends AuditEventType>(...one: Row<T>) => one as unknown as Row

const call = 's.1'
const decided = (over: Partial<AuditEventData<'call.decided'>>) => sample.decided(call, over)
const approval = (
  outcome: AuditEventData<'approval.decided'>['outcome'],
  over: Partial<AuditEventData<'approval.decided'>> = {},
) => sample.approval(call, 's', outcome, over)
const on = 'write_file on files for cursor'
const grant = { approval: 'a', grant: 'g-1', by: 'desktop' }
const hash = sha256('x')

const rows: Row[] = [
  row('allowed', 'call.decided', decided({}), 'INFO', `Rule files/write allowed ${on}.`, {
    'countersign.decision': 'allow',
    'countersign.rule': 'files/write',
    'countersign.rule.file': 'files.yaml',
    'countersign.risk': 'write',
    'countersign.policy.revision': 'rev-1',
    'gen_ai.tool.name': 'write_file',
    'countersign.client': 'cursor',
  }),
  row('by default', 'call.decided', decided({ source: 'default' }), 'INFO', `The default allowed ${on}.`),
  row('held', 'call.decided', decided({ decision: 'hold' }), 'INFO', `Rule files/write held ${on}.`),
  row('denied', 'call.decided', decided({ decision: 'deny' }), 'WARN', `Rule files/write denied ${on}.`),
  row('lockdown', 'call.decided', decided({ decision: 'deny', source: 'lockdown' }), 'WARN', `Lockdown denied ${on}.`),
  row(
    'refused session',
    'call.decided',
    decided({ decision: 'deny', source: 'session-refused' }),
    'WARN',
    `A person refuses its session, so ${on} was denied.`,
  ),
  row(
    'broken file',
    'call.decided',
    decided({ decision: 'deny', source: 'broken-file' }),
    'ERROR',
    `A broken policy file denied ${on}.`,
  ),
  row(
    'no policy',
    'call.decided',
    decided({ decision: 'deny', source: 'no-policy' }),
    'ERROR',
    `No policy could be used, so ${on} was denied.`,
  ),
  row(
    'too many',
    'hold.closed',
    sample.closed(call, 'too-many'),
    'WARN',
    'Nobody was asked about write_file on files for cursor: too much was waiting already.',
  ),
  row(
    'nobody there',
    'hold.closed',
    sample.closed(call, 'no-broker'),
    'WARN',
    'Nobody was asked about write_file on files for cursor: Countersign was not running.',
  ),
  row('approved', 'approval.decided', approval('approved'), 'INFO', `Desktop approved ${on}.`, {
    'countersign.approval.outcome': 'approved',
    'countersign.by': 'desktop',
    'countersign.call.id': call,
  }),
  row(
    'approved, other arguments',
    'approval.decided',
    approval('approved', { edited: { argumentsHash: hash, arguments: { text: '{}', bytes: 2, truncated: false } } }),
    'INFO',
    `Desktop approved ${on}, with other arguments.`,
  ),
  row(
    'approved later',
    'approval.decided',
    approval('approved', { grant: true }),
    'INFO',
    `Desktop approved ${on}, to run when it is called again.`,
  ),
  row('refused', 'approval.decided', approval('refused'), 'WARN', `Desktop refused ${on}.`),
  row('expired', 'approval.decided', approval('expired'), 'WARN', `Nobody answered in time about ${on}.`),
  row('taken back', 'approval.decided', approval('cancelled'), 'INFO', `The question about ${on} was taken back.`),
  row('by a grant', 'grant.used', { approval: 'a', session: 's', call }, 'INFO', `An earlier approval let ${on} run.`),
  row(
    'remembered',
    'grant.made',
    {
      ...{
        ...grant,
        client: 'cursor',
        server: 'files',
        tool: 'write_file',
        lifetime: 'session',
        expiresAt: startOfTime,
      },
      scopes: { text: '{}', bytes: 2, truncated: false },
    },
    'INFO',
    `Desktop approved later calls of ${on} as well (session).`,
    { 'countersign.grant.id': 'g-1' },
  ),
  row('revoked', 'grant.revoked', grant, 'INFO', 'Desktop took a remembered approval back.'),
  row(
    'session refused',
    'session.refused',
    { session: 's', by: 'desktop' },
    'WARN',
    'Desktop refused everything of the session of cursor with files.',
    { 'mcp.session.id': 's', 'countersign.server': 'files' },
  ),
  row(
    'session resumed',
    'session.resumed',
    { session: 's', by: 'desktop' },
    'INFO',
    'Desktop let the session of cursor with files go on.',
  ),
  row('lockdown on', 'lockdown.changed', { on: true, by: 'tray' }, 'WARN', 'Tray turned lockdown on: nothing runs.'),
  row('lockdown off', 'lockdown.changed', { on: false, by: 'tray' }, 'INFO', 'Tray turned lockdown off.'),
  row(
    'published',
    'policy.published',
    { revision: 'r', files: ['a.yaml'], problems: [] },
    'INFO',
    'A policy of 1 file was published.',
    { 'countersign.policy.revision': 'r', 'countersign.policy.files': ['a.yaml'] },
  ),
  row(
    'published broken',
    'policy.published',
    { revision: 'r', files: ['a.yaml', 'b.yaml'], problems: ['a.yaml is broken'] },
    'ERROR',
    'A policy was published that has 1 problem.',
  ),
  row(
    'rule written',
    'policy.remembered',
    { files: ['a.yaml'], rule: 'ask-less', by: 'desktop' },
    'INFO',
    'Desktop had a rule written: ask-less.',
  ),
  row(
    'removal',
    'policy.removal-accepted',
    { file: 'a.yaml', servers: [], by: 'desktop' },
    'WARN',
    'Desktop let go of the removed policy file a.yaml.',
  ),
  row(
    'tools',
    'tools.listed',
    { tools: 3, sha256: hash, names: ['a', 'b', 'c'] },
    'INFO',
    'files lists 3 tools, and not those of before.',
    { 'countersign.tools': 3, 'countersign.tools.sha256': hash },
  ),
  row(
    'rejected',
    'message.rejected',
    { code: -32700, problem: 'x', bytes: 7 },
    'WARN',
    'A message that could not be read was not passed on.',
    { 'countersign.rejected.code': -32700 },
  ),
  row('alert', 'alert', { kind: 'spool-damaged', detail: 'line 3' }, 'ERROR', 'Alert: spool-damaged.'),
  row(
    'pruned',
    'log.pruned',
    { upTo: 9, hash, events: 9, calls: 2, why: 'age' },
    'INFO',
    'The log gave up its oldest 9 events.',
    { 'countersign.pruned.up_to': 9 },
  ),
  row(
    'anchored',
    'head.anchored',
    { seq: 9, hash, where: 'journal' },
    'INFO',
    'The head of the log was written to journal.',
  ),
  row('started', 'broker.started', { version: '1', pid: 1, host: 'desktop' }, 'INFO', 'Countersign started.'),
  row('stopped', 'broker.stopped', {}, 'INFO', 'Countersign stopped.'),
]

const byProxy = (type: AuditEventType) => recordedTypes.proxy.some((one) => one === type)

async function recordsOf(write: (proxy: SpoolWriter, broker: SpoolWriter) => void): Promise<ReceivedRecord[]> {
  const bench: Bench = await createBench()
  const proxy = bench.log.writer('s')
  proxy.append('session.started', sample.started())
  // The call that most of them are about.
  proxy.append('call.decided', decided({ decision: 'hold' }))
  const broker = bench.log.writer('broker-1')
  broker.append('approval.opened', { ...sample.opened(call, 's'), approval: grant.approval })
  write(proxy, broker)
  broker.append('alert', { kind: 'the-end', detail: '' })
  bench.happened()
  const isLast = (one: ReceivedRecord) => one.body === 'Alert: the-end.'
  await bench.collector.until(() => bench.collector.records.some(isLast))
  return bench.collector.records.filter((one) => !isLast(one)).slice(1)
}

it.each(rows)('%s', async (_, type, data, severity, body, attributes = {}) => {
  const [record, ...more] = await recordsOf((proxy, broker) => {
    const writer = byProxy(type) ? proxy : broker
    writer.append(type, data, startOfTime + 77_000)
  })
  expect(more).toEqual([])
  expect(record).toMatchObject({
    severity,
    body,
    eventName: `countersign.${type}`,
    at: startOfTime + 77_000,
    attributes: {
      ...attributes,
      'countersign.audit.seq': expect.any(Number),
      'log.record.uid': expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  })
})

it('is of the trace and the span of its call', async () => {
  const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
  const records = await recordsOf((proxy, broker) => {
    proxy.append('call.decided', sample.decided('s.2', { trace, decision: 'hold' }))
    broker.append('approval.decided', sample.approval('s.2', 's', 'approved'))
    broker.append('lockdown.changed', { on: true, by: 'tray' })
  })
  const [first, second, third] = records
  expect(first?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
  expect(first?.spanId).toMatch(/^[0-9a-f]{16}$/)
  expect(second).toMatchObject({ traceId: first?.traceId, spanId: first?.spanId })
  expect(third).toMatchObject({ traceId: '', spanId: '' })
})

it('names no address of a resource, also where reading it was remembered', async () => {
  const address = 'file:///home/ada/diary'
  const records = await recordsOf((proxy, broker) => {
    proxy.append('call.decided', sample.decided('s.2', { action: 'resources/read', tool: address, decision: 'hold' }))
    for (const approval of ['known', 'unknown']) {
      if (approval === 'known') broker.append('approval.opened', { ...sample.opened('s.2', 's'), approval })
      broker.append('grant.made', {
        ...{ grant: 'g', approval, by: 'desktop', client: 'cursor', server: 'files', tool: address },
        ...{ lifetime: 'hour', expiresAt: startOfTime, scopes: { text: '{}', bytes: 2, truncated: false } },
      })
    }
  })
  expect(records.map(({ body }) => body)).toEqual([
    'Rule files/write held resources/read on files for cursor.',
    'Desktop approved later calls of resources/read on files for cursor as well (hour).',
    'Desktop approved later calls on files for cursor as well (hour).',
  ])
  expect(JSON.stringify(records)).not.toContain('diary')
})

it('is not written for what decides nothing', async () => {
  const quiet = await recordsOf((proxy, broker) => {
    proxy.append('hold.opened', { call, budgetMs: 1 })
    proxy.append('hold.closed', sample.closed(call, 'approved'))
    proxy.append('call.forwarded', { call })
    proxy.append('call.answered', sample.answered(call))
    broker.append('budget.learned', { client: 'cursor', observedMs: 1, budgetMs: 1 })
  })
  expect(quiet).toEqual([])
})

it('has a word for each type that it takes', () => {
  const taken = [...recordedTypes.proxy, ...recordedTypes.broker]
  expect(new Set(rows.map(([, type]) => type))).toEqual(new Set(taken))
})

it('is not written where somebody says what only another can say', async () => {
  const records = await recordsOf((proxy, broker) => {
    proxy.append('approval.decided', approval('approved'))
    proxy.append('lockdown.changed', { on: false, by: 'desktop' })
    proxy.append('alert', { kind: 'nothing', detail: '' })
    broker.append('call.decided', decided({}))
  })
  expect(records).toEqual([])
})
