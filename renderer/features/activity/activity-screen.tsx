// Recent calls with what became of each; the full explorer grows from here.

import { ArrowUp, Search } from 'lucide-react'
import { useDeferredValue, useId, useRef, useState } from 'react'
import { type CallOutcome, callOutcomes } from '../../../core/wire/ui-contract.ts'
import { goTo, useNavigation } from '../../state/navigation.ts'
import { Button } from '../../ui/button.tsx'
import { outcomes } from '../../ui/outcome.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { EmptyState, FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { count } from '../../ui/time.ts'
import { CallDrawer } from './call-drawer.tsx'
import { CallTable } from './call-table.tsx'
import type { CallFilter } from './calls.ts'
import { useCalls } from './use-calls.ts'

function Filters({ filter, onFilter }: { filter: CallFilter; onFilter: (filter: CallFilter) => void }) {
  const text = useId()
  const outcome = useId()
  return (
    <search className="flex flex-1 flex-wrap items-center justify-end gap-2 narrow:justify-start">
      <div className="relative narrow:flex-1">
        <label htmlFor={text} className="sr-only">
          Tool, server or client
        </label>
        <Search size={14} strokeWidth={1.5} aria-hidden="true" className="absolute top-2.25 left-2.5 text-muted" />
        <input
          id={text}
          type="search"
          value={filter.text}
          maxLength={200}
          onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          placeholder="Tool, server or client"
          className="h-8 w-56 rounded-[5px] border border-line-strong bg-sheet pr-2 pl-8 placeholder:text-muted narrow:w-full"
        />
      </div>
      <label htmlFor={outcome} className="sr-only">
        Outcome
      </label>
      <select
        id={outcome}
        value={filter.outcome}
        onChange={(event) => {
          const chosen = callOutcomes.find((word) => word === event.target.value)
          onFilter({ ...filter, outcome: chosen ?? 'all' })
        }}
        className="h-8 rounded-[5px] border border-line-strong bg-sheet px-2"
      >
        <option value="all">Every outcome</option>
        {callOutcomes.map((word: CallOutcome) => (
          <option key={word} value={word}>
            {outcomes[word].word}
          </option>
        ))}
      </select>
    </search>
  )
}

export function ActivityScreen() {
  const [filter, setFilter] = useState<CallFilter>({ text: '', outcome: 'all' })
  const wanted = useDeferredValue(filter)
  const scroller = useRef<HTMLDivElement>(null)
  const list = useCalls(wanted, scroller)
  const open = useNavigation(({ call }) => call)
  const filtered = filter.text.trim() !== '' || filter.outcome !== 'all'
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2">
        <h1 className="text-title font-semibold">Activity</h1>
        <Filters filter={filter} onFilter={setFilter} />
      </header>
      <Scroller ref={scroller} label="Recent calls" className="relative min-h-0 flex-1 overflow-y-auto">
        {list.held > 0 ? (
          <div className="sticky top-10 z-20 flex h-0 justify-center">
            <Button className="border-ink-line bg-sheet text-ink shadow-float" onClick={list.showHeld}>
              <ArrowUp size={14} strokeWidth={1.5} aria-hidden="true" />
              {count(list.held, 'new call')}
            </Button>
          </div>
        ) : null}
        {list.state === 'loading' ? <SkeletonRows rows={14} label="Loading recent calls" /> : null}
        {list.state === 'failed' ? (
          <FailedState what="Activity could not be loaded" problem={list.problem} onRetry={list.reload} />
        ) : null}
        {list.state === 'ready' && list.calls.length === 0 ? (
          filtered ? (
            <EmptyState title="No call matches">
              <Button className="mt-3" onClick={() => setFilter({ text: '', outcome: 'all' })}>
                Show every call
              </Button>
            </EmptyState>
          ) : (
            <EmptyState title="No calls yet">
              Every call that a protected server receives is recorded here, with what was decided and why.
            </EmptyState>
          )
        ) : null}
        {list.calls.length > 0 ? (
          <>
            <CallTable calls={list.calls} selected={open} onOpen={(call) => goTo('activity', { call })} />
            <div className="flex h-14 items-center justify-center text-muted">
              {list.more ? (
                <Button onClick={list.loadMore} disabled={list.loadingMore}>
                  {list.loadingMore ? 'Loading…' : 'Load more'}
                </Button>
              ) : (
                'The beginning of the log'
              )}
            </div>
          </>
        ) : null}
      </Scroller>
      <CallDrawer call={open} onClose={() => goTo('activity', { call: undefined })} />
    </div>
  )
}
