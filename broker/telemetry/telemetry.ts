// The switch for live export: off unless a person has set a collector. What sends is loaded only then, so that nobody else
// pays for it.
import { setTimeout as after } from 'node:timers/promises'
import type { Db } from '../audit/driver.ts'
import { beginCursor, dropCursor } from './cursor.ts'
import type { Exporter, ExporterOptions, TelemetrySettings, TelemetryState } from './exporter.ts'

export type Telemetry = {
  /** What the settings say now. Begins with what happens from here on; with a collector that was set before, where it was. */
  configure(settings: TelemetrySettings | undefined): void
  /** There may be something to send. Costs nothing. */
  wake(): void
  /** Nothing while it is off. */
  state(): TelemetryState | undefined
  stop(): Promise<void>
}

export type TelemetryOptions = Pick<ExporterOptions, 'version' | 'instance' | 'now' | 'alert' | 'log' | 'times'> & {
  db: Db
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  let wanted: TelemetrySettings | undefined
  let wantedText: string | undefined
  let exporter: Exporter | undefined
  /** One change after the other. */
  let changes: Promise<void> = Promise.resolve()
  let stopped = false

  const change = async (settings: TelemetrySettings | undefined) => {
    await exporter?.stop()
    exporter = undefined
    if (settings === undefined || settings !== wanted || stopped) return
    const { createExporter } = await import('./exporter.ts')
    if (settings !== wanted || stopped) return
    exporter = createExporter({ ...options, settings, random: Math.random, wait })
  }

  return {
    configure: (settings) => {
      const text = JSON.stringify(settings ?? null)
      if (stopped || text === wantedText) return
      wanted = settings
      wantedText = text
      keep(() => (settings ? beginCursor(options.db) : dropCursor(options.db)))
      changes = changes
        .then(() => change(settings))
        .catch((error: Error) => options.log(`telemetry cannot be sent: ${error.message}`))
    },
    wake: () => exporter?.wake(),
    state: () => exporter?.state(),
    stop: async () => {
      stopped = true
      await exporter?.stop()
      await changes
    },
  }

  function keep(write: () => void): void {
    try {
      write()
    } catch (error) {
      options.log(`where telemetry stands cannot be kept: ${(error as Error).message}`)
    }
  }
}

/** Does not keep the process alive. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal, ref: false }).catch(() => undefined)
}
