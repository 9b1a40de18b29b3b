// A small reference of what the log's reader answers, over calls in memory: the meaning of filters, counts and windows as
// the contract says it, slow and plain.
import { type CallFilter, type FilterTerm, type FilterWord, facets, noValue } from '../../../core/audit/call-filter.ts'
import type { CallSummary, LogParams, LogResult } from '../../../core/wire/log-contract.ts'

/** A call with the text that only the log has of it. */
export type LoggedCall = CallSummary & { readonly text?: string }

type Dimension = FilterTerm['dimension']

const valueIn = (call: CallSummary, dimension: Dimension): string => {
  if (dimension === 'decided-by') return call.decidedBy ?? noValue
  if (dimension === 'rule') return call.rule ?? noValue
  if (dimension === 'risk') return call.risk ?? 'unknown'
  return call[dimension]
}

/** As the contract says it: `*` stands for any characters. */
function fits(text: string, wild: string): boolean {
  const [first = '', ...rest] = wild.split('*')
  if (!text.startsWith(first)) return false
  let at = first.length
  const last = rest.pop() ?? ''
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

function meets(call: CallSummary, { dimension, values, exclude }: FilterTerm): boolean {
  const value = valueIn(call, dimension)
  const any = values.some((one) => (dimension === 'tool' && one.includes('*') ? fits(value, one) : one === value))
  return any !== (exclude ?? false)
}

const split = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')

const splits = new Map<string, readonly string[]>()
function wordsIn(text: string): readonly string[] {
  const words = splits.get(text) ?? split(text)
  splits.set(text, words)
  return words
}

type Said = { readonly text: string; readonly words: readonly string[] }
const said = new WeakMap<LoggedCall, Said>()

function saidBy(call: LoggedCall): Said {
  const known = said.get(call)
  if (known !== undefined) return known
  const text = `${call.tool} ${call.text ?? ''}`.toLowerCase()
  const made = { text, words: wordsIn(text) }
  said.set(call, made)
  return made
}

function says(call: LoggedCall, { text, exact, exclude }: FilterWord): boolean {
  const { text: whole, words } = saidBy(call)
  const found = exact
    ? whole.includes(text.toLowerCase())
    : wordsIn(text).every((word) => words.some((other) => other.startsWith(word)))
  return found !== (exclude ?? false)
}

const inRange = ({ receivedAt }: CallSummary, { from, to }: CallFilter): boolean =>
  (from === undefined || receivedAt >= from) && (to === undefined || receivedAt < to)

const selects = (call: LoggedCall, filter: CallFilter): boolean =>
  inRange(call, filter) &&
  filter.terms.every((term) => meets(call, term)) &&
  filter.words.every((word) => says(call, word))

/** `asOf` is the call that was newest then. @param calls newest first */
function asOfThen(calls: readonly LoggedCall[], asOf: string | undefined): readonly LoggedCall[] {
  if (asOf === undefined || asOf === '') return calls
  const start = calls.findIndex(({ call }) => call === asOf)
  return start < 0 ? calls : calls.slice(start)
}

const bare = ({ text: _, ...summary }: LoggedCall): CallSummary => summary

export function search(
  calls: readonly LoggedCall[],
  { filter, asOf, offset, limit }: LogParams<'activity.search'>,
): LogResult<'activity.search'> {
  const found = asOfThen(calls, asOf).filter((call) => selects(call, filter))
  return {
    asOf: asOf ?? calls[0]?.call ?? '',
    total: found.length,
    calls: found.slice(offset, offset + limit).map(bare),
  }
}

const steps = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 86_400, 604_800].map((seconds) => seconds * 1000)

export function summary(
  calls: readonly LoggedCall[],
  { filter, asOf, columns, values: most }: LogParams<'activity.summary'>,
): LogResult<'activity.summary'> {
  const then = asOfThen(calls, asOf)
  const found = then.filter((call) => selects(call, filter))
  const from = filter.from ?? found.at(-1)?.receivedAt ?? 0
  const to = Math.max(from + 1, filter.to ?? (found[0]?.receivedAt ?? 0) + 1)
  const columnMs = steps.find((step) => (to - from) / step <= columns) ?? 604_800_000
  // Hours and days begin where they do on the wall.
  const zone = new Date(from).getTimezoneOffset() * 60_000
  const start = Math.floor((from - zone) / columnMs) * columnMs + zone
  const counts: LogResult<'activity.summary'>['histogram']['counts'] = {}
  const width = found.length === 0 ? 0 : Math.ceil((to - start) / columnMs)
  for (const { outcome, receivedAt } of found) {
    const own = counts[outcome] ?? new Array<number>(width).fill(0)
    const column = Math.floor((receivedAt - start) / columnMs)
    own[column] = (own[column] ?? 0) + 1
    counts[outcome] = own
  }
  const sums = new Map(facets.map((dimension) => [dimension, new Map<string, number>()]))
  for (const call of then) {
    if (!inRange(call, filter) || !filter.words.every((word) => says(call, word))) continue
    const failed = new Set(filter.terms.filter((term) => !meets(call, term)).map(({ dimension }) => dimension))
    // Counted for a dimension whose own terms alone leave it out.
    for (const [dimension, own] of sums)
      if (failed.size === 0 || (failed.size === 1 && failed.has(dimension))) {
        const value = valueIn(call, dimension)
        own.set(value, (own.get(value) ?? 0) + 1)
      }
  }
  const all = Object.fromEntries(
    [...sums].map(([dimension, own]) => {
      const values = [...own].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count)
      return [dimension, { values: values.slice(0, most), more: Math.max(0, values.length - most) }]
    }),
  )
  return {
    total: found.length,
    histogram: { start, columnMs, counts },
    facets: all as LogResult<'activity.summary'>['facets'],
  }
}

const hour = 3_600_000

/** @param now milliseconds since the epoch */
export function overview(calls: readonly LoggedCall[], now: number): LogResult<'activity.overview'> {
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  const today = calls.filter(({ receivedAt }) => receivedAt >= midnight)
  const week = calls.filter(({ receivedAt }) => receivedAt >= now - 168 * hour)
  const held = week.flatMap(({ outcome, heldMs }) =>
    heldMs !== undefined && (outcome === 'approved' || outcome === 'refused') ? heldMs : [],
  )
  const servers = new Map<string, number>()
  for (const { server } of week) servers.set(server, (servers.get(server) ?? 0) + 1)
  const hours = new Array<number>(24).fill(0)
  for (const { receivedAt } of calls) {
    const ago = Math.floor((now - receivedAt) / hour)
    if (ago >= 0 && ago < 24) hours[23 - ago] = (hours[23 - ago] ?? 0) + 1
  }
  const median = held.sort((a, b) => a - b)[Math.floor(held.length / 2)]
  return {
    today: today.length,
    held: today.filter(({ heldMs, outcome }) => heldMs !== undefined || outcome === 'waiting').length,
    refused: today.filter(({ outcome }) => outcome === 'refused').length,
    ...(median === undefined ? {} : { medianAnswerMs: median }),
    servers: [...servers].map(([server, count]) => ({ server, calls: count })).sort((a, b) => b.calls - a.calls),
    hours,
  }
}
