// Carries spool lines into the database: each exactly once, in order, and none that its chain does not vouch for.
import type { Sha256 } from '../../core/audit/chain.ts'
import { spoolFileName } from '../../core/audit/spool.ts'
import { sha256 as nodeSha256 } from '../sha256.ts'
import { type Db, prepared } from './driver.ts'
import { eventAppender } from './event-log.ts'
import { openSessions } from './open-sessions.ts'
import { project } from './projection.ts'
import { createStore, type ProjectionStore } from './projection-store.ts'
import { isBrokerSession, isSessionName, listSpools, sizeOfFile, spoolPath } from './spool-file.ts'
import { readSession, tornTail } from './spool-parts.ts'
import { loadSpool, mayBeMended, newSpool, type SpoolProblem, type SpoolRow, saveSpool } from './spool-row.ts'

/** One transaction carries at most this much, so that no other writer waits long and memory stays small. */
const batchLines = 5_000
const batchBytes = 8 * 1024 * 1024

/** A half line at the end that has not grown for this long, in milliseconds, was left by a process that is gone. */
const tornAfterMs = 10_000

/**
 * `line` counts from 1 and `offset` in bytes, both in `file`. Nothing from there on was ingested. `unfinished` is no
 * damage: a process was killed while it wrote that line. Should somebody finish it, it is read.
 */
export type SpoolDamage = { session: string; file: string; line: number; offset: number; problem: SpoolProblem }

export type IngestResult = {
  /** How many events were added. */
  events: number
  /** Ids of the calls whose rows changed. */
  calls: string[]
  /** Spools found damaged just now. Each is reported once, to whichever ingest found it. */
  damaged: SpoolDamage[]
}

export type Ingest = {
  /**
   * Ingests what the session's spool has gained, in all its parts; nothing where there is no spool. Throws a RangeError for a name that is no
   * session name, and SQLite's error when the database fails (what was committed before stays; try again).
   */
  ingestFile(session: string): IngestResult
  /** Ingests every spool of the folder, those of brokers last: they speak of calls that proxies introduced. */
  ingestAll(): IngestResult
}

export type IngestOptions = {
  spoolFolder: string
  /** Milliseconds since the epoch; only notes when a spool was last read. */
  now: () => number
  sha256?: Sha256
}

export function createIngest(db: Db, options: IngestOptions): Ingest {
  const { spoolFolder, now, sha256 = nodeSha256 } = options
  const store = createStore(db)
  /** Problems that may be mended, and so are not held against the spool, are said once. */
  const said = new Map<string, SpoolProblem>()

  const isNew = ({ session, problem }: SpoolDamage): boolean => {
    if (!mayBeMended(problem)) return true
    if (said.get(session) === problem) return false
    said.set(session, problem)
    return problem !== 'gone' || isOpen(db, session)
  }

  const ingestSession = (session: string, lastPart?: number): IngestResult => {
    if (!isSessionName(session)) throw new RangeError(`not a session name: ${JSON.stringify(session)}`)
    const total: IngestResult = { events: 0, calls: [], damaged: [] }
    const calls = new Set<string>()
    for (let more = true; more; ) {
      // Looked at without the lock first: most rings of the doorbell find little, and most spools of a folder nothing.
      const known = loadSpool(db, session)
      if (known ? isRead(spoolFolder, known) : isEmpty(spoolFolder, session, lastPart)) break
      const batch = inTransaction(db, store, () =>
        ingestBatch(db, store, { session, lastPart, spoolFolder, now, sha256 }),
      )
      total.events += batch.events
      for (const call of batch.calls) calls.add(call)
      if (!batch.damage) said.delete(session)
      else if (isNew(batch.damage)) total.damaged.push(batch.damage)
      more = batch.more
    }
    return { ...total, calls: [...calls] }
  }

  const ingestAll = (): IngestResult => {
    const spools = listSpools(spoolFolder)
    // One that is gone altogether is missed only while its session is open.
    const sessions = new Set([...spools.keys(), ...openSessions(db).map(({ session }) => session)])
    const results = [...sessions]
      .sort((a, b) => Number(isBrokerSession(a)) - Number(isBrokerSession(b)) || (a < b ? -1 : 1))
      .map((session) => ingestSession(session, spools.get(session)))
    return {
      events: results.reduce((sum, result) => sum + result.events, 0),
      calls: [...new Set(results.flatMap((result) => result.calls))],
      damaged: results.flatMap((result) => result.damaged),
    }
  }

  return { ingestFile: (session) => ingestSession(session), ingestAll }
}

