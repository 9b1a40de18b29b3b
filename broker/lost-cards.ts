// Cards live in memory, so those of a broker that is gone can never be answered. Their calls must not look as if they
// still could.
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { AuditDatabase } from './audit/database.ts'
import { prepared } from './audit/driver.ts'

type Row = { approval: string; ticket: string; session: string; call: string; parts: string }

/** What must be put on record (`approval.decided`) for the cards that an earlier broker left open. */
export function lostCards(db: AuditDatabase): AuditEventData<'approval.decided'>[] {
  const rows = prepared<[], Row>(
    db,
    `SELECT card.approval, card.session, card.call,
       coalesce((SELECT ticket FROM call WHERE call.session = name.id
                   AND call.part = substr(card.call, length(card.session) + 2)), '') AS ticket,
       (SELECT json_group_array(part) FROM
         (SELECT part FROM call WHERE call.session = name.id AND call.approval = card.approval
            AND approval_state = (SELECT id FROM name WHERE text = 'open') ORDER BY id)) AS parts
     FROM card INDEXED BY card_open JOIN name ON name.text = card.session
     WHERE card.outcome IS NULL ORDER BY card.opened_at, card.approval`,
  ).all()
  return rows.map(({ parts, ...row }) => {
    const calls = (JSON.parse(parts) as string[]).map((part) => `${row.session}.${part}`)
    return { ...row, outcome: 'cancelled', by: 'restart', grant: false, ...(calls.length > 1 ? { calls } : {}) }
  })
}
