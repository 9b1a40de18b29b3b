// What could stand at the caret of the query bar: dimensions, values that calls have, moments.
import type { Dimension } from '../../../core/audit/call-filter.ts'
import { dimensionWords, knownValues, writeTermValue } from '../../../core/audit/call-query.ts'
import { type QueryToken, readTokens } from '../../../core/audit/query-text.ts'
import { outcomes } from '../../ui/outcome.tsx'
import { facetWords } from './facet-words.tsx'
import type { SeenValues } from './seen-values.ts'
import type { Summary } from './use-log.ts'

/** What is known of the values of dimensions. */
export type Known = { readonly summary: Summary | undefined; readonly seen: SeenValues }

export type Suggestion = {
  /** The piece of the text that it replaces, in UTF-16 units. */
  readonly at: number
  readonly length: number
  readonly insert: string
  readonly kind: 'dimension' | 'value' | 'moment'
  /** What it stands for, in words. */
  readonly about: string
  /** Calls that have it. */
  readonly count: number | undefined
}

const most = 9
const dimensions = Object.keys(dimensionWords) as Dimension[]

const moments: readonly (readonly [string, string])[] = [
  ['1h', 'one hour ago'],
  ['24h', 'a day ago'],
  ['7d', 'a week ago'],
  ['today', 'the whole of today'],
  ['yesterday', 'the whole of yesterday'],
]

const abouts: Record<Dimension, string> = {
  outcome: 'what became of it',
  client: 'the program that asked',
  server: 'the server it was for',
  tool: 'its name; * stands for any characters',
  risk: 'what it can do',
  rule: 'the rule that decided',
  'decided-by': 'the person or place that answered',
  session: 'one run of a client',
}

const isOf = (name: string): Dimension | undefined =>
  dimensions.find((dimension) => dimensionWords[dimension] === name || dimension === name)

/** The values of a dimension with the counts that are known, most first. */
function valuesOf(dimension: Dimension, { summary, seen }: Known): [string, number | undefined][] {
  const counted = dimension === 'session' ? [] : (summary?.facets[dimension].values ?? [])
  const counts = new Map(counted.map(({ value, count }) => [value, count]))
  const others = new Set([...(seen.get(dimension) ?? []), ...(knownValues[dimension] ?? [])])
  const rest = [...others].filter((value) => !counts.has(value))
  return [...counts, ...rest.map((value): [string, undefined] => [value, undefined])]
}

const outcomeWords = new Map<string, string>(Object.entries(outcomes).map(([value, { word }]) => [value, word]))

function values(
  dimension: Dimension,
  typed: string,
  known: Known,
  place: Pick<Suggestion, 'at' | 'length'>,
  before = '',
) {
  const wanted = typed.toLowerCase()
  const rank = (value: string): number => {
    const found = value.toLowerCase().indexOf(wanted)
    return found < 0
      ? (outcomeWords.get(value)?.toLowerCase().includes(wanted) ?? false)
        ? 1
        : -1
      : found === 0
        ? 0
        : 1
  }
  return valuesOf(dimension, known)
    .map(([value, count]) => ({ value, count, rank: rank(value) }))
    .filter(({ rank: place }) => place >= 0)
    .sort((a, b) => a.rank - b.rank)
    .map(({ value, count }): Suggestion => {
      const about =
        dimension === 'outcome' ? (outcomeWords.get(value) ?? '') : before === '' ? '' : facetWords[dimension]
      return { ...place, insert: `${before}${writeTermValue(dimension, value)}`, kind: 'value', about, count }
    })
}

function atWord({ at, length, exclude, values: [word] }: QueryToken, known: Known): Suggestion[] {
  if (word?.quoted) return []
  const typed = word?.text ?? ''
  const minus = exclude ? '-' : ''
  const names = [
    ...dimensions.map((dimension) => [dimensionWords[dimension], abouts[dimension]] as const),
    ...(exclude
      ? []
      : ([
          ['from', 'no earlier than'],
          ['to', 'no later than'],
        ] as const)),
  ]
  const found = names
    .filter(([name]) => name.startsWith(typed.toLowerCase()))
    .map(
      ([name, about]): Suggestion => ({
        at,
        length,
        insert: `${minus}${name}:`,
        kind: 'dimension',
        about,
        count: undefined,
      }),
    )
  // A bare name is likely meant as a value: `github` as `server:github`.
  const meant =
    typed.length < 2
      ? []
      : dimensions.flatMap((dimension) =>
          values(dimension, typed, known, { at, length }, `${minus}${dimensionWords[dimension]}:`).slice(0, 3),
        )
  return [...found, ...meant]
}

/** @param caret in UTF-16 units */
export function suggest(text: string, caret: number, known: Known): readonly Suggestion[] {
  const token = readTokens(text).find(({ at, length }) => at < caret && caret <= at + length)
  if (token === undefined)
    return caret > 0 && !/\s/.test(text.charAt(caret - 1))
      ? []
      : atWord({ at: caret, length: 0, exclude: false, name: undefined, values: [], open: false }, known)
  if (token.name === undefined) return atWord(token, known).slice(0, most)
  const name = token.name.toLowerCase()
  const value = token.values.find(({ at, length }) => at <= caret && caret <= at + length)
  const place = value === undefined ? { at: caret, length: 0 } : { at: value.at, length: value.length }
  const typed = value?.text ?? ''
  if (name === 'from' || name === 'to')
    return moments
      .filter(([moment]) => moment.startsWith(typed.toLowerCase()))
      .map(([insert, about]): Suggestion => ({ ...place, insert, kind: 'moment', about, count: undefined }))
  const dimension = isOf(name)
  const chosen = new Set(token.values.filter((other) => other !== value).map(({ text: other }) => other))
  if (dimension === undefined) return []
  return values(dimension, typed, known, place)
    .filter(({ insert }) => !chosen.has(insert) && insert !== typed)
    .slice(0, most)
}

/** The text with the suggestion in its place, and where the caret belongs then. */
export function accept(text: string, { at, length, insert, kind }: Suggestion): { text: string; caret: number } {
  const after = text.slice(at + length)
  const space = kind === 'dimension' || /^[\s,]/.test(after) ? '' : ' '
  return {
    text: `${text.slice(0, at)}${insert}${space}${after}`,
    caret: at + insert.length + (kind === 'dimension' ? 0 : 1),
  }
}
