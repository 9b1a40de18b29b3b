// What the user interface and the broker ask of the log: the list of calls, one call with its events, and small sums.
import type { Action } from '../../core/schema/policy-words.ts'
import type { CallDetail, CallOutcome, CallSummary, UiParams, UiResult } from '../../core/wire/ui-contract.ts'
import type { CallRow } from './call-row.ts'
import { type Db, prepared } from './driver.ts'
import type { EventRow } from './event-chain.ts'
import { headOf } from './event-log.ts'

const summaryColumns =
  'id, call, session, client, server, action, tool, risk, outcome, received_at, held_ms, duration_ms, rule' as const

type SummaryRow = Pick<
  CallRow,
  | 'call'
  | 'session'
  | 'client'
  | 'server'
  | 'action'
  | 'tool'
  | 'risk'
  | 'outcome'
  | 'received_at'
  | 'held_ms'
  | 'duration_ms'
  | 'rule'
> & { id: number }

/**
 * Calls, newest first. Paged by key: a call that arrives meanwhile neither shifts nor repeats a row.
 * Throws a RangeError for a `before` that is not the `next` of an earlier page.
 */
export function listCalls(db: Db, params: UiParams<'activity.list'>): UiResult<'activity.list'> {
  const conditions: string[] = []
  const values: (string | number)[] = []
  if (params.before !== undefined) {
    conditions.push('(received_at, id) < (?, ?)')
    values.push(...readCursor(params.before))
  }
  if (params.outcome !== undefined) {
    conditions.push('outcome IN (SELECT value FROM json_each(?))')
    values.push(JSON.stringify(params.outcome))
  }
  if (params.text !== undefined && params.text !== '') {
    conditions.push("(tool LIKE ? ESCAPE '\\' OR server LIKE ? ESCAPE '\\' OR client LIKE ? ESCAPE '\\')")
    const pattern = `%${params.text.replace(/[\\%_]/g, '\\$&')}%`
    values.push(pattern, pattern, pattern)
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const sql = `SELECT ${summaryColumns} FROM call ${where} ORDER BY received_at DESC, id DESC LIMIT ?`
  const rows = prepared<(string | number)[], SummaryRow>(db, sql).all(...values, params.limit + 1)
  const page = rows.slice(0, params.limit)
  const last = page.at(-1)
  const calls = page.map(summary)
  return last && rows.length > page.length ? { calls, next: writeCursor(last) } : { calls }
}

const writeCursor = (row: SummaryRow) => Buffer.from(`${row.received_at}.${row.id}`).toString('base64url')

function readCursor(cursor: string): [number, number] {
  const match = /^(\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  if (!match) throw new RangeError('activity.list: `before` is not the `next` of an earlier page')
  return [Number(match[1]), Number(match[2])]
}

/** One call with what was recorded of it and its events in the order they were stored, or nothing where it is unknown. */
export function getCall(db: Db, call: string): CallDetail | undefined {
  const row = prepared<[string], CallRow & { id: number }>(db, 'SELECT * FROM call WHERE call = ?').get(call)
  if (!row) return undefined
  // The expression of the index. Another session's spool may name this call; it has no say in it.
  const events = prepared<[string, string], EventRow>(
    db,
    `SELECT * FROM event WHERE (CASE WHEN json_valid(data) THEN data ->> '$.call' END) = ?
       AND (session = ? OR session GLOB 'broker-*') ORDER BY seq`,
  ).all(call, row.session)
  const args = excerpt(row.arguments_text, row.arguments_bytes, row.arguments_truncated)
  const result = excerpt(row.result_text, row.result_bytes, row.result_truncated)
  // What the person said explains a refusal better than the rule that asked them.
  const reason = row.person_reason ?? row.reason
  return {
    summary: summary(row),
    ...(args && { arguments: args }),
    ...(result && { result }),
    ...(row.arguments_hash !== null && { argumentsHash: row.arguments_hash }),
    ...(reason !== null && { reason }),
    ...(row.decided_by !== null && { decidedBy: row.decided_by }),
    ...(row.revision !== null && { revision: row.revision }),
    rules: row.rules === null ? [] : (JSON.parse(row.rules) as CallDetail['rules']),
    events: events.map(({ seq, t, type, data, hash }) => ({ seq, at: t, type, data: JSON.parse(data), hash })),
  }
}

function excerpt(text: string | null, bytes: number | null, truncated: number | null): CallDetail['result'] {
  return text === null ? undefined : { text, bytes: bytes ?? 0, truncated: truncated === 1 }
}

function summary(row: SummaryRow): CallSummary {
  return {
    call: row.call,
    session: row.session,
    client: row.client,
    server: row.server,
    ...(row.action !== null && { action: row.action }),
    tool: row.tool,
    ...(row.risk !== null && { risk: row.risk }),
    outcome: row.outcome,
    receivedAt: row.received_at,
    ...(row.held_ms !== null && { heldMs: row.held_ms }),
    ...(row.duration_ms !== null && { durationMs: row.duration_ms }),
    ...(row.rule !== null && { rule: row.rule }),
  }
}

/** The summaries of those of the calls that are known, newest first. */
export const summariesOf = (db: Db, ids: readonly string[]): CallSummary[] =>
  prepared<[string], SummaryRow>(
    db,
    `SELECT ${summaryColumns} FROM call WHERE call IN (SELECT value FROM json_each(?)) ORDER BY received_at DESC, id DESC`,
  )
    .all(JSON.stringify(ids))
    .map(summary)

/** How many calls received at or after `t` (milliseconds since the epoch) had each outcome. */
export function countsSince(db: Db, t: number): Partial<Record<CallOutcome, number>> {
  const rows = prepared<[number], { outcome: CallOutcome; count: number }>(
    db,
    'SELECT outcome, count(*) AS count FROM call WHERE received_at >= ? GROUP BY outcome',
  ).all(t)
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]))
}

/** Hash of the newest event of the chain; 64 zeros where there is none. */
export const head = (db: Db): string => headOf(db).hash

export type RecentDecision = { at: number; outcome: CallOutcome; argumentsHash: string }

/** The last decisions on calls of one tool (or of what another action names) by one client, newest first. `at`: when the last word on it was said. */
export const recentDecisions = (
  db: Db,
  which: { client: string; server: string; action: Action; tool: string; limit: number },
): RecentDecision[] =>
  prepared<[typeof which], RecentDecision>(
    db,
    `SELECT coalesce(approval_decided_at, hold_closed_at, decided_at) AS at, outcome, arguments_hash AS argumentsHash
     FROM call
     WHERE client = @client AND server = @server AND tool = @tool AND coalesce(action, 'tools/call') = @action
       AND decided_at IS NOT NULL AND outcome NOT IN ('deciding', 'waiting')
     ORDER BY received_at DESC, id DESC LIMIT @limit`,
  ).all(which)
