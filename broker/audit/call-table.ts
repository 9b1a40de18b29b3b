// Reads and writes rows of calls: words of theirs are numbers in the table, and plain text everywhere else.
import { type CallColumn, type CallRow, callColumns, namedColumns } from './call-row.ts'
import { type Db, prepared } from './driver.ts'
import type { Names } from './names.ts'

type Stored = string | number | null

export type CallTable = {
  find(session: string, part: string): CallRow | undefined
  /** The parts of those of a session's calls for which `where` holds; its parameters are words of `namedColumns`. */
  partsOf(session: string, where: string, words: readonly string[]): string[]
  /** The ids of those on which an approval's card, by the broker's word, has a say. */
  ofCard(approval: string): string[]
  insert(row: CallRow): void
  update(row: CallRow): void
}

const columns = callColumns.join(', ')

export function callTable(db: Db, names: Names): CallTable {
  const select = `SELECT ${columns} FROM call WHERE session = ? AND part = ?`
  const insert = `INSERT INTO call (${columns}) VALUES (${callColumns.map(() => '?').join(', ')})`
  const changed = callColumns.filter((name) => name !== 'id' && name !== 'session' && name !== 'part')
  const update = `UPDATE call SET ${changed.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`
  const encoded = (row: CallRow, wanted: readonly CallColumn[]): Stored[] =>
    wanted.map((name) => {
      if (name === 'part') return row.call.slice(row.session.length + 1)
      const value = row[name]
      return typeof value === 'string' && namedColumns.has(name) ? names.id(value) : value
    })
  return {
    find(session, part) {
      const id = names.find(session)
      if (id === undefined) return undefined
      const stored = prepared<[number, string], Record<CallColumn, Stored>>(db, select).get(id, part)
      return stored && decodeCall(stored, names)
    },
    partsOf(session, where, words) {
      const id = names.find(session)
      if (id === undefined) return []
      const rows = prepared<number[], { part: string }>(db, `SELECT part FROM call WHERE session = ? AND ${where}`)
      return rows.all(id, ...words.map((word) => names.find(word) ?? 0)).map(({ part }) => part)
    },
    ofCard(approval) {
      const sql = `SELECT session, part FROM call WHERE approval = ? AND approval_state IS NOT NULL ORDER BY id`
      const rows = prepared<[string], { session: number; part: string }>(db, sql).all(approval)
      return rows.map(({ session, part }) => `${names.text(session)}.${part}`)
    },
    insert: (row) => void prepared<Stored[]>(db, insert).run(...encoded(row, callColumns)),
    update: (row) => void prepared<Stored[]>(db, update).run(...encoded(row, changed), row.id),
  }
}

/** A row as the program has it, from one with all columns as the table has it. */
export function decodeCall(stored: Readonly<Record<CallColumn, Stored>>, names: Names): CallRow {
  const row: Record<string, Stored> = {}
  for (const name of callColumns) {
    const value = stored[name]
    row[name] = typeof value === 'number' && namedColumns.has(name) ? names.text(value) : value
  }
  const { part, ...rest } = row
  return { ...rest, call: `${row['session']}.${part}` } as CallRow
}
