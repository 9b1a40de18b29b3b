// The explorer of the audit log. The query is the one state: the bar shows it as text, the facets and the histogram as
// choices, and the address keeps it.
import { ArrowUp, ListFilter } from 'lucide-react'
import { useCallback, useDeferredValue, useEffect, useRef, useState } from 'react'
import './activity.css'
import { withoutTerm, withRange, withTerm } from '../../../core/audit/query-edit.ts'
import { coverScreen, goTo, stepToCall, typeQuery, useNavigation } from '../../state/navigation.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/button.tsx'
import { dayTime } from '../../ui/day-time.ts'
import { Layer } from '../../ui/layer.tsx'
import { count } from '../../ui/time.ts'
import { CallDrawer } from './call-drawer.tsx'
import { type Choose, Facets } from './facets.tsx'
import { Histogram } from './histogram.tsx'
import { LogRows } from './log-rows.tsx'
import { LogStates } from './log-states.tsx'
import { OverviewStrip } from './overview-strip.tsx'
import { QueryBar } from './query-bar.tsx'
import { RangeChoice } from './range-choice.tsx'
import { type Log, useLog } from './use-log.ts'

const step = (query: string): void => goTo('activity', { query })
const openCall = (call: string): void => goTo('activity', { call })

function LiveSwitch({ log: { view, read }, live, onLive }: { log: Log; live: boolean; onLive: () => void }) {
  const connected = useSession(({ connection }) => connection.state === 'live')
  if (view.state === 'failed') return null
  if (!connected) return <span className="text-muted">Not connected</span>
  if (read.filter.to !== undefined) return <span className="text-muted">Ended range</span>
  return (
    <button
      type="button"
      aria-pressed={live}
      onClick={onLive}
      title={live ? 'New calls appear at the top by themselves.' : 'New calls wait. Press to follow them again.'}
      className="flex h-6 items-center gap-2 rounded-[5px] px-2 text-muted hover:bg-hover aria-pressed:text-allow"
    >
      <span
        aria-hidden="true"
        className={`size-2 border border-current ${live ? 'rounded-full bg-current' : 'rounded-[1px]'}`}
      />
      {live ? 'Live' : 'Paused'}
    </button>
  )
}

function Status({ log, live, onLive, onNew }: { log: Log; live: boolean; onLive: () => void; onNew: () => void }) {
  const { view, behind } = log
  const now = Date.now()
  return (
    <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-1">
      <p role="status" className="tabular">
        {view.state === 'ready' || view.state === 'stale' ? count(view.total, 'call') : ''}
      </p>
      {view.searchedTo === undefined ? null : (
        <p className="order-last w-full pb-0.5 text-hold">
          Looked through the newest calls only, back to {dayTime(view.searchedTo, now)}. An end before that (
          <span className="font-mono text-mono">to:</span>) looks further back.
        </p>
      )}
      {view.state !== 'failed' && view.problem !== undefined ? (
        <p role="alert" className="flex items-center gap-2 text-deny">
          Some rows could not be loaded. {view.problem}
          <Button size="small" onClick={log.retry}>
            Try again
          </Button>
        </p>
      ) : null}
      <span className="flex-1" />
      {behind > 0 ? (
        <Button size="small" className="border-ink-line bg-sheet text-ink" onClick={onNew}>
          <ArrowUp size={14} strokeWidth={1.5} aria-hidden="true" />
          {count(behind, 'new call')}
        </Button>
      ) : null}
      <LiveSwitch log={log} live={live} onLive={onLive} />
    </div>
  )
}

export function ActivityScreen() {
  const query = useNavigation((navigation) => navigation.query)
  const open = useNavigation(({ call }) => call)
  const wanted = useDeferredValue(query)
  const grid = useRef<HTMLTableElement>(null)
  const [cursor, setCursor] = useState<number>()
  const [atTop, setAtTop] = useState(true)
  const [stopped, setStopped] = useState(false)
  const [filtering, setFiltering] = useState(false)
  // A row that is read stays where it is.
  const live = atTop && !stopped && cursor === undefined && open === undefined
  const log = useLog(wanted, live)
  const { view, rows, read, summary } = log

  // biome-ignore lint/correctness/useExhaustiveDependencies: for each query anew
  useEffect(() => {
    setCursor(undefined)
    if (grid.current !== null) grid.current.scrollTop = 0
  }, [wanted])

  const choose: Choose = (dimension, value, state) => {
    if (state === 'plain') step(withoutTerm(query, dimension, value))
    else step(withTerm(query, { dimension, value, exclude: state === 'excluded' }))
  }
  const follow = useCallback((): void => {
    setStopped(false)
    setCursor(undefined)
    if (grid.current !== null) grid.current.scrollTop = 0
    log.renew()
  }, [log.renew])
  /** To the next or previous call of the list, as far as it is loaded. */
  const stepFrom =
    (from: number) =>
    (delta: number): void => {
      const next = rows.row(from + delta)?.call
      if (next === undefined) return
      setCursor(from + delta)
      stepToCall(next)
    }
  const facets = (
    <Facets
      filter={read.filter}
      summary={summary}
      stale={log.summaryStale}
      problem={log.summaryProblem}
      choose={choose}
      onRetry={log.retry}
    />
  )
  const chosen = read.filter.terms.reduce((sum, { values }) => sum + values.length, 0)
  return (
    <div className="flex h-full min-h-0 flex-col short:overflow-y-auto">
      <header className="flex min-h-12 shrink-0 flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-2">
        <h1 className="text-title leading-8 font-semibold narrow:sr-only">Activity</h1>
        <QueryBar
          query={query}
          problems={wanted === query ? read.problems : []}
          summary={summary}
          onType={typeQuery}
          onStep={step}
          onLeave={() => grid.current?.focus({ preventScroll: true })}
        />
        <div className="flex items-center gap-2">
          <Button className="wide:hidden" onClick={() => setFiltering(true)}>
            <ListFilter size={14} strokeWidth={1.5} aria-hidden="true" />
            Filter{chosen > 0 ? ` (${chosen})` : ''}
          </Button>
          <RangeChoice query={query} onStep={step} />
        </div>
      </header>
      <OverviewStrip overview={log.overview} />
      <Histogram
        histogram={summary?.histogram}
        onRange={(from, to) => step(withRange(query, { from, to }))}
        onZoomOut={() => step(withRange(query, {}))}
      />
      <div className="flex min-h-0 flex-1 short:h-80 short:flex-none">
        <section
          aria-label="Filter"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
          tabIndex={0}
          className="w-60 shrink-0 overflow-y-auto border-r border-line -outline-offset-2 narrow:hidden"
        >
          {facets}
        </section>
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <Status log={log} live={live} onLive={() => (live ? setStopped(true) : follow())} onNew={follow} />
          <div className="log-frame relative min-h-0 flex-1">
            <LogRows
              rows={rows}
              total={view.total}
              grid={grid}
              cursor={cursor}
              onCursor={setCursor}
              onOpen={openCall}
              onTop={setAtTop}
              label="Calls, newest first"
              stale={view.state === 'stale'}
            />
            <LogStates view={view} query={query} onStep={step} onRetry={log.retry} />
          </div>
        </div>
      </div>
      <Layer open={filtering} onClose={() => setFiltering(false)} title="Filter" shape="left" cover={coverScreen}>
        {facets}
      </Layer>
      <CallDrawer
        call={open}
        onClose={() => goTo('activity', { call: undefined })}
        onStep={cursor === undefined ? undefined : stepFrom(cursor)}
      />
    </div>
  )
}
