// How the person at this machine answers: for their eyes, so that what asks too often can be asked less.
import { type ReactNode, useState } from 'react'
import { Choice } from '../../ui/choice.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { EmptyState, FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { exactTime } from '../../ui/time.ts'
import { Figures } from './figures.tsx'
import { RuleTable } from './rule-table.tsx'
import { ToolTable } from './tool-table.tsx'
import { type Loaded, useStatistics } from './use-statistics.ts'

const periods = [
  { value: 7, word: '7 days' },
  { value: 30, word: '30 days' },
  { value: 90, word: '90 days' },
] as const
type Days = (typeof periods)[number]['value']

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="border-b border-line pb-2 text-title font-semibold">{title}</h2>
      {children}
    </section>
  )
}

function Body({ loaded, days, onRetry }: { loaded: Loaded; days: Days; onRetry: () => void }) {
  if (loaded.state === 'loading') return <SkeletonRows rows={14} label="Loading statistics" />
  if (loaded.state === 'failed')
    return <FailedState what="Statistics could not be loaded" problem={loaded.problem} onRetry={onRetry} />
  const { statistics } = loaded
  const { asked, settledAlone, since, rules, tools } = statistics
  if (asked === 0 && settledAlone === 0)
    return (
      <EmptyState title={`No calls in ${days} days`}>
        How often you are asked and what you answer will stand here, with the rules and tools that ask most.
      </EmptyState>
    )
  return (
    <>
      <Section title="Your answers">
        <Figures statistics={statistics} />
      </Section>
      {rules.length === 0 ? null : (
        <Section title="Rules that asked">
          <RuleTable rules={rules} />
        </Section>
      )}
      {tools.length === 0 ? null : (
        <Section title="Tools that asked most">
          <ToolTable tools={tools} />
        </Section>
      )}
      <p className="text-muted tabular">Since {exactTime(since).slice(0, 16)}.</p>
    </>
  )
}

export function StatisticsScreen() {
  const [days, setDays] = useState<Days>(30)
  const { reload, ...loaded } = useStatistics(days)
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-1.5">
        <h1 className="text-title font-semibold">Statistics</h1>
        <Choice label="Period" value={days} options={periods} onChange={setDays} />
      </header>
      <Scroller label="Figures" className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-208 flex-col gap-8 px-6 py-6 narrow:px-4">
          <p className="text-muted">Only you see this: it is read from the log on this machine and goes nowhere.</p>
          <Body loaded={loaded} days={days} onRetry={reload} />
        </div>
      </Scroller>
    </div>
  )
}
