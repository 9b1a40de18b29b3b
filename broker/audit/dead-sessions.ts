// Ends, in the log, the sessions of proxies that were killed before they could write `session.ended`.
//
// Nobody may write into a proxy's chain but the proxy, and a row may say nothing that no event says, or verify could not
// tell our edit from anyone else's. So the broker records what it saw as an event of its own, and projection.ts takes that
// event as the session's end: forwarded calls become outcome-unknown, the others cancelled. Should the session write again
// (its process id was not visible to us, or its last lines came late), its next event takes that back.
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import { type Db, prepared } from './driver.ts'

export type SessionGone = AuditEventData<'session.gone'>

/**
 * The data of the events (`session.gone`) by which the broker closes sessions whose process is gone; empty when there are none. Ingest every spool
 * before, append the events to the broker's spool, and ingest that. `isAlive` is asked for each session without an end.
 */
export function closeDeadSessions(db: Db, isAlive: (pid: number, session: string) => boolean): SessionGone[] {
  const open = prepared<[], { session: string; pid: number }>(
    db,
    'SELECT session, pid FROM session WHERE ended_at IS NULL AND gone_at IS NULL AND pid IS NOT NULL ORDER BY started_at, session',
  ).all()
  return open.filter(({ session, pid }) => !isAlive(pid, session)).map(({ session }) => ({ session }))
}
