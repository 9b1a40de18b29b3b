// The last calls before this one of the same tool by the same client, and the way to all of them.
import { type CallFilter, everyCall } from '../../../core/audit/call-filter.ts'
import { formatQuery } from '../../../core/audit/call-query.ts'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { goTo } from '../../state/navigation.ts'
import { Button } from '../../ui/button.tsx'
import { Outcome } from '../../ui/outcome.tsx'
import { ago, exactTime } from '../../ui/time.ts'
import { Section } from './call-section.tsx'

/** All calls of the tool on the server by the client. */
function alike({ tool, client, server }: Pick<CallDetail['summary'], 'tool' | 'client' | 'server'>): CallFilter {
  return {
    ...everyCall,
    terms: [
      { dimension: 'tool', values: [tool] },
      { dimension: 'client', values: [client] },
      { dimension: 'server', values: [server] },
    ],
  }
}

export function CallSimilar({ detail: { summary, similar } }: { detail: CallDetail }) {
  const now = useNow()
  return (
    <Section title="Calls like this before">
      {similar.length === 0 ? <p className="text-muted">None is in the log.</p> : null}
      {similar.length === 0 ? null : (
        <ul className="border-t border-line">
          {similar.map(({ call, outcome, receivedAt, sameArguments }) => (
            <li key={call} className="border-b border-line">
              <button
                type="button"
                onClick={() => goTo('activity', { call })}
                className="grid min-h-8 w-full grid-cols-[5.5rem_minmax(0,1fr)_auto] items-center gap-3 rounded-sm text-left hover:bg-hover"
              >
                <span className="text-muted tabular" title={exactTime(receivedAt)}>
                  {ago(receivedAt, now)}
                </span>
                <Outcome outcome={outcome} />
                <span className={sameArguments ? '' : 'text-muted'}>
                  {sameArguments ? 'same arguments' : 'other arguments'}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <Button
        className="self-start"
        onClick={() => goTo('activity', { call: undefined, query: formatQuery(alike(summary)) })}
      >
        All calls like this
      </Button>
    </Section>
  )
}
