// Checks the spools that are still on disk against their own chains, and the database against what it read of them.
import { readdirSync } from 'node:fs'
import type { Sha256 } from '../../core/audit/chain.ts'
import { chainStart } from '../../core/audit/chain.ts'
import type { Db } from './driver.ts'
import { openSpool, sessionOfFile, spoolPath } from './spool-file.ts'
import { readSpool } from './spool-line.ts'
import { loadSpools, type SpoolRow } from './spool-row.ts'
import type { VerifyProblem } from './verify-report.ts'

/** The first spool of which the database no longer holds the events it once read: a cut tail shows here. */
export function firstBadSpoolRow(db: Db): VerifyProblem | undefined {
  const found = db
    .prepare<[], { session: string; n: number | null; events: number }>(
      `WITH counted AS (SELECT session, count(*) AS events FROM event GROUP BY session)
       SELECT session, s.n, coalesce(c.events, 0) AS events FROM spool s FULL JOIN counted c USING (session)
       WHERE s.n IS NOT coalesce(c.events, 0) ORDER BY session LIMIT 1`,
    )
    .get()
  if (!found) return undefined
  const problem = `${found.n ?? 'an unknown number of'} lines were ingested, ${found.events} events are in the database`
  return { where: 'spool', place: `session ${found.session}`, problem }
}

/** The first spool, by name, that is damaged, gone, or not the one that was ingested. */
export function firstBadSpool(db: Db, folder: string, sha256: Sha256): VerifyProblem | undefined {
  const rows = new Map(loadSpools(db).map((row) => [row.session, row]))
  const onDisk = readdirSync(folder)
    .map(sessionOfFile)
    .filter((session) => session !== undefined)
  for (const session of [...new Set([...rows.keys(), ...onDisk])].sort()) {
    const found = spoolProblem(spoolPath(folder, session), session, rows.get(session), sha256)
    if (!found) continue
    const place = `${session}.jsonl${found.line === undefined ? '' : `, line ${found.line}`}`
    return { where: 'spool', place, problem: found.problem }
  }
  return undefined
}

type Found = { line?: number; problem: string }

function spoolProblem(path: string, session: string, row: SpoolRow | undefined, sha256: Sha256): Found | undefined {
  const file = openSpool(path)
  if (file === undefined) return { problem: 'missing' }
  if (file === 'unreadable') return { problem: 'unreadable' }
  try {
    let n = 0
    for (const read of readSpool(file.fd, { session, n, prev: chainStart }, 0, sha256)) {
      if (!read.ok) return { line: n + 1, problem: read.problem }
      n += 1
      // A spool that was written anew as a whole has a sound chain, but not this hash.
      if (n === row?.n && read.event.hash !== row.last_hash) return { line: n, problem: 'not-what-was-ingested' }
    }
    if (row && n < row.n) return { line: n + 1, problem: 'shrunk' }
    return row?.problem ? { line: row.n + 1, problem: `was ${row.problem} when it was read` } : undefined
  } finally {
    file.close()
  }
}
