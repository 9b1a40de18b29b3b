// What people answered to calls like this one: for the card's history and for suggestions.
import { type Alike, alikeIds, isAlike } from './alike.ts'
import { firstIdAt } from './call-id.ts'
import { type Db, prepared } from './driver.ts'
import { namesOf } from './names.ts'

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
  const counts: AnswerCounts = { approved: 0, refused: 0, expired: 0 }
  const ids = alikeIds(db, which)
  if (!ids) return counts
  const names = namesOf(db)
  const states = Object.keys(counts) as (keyof AnswerCounts)[]
  const words = Object.fromEntries(states.map((state) => [state, names.find(state) ?? 0]))
  const rows = prepared<[object], { state: number; count: number }>(
    db,
    `SELECT approval_state AS state, count(DISTINCT call.approval) AS count
     FROM call INDEXED BY call_asked JOIN card ON card.approval = call.approval
     WHERE ${isAlike} AND call.id >= @from AND call.approval IS NOT NULL
       AND (approval_state = @expired OR approval_state IN (@approved, @refused) AND ${byPerson('card.decided_by')})
     GROUP BY approval_state`,
  ).all({ ...ids, ...words, from: firstIdAt(which.since) })
  for (const { state, count } of rows) counts[names.text(state) as keyof AnswerCounts] = count
  return counts
}
