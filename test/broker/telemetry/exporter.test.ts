// The log on its way to a collector: everything once and in order, whatever the collector does.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { beginCursor, cursorOf, moveCursor } from '../../../broker/telemetry/cursor.ts'
import { signalUrl } from '../../../broker/telemetry/otlp.ts'
import { createTelemetry } from '../../../broker/telemetry/telemetry.ts'
import { type OtlpReceiver, partlyTaken, startOtlpReceiver } from '../../support/otlp-receiver.ts'
import { sample } from '../../support/spool-writer.ts'
import { allowedCall, bulkSpool, countEvents, session } from '../audit/log-fixture.ts'
import { createBench, times } from './exporter-fixture.ts'

const callsOf = ({ spans }: OtlpReceiver) => spans.map(({ attributes }) => attributes['countersign.call.id'])
const decidedOf = ({ records }: OtlpReceiver) =>
  records.filter(({ eventName }) => eventName === 'countersign.call.decided')
const ids = (name: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `${name}.${from + n}`)
/** What can only be asked, not waited for. */
const soon = <V>(ask: () => V) => expect.poll(ask, { interval: 5, timeout: 20_000 })

afterEach(() => vi.unstubAllEnvs())

describe('what is sent', () => {
  it('begins where it was turned on, and has each call and each decision once, in order', async () => {
    const { log, collector, exporter, happened } = await createBench({}, (before) => void session(before, 'old', 3))
    expect(exporter.state()).toMatchObject({ state: 'idle', waiting: 0, sentSpans: 0 })
    bulkSpool(log, 's', 2_000)
    happened()
    await collector.until(() => collector.spans.length >= 2_000 && decidedOf(collector).length >= 2_000)
    expect(callsOf(collector)).toEqual(ids('s', 1, 2_000))
    expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(2_000)
    expect(decidedOf(collector).map(({ attributes }) => attributes['countersign.call.id'])).toEqual(ids('s', 1, 2_000))
    // No more than a batch is ever in memory.
    for (const { items, body } of collector.requests) {
      expect(items).toBeLessThanOrEqual(512)
      expect(body.length).toBeLessThan(2_000_000)
    }
    await soon(() => exporter.state().waiting).toBe(0)
    expect(exporter.state()).toEqual({
      endpoint: `${collector.endpoint}/`,
      state: 'idle',
      waiting: 0,
      sentSpans: 2_000,
      sentRecords: collector.records.length,
      lastAt: 1_800_000_000_000,
    })
    expect(cursorOf(log.db)).toBe(countEvents(log.db))
  })

  it('has the resource of this install, and nothing of its machine', async () => {
    const { log, collector, happened } = await createBench()
    session(log, 's', 1)
    happened()
    await collector.until(() => collector.spans.length === 1 && collector.records.length === 1)
    const resource = {
      'service.name': 'countersign',
      'service.version': '1.2.3',
      'service.instance.id': '0123456789abcdef',
    }
    expect(collector.spans[0]).toMatchObject({ resource, scope: 'countersign 1.2.3' })
    expect(collector.records[0]?.resource).toEqual(resource)
  })

  it('leaves out what it does not understand, and goes on', async () => {
    const { log, collector, happened } = await createBench()
    const writer = session(log, 's', 0)
    writer.appendRaw('call.teleported', { call: 's.1' })
    writer.append('call.decided', sample.decided('other.1'))
    allowedCall(writer, 2)
    happened()
    await collector.until(() => collector.spans.length === 1)
    expect(callsOf(collector)).toEqual(['s.2'])
  })

  it('loses nothing to a time that cannot be told', async () => {
    const { log, collector, alerts, happened } = await createBench()
    const writer = session(log, 's', 1)
    writer.append('call.decided', sample.decided('s.2', { decision: 'deny' }), Number.MAX_SAFE_INTEGER)
    writer.append('call.decided', sample.decided('s.3', { decision: 'deny' }), 0)
    happened()
    await collector.until(() => collector.spans.length === 3 && decidedOf(collector).length === 3)
    expect(callsOf(collector)).toEqual(ids('s', 1, 3))
    expect(alerts).toEqual([])
  })

  it('has a call once, however often a forged spool ends it', async () => {
    const { log, collector, happened } = await createBench()
    const writer = session(log, 's', 0)
    for (let n = 0; n < 1_500; n += 1) writer.append('call.answered', sample.answered('s.1'))
    allowedCall(writer, 2)
    happened()
    await collector.until(() => callsOf(collector).includes('s.2'))
    expect(callsOf(collector)).toEqual(['s.1', 's.2'])
  })

  it.each([
    ['http://host:4318', 'http://host:4318/v1/traces'],
    ['http://host:4318/', 'http://host:4318/v1/traces'],
    ['https://host/otlp//', 'https://host/otlp/v1/traces'],
    ['https://host/otlp?tenant=a#there', 'https://host/otlp/v1/traces?tenant=a'],
    ['https://ada:pass@host', 'https://host/v1/traces'],
  ])('of %s goes to %s', (endpoint, url) => expect(signalUrl(endpoint, 'traces')).toBe(url))

  it('carries the headers of the environment, and is packed where that says so', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-team=harbour,authorization=Bearer%20abc')
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip')
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9')
    const { log, collector, happened } = await createBench()
    session(log, 's', 1)
    happened()
    await collector.until(() => collector.spans.length === 1 && collector.records.length === 1)
    for (const { headers } of collector.requests) {
      expect(headers).toMatchObject({
        'x-team': 'harbour',
        authorization: 'Bearer abc',
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
      })
      expect(headers['user-agent']).toMatch(/^countersign\/1\.2\.3 /)
    }
  })

  it('is not packed by itself', async () => {
    const { log, collector, happened } = await createBench()
    session(log, 's', 1)
    happened()
    await collector.until(() => collector.records.length === 1)
    expect(collector.requests.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, undefined])
  })
})

