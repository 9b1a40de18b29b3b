// The calls that a filter selects, worked out over the columns. Search and summary look at the same selection, so that the
// table and the counts beside it agree.
import { type CallFilter, type Dimension, type FilterTerm, facets, noValue } from '../../core/audit/call-filter.ts'
import { firstIdAt, timeOfId } from './call-id.ts'
import { type Codes, type Columns, type Facet, lowerBound } from './column-table.ts'
import type { IdRange, WordMatches } from './word-search.ts'

/** What a term keeps out: `passes[code]` is 1 where a value fits every term on its dimension. */
type Mask = { dimension: Dimension; passes: Uint8Array }

/** Rows by id, oldest first: those with the words, in the time. Whether the terms fit is in `state`. */
export type Selection = {
  readonly length: number
  readonly ids: Float64Array
  readonly codes: Readonly<Record<Facet, Codes>>
  /**
   * 0: fits every term; 1 to 7: fits all but those on `facets[state - 1]`; 255: fits less. Absent: every row fits.
   */
  readonly state?: Uint8Array
  /** How many fit. */
  readonly total: number
  /** Nothing older was looked at; milliseconds since the epoch. */
  readonly searchedTo?: number
}

export const fitsLess = 255

export type SelectOptions = {
  columns: Columns
  filter: CallFilter
  /** The newest call that counts. */
  asOf: number
  words(range: IdRange): WordMatches
  /** The number of a session's name, if it has one. */
  session(name: string): number | undefined
}

export function select({ columns, filter, asOf, words, session }: SelectOptions): Selection {
  const low = filter.from === undefined ? 0 : firstIdAt(filter.from)
  const high = Math.min(asOf, filter.to === undefined ? Number.MAX_SAFE_INTEGER : firstIdAt(filter.to) - 1)
  const range = {
    start: lowerBound(columns.ids, columns.length, low),
    end: lowerBound(columns.ids, columns.length, high + 1),
  }
  const rows = { ...range, end: Math.max(range.start, range.end) }
  const matches = filter.words.length === 0 || rows.start === rows.end ? undefined : words({ low, high })
  const view = matches ? matching(columns, rows, matches) : slice(columns, rows.start, rows.end)
  const state = stateOf(view, masksOf(columns, filter.terms, session))
  const total = state ? countZeros(state) : view.length
  const searchedTo = matches?.floor === undefined ? undefined : timeOfId(matches.floor)
  return { ...view, ...(state && { state }), total, ...(searchedTo !== undefined && { searchedTo }) }
}

type View = Pick<Selection, 'length' | 'ids' | 'codes'> & { sessions: Uint32Array }

const byFacet = <T>(make: (facet: Facet) => T): Record<Facet, T> =>
  Object.fromEntries(facets.map((facet) => [facet, make(facet)])) as Record<Facet, T>

const slice = (columns: Columns, start: number, end: number): View => ({
  length: end - start,
  ids: columns.ids.subarray(start, end),
  sessions: columns.sessions.subarray(start, end),
  codes: byFacet((facet) => columns.codes[facet].subarray(start, end)),
})

/** The rows that the words leave, copied together. */
function matching(columns: Columns, range: { start: number; end: number }, { which, ids, floor }: WordMatches): View {
  const start = floor === undefined ? range.start : lowerBound(columns.ids, range.end, floor, range.start)
  const found = new Uint32Array(ids.length)
  let count = 0
  let end = range.end
  for (const id of ids) {
    const at = lowerBound(columns.ids, end, id, start)
    // Whatever the index has besides is of no call we know.
    if (at >= end || columns.ids[at] !== id) continue
    found[count] = at
    count += 1
    end = at
  }
  const sorted = found.subarray(0, count).reverse()
  return gather(columns, which === 'only' ? sorted : allBut(start, range.end, sorted))
}

function allBut(start: number, end: number, left: Uint32Array): Uint32Array {
  const rows = new Uint32Array(Math.max(0, end - start - left.length))
  let [at, next] = [0, 0]
  for (let row = start; row < end; row += 1) {
    if (left[next] === row) next += 1
    else {
      rows[at] = row
      at += 1
    }
  }
  return rows.subarray(0, at)
}

