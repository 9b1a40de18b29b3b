// Each way a call can go, as the collector sees it: one span, with what became of it.
import { describe, expect, it } from 'vitest'
import type { AuditEventData } from '../../../core/schema/audit-event.ts'
import type { ReceivedSpan } from '../../support/otlp-receiver.ts'
import { type SpoolWriter, sample, startOfTime } from '../../support/spool-writer.ts'
import { allowedCall } from '../audit/log-fixture.ts'
import { type Bench, createBench, type Over } from './exporter-fixture.ts'

type Story = { proxy: SpoolWriter; broker: SpoolWriter; call: string }

/** Writes the spools of a session `s` and of a broker. */
async function told(story: (story: Story) => void, over: Over = {}): Promise<Bench> {
  const bench = await createBench(over)
  const proxy = bench.log.writer('s')
  const broker = bench.log.writer('broker-1')
  proxy.append('session.started', sample.started())
  proxy.append('session.client', { name: 'cursor', version: '1', protocolVersion: '2025-11-25' })
  story({ proxy, broker, call: 's.1' })
  // The sign that everything before it has been sent.
  const last = bench.log.writer('z')
  last.append('session.started', sample.started())
  allowedCall(last, 1)
  bench.happened()
  const { collector } = bench
  const isLast = (one: { attributes: Record<string, unknown> }) => one.attributes['countersign.call.id'] === 'z.1'
  await collector.until(() => collector.spans.some(isLast) && collector.records.some(isLast))
  return bench
}

const spansOf = ({ collector }: Bench) =>
  collector.spans.filter(({ attributes }) => attributes['mcp.session.id'] === 's')
const only = (bench: Bench): ReceivedSpan => {
  const spans = spansOf(bench)
  expect(spans).toHaveLength(1)
  return spans[0] as ReceivedSpan
}

const held = (call: string, over: Partial<AuditEventData<'call.decided'>> = {}) =>
  sample.decided(call, { decision: 'hold', source: 'default', rules: [], ...over })
const at = (seconds: number) => startOfTime + seconds * 1000

