// A damaged database is made anew from the spools: nothing that they tell is missing, what stood only in the database is kept
// as far as it can be read, the damaged one is set aside as it was, and a rebuild that fails changes nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readCheckpoint } from '../../../broker/audit/checkpoint.ts'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { rebuildFromSpools } from '../../../broker/audit/rebuild-from-spools.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { lockHome } from '../../../broker/lock.ts'
import { layoutHere, prepareHome } from '../../../broker/paths.ts'
import { createSpool, spoolFileName } from '../../../core/audit/spool.ts'
import { createSpoolWriter, sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { createLog } from './log-fixture.ts'
import { callsOf, day, hour, retentionOf } from './retention-fixture.ts'
import { createKeys, keys } from './tamper-fixture.ts'

const now = () => startOfTime

/** Two overlapping sessions, one of them in parts, a broker that answered a card, and a database that has read them all. */
function home() {
  const folder = fs.mkdtempSync(join(tmpdir(), 'countersign-rebuild-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const layout = layoutHere(folder)
  prepareHome(layout)
  let clock = startOfTime
  const spool = createSpool({
    ...{ fs, encode: Buffer.from, sha256, folder: layout.spool, session: 's1', partBytes: 2_000 },
    now: () => (clock += 10),
  })
  const second = createSpoolWriter(layout.spool, 's2')
  const broker = createSpoolWriter(layout.spool, 'broker-1')
  spool.add('session.started', sample.started())
  second.append('session.started', sample.started({ client: 'other' }), clock + 5)
  broker.append('broker.started', { version: '1', pid: 1, host: 'headless' }, clock)
  for (let count = 1; count <= 12; count += 1) {
    spool.add('call.decided', { ...sample.decided(`s1.${count}`), forwarded: true })
    spool.add('call.answered', sample.answered(`s1.${count}`))
    spool.flush()
    clock += 10
    second.append('call.decided', sample.decided(`s2.${count}`, { decision: 'hold' }), clock)
    second.append('hold.opened', { call: `s2.${count}`, budgetMs: 1000 }, clock)
    broker.append('approval.opened', sample.opened(`s2.${count}`, 's2'), clock)
    broker.append('approval.decided', sample.approval(`s2.${count}`, 's2', 'approved'), clock + 10)
    clock += 10
    second.append('hold.closed', sample.closed(`s2.${count}`, 'approved'), clock)
    second.append('call.forwarded', { call: `s2.${count}` }, clock)
  }
  spool.close()
  const db = openAuditDatabase(layout.database)
  createIngest(db, { spoolFolder: layout.spool, now }).ingestAll()
  const use = db.prepare(
    `INSERT INTO limit_use (call, file, rule, client, server, tool, session, amount, at, per_ms, asked)
     VALUES (?, 'a.yaml', 'r', 'c', 's', 't', 's1', 1, 1, 1000, 'x')`,
  )
  for (let count = 0; count < 20; count += 1) use.run(`s1.${count}`)
  const before = told(db)
  db.close()
  return { layout, before, events: 1 + 24 + 1 + 12 * 4 + 1 + 12 * 2 }
}

/** What the log says of calls, sessions and cards, without the numbers that depend on the order of reading. */
function told(db: ReturnType<typeof openAuditDatabase>) {
  const without = (row: object) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !/(^|_)(id|seq)$/.test(name)))
  const all = (sql: string) => db.prepare<[], object>(sql).all().map(without)
  return {
    calls: all(
      `SELECT s.text AS session, part, o.text AS outcome, received_at, decided_at, forwarded_at, answered_at, approval
       FROM call JOIN name s ON s.id = call.session JOIN name o ON o.id = call.outcome ORDER BY s.text, part`,
    ),
    sessions: all('SELECT * FROM session ORDER BY session'),
    cards: all('SELECT * FROM card ORDER BY approval'),
    limits: all('SELECT * FROM limit_use ORDER BY call'),
  }
}

function opened(path: string) {
  const db = openAuditDatabase(path, { readonly: true })
  onTestFinished(() => void db.close())
  return db
}

/** Leaves the pages that `table` begins on, and spoils all others after the schema. */
function spoil(path: string, keep: readonly string[]): void {
  const db = openAuditDatabase(path)
  db.pragma('wal_checkpoint(TRUNCATE)')
  const size = Number(db.pragma('page_size', { simple: true }))
  const pages = db
    .prepare<[], { name: string; rootpage: number }>('SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0')
    .all()
  db.close()
  const bytes = fs.readFileSync(path)
  for (const { name, rootpage } of pages) {
    if (keep.some((one) => name === one || name.startsWith(`sqlite_autoindex_${one}`))) continue
    if (rootpage > 1) bytes.fill(0xa5, (rootpage - 1) * size, rootpage * size)
  }
  fs.writeFileSync(path, bytes)
}

describe('rebuildFromSpools', () => {
  it('brings back all that the spools tell, in the order of time, and keeps what it can of the rest', () => {
    const { layout, before, events } = home()
    spoil(layout.database, ['limit_use', 'spool', 'checkpoint'])
    const damaged = fs.readFileSync(layout.database)
    expect(() => openAuditDatabase(layout.database)).toThrow(/countersign audit rebuild --from-spools/)
    const steps: [number, number][] = []
    const report = rebuildFromSpools({ layout, now, progress: (...step) => void steps.push(step) })
    expect(report).toMatchObject({
      events: events + 1,
      ...{ calls: 24, sessions: 2, damaged: [], lostSessions: [], pruned: 'none' },
      limits: { kept: 20, whole: true },
      verify: { ok: true, problems: [] },
    })
    expect(steps.at(-1)?.[0]).toBe(steps.at(-1)?.[1])
    const db = opened(layout.database)
    expect(told(db)).toEqual(before)
    expect(verifyAudit(db, { spoolFolder: layout.spool }).ok).toBe(true)
    const times = db.prepare<[], number>("SELECT t FROM event WHERE type <> 'alert' ORDER BY seq").pluck().all()
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(fs.readFileSync(report.setAside ?? '').equals(damaged)).toBe(true)
    expect(report.setAside).toMatch(/audit\.db\.damaged-\d{4}-/)
    // The next ingest finds nothing that it has not read.
    const again = openAuditDatabase(layout.database)
    expect(createIngest(again, { spoolFolder: layout.spool, now }).ingestAll()).toEqual({
      ...{ events: 0, calls: [], damaged: [] },
    })
    expect(again.prepare("SELECT data ->> 'kind' FROM event WHERE type = 'alert'").pluck().all()).toEqual(['rebuild'])
    again.close()
  })

  it('makes one of a file that is no database at all, and says that limits start anew', () => {
    const { layout, before } = home()
    for (const ending of ['-wal', '-shm']) fs.rmSync(layout.database + ending, { force: true })
    fs.writeFileSync(layout.database, 'a shopping list. '.repeat(1000))
    const report = rebuildFromSpools({ layout, now })
    expect(report).toMatchObject({ limits: { kept: 0, whole: false }, pruned: 'unknown', calls: 24 })
    expect(report.lostSessions).toBeUndefined()
    expect(told(opened(layout.database))).toEqual({ ...before, limits: [] })
  })

  it('makes one where there is none', () => {
    const { layout, before } = home()
    for (const ending of ['', '-wal', '-shm']) fs.rmSync(layout.database + ending, { force: true })
    const report = rebuildFromSpools({ layout, now })
    expect(report.setAside).toBeUndefined()
    expect(told(opened(layout.database)).calls).toEqual(before.calls)
  })

  it('names the sessions whose spools are gone, and the spools that are damaged, and has the rest', () => {
    const { layout } = home()
    fs.rmSync(join(layout.spool, 's2.jsonl'))
    fs.appendFileSync(join(layout.spool, spoolFileName('s1', 2)), 'noise\n')
    fs.writeFileSync(join(layout.spool, spoolFileName('s3', 2)), '')
    const report = rebuildFromSpools({ layout, now })
    expect(report.lostSessions).toEqual(['s2'])
    expect(report.damaged).toMatchObject([
      { session: 's3', file: 's3.jsonl', problem: 'missing' },
      { session: 's1', file: 's1+2.jsonl', problem: 'malformed' },
    ])
    expect(report.verify.problems.map(({ where }) => where)).toEqual(['spool'])
    expect(report.calls).toBeGreaterThan(12)
  })

  it('keeps the checkpoint of what retention gave up, where it can be read, and else begins with what the spools have', () => {
    const log = createLog()
    const layout = layoutHere(log.folder)
    prepareHome(layout)
    const old = log.writer('old')
    old.append('session.started', sample.started(), startOfTime)
    for (const count of [1, 2])
      old.append('call.decided', sample.decided(`old.${count}`, { forwarded: true }), startOfTime)
    old.append('session.ended', { reason: 'over' }, startOfTime + 1)
    const long = log.writer('long')
    long.append('session.started', sample.started(), startOfTime + 2)
    long.append('call.decided', sample.decided('long.1', { forwarded: true }), startOfTime + 3)
    log.ingest.ingestAll()
    const late = startOfTime + 10 * day
    for (const count of [2, 3]) long.append('call.decided', sample.decided(`long.${count}`, { forwarded: true }), late)
    const broker = log.writer('broker-1')
    broker.append('broker.started', { version: '1', pid: 1, host: 'headless' }, late)
    log.ingest.ingestAll()
    retentionOf(log, broker, { now: late + 2 * hour, settings: { days: 5 } }).all()
    const before = callsOf(log)
    expect(before).not.toContain('old.1')
    fs.writeFileSync(layout.publicKey, keys.publicKey)

    const report = rebuildFromSpools({ layout, now })
    expect(report).toMatchObject({ pruned: 'kept', lostSessions: [], damaged: [], verify: { ok: true } })
    const db = opened(layout.database)
    expect(callsOf({ ...log, db })).toEqual(before)
    expect(readCheckpoint(db)).toEqual(readCheckpoint(log.db))

    // Signed by nobody we know: nothing of it is taken.
    fs.writeFileSync(layout.publicKey, createKeys().publicKey)
    const again = rebuildFromSpools({ layout, now: () => startOfTime + 1 })
    expect(again).toMatchObject({ pruned: 'lost', verify: { ok: true } })
    const without = opened(layout.database)
    expect(readCheckpoint(without)).toBeUndefined()
    expect(callsOf({ ...log, db: without })).toEqual(expect.arrayContaining(before))
  })

  const unchanged: [
    what: string,
    error: string | RegExp,
    make: (layout: ReturnType<typeof home>['layout']) => () => void,
  ][] = [
    ['while a broker runs', 'already running', (layout) => lockHome(layout)],
    [
      'of a database of a newer program',
      'newer Countersign',
      ({ database }) => {
        const db = openAuditDatabase(database)
        db.pragma('user_version = 99')
        db.close()
        return () => undefined
      },
    ],
    [
      'where the new one cannot be written',
      /EISDIR|ERR_FS_EISDIR|directory/,
      ({ database }) => {
        fs.mkdirSync(`${database}.rebuilding/in-the-way`, { recursive: true })
        return () => undefined
      },
    ],
  ]
  it.each(unchanged)('changes nothing %s', (_, error, make) => {
    const { layout } = home()
    const undo = make(layout)
    const before = fs.readFileSync(layout.database)
    expect(() => rebuildFromSpools({ layout, now })).toThrow(error)
    undo()
    expect(fs.readFileSync(layout.database).equals(before)).toBe(true)
    expect(fs.readdirSync(layout.home).filter((name) => name.includes('damaged'))).toEqual([])
  })

  it.each([3, 40, 150])('killed at hash %i, it leaves the old one, and the next one finishes', async (nth) => {
    const { layout, before } = home()
    spoil(layout.database, ['limit_use', 'spool', 'checkpoint'])
    const damaged = fs.readFileSync(layout.database)
    const script = fileURLToPath(new URL('../../fixtures/rebuild-child.ts', import.meta.url))
    const preload = fileURLToPath(new URL('../../fixtures/kill-nth.cjs', import.meta.url))
    const child = spawn(process.execPath, ['--require', preload, script, layout.home], {
      stdio: 'inherit',
      env: { ...process.env, KILL_NTH: JSON.stringify({ kind: 'hash', nth, when: 'before' }) },
    })
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    expect(fs.readFileSync(layout.database).equals(damaged)).toBe(true)
    const report = rebuildFromSpools({ layout, now })
    expect(report.verify.problems).toEqual([])
    expect(told(opened(layout.database))).toEqual(before)
    expect(fs.readdirSync(layout.home).filter((name) => name.includes('rebuilding'))).toEqual([])
  })
})
