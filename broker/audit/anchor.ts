// Writes the head of the chain into the operating system's log once a day: a head that the owner of this log cannot easily
// change is what shows later that the end was cut off, or that all was made anew.
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import { type Db, prepared } from './driver.ts'
import { headOf, rareTypes } from './event-log.ts'
import { parseJson } from './spool-line.ts'

export type AnchoredHead = AuditEventData<'head.anchored'> & { at: number }

export type Anchor = {
  /** Writes the head if none was written on this calendar day. Never rejects. */
  check(): Promise<void>
  /** Checks soon, and then every hour: a machine that slept through the night is not forgotten. */
  start(): void
  stop(): void
}

export type AnchorOptions = {
  db: Db
  record: { write(type: 'head.anchored', data: AuditEventData<'head.anchored'>): void }
  /** Milliseconds since the epoch. */
  now(): number
  /** Puts one line where it stays, and says where that is. Rejects if it cannot. */
  write(line: string): Promise<string>
  log(line: string): void
}

/** The window comes first. */
const firstCheckMs = 60_000
const checkEveryMs = 3_600_000

/** As a person looks for it in the system's log. */
export const anchorLine = ({ seq, hash }: { seq: number; hash: string }): string => `audit head ${hash} event ${seq}`

/** The newest head that a broker wrote to the system's log. */
export function lastAnchored(db: Db): AnchoredHead | undefined {
  const row = prepared<[], { at: number; data: string }>(
    db,
    `SELECT t AS at, data FROM event INDEXED BY event_rare CROSS JOIN name ON name.id = event.session
     WHERE type = 'head.anchored' AND ${rareTypes} AND name.text GLOB 'broker-*' ORDER BY seq DESC LIMIT 1`,
  ).get()
  return row && { ...(parseJson(row.data) as AuditEventData<'head.anchored'>), at: row.at }
}

export function createAnchor({ db, record, now, write, log }: AnchorOptions): Anchor {
  let first: NodeJS.Timeout | undefined
  let hourly: NodeJS.Timeout | undefined
  let under: Promise<void> | undefined
  let stopped = false
  let said = ''

  const anchor = async () => {
    try {
      const last = lastAnchored(db)
      if (last && sameDay(last.at, now())) return
      const head = headOf(db)
      const where = await write(anchorLine(head))
      // The next start writes another line; the record is closed.
      if (stopped) return
      record.write('head.anchored', { ...head, where })
      said = ''
    } catch (error) {
      const { message } = error as Error
      // Each hour the same would bury what else is said.
      if (message !== said)
        log(`the head of the audit log is not in the system's log; it is tried each hour: ${message}`)
      said = message
    }
  }
  const check = (): Promise<void> => {
    under ??= anchor().finally(() => {
      under = undefined
    })
    return under
  }

  return {
    check,
    start: () => {
      first = setTimeout(() => void check(), firstCheckMs).unref()
      hourly = setInterval(() => void check(), checkEveryMs).unref()
    },
    stop: () => {
      stopped = true
      clearTimeout(first)
      clearInterval(hourly)
    },
  }
}

const sameDay = (a: number, b: number) => new Date(a).toDateString() === new Date(b).toDateString()
