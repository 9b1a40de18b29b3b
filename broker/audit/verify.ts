// Proves that the log still says what it said when it was written, or names the first place where it does not.
//
// What this cannot see: a chain that was made anew as a whole, or cut at its end together with the rows and the spools that
// belong to it. Against those only a head kept elsewhere helps, which is why the report carries the head.
import { chainStart, type Sha256 } from '../../core/audit/chain.ts'
import { sha256 as nodeSha256 } from '../sha256.ts'
import { type Db, isCorruption, prepared } from './driver.ts'
import { type EventRow, eventHash } from './event-chain.ts'
import { project } from './projection.ts'
import type { ProjectionStore } from './projection-store.ts'
import { parseJson } from './spool-line.ts'
import type { VerifyProblem, VerifyReport } from './verify-report.ts'
import { firstDifferentRow, withReplayTables } from './verify-rows.ts'
import { firstBadSpool, firstBadSpoolRow } from './verify-spools.ts'

export type { VerifyProblem, VerifyReport } from './verify-report.ts'

/** At most this much is replayed before it is written to the temporary tables. */
const pageEvents = 5_000
const pageBytes = 8 * 1024 * 1024

/**
 * Walks the chain of events, compares the browsable rows with a replay of the events, and where `spoolFolder` is given
 * checks every spool against its own chain and against what was read of it. Works on a read-only database, on one
 * consistent snapshot; takes seconds on a large log, so a server calls it away from its main thread.
 */
export function verifyAudit(db: Db, options: { spoolFolder?: string; sha256?: Sha256 } = {}): VerifyReport {
  const sha256 = options.sha256 ?? nodeSha256
  try {
    return db.transaction(() => verifySnapshot(db, sha256, options.spoolFolder)).deferred()
  } catch (error) {
    if (!isCorruption(error)) throw error
    const problem = `the database file is damaged (${error.code}: ${error.message})`
    return { ok: false, events: 0, calls: 0, head: '', problems: [{ where: 'event', place: 'database', problem }] }
  }
}

function verifySnapshot(db: Db, sha256: Sha256, spoolFolder: string | undefined): VerifyReport {
  return withReplayTables(db, (store, replayed) => {
    const walked = walkEvents(db, sha256, store)
    const problems = [
      walked.problem,
      firstDifferentRow(db, { where: 'call', key: 'call', replayed: replayed.call }),
      firstDifferentRow(db, { where: 'session', key: 'session', replayed: replayed.session }),
      firstDifferentRow(db, { where: 'card', key: 'approval', replayed: replayed.card }),
      firstBadSpoolRow(db) ?? (spoolFolder === undefined ? undefined : firstBadSpool(db, spoolFolder, sha256)),
    ].filter((problem) => problem !== undefined)
    const calls = prepared<[], { count: number }>(db, 'SELECT count(*) AS count FROM main.call').get()?.count ?? 0
    return { ok: problems.length === 0, events: walked.events, calls, head: walked.head, problems }
  })
}

type Walk = { events: number; head: string; problem: VerifyProblem | undefined }

/** Goes on after a bad event, because what the replay then makes of the rest tells which calls it touched. */
function walkEvents(db: Db, sha256: Sha256, store: ProjectionStore): Walk {
  const page = prepared<[number], EventRow>(db, 'SELECT * FROM event WHERE seq > ? ORDER BY seq')
  let last = { seq: 0, hash: chainStart }
  let events = 0
  let problem: VerifyProblem | undefined
  for (;;) {
    let rows = 0
    let bytes = 0
    for (const event of page.iterate(last.seq)) {
      const found = eventProblem(event, last, sha256)
      if (found && !problem) {
        problem = {
          where: 'event',
          place: `event ${event.seq} (session ${event.session}, ${event.type})`,
          problem: found,
        }
      }
      project(store, { session: event.session, t: event.t, type: event.type, data: parseJson(event.data) })
      last = { seq: event.seq, hash: event.hash }
      rows += 1
      bytes += event.data.length
      // The connection cannot write while it iterates.
      if (rows >= pageEvents || bytes >= pageBytes) break
    }
    store.flush()
    events += rows
    if (rows === 0) return { events, head: last.hash, problem }
  }
}

function eventProblem(
  event: EventRow,
  last: { seq: number; hash: string },
  sha256: Sha256,
): 'gap' | 'chain-broken' | 'hash-mismatch' | undefined {
  if (event.seq !== last.seq + 1) return 'gap'
  if (event.prev !== last.hash) return 'chain-broken'
  return event.hash === eventHash(event, sha256) ? undefined : 'hash-mismatch'
}