const isOpen = (db: Db, session: string): boolean =>
  prepared<[string], unknown>(
    db,
    'SELECT 1 FROM session WHERE session = ? AND ended_at IS NULL AND gone_at IS NULL',
  ).get(session) !== undefined

/** True where there is nothing to read beyond what was read, and nothing to say. */
function isRead(folder: string, { session, part, offset, state }: SpoolRow): boolean {
  if (state === 'damaged') return true
  return sizeOfFile(spoolPath(folder, session, part)) === offset && !sizeOfFile(spoolPath(folder, session, part + 1))
}

const isEmpty = (folder: string, session: string, lastPart = 1): boolean =>
  lastPart === 1 && !sizeOfFile(spoolPath(folder, session)) && !sizeOfFile(spoolPath(folder, session, 2))

/** Immediate, so that of two brokers at one spool the second reads the offset the first has left. */
function inTransaction<R>(db: Db, store: ProjectionStore, work: () => R): R {
  try {
    return db.transaction(work).immediate()
  } catch (error) {
    // Its cached rows describe a transaction that did not happen.
    store.forget()
    throw error
  }
}

type Source = Required<IngestOptions> & { session: string; lastPart: number | undefined }
type Batch = { events: number; calls: string[]; damage?: SpoolDamage; more: boolean }

function ingestBatch(db: Db, store: ProjectionStore, source: Source): Batch {
  const { session, lastPart, spoolFolder, now, sha256 } = source
  const before = loadSpool(db, session) ?? newSpool(session)
  if (before.state === 'damaged') return { events: 0, calls: [], more: false }
  const append = eventAppender(db, sha256)
  let spool: SpoolRow = before
  let damage: SpoolDamage | undefined
  let bytes = 0
  const place = { part: before.part, offset: before.offset, n: before.n, prev: before.last_hash }
  for (const read of readSession(spoolFolder, session, place, { sha256, lastPart })) {
    if (!read.ok) {
      const { problem, part, line, offset } = read
      damage = { session, file: spoolFileName(session, part), line, offset, problem }
      break
    }
    const { event, part, offset } = read
    const seq = append({ session, n: spool.n, t: event.t, type: event.type, data: event.data })
    project(store, { seq, session, t: event.t, type: event.type, data: event.value })
    bytes += event.data.length
    spool = { ...spool, part, offset, n: spool.n + 1, last_hash: event.hash }
    if (spool.n - before.n >= batchLines || bytes >= batchBytes) break
  }
  const events = spool.n - before.n
  const more = events >= batchLines || bytes >= batchBytes
  let problem: SpoolProblem | null = events > 0 ? null : before.problem
  if (damage && !mayBeMended(damage.problem)) problem = damage.problem
  const half = damage || more ? undefined : halfLine(spoolFolder, spool, now())
  if (half && problem !== 'unfinished') {
    problem = half.problem
    damage = half
  }
  if (events > 0 || problem !== before.problem) {
    const state = problem === null || problem === 'unfinished' ? 'open' : 'damaged'
    const file = spoolFileName(session, spool.part)
    saveSpool(db, { ...spool, file, state, problem, ingested_at: now() })
  }
  return { events, calls: store.flush(), more, ...(damage ? { damage } : {}) }
}

/** What a killed process left at the end, once nobody can be writing it any more. */
function halfLine(folder: string, { session, ...read }: SpoolRow, now: number): SpoolDamage | undefined {
  const begun = sizeOfFile(spoolPath(folder, session, read.part + 1)) !== undefined
  const { part, offset } = begun ? { part: read.part + 1, offset: 0 } : read
  const tail = tornTail(folder, session, { part, offset })
  if (!tail || now - tail.since < tornAfterMs) return undefined
  return { session, file: spoolFileName(session, part), line: tail.line, offset, problem: 'unfinished' }
}
