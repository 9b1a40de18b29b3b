// How the person at this machine answers: for their eyes, so that what asks too often can be asked less.
import { EmptyState, FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { exactTime } from '../../ui/time.ts'
import { Figures } from './figures.tsx'
import { Section } from './part.tsx'
import { RuleTable } from './rule-table.tsx'
import { ToolTable } from './tool-table.tsx'
import { useStatistics } from './use-statistics.ts'

function Body({ days }: { days: number }) {
  const { reload, ...loaded } = useStatistics(days)
  if (loaded.state === 'loading') return <SkeletonRows rows={14} label="Loading statistics" />
  if (loaded.state === 'failed')
    return <FailedState what="Statistics could not be loaded" problem={loaded.problem} onRetry={reload} />
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

export function AnswersPart({ days }: { days: number }) {
  return (
    <>
      <p className="text-muted">Only you see this: it is read from the log on this machine and goes nowhere.</p>
      <Body days={days} />
    </>
  )
}
