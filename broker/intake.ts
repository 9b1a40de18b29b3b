// Getting spools into the database soon after they grow, and telling the UI which calls changed.
import type { AuditDatabase } from './audit/database.ts'
import { closeDeadSessions } from './audit/dead-sessions.ts'
import type { IngestResult, SpoolDamage } from './audit/ingest.ts'
import { createIngest } from './audit/ingest.ts'

export type Intake = {
  /** Ingests this session's spool within moments; many rings make one ingest. */
  soon(session: string): void
  /** Ingests it now. */
  now(session: string): void
  everything(): void
  /** Sessions whose process is gone without having said so; see dead-sessions.ts. */
  deadSessions(isAlive: (pid: number, session: string) => boolean): { session: string }[]
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

export function createIntake(options: IntakeOptions): Intake {
  const { db } = options
  const ingest = createIngest(db, { spoolFolder: options.spoolFolder, now: options.now })
  const due = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const take = (work: () => IngestResult) => {
    try {
      const { calls, damaged } = work()
      for (const damage of damaged) options.damaged(damage)
      if (calls.length > 0) options.changed(calls)
    } catch (error) {
      // The spool keeps everything: the next ring, or the next start, tries again.
      options.log(`the audit database cannot take new events: ${(error as Error).message}`)
    }
  }
  const ingestDue = () => {
    timer = undefined
    const sessions = [...due]
    due.clear()
    for (const session of sessions) take(() => ingest.ingestFile(session))
  }

  return {
    soon: (session) => {
      due.add(session)
      timer ??= setTimeout(ingestDue, gatherMs)
    },
    now: (session) => take(() => ingest.ingestFile(session)),
    everything: () => take(() => ingest.ingestAll()),
    deadSessions: (isAlive) => closeDeadSessions(db, isAlive),
    stop: () => {
      clearTimeout(timer)
      ingestDue()
    },
  }
}
