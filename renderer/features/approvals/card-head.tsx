// The first line a person reads: who asks whom, and what for in one sentence of ours.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Sentence } from '../../ui/sentence.tsx'
import { sentenceOf, thing } from './card-words.ts'

export function CardHead({
  card,
  compact,
  onGroup,
}: {
  card: ApprovalCard
  compact: boolean
  /** Back to the group of similar calls that the card is one of. */
  onGroup: (() => void) | undefined
}) {
  const sentence = sentenceOf(card)
  const call = card.action === 'tools/call'
  const named = sentence.some((part) => 'value' in part && part.value === card.tool)
  return (
    <div className="flex flex-col gap-1">
      {onGroup === undefined ? null : (
        <button
          type="button"
          onClick={onGroup}
          className="self-start text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
        >
          Back to the similar {thing(card)}s
        </button>
      )}
      {call ? (
        <p className="text-muted">
          <HostileText text={card.who.client} /> asks <HostileText text={card.where.server} />
        </p>
      ) : null}
      <h2 className={`${compact ? 'text-title' : 'text-summary'} font-semibold text-balance`}>
        <Sentence parts={sentence} />
      </h2>
      {call && named ? null : (
        <p className="font-mono text-mono text-muted">{call ? <HostileText text={card.tool} /> : card.action}</p>
      )}
    </div>
  )
}
