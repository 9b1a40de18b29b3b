// What should not happen, in front of the person and on record.
import type { BrokerStatus } from '../core/wire/ui-contract.ts'
import type { OwnRecord } from './own-record.ts'

export type Alerts = {
  /** Since the broker started, newest first. */
  readonly list: BrokerStatus['alerts']
  /** Never throws. */
  alert(kind: string, detail: string): void
  /** Something that happened all the same could not be put on record. */
  unrecorded(what: string, error: unknown): void
}

export type AlertsOptions = { record: OwnRecord; now(): number; changed(): void; log(line: string): void }

const alertsKept = 50

export function createAlerts({ record, now, changed, log }: AlertsOptions): Alerts {
  const list: BrokerStatus['alerts'] = []
  const show = (kind: string, detail: string) => {
    log(`${kind}: ${detail}`)
    list.unshift({ at: now(), kind, detail })
    list.length = Math.min(list.length, alertsKept)
    changed()
  }
  const unrecorded = (what: string, error: unknown) => show('unrecorded', `${what}: ${(error as Error).message}`)
  return {
    list,
    alert: (kind, detail) => {
      show(kind, detail)
      try {
        record.write('alert', { kind, detail })
      } catch (error) {
        unrecorded('an alert', error)
      }
    },
    unrecorded,
  }
}
