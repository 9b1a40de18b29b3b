// The table that columns.ts keeps: one array of numbers a column, and where rows of a time are in it. About 33 bytes a call.
import { facets } from '../../core/audit/call-filter.ts'
import { firstIdAt } from './call-id.ts'

export type Facet = (typeof facets)[number]
export type Codes = Uint16Array | Uint32Array

/** Rows in the order of their ids, which is that of time. The arrays may be longer than `length`. */
export type Columns = {
  readonly length: number
  /** Rises with every row that is new, changed or gone. */
  readonly version: number
  readonly ids: Float64Array
  /** Numbers of names. */
  readonly sessions: Uint32Array
  /** Milliseconds; -1: held, and not over yet; NaN: never held. */
  readonly held: Float32Array
  /** From forwarding to the answer in milliseconds, NaN without one. */
  readonly took: Float32Array
  readonly codes: Readonly<Record<Facet, Codes>>
  /** What each code says; code 0 is no value. */
  readonly values: Readonly<Record<Facet, readonly string[]>>
}

/** The first of the sorted `ids` from `start` up to `end` that is not below `id`, or `end`. */
export function lowerBound(ids: Float64Array, end: number, id: number, start = 0): number {
  let [low, high] = [start, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? 0) < id) low = middle + 1
    else high = middle
  }
  return low
}

/** The rows received at or after `from` and before `to` (milliseconds since the epoch), as far as they are given: `[start, end)`. */
export function rowsBetween(columns: Columns, from: number | undefined, to: number | undefined): [number, number] {
  const start = from === undefined ? 0 : lowerBound(columns.ids, columns.length, firstIdAt(from))
  const end = to === undefined ? columns.length : lowerBound(columns.ids, columns.length, firstIdAt(to))
  return [start, Math.max(start, end)]
}

type Mutable = {
  length: number
  version: number
  ids: Float64Array
  sessions: Uint32Array
  held: Float32Array
  took: Float32Array
  codes: Record<Facet, Codes>
  values: Record<Facet, string[]>
}

export function emptyTable() {
  const perFacet = <T>(make: () => T): Record<Facet, T> => ({
    outcome: make(),
    client: make(),
    server: make(),
    tool: make(),
    risk: make(),
    rule: make(),
    'decided-by': make(),
  })
  const columns: Mutable = {
    length: 0,
    version: 0,
    ids: new Float64Array(0),
    sessions: new Uint32Array(0),
    held: new Float32Array(0),
    took: new Float32Array(0),
    codes: perFacet<Codes>(() => new Uint16Array(0)),
    values: perFacet(() => ['']),
  }
  return {
    columns,
    grow(rows: number) {
      if (rows <= columns.ids.length) return
      const size = Math.max(1024, Math.ceil(rows * 1.125))
      columns.ids = grown(columns.ids, new Float64Array(size))
      columns.sessions = grown(columns.sessions, new Uint32Array(size))
      columns.held = grown(columns.held, new Float32Array(size))
      columns.took = grown(columns.took, new Float32Array(size))
      for (const facet of facets) {
        const old = columns.codes[facet]
        columns.codes[facet] = grown<Codes>(
          old,
          old instanceof Uint16Array ? new Uint16Array(size) : new Uint32Array(size),
        )
      }
    },
    /** The rows `[start, end)` to `target` and after. */
    move(start: number, end: number, target: number) {
      if (start === end || target === start) return
      for (const column of [columns.ids, columns.sessions, columns.held, columns.took]) {
        column.copyWithin(target, start, end)
      }
      for (const facet of facets) columns.codes[facet].copyWithin(target, start, end)
    },
    /** More values than 16 bits can tell apart: resources are named by their addresses. */
    widen(facet: Facet) {
      const codes = columns.codes[facet]
      if (codes instanceof Uint16Array) columns.codes[facet] = Uint32Array.from(codes)
    },
  }
}

function grown<T extends { set(from: T): void }>(old: T, fresh: T): T {
  fresh.set(old)
  return fresh
}
