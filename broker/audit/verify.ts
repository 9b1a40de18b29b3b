// Proves that the log still says what it said when it was written, or names the first place where it does not.
//
// What this cannot see: a chain that was made anew as a whole, or cut at its end together with the rows and the spools that
// belong to it. Against those only a head kept elsewhere helps, which is why the report carries the head.
import type { Sha256 } from '../../core/audit/chain.ts'
import { sha256 as nodeSha256 } from '../sha256.ts'
import { checkpointProblem, nothingCarried, readCarried, readCheckpoint, type StoredCheckpoint } from './checkpoint.ts'
import { type Db, isCorruption } from './driver.ts'
import { headOf } from './event-log.ts'
import { namesAsTheyAre, type StoredNames } from './verify-names.ts'
import { createReplay, type Replay } from './verify-replay.ts'
import type { VerifyProblem, VerifyReport } from './verify-report.ts'
import { firstBadSpoolRow } from './verify-spools.ts'
import { isSound, taskRunner, type VerifyTask, verifyTasks } from './verify-tasks.ts'
import { finishTasks, type HelperData, startHelper } from './verify-threads.ts'

export type { VerifyProblem, VerifyReport } from './verify-report.ts'

export type VerifyOptions = {
  /** Checks every spool, too, against its own chain and against the events. */
  spoolFolder?: string
  /** The install's public key (PEM), which a checkpoint must be signed by. */
  publicKey?: string
  /** Called now and then with how many of how many events were replayed. */
  progress?(done: number, total: number): void
  /** The program of the second thread (verify-worker.ts); without it all is done by this one. */
  helperFile?: string | URL
  sha256?: Sha256
}

/** From here on a second thread is worth its start. */
const worthHelp = 20_000
const progressEvery = 5_000
const pageRows = 128

/**
 * Walks the chain of events from its beginning, or from the checkpoint in its place, and compares every row that is derived
 * with a replay of the events. Works on a read-only database, on one consistent snapshot, while others write; takes some
 * microseconds an event, so a server calls it away from its main thread.
 */
export function verifyAudit(db: Db, options: VerifyOptions = {}): VerifyReport {
  try {
    return db.transaction(() => verifySnapshot(db, options)).deferred()
  } catch (error) {
    if (!isCorruption(error)) throw error
    const problem = `the database file is damaged (${error.code}: ${error.message})`
    return { ok: false, events: 0, calls: 0, head: '', problems: [{ where: 'event', place: 'database', problem }] }
  }
}

function verifySnapshot(db: Db, options: VerifyOptions): VerifyReport {
  const { spoolFolder, sha256 = nodeSha256, publicKey } = options
  const checkpoint = readCheckpoint(db)
  const begins = checkpoint?.seq ?? 0
  const head = headOf(db)
  const tasks = verifyTasks(db, { begins, ends: head.seq, spoolFolder })
  const states = new SharedArrayBuffer(4 * tasks.length)
  const stopHelper = helpFrom(options, db, head.seq - begins, { begins, spoolFolder, tasks, states })
  try {
    const names = namesAsTheyAre(db)
    const replayed = replay(db, names, checkpoint, options.progress)
    const runner = taskRunner(db, sha256, spoolFolder)
    const sound = finishTasks(new Int32Array(states), (index) => isSound(runner, tasks[index]))
    const bad = tasks.filter((_, index) => !sound[index])
    const broken = earliest(firstIn(bad, runner.chain), replayed.gap)
    const problems = [
      checkpointProblem(db, checkpoint, publicKey),
      broken && eventProblem(db, names, broken),
      ...replayed.rows,
      firstBadSpoolRow(db) ?? firstIn(bad, runner.spool),
    ].filter((problem) => problem !== undefined)
    const calls = db.prepare<[], number>('SELECT count(*) FROM main.call').pluck().get() ?? 0
    const given = checkpoint && { checkpoint: withoutProof(checkpoint) }
    return { ok: problems.length === 0, events: replayed.events, calls, head: head.hash, ...given, problems }
  } finally {
    stopHelper?.()
  }
}

function helpFrom(
  { helperFile, sha256 }: VerifyOptions,
  db: Db,
  events: number,
  data: Omit<HelperData, 'databasePath'>,
): (() => void) | undefined {
  // What hashes is passed in by tests, and cannot be passed on.
  if (helperFile === undefined || sha256 || db.memory || events < worthHelp) return undefined
  return startHelper(helperFile, { ...data, databasePath: db.name })
}

type BadEvent = { seq: number; problem: string }
type Replayed = { events: number; gap: BadEvent | undefined; rows: VerifyProblem[] }
type Row = [seq: number, session: number, n: number, t: number, type: string, data: string]

/** Goes on after a bad event, because what the replay then makes of the rest tells which calls it touched. */
function replay(
  db: Db,
  names: StoredNames,
  checkpoint: StoredCheckpoint | undefined,
  progress: VerifyOptions['progress'],
): Replayed {
  const carried = (checkpoint && readCarried(checkpoint)) ?? nothingCarried
  const replayed = createReplay(db, names, { begins: checkpoint?.seq ?? 0, carried })
  try {
    const { events, gap } = replayEvents(db, names, { replayed, isCut: checkpoint !== undefined, progress })
    return { events, gap, rows: replayed.problems() }
  } finally {
    replayed.stop()
  }
}

function replayEvents(
  db: Db,
  names: StoredNames,
  { replayed, isCut, progress }: { replayed: Replay; isCut: boolean; progress: VerifyOptions['progress'] },
): Pick<Replayed, 'events' | 'gap'> {
  const page = db
    .prepare<[number, number], Row>(
      'SELECT seq, session, n, t, type, data FROM main.event WHERE seq > ? ORDER BY seq LIMIT ?',
    )
    .raw()
  const total = db.prepare<[], number>('SELECT count(*) FROM main.event').pluck().get() ?? 0
  const lines = new Map<number, number>()
  let gap: BadEvent | undefined
  let events = 0
  for (let last = 0; ; ) {
    const rows = page.all(last, pageRows)
    for (const [seq, session, n, t, type, data] of rows) {
      // Where retention has cut, a session may begin in its middle.
      const next = lines.get(session) ?? (isCut ? n : 0)
      if (n !== next && !gap) gap = { seq, problem: 'gap-in-session' }
      lines.set(session, n + 1)
      const name = names.text(session)
      if (name !== undefined) replayed.project({ seq, session: name, t, type, data })
      last = seq
      events += 1
      if (events % progressEvery === 0) progress?.(events, total)
    }
    if (rows.length < pageRows) break
  }
  progress?.(total, total)
  return { events, gap }
}

function firstIn<R>(tasks: readonly VerifyTask[], run: (task: VerifyTask) => R | undefined): R | undefined {
  for (const task of tasks) {
    const found = run(task)
    if (found !== undefined) return found
  }
  return undefined
}

const earliest = (a: BadEvent | undefined, b: BadEvent | undefined): BadEvent | undefined =>
  a && b ? (b.seq < a.seq ? b : a) : (a ?? b)

function eventProblem(db: Db, names: StoredNames, { seq, problem }: BadEvent): VerifyProblem {
  const row = db
    .prepare<[number], { session: number; type: string }>('SELECT session, type FROM main.event WHERE seq = ?')
    .get(seq)
  const session = row && (names.text(row.session) ?? `?${row.session}`)
  return { where: 'event', place: `event ${seq} (session ${session}, ${row?.type})`, problem }
}

const withoutProof = ({ seq, hash, at, events, calls }: StoredCheckpoint) => ({ seq, hash, at, events, calls })
