// Whatever someone changes in the database or in a spool, verify says where it begins.
import * as fs from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkpointStatement, readCheckpoint } from '../../../broker/audit/checkpoint.ts'
import type { Db } from '../../../broker/audit/driver.ts'
import { rebuildRows } from '../../../broker/audit/rebuild.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { chainLine, chainStart } from '../../../core/audit/chain.ts'
import { sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { runCli } from '../cli/run-cli.ts'
import { createLog, type LogFixture } from './log-fixture.ts'
import { createKeys, cutLog, keys, policyText, rehash, type Tampered, wholeLog } from './tamper-fixture.ts'

type Edit = string | ((db: Db) => void)
type Case = [what: string, edit: Edit, ...problems: string[]]

const differs = 'the row differs from what its events say'
const missing = 'the events tell of it, but its row is missing'
const planted = 'the row is there, but no event tells of it'
const policy = `policy text ${sha256(policyText)}`

const idOf = (name: string) => `(SELECT id FROM name WHERE text = '${name}')`
/** Call `s.2`, whose events are 21 and 22. */
const ofCall = `session = ${idOf('s')} AND part = '2'`
const toolIn19 = "UPDATE event SET data = replace(data, 'write_file', 'read_file') WHERE seq = 19"
const swap =
  'UPDATE event SET seq = 99 WHERE seq = 19; UPDATE event SET seq = 19 WHERE seq = 20; UPDATE event SET seq = 20 WHERE seq = 99'
const removeAndMove = 'DELETE FROM event WHERE seq = 19; UPDATE event SET seq = seq - 1 WHERE seq > 19'
/** The SQL, and then the hashes of these events as they would be. */
const andRehash = (sql: string, first: number, last: number) => (db: Db) => {
  db.exec(sql)
  rehash(db, first, last)
}

describe('events', () => {
  it.each<Case>(
    [
    ['changed data', toolIn19, 'event: event 19 (session s, call.decided): hash-mismatch', `call: call s.1, column tool: ${differs}`, 'spool: s.jsonl, line 2: not-what-was-ingested'],
    ['a blank more in data', "UPDATE event SET data = data || ' ' WHERE seq = 19", 'event: event 19 (session s, call.decided): hash-mismatch', 'spool: s.jsonl, line 2: not-what-was-ingested'],
    ['data that is no JSON', "UPDATE event SET data = 'x' WHERE seq = 18", 'event: event 18 (session s, session.started): hash-mismatch', `call: call s.1, column client: ${differs}`, `session: session s, column client: ${differs}`, 'spool: s.jsonl, line 1: not-what-was-ingested'],
    ['a changed time', 'UPDATE event SET t = t + 1 WHERE seq = 20', 'event: event 20 (session s, call.answered): hash-mismatch', `call: call s.1, column answered_at: ${differs}`, 'spool: s.jsonl, line 3: not-what-was-ingested'],
    ['a changed type', "UPDATE event SET type = 'hold.opened' WHERE seq = 20", 'event: event 20 (session s, hold.opened): hash-mismatch', `call: call s.1, column outcome: ${differs}`, 'spool: s.jsonl, line 3: not-what-was-ingested'],
    ['a changed line number', 'UPDATE event SET n = 99 WHERE seq = 19', 'event: event 19 (session s, call.decided): hash-mismatch', 'spool: s.jsonl, line 2: not-what-was-ingested'],
    ['another session', `UPDATE event SET session = ${idOf('a')}, n = 77 WHERE seq = 25`, 'event: event 25 (session a, session.ended): hash-mismatch', `session: session a, column ended_at: ${differs}`, 'spool: session a: 4 lines were ingested, 5 events are in the database'],
    ['a changed hash', 'UPDATE event SET hash = zeroblob(32) WHERE seq = 19', 'event: event 19 (session s, call.decided): hash-mismatch'],
    ['a changed number', 'UPDATE event SET seq = 99 WHERE seq = 19', 'event: event 20 (session s, call.answered): gap', `call: call s.1, column id: ${differs}`],
    ['changed data with its own hash made new', andRehash(toolIn19, 19, 19), 'event: event 20 (session s, call.answered): hash-mismatch', `call: call s.1, column tool: ${differs}`, 'spool: s.jsonl, line 2: not-what-was-ingested'],
    ['changed data with all hashes after it made new', andRehash(toolIn19, 19, 30), `call: call s.1, column tool: ${differs}`, 'spool: s.jsonl, line 2: not-what-was-ingested'],
    ['the first one removed', 'DELETE FROM event WHERE seq = 1', 'checkpoint: checkpoint: missing: the log begins with event 2', 'event: event 2 (session a, call.decided): gap', `call: call a.1, column client: ${differs}`, `session: session a, column client: ${differs}`, 'spool: session a: its events begin with line 2, not with line 1'],
    ['one removed', 'DELETE FROM event WHERE seq = 20', 'event: event 21 (session s, call.decided): gap', `call: call s.1, column outcome: ${differs}`, 'spool: session s: 8 lines were ingested, 7 events are in the database'],
    ['one removed and the rest moved up', removeAndMove, 'event: event 19 (session s, call.answered): hash-mismatch'],
    ['one removed, the rest moved up, the hashes made new', andRehash(removeAndMove, 19, 29), 'event: event 19 (session s, call.answered): gap-in-session'],
    ['the last one removed', 'DELETE FROM event WHERE seq = 30', `call: call h.1, column approval_state: ${differs}`, `card: card a-h.1, column decided_at: ${differs}`, 'spool: session broker-1: 5 lines were ingested, 4 events are in the database'],
    ['a cut tail', 'DELETE FROM event WHERE seq > 20', `call: call h.1, column approval: ${differs}`, `session: session s, column ended_at: ${differs}`, `card: card a-h.1: ${planted}`, `policy: ${policy}: ${planted}`, 'spool: session broker-1: 5 lines were ingested, 0 events are in the database'],
    ['all removed', 'DELETE FROM event', `call: call a.1: ${planted}`, `session: session a: ${planted}`, `card: card a-h.1: ${planted}`, `policy: ${policy}: ${planted}`, 'spool: session a: 4 lines were ingested, 0 events are in the database'],
    ['two that changed places', swap, 'event: event 19 (session s, call.answered): hash-mismatch', `call: call s.1, column id: ${differs}`],
    ['two that changed places, the hashes made new', andRehash(swap, 19, 30), 'event: event 19 (session s, call.answered): gap-in-session', `call: call s.1, column id: ${differs}`],
    ['one put at the end', andRehash('INSERT INTO event SELECT 31, session, 5, t, type, data, hash FROM event WHERE seq = 30', 31, 31), `call: call h.1, column last_seq: ${differs}`, `card: card a-h.1, column last_seq: ${differs}`, 'spool: session broker-1: 5 lines were ingested, 6 events are in the database'],
    ['one put in between', 'UPDATE event SET seq = -seq - 1 WHERE seq >= 19; UPDATE event SET seq = -seq WHERE seq < 0; INSERT INTO event SELECT 19, session, 90, t, type, data, hash FROM event WHERE seq = 20', 'event: event 19 (session s, call.decided): hash-mismatch'],
  ], // biome-ignore format: a table
  )('%s', (_, edit, ...problems) => {
    const log = wholeLog()
    log.edit(edit)
    // Where numbers of events were moved, every row that names one after them is wrong too.
    expect(log.problems().slice(0, Math.max(1, problems.length))).toEqual(problems)
    expect(log.report().ok).toBe(false)
  })
})

describe('what is derived', () => {
  it.each<Case>(
    [
    ...['client = server', 'tool = server', 'outcome = tool', 'received_at = received_at + 1', 'duration_ms = NULL', "ticket = 'X'", 'approval_grant = 1', 'alone = 0', 'first_seq = first_seq + 1', 'last_seq = last_seq - 1', 'last_seq = last_seq + 100', 'answered_seq = 3', 'id = id - 4096'].map(
      (set): Case => [`call: ${set}`, `UPDATE call SET ${set} WHERE ${ofCall}`, `call: call s.2, column ${set.split(' ')[0]}: ${differs}`],
    ),
    ['the number of a call within its millisecond', `UPDATE call_event SET call = call + 1 WHERE call = (SELECT id FROM call WHERE ${ofCall}); UPDATE call SET id = id + 1 WHERE ${ofCall}`, `call: call s.2, column id: ${differs}`],
    ['a call as it stood before its last event', `UPDATE call SET answer = NULL, answered_at = NULL, answered_seq = NULL, duration_ms = NULL, last_seq = 21 WHERE ${ofCall}; DELETE FROM call_event WHERE seq = 22`, `call: call s.2, column answered_at: ${differs}`],
    ['a call under another name', `UPDATE call SET part = '9' WHERE ${ofCall}`, `call: call s.9: ${planted}`],
    ['a call removed', `DELETE FROM call WHERE ${ofCall}`, `call: call s.2: ${missing}`],
    ['a call put in', (db) => copyRow(db, 'call', ofCall, { id: 7, part: '8' }), `call: call s.8: ${planted}`],
    ['a call put in that is older than all', (db) => copyRow(db, 'call', ofCall, { id: 0, part: '8', first_seq: 1, last_seq: 1 }), `call: call s.8: ${planted}`],
    ['an event put on the list of a call', `INSERT INTO call_event SELECT id, 30 FROM call WHERE ${ofCall}`, `call: call s.2, the list of its events: ${differs}`],
    ['an event taken from the list of a call', 'DELETE FROM call_event WHERE seq = 22', `call: call s.2, the list of its events: ${differs}`],
    ['an event on the list of no call', 'INSERT INTO call_event VALUES (5, 12)', 'call: event 12 on the list of a call: there is no such call'],
    ['a session changed', "UPDATE session SET cwd = '/tmp' WHERE session = 's'", `session: session s, column cwd: ${differs}`],
    ['a session removed', "DELETE FROM session WHERE session = 's'", `session: session s: ${missing}`],
    ['a session put in', "INSERT INTO session (session, client, server, started_at) VALUES ('x', '', '', 1)", `session: session x: ${planted}`],
    ['a card changed', "UPDATE card SET decided_by = 'policy'", `card: card a-h.1, column decided_by: ${differs}`],
    ['a card open again', 'UPDATE card SET outcome = NULL, last_seq = 29', `card: card a-h.1, column outcome: ${differs}`],
    ['a card removed', 'DELETE FROM card', `card: card a-h.1: ${missing}`],
    ['a card put in', "INSERT INTO card (approval, call, session, edited) VALUES ('a-x', 'h.1', 'h', 0)", `card: card a-x: ${planted}`],
    ['the text of a policy', "UPDATE policy_text SET text = 'version: 1'", `policy: ${policy}, column text: ${differs}`],
    ['a text removed', 'DELETE FROM policy_text', `policy: ${policy}: ${missing}`],
    ['a text put in', "INSERT INTO policy_text VALUES ('aa', 'x', 1)", `policy: policy text aa: ${planted}`],
    ['a revision changed', "UPDATE policy_revision SET files = '[]'", `policy: policy revision rev-1, column files: ${differs}`],
    ['a revision removed', 'DELETE FROM policy_revision', `policy: policy revision rev-1: ${missing}`],
    ['the name of a tool', "UPDATE name SET text = 'read_file' WHERE text = 'write_file'", `call: call a.1, column tool: ${differs}`],
    ['the name of a client', "UPDATE name SET text = 'evil' WHERE text = 'claude'", `call: call h.1, column client: ${differs}`],
    ['a name removed', "DELETE FROM name WHERE text = 'files/write'", `call: call a.1, column rule: ${differs}`],
    ['the name of a session', "UPDATE name SET text = 'x' WHERE text = 's'", 'event: event 18 (session x, session.started): hash-mismatch', `call: call x.1: ${planted}`, `session: session s: ${planted}`, 'spool: session s: 8 lines were ingested, 0 events are in the database'],
    ['two names that changed places', "UPDATE name SET text = 'y' WHERE text = 'mail'; UPDATE name SET text = 'mail' WHERE text = 'files'; UPDATE name SET text = 'files' WHERE text = 'y'", `call: call a.1, column server: ${differs}`],
    ['how much was read of a spool', "UPDATE spool SET n = n - 1 WHERE session = 's'", 'spool: session s: 7 lines were ingested, 8 events are in the database'],
    ['where the events of a session begin', "UPDATE spool SET first_n = 1, n = 9 WHERE session = 's'", 'spool: session s: its events begin with line 1, not with line 2'],
    ['the hash of what was read', `UPDATE spool SET last_hash = '${'a'.repeat(64)}' WHERE session = 's'`, 'spool: s+2.jsonl, line 4: not-what-was-ingested'],
    ['the row of a spool removed', "DELETE FROM spool WHERE session = 's'", 'spool: session s: an unknown number of lines were ingested, 8 events are in the database'],
  ], // biome-ignore format: a table
  )('%s', (_, edit, ...problems) => {
    const log = wholeLog()
    log.edit(edit)
    expect(log.problems()).toEqual(problems)
  })
})

describe('rows put back to what they once were', () => {
  /** `u.1` runs and `u.2` is denied; then their session ends, and `u.2` is cancelled. Rows as they were before. */
  function putBack(part: string): LogFixture {
    const log = createLog()
    const writer = log.writer('u')
    writer.append('session.started', sample.started())
    writer.append('call.decided', sample.decided('u.1', { forwarded: true }))
    writer.append('call.decided', sample.decided('u.2', { decision: 'deny' }))
    log.ingest.ingestAll()
    const row = log.db.prepare<[string], Record<string, unknown>>('SELECT * FROM call WHERE part = ?').get(part) ?? {}
    const listed = log.db.prepare<[], number>('SELECT max(seq) FROM call_event').pluck().get()
    writer.append('call.cancelled', { call: 'u.2', by: 'client', forwarded: false })
    writer.append('session.ended', { reason: 'client closed' })
    log.ingest.ingestAll()
    expect(verifyAudit(log.db).problems).toEqual([])
    const columns = Object.keys(row).filter((name) => name !== 'id')
    log.db.prepare(`UPDATE call SET ${columns.map((name) => `${name} = @${name}`).join(', ')} WHERE id = @id`).run(row)
    log.db.prepare('DELETE FROM call_event WHERE call = ? AND seq > ?').run(row['id'], listed)
    return log
  }

  it.each([
    ['only its session has changed it since', '1', 'outcome'],
    ['it was over then, too', '2', 'cancelled_at'],
  ])('are found where %s', (_, part, column) => {
    expect(verifyAudit(putBack(part).db).problems).toMatchObject([{ place: `call u.${part}, column ${column}` }])
  })

  it('do not hide one that was put in', () => {
    const log = putBack('2')
    copyRow(log.db, 'call', "part = '1'", { id: 1, part: '0' })
    expect(verifyAudit(log.db).problems).toMatchObject([{ place: 'call u.0' }])
  })
})

/** Puts in a copy of a row with other values in some columns. */
function copyRow(db: Db, table: string, where: string, over: Record<string, unknown>): void {
  const row = { ...(db.prepare(`SELECT * FROM ${table} WHERE ${where}`).get() as Record<string, unknown>), ...over }
  const names = Object.keys(row)
  db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`).run(
    row,
  )
}

describe('spools', () => {
  const spool = (log: Tampered, name: string) => join(log.spoolFolder, name)
  const linesOf = (file: string) => fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)
  /** The file's whole lines, put back as they come out. */
  const relined = (name: string, change: (lines: string[]) => string[]) => (log: Tampered) =>
    fs.writeFileSync(
      spool(log, name),
      change(linesOf(spool(log, name)))
        .map((line) => `${line}\n`)
        .join(''),
    )
  const renamed = (log: Tampered, from: string, to: string) => fs.renameSync(spool(log, from), spool(log, to))

  it.each<[what: string, edit: (log: Tampered) => void, problem: string]>(
    [
    ['a changed line', relined('s.jsonl', (lines) => lines.with(1, lines[1]?.replace('write_file', 'read_file') ?? '')), 's.jsonl, line 2: hash-mismatch'],
    ['a changed line of the second part', relined('s+2.jsonl', (lines) => lines.with(1, lines[1]?.replace('s.3', 's.4') ?? '')), 's+2.jsonl, line 2: hash-mismatch'],
    ['the first line removed', relined('s.jsonl', (lines) => lines.slice(1)), 's.jsonl, line 1: chain-broken'],
    ['a line removed', relined('s.jsonl', (lines) => lines.toSpliced(2, 1)), 's.jsonl, line 3: chain-broken'],
    ['a line twice', relined('s.jsonl', (lines) => lines.toSpliced(2, 0, lines[1] ?? '')), 's.jsonl, line 3: chain-broken'],
    ['two lines that changed places', relined('s.jsonl', (lines) => lines.with(1, lines[2] ?? '').with(2, lines[1] ?? '')), 's.jsonl, line 2: chain-broken'],
    ['noise', relined('s.jsonl', (lines) => lines.with(0, 'noise')), 's.jsonl, line 1: malformed'],
    ['the last line removed', relined('s+2.jsonl', (lines) => lines.slice(0, -1)), 's+2.jsonl, line 4: shrunk'],
    ['half of the last line', (log) => fs.truncateSync(spool(log, 's+2.jsonl'), fs.statSync(spool(log, 's+2.jsonl')).size - 20), 's+2.jsonl, line 4: shrunk'],
    ['half of the last line of a part that has a next one', (log) => fs.truncateSync(spool(log, 's.jsonl'), fs.statSync(spool(log, 's.jsonl')).size - 20), 's.jsonl, line 4: torn'],
    ['the last line of a part that has a next one', relined('s.jsonl', (lines) => lines.slice(0, -1)), 's+2.jsonl, line 1: chain-broken'],
    ['nothing left', relined('s.jsonl', () => []), 's+2.jsonl, line 1: chain-broken'],
    ['a sound chain of other lines', relined('s.jsonl', rechained((line) => line.replace('write_file', 'read_file'))), 's.jsonl, line 2: not-what-was-ingested'],
    ['a sound chain in which only a time differs', relined('broker-1.jsonl', rechained((line) => line.replace(/"t":(\d+)/, (_, t) => `"t":${Number(t) + 1}`))), 'broker-1.jsonl, line 1: not-what-was-ingested'],
    ['a file that is gone', (log) => fs.rmSync(spool(log, 'broker-1.jsonl')), 'broker-1.jsonl: missing'],
    ['the first part gone', (log) => fs.rmSync(spool(log, 's.jsonl')), 's.jsonl: missing'],
    ['the last part gone', (log) => fs.rmSync(spool(log, 's+2.jsonl')), 's+2.jsonl: missing'],
    ['parts that changed places', (log) => { renamed(log, 's.jsonl', 'x'); renamed(log, 's+2.jsonl', 's.jsonl'); renamed(log, 'x', 's+2.jsonl') }, 's.jsonl, line 1: chain-broken'],
    ['another session’s file in its place', (log) => fs.copyFileSync(spool(log, 'a.jsonl'), spool(log, 'broker-1.jsonl')), 'broker-1.jsonl, line 1: not-what-was-ingested'],
    ['a link in its place', (log) => { renamed(log, 'broker-1.jsonl', 'x'); fs.symlinkSync(spool(log, 'x'), spool(log, 'broker-1.jsonl')) }, 'broker-1.jsonl: no-file'],
    ['bytes that are no text', (log) => { const bytes = fs.readFileSync(spool(log, 'a.jsonl')); bytes[bytes.indexOf('write_file')] = 0xff; fs.writeFileSync(spool(log, 'a.jsonl'), bytes) }, 'a.jsonl, line 2: malformed'],
    ['a bad line after what was read', (log) => fs.appendFileSync(spool(log, 'a.jsonl'), 'noise\n'), 'a.jsonl, line 5: malformed'],
    ['a bad spool that was not read yet', (log) => fs.writeFileSync(spool(log, 'new.jsonl'), 'noise\n'), 'new.jsonl, line 1: malformed'],
  ], // biome-ignore format: a table
  )('%s', (_, edit, problem) => {
    const log = wholeLog()
    edit(log)
    expect(log.problems()).toEqual([`spool: ${problem}`])
  })

  it('passes lines that were not read yet', () => {
    const log = wholeLog()
    const lines = linesOf(spool(log, 'a.jsonl'))
    const prev = lines.at(-1)?.slice(-66, -2) ?? ''
    const event = { session: 'a', n: lines.length, t: startOfTime, type: 'session.ended', data: { reason: 'again' } }
    fs.appendFileSync(spool(log, 'a.jsonl'), `${chainLine(event, prev, sha256).line}\n`)
    expect(log.problems()).toEqual([])
  })
})

/** Each line changed, and all hashes made new. */
function rechained(change: (line: string) => string): (lines: string[]) => string[] {
  return (lines) => {
    let prev = chainStart
    return lines.map((line) => {
      const { session, n, t, type, data } = JSON.parse(change(line))
      const chained = chainLine({ session, n, t, type, data }, prev, sha256)
      prev = chained.hash
      return chained.line
    })
  }
}

describe('a log that was cut', () => {
  const unsigned = 'checkpoint: checkpoint at event 13: not what was signed, or signed by another key'
  const carriedCall = `session = ${idOf('p')} AND part = '2'`
  /** The checkpoint with something else in it, signed anew. */
  const resigned =
    (sign: (text: string) => string, over: Partial<NonNullable<ReturnType<typeof readCheckpoint>>>) => (db: Db) => {
      const found = readCheckpoint(db)
      if (!found) throw new Error('there is no checkpoint')
      const { seq, hash, carried, calls, ...next } = { ...found, ...over }
      const signature = sign(checkpointStatement({ seq, hash, carried, calls, ...next }))
      db.prepare('UPDATE checkpoint SET seq = ?, hash = ?, carried = ?, calls = ?, signature = ?').run(
        ...[seq, Buffer.from(hash, 'hex'), carried, calls, signature],
      )
    }

  it.each<Case>(
    [
    ...["at = at + 1", 'events = 12', 'calls = calls + 1', 'hash = zeroblob(32)', "carried = replace(carried, 'write_file', 'read_file')", "signature = ''", "signature = 'AAAA' || substr(signature, 5)"].map(
      (set): Case => [`set ${set}`, `UPDATE checkpoint SET ${set}`, unsigned],
    ),
    ['another number', 'UPDATE checkpoint SET seq = 12', 'checkpoint: checkpoint at event 12: not what was signed, or signed by another key', 'event: event 14 (session p, call.answered): gap'],
    ['signed by another key', resigned(createKeys().sign, {}), unsigned],
    ['carried over that is no list of rows', resigned(keys.sign, { carried: '{}' }), 'checkpoint: checkpoint at event 13: what it carries over is not readable'],
    ['removed', 'DELETE FROM checkpoint', 'checkpoint: checkpoint: missing: the log begins with event 14', 'event: event 14 (session p, call.answered): gap'],
    ['removed, the rest made new from the start', (db) => { db.exec('DELETE FROM checkpoint; UPDATE event SET seq = seq - 13'); rehash(db, 1, 17) }, 'event: event 1 (session p, call.answered): gap-in-session'],
    ['an older one in its place', resigned(keys.sign, { seq: 10 }), 'event: event 14 (session p, call.answered): gap'],
    ['a second one', (db) => copyRow(db, 'checkpoint', 'seq = 13', { seq: 3 }), 'checkpoint: checkpoint at event 13: it is not the only one'],
    ['a newer one that is not signed', (db) => copyRow(db, 'checkpoint', 'seq = 13', { seq: 14 }), 'checkpoint: checkpoint at event 14: not what was signed, or signed by another key'],
    ['the first event after it removed', 'DELETE FROM event WHERE seq = 14', 'event: event 15 (session p, call.decided): gap'],
    ['an event changed', toolIn19, 'event: event 19 (session s, call.decided): hash-mismatch'],
    ['an event that it stands for put back', (db) => copyRow(db, 'event', 'seq = 14', { seq: 13, n: 80 }), 'checkpoint: checkpoint at event 13: event 13, which it stands for, is still there'],
    ['a carried call changed', `UPDATE call SET tool = server WHERE ${carriedCall}`, `call: call p.2, column tool: ${differs}`],
    ['a carried call removed', `DELETE FROM call WHERE ${carriedCall}`, `call: call p.2: ${missing}`],
    ['a call put in', (db) => copyRow(db, 'call', carriedCall, { id: 3, part: '1' }), `call: call p.1: ${planted}`],
    ['the call of a session that is gone put in', (db) => copyRow(db, 'call', carriedCall, { id: 3, first_seq: 2, last_seq: 3 , part: '0' }), `call: call p.0: ${planted}`],
    ['where the events of a session begin', "UPDATE spool SET first_n = 0 WHERE session = 'p'", 'spool: session p: its events begin with line 5, not with line 1'],
    ['a session put in', "INSERT INTO session (session, client, server, started_at) VALUES ('a', 'x', 'y', 1)", `session: session a: ${planted}`],
  ], // biome-ignore format: a table
  )('%s', (_, edit, ...problems) => {
    const log = cutLog()
    expect(log.problems()).toEqual([])
    log.edit(edit)
    expect(log.problems().slice(0, problems.length)).toEqual(problems)
  })

  it('is not believed without the key, or with another one', () => {
    const log = cutLog()
    expect(log.report().checkpoint).toMatchObject({ seq: 13, events: 13, calls: 2 })
    expect(log.report(createKeys().publicKey).problems).toMatchObject([{ where: 'checkpoint' }])
    expect(log.report('no key').problems).toMatchObject([{ where: 'checkpoint' }])
    expect(log.report('').problems).toMatchObject([{ where: 'checkpoint' }])
  })

  it.each([
    [
      'changed',
      (file: string) => fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('write_file', 'read_file')),
      'p.jsonl, line 2: hash-mismatch',
    ],
    ['removed', (file: string) => fs.rmSync(file), 'p.jsonl: missing'],
  ])('a spool of which only a part was given up, %s', (_, edit, problem) => {
    const log = cutLog()
    edit(join(log.spoolFolder, 'p.jsonl'))
    expect(log.problems()).toEqual([`spool: ${problem}`])
  })
})

describe('what only a head kept elsewhere shows', () => {
  it.each<[what: string, change: (log: Tampered) => void]>([
    [
      'an end that was cut off everywhere',
      (log) => {
        fs.rmSync(join(log.spoolFolder, 'broker-1.jsonl'))
        log.edit((db) => {
          db.exec("DELETE FROM event WHERE seq > 25; DELETE FROM spool WHERE session = 'broker-1'")
          rebuildRows(db)
        })
      },
    ],
    [
      'a log that was made anew as a whole',
      (log) => {
        const file = join(log.spoolFolder, 'a.jsonl')
        const lines = rechained((line) => line.replace('write_file', 'erase_file'))(
          fs.readFileSync(file, 'utf8').split('\n').slice(0, -1),
        )
        fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
        log.edit((db) => {
          db.exec("UPDATE event SET data = replace(data, 'write_file', 'erase_file') WHERE seq = 2")
          rehash(db, 1, 30)
          db.prepare("UPDATE spool SET last_hash = ? WHERE session = 'a'").run(lines.at(-1)?.slice(-66, -2))
          rebuildRows(db)
        })
      },
    ],
  ])('%s', async (_, change) => {
    const log = wholeLog()
    const { head } = log.report()
    expect((await runCli(['audit', 'verify', '--head', head], log.folder)).code).toBe(0)
    change(log)
    expect(log.problems()).toEqual([])
    expect(await runCli(['audit', 'verify'], log.folder)).toMatchObject({ code: 0 })
    const { code, out } = await runCli(['audit', 'verify', '--head', head], log.folder)
    expect(code).toBe(1)
    expect(out).toContain('the head you gave is not in the log')
  })
})

describe('any change of a single bit', () => {
  const seed = process.env['COUNTERSIGN_TEST_SEED']
  const runs = { numRuns: process.env['COUNTERSIGN_TEST_LONG'] ? 10_000 : 400, ...(seed && { seed: Number(seed) }) }

  it.each([
    ['event', 'seq'],
    ['call', 'id'],
  ])('of the table %s', (table, key) => {
    const log = wholeLog()
    log.edit((db) => {
      fc.assert(
        fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (row, column, place, bit) => {
          db.exec('BEGIN')
          try {
            const changed = flipBit(db, table, key, { row, column, place, bit })
            // Nothing there to change, or what the table itself does not take.
            fc.pre(changed !== '')
            expect(verifyAudit(db).problems, changed).not.toEqual([])
          } finally {
            db.exec('ROLLBACK')
          }
        }),
        runs,
      )
      expect(verifyAudit(db).problems).toEqual([])
    })
  })
})

/** Says what was changed, or nothing where nothing was. */
function flipBit(
  db: Db,
  table: string,
  key: string,
  at: { row: number; column: number; place: number; bit: number },
): string {
  const keys = db.prepare<[], number>(`SELECT ${key} FROM ${table} ORDER BY ${key}`).pluck().all()
  const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
  const id = keys[at.row % keys.length]
  const column = columns[at.column % columns.length]
  const type = db.prepare(`SELECT typeof(${column}) FROM ${table} WHERE ${key} = ?`).pluck().get(id)
  const where = `${table} ${id}, ${column}`
  try {
    if (type === 'integer' || type === 'real') {
      const by = 2 ** (at.bit % 33)
      db.prepare(`UPDATE ${table} SET ${column} = ${column} + ? WHERE ${key} = ?`).run(by, id)
      return `${where}: ${by} more`
    }
    const bytes = db
      .prepare<[unknown], Buffer>(`SELECT CAST(${column} AS BLOB) FROM ${table} WHERE ${key} = ?`)
      .pluck()
      .get(id)
    if (!bytes?.length) return ''
    const place = at.place % bytes.length
    bytes[place] = (bytes[place] ?? 0) ^ (1 << (at.bit % 8))
    const value = type === 'text' ? 'CAST(? AS TEXT)' : '?'
    db.prepare(`UPDATE ${table} SET ${column} = ${value} WHERE ${key} = ?`).run(bytes, id)
    return `${where}: byte ${place}`
  } catch (error) {
    if (String(error).includes('constraint')) return ''
    throw error
  }
}
