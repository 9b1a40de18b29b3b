// How many calls each value of a facet would leave: counted without the facet's own terms, because it is a choice among its values.
import { type CallFilter, facets } from '../../core/audit/call-filter.ts'
import type { LogResult } from '../../core/wire/log-contract.ts'
import type { Codes, Facet } from './column-table.ts'
import type { Selection } from './selection.ts'

export type FacetCounts = LogResult<'activity.summary'>['facets']

/** `values`: what the codes say. `most`: so many of a facet are told, and those that the filter names. */
export function facetCounts(
  { codes, state }: Selection,
  values: Readonly<Record<Facet, readonly string[]>>,
  filter: CallFilter,
  most: number,
): FacetCounts {
  const told = facets.map((facet, index) => {
    const counts = new Uint32Array(values[facet].length)
    if (state) countFitting(counts, codes[facet], state, index + 1)
    else countAll(counts, codes[facet])
    const chosen = filter.terms.flatMap((term) => (term.dimension === facet ? term.values : []))
    return [facet, mostFrequent(counts, values[facet], new Set(chosen), most)] as const
  })
  return Object.fromEntries(told) as FacetCounts
}

function countAll(counts: Uint32Array, codes: Codes): void {
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? 0
    counts[code] = (counts[code] ?? 0) + 1
  }
}

/** Those that fit, and those that fit all but this facet. */
function countFitting(counts: Uint32Array, codes: Codes, state: Uint8Array, failed: number): void {
  for (let row = 0; row < state.length; row += 1) {
    if (state[row] !== 0 && state[row] !== failed) continue
    const code = codes[row] ?? 0
    counts[code] = (counts[code] ?? 0) + 1
  }
}

function mostFrequent(
  counts: Uint32Array,
  texts: readonly string[],
  chosen: ReadonlySet<string>,
  most: number,
): FacetCounts[Facet] {
  const found = texts.flatMap((value, code) => {
    const count = counts[code] ?? 0
    return count > 0 ? [{ value, count }] : []
  })
  found.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  const values = found.slice(0, most)
  let rest = found.slice(most)
  for (const value of chosen) {
    if (values.some((known) => known.value === value)) continue
    const known = rest.find((one) => one.value === value)
    // What a filter names without any call is told as none; a pattern is no value.
    if (known) values.push(known)
    else if (!value.includes('*')) values.push({ value, count: 0 })
    rest = rest.filter((one) => one !== known)
  }
  return { values, more: rest.length }
}
