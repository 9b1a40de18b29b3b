// The log itself: what became of calls, how long they took, what is recorded where, and whether it is still what was
// written.
import { goTo } from '../../state/navigation.ts'
import { useMetrics } from '../../state/use-metrics.ts'
import { Button } from '../../ui/button.tsx'
import { CollectorState } from '../../ui/collector-state.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { exactTime } from '../../ui/time.ts'
import { LogCalls } from './log-calls.tsx'
import { LogHead } from './log-head.tsx'
import { LogStorage } from './log-storage.tsx'
import { Section } from './part.tsx'
import { VerifyLog } from './verify-log.tsx'

export function LogPart({ days }: { days: number }) {
  const { reload, ...loaded } = useMetrics(days)
  if (loaded.state === 'loading') return <SkeletonRows rows={14} label="Loading the figures of the log" />
  if (loaded.state === 'failed')
    return <FailedState what="The figures of the log could not be loaded" problem={loaded.problem} onRetry={reload} />
  const { metrics } = loaded
  return (
    <>
      <Section title="What became of calls">
        <LogCalls metrics={metrics} days={days} />
      </Section>
      <Section title="What is recorded">
        <LogStorage metrics={metrics} />
      </Section>
      <Section title="Is it still what was written?">
        <VerifyLog />
        <LogHead metrics={metrics} />
      </Section>
      <Section title="Collector">
        <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-2 border-b border-line py-3">
          {metrics.telemetry === undefined ? (
            <p className="text-muted">None: nothing of the log leaves this machine.</p>
          ) : (
            <div className="flex min-w-0 flex-1 basis-64 flex-col gap-1">
              <p className="font-mono text-mono [overflow-wrap:anywhere]">
                <HostileText text={metrics.telemetry.endpoint} />
              </p>
              <CollectorState telemetry={metrics.telemetry} />
            </div>
          )}
          <Button onClick={() => goTo('settings')}>Change in Settings</Button>
        </div>
      </Section>
      <p className="text-muted tabular">Calls since {exactTime(metrics.since).slice(0, 16)}.</p>
    </>
  )
}
