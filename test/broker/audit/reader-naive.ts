// What the reader must answer, the slow way: over a list of calls with their texts, one after the other.
import {
  type CallFilter,
  type Dimension,
  type FilterTerm,
  type FilterWord,
  facets,
} from '../../../core/audit/call-filter.ts'
import type { CallOutcome } from '../../../core/wire/log-contract.ts'

export type KnownCall = Record<Exclude<Dimension, 'outcome'>, string> & {
  call: string
  at: number
  outcome: CallOutcome
  held: boolean
  /** As recorded. */
  texts: string[]
}

const inTime = (call: KnownCall, { from, to }: CallFilter): boolean =>
  (from === undefined || call.at >= from) && (to === undefined || call.at < to)

const fitsTerm = (call: KnownCall, { dimension, values, exclude }: FilterTerm): boolean =>
  values.some((value) =>
    dimension === 'tool'
      ? new RegExp(`^${value.split('*').map(literally).join('[^]*')}$`).test(call.tool)
      : call[dimension] === value,
  ) !== (exclude ?? false)

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const tokens = (text: string): string[] =>
  text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [] // biome-ignore format: one line

/** JSON texts and what they say: `"a\nb"` has the word b, and the letters `a`, line feed, `b` stand together in it. */
const spoken = (text: string): string => {
  try {
    return Object.values(JSON.parse(text) as Record<string, unknown>).join('\u0000')
  } catch {
    return text
  }
}

function hasWord(call: KnownCall, { text, exact }: FilterWord): boolean {
  const said = call.texts.map(spoken)
  const wanted = tokens(text)
  const last = wanted.at(-1)
  const stands = [...call.texts, ...said].some((one) => one.toLowerCase().includes(text.toLowerCase()))
  if (last === undefined) return stands
  const present = new Set([...call.texts.filter((one) => !one.includes('\\')), ...said].flatMap(tokens))
  const goesOn = /^[a-z0-9]$/.test(last) ? present.has(last) : [...present].some((one) => one.startsWith(last))
  return goesOn && wanted.slice(0, -1).every((one) => present.has(one)) && (!exact || stands)
}

const fits = (call: KnownCall, filter: CallFilter): boolean =>
  inTime(call, filter) &&
  filter.terms.every((term) => fitsTerm(call, term)) &&
  filter.words.every((word) => hasWord(call, word) !== (word.exclude ?? false))

/** The calls that fit, in no order. */
export const naiveSearch = (calls: readonly KnownCall[], filter: CallFilter): KnownCall[] =>
  calls.filter((call) => fits(call, filter))

/** For each facet how many calls each value has among those that fit when its own terms are left out. */
export const naiveFacets = (calls: readonly KnownCall[], filter: CallFilter): Record<string, Record<string, number>> =>
  Object.fromEntries(
    facets.map((facet) => {
      const others = { ...filter, terms: filter.terms.filter(({ dimension }) => dimension !== facet) }
      const counts: Record<string, number> = {}
      for (const call of naiveSearch(calls, others)) counts[call[facet]] = (counts[call[facet]] ?? 0) + 1
      return [facet, counts]
    }),
  )
