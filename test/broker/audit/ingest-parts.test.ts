// A spool in several parts must give the same log as one that is whole, whenever the parts come, and no less where one of
// them is missing or not what it should be. What has a spool's name and is none is said, and stops nothing.
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { loadSpool } from '../../../broker/audit/spool-row.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { createSpool, spoolFileName } from '../../../core/audit/spool.ts'
import { sample, sha256, startOfTime } from '../../support/spool-writer.ts'
import { createLog, dump, type LogFixture, session } from './log-fixture.ts'

const nothing = { events: 0, calls: [], damaged: [] }
const partBytes = 2_000

/** The real writer, whose parts have about five lines. */
function writer(log: LogFixture, name = 's', bytes = partBytes) {
  let clock = startOfTime
  const spool = createSpool({
    ...{ fs, encode: Buffer.from, sha256, folder: log.spoolFolder, session: name, partBytes: bytes },
    now: () => (clock += 1000),
  })
  const flush = () => expect(spool.flush()).toBeUndefined()
  spool.add('session.started', sample.started())
  flush()
  return {
    call(counter: number) {
      const call = `${name}.${counter}`
      spool.add('call.decided', { ...sample.decided(call), forwarded: true })
      flush()
      spool.add('call.answered', sample.answered(call))
      flush()
    },
    file: (part: number) => join(log.spoolFolder, spoolFileName(name, part)),
  }
}

function inParts(log: LogFixture, calls = 12) {
  const spool = writer(log)
  for (let counter = 1; counter <= calls; counter += 1) spool.call(counter)
  expect(fs.existsSync(spool.file(4))).toBe(true)
  return { ...spool, events: 1 + 2 * calls }
}

/** Where reading stood and which parts there were is not what the log says. */
const told = (log: LogFixture) => ({ ...dump(log.db), spools: undefined })

describe('a spool in parts', () => {
  it('gives the log of a whole one, wherever the reader stands when parts come', () => {
    const whole = createLog()
    const one = writer(whole, 's', 1e9)
    for (let counter = 1; counter <= 12; counter += 1) one.call(counter)
    whole.ingest.ingestAll()

    const atOnce = createLog()
    const { events } = inParts(atOnce)
    expect(atOnce.ingest.ingestFile('s')).toMatchObject({ events, damaged: [] })
    expect(told(atOnce)).toEqual(told(whole))
    expect(atOnce.ingest.ingestAll()).toEqual(nothing)
    expect(atOnce.ingest.ingestFile('s')).toEqual(nothing)

    const bitByBit = createLog()
    const parts = writer(bitByBit)
    for (let counter = 1; counter <= 12; counter += 1) {
      parts.call(counter)
      expect(bitByBit.ingest.ingestFile('s').events).toBe(counter === 1 ? 3 : 2)
    }
    expect(told(bitByBit)).toEqual(told(whole))
    expect(loadSpool(bitByBit.db, 's')).toMatchObject({ file: expect.stringMatching(/^s\+\d+\.jsonl$/), problem: null })
    expect(verifyAudit(bitByBit.db, { spoolFolder: bitByBit.spoolFolder }).problems).toEqual([])
  })

  it('is read on from an empty next part once something stands there', () => {
    const log = createLog()
    const spool = inParts(log)
    const count = fs.readdirSync(log.spoolFolder).length
    const [last = '', next = ''] = [count - 1, count].map(spool.file)
    const later = fs.readFileSync(next)
    fs.writeFileSync(next, '')
    log.ingest.ingestAll()
    const before = loadSpool(log.db, 's')
    expect([before?.part, before?.offset]).toEqual([count - 1, fs.statSync(last).size])
    expect(log.ingest.ingestFile('s')).toEqual(nothing)
    fs.writeFileSync(next, later)
    expect(log.ingest.ingestFile('s').events).toBeGreaterThan(0)
    expect(loadSpool(log.db, 's')?.problem).toBe(null)
  })

  type Files = (part: number) => string
  const linesOf = (file: string) => fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const edit = (file: string, change: (lines: string[]) => string[]) =>
    fs.writeFileSync(
      file,
      change(linesOf(file))
        .map((line) => `${line}\n`)
        .join(''),
    )
  const damage: [what: string, place: [part: number, line: number], problem: string, edit: (file: Files) => void][] = [
    ['a part that is missing', [2, 1], 'missing', (file) => fs.rmSync(file(2))],
    ['two parts that are missing', [2, 1], 'missing', (file) => [2, 3].map((part) => fs.rmSync(file(part)))],
    ['a first part that is missing', [1, 1], 'missing', (file) => fs.rmSync(file(1))],
    [
      'a part without its end',
      [2, 3],
      'torn',
      (file) => fs.truncateSync(file(2), linesOf(file(2)).slice(0, 2).join().length + 9),
    ],
    ['a part without its last line', [3, 1], 'chain-broken', (file) => edit(file(2), (lines) => lines.slice(0, -1))],
    [
      'a line that was changed',
      [2, 2],
      'hash-mismatch',
      (file) => edit(file(2), ([one = '', two = '', ...rest]) => [one, two.replace('"t":1', '"t":2'), ...rest]),
    ],
    ['a part that is there twice', [3, 1], 'chain-broken', (file) => fs.copyFileSync(file(2), file(3))],
    ['noise in the place of a part', [2, 1], 'malformed', (file) => fs.writeFileSync(file(2), 'hello\n')],
    [
      'a link in the place of a part',
      [2, 1],
      'no-file',
      (file) => {
        fs.renameSync(file(2), `${file(2)}.real`)
        fs.symlinkSync(`${file(2)}.real`, file(2))
      },
    ],
  ]
  it.each(damage)(
    'stops at %s, names the place once, and loses no other session',
    (_, [part, line], problem, change) => {
      const log = createLog()
      const { file } = inParts(log)
      session(log, 'z', 1)
      const before = [1, 2, 3].slice(0, part - 1).flatMap((one) => linesOf(file(one))).length
      change(file)
      const events =
        (problem === 'chain-broken' && part === 3 ? linesOf(file(1)).length + linesOf(file(2)).length : before) +
        line -
        1
      const { damaged, ...rest } = log.ingest.ingestAll()
      expect(damaged).toMatchObject([{ session: 's', file: spoolFileName('s', part), line, problem }])
      expect(rest.events).toBe(events + 5)
      expect(log.ingest.ingestAll()).toEqual(nothing)
      const { problems } = verifyAudit(log.db, { spoolFolder: log.spoolFolder })
      expect(problems).toMatchObject([{ where: 'spool', place: expect.stringContaining(spoolFileName('s', part)) }])
    },
  )

  it('goes on once a missing part is back', () => {
    const log = createLog()
    const { file, events } = inParts(log)
    fs.renameSync(file(2), `${file(2)}.away`)
    const first = log.ingest.ingestAll().events
    fs.renameSync(`${file(2)}.away`, file(2))
    expect(log.ingest.ingestAll()).toMatchObject({ events: events - first, damaged: [] })
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([])
  })
})

