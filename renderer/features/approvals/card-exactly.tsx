// Exactly what would be forwarded: what becomes of the file, and every argument, none of it cut without an expander.
import { useMemo } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { MarksSummary } from '../../ui/argument-marks.tsx'
import { ReviewEnd } from '../../ui/review.tsx'
import { ValueTree } from '../../ui/value-tree.tsx'
import { coveredByDiff } from './diff-covers.ts'
import { FileDiff, type FileDiffState } from './file-diff.tsx'

export function CardExactly({
  card,
  diff,
  editing,
  onNextMark,
}: {
  card: ApprovalCard
  diff: FileDiffState | undefined
  /** A person is making something else of it, above. */
  editing: boolean
  onNextMark: () => void
}) {
  const title = editing ? 'As the client sent it' : 'Exactly this'
  const sides = useMemo(
    () => coveredByDiff(card.arguments, diff?.state === 'read' ? diff.diff : undefined),
    [card.arguments, diff],
  )
  return (
    <>
      <MarksSummary marks={card.marks} onNext={onNextMark} />
      {card.file === undefined || diff === undefined ? null : (
        <FileDiff file={card.file} state={diff} side={sides.size > 0 ? 'diff' : undefined} asSent={editing} />
      )}
      <section aria-label={title} className="flex flex-col gap-2">
        <h3 className="label">{title}</h3>
        {Object.keys(card.arguments).length === 0 ? (
          <p className="text-muted">No arguments.</p>
        ) : (
          <ValueTree value={card.arguments} path="" sides={sides} />
        )}
        {card.beside === undefined ? null : (
          <>
            <h4 className="label">Sent beside the arguments</h4>
            <ValueTree value={card.beside} path="#beside" />
          </>
        )}
        <ReviewEnd id="#end" />
      </section>
    </>
  )
}
