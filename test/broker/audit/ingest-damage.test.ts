// Ingest must stop where a spool cannot be trusted, say so once, and go on with the others.
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { longestLine } from '../../../broker/audit/spool-file.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { sha256 } from '../../support/spool-writer.ts'
import { countEvents, createLog, session } from './log-fixture.ts'

const nothing = { events: 0, calls: [], damaged: [] }

describe('a damaged spool', () => {
  /** Rewrites line `number` (from 1) of the spool. */
  const editLine = (path: string, number: number, edit: (line: string) => string | string[]) => {
    const lines = readFileSync(path, 'utf8').split('\n')
    lines.splice(number - 1, 1, ...[edit(lines[number - 1] ?? '')].flat())
    writeFileSync(path, lines.join('\n'))
  }
  const rehash = (line: string) => {
    const body = line.slice(0, line.lastIndexOf(',"hash":"'))
    return `${body},"hash":"${sha256(body)}"}`
  }

  const cases: [name: string, problem: string, edit: (path: string) => void][] = [
    ['a changed value', 'hash-mismatch', (path) => editLine(path, 4, (line) => line.replace('s.1', 's.9'))],
    [
      'a changed value with a new hash on the next line',
      'hash-mismatch',
      (path) => editLine(path, 4, (line) => line.replace('"t":1', '"t":2')),
    ],
    ['a line taken out', 'chain-broken', (path) => editLine(path, 4, () => [])],
    [
      'a line put in',
      'chain-broken',
      (path) => editLine(path, 4, (line) => [rehash(line.replace(/"prev":"\w+"/, `"prev":"${'1'.repeat(64)}"`)), line]),
    ],
    ['a line said twice', 'chain-broken', (path) => editLine(path, 3, (line) => [line, line])],
    [
      'lines swapped',
      'chain-broken',
      (path) => {
        const lines = readFileSync(path, 'utf8').split('\n')
        writeFileSync(path, [...lines.slice(0, 3), lines[4], lines[3], ...lines.slice(5)].join('\n'))
      },
    ],
    ['an empty line', 'malformed', (path) => editLine(path, 4, (line) => ['', line])],
    ['noise', 'malformed', (path) => editLine(path, 4, () => 'hello')],
    ['a carriage return', 'malformed', (path) => editLine(path, 4, (line) => `${line}\r`)],
    ['a byte order mark', 'malformed', (path) => editLine(path, 4, (line) => rehash(`\ufeff${line}`))],
    ['a number out of order', 'gap', (path) => editLine(path, 4, (line) => rehash(line.replace('"n":3', '"n":7')))],
    [
      'another session in the line',
      'foreign-session',
      (path) => editLine(path, 4, (line) => rehash(line.replace('"session":"s"', '"session":"x"'))),
    ],
    [
      'a key too many',
      'malformed',
      (path) => editLine(path, 4, (line) => rehash(line.replace('{"v":1,', '{"v":1,"w":2,'))),
    ],
    [
      'a second data',
      'malformed',
      (path) => editLine(path, 4, (line) => rehash(line.replace(',"prev"', ',"data":{"call":"s.7"},"prev"'))),
    ],
    [
      'data that is an array',
      'malformed',
      (path) => editLine(path, 4, (line) => rehash(line.replace(/"data":\{.*?\}/, '"data":[]'))),
    ],
    [
      'a known type without its fields',
      'malformed',
      (path) => editLine(path, 4, (line) => rehash(line.replace('"call":"s.1"', '"cull":"s.1"'))),
    ],
    [
      'a type with a line feed',
      'malformed',
      (path) => editLine(path, 4, (line) => rehash(line.replace('call.forwarded', 'call\\nforwarded'))),
    ],
    ['another version', 'malformed', (path) => editLine(path, 4, (line) => rehash(line.replace('"v":1', '"v":2')))],
    [
      'invalid UTF-8',
      'malformed',
      (path) => {
        const bytes = readFileSync(path)
        bytes[bytes.indexOf('call.forwarded') + 1] = 0xff
        writeFileSync(path, bytes)
      },
    ],
    [
      'a line without end',
      'too-long',
      (path) => {
        const text = readFileSync(path, 'utf8').split('\n').slice(0, 3).join('\n')
        writeFileSync(path, `${text}\n${'x'.repeat(longestLine + 300_000)}`)
      },
    ],
  ]

  it.each(cases)('%s stops there as %s, once', (_, problem, edit) => {
    const log = createLog()
    const writer = session(log, 's', 2)
    const intact = readFileSync(writer.path)
    edit(writer.path)
    const offset = intact.indexOf('\n', intact.indexOf('call.decided')) + 1
    expect(log.ingest.ingestFile('s')).toEqual({
      events: 3,
      calls: ['s.1'],
      damaged: [{ session: 's', file: 's.jsonl', line: 4, offset, problem }],
    })
    // Even mended: what came in between is unknown.
    writeFileSync(writer.path, intact)
    expect(log.ingest.ingestFile('s')).toEqual(nothing)
    expect(createIngest(log.db, { spoolFolder: log.spoolFolder, now: () => 1 }).ingestAll()).toEqual(nothing)
    expect(countEvents(log.db)).toBe(3)
    expect(verifyAudit(log.db).ok).toBe(true)
    expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([
      { where: 'spool', place: 's.jsonl', problem: `was ${problem} when it was read` },
    ])
  })

  it('is noticed where it has become shorter, and does not stop the others', () => {
    const log = createLog()
    session(log, 's', 2)
    session(log, 'z', 1)
    log.ingest.ingestFile('s')
    truncateSync(join(log.spoolFolder, 's.jsonl'), 100)
    expect(log.ingest.ingestAll()).toEqual({
      events: 5,
      calls: ['z.1'],
      damaged: [{ session: 's', file: 's.jsonl', line: 1, offset: 100, problem: 'shrunk' }],
    })
    expect(log.ingest.ingestAll()).toEqual(nothing)
  })
})
