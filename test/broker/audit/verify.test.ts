// An edit of the past must show, and verify must name where.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { openDatabase } from '../../../broker/audit/driver.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { createSpoolWriter, sample } from '../../support/spool-writer.ts'
import { allowedCall, createLog, dump, type LogFixture, session } from './log-fixture.ts'

function ingestedLog(): LogFixture {
  const log = createLog()
  session(log, 's', 3).append('session.ended', { reason: 'client closed' })
  session(log, 'z', 1)
  log.ingest.ingestAll()
  return log
}

/** What someone with the file and a SQLite shell can do. */
function tamper(log: LogFixture, sql: string): void {
  log.db.exec('DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete; DROP TRIGGER event_in_order;')
  log.db.exec(sql)
}

describe('verify', () => {
  it('passes a log as it was written, read-only too, and leaves no trace', () => {
    const log = ingestedLog()
    const before = dump(log.db)
    const report = verifyAudit(log.db, { spoolFolder: log.spoolFolder })
    expect(report).toEqual({
      ok: true,
      events: 19,
      calls: 4,
      head: log.db.prepare('SELECT hash FROM event WHERE seq = 19').pluck().get(),
      problems: [],
    })
    const readonly = openAuditDatabase(log.databasePath, { readonly: true })
    expect(verifyAudit(readonly, { spoolFolder: log.spoolFolder })).toEqual(report)
    expect(verifyAudit(readonly, { spoolFolder: log.spoolFolder })).toEqual(report)
    expect(() => readonly.exec("UPDATE call SET tool = 'x'")).toThrow(/readonly/)
    readonly.close()
    expect(dump(log.db)).toEqual(before)
    expect(log.db.prepare('SELECT count(*) FROM temp.sqlite_schema').pluck().get()).toBe(0)
  })

  it('passes an empty log', () => {
    const log = createLog()
    const report = { ok: true, events: 0, calls: 0, head: '0'.repeat(64), problems: [] }
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder })).toEqual(report)
  })

  it.each([
    "data = replace(data, 'write_file', 'read_file')",
    "data = data || ' '",
    "data = 'not json'",
    'data = char(10) || data',
    't = t + 1',
    "type = 'call.forwarded'",
    "session = 'x'",
    'n = 99',
    `hash = '${'a'.repeat(64)}'`,
  ])('names event 7 where someone set %s', (edit) => {
    const log = ingestedLog()
    tamper(log, `UPDATE event SET ${edit} WHERE seq = 7`)
    const report = verifyAudit(log.db)
    expect(report.ok).toBe(false)
    expect(report.problems[0]).toMatchObject({ where: 'event', problem: 'hash-mismatch' })
    expect(report.problems[0]?.place).toMatch(/^event 7 \(session [sx], call\./)
  })

  it('names an event whose link to the one before was changed', () => {
    const log = ingestedLog()
    tamper(log, `UPDATE event SET prev = '${'0'.repeat(64)}' WHERE seq = 7`)
    expect(verifyAudit(log.db).problems[0]).toMatchObject({
      place: 'event 7 (session s, call.decided)',
      problem: 'chain-broken',
    })
  })

  it('names the event after one that was deleted', () => {
    const log = ingestedLog()
    tamper(log, 'DELETE FROM event WHERE seq = 7')
    expect(verifyAudit(log.db).problems[0]).toEqual({
      where: 'event',
      place: 'event 8 (session s, call.forwarded)',
      problem: 'gap',
    })
  })

  it('names the event after one that was deleted when the rest was moved up', () => {
    const log = ingestedLog()
    tamper(log, 'DELETE FROM event WHERE seq = 7; UPDATE event SET seq = seq - 1 WHERE seq > 7')
    expect(verifyAudit(log.db).problems[0]).toMatchObject({
      place: 'event 7 (session s, call.forwarded)',
      problem: 'chain-broken',
    })
  })

  it('names the first of two events that changed places', () => {
    const log = ingestedLog()
    tamper(
      log,
      'UPDATE event SET seq = 99 WHERE seq = 7; UPDATE event SET seq = 7 WHERE seq = 8; UPDATE event SET seq = 8 WHERE seq = 99',
    )
    expect(verifyAudit(log.db).problems[0]).toMatchObject({
      place: 'event 7 (session s, call.forwarded)',
      problem: 'chain-broken',
    })
  })

  it('names an event that was put in', () => {
    const log = ingestedLog()
    tamper(
      log,
      `INSERT INTO event SELECT 20, 'x', 0, t, type, data, hash, '${'b'.repeat(64)}' FROM event WHERE seq = 19`,
    )
    expect(verifyAudit(log.db).problems[0]).toMatchObject({
      place: 'event 20 (session x, call.answered)',
      problem: 'hash-mismatch',
    })
  })

  it('notices that the end was cut off, by the rows that know of it', () => {
    const log = ingestedLog()
    tamper(log, 'DELETE FROM event WHERE seq >= 18')
    expect(verifyAudit(log.db).problems).toEqual([
      { where: 'call', place: 'call z.1, column outcome', problem: 'the row differs from what its events say' },
      { where: 'spool', place: 'session z', problem: '5 lines were ingested, 3 events are in the database' },
    ])
  })

  it.each([
    ["outcome = 'denied-by-rule'", 'outcome'],
    ["tool = 'read_file'", 'tool'],
    ["arguments_text = '{}'", 'arguments_text'],
    ['duration_ms = NULL', 'duration_ms'],
    ["decided_by = 'desktop'", 'decided_by'],
    ['received_at = received_at + 1', 'received_at'],
  ])('names the call whose row was changed: %s', (edit, column) => {
    const log = ingestedLog()
    log.db.exec(`UPDATE call SET ${edit} WHERE call IN ('s.2', 'z.1')`)
    const place = `call s.2, column ${column}`
    expect(verifyAudit(log.db).problems).toEqual([
      { where: 'call', place, problem: 'the row differs from what its events say' },
    ])
  })

  it.each([
    ["DELETE FROM call WHERE call = 's.2'", 'call s.2', 'the events tell of it, but its row is missing'],
    ["UPDATE call SET call = 'x.2' WHERE call = 's.2'", 'call x.2', 'the row is there, but no event tells of it'],
  ])('names the call: %s', (sql, place, problem) => {
    const log = ingestedLog()
    log.db.exec(sql)
    expect(verifyAudit(log.db).problems).toEqual([{ where: 'call', place, problem }])
  })

  it('names a session whose row was changed', () => {
    const log = ingestedLog()
    log.db.exec("UPDATE session SET cwd = '/tmp' WHERE session = 'z'")
    expect(verifyAudit(log.db).problems).toMatchObject([{ where: 'session', place: 'session z, column cwd' }])
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

describe('verify with the spools', () => {
  const spoolOf = (log: LogFixture) => join(log.spoolFolder, 's.jsonl')

  it.each<[string, (log: LogFixture) => void, string, string]>([
    [
      'an edited line',
      (log) => writeFileSync(spoolOf(log), readFileSync(spoolOf(log), 'utf8').replace('s.2', 's.9')),
      's.jsonl, line 6',
      'hash-mismatch',
    ],
    [
      'a cut end',
      (log) => writeFileSync(spoolOf(log), readFileSync(spoolOf(log), 'utf8').split('\n').slice(0, 4).join('\n')),
      's.jsonl, line 4',
      'shrunk',
    ],
    ['a spool that is gone', (log) => rmSync(spoolOf(log)), 's.jsonl', 'missing'],
    [
      'a spool that was written anew',
      (log) => {
        rmSync(spoolOf(log))
        const writer = createSpoolWriter(log.spoolFolder, 's')
        writer.append('session.started', sample.started({ cwd: '/elsewhere' }))
        for (let counter = 1; counter <= 4; counter += 1) allowedCall(writer, counter)
      },
      's.jsonl, line 14',
      'not-what-was-ingested',
    ],
    [
      'a bad line of a spool not yet ingested',
      (log) => writeFileSync(join(log.spoolFolder, 'new.jsonl'), 'noise\n'),
      'new.jsonl, line 1',
      'malformed',
    ],
  ])('names %s', (_, edit, place, problem) => {
    const log = ingestedLog()
    edit(log)
    expect(verifyAudit(log.db).ok).toBe(true)
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([{ where: 'spool', place, problem }])
  })

  it('passes lines that were not ingested yet', () => {
    const log = createLog()
    const writer = session(log, 's', 1)
    log.ingest.ingestAll()
    allowedCall(writer, 2)
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).ok).toBe(true)
  })
})
