// Getting spools into the database soon after they grow, and telling the UI which calls changed. The spool folder itself
// is the doorbell: a proxy needs no connection, and one that ends at once is heard all the same.
import type { AuditDatabase } from './audit/database.ts'
import { createIngest, type IngestResult, type SpoolDamage } from './audit/ingest.ts'
import { sessionOfFile } from './audit/spool-file.ts'
import { watchFolder } from './watch-folder.ts'

export type Intake = {
  /** Ingests this session's spool now. */
  now(session: string): void
  everything(): void
  stop(): void
}

export type IntakeOptions = {
  db: AuditDatabase
  spoolFolder: string
  now(): number
  changed(calls: string[]): void
  damaged(damage: SpoolDamage): void
  log(line: string): void
}

const gatherMs = 30

/** Watches `spoolFolder`, which must exist; many changes at once make one ingest. */
export function createIntake(options: IntakeOptions): Intake {
  const { db, spoolFolder, log } = options
  const ingest = createIngest(db, { spoolFolder, now: options.now })
  const due = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const take = (work: () => IngestResult) => {
    try {
      const { calls, damaged } = work()
      for (const damage of damaged) options.damaged(damage)
      if (calls.length > 0) options.changed(calls)
    } catch (error) {
      // The spool keeps everything: the next change, or the next start, tries again.
      log(`the audit database cannot take new events: ${(error as Error).message}`)
    }
  }
  const ingestDue = () => {
    timer = undefined
    const sessions = [...due]
    due.clear()
    for (const session of sessions) take(() => ingest.ingestFile(session))
  }

  const watched = watchFolder({
    folder: spoolFolder,
    log,
    changed: (name) => {
      if (name === undefined) return take(() => ingest.ingestAll())
      const session = sessionOfFile(name)
      if (session === undefined) return
      due.add(session)
      timer ??= setTimeout(ingestDue, gatherMs)
    },
  })

  return {
    now: (session) => take(() => ingest.ingestFile(session)),
    everything: () => take(() => ingest.ingestAll()),
    stop: () => {
      watched.stop()
      clearTimeout(timer)
      take(() => ingest.ingestAll())
    },
  }
}
