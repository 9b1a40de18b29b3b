// Rows of a replay, each compared with the stored one as soon as that says that nothing more will change it. So a check holds
// only what is under way in memory, however long the log is: what it has let go of is the stored row itself.
import type { VerifyProblem } from './verify-report.ts'
import type { RowReader, StoredRow } from './verify-stored.ts'

export type LiveRows<R> = {
  /** The row as it stands before event `seq`. */
  get(key: string, session: string, seq: number): R | undefined
  put(key: string, session: string, row: R, seq: number): void
  /** The stored row behind one that was just asked for. */
  stored(key: string): StoredRow | undefined
  /** What of the session is in memory. */
  of(session: string): R[]
  /** All that event `seq` changes was put. */
  endEvent(seq: number): void
  /** The first row that is not what the events say, once all of them were replayed. */
  firstProblem(): VerifyProblem | undefined
  /** The connection reads for it until then. */
  stop(): void
}

type Live<R> = { key: string; session: string; row: R; stored: StoredRow | undefined }
type Found = { rowid: number; problem: VerifyProblem }

export type LiveOptions<R> = {
  where: 'call' | 'card'
  reader: RowReader<R>
  /** Nothing but an event that names it can change it any more. */
  mayGo(row: R): boolean
  /** Where a row that is missing would stand. */
  rowidOf(row: R): number
  /** The replay begins after this event. */
  begins: number
}

export function liveRows<R>({ where, reader, mayGo, rowidOf, begins }: LiveOptions<R>): LiveRows<R> {
  const live = new Map<string, Live<R>>()
  const bySession = new Map<string, Set<Live<R>>>()
  const seen = growingNumbers()
  const coming = comingRows(reader, begins)
  let touched: Live<R>[] = []
  let late = false
  let asked: { key: string; stored: StoredRow | undefined } | undefined

  const ask = (key: string, session: string, seq: number): StoredRow | undefined => {
    if (asked?.key !== key) asked = { key, stored: coming.row(key, seq) ?? reader.find({ key, session }) }
    return asked.stored
  }
  const add = (key: string, session: string, row: R, stored: StoredRow | undefined): Live<R> => {
    const added = { key, session, row, stored }
    live.set(key, added)
    const same = bySession.get(session)
    if (same) same.add(added)
    else bySession.set(session, new Set([added]))
    return added
  }
  const letGo = (one: Live<R>) => {
    live.delete(one.key)
    const same = bySession.get(one.session)
    same?.delete(one)
    if (same?.size === 0) bySession.delete(one.session)
  }
  const firstDifference = ({ row }: Live<R>, { values }: StoredRow): number => {
    for (let at = 0; at < reader.columns.length; at += 1) if (reader.encode(row, at) !== values[at]) return at
    return -1
  }

  const problemOf = (one: Live<R>): Found | undefined => {
    const { key, row, stored } = one
    const place = `${where} ${key}`
    if (!stored) {
      return {
        rowid: rowidOf(row),
        problem: { where, place, problem: 'the events tell of it, but its row is missing' },
      }
    }
    seen.push(stored.rowid)
    const at = firstDifference(one, stored)
    if (at === -1) return undefined
    const part = at < reader.ownColumns ? `column ${reader.columns[at]}` : 'the list of its events'
    const problem = 'the row differs from what its events say'
    return { rowid: stored.rowid, problem: { where, place: `${place}, ${part}`, problem } }
  }

  const planted = (): Found | undefined => {
    const known = seen.sorted()
    let next = 0
    let last = -1
    for (;;) {
      const rowids = reader.rowids(last)
      for (const rowid of rowids) {
        while (next < known.length && (known[next] ?? 0) < rowid) next += 1
        if (known[next] !== rowid) {
          const place = `${where} ${reader.keyOf(rowid)}`
          return { rowid, problem: { where, place, problem: 'the row is there, but no event tells of it' } }
        }
        last = rowid
      }
      if (rowids.length === 0) return undefined
    }
  }

  return {
    get(key, session, seq) {
      const known = live.get(key)
      if (known) return known.row
      const stored = ask(key, session, seq)
      // Not made yet, unless it says that nothing changes it from here on: then it was let go of.
      if (!stored || stored.lastSeq >= seq) return undefined
      const row = reader.decode(stored, { key, session })
      if (row === undefined) return undefined
      late = true
      return add(key, session, row, stored).row
    },
    put(key, session, row, seq) {
      const known = live.get(key)
      if (known) known.row = row
      const one = known ?? add(key, session, row, ask(key, session, seq))
      if (one.stored && one.stored.lastSeq <= seq) touched.push(one)
    },
    stored: (key) => live.get(key)?.stored ?? (asked?.key === key ? asked.stored : undefined),
    of: (session) => Array.from(bySession.get(session) ?? [], ({ row }) => row),
    endEvent() {
      if (touched.length === 0) return
      for (const one of touched) {
        if (!one.stored || !mayGo(one.row) || firstDifference(one, one.stored) !== -1) continue
        seen.push(one.stored.rowid)
        letGo(one)
      }
      touched = []
    },
    firstProblem() {
      const found: Found[] = []
      for (const one of live.values()) {
        const problem = problemOf(one)
        if (problem) found.push(problem)
      }
      const extra = late || seen.length() !== reader.count() ? planted() : undefined
      // Of two at one place, the row that is there says more.
      return [...(extra ? [extra] : []), ...found].sort((a, b) => a.rowid - b.rowid)[0]?.problem
    },
    stop: coming.stop,
  }
}

/** The stored rows that an event is the first to tell of, where the reader has them in that order. */
function comingRows<R>(reader: RowReader<R>, begins: number) {
  const rows = reader.inOrder?.(begins)
  const here = new Map<string, StoredRow>()
  let next = rows?.next()
  let at = begins
  return {
    row(key: string, seq: number): StoredRow | undefined {
      if (seq !== at) here.clear()
      at = seq
      // What no event asked for in its turn is looked up by whoever asks later.
      for (; next && !next.done && next.value.first <= seq; next = rows?.next()) {
        if (next.value.first === seq) here.set(next.value.key, next.value.stored)
      }
      return here.get(key)
    },
    stop: () => void rows?.return?.(),
  }
}

/** Eight bytes a number, however many there are. */
function growingNumbers() {
  let numbers = new Float64Array(1024)
  let count = 0
  return {
    push(value: number) {
      if (count === numbers.length) {
        const larger = new Float64Array(count * 2)
        larger.set(numbers)
        numbers = larger
      }
      numbers[count] = value
      count += 1
    },
    length: () => count,
    sorted: () => numbers.slice(0, count).sort(),
  }
}
