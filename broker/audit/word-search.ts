// Which calls have the words of a filter: the newest of them, because a person reads from there, and how far back was looked.
import type { FilterWord } from '../../core/audit/call-filter.ts'
import { type Db, prepared } from './driver.ts'
import { hasAny, textsOf } from './recorded-texts.ts'
import { createWordQueries, type WordQuery } from './word-query.ts'

/** Calls between two ids, both included. */
export type IdRange = { low: number; high: number }

export type WordMatches = {
  /** `only`: these have the words; `but`: all the others have none that is excluded. Ids, newest first. */
  which: 'only' | 'but'
  ids: readonly number[]
  /** The oldest that was looked at; those before it may match or not. Absent: all were looked at. */
  floor?: number
}

export type WordSearchOptions = {
  db: Db
  /** What stands in the log in the place of a text, where it is a secret. */
  marks?: (text: string) => string | undefined
  /** How many calls are looked at: of the index, and in their texts. Only tests want other numbers. */
  limits?: { index: number; texts: number }
}

type Suspects = { query: WordQuery; ids?: ReadonlySet<number>; floor: number }
type Found = { ids: number[]; floor?: number }

export function createWordSearch({ db, marks, limits = { index: 50_000, texts: 4_000 } }: WordSearchOptions) {
  const queries = createWordQueries(db)

  const inIndex = (expression: string, { low, high }: IdRange, most: number): Found =>
    capped(
      prepared<[string, number, number, number], number>(
        db,
        // The index looks at its limits only where they are whole numbers of SQLite's own kind.
        `SELECT rowid FROM call_text WHERE call_text MATCH ? AND rowid >= CAST(? AS INTEGER) AND rowid <= CAST(? AS INTEGER)
         ORDER BY rowid DESC LIMIT ?`,
      )
        .pluck()
        .all(expression, low, high, most + 1),
      most,
    )
  const newest = ({ low, high }: IdRange, most: number): Found =>
    capped(
      prepared<[number, number, number], number>(
        db,
        'SELECT id FROM call WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT ?',
      )
        .pluck()
        .all(low, high, most + 1),
      most,
    )
  /** The calls that the excluded word may be in, as the index has it; nothing where it cannot tell. */
  const suspects = (query: WordQuery, range: IdRange): Suspects => {
    const found = query.expression === undefined ? undefined : inIndex(query.expression, range, limits.index)
    return { query, ...(found && { ids: new Set(found.ids) }), floor: found?.floor ?? -1 }
  }

  /** The calls with all of the words and none of the excluded ones. */
  const having = (wanted: readonly WordQuery[], unwanted: readonly WordQuery[], range: IdRange): WordMatches => {
    const all = wanted.flatMap(({ expression }) => expression ?? [])
    // What the index can leave out by itself.
    const plain = all.length === 0 ? [] : unwanted.filter(({ expression, needles }) => expression && !needles)
    const none = plain.map(({ expression }) => expression).join(' OR ')
    const most = [...wanted, ...unwanted].some(({ needles }) => needles) ? limits.texts : limits.index
    const found =
      all.length === 0
        ? newest(range, most)
        : inIndex(`(${all.join(' AND ')})${none === '' ? '' : ` NOT (${none})`}`, range, most)
    const looked = { ...range, low: found.floor ?? range.low }
    const suspected = unwanted.filter((query) => !plain.includes(query)).map((query) => suspects(query, looked))
    const floor = Math.max(found.floor ?? -1, ...suspected.map((one) => one.floor))
    const ids = found.ids.filter((id) => {
      if (id < floor) return false
      let texts: string[] | undefined
      const has = ({ needles }: WordQuery): boolean => {
        if (!needles) return true
        texts ??= textsOf(db, id)
        return hasAny(texts, needles)
      }
      return wanted.every(has) && !suspected.some((one) => (one.ids?.has(id) ?? true) && has(one.query))
    })
    return { which: 'only', ids, ...(floor >= 0 && { floor }) }
  }

  /** All but the calls with an excluded word. */
  const lacking = (unwanted: readonly WordQuery[], range: IdRange): WordMatches => {
    const found = unwanted.map(({ expression, needles }): Found => {
      const most = needles ? limits.texts : limits.index
      const near = expression === undefined ? newest(range, most) : inIndex(expression, range, most)
      return needles ? { ...near, ids: near.ids.filter((id) => hasAny(textsOf(db, id), needles)) } : near
    })
    const floor = Math.max(...found.map((one) => one.floor ?? -1))
    const ids = [...new Set(found.flatMap((one) => one.ids))].sort((a, b) => b - a)
    return { which: 'but', ids, ...(floor >= 0 && { floor }) }
  }

  return {
    /** `words` has at least one. Call inside a transaction. */
    find(words: readonly FilterWord[], range: IdRange): WordMatches {
      const read = (word: FilterWord): WordQuery => queries.query(word, marks?.(word.text))
      const wanted = words.filter(({ exclude }) => !exclude).map(read)
      const unwanted = words.filter(({ exclude }) => exclude).map(read)
      return wanted.length === 0 ? lacking(unwanted, range) : having(wanted, unwanted, range)
    },
  }
}

/** One more than `most` was asked for, to see whether there are more. */
const capped = (ids: number[], most: number): Found => {
  if (ids.length <= most) return { ids }
  const kept = ids.slice(0, most)
  return { ids: kept, floor: kept.at(-1) ?? 0 }
}
