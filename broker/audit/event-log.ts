// Appends events to the global chain, and reads them back as what was hashed. Nothing else writes to the event table.
import { chainStart, type Sha256 } from '../../core/audit/chain.ts'
import type { AuditEventData, AuditEventType } from '../../core/schema/audit-event.ts'
import { type Db, prepared } from './driver.ts'
import { type EventRow, eventHash } from './event-chain.ts'
import { namesOf } from './names.ts'
import { knownEvent, parseJson } from './spool-line.ts'

export type Head = { seq: number; hash: string }

/** The condition of the index `event_rare`. SQLite takes that index only where a query repeats it. */
export const rareTypes = `type NOT GLOB 'call.*' AND type NOT GLOB 'hold.*'`

type StoredHead = { seq: number; hash: Buffer }
const textHead = (stored: StoredHead | undefined): Head | undefined =>
  stored && { seq: stored.seq, hash: stored.hash.toString('hex') }

/** What was given up last: the chain begins after it. Nothing where the whole chain is there. */
export const checkpointHead = (db: Db): Head | undefined =>
  textHead(prepared<[], StoredHead>(db, 'SELECT seq, hash FROM checkpoint ORDER BY seq DESC LIMIT 1').get())

/** The newest event's number and hash, or those that a checkpoint kept; 0 and 64 zeros where nothing ever happened. */
export const headOf = (db: Db): Head =>
  textHead(prepared<[], StoredHead>(db, 'SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1').get()) ??
  checkpointHead(db) ?? { seq: 0, hash: chainStart }

/** The chain's hash at event `seq`, which the event after it hashes; nothing where neither event nor checkpoint says. */
export function hashAt(db: Db, seq: number): string | undefined {
  if (seq === 0) return chainStart
  const row = prepared<[{ seq: number }], { hash: Buffer }>(
    db,
    'SELECT hash FROM event WHERE seq = @seq UNION ALL SELECT hash FROM checkpoint WHERE seq = @seq LIMIT 1',
  ).get({ seq })
  return row?.hash.toString('hex')
}

/**
 * A function that appends events one after the other and says their numbers. Valid inside one immediate transaction: nobody
 * else may append.
 */
export function eventAppender(db: Db, sha256: Sha256): (event: Omit<EventRow, 'seq' | 'prev' | 'hash'>) => number {
  const insert = prepared<[number, number, number, number, string, string, Buffer]>(
    db,
    'INSERT INTO event (seq, session, n, t, type, data, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const names = namesOf(db)
  let head = headOf(db)
  return ({ session, n, t, type, data }) => {
    const seq = head.seq + 1
    const hash = eventHash({ session, n, t, type, data, seq, prev: head.hash }, sha256)
    insert.run(seq, names.id(session), n, t, type, data, Buffer.from(hash, 'hex'))
    head = { seq, hash }
    return seq
  }
}

type StoredEvent = Omit<EventRow, 'session' | 'hash' | 'prev'> & { session: number; hash: Buffer }
const stored = 'seq, session, n, t, type, data, hash'

/** At most this much text (in characters) is read at once. */
const pageText = 8 * 1024 * 1024

/**
 * The events after number `after`, in order: at most `limit`, and not many more than 8 MB of them. None: that was the last.
 * `prev` is the hash stored before: of the row before, a checkpoint, or the start; an empty text where that row is missing.
 */
export function readEvents(db: Db, { after, limit }: { after: number; limit: number }): EventRow[] {
  const rows = prepared<[number, number], StoredEvent>(
    db,
    `SELECT ${stored} FROM event WHERE seq > ? ORDER BY seq LIMIT ?`,
  )
  const names = namesOf(db)
  const events: EventRow[] = []
  let last: Head | undefined
  let size = 0
  for (const row of rows.iterate(after, limit)) {
    const prev = last?.seq === row.seq - 1 ? last.hash : (hashAt(db, row.seq - 1) ?? '')
    const event = { ...row, session: names.text(row.session), prev, hash: row.hash.toString('hex') }
    events.push(event)
    last = event
    size += row.data.length
    if (size >= pageText) break
  }
  return events
}

/**
 * The events that tell of a call (the number of its row), in the order in which they were stored: at most the first and the last
 * `each` of them. A call has a handful, unless somebody forged its spool.
 */
export function eventsOfCall(db: Db, id: number, each = Number.MAX_SAFE_INTEGER): Omit<EventRow, 'prev'>[] {
  const names = namesOf(db)
  const columns = stored.replaceAll(/\w+/g, 'event.$&')
  const after = (seq: number, order: 'ASC' | 'DESC') =>
    prepared<[number, number, number], StoredEvent>(
      db,
      `SELECT ${columns} FROM call_event JOIN event ON event.seq = call_event.seq
       WHERE call_event.call = ? AND call_event.seq > ? ORDER BY call_event.seq ${order} LIMIT ?`,
    ).all(id, seq, each)
  const first = after(0, 'ASC')
  const rest = first.length < each ? [] : after(first.at(-1)?.seq ?? 0, 'DESC')
  return [...first, ...rest.reverse()].map((row) => ({
    ...row,
    session: names.text(row.session),
    hash: row.hash.toString('hex'),
  }))
}

/** How many events tell of a call (the number of its row). */
export const countEventsOfCall = (db: Db, id: number): number =>
  prepared<[number], number>(db, 'SELECT count(*) FROM call_event WHERE call = ?').pluck().get(id) ?? 0

/** What event `seq` says; nothing where it is not there (any more), or is no well-formed event of this type. */
export function readEvent<T extends AuditEventType>(db: Db, seq: number, type: T): AuditEventData<T> | undefined {
  const select = prepared<[number, string], { data: string }>(db, 'SELECT data FROM event WHERE seq = ? AND type = ?')
  const row = select.get(seq, type)
  return row && (knownEvent(type, parseJson(row.data))?.data as AuditEventData<T> | undefined)
}
