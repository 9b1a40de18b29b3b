// What verify passes, and how: on a snapshot, with or without a second thread. What it finds is in tamper.test.ts.
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { openDatabase } from '../../../broker/audit/driver.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { finishTasks, sharedTasks, taskStates } from '../../../broker/audit/verify-threads.ts'
import { allowedCall, bulkSpool, createLog, dump, type LogFixture, session } from './log-fixture.ts'

const helperFile = new URL('../../../broker/audit/verify-worker.ts', import.meta.url)

function ingestedLog(): LogFixture {
  const log = createLog()
  session(log, 's', 3).append('session.ended', { reason: 'client closed' })
  session(log, 'z', 1)
  log.ingest.ingestAll()
  return log
}

const headOf = (log: LogFixture) =>
  log.db.prepare('SELECT lower(hex(hash)) FROM event ORDER BY seq DESC LIMIT 1').pluck().get()

describe('verify', () => {
  it('passes a log as it was written, read-only too, and leaves no trace', () => {
    const log = ingestedLog()
    const before = dump(log.db)
    const report = verifyAudit(log.db, { spoolFolder: log.spoolFolder })
    expect(report).toEqual({ ok: true, events: 19, calls: 4, head: headOf(log), problems: [] })
    const readonly = openAuditDatabase(log.databasePath, { readonly: true })
    expect(verifyAudit(readonly, { spoolFolder: log.spoolFolder })).toEqual(report)
    expect(verifyAudit(readonly, { spoolFolder: log.spoolFolder })).toEqual(report)
    readonly.close()
    expect(dump(log.db)).toEqual(before)
    expect(log.db.prepare('SELECT count(*) FROM temp.sqlite_schema').pluck().get()).toBe(0)
  })

  it('passes an empty log', () => {
    const log = createLog()
    const report = { ok: true, events: 0, calls: 0, head: '0'.repeat(64), problems: [] }
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder })).toEqual(report)
  })

  it('looks at the log as it was at its beginning, while more is written', () => {
    const log = ingestedLog()
    const [kept, writer] = [headOf(log), log.writer('later')]
    allowedCall(writer, 1)
    const readonly = openDatabase(log.databasePath, { readonly: true })
    let told = 0
    const report = verifyAudit(readonly, {
      spoolFolder: log.spoolFolder,
      progress: () => {
        told += 1
        log.ingest.ingestAll()
      },
    })
    readonly.close()
    expect(told).toBeGreaterThan(0)
    expect(report).toMatchObject({ ok: true, events: 19, calls: 4, head: kept })
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder })).toMatchObject({ ok: true, events: 23, calls: 5 })
  })

  it('says that the database file is damaged where SQLite finds it so', () => {
    const log = createLog()
    for (let index = 0; index < 4; index += 1) session(log, `s${index}`, 40)
    log.ingest.ingestAll()
    log.db.pragma('wal_checkpoint(TRUNCATE)')
    const bytes = readFileSync(log.databasePath)
    // What was written last: the tables themselves, and where they begin, stay whole.
    bytes.fill(0xff, bytes.length / 2)
    writeFileSync(log.databasePath, bytes)
    // A connection without pages in its cache, opened without the check that would refuse a file this small.
    const cold = openDatabase(log.databasePath, { readonly: true })
    const report = verifyAudit(cold)
    cold.close()
    expect(report).toMatchObject({ ok: false, problems: [{ where: 'event', place: 'database' }] })
    expect(report.problems[0]?.problem).toContain('SQLITE_CORRUPT')
  })
})

describe('a second thread', () => {
  const large = (): LogFixture => {
    const log = createLog()
    bulkSpool(log, 's', 5_100)
    session(log, 'z', 1)
    log.ingest.ingestAll()
    return log
  }

  it('comes to the same, on a sound log and on one that is not', { timeout: 120_000 }, () => {
    const log = large()
    const told: number[] = []
    const both = () => {
      const db = openDatabase(log.databasePath, { readonly: true })
      const options = { spoolFolder: log.spoolFolder, progress: (done: number) => told.push(done) }
      const reports = [verifyAudit(db, options), verifyAudit(db, { ...options, helperFile })]
      db.close()
      expect(reports[1]).toEqual(reports[0])
      return reports[0]?.problems.map(({ where, place }) => `${where} ${place}`)
    }
    expect(both()).toEqual([])
    expect(told.at(-1)).toBe(20_406)
    log.db.exec("DROP TRIGGER event_no_update; UPDATE event SET data = data || ' ' WHERE seq IN (10001, 20001)")
    expect(both()).toEqual(['event event 10001 (session s, call.answered)', 'spool s.jsonl, line 10001'])
  })

  it('that cannot start costs nothing but its help', { timeout: 120_000 }, () => {
    const log = large()
    const nowhere = new URL('file:///nowhere/verify-worker.ts')
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder, helperFile: nowhere })).toMatchObject({ ok: true })
  })

  it('does each task once, and leaves what it could not do', () => {
    const states = new Int32Array(new SharedArrayBuffer(4 * 5))
    const other = sharedTasks(states)
    const [first = -1, second = -1] = [other.claim(), other.claim()]
    other.settle(first, true)
    other.settle(second, false)
    const done: number[] = []
    const sound = finishTasks(states, (index) => {
      done.push(index)
      return index !== 3
    })
    expect(sound).toEqual([true, false, true, false, true])
    expect(done).toEqual([2, 3, 4])
    expect([...states]).not.toContain(taskStates.free)
  })
})
