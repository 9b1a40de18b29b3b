// The columns hold exactly what the rows of the database say, however they got there.
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { rowsBetween } from '../../../broker/audit/column-table.ts'
import { type ColumnStore, createColumns } from '../../../broker/audit/columns.ts'
import { type Db, openDatabase } from '../../../broker/audit/driver.ts'
import { facets } from '../../../core/audit/call-filter.ts'
import { sample, startOfTime } from '../../support/spool-writer.ts'
import { createLog, type LogFixture, session } from './log-fixture.ts'
import { type CallPlan, callPlan, createReaderFixture, plan, seeded } from './reader-fixture.ts'

function columnsOf(log: LogFixture): ColumnStore {
  const reading = openDatabase(log.databasePath, { readonly: true })
  onTestFinished(() => void reading.close())
  const store = createColumns(reading)
  while (!store.load());
  return store
}

/** What the columns say, row by row. */
const rows = ({ columns }: ColumnStore) =>
  Array.from({ length: columns.length }, (_, row) => ({
    id: columns.ids[row],
    session: columns.sessions[row],
    held: columns.held[row],
    took: columns.took[row],
    ...Object.fromEntries(facets.map((facet) => [facet, columns.values[facet][columns.codes[facet][row] ?? -1]])),
  }))

const stored = (db: Db) =>
  db
    .prepare(
      `SELECT id, session, held_ms, hold, duration_ms, ${facets
        .map((facet) => `(SELECT text FROM name WHERE name.id = call.${facet.replace('-', '_')}) AS "${facet}"`)
        .join(', ')} FROM call ORDER BY id`,
    )
    .all()
    .map((row) => {
      const {
        held_ms,
        hold,
        duration_ms,
        id,
        session: number,
        ...words
      } = row as Record<string, number | string | null>
      return {
        ...{ id, session: number },
        held: held_ms ?? (hold === null ? Number.NaN : -1),
        took: duration_ms === null ? Number.NaN : Math.fround(Number(duration_ms)),
        ...Object.fromEntries(facets.map((facet) => [facet, words[facet] ?? ''])),
      }
    })

it('after every batch, in whatever order the calls come', () => {
  const some = fc.array(plan, { maxLength: 12 })
  fc.assert(
    fc.property(some, fc.array(some, { maxLength: 5 }), (first, batches) => {
      const log = createReaderFixture()
      log.add(first)
      const store = columnsOf(log)
      const take = (plans: readonly CallPlan[]) => {
        const before = log.known.length
        log.add(plans)
        store.changed(log.known.slice(before).map(({ call }) => call))
        expect(store.refresh()).toBe(false)
        expect(rows(store)).toEqual(stored(log.db))
      }
      for (const batch of [[], ...batches]) take(batch)
      for (const call of log.known.filter(({ outcome }) => outcome === 'running')) {
        const { version } = store.columns
        log.answer(call)
        store.changed([call.call])
        store.refresh()
        expect(store.columns.version).toBeGreaterThan(version)
      }
      expect(rows(store)).toEqual(stored(log.db))
      store.changed(undefined)
      store.refresh()
      expect(rows(store)).toEqual(stored(log.db))
    }),
    { numRuns: 30, ...seeded },
  )
})

it('when any of the rows are gone', () => {
  fc.assert(
    fc.property(
      fc.array(plan, { minLength: 1, maxLength: 30 }),
      fc.array(fc.boolean(), { maxLength: 30 }),
      (plans, gone) => {
        const log = createReaderFixture()
        log.add(plans)
        const store = columnsOf(log)
        const ids = log.db.prepare('SELECT id FROM call ORDER BY id').pluck().all()
        log.db.exec(`INSERT INTO checkpoint VALUES (1, zeroblob(32), ${startOfTime}, 1, 1, '[]', '')`)
        for (const [index, id] of ids.entries()) {
          if (!gone[index]) continue
          log.db.prepare('DELETE FROM call WHERE id = ?').run(id)
        }
        expect(store.refresh()).toBe(true)
        expect(rows(store)).toEqual(stored(log.db))
        expect(store.refresh()).toBe(false)
      },
    ),
    { numRuns: 30, ...seeded },
  )
})

it('with more tools than 16 bits can tell apart', () => {
  const log = createLog()
  session(log, 'one', 1)
  log.ingest.ingestAll()
  const store = columnsOf(log)
  const many = 70_000
  log.db.transaction(() => {
    const name = log.db.prepare('INSERT INTO name (text) VALUES (?)')
    const columns = (log.db.pragma('table_info(call)') as { name: string }[]).map((column) => column.name)
    const values = columns.map((column) => ({ id: 'id + ?', part: "'x' || ?", tool: '?' })[column] ?? column)
    const call = log.db.prepare(`INSERT INTO call SELECT ${values.join(', ')} FROM call ORDER BY id LIMIT 1`)
    for (let number = 1; number <= many; number += 1) {
      call.run(number, number, name.run(`file:///${number}`).lastInsertRowid)
    }
  })()
  store.refresh()
  expect(store.columns.length).toBe(many + 1)
  const { codes, values } = store.columns
  expect(codes.tool).toBeInstanceOf(Uint32Array)
  for (const row of [0, 1, 65_534, 65_535, 65_536, many]) {
    expect(values.tool[codes.tool[row] ?? -1]).toBe(row === 0 ? 'write_file' : `file:///${row}`)
  }
})

it('and finds the rows of a time', () => {
  const log = createReaderFixture()
  log.add([0, 1, 1, 5].map((at) => callPlan({ at })))
  const { columns } = columnsOf(log)
  const between = (from?: number, to?: number) =>
    rowsBetween(columns, from === undefined ? from : startOfTime + from, to === undefined ? to : startOfTime + to)
  expect(between()).toEqual([0, 4])
  expect(between(1)).toEqual([1, 4])
  expect(between(1, 2)).toEqual([1, 3])
  expect(between(2, 1)).toEqual([3, 3])
})

it('of more names than are kept while nobody asks everything is read anew', () => {
  const log = createLog()
  const writer = session(log, 's', 1)
  writer.append('call.received', sample.received('s.2'))
  log.ingest.ingestAll()
  const store = columnsOf(log)
  writer.append('call.decided', sample.decided('s.2', { decision: 'deny' }))
  log.ingest.ingestAll()
  // Each on its own, as they come.
  for (let n = 0; n <= 20_000; n += 1) store.changed([`other.${n}`])
  log.db.transaction(() => store.refresh())()
  expect(rows(store)).toEqual(stored(log.db))
})
