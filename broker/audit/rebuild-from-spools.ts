// Makes the audit database anew from the spools, for one that is damaged. The new one is built beside it and takes its place
// only when it verifies; the old one is set aside, never deleted. Killed at any moment, nothing is lost.
import * as fs from 'node:fs'
import { spoolFileName } from '../../core/audit/spool.ts'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { BrokerStartError } from '../host-contract.ts'
import { lockHome } from '../lock.ts'
import { createOwnRecord, type OwnRecord } from '../own-record.ts'
import { prepareHome } from '../paths.ts'
import { sha256 } from '../sha256.ts'
import { loadCarried } from './carried.ts'
import { openAuditDatabase } from './database.ts'
import { type Db, prepared } from './driver.ts'
import { eventAppender } from './event-log.ts'
import type { SpoolDamage } from './ingest.ts'
import { schemaVersion } from './migrations.ts'
import { project } from './projection.ts'
import { createStore } from './projection-store.ts'
import { type Salvage, salvage } from './salvage.ts'
import { listSpools, sizeOfFile, spoolPath } from './spool-file.ts'
import { mergeSpools } from './spool-merge.ts'
import { mayBeMended, newSpool, type SpoolRow, saveSpool } from './spool-row.ts'
import { type VerifyReport, verifyAudit } from './verify.ts'

export type RebuildOptions = {
  layout: HomeLayout
  /** Milliseconds since the epoch. */
  now: () => number
  /** Bytes of spools that were read, of how many. */
  progress?: (done: number, total: number) => void
}

export type RebuildReport = {
  events: number
  calls: number
  sessions: number
  /** Where the database lies now that was there before; nothing where none was. */
  setAside?: string
  /** Of these spools only what stands before the problem is in the log. `unfinished` ones are not among them. */
  damaged: SpoolDamage[]
  /** Sessions that the old database knew and that have no spool any more; nothing where it cannot tell. */
  lostSessions?: string[]
  /** What is used of limits: how many rows were kept, and whether those are all. Otherwise counting starts anew. */
  limits: { kept: number; whole: boolean }
  /** Events that were given up by retention: `kept` is the checkpoint that stands for them. They do not come back. */
  pruned: Salvage['pruned']
  /** What `verify` says of the new one. Its chain is a new one: heads noted before are not in it. */
  verify: VerifyReport
}

const batchEvents = 5_000
const batchBytes = 8 * 1024 * 1024

/**
 * Works alone in the data folder. Throws BrokerStartError (`already-running`, `database-newer`, and what `prepareHome` says)
 * and whatever keeps the new database from being written or from verifying; the old one is then where it was.
 */
export function rebuildFromSpools({ layout, now, progress = () => undefined }: RebuildOptions): RebuildReport {
  prepareHome(layout)
  const unlock = lockHome(layout)
  const building = `${layout.database}.rebuilding`
  try {
    const old = salvage(layout.database, keyAt(layout.publicKey).publicKey)
    if (old.version !== undefined && old.version > schemaVersion) throw newer(layout.database, old.version)
    const stamp = new Date(now()).toISOString().replaceAll(':', '-')
    const aside = fs.existsSync(layout.database) ? `${layout.database}.damaged-${stamp}` : undefined
    const record = createOwnRecord(layout.spool, now)
    try {
      const kept = aside ? `the one before is set aside as ${aside}` : 'there was none'
      record.write('alert', { kind: 'rebuild', detail: `The audit database is made anew from the spools; ${kept}` })
      // Left by one that was killed.
      removeDatabase(building)
      const report = build(building, { layout, now, progress }, old)
      takePlace(building, layout.database, aside)
      return { ...report, ...(aside ? { setAside: aside } : {}) }
    } catch (error) {
      removeDatabase(building)
      sayFailed(record, error as Error)
      throw error
    } finally {
      record.close()
    }
  } finally {
    unlock()
  }
}

function sayFailed(record: OwnRecord, { message }: Error): void {
  try {
    record.write('alert', { kind: 'rebuild', detail: `It was not: ${message}` })
  } catch {
    // What failed first is thrown, and says more: often it is the same full disk.
  }
}

function build(path: string, options: Required<RebuildOptions>, old: Salvage): RebuildReport {
  const { spool, publicKey } = options.layout
  const db = openAuditDatabase(path)
  try {
    begin(db, old)
    const damaged = readAll(db, options, old.firstN)
    const verify = verifyAudit(db, { spoolFolder: spool, ...keyAt(publicKey) })
    const wrong = verify.problems.find(({ where }) => where !== 'spool')
    if (wrong) throw new Error(`the rebuilt database does not verify (${wrong.place}: ${wrong.problem})`)
    const there = listSpools(spool)
    return {
      events: verify.events,
      calls: verify.calls,
      sessions: db.prepare<[], number>('SELECT count(*) FROM session').pluck().get() ?? 0,
      ...{ damaged, pruned: old.pruned, verify },
      limits: { kept: old.limits.length, whole: old.limitsWhole },
      ...(old.sessions ? { lostSessions: old.sessions.filter((session) => !there.has(session)) } : {}),
    }
  } finally {
    db.close()
  }
}

