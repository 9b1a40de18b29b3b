// The database file: who may read it, what it refuses, and that nothing is lost where it cannot be used.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { openDatabase } from '../../../broker/audit/driver.ts'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { schemaVersion } from '../../../broker/audit/migrations.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { BrokerStartError } from '../../../broker/host-contract.ts'
import { sample, startOfTime } from '../../support/spool-writer.ts'
import { createLog, dump, session } from './log-fixture.ts'

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-database-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function startError(open: () => unknown): BrokerStartError {
  try {
    open()
  } catch (error) {
    if (error instanceof BrokerStartError) return error
    throw error
  }
  throw new Error('it opened')
}

describe('openAuditDatabase', () => {
  it('makes a database only its owner can read, in WAL mode, and opens it again', () => {
    const path = join(emptyFolder(), 'audit.db')
    const umask = process.umask(0)
    onTestFinished(() => void process.umask(umask))
    const db = openAuditDatabase(path)
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    const settings = ['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys', 'user_version'] as const
    expect(settings.map((name) => db.pragma(name, { simple: true }))).toEqual(['wal', 1, 5000, 1, schemaVersion])
    db.close()
    chmodSync(path, 0o644)
    openAuditDatabase(path).close()
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('makes nothing when it may only read', () => {
    const path = join(emptyFolder(), 'audit.db')
    expect(() => openAuditDatabase(path, { readonly: true })).toThrow()
    expect(existsSync(path)).toBe(false)
    openDatabase(path).close()
    expect(() => openAuditDatabase(path, { readonly: true })).toThrow(/Start Countersign once/)
  })

  it('opens no database of a newer program, says what to do, and leaves it', () => {
    const log = createLog()
    session(log, 's', 1)
    log.ingest.ingestAll()
    log.db.pragma(`user_version = ${schemaVersion + 1}`)
    log.db.close()
    const before = readFileSync(log.databasePath)
    for (const readonly of [true, false]) {
      const error = startError(() => openAuditDatabase(log.databasePath, { readonly }))
      expect(error.code).toBe('database-newer')
      expect(error.message).toContain('Update Countersign')
    }
    expect(readFileSync(log.databasePath).equals(before)).toBe(true)
  })

  const damage: [name: string, edit: (bytes: Buffer) => Buffer][] = [
    ['is no database', () => Buffer.from('this is not a database, it is a shopping list. '.repeat(100))],
    ['was cut in half', (bytes) => bytes.subarray(0, bytes.length / 2)],
    [
      'has pages of noise',
      (bytes) => Buffer.concat([bytes.subarray(0, 4096 * 3), Buffer.alloc(bytes.length - 4096 * 3, 0xa5)]),
    ],
    ['has a spoiled header', (bytes) => Buffer.concat([Buffer.from('SQLite format 9\0'), bytes.subarray(16)])],
  ]
  it.each(damage)('keeps a file that %s', (_, edit) => {
    const log = createLog()
    for (let index = 0; index < 4; index += 1) session(log, `s${index}`, 40)
    log.ingest.ingestAll()
    log.db.close()
    const bytes = edit(readFileSync(log.databasePath))
    writeFileSync(log.databasePath, bytes)
    for (const readonly of [true, false]) {
      const error = startError(() => openAuditDatabase(log.databasePath, { readonly }))
      expect(error.code).toBe('database-corrupt')
      expect(error.message).toContain(log.databasePath)
    }
    expect(readFileSync(log.databasePath).equals(bytes)).toBe(true)
  })

  it('does not take over a database of another program', () => {
    const path = join(emptyFolder(), 'audit.db')
    const other = openDatabase(path)
    other.exec('CREATE TABLE bookmark (url TEXT)')
    other.close()
    expect(startError(() => openAuditDatabase(path)).code).toBe('database-corrupt')
    const again = openDatabase(path)
    expect(again.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['bookmark'])
    again.close()
  })

  it('of the format before this one is brought up to date, with all that its events say', () => {
    const log = createLog()
    const writer = session(log, 's', 3)
    const args = { text: '{"url":"https://api.example/a"}', bytes: 31, truncated: false }
    writer.append('call.decided', sample.decided('s.9', { decision: 'hold', arguments: args }))
    writer.append('hold.opened', { call: 's.9', budgetMs: 45_000 })
    const broker = log.writer('broker-1')
    broker.append('approval.opened', sample.opened('s.9', 's'))
    broker.append('approval.decided', sample.approval('s.9', 's', 'approved'))
    writer.append('hold.closed', sample.closed('s.9', 'approved'))
    writer.append('call.forwarded', { call: 's.9' })
    log.ingest.ingestAll()
    const whole = dump(log.db)
    expect([whole.cards.length, whole.hosts.length]).toEqual([1, 1])
    // What the migration made, unmade.
    for (const index of ['call_asked', 'call_approval', 'call_alone', 'event_lockdown', 'session_client']) {
      log.db.exec(`DROP INDEX ${index}`)
    }
    for (const column of ['held_rules', 'grant_id', 'alone']) log.db.exec(`ALTER TABLE call DROP COLUMN ${column}`)
    log.db.exec('DROP TABLE card; DROP TABLE host')
    log.db.pragma('user_version = 3')
    log.db.close()
    expect(() => openAuditDatabase(log.databasePath, { readonly: true })).toThrow(/Start Countersign once/)

    const again = openAuditDatabase(log.databasePath)
    onTestFinished(() => void again.close())
    expect(again.pragma('user_version', { simple: true })).toBe(schemaVersion)
    expect(dump(again)).toEqual(whole)
    expect(verifyAudit(again, { spoolFolder: log.spoolFolder }).problems).toEqual([])
    // It goes on where it was.
    writer.append('call.answered', sample.answered('s.9'))
    expect(createIngest(again, { spoolFolder: log.spoolFolder, now: () => startOfTime }).ingestAll().events).toBe(1)
  })

  it('is refilled from the spools after it was moved away', () => {
    const log = createLog()
    session(log, 's', 2)
    log.ingest.ingestAll()
    const fresh = openAuditDatabase(join(log.folder, 'fresh.db'))
    onTestFinished(() => void fresh.close())
    createIngest(fresh, { spoolFolder: log.spoolFolder, now: () => startOfTime }).ingestAll()
    expect(dump(fresh)).toEqual(dump(log.db))
  })
})

describe('the event table', () => {
  it.each([
    ['UPDATE event SET t = 0', 'events are append-only'],
    ['DELETE FROM event WHERE seq = 5', 'events are append-only'],
    ['INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2', 'events have no gaps'],
    [
      'INSERT OR REPLACE INTO event SELECT 6, session, n, t, type, data, prev, hash FROM event WHERE seq = 2',
      'events are append-only',
    ],
    ["INSERT INTO event VALUES (9, 'x', 0, 0, 'a', '{}', '', '')", 'events have no gaps'],
  ])('refuses %s', (sql, message) => {
    const log = createLog()
    session(log, 's', 1)
    log.ingest.ingestAll()
    expect(() => log.db.exec(sql)).toThrow(message)
    expect(log.db.prepare('SELECT count(*), max(seq), min(t) > 0 FROM event').raw().get()).toEqual([5, 5, 1])
  })
})
