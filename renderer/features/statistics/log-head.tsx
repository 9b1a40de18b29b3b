// What a later change of the log can be proved against: its head, where it was kept, and what was given up.
import type { ReactNode } from 'react'
import { useNow } from '../../state/clock.ts'
import type { Metrics } from '../../state/use-metrics.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { ago, count, exactTime } from '../../ui/time.ts'
import { figure } from './part.tsx'

/** It is written once a day; after two nobody should rely on it, in milliseconds. */
const late = 2 * 86_400_000

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid min-h-8 grid-cols-[11rem_minmax(0,1fr)] items-baseline gap-x-4 border-b border-line py-1.5 narrow:grid-cols-1">
      <dt>{name}</dt>
      <dd className="flex flex-col gap-0.5 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}

function Place({ seq, hash, what }: { seq: number; hash: string; what: string }) {
  return (
    <span>
      <span className="font-mono text-mono tabular">#{figure(seq)}</span>{' '}
      <span className="font-mono text-mono">{hash}</span> <CopyButton value={hash} what={what} />
    </span>
  )
}

function Anchored({ anchored, head }: Pick<Metrics, 'anchored' | 'head'>) {
  const now = useNow()
  if (anchored === undefined)
    return (
      <span className="text-hold">
        Never so far. Once a day the head is written to the system’s log, where whoever changes this one cannot easily
        change it.
      </span>
    )
  const { seq, hash, at, where } = anchored
  const since = head.seq - seq
  return (
    <>
      <Place seq={seq} hash={hash} what="head that was kept elsewhere" />
      <span className={now - at > late ? 'text-hold' : 'text-muted'}>
        <span title={exactTime(at)}>{ago(at, now)}</span>, in <HostileText text={where} />;{' '}
        {since <= 0 ? 'nothing was recorded since' : `${count(since, 'event')} since then`}.
        {now - at > late ? ' It should be written every day.' : ''}
      </span>
    </>
  )
}

export function LogHead({ metrics: { head, anchored, checkpoint } }: { metrics: Metrics }) {
  const now = useNow()
  return (
    <dl>
      <Fact name="Head">
        <Place seq={head.seq} hash={head.hash} what="head of the log" />
        <span className="text-muted">
          The hash of the newest event. Keep it elsewhere, in a note or a message: with it,{' '}
          <span className="font-mono text-mono">countersign audit verify --head</span> proves later that nothing was cut
          from the end or changed before it.
        </span>
      </Fact>
      <Fact name="Last kept elsewhere">
        <Anchored anchored={anchored} head={head} />
      </Fact>
      <Fact name="Given up">
        {checkpoint === undefined ? (
          <span className="text-muted">Nothing: the log begins with its first event.</span>
        ) : (
          <>
            <span className="tabular">
              {count(checkpoint.calls, 'call')} and {count(checkpoint.events, 'event')},{' '}
              <span title={exactTime(checkpoint.at)}>{ago(checkpoint.at, now)}</span>
            </span>
            <Place seq={checkpoint.seq} hash={checkpoint.hash} what="checkpoint" />
            <span className="text-muted">
              A signed checkpoint stands in their place, so that the rest can be checked.
            </span>
          </>
        )}
      </Fact>
    </dl>
  )
}
