// Changes to the text of a query that keep the rest of it as it was typed: what a click on a facet or a range does.
import type { Dimension } from './call-filter.ts'
import { dimensionWords, meantBy, writeTermValue } from './call-query.ts'
import { type QueryToken, readTokens } from './query-text.ts'
import { type RangeEnd, writeTime } from './query-time.ts'

export type QueryTerm = { readonly dimension: Dimension; readonly value: string; readonly exclude?: boolean }

const names = (dimension: Dimension): readonly string[] => [dimensionWords[dimension], dimension]

const isOf = (token: QueryToken, dimension: Dimension): boolean =>
  token.name !== undefined && names(dimension).includes(token.name.toLowerCase())

const rawOf = (text: string, { at, length }: Pick<QueryToken, 'at' | 'length'>): string => text.slice(at, at + length)

/** Puts the parts together again: each as it stood, changed, or (nothing) gone. */
function rebuilt(text: string, change: (token: QueryToken, raw: string) => string | undefined): string {
  return readTokens(text)
    .flatMap((token) => {
      const raw = token.open ? `${rawOf(text, token)}"` : rawOf(text, token)
      return change(token, raw) ?? []
    })
    .join(' ')
}

/** The text with this value chosen (or excluded) among those of its dimension, and not the other way round. */
export function withTerm(text: string, { dimension, value, exclude = false }: QueryTerm): string {
  const written = writeTermValue(dimension, value)
  let placed = false
  const rest = rebuilt(withoutTerm(text, dimension, value), (token, raw) => {
    if (placed || !isOf(token, dimension) || token.exclude !== exclude || token.values.length === 0) return raw
    placed = true
    return `${raw.replace(/,+$/, '')},${written}`
  })
  if (placed) return rest
  return [rest, `${exclude ? '-' : ''}${dimensionWords[dimension]}:${written}`].filter((part) => part !== '').join(' ')
}

/** The text without this value of the dimension, or without the dimension. */
export function withoutTerm(text: string, dimension: Dimension, value?: string): string {
  return rebuilt(text, (token, raw) => {
    if (!isOf(token, dimension)) return raw
    if (value === undefined) return undefined
    if (!token.values.some((one) => meantBy(dimension, one).includes(value))) return raw
    const kept = token.values.flatMap((one) => {
      const meant = meantBy(dimension, one)
      if (!meant.includes(value)) return [rawOf(text, one)]
      return meant.filter((other) => other !== value).map((other) => writeTermValue(dimension, other))
    })
    return kept.length === 0 ? undefined : `${token.exclude ? '-' : ''}${token.name}:${kept.join(',')}`
  })
}

/**
 * The text with another range in the place of the one it has. An end is a number (milliseconds since the epoch), words
 * (`24h`), or nothing for no bound.
 */
export function withRange(text: string, range: { readonly [E in RangeEnd]?: number | string }): string {
  const rest = rebuilt(text, ({ name }, raw) => (name !== undefined && /^(?:from|to)$/i.test(name) ? undefined : raw))
  const ends = (['from', 'to'] as const).flatMap((end) => {
    const at = range[end]
    return at === undefined ? [] : [`${end}:${typeof at === 'number' ? writeTime(at, end) : at}`]
  })
  return [rest, ...ends].filter((part) => part !== '').join(' ')
}

/** The parts of the text, each with the text that is left without it. */
export function queryParts(text: string): { readonly part: string; readonly without: string }[] {
  return readTokens(text).map((removed) => ({
    part: rawOf(text, removed),
    without: rebuilt(text, (token, raw) => (token.at === removed.at ? undefined : raw)),
  }))
}
