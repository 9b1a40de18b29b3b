// Checks the spools that are still on disk against their own chains and against the events that were read of them, and the
// database against what it says it read.
import { isUtf8 } from 'node:buffer'
import { readdirSync } from 'node:fs'
import { chainStart, type Sha256 } from '../../core/audit/chain.ts'
import { spoolFileName } from '../../core/audit/spool.ts'
import { type Db, openDatabase } from './driver.ts'
import { openSpool, readLines, sessionOfFile, spoolPath } from './spool-file.ts'
import { readSession, type SpoolPlace, spoolStart } from './spool-parts.ts'
import { loadSpool, type SpoolRow } from './spool-row.ts'
import type { VerifyProblem } from './verify-report.ts'

/** The first spool of which the database does not hold the events it says it has: a cut tail shows here. */
export function firstBadSpoolRow(db: Db): VerifyProblem | undefined {
  const found = db
    .prepare<[], { session: string; n: number | null; first: number | null; held: number; events: number }>(
      `WITH held AS (
         SELECT coalesce((SELECT text FROM main.name WHERE name.id = event.session), '?' || event.session) AS session, count(*) AS events, min(n) AS first
         FROM main.event GROUP BY event.session
       )
       SELECT session, s.n, s.first_n AS first, coalesce(h.first, s.first_n) AS held,
         coalesce(h.events, 0) AS events
       FROM main.spool s FULL JOIN held h USING (session)
       WHERE (s.n - s.first_n) IS NOT coalesce(h.events, 0) OR s.first_n IS NOT coalesce(h.first, s.first_n)
       ORDER BY session LIMIT 1`,
    )
    .get()
  if (!found) return undefined
  const { session, n, first, held, events } = found
  const where = 'spool'
  const place = `session ${session}`
  if (n === null)
    return { where, place, problem: `an unknown number of lines were ingested, ${events} events are in the database` }
  if (first !== held)
    return { where, place, problem: `its events begin with line ${held + 1}, not with line ${Number(first) + 1}` }
  const given = first === 0 ? '' : `, ${first} were given up`
  return { where, place, problem: `${n} lines were ingested${given}, ${events} events are in the database` }
}

/** The sessions of which there is a spool, or was one; of the spools on disk the highest part. */
export function spoolSessions(db: Db, folder: string): { session: string; lastPart: number }[] {
  const last = new Map<string, number>()
  for (const name of readdirSync(folder)) {
    const found = sessionOfFile(name)
    if (found) last.set(found.session, Math.max(found.part, last.get(found.session) ?? 1))
  }
  const known = db.prepare<[], { session: string; part: number }>('SELECT session, part FROM main.spool').all()
  for (const { session, part } of known) last.set(session, Math.max(part, last.get(session) ?? 1))
  return [...last]
    .map(([session, lastPart]) => ({ session, lastPart }))
    .sort((a, b) => (a.session < b.session ? -1 : 1))
}

/** A function that names what is wrong with a session's spool. */
export function spoolChecker(
  db: Db,
  folder: string,
  sha256: Sha256,
): (spool: { session: string; lastPart: number }) => VerifyProblem | undefined {
  const ingested = ingestedEvents(db)
  return ({ session, lastPart }) => {
    const row = loadSpool(db, session)
    const found = row
      ? (ingestedPart(folder, row, ingested, sha256) ?? laterPart(folder, row, lastPart, sha256))
      : firstProblem(folder, session, spoolStart, lastPart, sha256)
    if (!found || (isAbsent(found.problem) && row && wasGivenUp(db, row))) return undefined
    const file = spoolFileName(session, found.part)
    const place = found.line === undefined ? file : `${file}, line ${found.line}`
    return { where: 'spool', place, problem: found.problem }
  }
}

type Found = { part: number; line?: number; problem: string }

const isAbsent = (problem: string): boolean => problem === 'missing' || problem === 'gone'

/** Of a session that is over, and of which no event is left, retention removes the files: perhaps while this check runs. */
function wasGivenUp(db: Db, { session }: SpoolRow): boolean {
  const now = db.memory ? db : openDatabase(db.name, { readonly: true })
  try {
    const row = loadSpool(now, session)
    return row !== undefined && row.n > 0 && row.first_n === row.n
  } finally {
    if (now !== db) now.close()
  }
}

