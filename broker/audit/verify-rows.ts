// Compares tables that are small enough to be replayed whole, and what no single row can tell: the order of the calls' numbers.
import { sha256 } from '../sha256.ts'
import { firstIdAt, timeOfId } from './call-id.ts'
import type { Db } from './driver.ts'
import type { VerifyProblem } from './verify-report.ts'
import type { Stored } from './verify-stored.ts'

const differs = 'the row differs from what its events say'
const missing = 'the events tell of it, but its row is missing'
const planted = 'the row is there, but no event tells of it'

export type Compared = {
  where: VerifyProblem['where']
  /** What a row is called: `session`, `policy revision`. */
  what: string
  table: string
  key: string
  columns: readonly string[]
}

/** The first row, oldest first, that is not what its events say. */
export function differentRow<R extends object>(
  db: Db,
  { where, what, table, key, columns }: Compared,
  replayed: ReadonlyMap<string, R>,
): VerifyProblem | undefined {
  const rows = db.prepare<[], Stored[]>(`SELECT ${key}, ${columns.join(', ')} FROM main.${table} ORDER BY rowid`).raw()
  const found = new Set<string>()
  for (const [name, ...values] of rows.iterate()) {
    const place = `${what} ${name}`
    const should = replayed.get(String(name))
    if (!should) return { where, place, problem: planted }
    const at = columns.findIndex((column, index) => should[column as keyof R] !== values[index])
    if (at !== -1) return { where, place: `${place}, column ${columns[at]}`, problem: differs }
    found.add(String(name))
  }
  const gone = [...replayed.keys()].find((name) => !found.has(name))
  return gone === undefined ? undefined : { where, place: `${what} ${gone}`, problem: missing }
}

/** `replayed`: the event that brought each text, by its hash. The text itself must be what the hash says. */
export function policyTextProblem(db: Db, replayed: ReadonlyMap<string, number>): VerifyProblem | undefined {
  const where = 'policy'
  const rows = db.prepare<[], [string, string, number]>('SELECT sha256, text, seq FROM main.policy_text ORDER BY rowid')
  const found = new Set<string>()
  for (const [hash, text, seq] of rows.raw().iterate() as IterableIterator<[string, string, number]>) {
    const place = `policy text ${hash}`
    const should = replayed.get(hash)
    if (should === undefined) return { where, place, problem: planted }
    if (sha256(text) !== hash) return { where, place: `${place}, column text`, problem: differs }
    if (should !== seq) return { where, place: `${place}, column seq`, problem: differs }
    found.add(hash)
  }
  const gone = [...replayed.keys()].find((hash) => !found.has(hash))
  return gone === undefined ? undefined : { where, place: `policy text ${gone}`, problem: missing }
}

/** An event on the list of a call that is not there. `told`: how many the events themselves make. */
export function strayListing(db: Db, told: number): VerifyProblem | undefined {
  const count = db.prepare<[], number>('SELECT count(*) FROM main.call_event').pluck().get()
  if (count === told) return undefined
  const stray = db
    .prepare<[], { call: number; seq: number }>(
      'SELECT call, seq FROM main.call_event WHERE call NOT IN (SELECT id FROM main.call) ORDER BY call, seq LIMIT 1',
    )
    .get()
  if (!stray) return undefined
  const place = `event ${stray.seq} on the list of a call`
  return { where: 'call', place, problem: 'there is no such call' }
}

/** Whether a call that was first told of at `t` can have that number: of its millisecond, or of a later one where that is full. */
export function idCheck(db: Db): (id: number, t: number) => boolean {
  const isTaken = db.prepare<[number], number>('SELECT 1 FROM main.call WHERE id = ?').pluck()
  return (id, t) => {
    const own = firstIdAt(timeOfId(id))
    for (let start = firstIdAt(t); start < own; ) {
      const next = firstIdAt(timeOfId(start) + 1)
      if (isTaken.get(next - 1) === undefined) return false
      start = next
    }
    return own >= firstIdAt(t)
  }
}

/** The first call whose number is not the next one of its millisecond. Where some were given up, only the order is known. */
export function misnumberedCall(db: Db, isCut: boolean): number | undefined {
  const before = 'SELECT 1 FROM main.call AS before WHERE before.id = call.id - 1 AND before.first_seq'
  const wrong = isCut ? `EXISTS (${before} > call.first_seq)` : `NOT EXISTS (${before} <= call.first_seq)`
  return db
    .prepare<[], number>(`SELECT id FROM main.call WHERE id % ${firstIdAt(1)} > 0 AND ${wrong} ORDER BY id LIMIT 1`)
    .pluck()
    .get()
}
