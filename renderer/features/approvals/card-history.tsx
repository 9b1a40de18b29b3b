// How this person answered calls like this one before.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { ago, exactTime } from '../../ui/time.ts'

export function answeredWords({ approved, refused, expired }: ApprovalCard['answered']): string | undefined {
  if (approved + refused + expired === 0) return undefined
  const parts = [
    ...(approved > 0 ? [`${approved} approved`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(expired > 0 ? [`${expired} not answered`] : []),
  ]
  return `In the last 30 days: ${parts.join(', ')}.`
}

/** The log's word for an outcome in this place; one that is new to this window stays as it is. */
const outcomeWords: Partial<Record<string, string>> = {
  'allowed-by-grant': 'allowed, as remembered',
  'upstream-error': 'ran, with an error',
  'outcome-unknown': 'may have run',
  expired: 'not answered',
}

export const beforeWord = (outcome: string): string => outcomeWords[outcome] ?? outcome

export function CardHistory({ card }: { card: ApprovalCard }) {
  const now = useNow()
  const answered = answeredWords(card.answered)
  if (card.before.length === 0 && answered === undefined) {
    return (
      <span className="text-muted">
        {card.action === 'tools/call' ? 'No earlier call of this tool by this client.' : 'Not asked for before.'}
      </span>
    )
  }
  return (
    <>
      {answered === undefined ? null : <span className="tabular">{answered}</span>}
      {card.before.map((earlier) => (
        <span key={earlier.at} className="flex flex-wrap gap-x-2">
          <span className="w-24 text-muted tabular" title={exactTime(earlier.at)}>
            {ago(earlier.at, now)}
          </span>
          <span>{beforeWord(earlier.outcome)}</span>
          <span className="text-muted">{earlier.sameArguments ? 'same arguments' : 'other arguments'}</span>
        </span>
      ))}
    </>
  )
}