describe('a collector that is down', () => {
  it('costs a growing distance, and gets everything once when it is up', async () => {
    const { log, collector, exporter, happened, waits } = await createBench()
    const { port } = collector
    await collector.close()
    bulkSpool(log, 's', 1_500)
    happened()
    await soon(() => exporter.state().state).toBe('failing')
    const distance = exporter.state().waiting
    expect(distance).toBe(countEvents(log.db))
    session(log, 't', 1)
    happened()
    expect(exporter.state()).toMatchObject({ waiting: countEvents(log.db), sentSpans: 0 })
    expect(exporter.state().problem).toBe('the collector cannot be reached (ECONNREFUSED)')
    const again = await startOtlpReceiver(port)
    try {
      await again.until(() => again.spans.length >= 1_501 && decidedOf(again).length >= 1_501)
      expect(callsOf(again)).toEqual([...ids('s', 1, 1_500), 't.1'])
      expect(waits.length).toBeGreaterThan(0)
      await soon(() => exporter.state()).toMatchObject({ state: 'idle', waiting: 0 })
      expect(exporter.state().problem).toBeUndefined()
    } finally {
      await exporter.stop()
      await again.close()
    }
  })

  it.each(['never', 'drip'] as const)(
    'is given up after a while where its answer comes %s, and tried again',
    async (how) => {
      const { log, collector, exporter, happened } = await createBench()
      collector.answer(how, 200)
      session(log, 's', 2)
      happened()
      await collector.until(() => collector.spans.length > 0 && collector.records.length > 0)
      expect(callsOf(collector)).toEqual(['s.1', 's.2'])
      await soon(() => exporter.state()).toMatchObject({ state: 'idle', waiting: 0, sentSpans: 2 })
    },
  )

  it('is tried ever more rarely, and at most every five minutes', async () => {
    const { log, collector, happened, waits } = await createBench({ random: () => 0.999 })
    collector.answer(...Array.from({ length: 12 }, () => 500), 200)
    session(log, 's', 1)
    happened()
    await collector.until(() => collector.spans.length === 1)
    const seconds = waits.map((ms) => Math.round(ms / 1000))
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
  })

  it.each([
    [429, () => '120'],
    [503, () => '120'],
    [503, () => new Date(Date.now() + 120_500).toUTCString()],
  ])('says %i and to come back later, and is left alone for so long', async (status, after) => {
    const { log, collector, happened, waits } = await createBench()
    collector.answer({ status, headers: { 'retry-after': after() } }, 500, 200)
    session(log, 's', 1)
    happened()
    await collector.until(() => collector.spans.length === 1)
    expect(waits[0]).toBeGreaterThan(115_000)
    expect(waits[0]).toBeLessThan(121_000)
    expect(waits[1]).toBeLessThan(10_000)
    expect(callsOf(collector)).toEqual(['s.1'])
  })

  it.each([401, 403, 404, 429, 500, 502, 503, 504])('says %i, and gets it later', async (status) => {
    const { log, collector, exporter, happened, alerts } = await createBench()
    collector.answer(status)
    session(log, 's', 1)
    happened()
    await soon(() => exporter.state().problem).toMatch(`the collector answered ${status} `)
    expect(exporter.state()).toMatchObject({ state: 'failing', sentSpans: 0 })
    collector.answer(200)
    await collector.until(() => collector.spans.length === 1 && collector.records.length === 1)
    expect(alerts).toEqual([])
  })
})

