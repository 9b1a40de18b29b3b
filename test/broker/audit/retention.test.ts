// Giving up the oldest part of the log: what goes, what stays, and that the rest still proves itself.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readCheckpoint } from '../../../broker/audit/checkpoint.ts'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { lastLockdown } from '../../../broker/audit/last-lockdown.ts'
import { getCall } from '../../../broker/audit/query.ts'
import { rebuildRows } from '../../../broker/audit/rebuild.ts'
import { usedBytes } from '../../../broker/audit/retention-cut.ts'
import { type SpoolWriter, sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { bulkSpool, countEvents, createLog, dump, type LogFixture, rowOf } from './log-fixture.ts'
import { callsOf, check, day, hour, numbers, retentionOf } from './retention-fixture.ts'
import { createKeys, keys } from './tamper-fixture.ts'

/** Events 1 to 1 + 4 × `calls`, a session that ended, ten days before `now`. */
const now = startOfTime + 10 * day

function allowed(writer: SpoolWriter, counter: number, t: number): string {
  const call = `${writer.session}.${counter}`
  writer.append('call.decided', sample.decided(call, { forwarded: true }), t)
  writer.append('call.answered', sample.answered(call), t + 1)
  return call
}

/** `old` ended ten days ago, `long` is open since then and has new calls, `broker-1` is an earlier broker. */
function tenDays(oldCalls = 3): LogFixture & { broker: SpoolWriter; long: SpoolWriter } {
  const log = createLog()
  const old = log.writer('old')
  old.append('session.started', sample.started(), startOfTime)
  for (let counter = 1; counter <= oldCalls; counter += 1) allowed(old, counter, startOfTime + counter)
  old.append('session.ended', { reason: 'client closed' }, startOfTime + 1_000_000)
  const before = log.writer('broker-1')
  before.append('broker.started', { version: '0.1.0', pid: 1, host: 'headless' }, startOfTime)
  before.append('policy.text', { sha256: sha256('version: 1'), text: 'version: 1' }, startOfTime)
  before.append('broker.stopped', {}, startOfTime + 1_000_000)
  const long = log.writer('long')
  long.append('session.started', sample.started({ client: 'claude' }), startOfTime)
  allowed(long, 1, startOfTime + 5)
  long.append('call.decided', sample.decided('long.2', { forwarded: true }), startOfTime + 6)
  log.ingest.ingestAll()
  allowed(long, 3, now - 2 * hour)
  log.ingest.ingestAll()
  const broker = log.writer('broker-2')
  broker.append('broker.started', { version: '0.1.0', pid: 2, host: 'headless' }, now)
  log.ingest.ingestAll()
  return { ...log, broker, long }
}

describe('by age', () => {
  it('gives up what is older, and keeps what is not over', () => {
    const log = tenDays()
    const { head } = check(log)
    const retention = retentionOf(log, log.broker, { now, settings: { days: 5 } })
    retention.all()
    expect(callsOf(log)).toEqual(['long.2', 'long.3'])
    expect(rowOf(log.db, 'long.2')).toMatchObject({ outcome: 'running', client: 'claude' })
    expect(log.db.prepare('SELECT session FROM session').pluck().all()).toEqual(['long'])
    expect(log.db.prepare('SELECT text FROM policy_text').pluck().all()).toEqual(['version: 1'])
    expect(readdirSync(log.spoolFolder).sort()).toEqual(['broker-2.jsonl', 'long.jsonl'])
    expect(
      log.db
        .prepare("SELECT data FROM event WHERE type = 'log.pruned'")
        .pluck()
        .all()
        .map((data) => JSON.parse(String(data))),
    ).toEqual([{ upTo: 15, hash: readCheckpoint(log.db)?.hash, events: 15, calls: 4, why: 'age' }])
    expect(numbers(log)).toEqual([16, 17, 18, 19])
    const report = check(log)
    expect(report).toMatchObject({ ok: true, events: 4, calls: 2, checkpoint: { seq: 15, events: 15, calls: 4 } })
    expect(report.head).not.toBe(head)
    expect(retention.alerts).toEqual([])
    // Nothing more to do, and nothing more to say.
    expect(retention.all()).toBe(1)
    expect(countEvents(log.db)).toBe(4)
  })

  it('goes on after a restart, with what came meanwhile', () => {
    const before = tenDays()
    retentionOf(before, before.broker, { now, settings: { days: 5 } }).all()
    before.db.close()
    const log = reopened(before)
    before.long.append('call.answered', sample.answered('long.2'), now)
    before.long.append('session.ended', { reason: 'client closed' }, now)
    const broker = log.writer('broker-3')
    broker.append('broker.started', { version: '0.1.0', pid: 3, host: 'headless' }, now + 20 * day)
    log.ingest.ingestAll()
    expect(check(log).problems).toEqual([])
    expect(getCall(log.db, 'long.2')?.summary.outcome).toBe('allowed-by-rule')
    retentionOf(log, broker, { now: now + 20 * day, settings: { days: 5 } }).all()
    expect(callsOf(log)).toEqual([])
    expect(readdirSync(log.spoolFolder)).toEqual(['broker-3.jsonl'])
    expect(check(log)).toMatchObject({ ok: true, checkpoint: { events: 21, calls: 6 } })
  })

  it('takes small steps, and verifies after each', () => {
    const log = tenDays(400)
    const retention = retentionOf(log, log.broker, { now, settings: { days: 5 } })
    let steps = 1
    for (; retention.step(); steps += 1) expect(check(log).problems).toEqual([])
    expect(steps).toBe(5)
    expect(check(log)).toMatchObject({ ok: true, checkpoint: { seq: 809 } })
    expect(log.db.prepare("SELECT count(*) FROM event WHERE type = 'log.pruned'").pluck().get()).toBe(1)
  })

  it('begins a day late, so that not every call has its own cut', () => {
    const log = tenDays()
    const retention = retentionOf(log, log.broker, { now, settings: { days: 9.5 } })
    retention.all()
    expect(check(log).checkpoint).toBeUndefined()
    retention.settings = { days: 8.9 }
    retention.all()
    expect(check(log).checkpoint).toMatchObject({ seq: 15 })
  })

  it.each([
    ['nothing is bounded', {}, now],
    ['nothing is old enough', { days: 30 }, now],
    ['the clock was set back', { days: 1 }, startOfTime - 100 * day],
    ['all is younger than an hour', { days: 0, megabytes: 0 }, startOfTime + hour],
  ])('gives up nothing where %s', (_, settings, at) => {
    const log = tenDays()
    retentionOf(log, log.broker, { now: at, settings }).all()
    expect(numbers(log)[0]).toBe(1)
  })

  it('is not stopped by an event from a clock that was ahead', () => {
    const log = createLog()
    const writer = log.writer('s')
    writer.append('session.started', sample.started(), startOfTime + 1000 * day)
    allowed(writer, 1, startOfTime)
    writer.append('session.ended', { reason: 'client closed' }, startOfTime)
    log.ingest.ingestAll()
    retentionOf(log, log.writer('broker-1'), { now, settings: { days: 1 } }).all()
    expect(check(log)).toMatchObject({ ok: true, checkpoint: { seq: 4 } })
  })
})

/** The log over a connection of its own, as a broker finds it that starts. */
function reopened(log: LogFixture): LogFixture {
  const db = openAuditDatabase(log.databasePath)
  onTestFinished(() => void db.close())
  return { ...log, db, ingest: createIngest(db, { spoolFolder: log.spoolFolder, now: () => now }) }
}

describe('by size', () => {
  it('gives up the oldest until there is room again, and no more', () => {
    const log = createLog()
    for (const name of ['a', 'b', 'c']) bulkSpool(log, name, 400)
    log.ingest.ingestAll()
    const bound = Math.floor(usedBytes(log.db) * 0.7)
    const retention = retentionOf(log, log.writer('broker-1'), { now, settings: { megabytes: bound / 1024 / 1024 } })
    retention.all()
    expect(usedBytes(log.db)).toBeLessThanOrEqual(bound)
    expect(usedBytes(log.db)).toBeGreaterThan(bound * 0.85)
    expect(check(log)).toMatchObject({ ok: true })
    expect(log.db.prepare("SELECT data ->> '$.why' FROM event WHERE type = 'log.pruned'").pluck().all()).toEqual([
      'size',
    ])
    const fileSize = () => {
      log.db.pragma('wal_checkpoint(TRUNCATE)')
      return statSync(log.databasePath).size
    }
    const size = fileSize()
    bulkSpool(log, 'd', 100)
    log.ingest.ingestAll()
    // What was freed is used again.
    expect(fileSize()).toBe(size)
  })
})

describe('what still holds', () => {
  const held = (type: 'lockdown' | 'session') => {
    const log = tenDays()
    const writer = log.writer('broker-0')
    if (type === 'lockdown') writer.append('lockdown.changed', { on: true, by: 'desktop' }, startOfTime)
    else writer.append('session.refused', { session: 'long', by: 'desktop' }, startOfTime)
    log.ingest.ingestAll()
    const [seq] = log.db.prepare<[], number>('SELECT max(seq) FROM event').pluck().all()
    return { log, writer, seq }
  }

  it.each(['lockdown', 'session'] as const)('a %s that is refused is not forgotten', (type) => {
    const { log, writer, seq } = held(type)
    const later = now + 100 * day
    const retention = retentionOf(log, log.broker, { now: later, settings: { days: 5 } })
    retention.all()
    expect(numbers(log)[0]).toBe(seq)
    if (type === 'lockdown') {
      expect(lastLockdown(log.db)?.on).toBe(true)
      writer.append('lockdown.changed', { on: false, by: 'desktop' }, startOfTime)
    } else writer.append('session.resumed', { session: 'long', by: 'desktop' }, startOfTime)
    log.ingest.ingestAll()
    retention.all()
    expect(numbers(log)[0]).toBeGreaterThan(seq ?? 0)
    expect(check(log).problems).toEqual([])
  })

  it('a card that waits for its answer keeps its call, and its session', () => {
    const log = createLog()
    const [writer, broker] = [log.writer('s'), log.writer('broker-1')]
    writer.append('session.started', sample.started(), startOfTime)
    writer.append('call.decided', sample.decided('s.1', { decision: 'hold' }), startOfTime)
    writer.append('hold.closed', sample.closed('s.1', 'released', { ticket: '7F3A' }), startOfTime)
    writer.append('session.ended', { reason: 'client closed' }, startOfTime)
    broker.append('approval.opened', sample.opened('s.1', 's'), startOfTime)
    log.ingest.ingestAll()
    const retention = retentionOf(log, broker, { now, settings: { days: 1 } })
    retention.all()
    expect([callsOf(log), log.db.prepare('SELECT session FROM session').pluck().all()]).toEqual([['s.1'], ['s']])
    expect(check(log).problems).toEqual([])
    broker.append('approval.decided', sample.approval('s.1', 's', 'approved', { grant: true }), now)
    log.ingest.ingestAll()
    expect(rowOf(log.db, 's.1').outcome).toBe('approved')
    expect(check(log).problems).toEqual([])
    retention.now += 5 * day
    retention.all()
    expect([callsOf(log), log.db.prepare('SELECT count(*) FROM card').pluck().get()]).toEqual([[], 0])
    expect(check(log).problems).toEqual([])
  })

  it('a session whose process was found gone may write again for a month', () => {
    const log = createLog()
    const [writer, broker] = [log.writer('s'), log.writer('broker-1')]
    writer.append('session.started', sample.started(), startOfTime)
    allowed(writer, 1, startOfTime)
    broker.append('session.gone', { session: 's' }, startOfTime)
    log.ingest.ingestAll()
    const retention = retentionOf(log, broker, { now, settings: { days: 1 } })
    retention.all()
    expect([callsOf(log), existsSync(writer.path)]).toEqual([[], true])
    allowed(writer, 2, now)
    log.ingest.ingestAll()
    expect(rowOf(log.db, 's.2')).toMatchObject({ client: 'cursor', server: 'files' })
    expect(check(log).problems).toEqual([])
    broker.append('session.gone', { session: 's' }, now)
    log.ingest.ingestAll()
    retention.now += 40 * day
    retention.all()
    expect(existsSync(writer.path)).toBe(false)
    expect(check(log).problems).toEqual([])
  })
})

describe('by itself', () => {
  it('begins some minutes after the start, goes on in small steps, and then looks every few minutes until it is stopped', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const log = tenDays(400)
    const retention = retentionOf(log, log.broker, { now, settings: { days: 5 } })
    const cut = () => readCheckpoint(log.db)?.seq
    retention.start()
    vi.advanceTimersByTime(60_000)
    expect(cut()).toBeUndefined()
    vi.advanceTimersByTime(120_000)
    expect(cut()).toBe(250)
    vi.advanceTimersByTime(1_000)
    expect(cut()).toBe(809)
    retention.now += 20 * day
    vi.advanceTimersByTime(300_000)
    const later = cut()
    expect(later).toBeGreaterThan(809)
    retention.now += 20 * day
    retention.stop()
    vi.advanceTimersByTime(900_000)
    expect(cut()).toBe(later)
  })
})

