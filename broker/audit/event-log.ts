// Appends events to the global chain and reads its head. Nothing else writes to the event table.
import { chainStart, type Sha256 } from '../../core/audit/chain.ts'
import { type Db, prepared } from './driver.ts'
import { type EventRow, eventHash } from './event-chain.ts'

type Head = { seq: number; hash: string }

/** The newest event's number and hash; 0 and 64 zeros where there is none. */
export const headOf = (db: Db): Head =>
  prepared<[], Head>(db, 'SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1').get() ?? { seq: 0, hash: chainStart }

/**
 * A function that appends events one after the other and says their numbers. Valid inside one immediate transaction: nobody
 * else may append.
 */
export function eventAppender(db: Db, sha256: Sha256): (event: Omit<EventRow, 'seq' | 'prev' | 'hash'>) => number {
  const insert = prepared<[EventRow]>(
    db,
    'INSERT INTO event VALUES (@seq, @session, @n, @t, @type, @data, @prev, @hash)',
  )
  let head = headOf(db)
  return (event) => {
    const row = { ...event, seq: head.seq + 1, prev: head.hash }
    const hash = eventHash(row, sha256)
    insert.run({ ...row, hash })
    head = { seq: row.seq, hash }
    return row.seq
  }
}
