// What the calls of a group have in common, said once, and what differs, said for each. Compared in full: nothing that
// differs may be folded into what is common.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'

type Card = Pick<ApprovalCard, 'arguments' | 'beside'>

export type Compared = {
  /** Arguments that all calls have, with one value. */
  readonly common: Readonly<Record<string, unknown>>
  /** Names of the other arguments, in the order in which they first appear. */
  readonly differing: readonly string[]
  /** What the messages carry beside is the same for all. */
  readonly sameBeside: boolean
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

export function compareCards(cards: readonly Card[]): Compared {
  const [first, ...others] = cards
  if (first === undefined) return { common: {}, differing: [], sameBeside: true }
  const isCommon = (name: string): boolean =>
    cards.every(({ arguments: args }) => Object.hasOwn(args, name)) &&
    others.every(({ arguments: args }) => sameJson(args[name], first.arguments[name]))
  const names = [...new Set(cards.flatMap(({ arguments: args }) => Object.keys(args)))]
  const common = names.filter(isCommon)
  return {
    common: Object.fromEntries(common.map((name) => [name, first.arguments[name]])),
    differing: names.filter((name) => !common.includes(name)),
    sameBeside: others.every(({ beside }) => sameJson(beside, first.beside)),
  }
}

/** Of one call, the arguments of these names. */
export function partOf({ arguments: args }: Card, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(args, name)).map((name) => [name, args[name]]))
}
