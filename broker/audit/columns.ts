// The calls of the log in memory, as columns of numbers: counting a million of them by everything at once takes SQLite seconds
// and this some milliseconds. Texts and the rest of a row stay in the database.
import { facets } from '../../core/audit/call-filter.ts'
import { placeOf } from './call-id.ts'
import { type Columns, emptyTable, type Facet, lowerBound } from './column-table.ts'
import { type Db, prepared } from './driver.ts'
import { namesOf } from './names.ts'

export type ColumnStore = {
  readonly columns: Columns
  /** Reads the next rows of a log that was just opened. Returns whether all are there. */
  load(): boolean
  loaded(): boolean
  /** The rows of these calls are new or changed; of all, where none are named. Read at the next `refresh`. */
  changed(calls: readonly string[] | undefined): void
  /** Makes the columns what the database is. Call when all is loaded, inside a transaction. Returns whether rows are gone. */
  refresh(): boolean
}

type Row = {
  id: number
  session: number
  held: number | null
  took: number | null
} & Record<Facet, number | null>

const chunk = 20_000
/** Beyond this all is read anew: names are not gathered without end, and one after the other would take longer. */
const mostPending = 20_000

const select = `SELECT id, session, client, server, tool, risk, outcome, rule, decided_by AS "decided-by", duration_ms AS took,
  coalesce(held_ms, CASE WHEN hold IS NOT NULL OR approval IS NOT NULL OR held_rules IS NOT NULL THEN -1 END) AS held
  FROM call`

export function createColumns(db: Db): ColumnStore {
  const names = namesOf(db)
  const dictionaries = new Map(facets.map((facet) => [facet, new Map<number, number>()]))
  const table = emptyTable()
  const { columns } = table
  let loaded = false
  let all = false
  let pending = new Set<string>()
  let checkpoint = checkpointOf(db)

  const codeOf = (facet: Facet, name: number | null): number => {
    if (name === null) return 0
    const known = dictionaries.get(facet)?.get(name)
    if (known !== undefined) return known
    const text = names.text(name)
    const values = columns.values[facet]
    const code = text === '' ? 0 : values.push(text) - 1
    dictionaries.get(facet)?.set(name, code)
    return code
  }
  const write = (at: number, row: Row) => {
    columns.ids[at] = row.id
    columns.sessions[at] = row.session
    columns.held[at] = row.held ?? Number.NaN
    columns.took[at] = row.took ?? Number.NaN
    for (const facet of facets) {
      const code = codeOf(facet, row[facet])
      if (code > 0xffff) table.widen(facet)
      columns.codes[facet][at] = code
    }
  }
  const append = (rows: readonly Row[]) => {
    table.grow(columns.length + rows.length)
    for (const row of rows) {
      write(columns.length, row)
      columns.length += 1
    }
  }
  const after = prepared<[number, number], Row>(db, `${select} WHERE id > ? ORDER BY id LIMIT ?`)
  const more = (): boolean => {
    const rows = after.all(columns.length === 0 ? -1 : (columns.ids[columns.length - 1] ?? -1), chunk)
    if (rows.length > 0) columns.version += 1
    append(rows)
    return rows.length < chunk
  }
  /** Puts rows in their places among those with other ids. `rows`: by id. */
  const insert = (rows: readonly Row[]) => {
    table.grow(columns.length + rows.length)
    let end = columns.length
    columns.length += rows.length
    for (let left = rows.length; left > 0; left -= 1) {
      const row = rows[left - 1]
      if (!row) continue
      const place = lowerBound(columns.ids, end, row.id)
      table.move(place, end, place + left)
      write(place + left - 1, row)
      end = place
    }
  }
  const one = prepared<[string, string], Row>(
    db,
    `${select} WHERE session = (SELECT id FROM name WHERE text = ?) AND part = ?`,
  )
  const take = (calls: Iterable<string>) => {
    const fresh: Row[] = []
    for (const call of calls) {
      const place = placeOf(call)
      const row = place && one.get(place.session, place.part)
      if (!row) continue
      columns.version += 1
      const at = lowerBound(columns.ids, columns.length, row.id)
      if (at < columns.length && columns.ids[at] === row.id) write(at, row)
      else fresh.push(row)
    }
    insert(fresh.sort((a, b) => a.id - b.id))
  }
  const reload = () => {
    columns.length = 0
    columns.version += 1
    while (!more());
  }
  /** Retention took rows, nearly always the oldest: looks from there on until as many are missed as the table lacks. */
  const dropGone = () => {
    let missing = columns.length - (prepared<[], number>(db, 'SELECT count(*) FROM call').pluck().get() ?? 0)
    if (missing < 0) return reload()
    columns.version += 1
    const next = prepared<[number, number], number>(db, 'SELECT id FROM call WHERE id > ? ORDER BY id LIMIT ?').pluck()
    // Of the rows before `read`, those from `run` on stay and have yet to move down to `kept`.
    let [read, run, kept, last] = [0, 0, 0, -1]
    while (missing > 0 && read < columns.length) {
      const batch = next.all(last, chunk)
      // Past the last one there: what remains here is nowhere in the table.
      if (batch.length === 0) batch.push(Number.POSITIVE_INFINITY)
      for (const id of batch) {
        const found = lowerBound(columns.ids, columns.length, id, read)
        if (found > read) {
          table.move(run, read, kept)
          kept += read - run
          missing -= found - read
          run = found
        }
        read = Math.min(found + 1, columns.length)
        if (missing === 0) break
        last = id
      }
    }
    table.move(run, columns.length, kept)
    columns.length = kept + columns.length - run
  }

  return {
    columns,
    load() {
      if (!loaded) loaded = more()
      return loaded
    },
    loaded: () => loaded,
    changed(calls) {
      if (calls === undefined) all = true
      else if (!all) for (const call of calls) pending.add(call)
      // While nobody asks.
      if (pending.size > mostPending) all = true
      if (all) pending = new Set()
    },
    refresh() {
      const calls = pending
      pending = new Set()
      if (all) reload()
      else take(calls)
      all = false
      while (!more());
      const found = checkpointOf(db)
      if (found === checkpoint) return false
      checkpoint = found
      dropGone()
      return true
    },
  }
}

const checkpointOf = (db: Db): number =>
  prepared<[], number | null>(db, 'SELECT max(seq) FROM checkpoint').pluck().get() ?? 0
