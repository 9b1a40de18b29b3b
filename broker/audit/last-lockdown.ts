// What the log says of lockdown: a published policy that was lost or put back must not lift it.
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import { type Db, prepared } from './driver.ts'
import { rareTypes } from './event-log.ts'

/** The last word of a broker on it, with its time in milliseconds since the epoch. */
export function lastLockdown(db: Db): (AuditEventData<'lockdown.changed'> & { at: number }) | undefined {
  const row = prepared<[], { at: number; on: number; by: string }>(
    db,
    `SELECT t AS at, data ->> '$.on' AS "on", data ->> '$.by' AS by
     FROM event INDEXED BY event_rare CROSS JOIN name ON name.id = event.session
     WHERE type = 'lockdown.changed' AND ${rareTypes} AND name.text GLOB 'broker-*' ORDER BY seq DESC LIMIT 1`,
  ).get()
  return row && { at: row.at, on: row.on === 1, by: row.by }
}