const keyAt = (file: string): { publicKey?: string } =>
  fs.existsSync(file) ? { publicKey: fs.readFileSync(file, 'utf8') } : {}

/** What stands nowhere but in the old database. */
function begin(db: Db, { limits, checkpoint, carried, texts, hosts }: Salvage): void {
  const use = prepared<[object]>(
    db,
    `INSERT INTO limit_use (call, file, rule, client, server, tool, session, amount, at, per_ms, asked)
     VALUES (@call, @file, @rule, @client, @server, @tool, @session, @amount, @at, @per_ms, @asked)`,
  )
  const text = prepared<[object]>(db, 'INSERT INTO policy_text (sha256, text, seq) VALUES (@sha256, @text, @seq)')
  const host = prepared<[object]>(db, 'INSERT INTO host (host, first_at) VALUES (@host, @first_at)')
  const work = db.transaction(() => {
    for (const row of limits) use.run(row)
    if (!checkpoint || !carried) return
    prepared<[object]>(
      db,
      `INSERT INTO checkpoint (seq, hash, at, events, calls, carried, signature)
       VALUES (@seq, unhex(@hash), @at, @events, @calls, @carried, @signature)`,
    ).run(checkpoint)
    const needed = new Set(carried.policyTexts.map((row) => row.sha256))
    for (const row of texts) if (needed.has(row.sha256)) text.run(row)
    for (const row of hosts) host.run(row)
    const store = createStore(db)
    loadCarried(store, carried)
    store.flush()
  })
  work.immediate()
}

/** Reads all spools, batch by batch, and says of which something is wrong. */
function readAll(db: Db, options: Required<RebuildOptions>, firstN: Salvage['firstN']): SpoolDamage[] {
  const { layout, now, progress } = options
  const store = createStore(db)
  const rows = new Map<string, SpoolRow>()
  const damaged: SpoolDamage[] = []
  const reads = mergeSpools(layout.spool, sha256)
  const total = bytesOf(layout.spool)
  let done = 0

  const readBatch = db.transaction((): boolean => {
    const append = eventAppender(db, sha256)
    const touched = new Set<string>()
    const begun = done
    let more = true
    for (let count = 0; count < batchEvents && done - begun < batchBytes; count += 1) {
      const { value } = reads.next()
      more = value !== undefined
      if (!value) break
      const { session, read } = value
      const row = rows.get(session) ?? { ...newSpool(session), first_n: firstN.get(session) ?? 0 }
      touched.add(session)
      if (!read.ok) {
        const { problem, part, line, offset } = read
        damaged.push({ session, file: spoolFileName(session, part), line, offset, problem })
        rows.set(session, mayBeMended(problem) ? row : { ...row, state: 'damaged', problem })
        continue
      }
      const { event, part, offset } = read
      done += part === row.part ? offset - row.offset : offset
      if (row.n >= row.first_n) {
        const seq = append({ session, n: row.n, t: event.t, type: event.type, data: event.data })
        project(store, { seq, session, t: event.t, type: event.type, data: event.value })
      }
      rows.set(session, { ...row, part, offset, n: row.n + 1, last_hash: event.hash })
    }
    store.flush()
    for (const session of touched) {
      const row = rows.get(session)
      if (row) saveSpool(db, { ...row, file: spoolFileName(session, row.part), ingested_at: now() })
    }
    return more
  })

  try {
    while (readBatch.immediate()) progress(done, total)
  } finally {
    reads.return(undefined)
  }
  return damaged
}

const bytesOf = (folder: string): number =>
  [...listSpools(folder)].reduce((sum, [session, last]) => {
    for (let part = 1; part <= last; part += 1) sum += Math.max(0, sizeOfFile(spoolPath(folder, session, part)) ?? 0)
    return sum
  }, 0)

/** The write-ahead log belongs to the database of its name. */
const filesOf = (path: string) => ['', '-wal', '-shm'].map((suffix) => ({ file: `${path}${suffix}`, suffix }))

function removeDatabase(path: string): void {
  for (const { file } of filesOf(path)) fs.rmSync(file, { force: true })
}

/** What was written of the new one is all in its one file: nobody else had it open. */
function takePlace(built: string, path: string, aside: string | undefined): void {
  const moved: (() => void)[] = []
  const move = (from: string, to: string) => {
    fs.renameSync(from, to)
    moved.push(() => fs.renameSync(to, from))
  }
  try {
    for (const { file, suffix } of filesOf(path)) {
      if (aside && fs.existsSync(file)) move(file, `${aside}${suffix}`)
    }
    move(built, path)
  } catch (error) {
    for (const back of moved.reverse()) back()
    throw error
  }
}

const newer = (path: string, version: number) =>
  new BrokerStartError(
    'database-newer',
    `The audit database ${path} was written by a newer Countersign (format ${version}; this program knows ${schemaVersion}). ` +
      'Nothing was changed. Update Countersign, and rebuild with that.',
  )
