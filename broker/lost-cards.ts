// Cards live in memory, so those of a broker that is gone can never be answered. Their calls must not look as if they
// still could.
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { AuditDatabase } from './audit/database.ts'
import { prepared } from './audit/driver.ts'

type Row = { approval: string; ticket: string; session: string; call: string; calls: string }

/** What must be put on record (`approval.decided`) for the cards that an earlier broker left open. */
export function lostCards(db: AuditDatabase): AuditEventData<'approval.decided'>[] {
  const rows = prepared<[], Row>(
    db,
    `SELECT approval, session, call,
       coalesce((SELECT ticket FROM call WHERE call.call = card.call), '') AS ticket,
       (SELECT json_group_array(call) FROM
         (SELECT call FROM call WHERE call.approval = card.approval AND approval_state = 'open' ORDER BY id)) AS calls
     FROM card WHERE outcome IS NULL ORDER BY opened_at, approval`,
  ).all()
  return rows.map(({ calls: waiting, ...row }) => {
    const calls = JSON.parse(waiting) as string[]
    return { ...row, outcome: 'cancelled', by: 'restart', grant: false, ...(calls.length > 1 ? { calls } : {}) }
  })
}