function gather(columns: Columns, rows: Uint32Array): View {
  const pick = <T extends Float64Array | Codes>(from: T, to: T): T => {
    for (let at = 0; at < rows.length; at += 1) to[at] = from[rows[at] ?? 0] ?? 0
    return to
  }
  return {
    length: rows.length,
    ids: pick(columns.ids, new Float64Array(rows.length)),
    sessions: pick(columns.sessions, new Uint32Array(rows.length)),
    codes: byFacet((facet) => {
      const codes = columns.codes[facet]
      const size = rows.length
      return pick<Codes>(codes, codes instanceof Uint16Array ? new Uint16Array(size) : new Uint32Array(size))
    }),
  }
}

function masksOf(columns: Columns, terms: readonly FilterTerm[], session: SelectOptions['session']): Mask[] {
  const masks = new Map<Dimension, Uint8Array>()
  for (const { dimension, values, exclude } of terms) {
    const known = dimension === 'session' ? undefined : columns.values[dimension]
    const wanted = known
      ? codesOf(known, values, dimension === 'tool')
      : values.flatMap((value) => session(value) ?? [])
    // Sessions are named by any number: those beyond the wanted ones are not in the mask, and are what it does not name.
    const size = known ? known.length : Math.max(-1, ...wanted) + 2
    const passes = new Uint8Array(size).fill(exclude ? 1 : 0)
    for (const code of wanted) passes[code] = exclude ? 0 : 1
    const before = masks.get(dimension)
    masks.set(dimension, before ? both(before, passes) : passes)
  }
  return [...masks].map(([dimension, passes]) => ({ dimension, passes }))
}

/** Where one is shorter its last entry stands for all that follow. */
function both(a: Uint8Array, b: Uint8Array): Uint8Array {
  const passes = new Uint8Array(Math.max(a.length, b.length))
  for (let code = 0; code < passes.length; code += 1) {
    passes[code] = (a[Math.min(code, a.length - 1)] ?? 0) & (b[Math.min(code, b.length - 1)] ?? 0)
  }
  return passes
}

/** @param patterns whether `*` in a value stands for any characters */
function codesOf(known: readonly string[], values: readonly string[], patterns: boolean): number[] {
  const exact = new Set(values)
  const globs = patterns ? values.filter((value) => value.includes('*')).map(glob) : []
  return known.flatMap((text, code) => (exact.has(text) || globs.some((fits) => fits(text)) ? [code] : []))
}

/** `*` stands for any characters. Written by hand: as a regular expression many stars take forever on some names. */
function glob(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop() ?? ''
  return (text) => {
    if (text === noValue || text.length < first.length + last.length) return false
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (const part of rest) {
      const found = text.indexOf(part, at)
      if (found === -1 || found + part.length > text.length - last.length) return false
      at = found + part.length
    }
    return true
  }
}

function stateOf(view: View, masks: readonly Mask[]): Uint8Array | undefined {
  if (masks.length === 0) return undefined
  const state = new Uint8Array(view.length)
  for (const { dimension, passes } of masks) {
    if (dimension === 'session') failSessions(state, view.sessions, passes)
    else failCodes(state, view.codes[dimension], passes, facets.indexOf(dimension) + 1)
  }
  return state
}

function failCodes(state: Uint8Array, codes: Codes, passes: Uint8Array, failed: number): void {
  for (let row = 0; row < state.length; row += 1) {
    if (passes[codes[row] ?? 0] === 0) state[row] = state[row] === 0 ? failed : fitsLess
  }
}

function failSessions(state: Uint8Array, sessions: Uint32Array, passes: Uint8Array): void {
  const rest = passes.length - 1
  for (let row = 0; row < state.length; row += 1) {
    if (passes[Math.min(sessions[row] ?? 0, rest)] === 0) state[row] = fitsLess
  }
}

function countZeros(state: Uint8Array): number {
  let count = 0
  for (let row = 0; row < state.length; row += 1) if (state[row] === 0) count += 1
  return count
}
