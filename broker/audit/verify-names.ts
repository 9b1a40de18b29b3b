// The table of names as a check reads it: what it says now, not what this connection remembers of it, and nothing where it
// says nothing.
import { isUtf8 } from 'node:buffer'
import type { Db } from './driver.ts'

export type StoredNames = {
  /** The words behind a number. */
  text(id: number): string | undefined
  /** The number of the words. */
  id(text: string): number | undefined
}

/** Tools are named by strangers: what is remembered has an end. */
const mostKept = 50_000

/** `db` must stay in one transaction. */
export function namesAsTheyAre(db: Db): StoredNames {
  const texts = new Map<number, string | undefined>()
  const ids = new Map<string, number | undefined>()
  const textOf = db.prepare<[number], Buffer>('SELECT CAST(text AS BLOB) FROM main.name WHERE id = ?').pluck()
  const idOf = db.prepare<[string], number>('SELECT id FROM main.name WHERE text = ?').pluck()
  return {
    text(id) {
      if (texts.has(id)) return texts.get(id)
      const bytes = textOf.get(id)
      const text = bytes && isUtf8(bytes) ? bytes.toString('utf8') : undefined
      if (texts.size >= mostKept) texts.clear()
      texts.set(id, text)
      return text
    },
    id(text) {
      if (ids.has(text)) return ids.get(text)
      const id = idOf.get(text)
      if (ids.size >= mostKept) ids.clear()
      ids.set(text, id)
      return id
    },
  }
}