describe('afterwards', () => {
  it('all that is derived can be made again', () => {
    const log = tenDays()
    log.long.append('call.cancelled', { call: 'long.2', by: 'client', forwarded: true }, now)
    log.ingest.ingestAll()
    retentionOf(log, log.broker, { now, settings: { days: 5 } }).all()
    const before = dump(log.db)
    log.db.transaction(() => rebuildRows(log.db))()
    expect(check(log).problems).toEqual([])
    // Of a text that was given up only what the rows still say is found.
    expect({ ...dump(log.db), words: [] }).toEqual({ ...before, words: [] })
  })

  it('nothing that was given up is read again', () => {
    const log = tenDays()
    retentionOf(log, log.broker, { now, settings: { days: 5 } }).all()
    const count = countEvents(log.db)
    expect(log.ingest.ingestAll()).toMatchObject({ events: 0, damaged: [] })
    expect(countEvents(log.db)).toBe(count)
  })
})

describe('killed', () => {
  const pruneInChild = (log: LogFixture, where: 'sign' | 'unlink') => {
    const child = fileURLToPath(new URL('retention-child.ts', import.meta.url))
    const args = [child, log.databasePath, log.spoolFolder, where, keys.privateKey, String(now)]
    expect(spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }).signal).toBe('SIGKILL')
  }

  it('inside the transaction, nothing has happened', () => {
    const log = tenDays()
    const before = dump(log.db)
    pruneInChild(log, 'sign')
    expect(dump(log.db)).toEqual(before)
    expect(check(log)).toMatchObject({ ok: true, events: 18 })
  })

  it('before the files are removed, they are not read again, and removed the next time', () => {
    const log = tenDays()
    pruneInChild(log, 'unlink')
    expect(readdirSync(log.spoolFolder)).toContain('old.jsonl')
    expect(check(log)).toMatchObject({ ok: true, checkpoint: { seq: 15 } })
    const count = countEvents(log.db)
    expect(log.ingest.ingestAll()).toMatchObject({ events: 0, damaged: [] })
    const retention = retentionOf(log, log.broker, { now, settings: { days: 1 } })
    retention.all()
    expect(readdirSync(log.spoolFolder).sort()).toEqual(['broker-2.jsonl', 'long.jsonl'])
    // It also says what the killed broker could not.
    expect(countEvents(log.db)).toBe(count + 1)
    expect(log.db.prepare("SELECT data ->> '$.upTo' FROM event WHERE type = 'log.pruned'").pluck().all()).toEqual([15])
    expect(check(log).problems).toEqual([])
  })
})

describe('what it does not build on', () => {
  it('a checkpoint that this installation did not sign', () => {
    const log = tenDays()
    const first = retentionOf(log, log.broker, { now, settings: { days: 5 }, sign: createKeys().sign })
    first.all()
    const second = retentionOf(log, log.broker, { now: now + 20 * day, settings: { days: 5 } })
    second.all()
    second.all()
    expect(second.alerts).toEqual(['log-not-pruned: the checkpoint at event 15 is not what this installation signed'])
    expect(readCheckpoint(log.db)?.seq).toBe(15)
  })

  it('an event that is not what was recorded: the proof of that must not be thrown away', () => {
    const log = tenDays()
    log.db.exec("DROP TRIGGER event_no_update; UPDATE event SET data = replace(data, 'write', 'read') WHERE seq = 4")
    const retention = retentionOf(log, log.broker, { now, settings: { days: 5 } })
    retention.all()
    expect(retention.alerts).toEqual([
      'log-not-pruned: event 4 is not what was recorded, and nothing from there on is given up',
    ])
    expect(check(log).problems[0]).toMatchObject({ place: 'event 4 (session long, call.decided)' })
  })
})
