// Whether a range of events is what its hashes say. A range needs nothing but the hash of the event before it, so that
// threads can share the work.
import { isUtf8 } from 'node:buffer'
import type { Sha256 } from '../../core/audit/chain.ts'
import type { Db } from './driver.ts'
import { eventHash } from './event-chain.ts'
import { hashAt } from './event-log.ts'
import { namesAsTheyAre } from './verify-names.ts'

/** The first event of a range that is not what was chained. `gap`: the one before it is missing. */
export type ChainBreak = { seq: number; problem: 'gap' | 'hash-mismatch' }

type Row = [seq: number, session: number, n: number, t: number, type: string, data: string, hash: string]

/** Rows are read this many at a time: none is longer than a spool's longest line. */
const pageRows = 128

/** What a character becomes that no UTF-8 text holds. */
const replacement = '\ufffd'

/** A function that looks at the events after `after` up to and including `to`. */
export function chainChecker(db: Db, sha256: Sha256): (after: number, to: number) => ChainBreak | undefined {
  const names = namesAsTheyAre(db)
  const page = db
    .prepare<[number, number, number], Row>(
      `SELECT seq, session, n, t, type, data, lower(hex(hash)) FROM main.event
       WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
    )
    .raw()
  const bytes = db.prepare<[number], Buffer>('SELECT CAST(data AS BLOB) FROM main.event WHERE seq = ?').pluck()

  const isWhat = (row: Row, prev: string): boolean => {
    const [seq, session, n, t, type, data, hash] = row
    const name = names.text(session)
    if (name === undefined || eventHash({ prev, seq, session: name, n, t, type, data }, sha256) !== hash) return false
    // Bytes that are no text read like the replacement character, and are hashed like it.
    return !data.includes(replacement) || isUtf8(bytes.get(seq) ?? Buffer.alloc(0))
  }

  return (after, to) => {
    let last = after
    let prev: string | undefined
    for (;;) {
      const rows = page.all(last, to, pageRows)
      for (const row of rows) {
        const seq = row[0]
        if (seq !== last + 1 || prev === undefined) prev = hashAt(db, seq - 1)
        if (prev === undefined) return { seq, problem: 'gap' }
        if (!isWhat(row, prev)) return { seq, problem: 'hash-mismatch' }
        prev = row[6]
        last = seq
      }
      if (rows.length < pageRows) return undefined
    }
  }
}
