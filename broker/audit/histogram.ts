// Calls over time: columns of a width that people think in, beginning where such a column begins on their clock.
import type { CallOutcome, LogResult } from '../../core/wire/log-contract.ts'
import { firstIdAt, timeOfId } from './call-id.ts'
import type { Selection } from './selection.ts'

export type Histogram = LogResult<'activity.summary'>['histogram']

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const widths = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * day),
]

/** The narrowest of the usual widths with which at most `columns` cover `span` milliseconds. */
export function columnWidth(span: number, columns: number): number {
  const least = span / columns
  const longest = widths.at(-1) ?? day
  return widths.find((width) => width >= least) ?? Math.ceil(least / longest) * longest
}

/** The last beginning of a column at or before `t`, by the local clock of then. Milliseconds since the epoch. */
export function columnStart(t: number, width: number): number {
  const ahead = -new Date(t).getTimezoneOffset() * minute
  return Math.max(0, Math.floor((t + (ahead || 0)) / width) * width - (ahead || 0))
}

/** Of the calls that fit. The range is `from` to `to` where given (milliseconds since the epoch), else from the first to the last of them. */
export function histogramOf(
  { length, ids, codes, state }: Selection,
  outcomes: readonly string[],
  range: { from: number | undefined; to: number | undefined; columns: number },
): Histogram {
  let [first, last] = [0, length - 1]
  while (state && first <= last && state[first] !== 0) first += 1
  while (state && first <= last && state[last] !== 0) last -= 1
  const empty = first > last
  const begin = range.from ?? (empty ? range.to : timeOfId(ids[first] ?? 0))
  const end = range.to ?? (empty ? begin : timeOfId(ids[last] ?? 0) + 1)
  if (begin === undefined || end === undefined) return { start: 0, columnMs: second, counts: {} }
  const columnMs = columnWidth(Math.max(1, end - begin), range.columns)
  const start = columnStart(begin, columnMs)
  const columns = Math.max(1, Math.ceil((end - start) / columnMs))

  const sums = new Uint32Array(outcomes.length * columns)
  const { outcome } = codes
  let column = 0
  let next = firstIdAt(start + columnMs)
  for (let row = first; row <= last; row += 1) {
    const id = ids[row] ?? 0
    while (id >= next && column < columns - 1) {
      column += 1
      next = firstIdAt(start + (column + 1) * columnMs)
    }
    if (state && state[row] !== 0) continue
    const cell = (outcome[row] ?? 0) * columns + column
    sums[cell] = (sums[cell] ?? 0) + 1
  }
  const counts: Partial<Record<CallOutcome, number[]>> = {}
  for (const [code, word] of outcomes.entries()) {
    const row = sums.subarray(code * columns, (code + 1) * columns)
    if (row.some((count) => count > 0)) counts[word as CallOutcome] = [...row]
  }
  return { start, columnMs, counts }
}
