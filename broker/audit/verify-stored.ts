// Reads stored rows for a comparison with what the events say of them: as the table has them, column by column.
import { type CallRow, type CardRow, callColumns, cardColumns, namedColumns } from './call-row.ts'
import type { Db } from './driver.ts'
import type { StoredNames } from './verify-names.ts'

export type Stored = string | number | null

/** `values`: in the order of the table's columns (`RowReader.columns`). */
export type StoredRow = { rowid: number; lastSeq: number; values: readonly Stored[] }

export type RowReader<R> = {
  /** What is compared: the table's own columns, and what else belongs to a row. */
  readonly columns: readonly string[]
  readonly ownColumns: number
  /**
   * The stored rows of a table so large that looking each up would take longest: in the order in which events brought them, as
   * `first` says, from after event `begins` on.
   */
  inOrder?(begins: number): Iterator<{ key: string; first: number; stored: StoredRow }>
  find(row: { key: string; session: string }): StoredRow | undefined
  /** The same columns of a replayed row; a word that no row of the log can name is `unnamed`. */
  encode(row: R, column: number): Stored
  /** The stored row as a replay has it; nothing where it names words that are not there. */
  decode(stored: StoredRow, names: { key: string; session: string }): R | undefined
  /** The rows' own numbers, from `after` on. */
  rowids(after: number): number[]
  count(): number
  keyOf(rowid: number): string
}

const unnamed = -1

/** The list of its events comes last, as numbers with commas between them. */
const eventList = '(SELECT group_concat(seq) FROM main.call_event WHERE call_event.call = call.id)'

/** Its keys are whole ids of calls. A replayed row comes with the list of its events. */
export function callReader(db: Db, names: StoredNames): RowReader<CallRow & { events: string | null }> {
  const columns = [...callColumns, 'events']
  const named = columns.map((name) => (namedColumns as ReadonlySet<string>).has(name))
  const [session, part] = [columns.indexOf('session'), columns.indexOf('part')]
  const [firstSeq, lastSeq] = [columns.indexOf('first_seq'), columns.indexOf('last_seq')]
  const select = `SELECT ${callColumns.join(', ')}, ${eventList} FROM main.call`
  const one = db.prepare<[number, string], Stored[]>(`${select} WHERE session = ? AND part = ?`).raw()
  const all = db.prepare<[number], Stored[]>(`${select} WHERE first_seq > ? ORDER BY first_seq`).raw()
  const ids = db.prepare<[number], number>('SELECT id FROM main.call WHERE id > ? ORDER BY id LIMIT 10000').pluck()
  const place = db.prepare<[number], [number, string]>('SELECT session, part FROM main.call WHERE id = ?').raw()
  const storedRow = (values: Stored[]) => ({ rowid: Number(values[0]), lastSeq: Number(values[lastSeq]), values })
  return {
    columns,
    ownColumns: callColumns.length,
    *inOrder(begins) {
      for (const values of all.iterate(begins)) {
        const key = `${names.text(Number(values[session]))}.${values[part]}`
        yield { key, first: Number(values[firstSeq]), stored: storedRow(values) }
      }
    },
    find({ key, session: name }) {
      const id = names.id(name)
      const values = id === undefined ? undefined : one.get(id, key.slice(name.length + 1))
      return values && storedRow(values)
    },
    encode(row, at) {
      const name = columns[at] as keyof typeof row | 'part'
      if (name === 'part') return row.call.slice(row.session.length + 1)
      const value = row[name]
      return named[at] && typeof value === 'string' ? (names.id(value) ?? unnamed) : value
    },
    decode({ values }, { key, session: name }) {
      const row: Record<string, Stored> = { call: key, session: name }
      for (const [at, column] of columns.entries()) {
        if (at === part || at === session) continue
        const value = values[at] ?? null
        const text = named[at] && typeof value === 'number' ? names.text(value) : value
        if (text === undefined) return undefined
        row[column] = text
      }
      return row as unknown as CallRow & { events: string | null }
    },
    rowids: (after) => ids.all(after),
    count: () => db.prepare<[], number>('SELECT count(*) FROM main.call').pluck().get() ?? 0,
    keyOf(rowid) {
      const [name, counter] = place.get(rowid) ?? [0, '']
      return `${names.text(name) ?? `?${name}`}.${counter}`
    },
  }
}

/** Its keys are ids of approvals. */
export function cardReader(db: Db): RowReader<CardRow> {
  const lastSeq = cardColumns.indexOf('last_seq')
  const one = db
    .prepare<[string], Stored[]>(`SELECT ${cardColumns.join(', ')}, rowid FROM main.card WHERE approval = ?`)
    .raw()
  const ids = db
    .prepare<[number], number>('SELECT rowid FROM main.card WHERE rowid > ? ORDER BY rowid LIMIT 10000')
    .pluck()
  const key = db.prepare<[number], string>('SELECT approval FROM main.card WHERE rowid = ?').pluck()
  return {
    columns: cardColumns,
    ownColumns: cardColumns.length,
    find({ key: approval }) {
      const values = one.get(approval)
      return values && { rowid: Number(values.at(-1)), lastSeq: Number(values[lastSeq]), values: values.slice(0, -1) }
    },
    encode: (row, at) => row[cardColumns[at] as keyof CardRow],
    decode: ({ values }) => Object.fromEntries(cardColumns.map((name, at) => [name, values[at]])) as unknown as CardRow,
    rowids: (after) => ids.all(after),
    count: () => db.prepare<[], number>('SELECT count(*) FROM main.card').pluck().get() ?? 0,
    keyOf: (rowid) => key.get(rowid) ?? '',
  }
}
