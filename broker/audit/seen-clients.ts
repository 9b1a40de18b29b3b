// The clients that sessions of the log had, with what each called itself last.
import { type Db, prepared } from './driver.ts'

/** Of each client its newest session's word; the newest `limit` clients, by name. */
export function seenClients(db: Db, limit = 500): { client: string; clientInfoName?: string }[] {
  const rows = prepared<[number], { client: string; name: string | null }>(
    db,
    `WITH RECURSIVE one (client) AS (
       SELECT min(client) FROM session WHERE client > ''
       UNION ALL SELECT (SELECT min(client) FROM session WHERE client > one.client) FROM one WHERE client IS NOT NULL
     )
     SELECT client, (SELECT client_name FROM session AS s WHERE s.client = one.client AND client_name IS NOT NULL
                     ORDER BY started_at DESC LIMIT 1) AS name
     FROM one WHERE client IS NOT NULL LIMIT ?`,
  ).all(limit)
  return rows.map(({ client, name }) => ({ client, ...(name === null ? {} : { clientInfoName: name }) }))
}
