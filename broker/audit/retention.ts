// Gives up the oldest part of the log once it is older or larger than its owner wants, behind a signed checkpoint, so that
// what remains still verifies. A little at a time: the same thread answers proxies.
//
// Kept whatever its age: rows that later events build on, hosts that calls have named, counts of limits, texts and revisions of
// policies. Pages that become free are used again; the file does not shrink.
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import type { OwnRecord } from '../own-record.ts'
import { sha256 } from '../sha256.ts'
import type { SessionRow } from './call-row.ts'
import type { CarriedRows } from './carried.ts'
import {
  type Checkpoint,
  checkpointStatement,
  nothingCarried,
  readCarried,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint.ts'
import { type Db, prepared } from './driver.ts'
import { rareTypes } from './event-log.ts'
import { namesOf } from './names.ts'
import { project } from './projection.ts'
import { type Due, eventsToGiveUp, type OldEvent, type RetentionSettings, whatIsDue } from './retention-cut.ts'
import { rowsAtCut, type Split } from './retention-rows.ts'
import { markSpoolForRemoval, removeSpools } from './retention-spools.ts'
import { parseJson } from './spool-line.ts'
import { chainChecker } from './verify-chain.ts'

export type Retention = {
  /** Gives up a little, if anything is due. Returns whether more is. Throws what the database throws. */
  step(): boolean
  /** Looks every few minutes from some minutes on, and then gives up step by step, with pauses. */
  start(): void
  stop(): void
}

export type RetentionOptions = {
  db: Db
  /** Of the install's key; the same text gives the same signature. */
  sign(text: string): string
  record: Pick<OwnRecord, 'session' | 'write'>
  spoolFolder: string
  settings(): RetentionSettings
  /** Milliseconds since the epoch. */
  now(): number
  alert(kind: string, detail: string): void
  log(line: string): void
}

/** Takes some 10 ms. */
const stepEvents = 250
const firstLookMs = 180_000
const lookEveryMs = 300_000
const pauseMs = 100

/** A session whose process was found gone may still write, if that was a mistake. After this it will not. */
const goneForGoodMs = 30 * 86_400_000

type Beginning = Checkpoint & { signature: string; carried: CarriedRows }

export function createRetention(options: RetentionOptions): Retention {
  const { db, record, settings, now, log } = options
  let known: Beginning | undefined
  let begun: Due['why'] | undefined
  let told: number | undefined
  let complaint = ''
  let timer: NodeJS.Timeout | undefined

  const complain = (problem: string) => {
    if (problem !== complaint) options.alert('log-not-pruned', problem)
    complaint = problem
  }

  /** What the log begins with; nothing where that is not ours. */
  const beginning = (): Beginning | undefined => {
    const stored = readCheckpoint(db)
    if (!stored) return { seq: 0, hash: '', at: 0, events: 0, calls: 0, signature: '', carried: nothingCarried }
    if (known?.seq === stored.seq && known.signature === stored.signature) return known
    const carried = options.sign(checkpointStatement(stored)) === stored.signature ? readCarried(stored) : undefined
    if (!carried) complain(`the checkpoint at event ${stored.seq} is not what this installation signed`)
    return carried && { ...stored, carried }
  }

  const isOver = ({ ended_at, gone_at }: SessionRow): boolean =>
    ended_at !== null || (gone_at !== null && gone_at < now() - goneForGoodMs)

  const giveUp = (from: Beginning, old: readonly OldEvent[]): void => {
    const last = old.at(-1)
    if (!last) return
    const broken = chainChecker(db, sha256)(from.seq, last.seq)
    if (broken) {
      complain(`event ${broken.seq} is not what was recorded, and nothing from there on is given up`)
      return
    }
    const rows = rowsAtCut(db, from.carried)
    const names = namesOf(db)
    const lastLines = new Map<string, number>()
    for (const { seq, session, n, t, type, data } of old) {
      const name = names.text(session)
      project(rows.store, { seq, session: name, t, type, data: parseJson(data) })
      lastLines.set(name, n)
    }
    const split = rows.split(last.seq, isOver)
    const checkpoint: Checkpoint = {
      seq: last.seq,
      hash: last.hash.toString('hex'),
      at: now(),
      events: from.events + old.length,
      calls: from.calls + split.gone.calls.length,
    }
    const remove = db.transaction(() => {
      const signature = writeCheckpoint(db, checkpoint, split.carried, options.sign)
      removeRows(db, last.seq, split)
      const begin = prepared<[number, string]>(db, 'UPDATE spool SET first_n = ? WHERE session = ?')
      for (const [session, n] of lastLines) begin.run(n + 1, session)
      for (const session of split.gone.sessions) markSpoolForRemoval(db, session)
      return signature
    })
    known = { ...checkpoint, signature: remove.immediate(), carried: split.carried }
  }

  /** Also what an earlier broker had no time to say. */
  const tell = (why: Due['why']) => {
    const checkpoint = readCheckpoint(db)
    told ??= lastPruned(db)
    if (!checkpoint || checkpoint.seq <= told) return
    const { seq: upTo, hash, events, calls } = checkpoint
    record.write('log.pruned', { upTo, hash, events, calls, why })
    told = upTo
  }

  const step = (): boolean => {
    const due = whatIsDue(db, settings(), now(), begun)
    const from = due && beginning()
    const old =
      due && from ? eventsToGiveUp(db, { after: from.seq, before: due.before, now: now(), limit: stepEvents }) : []
    if (due && from && old.length > 0) {
      giveUp(from, old)
      begun = due.why
      if (known?.seq === old.at(-1)?.seq) return true
    }
    tell(begun ?? 'age')
    begun = undefined
    return removeSpools(db, options.spoolFolder, record.session)
  }

  const run = () => {
    let more = false
    try {
      more = step()
    } catch (error) {
      log(`the log cannot be pruned now; it is tried again in some minutes: ${(error as Error).message}`)
    }
    timer = setTimeout(run, more ? pauseMs : lookEveryMs).unref()
  }

  return {
    step,
    start: () => {
      timer = setTimeout(run, firstLookMs).unref()
    },
    stop: () => clearTimeout(timer),
  }
}

/** Up to which event the log says that it was given up. */
function lastPruned(db: Db): number {
  const row = prepared<[], { data: string }>(
    db,
    `SELECT data FROM event INDEXED BY event_rare CROSS JOIN name ON name.id = event.session
     WHERE type = 'log.pruned' AND ${rareTypes} AND name.text GLOB 'broker-*' ORDER BY seq DESC LIMIT 1`,
  ).get()
  return row ? (parseJson(row.data) as AuditEventData<'log.pruned'>).upTo : 0
}

/** The checkpoint must be there: what guards the events asks for it. */
function removeRows(db: Db, cut: number, { gone, carried }: Split): void {
  const run = (sql: string, ...values: (string | number)[]) => prepared<(string | number)[]>(db, sql).run(...values)
  run('DELETE FROM event WHERE seq <= ?', cut)
  for (const { id } of carried.calls) run('DELETE FROM call_event WHERE call = ? AND seq <= ?', id, cut)
  for (const { id } of gone.calls) {
    run('DELETE FROM call_event WHERE call = ?', id)
    run('DELETE FROM call_text WHERE rowid = ?', id)
    run('DELETE FROM call WHERE id = ?', id)
  }
  for (const session of gone.sessions) run('DELETE FROM session WHERE session = ?', session)
  for (const approval of gone.cards) run('DELETE FROM card WHERE approval = ?', approval)
}
