// Carries spool lines into the database: each exactly once, in order, and none that its chain does not vouch for.
import { readdirSync } from 'node:fs'
import type { Sha256 } from '../../core/audit/chain.ts'
import { sha256 as nodeSha256 } from '../sha256.ts'
import type { Db } from './driver.ts'
import { eventAppender } from './event-log.ts'
import { project } from './projection.ts'
import { createStore, mainTables, type ProjectionStore } from './projection-store.ts'
import { isBrokerSession, isSessionName, openSpool, type SpoolFile, sessionOfFile, spoolPath } from './spool-file.ts'
import { readSpool } from './spool-line.ts'
import { loadSpool, newSpool, type SpoolProblem, type SpoolRow, saveSpool } from './spool-row.ts'

/** One transaction carries at most this much, so that no other writer waits long and memory stays small. */
const batchLines = 5_000
const batchBytes = 8 * 1024 * 1024

/** `line` counts from 1, `offset` is in bytes. Nothing from there on was ingested. */
export type SpoolDamage = { session: string; line: number; offset: number; problem: SpoolProblem }

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
   * Ingests what the session's spool has gained; nothing where there is no spool. Throws a RangeError for a name that is no
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
  const store = createStore(db, mainTables)
  const unreadable = new Set<string>()

  const ingestFile = (session: string): IngestResult => {
    if (!isSessionName(session)) throw new RangeError(`not a session name: ${JSON.stringify(session)}`)
    const total: IngestResult = { events: 0, calls: [], damaged: [] }
    const file = openSpool(spoolPath(spoolFolder, session))
    if (file === undefined) return total
    if (file === 'unreadable') {
      // Said once and tried again the next time: a permission may be mended, a broken chain may not.
      if (!unreadable.has(session)) total.damaged.push({ session, line: 1, offset: 0, problem: 'unreadable' })
      unreadable.add(session)
      return total
    }
    unreadable.delete(session)
    const calls = new Set<string>()
    try {
      for (let more = true; more; ) {
        // Looked at without the lock first: most rings of the doorbell find little, and most spools of a folder nothing.
        const known = loadSpool(db, session)
        if (known && (known.state === 'damaged' || known.offset === file.size)) break
        const batch = inTransaction(db, store, () =>
          ingestBatch(db, store, { session, file, spoolFolder, now, sha256 }),
        )
        total.events += batch.events
        for (const call of batch.calls) calls.add(call)
        if (batch.damage) total.damaged.push(batch.damage)
        more = batch.more
      }
    } finally {
      file.close()
    }
    return { ...total, calls: [...calls] }
  }

  const ingestAll = (): IngestResult => {
    const sessions = readdirSync(spoolFolder, { withFileTypes: true })
      .map((entry) => (entry.isFile() ? sessionOfFile(entry.name) : undefined))
      .filter((session) => session !== undefined)
      .sort((a, b) => Number(isBrokerSession(a)) - Number(isBrokerSession(b)) || (a < b ? -1 : 1))
    const results = sessions.map(ingestFile)
    return {
      events: results.reduce((sum, result) => sum + result.events, 0),
      calls: [...new Set(results.flatMap((result) => result.calls))],
      damaged: results.flatMap((result) => result.damaged),
    }
  }

  return { ingestFile, ingestAll }
}

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

type Source = Required<IngestOptions> & { session: string; file: SpoolFile }
type Batch = { events: number; calls: string[]; damage?: SpoolDamage; more: boolean }

function ingestBatch(db: Db, store: ProjectionStore, source: Source): Batch {
  const { session, file, spoolFolder, now, sha256 } = source
  const before = loadSpool(db, session) ?? newSpool(session, spoolPath(spoolFolder, session))
  if (before.state === 'damaged') return { events: 0, calls: [], more: false }
  const append = eventAppender(db, sha256)
  let spool: SpoolRow = before
  let problem: SpoolProblem | undefined = file.size < before.offset ? 'shrunk' : undefined
  let more = false
  if (!problem) {
    for (const read of readSpool(file.fd, { session, n: before.n, prev: before.last_hash }, before.offset, sha256)) {
      if (!read.ok) {
        problem = read.problem
        break
      }
      const { event, end } = read
      const seq = append({ session, n: spool.n, t: event.t, type: event.type, data: event.data })
      project(store, { seq, session, t: event.t, type: event.type, data: event.value })
      spool = { ...spool, n: spool.n + 1, offset: end, last_hash: event.hash }
      if (spool.n - before.n >= batchLines || end - before.offset >= batchBytes) {
        more = true
        break
      }
    }
  }
  const events = spool.n - before.n
  if (events > 0 || problem) {
    const state = problem ? 'damaged' : 'open'
    saveSpool(db, { ...spool, state, problem: problem ?? null, ingested_at: now() })
  }
  const batch = { events, calls: store.flush(), more }
  return problem ? { ...batch, damage: { session, line: spool.n + 1, offset: spool.offset, problem } } : batch
}
