// Makes everything that is derived again from the events: after a migration that changed what is made of them, or when a
// person asks for it. What a checkpoint carried over from events that were given up is kept.
import { type CarriedRows, loadCarried } from './carried.ts'
import { nothingCarried, readCarried, readCheckpoint } from './checkpoint.ts'
import { type Db, prepared } from './driver.ts'
import { headOf, readEvents } from './event-log.ts'
import { project } from './projection.ts'
import { createStore, type ProjectionStore } from './projection-store.ts'
import { parseJson } from './spool-line.ts'

/** At most so many events are kept in memory before what they say is written. */
const pageEvents = 5_000

const derived = ['call', 'call_event', 'session', 'card', 'policy_revision']

/**
 * Call inside a transaction. Says from time to time how many of how many events were read. Throws where a checkpoint does not
 * say what it carries: without that, rows would be made from half of their events.
 */
export function rebuildRows(db: Db, progress?: (done: number, total: number) => void): void {
  const checkpoint = readCheckpoint(db)
  const carried = checkpoint ? readCarried(checkpoint) : nothingCarried
  if (!carried) throw new Error('The checkpoint at the beginning of the audit log cannot be read. Nothing was changed.')
  for (const table of derived) db.exec(`DELETE FROM ${table}`)
  // Of events that were given up, nothing but this knows which hosts they named.
  if (!checkpoint) db.exec('DELETE FROM host')
  prepared<[string]>(db, 'DELETE FROM policy_text WHERE sha256 NOT IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(carried.policyTexts.map(({ sha256 }) => sha256)),
  )
  // Names stay, also where no row has them any more: they are harmless, and events need theirs.
  db.exec("INSERT INTO call_text (call_text) VALUES ('delete-all')")
  const store = createStore(db)
  try {
    replay(db, store, { carried, begins: checkpoint?.seq ?? 0, progress })
  } catch (error) {
    store.forget()
    throw error
  }
}

type Replay = { carried: CarriedRows; begins: number; progress: ((done: number, total: number) => void) | undefined }

function replay(db: Db, store: ProjectionStore, { carried, begins, progress }: Replay): void {
  loadCarried(store, carried)
  store.flush()
  const total = headOf(db).seq - begins
  for (let last = begins; ; ) {
    const page = readEvents(db, { after: last, limit: pageEvents })
    for (const { seq, session, t, type, data } of page) {
      project(store, { seq, session, t, type, data: parseJson(data) })
      last = seq
    }
    if (page.length === 0) return
    store.flush()
    progress?.(last - begins, total)
  }
}
