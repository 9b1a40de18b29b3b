// Ingest must carry each line once, in order, however its bytes arrive and whatever else lies in the folder.
import { appendFileSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { getCall, newestCalls } from '../../../broker/audit/query.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { sample } from '../../support/spool-writer.ts'
import { allowedCall, bulkSpool, createLog, dump, session } from './log-fixture.ts'

const nothing = { events: 0, calls: [], damaged: [] }

describe('ingest', () => {
  it('carries a spool into events and calls, and finds nothing the second time', () => {
    const log = createLog()
    session(log, 's', 2)
    expect(log.ingest.ingestFile('s')).toEqual({ events: 9, calls: ['s.1', 's.2'], damaged: [] })
    const once = dump(log.db)
    expect(log.ingest.ingestFile('s')).toEqual(nothing)
    expect(log.ingest.ingestAll()).toEqual(nothing)
    expect(createIngest(log.db, { spoolFolder: log.spoolFolder, now: () => 1 }).ingestAll()).toEqual(nothing)
    expect(dump(log.db)).toEqual(once)
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder })).toMatchObject({ ok: true, events: 9, calls: 2 })
  })

  it('goes on where it stopped and reports only the calls that changed', () => {
    const log = createLog()
    const writer = session(log, 's', 1)
    log.ingest.ingestAll()
    allowedCall(writer, 2)
    expect(log.ingest.ingestFile('s')).toEqual({ events: 4, calls: ['s.2'], damaged: [] })
  })

  it('finds nothing for a session without a spool, and refuses a name that leads out of the folder', () => {
    const log = createLog()
    expect(log.ingest.ingestFile('nobody')).toEqual(nothing)
    for (const name of ['../audit', 'a/b', '', '.', 'a\0b', 'x'.repeat(101)]) {
      expect(() => log.ingest.ingestFile(name)).toThrow(RangeError)
    }
  })

  it('takes up a spool where a link had its name', () => {
    const log = createLog()
    const path = join(log.spoolFolder, 'link.jsonl')
    symlinkSync(session(log, 's', 1).path, path)
    expect(log.ingest.ingestFile('link').damaged).toMatchObject([{ file: 'link.jsonl', problem: 'no-file' }])
    // Nothing was held against the name.
    rmSync(path)
    session(log, 'link', 1)
    expect(log.ingest.ingestFile('link')).toEqual({ events: 5, calls: ['link.1'], damaged: [] })
  })

  it('gives the same log however the bytes of a spool arrive', () => {
    const whole = createLog()
    const text = readFileSync(session(whole, 's', 1).path)
    whole.ingest.ingestAll()

    const log = createLog()
    const path = join(log.spoolFolder, 's.jsonl')
    for (let at = 0; at < text.length; at += 1) {
      appendFileSync(path, text.subarray(at, at + 1))
      const { events, damaged } = log.ingest.ingestFile('s')
      expect({ at, events, damaged }).toEqual({ at, events: text[at] === 0x0a ? 1 : 0, damaged: [] })
    }
    expect(dump(log.db)).toEqual(dump(whole.db))
  })

  it('leaves a torn last line and takes it once it is whole', () => {
    const log = createLog()
    const writer = session(log, 's', 1)
    const line = writer.line('call.received', sample.received('s.2', 'schön'))
    const bytes = Buffer.from(`${line}\n`)
    const middle = bytes.indexOf(0xc3) + 1
    appendFileSync(writer.path, bytes.subarray(0, middle))
    expect(log.ingest.ingestFile('s').events).toBe(5)
    expect(log.ingest.ingestFile('s')).toEqual(nothing)
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).ok).toBe(true)
    appendFileSync(writer.path, bytes.subarray(middle))
    expect(log.ingest.ingestFile('s')).toEqual({ events: 1, calls: ['s.2'], damaged: [] })
    expect(getCall(log.db, 's.2')?.summary.tool).toBe('schön')
  })

  it('stores what a newer proxy says without knowing it', () => {
    const log = createLog()
    const writer = session(log, 's', 1)
    writer.appendRaw('call.dreamt', { call: 's.1', of: ['sheep'] })
    writer.appendRaw('constructor', { call: 's.1' })
    writer.appendRaw('call.forwarded', { call: 's.1', lane: 'fast' })
    let deep: unknown = {}
    for (let level = 0; level < 3000; level += 1) deep = { deep }
    writer.appendRaw('call.deep', deep)
    expect(log.ingest.ingestFile('s')).toMatchObject({ events: 9, damaged: [] })
    expect(getCall(log.db, 's.1')?.events.map((event) => event.type)).toEqual([
      'call.received',
      'call.decided',
      'call.forwarded',
      'call.answered',
      'call.dreamt',
      'constructor',
      'call.forwarded',
    ])
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).ok).toBe(true)
  })

  it('keeps the exact text of an event, whatever a serialiser would make of it', () => {
    const log = createLog()
    const writer = session(log, 's', 0)
    const data = sample.decided('s.1', {
      reason: '\u2028 \ud800 "q" \\ \u0000 é',
      arguments: { text: '1E3', bytes: 3, truncated: false },
    })
    writer.append('call.decided', data)
    log.ingest.ingestAll()
    expect(log.db.prepare('SELECT data FROM event WHERE seq = 2').pluck().get()).toBe(JSON.stringify(data))
    expect(verifyAudit(log.db).ok).toBe(true)
  })

  it('carries twenty thousand events of ten sessions', () => {
    const log = createLog()
    for (let index = 0; index < 10; index += 1) bulkSpool(log, `s${index}`, 500)
    expect(log.ingest.ingestAll()).toMatchObject({ events: 20_010, damaged: [] })
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder })).toMatchObject({
      ok: true,
      events: 20_010,
      calls: 5000,
    })
    expect(newestCalls(log.db, 1)).toMatchObject([{ outcome: 'allowed-by-rule' }])
  })
})
