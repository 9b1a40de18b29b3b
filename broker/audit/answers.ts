// What people answered to calls like this one, and the calls themselves: for the card's history, for suggestions, and for
// showing what a rule would have matched.
import type { Action } from '../../core/schema/policy-words.ts'
import type { CallOutcome } from '../../core/wire/ui-contract.ts'
import type { CallRow } from './call-row.ts'
import { type Db, prepared } from './driver.ts'

/** Calls alike: of one tool (or of what another action names) of one server, by one client. */
export type Alike = { client: string; server: string; action: Action; tool: string }

export type AnswerCounts = { approved: number; refused: number; expired: number }

/**
 * Whether a person closed the card: on the page, in the window or on a notification, as `by` has it. Everything else that closes one (the
 * clock, a grant, the policy, a restart) is nobody's answer.
 */
export const isPerson = (by: string | null): boolean => by !== null && /^(?:desktop$|notification$|headless)/.test(by)
/** The same of a column, in SQL. */
export const byPerson = (column: string): string =>
  `(${column} IN ('desktop', 'notification') OR ${column} GLOB 'headless*')`

/** What people answered to calls alike that came at or after `since` (milliseconds since the epoch); each card once. */
export function answersOf(db: Db, which: Alike & { since: number }): AnswerCounts {
  const rows = prepared<[typeof which], { state: keyof AnswerCounts; count: number }>(
    db,
    `SELECT approval_state AS state, count(DISTINCT call.approval) AS count
     FROM call INDEXED BY call_asked JOIN card ON card.approval = call.approval
     WHERE client = @client AND server = @server AND tool = @tool AND received_at >= @since
       AND call.approval IS NOT NULL AND coalesce(action, 'tools/call') = @action
       AND (approval_state = 'expired' OR approval_state IN ('approved', 'refused') AND ${byPerson('card.decided_by')})
     GROUP BY approval_state`,
  ).all(which)
  return { approved: 0, refused: 0, expired: 0, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) }
}

export type RecentCall = {
  call: string
  /** When it came, in milliseconds since the epoch. */
  at: number
  outcome: CallOutcome
  /** JSON as recorded: redacted, and cut where `truncated`. */
  argumentsText: string
  truncated: boolean
  /** Over the exact arguments. */
  argumentsHash: string
}

/** The last calls alike of which the arguments are on record, newest first. */
export function recentCalls(db: Db, which: Alike & { limit: number }): RecentCall[] {
  type Row = Pick<CallRow, 'call' | 'outcome' | 'arguments_truncated'> & {
    at: number
    argumentsText: string
    argumentsHash: string
  }
  const rows = prepared<[typeof which], Row>(
    db,
    `SELECT call, received_at AS at, outcome, arguments_text AS argumentsText, arguments_truncated,
       arguments_hash AS argumentsHash
     FROM call INDEXED BY call_alike
     WHERE client = @client AND server = @server AND tool = @tool AND coalesce(action, 'tools/call') = @action
       AND arguments_text IS NOT NULL
     ORDER BY received_at DESC, id DESC LIMIT @limit`,
  ).all(which)
  return rows.map(({ arguments_truncated, ...row }) => ({ ...row, truncated: arguments_truncated === 1 }))
}
