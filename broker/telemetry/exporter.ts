// Sends the log on to a collector: everything after the cursor, in order, at least once. The audit database is the queue,
// so a collector that is down costs nothing but a growing distance, and nobody ever waits for one.
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { LogResult } from '../../core/wire/log-contract.ts'
import type { Settings } from '../../core/wire/ui-contract.ts'
import type { Db } from '../audit/driver.ts'
import { checkpointHead, headOf } from '../audit/event-log.ts'
import { batchAfter, slicesOf } from './batch.ts'
import { beginCursor, cursorOf, moveCursor } from './cursor.ts'
import { standard } from './names.ts'
import { createOtlp, type Sent } from './otlp.ts'
import type { Sender } from './spans.ts'

export type TelemetrySettings = NonNullable<Settings['telemetry']>
export type TelemetryState = NonNullable<LogResult<'log.metrics'>['telemetry']>

export type ExporterOptions = {
  db: Db
  settings: TelemetrySettings
  version: string
  /** Tells this install from others; says nothing of its machine. */
  instance: string
  now(): number
  /** From 0 up to 1. */
  random(): number
  /** Resolves after `ms`, or at once when `signal` is or becomes aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** Must not throw. */
  alert(kind: 'telemetry-refused' | 'telemetry-gap', detail: string): void
  log(line: string): void
  times?: Partial<typeof usualTimes>
}

export type Exporter = {
  /** There may be something to send. */
  wake(): void
  state(): TelemetryState
  /** Resolves once nothing is under way. What was not sent waits for the next exporter. */
  stop(): Promise<void>
}

/** In milliseconds. */
const usualTimes = {
  /** What happens together is sent together, and what two spools tell of one call is there. */
  gather: 1_000,
  /** How often to look without being woken: not every event is told of. */
  look: 5_000,
  /** Longest time of one try. */
  try: 10_000,
  firstWait: 1_000,
  longestWait: 300_000,
}

class Stopped extends Error {}

export function createExporter(options: ExporterOptions): Exporter {
  const { db, settings, now } = options
  const { endpoint, content } = settings
  const times = { ...usualTimes, ...options.times }
  const stopping = new AbortController()
  const { signal } = stopping
  const otlp = createOtlp({ endpoint, version: options.version, tryMs: times.try })
  const sender: Sender = {
    resource: resourceOf(options),
    scope: { name: 'countersign', version: options.version },
    content,
  }
  const sent = { spans: 0, records: 0 }
  let lastAt: number | undefined
  let sending = false
  /** Why nothing gets through now, and what will never have got through. */
  let failing: string | undefined
  let failures = 0
  let lost = 0
  let lostBecause = ''
  let refusalSaid = false
  let woken = true
  let poke: () => void = () => undefined

  const backOff = async (problem: string, atLeastMs = 0) => {
    if (failing !== problem) options.log(`telemetry: ${problem}; it is tried again`)
    failing = problem
    const wait = Math.min(times.firstWait * 2 ** failures, times.longestWait) * (0.75 + options.random() / 4)
    failures += 1
    await options.wait(Math.max(wait, atLeastMs), signal)
    if (signal.aborted) throw new Stopped()
  }
  const gotThrough = () => {
    if (failing !== undefined) options.log('telemetry: the collector takes it again')
    failing = undefined
    failures = 0
    lastAt = now()
  }
  const lose = (count: number, problem: string) => {
    gotThrough()
    lost += count
    lostBecause = problem
    if (refusalSaid) return
    refusalSaid = true
    options.alert('telemetry-refused', `${count} spans or log records are lost: ${problem}. They are not sent again.`)
  }

  const deliver = async <I>(items: I[], kind: keyof typeof sent, send: (some: I[]) => Promise<Sent>): Promise<void> => {
    if (items.length === 0) return
    for (;;) {
      sending = true
      const result = await send(items).finally(() => {
        sending = false
      })
      if (signal.aborted) throw new Stopped()
      switch (result.outcome) {
        case 'sent':
          gotThrough()
          sent[kind] += items.length - result.rejected
          if (result.rejected > 0) lose(result.rejected, 'the collector took a batch and gave an error')
          return
        case 'too-large':
          if (items.length === 1) return lose(1, result.problem)
          await deliver(items.slice(0, items.length >> 1), kind, send)
          return deliver(items.slice(items.length >> 1), kind, send)
        case 'refused':
          return lose(items.length, result.problem)
        case 'failed':
          await backOff(result.problem, result.retryAfterMs)
      }
    }
  }

  /** What retention gave up before it was sent cannot be sent any more. */
  const skipGap = (cursor: number): number => {
    const begins = checkpointHead(db)?.seq ?? 0
    if (cursor >= begins) return cursor
    const detail = `${begins - cursor} events were given up by retention before a collector had taken them.`
    options.alert('telemetry-gap', detail)
    moveCursor(db, begins)
    return begins
  }

  /** Whether there may be more at once. */
  const sendBatch = async (): Promise<boolean> => {
    const cursor = cursorOf(db)
    if (cursor === undefined) beginCursor(db)
    const batch = cursor === undefined ? undefined : batchAfter(db, skipGap(cursor))
    if (!batch) return false
    for await (const slice of slicesOf(batch, { db, sender, now, log: options.log })) {
      if (signal.aborted) throw new Stopped()
      await deliver(slice.spans, 'spans', otlp.spans)
      await deliver(slice.records, 'records', otlp.records)
    }
    moveCursor(db, batch.upTo)
    return batch.full
  }

  const untilWoken = async () => {
    const idle = new AbortController()
    poke = () => idle.abort()
    const either = AbortSignal.any([signal, idle.signal])
    if (!woken) await options.wait(times.look, either)
    if (woken) await options.wait(times.gather, signal)
    woken = false
  }

  const run = async () => {
    while (!signal.aborted) {
      try {
        await untilWoken()
        while (await sendBatch());
        failing = undefined
        failures = 0
      } catch (error) {
        if (error instanceof Stopped || signal.aborted) return
        await backOff(`the log cannot be read (${(error as Error).message})`).catch(() => undefined)
        woken = true
      }
    }
  }
  const running = run()

  return {
    wake: () => {
      woken = true
      poke()
    },
    state: () => {
      const problem =
        failing ?? (lost > 0 ? `${lostBecause}: ${lost} spans or log records did not get through` : undefined)
      const head = headOf(db).seq
      return {
        endpoint: shownEndpoint(endpoint),
        state: failing !== undefined ? 'failing' : sending ? 'sending' : 'idle',
        waiting: Math.max(0, head - (cursorOf(db) ?? head)),
        sentSpans: sent.spans,
        sentRecords: sent.records,
        ...(lastAt === undefined ? {} : { lastAt }),
        ...(problem === undefined ? {} : { problem }),
      }
    },
    stop: async () => {
      stopping.abort()
      otlp.close()
      await running
    },
  }
}

function resourceOf({ version, instance }: ExporterOptions): Sender['resource'] {
  return resourceFromAttributes({
    [standard.serviceName]: 'countersign',
    [standard.serviceVersion]: version,
    [standard.serviceInstance]: instance,
  })
}

/** Without what could be a password. */
function shownEndpoint(endpoint: string): string {
  const url = new URL(endpoint)
  url.username = ''
  url.password = ''
  url.search = ''
  return url.href
}
