// The recorded events of one call, with the time between them and their place in the audit chain.
import type { CallDetail } from '../../../core/wire/ui-contract.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { clockTime, duration, exactTime } from '../../ui/time.ts'
import { ValueTree } from '../../ui/value-tree.tsx'

const words: Record<string, string> = {
  'call.received': 'Received',
  'call.decided': 'Decided by policy',
  'hold.opened': 'Held',
  'hold.closed': 'Hold ended',
  'approval.opened': 'Card opened',
  'approval.decided': 'Card closed',
  'approval.attached': 'Came to an open card',
  'grant.used': 'Allowed by a grant',
  'call.forwarded': 'Forwarded to the server',
  'call.answered': 'Server answered',
  'call.cancelled': 'Cancelled',
}

export function CallTimeline({ events }: { events: CallDetail['events'] }) {
  return (
    <ol className="flex flex-col">
      {events.map((event, index) => {
        const before = events[index - 1]
        return (
          <li key={event.seq} className="border-b border-line last:border-0">
            <details className="group">
              <summary className="flex h-8 list-none items-center gap-3 rounded-sm hover:bg-hover [&::-webkit-details-marker]:hidden">
                <span className="w-18 shrink-0 font-mono text-mono text-muted tabular" title={exactTime(event.at)}>
                  {before === undefined ? clockTime(event.at) : `+${duration(event.at - before.at)}`}
                </span>
                <span
                  aria-hidden="true"
                  className="size-1.5 shrink-0 rotate-45 border border-ink-line group-open:bg-ink"
                />
                <span className="min-w-0 flex-1 truncate">
                  {words[event.type] ?? <HostileText text={event.type} />}
                </span>
                <span className="font-mono text-label text-muted tabular">#{event.seq}</span>
              </summary>
              <div className="flex flex-col gap-2 pt-1 pb-4 pl-6">
                <ValueTree value={event.data} path={`event-${event.seq}`} />
                <p className="text-muted">
                  Chain position <span className="font-mono text-mono tabular">{event.seq}</span>, hash{' '}
                  <span className="font-mono text-mono">{event.hash.slice(0, 16)}</span>
                  <CopyButton value={event.hash} what="event hash" />
                </p>
              </div>
            </details>
          </li>
        )
      })}
    </ol>
  )
}
