// The chain over all events of all spools, in the order the broker stored them.
import type { Sha256 } from '../../core/audit/chain.ts'

/**
 * An event with what its hash is made of. `data` is the exact JSON text of the spool line, so that no serialiser is part of the
 * evidence; `prev` is the hash of the event before, which the table does not repeat.
 */
export type EventRow = {
  seq: number
  session: string
  n: number
  t: number
  type: string
  data: string
  prev: string
  hash: string
}

/** The hash of an event: over every other column, one a line. Only `data` could hold a line feed, and it comes last. */
export function eventHash(event: Omit<EventRow, 'hash'>, sha256: Sha256): string {
  const { prev, seq, session, n, t, type, data } = event
  return sha256(`${prev}\n${seq}\n${session}\n${n}\n${t}\n${type}\n${data}`)
}
