// What the pieces of the written policy language have in common, as zod and as JSON Schema.
import * as z from 'zod'

/** Whole numbers beyond it are not exact, and every number beyond it is whole. */
export const largestNumber = Number.MAX_SAFE_INTEGER

/** One or a list of at least one. */
export const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)])

export const glob = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^[\]{}\\]+$/)

/** An object with these keys. */
export function keys<K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>
}

/** JSON Schema: where `condition` fits, so must `consequence`, elsewhere `otherwise`. Editors go on completing beside it. */
export const ifThen = (condition: object, consequence: object, otherwise?: object) => ({
  if: condition,
  then: consequence,
  ...(otherwise && { else: otherwise }),
})

/** JSON Schema: none of these keys. */
export const fails = (...names: string[]) => ({ properties: keys(names, () => false) })
