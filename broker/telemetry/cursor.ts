// How far the log has been sent. Kept in the audit database, which is the queue: nothing waits in memory.
import { type Db, prepared } from '../audit/driver.ts'
import { headOf } from '../audit/event-log.ts'

const name = 'telemetry'

/** The last event that was sent or passed over; nothing where none is to be sent. */
export const cursorOf = (db: Db): number | undefined =>
  prepared<[string], { seq: number }>(db, 'SELECT seq FROM cursor WHERE name = ?').get(name)?.seq

export function moveCursor(db: Db, seq: number): void {
  prepared<[string, number]>(
    db,
    'INSERT INTO cursor (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq',
  ).run(name, seq)
}

/** Nothing that happened before is sent. A cursor that is there stays: sending goes on where it was. */
export function beginCursor(db: Db): void {
  const head = headOf(db).seq
  const known = cursorOf(db)
  // Beyond the head: an older copy of the database was put back.
  if (known === undefined || known > head) moveCursor(db, head)
}

export function dropCursor(db: Db): void {
  prepared<[string]>(db, 'DELETE FROM cursor WHERE name = ?').run(name)
}
