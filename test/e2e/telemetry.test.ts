// Live export with everything real but the collector: a client, the proxy, the broker, and a door that decodes what comes
// with the official protocol definitions.
import { hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { type RawClient, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

const policy = `version: 1
default: { read: allow, "*": require-approval }
rules:
  - { id: never-delete, effect: deny, tools: "delete_*" }
  - { id: freely, effect: allow, tools: ["put_*", "fail_*", "error_*", "die_*", "slow_*"] }
`

const cliFile = fileURLToPath(new URL('../../out/bin/countersign.cjs', import.meta.url))

let home: TestHome
let broker: TestBroker
let collector: OtlpReceiver
let witness: Witness
const clients: RawClient[] = []

beforeEach(async () => {
  home = createHome({ 'ours.yaml': policy })
  broker = await startTestBroker(home.home)
  collector = await startOtlpReceiver()
  witness = createWitness()
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop()
  await broker.stop()
  await collector.close()
  home.remove()
  witness.remove()
})

const turnOn = (content = false, endpoint = collector.endpoint) =>
  broker.ask('settings.set', { telemetry: { endpoint, content } })
function client(): RawClient {
  const started = startRaw(proxied(witness.command), { env: { ...home.env, ...witness.env } })
  clients.push(started)
  return started
}
const call = (agent: RawClient, name: string, args: object = {}, meta?: object) =>
  agent.request('tools/call', { name, arguments: args, ...(meta && { _meta: meta }) })
const toolsOf = (from: OtlpReceiver) => from.spans.map(({ attributes }) => attributes['gen_ai.tool.name'])
const spanOf = (tool: string): ReceivedSpan => {
  const found = collector.spans.filter(({ attributes }) => attributes['gen_ai.tool.name'] === tool)
  expect(found).toHaveLength(1)
  return found[0] as ReceivedSpan
}
const metrics = async () => (await broker.ask('log.metrics', { days: 1 })).telemetry
/** Everything that is on record has been taken. */
const allSent = () => expect.poll(metrics, { timeout: 20_000 }).toMatchObject({ state: 'idle', waiting: 0 })

describe('a call', () => {
  it('is one span, whichever way it goes, within the trace of its client', async () => {
    await turnOn()
    const agent = client()
    await agent.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'raw', version: '1' },
    })
    const before = Date.now()
    const traceId = hash('sha256', 'trace').slice(0, 32)
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
    await call(agent, 'get_thing', {}, { traceparent, tracestate: 'rojo=1' })
    await call(agent, 'delete_thing', {}, { traceparent })
    await call(agent, 'fail_write')
    await call(agent, 'error_write')
    const approved = call(agent, 'write_thing', {}, { traceparent })
    await broker.approve(await broker.card(({ tool }) => tool === 'write_thing'))
    await approved
    const refused = call(agent, 'send_thing')
    await broker.refuse(await broker.card(({ tool }) => tool === 'send_thing'), 'Not today.')
    await refused
    // Never answered: the server is still at it when its session ends.
    agent.send({
      jsonrpc: '2.0',
      id: 'slow',
      method: 'tools/call',
      params: { name: 'slow_get', arguments: { release: witness.releasePath('never') } },
    })
    await witness.waitForLine(({ text }) => text.includes('slow_get'))
    agent.kill('SIGKILL')
    await agent.exited
    // A look at what is there finds the session gone.
    await broker.ask('snapshot', {})
    const dying = client()
    await call(dying, 'die_write')
    await collector.until(() => collector.spans.length >= 8)
    const after = Date.now()

    const rows = [
      'get_thing',
      'delete_thing',
      'fail_write',
      'error_write',
      'write_thing',
      'send_thing',
      'slow_get',
      'die_write',
    ]
    expect([...toolsOf(collector)].sort()).toEqual([...rows].sort())
    const told = rows.map((tool) => {
      const { attributes, status } = spanOf(tool)
      return [
        tool,
        attributes['countersign.outcome'],
        status.code.replace('STATUS_CODE_', ''),
        attributes['error.type'],
      ]
    })
    expect(told).toEqual([
      ['get_thing', 'allowed-by-default', 'UNSET', undefined],
      ['delete_thing', 'denied-by-rule', 'ERROR', 'denied'],
      ['fail_write', 'upstream-error', 'ERROR', 'tool_error'],
      ['error_write', 'upstream-error', 'ERROR', '-32050'],
      ['write_thing', 'approved', 'UNSET', undefined],
      ['send_thing', 'refused', 'ERROR', 'refused'],
      ['slow_get', 'outcome-unknown', 'ERROR', 'outcome_unknown'],
      ['die_write', 'upstream-error', 'ERROR', 'upstream_exited'],
    ])
    for (const span of collector.spans) {
      expect(span).toMatchObject({
        name: `tools/call ${span.attributes['gen_ai.tool.name']}`,
        kind: 'SPAN_KIND_SERVER',
      })
      expect(span.start).toBeGreaterThanOrEqual(before)
      expect(span.end).toBeGreaterThanOrEqual(span.start)
      expect(span.end).toBeLessThanOrEqual(after)
      for (const { at } of span.events) expect(at).toBeGreaterThanOrEqual(span.start)
    }
    for (const tool of ['get_thing', 'delete_thing', 'write_thing']) {
      expect(spanOf(tool)).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7' })
    }
    expect(spanOf('get_thing').traceState).toBe('rojo=1')
    expect(spanOf('get_thing').attributes).toMatchObject({
      'mcp.protocol.version': '2025-11-25',
      'countersign.client': 'test',
      'countersign.server': 'witness',
      'countersign.risk': 'read',
    })
    expect(spanOf('fail_write')).toMatchObject({ parentSpanId: '', traceState: '' })
    expect(spanOf('delete_thing').attributes).toMatchObject({ 'countersign.rule': 'never-delete' })
    const { attributes, events } = spanOf('write_thing')
    expect(attributes).toMatchObject({ 'countersign.decision': 'hold', 'countersign.decided_by': 'test' })
    expect(events.map(({ name }) => name.replace('countersign.', ''))).toEqual([
      'call.decided',
      'hold.opened',
      'approval.opened',
      'approval.decided',
      'hold.closed',
      'call.forwarded',
      'call.answered',
    ])
    const said = [
      'INFO The default allowed get_thing on witness for test.',
      'WARN Rule never-delete denied delete_thing on witness for test.',
      'INFO Test approved write_thing on witness for test.',
      'WARN Test refused send_thing on witness for test.',
    ]
    // Spans and records go by requests of their own.
    const bodies = () => collector.records.map(({ severity, body }) => `${severity} ${body}`)
    await collector.until(() => said.every((one) => bodies().includes(one)))
    const decided = collector.records.find(({ body }) => body.includes('allowed get_thing'))
    expect(decided).toMatchObject({ traceId, spanId: spanOf('get_thing').spanId })
  })

  it('of two thousand is none too many and none too few', async () => {
    await turnOn()
    const agent = client()
    const answers: Promise<unknown>[] = []
    for (let n = 0; n < 2_000; n++) answers.push(call(agent, `get_${n}`))
    await Promise.all(answers)
    await collector.until(() => collector.spans.length >= 2_000 && collector.records.length >= 2_000)
    const counters = collector.spans.map(({ attributes }) =>
      Number(String(attributes['countersign.call.id']).split('.').at(-1)),
    )
    expect(counters.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2_000 }, (_, n) => n + 1))
    const places = collector.spans.map(({ attributes }) => attributes['countersign.audit.seq'] as number)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    await allSent()
    expect(await metrics()).toMatchObject({ sentSpans: 2_000 })
  })

  it('does not wait for a collector that never answers', async () => {
    collector.answer('never')
    await turnOn()
    const agent = client()
    await call(agent, 'put_first')
    await collector.until(() => collector.requests.length === 1)
    // From here on a request to the collector is under way.
    await call(agent, 'get_thing')
    const approved = call(agent, 'write_thing')
    await broker.approve(await broker.card())
    await approved
    expect(collector.spans).toEqual([])
    expect(await metrics()).toMatchObject({ state: expect.stringMatching(/sending|failing/), sentSpans: 0 })
    expect((await metrics())?.waiting).toBeGreaterThan(0)
  })
})

