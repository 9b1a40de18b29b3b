// Changes of a text line by line, each with its sign and its numbers. Drawn in pieces when it is long, cut nowhere.
import { useMemo, useState } from 'react'
import { Button } from './button.tsx'
import { HostileText } from './hostile-text.tsx'
import { ReviewEnd, type ReviewSide } from './review.tsx'
import { Scroller } from './scroller.tsx'
import { chunkEnd, nextChunkEnd, rowsOf } from './text-lines.ts'
import { count } from './time.ts'

export type DiffHunk = {
  readonly oldStart: number
  readonly newStart: number
  /** Each begins with ` `, `+` or `-`. */
  readonly lines: readonly string[]
}

/** More rows than this scroll inside their own frame. */
const foldAbove = 18

type Row = {
  readonly sign: string
  readonly before: number | undefined
  readonly after: number | undefined
  readonly text: string
  /** It begins a hunk that is not the first. */
  readonly gap: boolean
}

export function diffRows(hunks: readonly DiffHunk[]): Row[] {
  const rows: Row[] = []
  hunks.forEach(({ oldStart, newStart, lines }, hunk) => {
    let before = oldStart
    let after = newStart
    lines.forEach((line, index) => {
      const sign = line.slice(0, 1)
      // A CR at the end belongs to the line's end, as in any text of that kind.
      const text = line.endsWith('\r') ? `${line.slice(1)}\n` : line.slice(1)
      const numbers = {
        before: sign === '+' || sign === '\\' ? undefined : before,
        after: sign === '-' || sign === '\\' ? undefined : after,
      }
      if (numbers.before !== undefined) before += 1
      if (numbers.after !== undefined) after += 1
      rowsOf(text).forEach((row, part) => {
        rows.push({
          sign,
          ...(part === 0 ? numbers : { before: undefined, after: undefined }),
          text: row,
          gap: hunk > 0 && index === 0 && part === 0,
        })
      })
    })
  })
  return rows
}

const looks: Record<string, string> = { '+': 'bg-allow-tint', '-': 'bg-deny-tint' }
const tones: Record<string, string> = { '+': 'text-allow', '-': 'text-deny' }
const said: Record<string, string> = { '+': 'added: ', '-': 'removed: ' }

/** @param reviewId where it has to be seen to its end before an approval */
export function DiffView({
  hunks,
  label,
  reviewId,
  side,
}: {
  hunks: readonly DiffHunk[]
  label: string
  reviewId?: string
  side?: ReviewSide
}) {
  const rows = useMemo(() => diffRows(hunks), [hunks])
  const asLines = useMemo(() => rows.map(({ text }) => ({ number: undefined, text })), [rows])
  const [shown, setShown] = useState(() => chunkEnd(asLines, 0))
  const [unfolded, setUnfolded] = useState(false)
  const folds = rows.length > foldAbove
  const rest = rows.length - shown
  const number = 'w-9 shrink-0 pr-2 text-right text-muted select-none tabular'
  return (
    <div className="overflow-hidden rounded-[5px] border border-line bg-well">
      <Scroller
        label={label}
        focusable={folds}
        className={`relative overflow-auto ${folds && !unfolded ? 'max-h-80' : ''}`}
      >
        <div className="py-1 font-mono text-mono">
          {rows.slice(0, shown).map(({ sign, before, after, text, gap }, index) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of one immutable diff
              key={index}
              className={`flex ${gap ? 'mt-1 border-t border-line pt-1' : ''} ${looks[sign] ?? ''}`}
            >
              <span aria-hidden="true" className={number}>
                {before}
              </span>
              <span aria-hidden="true" className={number}>
                {after}
              </span>
              <span aria-hidden="true" className={`w-4 shrink-0 select-none ${tones[sign] ?? 'text-muted'}`}>
                {sign === '-' ? '−' : sign}
              </span>
              <span className="min-w-0 flex-1 pr-3 whitespace-pre-wrap [tab-size:4]">
                {said[sign] === undefined ? null : <span className="sr-only">{said[sign]}</span>}
                <HostileText text={text} multiline />
              </span>
            </div>
          ))}
        </div>
        {rest > 0 ? (
          <div className="px-2 pb-2">
            <Button onClick={() => setShown(nextChunkEnd(asLines, shown))}>
              Show more ({count(rest, 'row')} of {rows.length.toLocaleString('en-US')} left)
            </Button>
          </div>
        ) : null}
        {reviewId === undefined ? null : <ReviewEnd id={reviewId} ready={rest === 0} side={side} />}
      </Scroller>
      {folds ? (
        <div className="flex items-center justify-between border-t border-line px-1 text-muted">
          <span className="pl-2 text-label tabular">{count(rows.length, 'row')}</span>
          <Button variant="quiet" size="small" onClick={() => setUnfolded(!unfolded)} aria-expanded={unfolded}>
            {unfolded ? 'Fold' : 'Unfold all rows'}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
