// The sessions that have begun and not ended, as their spools tell.
import { type Db, prepared } from './driver.ts'

export type OpenSession = { session: string; client: string; server: string; startedAt: number }

/** Sessions without an end, oldest first; closeDeadSessions keeps those of killed proxies from staying here. */
export const openSessions = (db: Db): OpenSession[] =>
  prepared<[], OpenSession>(
    db,
    `SELECT session, client, server, started_at AS startedAt FROM session
     WHERE ended_at IS NULL AND gone_at IS NULL AND pid IS NOT NULL ORDER BY started_at, session`,
  ).all()
