// A window of the calls that a filter selects. What a filter selected is kept for a while, so that turning pages costs only the
// page, and stays in its order while new calls come.
import type { CallFilter } from '../../core/audit/call-filter.ts'
import type { LogParams, LogResult } from '../../core/wire/log-contract.ts'
import { type Columns, lowerBound } from './column-table.ts'
import type { Db } from './driver.ts'
import { summariesById } from './query.ts'
import type { Selection } from './selection.ts'

type Found = {
  key: string
  version: number
  searchedTo: number | undefined
  /** Oldest first; absent where it is every call. */
  ids?: Float64Array
  total: number
}

/** A list of a million calls takes 8 MB. */
const keptLists = 4

export type Search = {
  find(params: LogParams<'activity.search'>): LogResult<'activity.search'>
  /** Calls are gone: what was kept names them. */
  forget(): void
}

export function createSearch(
  db: Db,
  columns: Columns,
  selectCalls: (filter: CallFilter, asOf: number) => Selection,
): Search {
  let kept: Found[] = []

  const found = (filter: CallFilter, asOf: number, fresh: boolean): Found => {
    const key = JSON.stringify([filter, asOf])
    const known = kept.find((one) => one.key === key && !(fresh && one.version !== columns.version))
    const one = known ?? { key, version: columns.version, ...listOf(selectCalls(filter, asOf)) }
    kept = [one, ...kept.filter((other) => other.key !== key)].slice(0, keptLists)
    return one
  }

  return {
    find({ filter, asOf: asked, offset, limit }) {
      const newest = columns.ids[columns.length - 1] ?? 0
      const asOf = asked === undefined ? newest : readAsOf(asked)
      const answer = (total: number, ids: readonly number[], searchedTo?: number) => ({
        asOf: String(asOf),
        total,
        ...(searchedTo !== undefined && { searchedTo }),
        calls: summariesById(db, ids),
      })
      if (
        filter.terms.length === 0 &&
        filter.words.length === 0 &&
        filter.from === undefined &&
        filter.to === undefined
      ) {
        const total = lowerBound(columns.ids, columns.length, asOf + 1)
        return answer(total, backwards(columns.ids, total, offset, limit))
      }
      const { ids = columns.ids, total, searchedTo } = found(filter, asOf, asked === undefined)
      return answer(total, backwards(ids, total, offset, limit), searchedTo)
    },
    forget: () => {
      kept = []
    },
  }
}

/** `asOf` of an earlier answer. Throws a RangeError for anything else. */
export function readAsOf(text: string): number {
  if (!/^\d{1,16}$/.test(text)) throw new RangeError('`asOf` is not of an earlier answer')
  return Number(text)
}

function listOf({ ids, state, length, total, searchedTo }: Selection): Pick<Found, 'ids' | 'total' | 'searchedTo'> {
  const list = new Float64Array(total)
  let count = 0
  for (let row = 0; row < length; row += 1) {
    if (state && state[row] !== 0) continue
    list[count] = ids[row] ?? 0
    count += 1
  }
  return { ids: list, total, searchedTo }
}

const backwards = (ids: Float64Array, total: number, offset: number, limit: number): number[] => {
  const end = Math.max(0, total - offset)
  return [...ids.subarray(Math.max(0, end - limit), end)].reverse()
}
