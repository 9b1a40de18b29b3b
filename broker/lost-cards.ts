// Cards live in memory, so those of a broker that is gone can never be answered. Their calls must not look as if they
// still could.
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { AuditDatabase } from './audit/database.ts'
import { prepared } from './audit/driver.ts'

type Row = { approval: string; ticket: string; session: string; call: string }

/** What must be put on record (`approval.decided`) for the cards that an earlier broker left open. */
export function lostCards(db: AuditDatabase): AuditEventData<'approval.decided'>[] {
  const rows = prepared<[], Row>(
    db,
    `SELECT approval, coalesce(ticket, '') AS ticket, session, call FROM call AS c
     WHERE approval_state = 'open' AND NOT EXISTS
       (SELECT 1 FROM call AS d WHERE d.approval = c.approval AND d.approval_state <> 'open')
     ORDER BY received_at`,
  ).all()
  return rows.map((row) => ({ ...row, outcome: 'cancelled', by: 'restart', grant: false }))
}
