// An exporter on a log of its own, with a collector that answers as told, and time that passes when the exporter waits.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { beginCursor } from '../../../broker/telemetry/cursor.ts'
import { createExporter, type Exporter, type ExporterOptions } from '../../../broker/telemetry/exporter.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts'
import { createLog, type LogFixture } from '../audit/log-fixture.ts'

export type Bench = {
  log: LogFixture
  collector: OtlpReceiver
  /** What the exporter waited before it tried again, in milliseconds. */
  waits: number[]
  alerts: { kind: string; detail: string }[]
  /** Ingests what spools have gained and tells the exporter. */
  happened(): void
  /** A further exporter on the same log; all are stopped when the test is over. */
  start(over?: Partial<ExporterOptions>): Exporter
  exporter: Exporter
}

export const times = { gather: 0, look: 1_000_000, try: 400, firstWait: 1_000, longestWait: 300_000 }

export type Over = Partial<ExporterOptions> & { content?: boolean }

/** `ready`: brings the log to where it is when export is turned on. */
export async function createBench(
  { content = false, ...over }: Over = {},
  ready: (log: LogFixture) => void = () => undefined,
): Promise<Bench> {
  const log = createLog()
  const collector = await startOtlpReceiver()
  onTestFinished(() => collector.close())
  const waits: number[] = []
  const alerts: Bench['alerts'] = []
  let started: Exporter[] = []
  onTestFinished(async () => {
    for (const one of started) await one.stop()
  })
  const start = (more: Partial<ExporterOptions> = {}) => {
    const exporter = createExporter({
      db: log.db,
      settings: { endpoint: collector.endpoint, content },
      version: '1.2.3',
      instance: '0123456789abcdef',
      now: () => 1_800_000_000_000,
      random: () => 0,
      // Only being woken ends the wait for something to do.
      wait: async (ms, signal) => {
        if (ms === times.look) return untilAborted(signal)
        if (ms !== times.gather) waits.push(ms)
        await nextTurn()
      },
      alert: (kind, detail) => alerts.push({ kind, detail }),
      log: () => undefined,
      times,
      ...over,
      ...more,
    })
    started = [...started, exporter]
    return exporter
  }
  ready(log)
  log.ingest.ingestAll()
  beginCursor(log.db)
  const exporter = start()
  return {
    ...{ log, collector, waits, alerts, start, exporter },
    happened: () => {
      log.ingest.ingestAll()
      for (const one of started) one.wake()
    },
  }
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
