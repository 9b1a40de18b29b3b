// How much of a limit one call uses.
import type { CompiledLimit } from './compile-rule.ts'
import type { CallView } from './condition.ts'

/** `cannot-be-counted`: what is to be added up is not there or is no number, so the limit counts as reached. */
export type LimitState = { readonly amount: number | 'cannot-be-counted'; readonly exhausted: boolean }

/** One call, or the sum of all numbers at the path. A negative one could buy back what was used, so it does not count. */
export function amountOf({ sum }: CompiledLimit, call: CallView): LimitState['amount'] {
  if (!sum) return 1
  let total = 0
  for (const value of call.find(sum.path, sum.steps).values) {
    if (typeof value !== 'number' || !(value >= 0)) return 'cannot-be-counted'
    total += value
  }
  return Number.isFinite(total) ? total : 'cannot-be-counted'
}
