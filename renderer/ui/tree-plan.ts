// Decides which parts of a large value are drawn at once. The rest waits behind a button that says how much it is, so
// that a hundred thousand fields neither freeze the window nor go unseen.
import { pointerTo } from './json-pointer.ts'

/** Rows drawn at once, over all levels. */
const rowBudget = 400
/** Text drawn at once, over all values, in UTF-16 units. */
const textBudget = 150_000
/** Entries of one object or list shown before an expander. */
export const firstEntries = 100

export type TreePlan = {
  /** Objects and lists, by pointer, that are drawn open. */
  readonly open: ReadonlySet<string>
  /** Long texts, by pointer, of which only the first rows are drawn. */
  readonly brief: ReadonlySet<string>
}

export function entriesOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((item, index): [string, unknown] => [String(index), item])
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** The first entries, without making a list of all. */
function firstOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return entriesOf(value.slice(0, firstEntries))
  return entriesOf(value).slice(0, firstEntries)
}

/** What is nearest to the top is drawn first. @param path pointer of `value` */
export function planTree(value: unknown, path: string): TreePlan {
  const open = new Set([path])
  const brief = new Set<string>()
  let queue: [string, unknown][] = [[path, value]]
  let rows = 0
  let text = 0
  while (queue.length > 0) {
    const below: [string, unknown][] = []
    for (const [at, container] of queue) {
      const entries = firstOf(container)
      if (at !== path && rows + entries.length > rowBudget) continue
      open.add(at)
      rows += entries.length
      for (const [key, item] of entries) {
        const here = pointerTo(at, key)
        if (typeof item === 'string') {
          if (text > textBudget) brief.add(here)
          text += Math.min(item.length, 60_000)
        } else if (typeof item === 'object' && item !== null) below.push([here, item])
      }
    }
    queue = below
  }
  return { open, brief }
}