type Ingested = [t: number, type: string, data: string]

/** The events of a session from line `n` on, as they are in the database, some at a time. */
function ingestedEvents(db: Db): (session: string, n: number) => Ingested[] {
  const page = db
    .prepare<[string, number, number], Ingested>(
      `SELECT t, type, data FROM main.event
       WHERE session = (SELECT id FROM main.name WHERE text = ?) AND n >= ? AND n < ? ORDER BY n`,
    )
    .raw()
  return (session, n) => page.all(session, n, n + pageLines)
}

const pageLines = 128
const tailLength = ',"prev":"","hash":""}'.length + 2 * 64
const suffixLength = ',"hash":""}'.length + 64

/**
 * The lines that were ingested. Their last hash is known, and so what all of them were: no line has to be understood. On the
 * first that is not so, what is wrong with it is looked for.
 */
function ingestedPart(
  folder: string,
  row: SpoolRow,
  ingested: (session: string, n: number) => Ingested[],
  sha256: Sha256,
): Found | undefined {
  const { session } = row
  const name = JSON.stringify(session)
  let [n, prev] = [0, chainStart]
  let page: Ingested[] = []
  for (let part = 1; part <= row.part; part += 1) {
    const file = openSpool(spoolPath(folder, session, part))
    if (file === undefined) return { part, problem: 'missing' }
    if (typeof file === 'string') return { part, problem: file }
    try {
      let line = 0
      let end = 0
      for (const read of readLines(file.fd, 0)) {
        if (n === row.n) break
        line += 1
        // Bytes that are no text would be hashed like the character that stands for them.
        const text = read.kind === 'line' && isUtf8(read.bytes) ? read.bytes.toString('utf8') : ''
        const hash = text.slice(-66, -2)
        const isChained = text.slice(-tailLength, -66) === `,"prev":"${prev}","hash":"` && text.endsWith('"}')
        if (read.kind !== 'line' || !isChained || sha256(text.slice(0, -suffixLength)) !== hash) {
          return wrongLine(folder, row, { part, line }, sha256)
        }
        if (n >= row.first_n) {
          const at = (n - row.first_n) % pageLines
          if (at === 0) page = ingested(session, n)
          const event = page[at]
          // That events are missing is told of the session as a whole.
          if (event && !says(text, name, n, event)) return { part, line, problem: 'not-what-was-ingested' }
        }
        n += 1
        prev = hash
        end = read.end
      }
      if (part < row.part && end < file.size) return wrongLine(folder, row, { part, line: line + 1 }, sha256)
      if (part === row.part && n === row.n && n > 0 && prev !== row.last_hash) {
        return { part, line, problem: 'not-what-was-ingested' }
      }
      if (part === row.part && n < row.n) return { part, line: line + 1, problem: 'shrunk' }
    } finally {
      file.close()
    }
  }
  return undefined
}

const says = (text: string, name: string, n: number, [t, type, data]: Ingested): boolean =>
  text.slice(0, -tailLength) === `{"v":1,"session":${name},"n":${n},"t":${t},"type":"${type}","data":${data}`

/** Why a line is not what its chain says; that bytes of it are no text, its hash does not tell. */
function wrongLine(folder: string, row: SpoolRow, at: { part: number; line: number }, sha256: Sha256): Found {
  return firstProblem(folder, row.session, spoolStart, row.part, sha256) ?? { ...at, problem: 'not-what-was-ingested' }
}

/** The lines that were not ingested yet, or cannot be. */
function laterPart(folder: string, row: SpoolRow, lastPart: number, sha256: Sha256): Found | undefined {
  const { session, part, offset, n, last_hash: prev, state, problem } = row
  const found = firstProblem(folder, session, { part, offset, n, prev }, lastPart, sha256)
  if (found || state !== 'damaged') return found
  return { part, problem: `was ${problem} when it was read` }
}

function firstProblem(
  folder: string,
  session: string,
  from: SpoolPlace,
  lastPart: number,
  sha256: Sha256,
): Found | undefined {
  for (const read of readSession(folder, session, from, { sha256, lastPart })) {
    if (read.ok) continue
    const { part, line, problem } = read
    return isAbsent(problem) ? { part, problem } : { part, line, problem }
  }
  return undefined
}
