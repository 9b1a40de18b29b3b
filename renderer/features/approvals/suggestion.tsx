// The same answer again and again: says so, and offers the narrowest rule that would have spared it.
import { Lightbulb } from 'lucide-react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { Button, Keys } from '../../ui/button.tsx'

export function Suggestion({
  suggestion: { why, answer, times },
  onTake,
}: {
  suggestion: NonNullable<ApprovalCard['suggestion']>
  onTake: () => void
}) {
  const said = answer === 'approved' ? 'approved' : 'refused'
  return (
    <div className="flex items-start gap-2">
      <Lightbulb size={14} strokeWidth={1.75} aria-hidden="true" className="mt-0.5 shrink-0 text-ink" />
      <p className="min-w-0 flex-1">
        {why === 'same-answers'
          ? `You ${said} ${times} calls like this in a row.`
          : `This tool asked ${times} times within an hour.`}{' '}
        <span className="text-muted">
          A narrow {answer === 'approved' ? 'permission' : 'rule'} would spare the next.
        </span>
      </p>
      <Button
        variant="quiet"
        size="small"
        className="-mt-0.5"
        onClick={onTake}
        aria-keyshortcuts={answer === 'approved' ? 'r' : 'b'}
      >
        {answer === 'approved' ? 'Look at it' : 'Look at the rule'} <Keys keys={answer === 'approved' ? 'r' : 'b'} />
      </Button>
    </div>
  )
}
