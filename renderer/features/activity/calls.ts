// The list of recent calls as a value: pages from the broker, with live changes put in their place.
import type { CallOutcome, CallSummary } from '../../../core/wire/ui-contract.ts'

export type CallFilter = { readonly text: string; readonly outcome: CallOutcome | 'all' }

const newestFirst = (a: CallSummary, b: CallSummary): number =>
  b.receivedAt - a.receivedAt || b.call.localeCompare(a.call)

/** The broker's own meaning of `text`: part of a tool, server or client name. */
export function matches(call: CallSummary, filter: CallFilter): boolean {
  if (filter.outcome !== 'all' && call.outcome !== filter.outcome) return false
  const text = filter.text.trim().toLowerCase()
  return text === '' || [call.tool, call.server, call.client].some((name) => name.toLowerCase().includes(text))
}

/**
 * Applies changed calls: known ones are renewed (and leave when they no longer match), new ones are added.
 * Calls older than the last loaded one are left to the next page.
 */
export function mergeCalls(
  calls: readonly CallSummary[],
  changed: readonly CallSummary[],
  filter: CallFilter,
  complete: boolean,
): CallSummary[] {
  const oldest = calls.at(-1)
  const byId = new Map(calls.map((call) => [call.call, call]))
  for (const call of changed) {
    if (!matches(call, filter)) byId.delete(call.call)
    else if (byId.has(call.call) || complete || oldest === undefined || newestFirst(call, oldest) < 0)
      byId.set(call.call, call)
  }
  return [...byId.values()].sort(newestFirst)
}

/** How many of `changed` would be new rows. */
export function countNew(calls: readonly CallSummary[], changed: readonly CallSummary[], filter: CallFilter): number {
  const known = new Set(calls.map(({ call }) => call))
  return changed.filter((call) => !known.has(call.call) && matches(call, filter)).length
}