describe('a collector that will not have it', () => {
  it('loses what it refused, which is said once, and gets what comes after', async () => {
    const { log, collector, exporter, happened, alerts } = await createBench()
    collector.answer(400)
    const writer = session(log, 's', 2)
    happened()
    await soon(() => exporter.state().waiting).toBe(0)
    allowedCall(writer, 3)
    happened()
    await soon(() => collector.requests.length).toBe(4)
    collector.answer(200)
    allowedCall(writer, 4)
    happened()
    await collector.until(() => collector.spans.length === 1 && collector.records.length === 1)
    expect(callsOf(collector)).toEqual(['s.4'])
    expect(alerts).toEqual([
      {
        kind: 'telemetry-refused',
        detail: '2 spans or log records are lost: the collector answered 400 Bad Request. They are not sent again.',
      },
    ])
    expect(exporter.state().problem).toBe(
      'the collector answered 400 Bad Request: 6 spans or log records did not get through',
    )
  })

  it('gets less at once where it was too much', async () => {
    const { log, collector, happened, alerts } = await createBench()
    collector.answer(413, 413, 200)
    session(log, 's', 4)
    happened()
    await collector.until(() => collector.spans.length === 4 && collector.records.length === 4)
    expect(callsOf(collector)).toEqual(ids('s', 1, 4))
    // All, the first half, its two calls one by one, the second half; the records.
    expect(collector.requests.map(({ path }) => path)).toEqual([...Array(5).fill('/v1/traces'), '/v1/logs'])
    expect(alerts).toEqual([])
  })

  it('loses a single one that is too much', async () => {
    const { log, collector, happened, alerts } = await createBench()
    collector.answer(413, 200)
    session(log, 's', 1)
    happened()
    await collector.until(() => collector.records.length === 1)
    expect(alerts).toMatchObject([{ kind: 'telemetry-refused' }])
    expect(alerts[0]?.detail).toMatch(/^1 spans .* 413 /)
  })

  it('may take a batch and reject some of it', async () => {
    const { log, collector, exporter, happened, alerts } = await createBench()
    collector.answer(partlyTaken(2), 200)
    session(log, 's', 3)
    happened()
    await collector.until(() => collector.records.length === 3)
    await soon(() => exporter.state().waiting).toBe(0)
    expect(exporter.state()).toMatchObject({ sentSpans: 1, sentRecords: 3, state: 'idle' })
    expect(alerts).toMatchObject([{ kind: 'telemetry-refused', detail: expect.stringMatching(/^2 spans/) }])
  })
})

describe('the cursor', () => {
  it('is where the next one goes on, and what is sent twice has the same ids', async () => {
    const { log, collector, exporter, start, happened } = await createBench()
    // Spans get through, records do not: the batch is not done.
    collector.answer(200, 'never')
    session(log, 's', 5)
    happened()
    await collector.until(() => collector.requests.length === 2)
    await exporter.stop()
    expect(exporter.state().waiting).toBe(countEvents(log.db))
    collector.answer(200)
    start()
    await collector.until(() => collector.records.length === 5)
    const twice = collector.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`)
    expect(twice).toHaveLength(10)
    expect(twice.slice(5)).toEqual(twice.slice(0, 5))
    expect(new Set(twice).size).toBe(5)
    expect(callsOf(collector).slice(5)).toEqual(ids('s', 1, 5))
  })

  it('passes over what retention gave up, and says how much that was', async () => {
    const { log, collector, exporter, start, happened, alerts } = await createBench()
    await exporter.stop()
    const writer = session(log, 's', 10)
    log.ingest.ingestAll()
    log.db.exec(`
      INSERT INTO checkpoint SELECT seq, hash, 0, 21, 5, '{}', '' FROM event WHERE seq = 21;
      DELETE FROM event WHERE seq <= 21;
    `)
    start()
    allowedCall(writer, 11)
    happened()
    await collector.until(() => collector.spans.some((span) => span.attributes['countersign.call.id'] === 's.11'))
    expect(callsOf(collector)).toEqual(ids('s', 6, 11))
    expect(alerts).toEqual([
      {
        kind: 'telemetry-gap',
        detail: '21 events were given up by retention before a collector had taken them.',
      },
    ])
  })

  it('does not wait for one that is under way when it stops', async () => {
    const { log, collector, exporter, happened } = await createBench({ times: { ...times, try: 1_000_000 } })
    collector.answer('never')
    session(log, 's', 1)
    happened()
    await collector.until(() => collector.requests.length === 1)
    await exporter.stop()
    expect(exporter.state()).toMatchObject({ waiting: countEvents(log.db), sentSpans: 0 })
  })

  it('is taken away where export is off, so that nothing of then is sent when it is turned on', async () => {
    const { log } = await createBench()
    const telemetry = createTelemetry({
      db: log.db,
      version: '1',
      instance: 'x',
      now: Date.now,
      alert: () => undefined,
      log: () => undefined,
    })
    telemetry.configure(undefined)
    expect(cursorOf(log.db)).toBeUndefined()
    session(log, 's', 1)
    log.ingest.ingestAll()
    telemetry.configure({ endpoint: 'http://127.0.0.1:9', content: false })
    expect(cursorOf(log.db)).toBe(countEvents(log.db))
    await telemetry.stop()
  })

  it.each([
    ['stays where it is', 3, 3],
    ['does not stay beyond the head, where an older database was put back', 99, 5],
  ])('%s', async (_, before, after) => {
    const { log } = await createBench({}, (empty) => void session(empty, 's', 1))
    moveCursor(log.db, before)
    beginCursor(log.db)
    expect(cursorOf(log.db)).toBe(after)
  })
})
