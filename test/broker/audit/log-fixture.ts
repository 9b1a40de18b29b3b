// A database and a spool folder of their own for each test, and the few reads the tests share.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type AuditDatabase, openAuditDatabase } from '../../../broker/audit/database.ts'
import { createIngest, type Ingest } from '../../../broker/audit/ingest.ts'
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

/** Everything ingest derives, without what only says when. Equal dumps are equal logs. */
export function dump(db: AuditDatabase) {
  const all = (sql: string) => db.prepare(sql).all()
  return {
    events: all('SELECT * FROM event ORDER BY seq'),
    calls: all('SELECT * FROM call ORDER BY id'),
    sessions: all('SELECT * FROM session ORDER BY session'),
    cards: all('SELECT * FROM card ORDER BY approval'),
    hosts: all('SELECT * FROM host ORDER BY host'),
    spools: all('SELECT session, offset, n, last_hash, state, problem FROM spool ORDER BY session'),
  }
}

export const countEvents = (db: AuditDatabase): number =>
  db.prepare<[], number>('SELECT count(*) FROM event').pluck().get() ?? 0
