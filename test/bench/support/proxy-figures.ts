// What the proxy benchmark makes of its values: the figures of each variant, their ratios, and the goals.

import type { Collected, Series } from './proxy-rounds.ts'
import type { Variant, VariantName } from './proxy-variants.ts'
import { atLeast, atMost, type Figures, type Goal, rounded, table } from './report.ts'
import { mean, median, percentile } from './statistics.ts'

type Reduce = (values: readonly number[]) => number

const p95: Reduce = (values) => percentile(values, 95)
const p99: Reduce = (values) => percentile(values, 99)

type FigureKind = { key: string; title: string; unit: string; series: Series; reduce: Reduce; betweenOnly?: true }

/** `betweenOnly`: of the process between client and server, so 0 for direct, where there is none. */
const kinds = [
  { key: 'startUpP50Ms', title: 'start-up to initialize, p50', unit: 'ms', series: 'startUpMs', reduce: median },
  { key: 'startUpP95Ms', title: 'start-up to initialize, p95', unit: 'ms', series: 'startUpMs', reduce: p95 },
  { key: 'firstCallP50Ms', title: 'first call of a session, p50', unit: 'ms', series: 'firstCallMs', reduce: median },
  { key: 'callP50Us', title: 'one call at a time, p50', unit: 'µs', series: 'callUs', reduce: median },
  { key: 'callP95Us', title: 'one call at a time, p95', unit: 'µs', series: 'callUs', reduce: p95 },
  { key: 'callP99Us', title: 'one call at a time, p99', unit: 'µs', series: 'callUs', reduce: p99 },
  { key: 'callsPerSecond32', title: '32 calls in flight', unit: '/s', series: 'perSecond32', reduce: median },
  { key: 'callsPerSecond256', title: '256 calls in flight', unit: '/s', series: 'perSecond256', reduce: median },
  { key: 'result1MbP50Ms', title: '1 MB result, p50', unit: 'ms', series: 'result1MbMs', reduce: median },
  { key: 'result10MbP50Ms', title: '10 MB result, p50', unit: 'ms', series: 'result10MbMs', reduce: median },
  {
    key: 'result10MbParsedP50Ms',
    title: '10 MB result, client parses, p50',
    unit: 'ms',
    series: 'result10MbParsedMs',
    reduce: median,
  },
  {
    key: 'cpuMsPer1000',
    title: 'CPU per 1,000 calls, one at a time',
    unit: 'ms',
    series: 'cpuMsPer1000',
    reduce: mean,
    betweenOnly: true,
  },
  {
    key: 'cpuMsPer1000In32',
    title: 'CPU per 1,000 calls, 32 in flight',
    unit: 'ms',
    series: 'cpuMsPer1000In32',
    reduce: mean,
    betweenOnly: true,
  },
  {
    key: 'cpuMsPer1000In256',
    title: 'CPU per 1,000 calls, 256 in flight',
    unit: 'ms',
    series: 'cpuMsPer1000In256',
    reduce: mean,
    betweenOnly: true,
  },
  { key: 'rssSmallMb', title: 'RSS after small calls', unit: 'MB', series: 'rssSmallMb', reduce: median },
  { key: 'pssSmallMb', title: 'PSS after small calls', unit: 'MB', series: 'pssSmallMb', reduce: median },
  { key: 'rssMb', title: 'RSS after big results', unit: 'MB', series: 'rssMb', reduce: median },
  { key: 'pssMb', title: 'PSS after big results', unit: 'MB', series: 'pssMb', reduce: median },
  { key: 'helpersPssMb', title: 'PSS of helper processes', unit: 'MB', series: 'helpersPssMb', reduce: median },
] as const satisfies readonly FigureKind[]

type FigureKey = (typeof kinds)[number]['key']
export type VariantFigures = { variant: Variant; collected: Collected; figures: Record<FigureKey, number> }

export function variantFigures(variant: Variant, collected: Collected): VariantFigures {
  const value = (kind: FigureKind) =>
    kind.betweenOnly && variant.name === 'direct' ? 0 : kind.reduce(collected.get(kind.series) ?? [])
  const figures = Object.fromEntries(kinds.map((kind) => [kind.key, value(kind)])) as Record<FigureKey, number>
  return { variant, collected, figures }
}

