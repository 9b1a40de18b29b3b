// Answers what is asked of the log, over one connection that reads: in the reader's thread, and in the command line without one.
import type { CallFilter, FilterWord } from '../../core/audit/call-filter.ts'
import { createColumns } from './columns.ts'
import { type Db, prepared } from './driver.ts'
import { facetCounts } from './facet-counts.ts'
import { logFigures } from './figures.ts'
import { histogramOf } from './histogram.ts'
import { namesOf } from './names.ts'
import { overview } from './overview.ts'
import { getCall, newestCalls } from './query.ts'
import type { LogFigures, ReaderMethod, ReaderParams, ReaderResult } from './reader-contract.ts'
import { createSearch, readAsOf } from './search.ts'
import { type Selection, select } from './selection.ts'
import { answerStatistics } from './statistics.ts'
import { createWordSearch, type IdRange, type WordMatches, type WordSearchOptions } from './word-search.ts'

export type EngineOptions = Pick<WordSearchOptions, 'marks' | 'limits'> & {
  /** Milliseconds since the epoch. */
  now?(): number
}

export type Engine = {
  /**
   * Answers, and reads what it needs for that first: seconds where a million calls were not loaded yet. Throws a RangeError for
   * parameters that make no sense although they have the right shape.
   */
  request<M extends ReaderMethod>(method: M, params: ReaderParams<M>): ReaderResult<M>
  figures(params: { days: number }): LogFigures
  /** The rows of these calls are new or changed; of all, where none are named. */
  changed(calls: readonly string[] | undefined): void
  /** Reads some more of the log into memory; returns whether all is there. Takes some ten milliseconds. */
  load(): boolean
  /** Whether it can be answered well before all is there. */
  needsNoLoading(method: ReaderMethod, params: unknown): boolean
}

/** What was found of words lately: the table, the counts and the next pages ask for the same. */
const keptWords = 4

/** `db`: a connection of its own, which may be read-only. */
export function openEngine(db: Db, { marks, limits, now = Date.now }: EngineOptions = {}): Engine {
  // Some lists of a full-text index with a million calls in it.
  db.pragma('cache_size = -32000')
  const store = createColumns(db)
  const { columns } = store
  const words = createWordSearch({ db, ...(marks && { marks }), ...(limits && { limits }) })
  let found: { key: string; matches: WordMatches }[] = []

  const findWords = (wanted: readonly FilterWord[], range: IdRange): WordMatches => {
    const key = JSON.stringify([wanted, range, columns.version])
    const known = found.find((one) => one.key === key) ?? { key, matches: words.find(wanted, range) }
    found = [known, ...found.filter((one) => one !== known)].slice(0, keptWords)
    return known.matches
  }
  const selectCalls = (filter: CallFilter, asOf: number): Selection =>
    select({
      columns,
      filter,
      asOf,
      words: (range) => findWords(filter.words, range),
      session: namesOf(db).find,
    })
  const search = createSearch(db, columns, selectCalls)

  const summary = ({ filter, asOf, columns: wanted, values }: ReaderParams<'activity.summary'>) => {
    const selection = selectCalls(filter, asOf === undefined ? (columns.ids[columns.length - 1] ?? 0) : readAsOf(asOf))
    const { total, searchedTo } = selection
    return {
      total,
      ...(searchedTo !== undefined && { searchedTo }),
      histogram: histogramOf(selection, columns.values.outcome, { from: filter.from, to: filter.to, columns: wanted }),
      facets: facetCounts(selection, columns.values, filter, values),
    }
  }

  const answers: { [M in ReaderMethod]: (params: ReaderParams<M>) => ReaderResult<M> } = {
    'activity.search': search.find,
    'activity.summary': summary,
    'activity.overview': () => overview(db, columns, now()),
    'activity.get': ({ call }) => {
      const detail = getCall(db, call)
      return detail ? { detail } : {}
    },
    'statistics.get': ({ days }) => answerStatistics(db, { now: now(), days }),
  }

  /** The first page of everything, before there are columns. */
  const firstPage = ({ limit }: ReaderParams<'activity.search'>): ReaderResult<'activity.search'> => ({
    asOf: String(prepared<[], number | null>(db, 'SELECT max(id) FROM call').pluck().get() ?? 0),
    total: prepared<[], number>(db, 'SELECT count(*) FROM call').pluck().get() ?? 0,
    calls: newestCalls(db, limit),
  })

  /** On one state of the database, and the columns brought up to it. */
  const snapshot = <R>(work: () => R): R =>
    db.transaction(() => {
      while (!store.load());
      if (store.refresh()) search.forget()
      return work()
    })()

  const engine: Engine = {
    request<M extends ReaderMethod>(method: M, params: ReaderParams<M>): ReaderResult<M> {
      if (engine.needsNoLoading(method, params) && !store.loaded()) {
        return db.transaction(() => {
          if (method === 'activity.search')
            return firstPage(params as ReaderParams<'activity.search'>) as ReaderResult<M>
          return answers[method](params)
        })()
      }
      return snapshot(() => answers[method](params))
    },
    figures: (params) => snapshot(() => logFigures(db, columns, params, now())),
    changed: store.changed,
    load: store.load,
    needsNoLoading(method, params) {
      if (method === 'activity.get' || method === 'statistics.get') return true
      if (method !== 'activity.search') return false
      const { filter, asOf, offset } = params as ReaderParams<'activity.search'>
      const everything = filter.terms.length === 0 && filter.words.length === 0
      return everything && filter.from === undefined && filter.to === undefined && asOf === undefined && offset === 0
    },
  }
  return engine
}
