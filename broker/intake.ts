// Getting spools into the database soon after they grow, and telling the UI which calls changed. The spool folder itself
// is the doorbell: a proxy needs no connection, and one that ends at once is heard all the same.
//
// The spools are the record, the database is made from them. So a database that is locked, full or gone stops nothing but
// the counting of limits: what happens meanwhile is read later, and the person is told.
import type { AuditDatabase } from './audit/database.ts'
import { createIngest, type IngestResult, type SpoolDamage } from './audit/ingest.ts'
import { sessionOfFile } from './audit/spool-file.ts'
import { identityOf } from './file-identity.ts'
import { watchFolder } from './watch-folder.ts'

export type Intake = {
  /** Ingests this session's spool now. */
  now(session: string): void
  everything(): void
  /** @throws if what is written to the database would be lost, because its file was moved or deleted. */
  mustKeep(): void
  stop(): void
}

export type IntakeOptions = {
  db: AuditDatabase
  /** Path of the database. */
  database: string
  spoolFolder: string
  now(): number
  changed(calls: string[]): void
  damaged(damage: SpoolDamage): void
  alert(kind: 'database-behind' | 'database-gone', detail: string): void
  log(line: string): void
}

const gatherMs = 30
/** How long to wait for another program's lock, in milliseconds: everything else waits too. */
const patienceMs = 1_000
const patienceWhileBehindMs = 50

/** Watches `spoolFolder`, which must exist; many changes at once make one ingest. */
export function createIntake(options: IntakeOptions): Intake {
  const { db, database, spoolFolder, log } = options
  const ingest = createIngest(db, { spoolFolder, now: options.now })
  const place = identityOf(database)
  const due = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let behind = false
  let gone = false

  const take = (work: () => IngestResult) => {
    lookForDatabase()
    let taken: IngestResult
    try {
      db.pragma(`busy_timeout = ${behind ? patienceWhileBehindMs : patienceMs}`)
      taken = work()
    } catch (error) {
      const first = !behind
      behind = true
      // The spools keep everything; it is tried again every two seconds, and at the next start.
      if (first) options.alert('database-behind', behindBecause(error as Error))
      return
    }
    if (behind) log('the audit database takes new events again')
    behind = false
    for (const damage of taken.damaged) options.damaged(damage)
    if (taken.calls.length > 0) options.changed(taken.calls)
  }
  const everything = () => take(() => ingest.ingestAll())
  const ingestDue = () => {
    timer = undefined
    const sessions = [...due]
    due.clear()
    if (behind) return
    for (const session of sessions) take(() => ingest.ingestFile(session))
  }

  const lookForDatabase = () => {
    const wasGone = gone
    gone = identityOf(database) !== place
    if (gone && !wasGone) {
      options.alert(
        'database-gone',
        `${database} was moved, replaced or deleted while Countersign runs. Every call is on record in ${spoolFolder} as ` +
          'before, but limits cannot be counted any more. Put it back, or start Countersign again: it is made anew from there.',
      )
    }
  }

  const watched = watchFolder({
    folder: spoolFolder,
    log,
    changed: (name) => {
      if (name === undefined) return everything()
      const spool = sessionOfFile(name)
      if (spool === undefined) return
      due.add(spool.session)
      timer ??= setTimeout(ingestDue, gatherMs)
    },
    look: () => {
      lookForDatabase()
      // Read again as a whole: what rang meanwhile was not listed.
      if (behind) everything()
    },
  })

  return {
    now: (session) => take(() => ingest.ingestFile(session)),
    everything,
    mustKeep: () => {
      lookForDatabase()
      if (gone) throw new Error('the audit database was moved or deleted')
    },
    stop: () => {
      watched.stop()
      clearTimeout(timer)
      everything()
    },
  }
}

const behindBecause = ({ message }: Error): string =>
  `The audit database cannot take new events (${message}). They are on record all the same, and are read as soon as it can.`