describe('a spool that is gone', () => {
  it('is missed while its session is open, once, and not when it has ended', () => {
    const log = createLog()
    const open = session(log, 'open', 1)
    const ended = session(log, 'ended', 1)
    ended.append('session.ended', { reason: 'the client closed its end' })
    log.ingest.ingestAll()
    for (const { path } of [open, ended]) fs.rmSync(path)
    const missing = { session: 'open', file: 'open.jsonl', line: 1, offset: 0, problem: 'gone' }
    expect(log.ingest.ingestFile('open').damaged).toEqual([missing])
    expect(log.ingest.ingestFile('ended')).toEqual(nothing)
    expect(log.ingest.ingestAll()).toEqual(nothing)
    const next = createIngest(log.db, { spoolFolder: log.spoolFolder, now: () => startOfTime })
    expect(next.ingestAll().damaged).toEqual([missing])
  })
})

describe('half a line at the end', () => {
  it('of a process that was killed is said once, held against nobody, and read should it be finished', () => {
    const log = createLog()
    const spool = session(log, 's', 1)
    const line = spool.line('call.received', sample.received('s.2'))
    fs.appendFileSync(spool.path, line.slice(0, 50))
    const later = createIngest(log.db, { spoolFolder: log.spoolFolder, now: () => Date.now() + 60_000 })
    expect(log.ingest.ingestAll()).toMatchObject({ events: 5, damaged: [] })
    expect(later.ingestAll().damaged).toMatchObject([{ file: 's.jsonl', line: 6, problem: 'unfinished' }])
    expect(later.ingestAll()).toEqual(nothing)
    expect(createIngest(log.db, { spoolFolder: log.spoolFolder, now: () => Date.now() + 90_000 }).ingestAll()).toEqual(
      nothing,
    )
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([])
    fs.appendFileSync(spool.path, `${line.slice(50)}\n`)
    expect(later.ingestAll()).toEqual({ events: 1, calls: ['s.2'], damaged: [] })
    expect(loadSpool(log.db, 's')).toMatchObject({ state: 'open', problem: null })
  })
})

describe('what only has the name of a spool', () => {
  const strange: [what: string, name: string, problem: string | undefined, make: (path: string) => void][] = [
    ['a folder', 'x.jsonl', 'no-file', (path) => fs.mkdirSync(path)],
    ['a pipe', 'x.jsonl', 'no-file', (path) => void execFileSync('mkfifo', [path])],
    ['a link', 'x.jsonl', 'no-file', (path) => fs.symlinkSync('s.jsonl', path)],
    ['a link to nothing', 'x.jsonl', 'no-file', (path) => fs.symlinkSync('nothing', path)],
    ['a link to itself', 'x.jsonl', 'no-file', (path) => fs.symlinkSync('x.jsonl', path)],
    [
      'a copy of another',
      'x.jsonl',
      'foreign-session',
      (path) => fs.copyFileSync(path.replace('x.jsonl', 's.jsonl'), path),
    ],
    [
      'a copy with a name of its own',
      's (copy).jsonl',
      undefined,
      (path) => fs.copyFileSync(path.replace('s (copy)', 's'), path),
    ],
    ['noise', 'x.jsonl', 'malformed', (path) => fs.writeFileSync(path, Buffer.from('\0\xff\n\n{}\n', 'latin1'))],
    ['a name with a part 1', 's+1.jsonl', undefined, (path) => fs.writeFileSync(path, 'x\n')],
    ['a file without a byte', 'x.jsonl', undefined, (path) => fs.writeFileSync(path, '')],
    ['a later part of nothing', 'x+7.jsonl', 'missing', (path) => fs.writeFileSync(path, '')],
  ]
  it.each(strange)('%s is said once and stops nothing', (_, name, problem, make) => {
    const log = createLog()
    session(log, 's', 1)
    make(join(log.spoolFolder, name))
    const { damaged, ...rest } = log.ingest.ingestAll()
    expect(rest).toEqual({ events: 5, calls: ['s.1'] })
    if (problem === undefined) expect(damaged).toEqual([])
    else expect(damaged).toMatchObject([{ session: 'x', line: 1, offset: 0, problem }])
    expect(log.ingest.ingestAll()).toEqual(nothing)
    expect(loadSpool(log.db, 's')?.state).toBe('open')
  })
})
