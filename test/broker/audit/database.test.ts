// The database file: who may read it, what it refuses, and that nothing is lost where it cannot be used.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { openDatabase } from '../../../broker/audit/driver.ts'
import { eventHash } from '../../../broker/audit/event-chain.ts'
import { checkpointHead, hashAt, headOf, readEvents } from '../../../broker/audit/event-log.ts'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { schemaVersion } from '../../../broker/audit/migrations.ts'
import { BrokerStartError } from '../../../broker/host-contract.ts'
import { sha256, startOfTime } from '../../support/spool-writer.ts'
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
      'INSERT OR REPLACE INTO event SELECT 6, session, n, t, type, data, hash FROM event WHERE seq = 2',
      'events are append-only',
    ],
    ["INSERT INTO event VALUES (9, 1, 9, 0, 'a', '{}', zeroblob(32))", 'events have no gaps'],
    ["INSERT INTO event VALUES (6, 1, 9, 0, 'a', '{}', zeroblob(31))", 'CHECK constraint failed'],
    ["INSERT INTO event VALUES (6, 99, 9, 0, 'a', '{}', zeroblob(32))", 'FOREIGN KEY constraint failed'],
  ])('refuses %s', (sql, message) => {
    const log = createLog()
    session(log, 's', 1)
    log.ingest.ingestAll()
    expect(() => log.db.exec(sql)).toThrow(message)
    expect(log.db.prepare('SELECT count(*), max(seq), min(t) > 0 FROM event').raw().get()).toEqual([5, 5, 1])
  })
  it('gives up only what a checkpoint stands for, and goes on after it', () => {
    const log = createLog()
    const writer = session(log, 's', 1)
    log.ingest.ingestAll()
    const [head, third] = [headOf(log.db), hashAt(log.db, 3)]
    const checkpoint = log.db.prepare("INSERT INTO checkpoint VALUES (?, unhex(?), 0, 0, 0, '{}', '')")
    checkpoint.run(3, third)
    log.db.exec('DELETE FROM event WHERE seq <= 3')
    expect(() => log.db.exec('DELETE FROM event WHERE seq = 4')).toThrow('events are append-only')
    expect(readEvents(log.db, { after: 3, limit: 1 })[0]).toMatchObject({ seq: 4, prev: third })
    checkpoint.run(5, head.hash)
    log.db.exec('DELETE FROM event')
    expect([headOf(log.db), checkpointHead(log.db)]).toEqual([head, head])
    writer.append('session.ended', { reason: 'client closed' })
    log.ingest.ingestAll()
    const [last] = readEvents(log.db, { after: 0, limit: 9 })
    expect(last).toMatchObject({ seq: 6, prev: head.hash })
    expect(last && eventHash(last, sha256)).toBe(last?.hash)
  })
})
