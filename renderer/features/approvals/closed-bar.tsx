// The foot of a card that was settled by something else while it was read: how, and the way on.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import type { ClosedCard } from '../../state/model.ts'
import { Button } from '../../ui/button.tsx'
import { closedWords } from './card-words.ts'

export function ClosedBar({
  card,
  closed,
  sending,
  onNext,
  onLater,
}: {
  card: ApprovalCard
  closed: ClosedCard['outcome']
  sending: boolean
  onNext: (() => void) | undefined
  onLater: () => void
}) {
  return (
    <section
      aria-label="Closed"
      className="flex shrink-0 flex-wrap items-center justify-between gap-3 border-t border-line bg-paper px-6 py-3 narrow:px-4"
    >
      <p role="status" className="font-medium">
        {sending ? 'Sending your answer…' : closedWords(card, closed)}
      </p>
      <Button onClick={onNext ?? onLater}>{onNext === undefined ? 'Put away' : 'Show next'}</Button>
    </section>
  )
}