describe('a span', () => {
  it('has what the conventions for MCP ask for, and what Countersign knows', async () => {
    const bench = await told(({ proxy, call }) => {
      proxy.append('call.received', sample.received(call), at(10))
      proxy.append('call.decided', sample.decided(call, { forwarded: true, rpcId: '"a-1"' }), at(11))
      proxy.append('call.answered', sample.answered(call), at(13))
    })
    const span = only(bench)
    expect(span).toMatchObject({
      name: 'tools/call write_file',
      kind: 'SPAN_KIND_SERVER',
      start: at(10),
      end: at(13),
      parentSpanId: '',
      traceState: '',
      flags: 0x101,
      status: { code: 'STATUS_CODE_UNSET', message: '' },
    })
    expect(span.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'mcp.session.id': 's',
      'mcp.protocol.version': '2025-11-25',
      'gen_ai.tool.name': 'write_file',
      'gen_ai.operation.name': 'execute_tool',
      'jsonrpc.request.id': 'a-1',
      'network.transport': 'pipe',
      'countersign.call.id': 's.1',
      'countersign.client': 'cursor',
      'countersign.server': 'files',
      'countersign.decision': 'allow',
      'countersign.decision.source': 'rule',
      'countersign.outcome': 'allowed-by-rule',
      'countersign.rule': 'files/write',
      'countersign.rule.file': 'files.yaml',
      'countersign.risk': 'write',
      'countersign.duration_ms': 3.5,
      'countersign.policy.revision': 'rev-1',
      'countersign.arguments.sha256': sample.decided('x').argumentsHash,
      'countersign.arguments.bytes': 12,
      'countersign.result.bytes': 42,
      'countersign.audit.seq': expect.any(Number),
      'countersign.audit.hash': expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(span.events).toEqual([
      { name: 'countersign.call.received', at: at(10), attributes: {} },
      {
        name: 'countersign.call.decided',
        at: at(11),
        attributes: {
          'countersign.decision': 'allow',
          'countersign.decision.source': 'rule',
          'countersign.rule': 'files/write',
          'countersign.policy.revision': 'rev-1',
        },
      },
      { name: 'countersign.call.forwarded', at: at(11), attributes: {} },
      {
        name: 'countersign.call.answered',
        at: at(13),
        attributes: { 'countersign.answer': 'ok', 'countersign.result.bytes': 42, 'countersign.duration_ms': 3.5 },
      },
    ])
  })

  it('tells of a hold, and of the person who ended it, in the order of time', async () => {
    const bench = await told(({ proxy, broker, call }) => {
      // The broker's spool is read after the proxy's.
      proxy.append('call.decided', held(call), at(10))
      proxy.append('hold.opened', { call, budgetMs: 50_000 }, at(10))
      proxy.append('hold.closed', sample.closed(call, 'approved', { approval: 'a', by: 'desktop' }), at(14))
      proxy.append('call.forwarded', { call }, at(14))
      proxy.append('call.answered', sample.answered(call), at(15))
      broker.append('approval.opened', { ...sample.opened(call, 's'), approval: 'a' }, at(11))
      broker.append('approval.decided', { ...sample.approval(call, 's', 'approved'), approval: 'a' }, at(13))
    })
    const span = only(bench)
    expect(span).toMatchObject({ start: at(10), end: at(15), status: { code: 'STATUS_CODE_UNSET' } })
    expect(span.attributes).toMatchObject({
      'countersign.decision': 'hold',
      'countersign.outcome': 'approved',
      'countersign.decided_by': 'desktop',
      'countersign.held_ms': 2500,
      'countersign.approval.id': 'a',
    })
    expect(span.events.map(({ name, at: t }) => [name.replace('countersign.', ''), (t - startOfTime) / 1000])).toEqual([
      ['call.decided', 10],
      ['hold.opened', 10],
      ['approval.opened', 11],
      ['approval.decided', 13],
      ['hold.closed', 14],
      ['call.forwarded', 14],
      ['call.answered', 15],
    ])
  })

  type Row = [string, (story: Story) => void, string, string | undefined, string?]
  const answered = (over: Partial<AuditEventData<'call.answered'>>) => (story: Story) => {
    story.proxy.append('call.decided', sample.decided(story.call, { forwarded: true }))
    story.proxy.append('call.answered', { ...sample.answered(story.call), ...over })
  }
  const denied = (source: AuditEventData<'call.decided'>['source']) => (story: Story) =>
    story.proxy.append('call.decided', sample.decided(story.call, { decision: 'deny', source }))
  const closed =
    (outcome: AuditEventData<'hold.closed'>['outcome'], over: Partial<AuditEventData<'hold.closed'>> = {}) =>
    (story: Story) => {
      story.proxy.append('call.decided', held(story.call))
      story.proxy.append('hold.opened', { call: story.call, budgetMs: 1 })
      story.proxy.append('hold.closed', sample.closed(story.call, outcome, over))
    }
  const result = (text: string) => ({ result: { text, bytes: text.length, truncated: false } })
  it.each<Row>([
    ['allowed', answered({}), 'allowed-by-rule', undefined],
    ['denied by a rule', denied('rule'), 'denied-by-rule', 'denied'],
    ['denied by default', denied('default'), 'denied-by-default', 'denied'],
    ['denied by a broken file', denied('broken-file'), 'denied-policy-broken', 'policy_broken'],
    ['denied without a policy', denied('no-policy'), 'denied-policy-broken', 'policy_broken'],
    ['denied by lockdown', denied('lockdown'), 'denied-lockdown', 'lockdown'],
    ['of a refused session', denied('session-refused'), 'refused', 'refused'],
    ['refused', closed('refused', { by: 'desktop' }), 'refused', 'refused'],
    ['expired', closed('expired'), 'expired', 'expired'],
    ['too many', closed('too-many'), 'too-many', 'too_many'],
    ['never shown', closed('no-broker'), 'never-shown', 'never_shown'],
    ['let go with a ticket', closed('released', { ticket: '7F3A' }), 'released', undefined],
    ['superseded', closed('superseded'), 'cancelled', 'cancelled'],
    ['a tool that failed', answered({ outcome: 'tool-error' }), 'upstream-error', 'tool_error'],
    [
      'an error of the server',
      answered({ outcome: 'protocol-error', ...result('{"code":-32603,"message":"no"}') }),
      'upstream-error',
      '-32603',
      '-32603',
    ],
    [
      'an error of the server, cut',
      answered({ outcome: 'protocol-error', ...result('{"co') }),
      'upstream-error',
      '_OTHER',
    ],
    ['a server that ended', answered({ outcome: 'upstream-exited' }), 'upstream-error', 'upstream_exited'],
    [
      'taken back before it ran',
      ({ proxy, call }) => {
        proxy.append('call.decided', held(call))
        proxy.append('call.cancelled', { call, by: 'client', forwarded: false })
      },
      'cancelled',
      'cancelled',
    ],
    [
      'taken back after it was sent',
      ({ proxy, call }) => {
        proxy.append('call.decided', sample.decided(call, { forwarded: true }))
        proxy.append('call.cancelled', { call, by: 'client', forwarded: true })
      },
      'outcome-unknown',
      'outcome_unknown',
    ],
    [
      'not answered when its session ended',
      ({ proxy, call }) => {
        proxy.append('call.decided', sample.decided(call, { forwarded: true }))
        proxy.append('session.ended', { reason: 'the client closed its end' })
      },
      'outcome-unknown',
      'outcome_unknown',
    ],
    [
      'held when its process was gone',
      ({ proxy, broker, call }) => {
        proxy.append('call.decided', held(call))
        proxy.append('hold.opened', { call, budgetMs: 1 })
        broker.append('session.gone', { session: 's' })
      },
      'cancelled',
      'cancelled',
    ],
  ])('of a call that was %s', async (_, story, outcome, errorType, code) => {
    const bench = await told(story)
    const { attributes, status } = only(bench)
    expect(attributes).toMatchObject({ 'countersign.outcome': outcome })
    expect(attributes['error.type']).toBe(errorType)
    expect(attributes['rpc.response.status_code']).toBe(code)
    expect(status.code).toBe(errorType === undefined ? 'STATUS_CODE_UNSET' : 'STATUS_CODE_ERROR')
    expect(status.message === '').toBe(errorType === undefined)
  })

  it('is one, whatever comes after the end of its call', async () => {
    const bench = await told(({ proxy, broker, call }) => {
      answered({})({ proxy, broker, call })
      closed('released')({ proxy, broker, call: 's.2' })
      broker.append('approval.decided', { ...sample.approval('s.2', 's', 'approved'), grant: true })
      proxy.append('call.decided', sample.decided('s.3', { forwarded: true }))
      proxy.append('call.cancelled', { call: 's.3', by: 'client', forwarded: true })
      proxy.append('call.answered', sample.answered('s.3'))
      proxy.append('call.decided', sample.decided('s.4', { forwarded: true }))
      proxy.append('call.cancelled', { call: 's.4', by: 'client', forwarded: true })
      proxy.append('session.ended', { reason: 'over' })
      broker.append('session.gone', { session: 's' })
    })
    const calls = spansOf(bench).map(({ attributes }) => attributes['countersign.call.id'])
    expect(calls).toEqual(['s.1', 's.2', 's.3', 's.4'])
  })

  it('is not sent while its call goes on', async () => {
    const bench = await told(({ proxy, call }) => {
      proxy.append('call.decided', held(call))
      proxy.append('hold.opened', { call, budgetMs: 1 })
      proxy.append('hold.closed', sample.closed(call, 'rejudge'))
      proxy.append('call.decided', held(call))
      proxy.append('hold.opened', { call, budgetMs: 1 })
      proxy.append('hold.closed', sample.closed(call, 'approved'))
      proxy.append('call.forwarded', { call })
    })
    expect(spansOf(bench)).toEqual([])
  })

  it('does not end before it starts where the clock was set back', async () => {
    const bench = await told(({ proxy, call }) => {
      proxy.append('call.decided', sample.decided(call, { forwarded: true }), at(100))
      proxy.append('call.answered', sample.answered(call), at(40))
    })
    expect(only(bench)).toMatchObject({ start: at(100), end: at(100) })
  })

  it('goes on with the trace of the client, flags and state as they were', async () => {
    const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00', tracestate: 'b=2, a=1' }
    const bench = await told(({ proxy, call }) => {
      proxy.append('call.decided', sample.decided(call, { forwarded: true, trace }))
      proxy.append('call.answered', sample.answered(call))
    })
    const span = only(bench)
    expect(span).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: '00f067aa0ba902b7',
      traceState: 'b=2, a=1',
      // Not sampled; the parent is known to be remote.
      flags: 0x300,
    })
    const [record] = bench.collector.records
    expect(record).toMatchObject({ traceId: span.traceId, spanId: span.spanId })
  })

  it.each([
    ['prompts/get', 'review', 'prompts/get review', { 'gen_ai.prompt.name': 'review' }],
    ['resources/read', 'file:///secret-place', 'resources/read', {}],
    ['sampling/createMessage', 'sampling/createMessage', 'sampling/createMessage', {}],
  ] as const)('of %s has its own name', async (action, tool, name, attributes) => {
    const bench = await told(({ proxy, call }) => {
      proxy.append('call.decided', sample.decided(call, { action, tool, forwarded: true }))
      proxy.append('call.answered', sample.answered(call))
    })
    const span = only(bench)
    expect(span.name).toBe(name)
    expect(span.attributes).toMatchObject({ 'mcp.method.name': action, ...attributes })
    expect(span.attributes).not.toHaveProperty(['gen_ai.operation.name'])
    expect(span.attributes).not.toHaveProperty(['gen_ai.tool.name'])
  })

  it('names a tool with line feeds, or a very long name, safely', async () => {
    const tool = `x\nFAKE: allowed ${'y'.repeat(900)}`
    const bench = await told(({ proxy, call }) => {
      proxy.append('call.decided', sample.decided(call, { tool, decision: 'deny' }))
    })
    const span = only(bench)
    expect(span.attributes['gen_ai.tool.name']).toBe(tool)
    for (const text of [span.name, bench.collector.records[0]?.body ?? '']) {
      expect(text).not.toContain('\n')
      expect(text.length).toBeLessThan(350)
    }
  })
})

