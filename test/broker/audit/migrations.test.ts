// Databases that earlier versions really wrote (test/fixtures/databases), opened by this one: nothing that was recorded may
// change, and everything that is derived must be what this version makes of it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type AuditDatabase, openAuditDatabase } from '../../../broker/audit/database.ts'
import { type Db, openDatabase } from '../../../broker/audit/driver.ts'
import { type EventRow, eventHash } from '../../../broker/audit/event-chain.ts'
import { headOf, readEvents } from '../../../broker/audit/event-log.ts'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { schemaVersion } from '../../../broker/audit/migrations.ts'
import { getCall, newestCalls } from '../../../broker/audit/query.ts'
import { rebuildRows } from '../../../broker/audit/rebuild.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { chainLine, chainStart } from '../../../core/audit/chain.ts'
import { sha256, startOfTime } from '../../support/spool-writer.ts'
import { dump } from './log-fixture.ts'

const formats = [1, 2, 3, 4, 5]
const fixtures = new URL('../../fixtures/databases/', import.meta.url)

it('there is a database of each earlier format', () => {
  expect(formats).toHaveLength(schemaVersion - 1)
})

type Old = { folder: string; path: string; events: EventRow[] }

/** A copy of the database of that format, and what was recorded in it. */
function oldDatabase(format: number): Old {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'audit.db')
  writeFileSync(path, gunzipSync(readFileSync(new URL(`format-${format}.db.gz`, fixtures))))
  const events = withDatabase(path, (db) => db.prepare<[], EventRow>('SELECT * FROM event ORDER BY seq').all())
  expect(events.length).toBeGreaterThan(40)
  return { folder, path, events }
}

function withDatabase<R>(path: string, work: (db: Db) => R): R {
  const db = openDatabase(path)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

function open(path: string): AuditDatabase {
  const db = openAuditDatabase(path)
  onTestFinished(() => void db.close())
  return db
}

/** The spools that the events were read from, byte for byte: a line says nothing that its event does not. */
function writeSpools({ folder, events }: Old): string {
  const spoolFolder = join(folder, 'spool')
  mkdirSync(spoolFolder)
  for (const [session, own] of Map.groupBy(events, (event) => event.session)) {
    let prev = chainStart
    const lines = own.map((event) => {
      const { line, hash } = chainLine({ ...event, data: JSON.parse(event.data) }, prev, sha256)
      prev = hash
      return `${line}\n`
    })
    writeFileSync(join(spoolFolder, `${session}.jsonl`), lines.join(''))
  }
  return spoolFolder
}

const found = (db: AuditDatabase, words: string) =>
  db.prepare<[string], number>('SELECT count(*) FROM call_text WHERE call_text MATCH ?').pluck().get(words)

describe.each(formats)('a database of format %i', (format) => {
  it('keeps every event and the whole chain', () => {
    const old = oldDatabase(format)
    expect(() => openAuditDatabase(old.path, { readonly: true })).toThrow(/Start Countersign once/)
    const db = open(old.path)
    expect(db.pragma('user_version', { simple: true })).toBe(schemaVersion)
    const events = readEvents(db, { after: 0, limit: 1000 })
    expect(events).toEqual(old.events)
    for (const event of events) expect(eventHash(event, sha256)).toBe(event.hash)
    expect(headOf(db)).toEqual({ seq: old.events.length, hash: old.events.at(-1)?.hash })
    expect(verifyAudit(db, { spoolFolder: writeSpools(old) }).problems).toEqual([])
  })

  it('has the rows that the same spools would make today, and goes on reading them', () => {
    const old = oldDatabase(format)
    const spoolFolder = writeSpools(old)
    const db = open(old.path)
    const fresh = open(join(old.folder, 'fresh.db'))
    createIngest(fresh, { spoolFolder, now: () => startOfTime }).ingestAll()
    // Which spool was read first is not the same, and the chain over all of them follows from that.
    expect(dump(db).calls.map(withoutPlace)).toEqual(dump(fresh).calls.map(withoutPlace))
    const { words, hosts, spools } = dump(fresh)
    expect(dump(db)).toMatchObject({ words, hosts, spools })
    const migrated = dump(db)
    db.transaction(() => rebuildRows(db))()
    expect(dump(db)).toEqual(migrated)
    const again = createIngest(db, { spoolFolder, now: () => startOfTime }).ingestAll()
    expect(again).toEqual({ events: 0, calls: [], damaged: [] })
  })

  it('says of each call what became of it, and finds its words', () => {
    const db = open(oldDatabase(format).path)
    expect(Object.fromEntries(newestCalls(db, 50).map(({ call, outcome }) => [call.slice(-4), outcome]))).toMatchObject(
      {
        'a1.1': 'allowed-by-rule',
        'a1.2': 'denied-by-rule',
        'a1.3': 'upstream-error',
        'a1.4': 'approved',
        'a1.5': 'refused',
        'a1.6': 'approved',
        'a1.7': 'allowed-by-grant',
        'a1.8': 'expired',
        'a1.9': 'denied-policy-broken',
        '1.10': 'cancelled',
        'b2.1': 'outcome-unknown',
        'b2.2': 'cancelled',
        'b2.3': 'cancelled',
      },
    )
    expect(getCall(db, '20260901-080000-a1.5')).toMatchObject({
      reason: 'not on a Friday',
      arguments: { text: '{"path":"/home/ada/5.txt"}', bytes: 26, truncated: false },
      summary: { client: 'cursor', server: 'files', tool: 'write_file', risk: 'destructive', decidedBy: 'desktop' },
    })
    expect([found(db, 'naive cafe'), found(db, 'Friday'), found(db, 'write file'), found(db, 'zebra')]).toEqual([
      1, 1, 11, 0,
    ])
    expect(db.prepare('SELECT host FROM host ORDER BY host').pluck().all()).toEqual(['api.example', 'host.example'])
  })

  it('is as it was where bringing it up to date fails half-way', () => {
    const { path, events } = oldDatabase(format)
    // Something stands where the last step wants to put the index.
    const before = withDatabase(path, (db) => {
      db.exec('CREATE TABLE call_text (other TEXT)')
      return contents(db)
    })
    expect(() => openAuditDatabase(path)).toThrow(/call_text already exists/)
    withDatabase(path, (db) => {
      expect(contents(db)).toEqual(before)
      db.exec('DROP TABLE call_text')
    })
    expect(readEvents(open(path), { after: 0, limit: 1000 })).toEqual(events)
  })

  it('is left alone by a program that is older', () => {
    const { path } = oldDatabase(format)
    withDatabase(path, (db) => db.pragma(`user_version = ${schemaVersion + 1}`))
    const before = readFileSync(path)
    expect(() => openAuditDatabase(path)).toThrow(/newer Countersign/)
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

const withoutPlace = (row: object) =>
  Object.fromEntries(Object.entries(row).filter(([column]) => !column.endsWith('_seq')))

/** Everything that is in the file. */
function contents(db: Db): unknown {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  return {
    format: db.pragma('user_version', { simple: true }),
    schema: db.prepare('SELECT * FROM sqlite_schema ORDER BY name').all(),
    rows: tables.map((table) => db.prepare(`SELECT * FROM ${table}`).all()),
  }
}
