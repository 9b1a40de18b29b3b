// Follows the log for one query: rows, counts, and what is new. New rows come by themselves while the person stands at the
// top; else they wait, and are counted.
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { CallFilter } from '../../../core/audit/call-filter.ts'
import { parseQuery, type ReadQuery } from '../../../core/audit/call-query.ts'
import type { UiResult } from '../../../core/wire/ui-contract.ts'
import { onEvent, request, useSession } from '../../state/session.ts'
import { useLatest } from '../../state/use-latest.ts'
import { type Paced, paced } from './paced.ts'
import { type RowPages, type RowsView, rowPages } from './row-pages.ts'

export type Summary = UiResult<'activity.summary'>
export type Overview = UiResult<'activity.overview'>

/** Least time between two looks at the newest rows, the counts, the overview, in milliseconds. */
const paces = { rows: 250, counts: 1_000, overview: 5_000 }
const columns = 96
/** Most values of a facet. */
const facetValues = 50

export type Log = {
  readonly read: ReadQuery
  readonly rows: RowPages
  readonly view: RowsView
  /** New rows that wait above. */
  readonly behind: number
  readonly summary: Summary | undefined
  /** It answers an earlier query, and is on its way for this one. */
  readonly summaryStale: boolean
  readonly summaryProblem: string | undefined
  readonly overview: Overview | undefined
  /** Takes the newest rows now. */
  readonly renew: () => void
  readonly retry: () => void
}

/** Calls back for every change of a call, and after each reconnect, for which nothing was sent. */
function useChanges(onChange: (changed: readonly Parameters<RowPages['renew']>[0][number][]) => void): void {
  const latest = useRef(onChange)
  latest.current = onChange
  useEffect(
    () =>
      onEvent((event) => {
        if (event.type === 'calls.changed') latest.current(event.calls)
      }),
    [],
  )
  const connected = useSession(({ connection }) => connection.state === 'live')
  const before = useRef(connected)
  useEffect(() => {
    if (connected && !before.current) latest.current([])
    before.current = connected
  }, [connected])
}

function usePaced(gap: number, run: () => Promise<void>): () => void {
  const latest = useRef(run)
  latest.current = run
  const made = useRef<Paced>(undefined)
  useEffect(() => {
    made.current = paced(gap, () => latest.current())
    return () => made.current?.stop()
  }, [gap])
  return useCallback(() => made.current?.poke(), [])
}

/** Compared by identity. */
type Question = { readonly query: string }

/** @param following whether new rows come by themselves */
export function useLog(query: string, following: boolean): Log {
  const read = useMemo(() => parseQuery(query, Date.now()), [query])
  const [rows] = useState(() => rowPages((params) => request('activity.search', params)))
  const view = useSyncExternalStore(rows.subscribe, rows.view)
  // `from:2h` moves on with each look.
  const filterNow = useCallback((): CallFilter => parseQuery(query, Date.now()).filter, [query])

  const take = useCallback((afresh: boolean) => rows.take(filterNow(), afresh), [rows, filterNow])
  useEffect(() => void take(true), [take])

  const [question, setQuestion] = useState<Question>({ query })
  useEffect(() => setQuestion({ query }), [query])
  const asked = useLatest(question, (about) =>
    request('activity.summary', { filter: parseQuery(about.query, Date.now()).filter, columns, values: facetValues }),
  )
  const answered = useRef<{ summary: Summary; query: string }>(undefined)
  if (asked.answer !== undefined && asked.asked !== undefined)
    answered.current = { summary: asked.answer, query: asked.asked.query }
  const summary = answered.current
  const current = summary?.query === query

  const [overview, setOverview] = useState<Overview>()
  const lookOver = usePaced(paces.overview, async () => {
    const next = await request('activity.overview', {}).catch(() => undefined)
    // Without an answer the strip keeps its last figures; the banner says that they are the last.
    setOverview((before) => next ?? before)
  })
  useEffect(lookOver, [lookOver])

  const pokeRows = usePaced(paces.rows, () => take(false))
  const pokeCounts = usePaced(paces.counts, async () => setQuestion((before) => ({ ...before })))

  const follows = useRef(following)
  follows.current = following
  useChanges((changed) => {
    rows.renew(changed)
    if (follows.current) pokeRows()
    pokeCounts()
    lookOver()
  })
  const was = useRef(following)
  useEffect(() => {
    if (following && !was.current) pokeRows()
    was.current = following
  }, [following, pokeRows])

  const ready = view.state === 'ready' && current && summary !== undefined
  return {
    read,
    rows,
    view,
    behind: !following && ready && read.filter.to === undefined ? Math.max(0, summary.summary.total - view.total) : 0,
    summary: summary?.summary,
    summaryStale: !current,
    summaryProblem: asked.problem,
    overview,
    renew: () => {
      void take(false)
      pokeCounts()
    },
    retry: () => {
      void take(view.state === 'failed')
      pokeCounts()
      lookOver()
    },
  }
}