describe('content', () => {
  const words = {
    arguments: 'argument-bytes',
    asked: 'asked-bytes',
    result: 'result-bytes',
    reason: 'reason-bytes',
    person: 'person-bytes',
    uri: 'uri-bytes',
    detail: 'detail-bytes',
    beside: 'beside-bytes',
  }
  const excerpt = (word: string) => ({ text: JSON.stringify({ word }), bytes: 20, truncated: false })
  const story = ({ proxy, broker, call }: Story) => {
    const decided = held(call, {
      arguments: excerpt(words.asked),
      beside: excerpt(words.beside),
      reason: `because ${words.reason}`,
    })
    proxy.append('call.decided', decided)
    proxy.append('hold.opened', { call, budgetMs: 1 })
    const edited = { argumentsHash: decided.argumentsHash, arguments: excerpt(words.arguments) }
    broker.append('approval.decided', sample.approval(call, 's', 'approved', { reason: words.person, edited }))
    proxy.append('hold.closed', sample.closed(call, 'approved', { by: 'desktop', reason: words.person }))
    proxy.append('call.forwarded', { call, edited })
    proxy.append('call.answered', { ...sample.answered(call), result: excerpt(words.result) })
    proxy.append('message.rejected', { code: -32700, problem: words.detail, bytes: 7 })
    const read = { action: 'resources/read' as const, tool: `file:///${words.uri}`, arguments: excerpt(words.uri) }
    proxy.append('call.decided', sample.decided('s.2', { ...read, forwarded: true }))
    proxy.append('call.answered', { ...sample.answered('s.2'), result: excerpt(words.result) })
    broker.append('alert', { kind: 'bad-frame', detail: words.detail })
    broker.append('session.refused', { session: 's', by: 'desktop', reason: words.person })
  }

  it('stays here unless it is asked for', async () => {
    const { collector } = await told(story)
    const sent = Buffer.concat(collector.requests.map(({ body }) => body)).toString('latin1')
    expect(Object.values(words).filter((word) => sent.includes(word))).toEqual([])
    expect(sent).toContain('write_file')
  })

  it('goes along as it was recorded where it is', async () => {
    const { collector } = await told(story, { content: true })
    const [write, read] = collector.spans
    expect(write?.attributes).toMatchObject({
      'gen_ai.tool.call.arguments': JSON.stringify({ word: words.arguments }),
      'countersign.arguments.asked': JSON.stringify({ word: words.asked }),
      'countersign.arguments.edited': true,
      'gen_ai.tool.call.result': JSON.stringify({ word: words.result }),
      'countersign.reason': `because ${words.reason}`,
      'countersign.person_reason': words.person,
    })
    expect(read?.attributes).toMatchObject({
      'mcp.resource.uri': `file:///${words.uri}`,
      'countersign.arguments': JSON.stringify({ word: words.uri }),
      'countersign.result': JSON.stringify({ word: words.result }),
    })
    expect(read?.attributes).not.toHaveProperty(['gen_ai.tool.call.arguments'])
    const details = collector.records.map(({ attributes }) => attributes['countersign.alert.detail'])
    expect(details).toContain(words.detail)
  })
})
