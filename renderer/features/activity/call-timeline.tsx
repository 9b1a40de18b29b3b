// The recorded events of one call, with the time between them and their place in the audit chain.
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { clockTime, count, duration, exactTime } from '../../ui/time.ts'
import { ValueTree } from '../../ui/value-tree.tsx'
import { eventWords } from './call-event-words.tsx'

type Event = CallDetail['events'][number]

/** Clocks can be set back between two events; what is recorded stays as it is. */
const between = (before: Event, event: Event): string =>
  event.at < before.at ? `−${duration(before.at - event.at)}` : `+${duration(event.at - before.at)}`

function TimelineEvent({ event, before }: { event: Event; before: Event | undefined }) {
  const { word, more } = eventWords(event.type, event.data)
  return (
    <li className="border-b border-line last:border-0">
      <details className="group">
        <summary className="flex min-h-8 list-none items-center gap-3 rounded-sm py-1 hover:bg-hover [&::-webkit-details-marker]:hidden">
          <span className="w-18 shrink-0 font-mono text-mono text-muted tabular" title={exactTime(event.at)}>
            {before === undefined ? clockTime(event.at) : between(before, event)}
          </span>
          <span aria-hidden="true" className="size-1.5 shrink-0 rotate-45 border border-ink-line group-open:bg-ink" />
          <span className="min-w-0 flex-1">
            <span>{word ?? <HostileText text={event.type} />}</span>
            {more === null ? null : <span className="text-muted"> · {more}</span>}
          </span>
          <span className="shrink-0 font-mono text-label text-muted tabular">#{event.seq}</span>
        </summary>
        <div className="flex flex-col gap-2 pt-1 pb-4 pl-6">
          <p className="text-muted">
            <span className="font-mono text-mono">
              <HostileText text={event.type} />
            </span>{' '}
            at <span className="font-mono text-mono tabular">{exactTime(event.at)}</span>, hash{' '}
            <span className="font-mono text-mono">{event.hash.slice(0, 16)}…</span>{' '}
            <CopyButton value={event.hash} what="event hash" />
          </p>
          <ValueTree value={event.data} path={`event-${event.seq}`} />
        </div>
      </details>
    </li>
  )
}

/** `leftOut`: so many in the middle are not shown. */
export function CallTimeline({ events, leftOut }: { events: CallDetail['events']; leftOut: number | undefined }) {
  if (events.length === 0) return <p className="text-muted">None of its events is in the log any more.</p>
  return (
    <>
      <ol className="flex flex-col border-t border-line">
        {events.map((event, index) => (
          <TimelineEvent key={event.seq} event={event} before={events[index - 1]} />
        ))}
      </ol>
      {leftOut === undefined ? null : (
        <p className="text-muted">
          {count(leftOut, 'event')} in the middle {leftOut === 1 ? 'is' : 'are'} not listed. An export has all of them.
        </p>
      )}
    </>
  )
}