/** One row a figure, one column a variant, with the ratio to direct where direct has one. */
export function figuresTable(all: readonly VariantFigures[]): string {
  const direct = all.find(({ variant }) => variant.name === 'direct')
  const rows = kinds.map(({ key, title, unit }) => [
    title,
    unit,
    ...all.map(({ variant, figures }) => {
      const base = direct?.figures[key] ?? 0
      const ratio = variant.name === 'direct' || base === 0 ? '' : ` (${(figures[key] / base).toFixed(2)}x)`
      return `${rounded(figures[key])}${ratio}`
    }),
  ])
  return table([['', '', ...all.map(({ variant }) => variant.title)], ...rows])
}

/** A variant beside direct and beside the bare pipe. */
export type Comparison = ReturnType<typeof compare>

function compare(subject: VariantFigures, direct: VariantFigures, pipe: VariantFigures) {
  const { figures } = subject
  const base = direct.collected.get('sessionP50Us') ?? []
  const addedBySession = (subject.collected.get('sessionP50Us') ?? []).map((us, i) => us - (base[i] ?? 0))
  return {
    addedP50Us: figures.callP50Us - direct.figures.callP50Us,
    addedP50UsLowerQuartile: percentile(addedBySession, 25),
    addedP50UsUpperQuartile: percentile(addedBySession, 75),
    throughput32ToDirect: figures.callsPerSecond32 / direct.figures.callsPerSecond32,
    throughput256ToDirect: figures.callsPerSecond256 / direct.figures.callsPerSecond256,
    result10MbToDirect: figures.result10MbP50Ms / direct.figures.result10MbP50Ms,
    result10MbToPipe: figures.result10MbP50Ms / pipe.figures.result10MbP50Ms,
    result10MbParsedToDirect: figures.result10MbParsedP50Ms / direct.figures.result10MbParsedP50Ms,
    startUpToPipe: figures.startUpP50Ms / pipe.figures.startUpP50Ms,
    cpuToPipe: figures.cpuMsPer1000 / pipe.figures.cpuMsPer1000,
    pssToPipe: (figures.pssMb + figures.helpersPssMb) / pipe.figures.pssMb,
    pssSmallToPipe: (figures.pssSmallMb + figures.helpersPssMb) / pipe.figures.pssSmallMb,
  }
}

/** All variants but direct, each beside direct and the pipe. */
export function comparisons(all: readonly VariantFigures[]): Map<VariantName, Comparison> {
  const [direct, pipe, ...rest] = all
  if (direct === undefined || pipe === undefined) throw new Error('direct and pipe are always measured')
  return new Map([pipe, ...rest].map((subject) => [subject.variant.name, compare(subject, direct, pipe)]))
}

export function comparisonTable(compared: Map<VariantName, Comparison>): string {
  const [first] = compared.values()
  const keys = Object.keys(first ?? {}) as (keyof Comparison)[]
  const rows = keys.map((key) => [key, ...[...compared.values()].map((comparison) => String(rounded(comparison[key])))])
  return table([['compared', ...compared.keys()], ...rows])
}

/** The goals hold for the proxy that runs under 200 rules and spools. */
export function goals(compared: Map<VariantName, Comparison>): Goal[] {
  const proxy = compared.get('proxy')
  if (proxy === undefined) return []
  return [
    atMost('addedP50Us', proxy.addedP50Us, 120),
    atLeast('throughput32ToDirect', proxy.throughput32ToDirect, 0.6),
    atMost('result10MbToDirect', proxy.result10MbToDirect, 2.2),
    atMost('startUpToPipe', proxy.startUpToPipe, 1.2),
    atMost('pssToPipe', proxy.pssToPipe, 1.3),
  ]
}

/** For --json: `{variants: {direct: {…}, …}, compared: {pipe: {…}, proxy: {…}, …}}`. */
export function jsonFigures(all: readonly VariantFigures[], compared: Map<VariantName, Comparison>): Figures {
  const round = (figures: Record<string, number>): Figures =>
    Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, rounded(value)]))
  return {
    variants: Object.fromEntries(all.map(({ variant, figures }) => [variant.name, round(figures)])),
    compared: Object.fromEntries([...compared].map(([name, comparison]) => [name, round(comparison)])),
  }
}
