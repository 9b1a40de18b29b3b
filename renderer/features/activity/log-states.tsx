// What stands over the list while it has no rows: nothing yet, nothing at all, nothing that matches, or no answer.
import { queryParts } from '../../../core/audit/query-edit.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { EmptyState, FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import type { RowsView } from './row-pages.ts'

export function LogStates({
  view,
  query,
  onStep,
  onRetry,
}: {
  view: RowsView
  query: string
  onStep: (query: string) => void
  onRetry: () => void
}) {
  const shown = state(view, query, onStep, onRetry)
  return shown === null ? null : <div className="absolute inset-0 overflow-y-auto bg-paper">{shown}</div>
}

function state(view: RowsView, query: string, onStep: (query: string) => void, onRetry: () => void) {
  if (view.state === 'loading') return <SkeletonRows rows={20} label="Loading calls" />
  if (view.state === 'failed')
    return <FailedState what="Activity could not be loaded" problem={view.problem ?? ''} onRetry={onRetry} />
  if (view.state === 'stale' || view.total > 0) return null
  if (query.trim() === '')
    return (
      <EmptyState title="No calls yet">
        Every call that a protected server receives is recorded here, with what was decided and why.
      </EmptyState>
    )
  const parts = queryParts(query)
  return (
    <EmptyState title="No call matches">
      <div className="flex flex-col items-center gap-2 pt-2">
        {parts.length > 1 ? (
          <>
            <p>Without one of these there may be some:</p>
            <ul className="flex flex-wrap justify-center gap-1.5">
              {parts.map(({ part, without }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts may be alike
                <li key={index}>
                  <Button size="wraps" onClick={() => onStep(without)}>
                    <span className="sr-only">Remove </span>
                    <span className="font-mono text-mono">
                      <HostileText text={part.slice(0, 80)} />
                    </span>
                    <span aria-hidden="true">×</span>
                  </Button>
                </li>
              ))}
            </ul>
          </>
        ) : null}
        <Button onClick={() => onStep('')}>Show every call</Button>
      </div>
    </EmptyState>
  )
}
