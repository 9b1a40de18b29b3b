// Reads all spools of a folder as one stream in the order of time, for a log that is made anew: the order in which brokers
// once read them is lost with the database.
import type { Sha256 } from '../../core/audit/chain.ts'
import { isBrokerSession, listSpools } from './spool-file.ts'
import { readSession, type SessionRead, spoolStart } from './spool-parts.ts'

export type MergedRead = { session: string; read: SessionRead }

type Cursor = {
  session: string
  reads: Generator<SessionRead>
  next: SessionRead
  /** When it is due: a clock that was set back does not put a session's events out of their order. */
  at: number
}

/**
 * Events of one session stand in their order; of those at the same millisecond the brokers' come last, for they speak of
 * calls that proxies introduced. A spool with a problem yields that last. Files are open only while their time is passed.
 */
export function* mergeSpools(folder: string, sha256: Sha256): Generator<MergedRead> {
  const waiting = [...listSpools(folder)]
    .flatMap(([session, last]) => begin(folder, session, last, sha256) ?? [])
    .sort((a, b) => a.at - b.at || order(a, b))
  const open: Cursor[] = []
  try {
    for (;;) {
      const first = earliest(open)
      const unopened = waiting[0]
      if (unopened && (!first || unopened.at <= first.at)) {
        waiting.shift()
        const { session, lastPart } = unopened
        const reads = readSession(folder, session, spoolStart, { sha256, lastPart })
        const { value } = reads.next()
        if (value) open.push({ session, reads, next: value, at: unopened.at })
        continue
      }
      if (!first) return
      yield { session: first.session, read: first.next }
      const { value } = first.reads.next()
      if (!value) open.splice(open.indexOf(first), 1)
      else Object.assign(first, { next: value, at: Math.max(first.at, timeOf(value) ?? first.at) })
    }
  } finally {
    for (const { reads } of open) reads.return(undefined)
  }
}

const timeOf = (read: SessionRead): number | undefined => (read.ok ? read.event.t : undefined)
const order = (a: { session: string }, b: { session: string }) =>
  Number(isBrokerSession(a.session)) - Number(isBrokerSession(b.session)) || (a.session < b.session ? -1 : 1)

const earliest = (open: readonly Cursor[]): Cursor | undefined =>
  open.reduce<Cursor | undefined>(
    (least, one) => (!least || one.at < least.at || (one.at === least.at && order(one, least) < 0) ? one : least),
    undefined,
  )

/** Only looked at: there may be more spools than files that can be open at once. */
function begin(folder: string, session: string, lastPart: number, sha256: Sha256) {
  const [value] = readSession(folder, session, spoolStart, { sha256, lastPart })
  return value && { session, lastPart, at: timeOf(value) ?? 0 }
}
