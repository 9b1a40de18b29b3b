// Values that the log was seen to have while the screen is open. The counts are of what the query selects, half a typed word
// included: the value it is going to be would often not be among them any more.
import { useRef } from 'react'
import { facets } from '../../../core/audit/call-filter.ts'
import type { Summary } from './use-log.ts'

export type SeenValues = ReadonlyMap<string, ReadonlySet<string>>

const mostKept = 500

export function useSeenValues(summary: Summary | undefined): SeenValues {
  const seen = useRef(new Map<string, Set<string>>(facets.map((facet) => [facet, new Set()])))
  for (const facet of summary === undefined ? [] : facets) {
    const kept = seen.current.get(facet)
    for (const { value } of summary?.facets[facet].values ?? [])
      if ((kept?.size ?? mostKept) < mostKept) kept?.add(value)
  }
  return seen.current
}
