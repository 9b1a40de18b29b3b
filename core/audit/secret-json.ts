// JSON that stands in a text, as most tools answer: what its keys tell is understood as in any other value, and the rest of
// the text stays as it was written.
import type { JsonValue } from '../schema/json.ts'

const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g
/** A text is not looked into any deeper. */
const deepest = 100

/** The value of a text that is one JSON object or list; nothing for any other, or one that nests too deep. */
export function jsonIn(text: string): JsonValue | undefined {
  if (!/^\s*[{[]/.test(text) || !/[}\]]\s*$/.test(text)) return undefined
  try {
    const value = JSON.parse(text) as JsonValue
    return isDeeper(value, deepest) ? undefined : value
  } catch {
    return undefined // no JSON: a text like any other
  }
}

/** The text with what was changed in its value, everything else as it was. */
export function withChanges(text: string, before: JsonValue, after: JsonValue): string {
  const old = leavesOf(before)
  const now = leavesOf(after)
  let index = 0
  let isSame = old.length === now.length
  const changed = text.replace(token, (written) => {
    const was = old[index]
    const is = now[index]
    index++
    isSame &&= JSON.stringify(was) === written || isEqual(was, written)
    return was === is ? written : JSON.stringify(is)
  })
  // Keys that stand twice, or that JavaScript puts in another order.
  return isSame && index === old.length ? changed : JSON.stringify(after)
}

function isEqual(was: unknown, written: string): boolean {
  return was === JSON.parse(written)
}

type Leaf = string | number | boolean | null

function leavesOf(value: JsonValue, leaves: Leaf[] = []): Leaf[] {
  if (typeof value !== 'object' || value === null) leaves.push(value)
  else if (Array.isArray(value)) for (const element of value) leavesOf(element, leaves)
  else {
    for (const [key, member] of Object.entries(value)) {
      leaves.push(key)
      leavesOf(member, leaves)
    }
  }
  return leaves
}

/**
 * The value without what nests deeper than anything is looked into, where there is such: nothing else of ours could go
 * through it either. Otherwise the very same value.
 */
export function withoutDepths(value: JsonValue, levels = deepest): JsonValue {
  if (!isDeeper(value, levels)) return value
  if (levels === 0) return '[nested too deep to be kept]'
  if (Array.isArray(value)) return value.map((element) => withoutDepths(element, levels - 1))
  const members = Object.entries(value as { [key: string]: JsonValue })
  return Object.fromEntries(members.map(([key, member]) => [key, withoutDepths(member, levels - 1)]))
}

function isDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const member of Object.values(value)) if (isDeeper(member, levels - 1)) return true
  return false
}
