// The rows of the explorer, fetched in pages where they are looked at. The order stands still (`asOf`) until it is taken
// anew; rows that change are renewed where they are.
import type { CallFilter } from '../../../core/audit/call-filter.ts'
import type { CallSummary, UiParams, UiResult } from '../../../core/wire/ui-contract.ts'
import { problemText } from '../../transport/request-error.ts'

export const pageSize = 100
/** Pages kept: what was looked at last. */
const mostPages = 60
const mostRequests = 2

export type RowsView = {
  /** `stale`: the rows are still those of the filter before. */
  readonly state: 'loading' | 'stale' | 'ready' | 'failed'
  /** Why rows are missing. */
  readonly problem: string | undefined
  readonly total: number
  /** Only calls since then were looked through, in milliseconds since the epoch. */
  readonly searchedTo: number | undefined
}

type Ask = (params: UiParams<'activity.search'>) => Promise<UiResult<'activity.search'>>

export type RowPages = {
  readonly view: () => RowsView
  readonly row: (index: number) => CallSummary | undefined
  /** Takes the newest calls of this filter. @param afresh another question than before: its failure is worth a screen */
  readonly take: (filter: CallFilter, afresh: boolean) => Promise<void>
  /** These rows, from the one to the other, are looked at. */
  readonly look: (first: number, last: number) => void
  /** Rows that are shown and have changed. */
  readonly renew: (changed: readonly CallSummary[]) => void
  readonly subscribe: (listener: () => void) => () => void
}

const nothing: RowsView = { state: 'loading', problem: undefined, total: 0, searchedTo: undefined }

export function rowPages(ask: Ask): RowPages {
  let view = nothing
  let filter: CallFilter | undefined
  let asOf: string | undefined
  let pages = new Map<number, readonly CallSummary[]>()
  let wanted: readonly number[] = []
  /** Grows with each taking: answers to what was asked before count for nothing. */
  let round = 0
  const underWay = new Set<number>()
  /** What changed while something was asked, whose answer may not have it yet. */
  let meanwhile = new Map<string, CallSummary>()
  const listeners = new Set<() => void>()

  const show = (next: Partial<RowsView>): void => {
    view = { ...view, ...next }
    for (const listener of listeners) listener()
  }

  const place = (page: number, { calls, total, searchedTo }: UiResult<'activity.search'>): void => {
    pages.delete(page)
    pages.set(
      page,
      calls.map((call) => meanwhile.get(call.call) ?? call),
    )
    for (const old of pages.keys()) {
      if (pages.size <= mostPages) break
      if (!wanted.includes(old)) pages.delete(old)
    }
    show({ state: 'ready', problem: undefined, total, searchedTo })
  }

  /** Asked for while another is under way: only the newest is asked next. */
  let next: { readonly filter: CallFilter; readonly afresh: boolean } | undefined
  let taking: Promise<void> | undefined

  const takeOne = async (of: CallFilter, afresh: boolean): Promise<void> => {
    round += 1
    filter = of
    meanwhile = new Map()
    underWay.clear()
    try {
      const answer = await ask({ filter: of, offset: 0, limit: pageSize })
      // Another question by now: rows of this one would only flicker.
      if (next?.afresh) return
      asOf = answer.asOf
      pages = new Map()
      place(0, answer)
      fetchWanted()
    } catch (error) {
      if (next?.afresh) return
      const failed = afresh || asOf === undefined
      show({ ...(failed ? { state: 'failed' } : {}), problem: problemText(error) })
    }
  }

  const take: RowPages['take'] = (of, afresh) => {
    next = { filter: of, afresh: afresh || (next?.afresh ?? false) }
    if (afresh) show({ state: view.state === 'ready' || view.state === 'stale' ? 'stale' : 'loading' })
    taking ??= (async () => {
      while (next !== undefined) {
        const now: { readonly filter: CallFilter; readonly afresh: boolean } = next
        next = undefined
        await takeOne(now.filter, now.afresh)
      }
      taking = undefined
    })()
    return taking
  }

  const fetchWanted = (): void => {
    for (const page of wanted) {
      if (filter === undefined || asOf === undefined || view.state !== 'ready' || underWay.size >= mostRequests) return
      if (pages.has(page) || underWay.has(page) || page * pageSize >= view.total) continue
      void fetchPage(filter, asOf, page)
    }
  }

  const fetchPage = async (of: CallFilter, as: string, page: number): Promise<void> => {
    const mine = round
    if (underWay.size === 0) meanwhile = new Map()
    underWay.add(page)
    try {
      const answer = await ask({ filter: of, asOf: as, offset: page * pageSize, limit: pageSize })
      if (mine !== round) return
      underWay.delete(page)
      place(page, answer)
      fetchWanted()
    } catch (error) {
      if (mine !== round) return
      underWay.delete(page)
      // Not asked again by itself: the next look, or a person, does.
      show({ problem: problemText(error) })
    }
  }

  return {
    view: () => view,
    row: (index) => pages.get(Math.floor(index / pageSize))?.[index % pageSize],
    take,
    look: (first, last) => {
      const from = Math.max(0, Math.floor(first / pageSize))
      const to = Math.max(from, Math.floor(last / pageSize))
      // What is in sight first, then what is about to be.
      wanted = [
        ...Array.from({ length: to - from + 1 }, (_, i) => from + i),
        ...(last % pageSize > pageSize / 2 ? [to + 1] : []),
        ...(first % pageSize < pageSize / 2 && from > 0 ? [from - 1] : []),
      ]
      for (const page of wanted) {
        const kept = pages.get(page)
        if (kept === undefined) continue
        pages.delete(page)
        pages.set(page, kept)
      }
      fetchWanted()
    },
    renew: (changed) => {
      for (const call of changed) meanwhile.set(call.call, call)
      const byId = new Map(changed.map((call) => [call.call, call]))
      let any = false
      for (const [page, rows] of pages) {
        if (!rows.some(({ call }) => byId.has(call))) continue
        any = true
        pages.set(
          page,
          rows.map((row) => byId.get(row.call) ?? row),
        )
      }
      if (any) show({})
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
