// Makes the browsable rows again from the events, after a migration that changed what is made of them.
import { type Db, prepared } from './driver.ts'
import type { EventRow } from './event-chain.ts'
import { project } from './projection.ts'
import { createStore, mainTables } from './projection-store.ts'
import { parseJson } from './spool-line.ts'

/** At most this much is kept in memory before it is written. */
const pageEvents = 5_000
const pageBytes = 8 * 1024 * 1024

/** Call inside a transaction. Rows keep their ids: these follow the order in which calls came into the log. */
export function rebuildRows(db: Db): void {
  for (const table of Object.values(mainTables)) db.exec(`DELETE FROM ${table}`)
  const store = createStore(db, mainTables)
  const page = prepared<[number], Pick<EventRow, 'seq' | 'session' | 't' | 'type' | 'data'>>(
    db,
    'SELECT seq, session, t, type, data FROM event WHERE seq > ? ORDER BY seq',
  )
  for (let last = 0; ; ) {
    let rows = 0
    let bytes = 0
    for (const { seq, session, t, type, data } of page.iterate(last)) {
      project(store, { session, t, type, data: parseJson(data) })
      last = seq
      rows += 1
      bytes += data.length
      // The connection cannot write while it iterates.
      if (rows >= pageEvents || bytes >= pageBytes) break
    }
    if (rows === 0) return
    store.flush()
  }
}
