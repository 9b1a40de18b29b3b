// A database and a spool folder of their own for each test, and the few reads the tests share.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CallRow } from '../../../broker/audit/call-row.ts'
import { decodeCall } from '../../../broker/audit/call-table.ts'
import { type AuditDatabase, openAuditDatabase } from '../../../broker/audit/database.ts'
import { readEvents } from '../../../broker/audit/event-log.ts'
import { createIngest, type Ingest } from '../../../broker/audit/ingest.ts'
import { namesOf } from '../../../broker/audit/names.ts'
import { createSpoolWriter, type SpoolWriter, sample, startOfTime } from '../../support/spool-writer.ts'

export type LogFixture = {
  folder: string
  spoolFolder: string
  databasePath: string
  db: AuditDatabase
  ingest: Ingest
  writer(session: string): SpoolWriter
}

export function createLog(): LogFixture {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-audit-'))
  const spoolFolder = join(folder, 'spool')
  mkdirSync(spoolFolder)
  const databasePath = join(folder, 'audit.db')
  const db = openAuditDatabase(databasePath)
  onTestFinished(() => {
    db.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    spoolFolder,
    databasePath,
    db,
    ingest: createIngest(db, { spoolFolder, now: () => startOfTime }),
    writer: (session) => createSpoolWriter(spoolFolder, session),
  }
}

/** Appends one whole allowed call. */
export function allowedCall(writer: SpoolWriter, counter: number): string {
  const call = `${writer.session}.${counter}`
  writer.append('call.received', sample.received(call))
  writer.append('call.decided', sample.decided(call))
  writer.append('call.forwarded', { call })
  writer.append('call.answered', sample.answered(call))
  return call
}

/** A started session with `calls` allowed calls. */
export function session(log: LogFixture, name: string, calls: number): SpoolWriter {
  const writer = log.writer(name)
  writer.append('session.started', sample.started())
  for (let counter = 1; counter <= calls; counter += 1) allowedCall(writer, counter)
  return writer
}

/** Four events a call and one for the session, written in one go. */
export function bulkSpool(log: LogFixture, name: string, calls: number): void {
  const writer = createSpoolWriter(log.spoolFolder, name)
  const lines = [writer.line('session.started', sample.started())]
  for (let counter = 1; counter <= calls; counter += 1) {
    const call = `${name}.${counter}`
    lines.push(
      writer.line('call.received', sample.received(call)),
      writer.line('call.decided', sample.decided(call)),
      writer.line('call.forwarded', { call }),
      writer.line('call.answered', sample.answered(call)),
    )
  }
  writeFileSync(writer.path, `${lines.join('\n')}\n`)
}

/** The call's row as the program has it. Throws where there is none. */
export function rowOf(db: AuditDatabase, call: string): CallRow {
  const row = allCalls(db).find((one) => one.call === call)
  if (!row) throw new Error(`no row of ${call}`)
  return row
}

const allCalls = (db: AuditDatabase) =>
  db
    .prepare<[], Parameters<typeof decodeCall>[0]>('SELECT * FROM call ORDER BY id')
    .all()
    .map((row) => decodeCall(row, namesOf(db)))

/** Everything ingest derives, without what only says when. Equal dumps are equal logs. */
export function dump(db: AuditDatabase) {
  const all = (sql: string) => db.prepare(sql).all()
  return {
    events: readEvents(db, { after: 0, limit: 1_000_000 }),
    calls: allCalls(db),
    told: all('SELECT * FROM call_event'),
    words: wordsOf(db),
    sessions: all('SELECT * FROM session ORDER BY session'),
    cards: all('SELECT * FROM card ORDER BY approval'),
    hosts: all('SELECT * FROM host ORDER BY host'),
    policies: [...all('SELECT * FROM policy_text ORDER BY sha256'), ...all('SELECT * FROM policy_revision')],
    spools: all('SELECT session, offset, n, last_hash, state, problem FROM spool ORDER BY session'),
  }
}

/** What the full-text index has of each call's row. */
function wordsOf(db: AuditDatabase): unknown[] {
  db.exec('CREATE VIRTUAL TABLE temp.call_word USING fts5vocab(main, call_text, instance)')
  const words = db.prepare('SELECT doc, json_group_array(term) FROM temp.call_word GROUP BY doc').all()
  db.exec('DROP TABLE temp.call_word')
  return words
}

export const countEvents = (db: AuditDatabase): number =>
  db.prepare<[], number>('SELECT count(*) FROM event').pluck().get() ?? 0
