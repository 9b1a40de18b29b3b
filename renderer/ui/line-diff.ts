// Two texts as hunks of changed lines, for what a person edited and for policy files.
import { structuredPatch } from 'diff'
import type { DiffHunk } from './diff-view.tsx'

/** Beyond this many changed lines the shortest way from one to the other is not worth the wait. */
const mostEdits = 2_000

const linesOf = (text: string, sign: string): string[] => {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => `${sign}${line}`)
}

/** Empty where nothing changes. Two texts without a line break at the end are compared as if they had one. */
export function lineDiff(before: string, after: string): DiffHunk[] {
  if (before === after) return []
  const open = !before.endsWith('\n') && !after.endsWith('\n')
  const [from, to] = open ? [`${before}\n`, `${after}\n`] : [before, after]
  const patch = structuredPatch('', '', from, to, undefined, undefined, { context: 3, maxEditLength: mostEdits })
  return patch?.hunks ?? [{ oldStart: 1, newStart: 1, lines: [...linesOf(before, '-'), ...linesOf(after, '+')] }]
}
