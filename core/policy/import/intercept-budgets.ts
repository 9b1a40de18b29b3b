// Counters and approvals together. A call that waits for approval is not counted by the rule that lets others through, so
// several rules have to share what Intercept keeps as one number: each gets a part, and the parts add up to no more.
import type { Bound } from './intercept-limits.ts'

/** Calls that ask: of one tool, or of all (`*`). */
export type Asking = {
  readonly tool: string
  /** All of these calls ask, not only some. */
  readonly always: boolean
}

/** `A`: the approval rules of the policy. A bound that makes every call it counts ask is another kind of them. */
export type Budget<A extends Asking> = {
  readonly bound: Bound
  /** Whether every call it counts asks, so that one rule counts them all. */
  readonly asks: boolean
  /** Whether calls wait that the original lets through, or have less room. */
  readonly stricter: boolean
  /** What is left for calls that need no approval; all of it if `asks`. */
  readonly max: number
  /** What each of these may use. */
  readonly parts: readonly { readonly of: A | Bound; readonly max: number }[]
}

type Share<A> = { covered: boolean; part: number; others: (A | Bound)[] }

export function budgetsOf<A extends Asking>(bounds: readonly Bound[], approvals: readonly A[]): Budget<A>[] {
  const asking = new Set<Bound>()
  /** Bounds that had to make calls ask which no approval rule names. */
  const forced = new Set<Bound>()
  const shareOf = (bound: Bound): Share<A> => {
    const overlaps = (tool: string) => tool === '*' || bound.tool === '*' || tool === bound.tool
    const ofPolicy = approvals.filter(({ tool }) => overlaps(tool))
    const ofBounds = [...forced].filter((other) => other !== bound && overlaps(other.tool))
    const always = [...ofPolicy.filter((one) => one.always), ...ofBounds]
    const others = [...ofPolicy, ...ofBounds]
    return {
      covered: always.some(({ tool }) => tool === '*' || tool === bound.tool),
      part: others.length === 0 ? 0 : Math.floor(Math.floor(bound.max / 2) / others.length),
      others,
    }
  }
  for (let before = -1; before !== asking.size; ) {
    before = asking.size
    for (const bound of bounds) {
      if (asking.has(bound)) continue
      const { covered, part, others } = shareOf(bound)
      if (!covered && (others.length === 0 || part >= 1)) continue
      asking.add(bound)
      if (!covered) forced.add(bound)
    }
  }
  return bounds.map((bound): Budget<A> => {
    const { part, others } = shareOf(bound)
    if (asking.has(bound)) return { bound, asks: true, stricter: forced.has(bound), max: bound.max, parts: [] }
    const max = bound.max - part * others.length
    return { bound, asks: false, stricter: others.length > 0, max, parts: others.map((of) => ({ of, max: part })) }
  })
}
