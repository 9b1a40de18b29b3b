// Which argument a file's diff shows in another way: a person who saw the one to its end need not scroll the other too.
import type { ApprovalCard, UiResult } from '../../../core/wire/ui-contract.ts'
import { pointerTo } from '../../ui/json-pointer.ts'
import type { ReviewSide } from '../../ui/review.tsx'
import { isBlock } from '../../ui/value-tree.tsx'

type FileDiff = UiResult<'approvals.file-diff'>

/** Whether `text` has, at the very lines of each hunk, what the hunk says the file will have there. */
function holds(text: string, hunks: Extract<FileDiff, { path: string }>['hunks']): boolean {
  const lines = text.split('\n')
  return hunks.every(({ newStart, lines: changed }) =>
    changed
      .filter((line) => line.startsWith(' ') || line.startsWith('+'))
      .every((line, index) => lines[newStart - 1 + index] === line.slice(1)),
  )
}

/** Empty where no argument, or more than one, could be the text that is written. */
export function coveredByDiff(
  args: ApprovalCard['arguments'],
  diff: FileDiff | undefined,
): ReadonlyMap<string, ReviewSide> {
  if (diff === undefined || diff.state === 'unknown' || diff.hunks.length === 0) return new Map()
  const found = Object.entries(args).filter(([, value]) => isBlock(value) && holds(value, diff.hunks))
  const [only, ...others] = found
  return only === undefined || others.length > 0 ? new Map() : new Map([[pointerTo('', only[0]), 'raw']])
}
