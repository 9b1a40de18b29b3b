// The reader as the broker has it: a real thread over a real database that grows, threads that die, and no thread at all.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReader, type ReaderOptions } from '../../../broker/audit/reader.ts'
import type { AuditReader } from '../../../broker/audit/reader-contract.ts'
import { everyCall } from '../../../core/audit/call-filter.ts'
import { allowedCall, bulkSpool, createLog, type LogFixture, session } from './log-fixture.ts'

const workerFile = join(import.meta.dirname, '../../../broker/audit/reader-worker.ts')
const dyingFile = join(import.meta.dirname, 'dying-reader.ts')

function reading(log: LogFixture, over: Partial<ReaderOptions> = {}): { reader: AuditReader; said: string[] } {
  const said: string[] = []
  const reader = createReader({
    ...{ database: log.databasePath, readerFile: workerFile, spoolFolder: log.spoolFolder },
    log: (line) => said.push(line),
    ...over,
  })
  onTestFinished(() => reader.stop())
  return { reader, said }
}

const page = { filter: everyCall, offset: 0, limit: 5 }
const words = (text: string) => ({ ...page, filter: { terms: [], words: [{ text }] } })

describe('the reader', () => {
  it('answers everything of a log that grows while it reads', async () => {
    const log = createLog()
    const writer = session(log, 'one', 30)
    log.ingest.ingestAll()
    const { reader, said } = reading(log)
    const [found, summary, overview, figures] = await Promise.all([
      reader.request('activity.search', words('content')),
      reader.request('activity.summary', { filter: everyCall, columns: 20, values: 10 }),
      reader.request('activity.overview', {}),
      reader.figures({ days: 365 }),
    ])
    expect(found.total).toBe(30)
    expect(summary.facets.tool.values).toEqual([{ value: 'write_file', count: 30 }])
    expect(overview.hours).toHaveLength(24)
    expect(figures.database).toMatchObject({ events: 121, calls: 30 })
    allowedCall(writer, 31)
    reader.changed(log.ingest.ingestAll().calls)
    expect((await reader.request('activity.search', words('content'))).total).toBe(31)
    expect((await reader.request('activity.get', { call: 'one.31' })).detail?.summary.outcome).toBe('allowed-by-rule')
    expect((await reader.request('statistics.get', { days: 3 })).asked).toBe(0)
    expect(said).toEqual([])
  })

  it.each(['bin/audit-reader.cjs', 'main/audit-reader.js'])('runs as it is built: %s', async (file) => {
    const log = createLog()
    session(log, 'one', 2)
    log.ingest.ingestAll()
    const { reader, said } = reading(log, { readerFile: join(import.meta.dirname, '../../../out', file) })
    expect((await reader.request('activity.search', words('content'))).total).toBe(2)
    expect(await reader.verify(() => undefined)).toMatchObject({ ok: true })
    expect(said).toEqual([])
  })

  it('reads all anew where very many calls changed', async () => {
    const log = createLog()
    const { reader } = reading(log)
    expect((await reader.request('activity.search', page)).total).toBe(0)
    bulkSpool(log, 'many', 21_000)
    reader.changed(log.ingest.ingestAll().calls)
    expect((await reader.request('activity.search', page)).total).toBe(21_000)
  })

  it('answers errors as errors, and goes on', async () => {
    const log = createLog()
    const { reader } = reading(log)
    await expect(reader.request('activity.search', { ...page, asOf: 'x' })).rejects.toThrow(RangeError)
    expect((await reader.request('activity.search', page)).total).toBe(0)
  })

  it('sends along what stands in the place of a secret', async () => {
    const log = createLog()
    session(log, 'one', 1)
    log.ingest.ingestAll()
    const { reader } = reading(log, { marks: (text) => (text === 'hunter2' ? 'content' : undefined) })
    expect((await reader.request('activity.search', words('hunter2'))).total).toBe(1)
    expect((await reader.request('activity.search', words('hunter3'))).total).toBe(0)
  })

  it('refuses what is asked after it was stopped, and what it was in the middle of', async () => {
    const log = createLog()
    session(log, 'one', 3)
    log.ingest.ingestAll()
    const { reader } = reading(log)
    const asked = expect(reader.request('activity.search', words('content'))).rejects.toThrow('stopping')
    await reader.stop()
    await asked
    await expect(reader.request('activity.search', page)).rejects.toThrow('stopping')
  })
})

describe('a thread that dies', () => {
  const dying = (deaths: string) => {
    const log = createLog()
    session(log, 'one', 4)
    log.ingest.ingestAll()
    const file = join(log.folder, 'deaths')
    writeFileSync(file, deaths)
    process.env['COUNTERSIGN_TEST_DEATHS'] = file
    onTestFinished(() => void delete process.env['COUNTERSIGN_TEST_DEATHS'])
    return { ...reading(log, { readerFile: dyingFile }), left: () => readFileSync(file, 'utf8') }
  }

  it('is started again once, and what was asked waits', async () => {
    const { reader, said, left } = dying('x')
    const [statistics, found] = await Promise.all([
      reader.request('statistics.get', { days: 3 }),
      reader.request('activity.search', words('content')),
    ])
    expect(statistics.asked).toBe(0)
    expect(found.total).toBe(4)
    expect(left()).toBe('')
    expect(said).toEqual([expect.stringMatching(/started again/)])
  })

  it('twice makes an error of what killed it, and answers what is asked next', async () => {
    const { reader, said } = dying('xx')
    await expect(reader.request('statistics.get', { days: 3 })).rejects.toThrow('reader ended')
    expect((await reader.request('activity.search', words('content'))).total).toBe(4)
    expect(said).toHaveLength(2)
  })
})

describe('without a thread', () => {
  it('answers all the same, and says so', async () => {
    const log = createLog()
    session(log, 'one', 4)
    log.ingest.ingestAll()
    const { reader, said } = reading(log, { readerFile: join(log.folder, 'missing.ts') })
    expect((await reader.request('activity.search', words('content'))).total).toBe(4)
    expect(said).toEqual([expect.stringMatching(/cannot have a thread/)])
  })

  it('tells an error where there is no database either', async () => {
    const log = createLog()
    const database = join(log.folder, 'none.db')
    const { reader } = reading(log, { database })
    await expect(reader.request('activity.search', page)).rejects.toThrow()
    expect(existsSync(database)).toBe(false)
  })
})

describe('a check', () => {
  it('runs beside what is asked, and says what it found', async () => {
    const log = createLog()
    bulkSpool(log, 'many', 3_000)
    log.ingest.ingestAll()
    const { reader } = reading(log)
    const told: [number, number][] = []
    const checking = reader.verify((done, total) => told.push([done, total]))
    expect((await reader.request('activity.search', page)).total).toBe(3_000)
    await expect(reader.verify(() => undefined)).rejects.toThrow('already')
    expect(await checking).toMatchObject({ state: 'done', ok: true, events: 12_001, calls: 3_000, problems: [] })
    for (const [done, total] of told) expect(done).toBeLessThanOrEqual(total)
    expect(told.length).toBeGreaterThan(0)
  })

  it('is ended with the reader', async () => {
    const log = createLog()
    bulkSpool(log, 'many', 1_000)
    log.ingest.ingestAll()
    const { reader } = reading(log)
    const checking = expect(reader.verify(() => undefined)).rejects.toThrow('ended')
    await reader.stop()
    await checking
  })
})
