// Text of several lines, with numbers, exactly as it is. Long text scrolls in its own frame and can be unfolded.
import { useMemo, useState } from 'react'
import { Button } from './button.tsx'
import { HostileText } from './hostile-text.tsx'
import { ReviewEnd, type ReviewSide } from './review.tsx'
import { Scroller } from './scroller.tsx'
import { chunkEnd, countLines, nextChunkEnd, textLines } from './text-lines.ts'
import { count } from './time.ts'

/** More rows than this scroll inside their own frame until the person unfolds it. */
const foldAbove = 16
/** So many characters fill as much on lines that wrap. */
const foldBeyond = 2_000

type Props = {
  text: string
  label: string
  reviewId?: string
  side?: ReviewSide | undefined
  /** Draws only the first rows until more are asked for. */
  brief?: boolean
  /** The lines are our own layout of a value: how they end says nothing. */
  laidOut?: boolean
  /** Few lines that are very long scroll in their own frame as well. */
  foldLong?: boolean
}

export function TextBlock({ text, label, reviewId, side, brief = false, laidOut = false, foldLong = false }: Props) {
  const rows = useMemo(() => textLines(text), [text])
  const [shown, setShown] = useState(() => (brief ? chunkEnd(rows, 0, 8, 2_000) : chunkEnd(rows, 0)))
  const [unfolded, setUnfolded] = useState(false)
  const folds = rows.length > foldAbove || (foldLong && text.length > foldBeyond)
  const rest = rows.length - shown
  const digits = String(countLines(text)).length
  return (
    <div className="overflow-hidden rounded-[5px] border border-line bg-well">
      <Scroller
        label={label}
        focusable={folds}
        className={`relative overflow-auto ${folds && !unfolded ? 'max-h-72' : ''}`}
      >
        <div className="py-1.5 font-mono text-mono">
          {rows.slice(0, shown).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of one immutable text
            <div key={index} className="flex">
              <span
                aria-hidden="true"
                className={`shrink-0 pr-3 pl-2 text-right text-muted select-none tabular ${digits > 4 ? 'w-16' : digits > 2 ? 'w-12' : 'w-9'}`}
              >
                {row.number}
              </span>
              <span className="min-w-0 flex-1 pr-3 whitespace-pre-wrap [tab-size:4]">
                <HostileText text={row.text} multiline />
              </span>
            </div>
          ))}
        </div>
        {rest === 0 && rows.length > 1 && !laidOut && !text.endsWith('\n') ? (
          <p className="pb-1.5 pl-3 text-label text-muted">no line break at the end</p>
        ) : null}
        {rest > 0 ? (
          <div className="px-2 pb-2">
            <Button onClick={() => setShown(nextChunkEnd(rows, shown))}>
              Show more ({count(rest, 'row')} of {rows.length.toLocaleString('en-US')} left)
            </Button>
          </div>
        ) : null}
        {reviewId === undefined ? null : <ReviewEnd id={reviewId} ready={rest === 0} side={side} />}
      </Scroller>
      {folds ? (
        <div className="flex items-center justify-between border-t border-line px-1 text-muted">
          <span className="pl-2 text-label tabular">{count(countLines(text), 'line')}</span>
          <Button variant="quiet" size="small" onClick={() => setUnfolded(!unfolded)} aria-expanded={unfolded}>
            {unfolded ? 'Fold' : 'Unfold all lines'}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
