// Words that many rows share (sessions, clients, servers, tools, outcomes, rules) stand once in the table `name`; rows hold
// their numbers. A name never changes and is never removed, so what is known of it holds as long as the connection.
import { type Db, prepared } from './driver.ts'

export type Names = {
  /** Its number; made where there is none, so only inside a transaction that may write. */
  id(text: string): number
  /** Its number, if it has one. */
  find(text: string): number | undefined
  /** Throws where the number is nobody's: the database is not what this program wrote. */
  text(id: number): string
  /** After a transaction that failed: what it named is not there. */
  forget(): void
}

/** Tools are named by strangers: what is remembered of them has an end. */
const mostKept = 50_000

const all = new WeakMap<Db, Names>()

/** The names of this connection's database. */
export function namesOf(db: Db): Names {
  const known = all.get(db)
  if (known) return known
  const ids = new Map<string, number>()
  const texts = new Map<number, string>()
  const forget = () => {
    ids.clear()
    texts.clear()
  }
  const keep = (text: string, id: number) => {
    if (ids.size >= mostKept) forget()
    ids.set(text, id)
    // As the table has it.
    texts.set(id, text.toWellFormed())
    return id
  }
  const find = (text: string): number | undefined => {
    const row = ids.get(text) ?? prepared<[string], { id: number }>(db, 'SELECT id FROM name WHERE text = ?').get(text)
    return typeof row === 'object' ? keep(text, row.id) : row
  }
  const names: Names = {
    id(text) {
      const found = find(text)
      if (found !== undefined) return found
      const added = prepared<[string]>(db, 'INSERT INTO name (text) VALUES (?)').run(text)
      return keep(text, Number(added.lastInsertRowid))
    },
    find,
    text(id) {
      const found = texts.get(id)
      if (found !== undefined) return found
      const row = prepared<[number], { text: string }>(db, 'SELECT text FROM name WHERE id = ?').get(id)
      if (!row) throw new Error(`the audit database has no name ${id}`)
      keep(row.text, id)
      return row.text
    },
    forget,
  }
  all.set(db, names)
  return names
}