describe('what is turned on and off', () => {
  it('sends nothing from before, goes on at another place, and ends', async () => {
    const agent = client()
    await call(agent, 'put_before')
    await broker.event('calls.changed', ({ calls }) => calls.some(({ outcome }) => outcome === 'allowed-by-rule'))
    expect(await metrics()).toBeUndefined()
    await turnOn()
    await call(agent, 'put_first')
    await collector.until(() => collector.spans.length > 0)
    expect(toolsOf(collector)).toEqual(['put_first'])
    await allSent()

    const other = await startOtlpReceiver()
    try {
      await turnOn(false, other.endpoint)
      await call(agent, 'put_second')
      await other.until(() => other.spans.length > 0)
      expect(toolsOf(other)).toEqual(['put_second'])
      expect(await metrics()).toMatchObject({ endpoint: `${other.endpoint}/` })

      await broker.ask('settings.set', { telemetry: null })
      expect(await metrics()).toBeUndefined()
      await call(agent, 'put_unsent')
      await broker.event('calls.changed', ({ calls }) =>
        calls.some(({ tool, durationMs }) => tool === 'put_unsent' && durationMs !== undefined),
      )
      await turnOn()
      await call(agent, 'put_last')
      await collector.until(() => toolsOf(collector).includes('put_last'))
      expect(toolsOf(collector)).toEqual(['put_first', 'put_last'])
      expect(toolsOf(other)).toEqual(['put_second'])
    } finally {
      await other.close()
    }
  })

  it('takes no address with a password in it: settings are shown', async () => {
    await expect(turnOn(false, 'https://ada:pass@host.example')).rejects.toThrow('bad-params')
    await turnOn(false, 'https://host.example/@')
    expect(await metrics()).toMatchObject({ endpoint: 'https://host.example/@' })
  })

  it('goes on after a restart where it was, with what happened meanwhile', async () => {
    await turnOn()
    const agent = client()
    await call(agent, 'put_sent')
    await collector.until(() => toolsOf(collector).includes('put_sent') && collector.records.length > 0)
    await allSent()
    // Taken, and the broker is gone before it has heard so.
    collector.answer('never')
    await call(agent, 'put_open')
    await collector.until(() => collector.requests.some(({ answer }) => answer === 'never'))
    await broker.stop()
    await call(agent, 'put_meanwhile')
    collector.answer(200)
    broker = await startTestBroker(home.home)
    await call(agent, 'put_after')
    await collector.until(() => toolsOf(collector).includes('put_after'))
    await allSent()
    expect(toolsOf(collector)).toEqual(['put_sent', 'put_open', 'put_meanwhile', 'put_after'])
    const bodies = collector.records.map(({ body }) => body)
    expect(bodies).toContain('Countersign stopped.')
    expect(bodies).toContain('Countersign started.')
  })

  it.each([false, true])('carries arguments and results only where that is wanted: %s', async (content) => {
    await turnOn(content)
    const agent = client()
    await call(agent, 'put_note', { text: 'argument-bytes' })
    const held = call(agent, 'write_note', { text: 'argument-bytes' })
    await broker.refuse(await broker.card(), 'reason-bytes')
    await held
    await collector.until(() => collector.spans.length >= 2 && collector.records.length >= 3)
    const sent = Buffer.concat(collector.requests.map(({ body }) => body)).toString('latin1')
    expect(sent.includes('argument-bytes')).toBe(content)
    expect(sent.includes('reason-bytes')).toBe(content)
    const { attributes } = spanOf('put_note')
    expect(attributes['gen_ai.tool.call.arguments']).toBe(content ? '{"text":"argument-bytes"}' : undefined)
    expect(String(attributes['gen_ai.tool.call.result']).includes('argument-bytes')).toBe(content)
  })
})

it('works in the built command line, from the settings file on', async () => {
  const other = createHome({ 'ours.yaml': policy })
  writeFileSync(
    join(other.home, 'settings.json'),
    JSON.stringify({ telemetry: { endpoint: collector.endpoint, content: false } }),
  )
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'x-team=harbour' }
  const serve = startRaw([process.execPath, cliFile, 'serve', '--port', '0', '--json'], {
    env: { ...other.env, ...headers },
  })
  try {
    await serve.next(({ text }) => text.includes('"link"'))
    const agent = startRaw(proxied(witness.command), { env: { ...other.env, ...witness.env } })
    clients.push(agent)
    await call(agent, 'put_note')
    await collector.until(() => collector.spans.length > 0)
    expect(toolsOf(collector)).toEqual(['put_note'])
    expect(collector.requests[0]?.headers).toMatchObject({ 'x-team': 'harbour' })
    serve.kill('SIGTERM')
    expect(await serve.exited).toEqual({ code: 0, signal: null })
  } finally {
    await serve.stop()
    for (const agent of clients) await agent.stop()
    other.remove()
  }
})
