// What the user interface and the broker ask of single calls and of small sums. Searching is in the reader's files.
import type { CallDetail, CallOutcome, CallSummary } from '../../core/wire/log-contract.ts'
import { type Alike, alikeIds, isAlike } from './alike.ts'
import { firstIdAt, placeOf } from './call-id.ts'
import type { CallRow } from './call-row.ts'
import { type Db, prepared } from './driver.ts'
import { checkpointHead, countEventsOfCall, eventsOfCall, headOf, readEvent } from './event-log.ts'
import { type Names, namesOf } from './names.ts'

/** Calls that a detail shows as done before. */
const similarShown = 8
/** Of the first and of the last events of a call, so many are shown. */
const eventsShown = 500

const summaryColumns = [
  'id',
  'session',
  'part',
  'client',
  'server',
  'action',
  'tool',
  'risk',
  'outcome',
  'received_at',
  'held_ms',
  'duration_ms',
  'rule',
  'decided_by',
]
  .map((column) => `call.${column}`)
  .join(', ')

type SummaryRow = Record<'id' | 'session' | 'client' | 'server' | 'tool' | 'outcome' | 'received_at', number> &
  Record<'action' | 'risk' | 'held_ms' | 'duration_ms' | 'rule' | 'decided_by', number | null> & { part: string }

function summary(row: SummaryRow, names: Names): CallSummary {
  const session = names.text(row.session)
  return {
    call: `${session}.${row.part}`,
    session,
    client: names.text(row.client),
    server: names.text(row.server),
    ...(row.action !== null && { action: names.text(row.action) as NonNullable<CallRow['action']> }),
    tool: names.text(row.tool),
    ...(row.risk !== null && { risk: names.text(row.risk) as NonNullable<CallRow['risk']> }),
    outcome: names.text(row.outcome) as CallOutcome,
    receivedAt: row.received_at,
    ...(row.held_ms !== null && { heldMs: row.held_ms }),
    ...(row.duration_ms !== null && { durationMs: row.duration_ms }),
    ...(row.rule !== null && { rule: names.text(row.rule) }),
    ...(row.decided_by !== null && { decidedBy: names.text(row.decided_by) }),
  }
}

const summariesFrom = (db: Db, rows: readonly SummaryRow[]): CallSummary[] => {
  const names = namesOf(db)
  return rows.map((row) => summary(row, names))
}

/** The calls whose rows have these numbers, newest first; those that are not there are left out. */
export const summariesById = (db: Db, ids: readonly number[]): CallSummary[] =>
  summariesFrom(
    db,
    prepared<[string], SummaryRow>(
      db,
      `SELECT ${summaryColumns} FROM call WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC`,
    ).all(JSON.stringify(ids)),
  )

/** The summaries of those of the calls that are known, newest first. */
export function summariesOf(db: Db, calls: readonly string[]): CallSummary[] {
  const ids = calls.map((call) => callId(db, call)).filter((id) => id !== undefined)
  return summariesById(db, ids)
}

/** The newest calls, newest first. */
export const newestCalls = (db: Db, limit: number): CallSummary[] =>
  summariesFrom(
    db,
    prepared<[number], SummaryRow>(db, `SELECT ${summaryColumns} FROM call ORDER BY id DESC LIMIT ?`).all(limit),
  )

/** The number of a call's row, nothing where there is none. */
export function callId(db: Db, call: string): number | undefined {
  const place = placeOf(call)
  const session = place && namesOf(db).find(place.session)
  if (!place || session === undefined) return undefined
  return prepared<[number, string], { id: number }>(
    db,
    'SELECT id FROM call AS here WHERE session = ? AND part = ?',
  ).get(session, place.part)?.id
}

type DetailRow = SummaryRow & Pick<CallRow, 'decided_seq' | 'edited_seq' | 'answered_seq' | 'person_reason'>

/** One call with what was recorded of it and its events in the order they were stored, or nothing where it is unknown. */
export function getCall(db: Db, call: string): CallDetail | undefined {
  const id = callId(db, call)
  if (id === undefined) return undefined
  const row = prepared<[number], DetailRow>(
    db,
    `SELECT ${summaryColumns}, decided_seq, edited_seq, answered_seq, person_reason FROM call WHERE id = ?`,
  ).get(id)
  if (!row) return undefined
  const decided = row.decided_seq === null ? undefined : readEvent(db, row.decided_seq, 'call.decided')
  const edited = row.edited_seq === null ? undefined : readEvent(db, row.edited_seq, 'call.forwarded')?.edited
  const result = row.answered_seq === null ? undefined : readEvent(db, row.answered_seq, 'call.answered')?.result
  const events = eventsOfCall(db, id, eventsShown)
  const leftOut = events.length < 2 * eventsShown ? 0 : countEventsOfCall(db, id) - events.length
  // What the person said explains a refusal better than the rule that asked them.
  const reason = row.person_reason ?? decided?.reason
  return {
    summary: summary(row, namesOf(db)),
    ...(decided && { arguments: recorded(decided.arguments), argumentsHash: decided.argumentsHash }),
    ...(edited && { edited: recorded(edited.arguments) }),
    ...(result && { result: recorded(result) }),
    ...(reason !== undefined && { reason }),
    ...(decided && { revision: decided.revision }),
    rules: decided?.rules ?? [],
    events: events.map(({ seq, t, type, data, hash }) => ({ seq, at: t, type, data: JSON.parse(data), hash })),
    ...(leftOut > 0 && { eventsLeftOut: leftOut }),
    chain: { head: headOf(db).seq, begins: (checkpointHead(db)?.seq ?? 0) + 1 },
    similar: similarTo(db, row, decided?.argumentsHash),
  }
}

const recorded = ({ text, bytes, truncated }: { text: string; bytes: number; truncated: boolean }) => ({
  text,
  bytes,
  truncated,
})

function similarTo(db: Db, of: SummaryRow, argumentsHash: string | undefined): CallDetail['similar'] {
  const rows = prepared<[SummaryRow & { limit: number }], SummaryRow & { decided_seq: number | null }>(
    db,
    `SELECT ${summaryColumns}, call.decided_seq FROM call INDEXED BY call_alike
     WHERE ${isAlike} AND call.id < @id ORDER BY call.id DESC LIMIT @limit`,
  ).all({ ...of, limit: similarShown })
  const names = namesOf(db)
  return rows.map((row) => ({
    ...summary(row, names),
    sameArguments: argumentsHash !== undefined && hashOfDecision(db, row.decided_seq) === argumentsHash,
  }))
}

const hashOfDecision = (db: Db, seq: number | null): string | undefined =>
  seq === null ? undefined : readEvent(db, seq, 'call.decided')?.argumentsHash

/** How many calls received at or after `t` (milliseconds since the epoch) had each outcome. */
export function countsSince(db: Db, t: number): Partial<Record<CallOutcome, number>> {
  const rows = prepared<[number], { outcome: number; count: number }>(
    db,
    'SELECT outcome, count(*) AS count FROM call WHERE id >= ? GROUP BY outcome',
  ).all(firstIdAt(t))
  const names = namesOf(db)
  return Object.fromEntries(rows.map(({ outcome, count }) => [names.text(outcome), count]))
}

/** Hash of the newest event of the chain; 64 zeros where there is none. */
export const head = (db: Db): string => headOf(db).hash

export type RecentDecision = { at: number; outcome: CallOutcome; argumentsHash: string }

/** No word on a call, or none of its own. */
const undecided = ['deciding', 'waiting', 'asked-again'] as const satisfies readonly CallOutcome[]

/** The last decisions on calls alike, newest first. `at`: when the last word on it was said. */
export function recentDecisions(db: Db, which: Alike & { limit: number }): RecentDecision[] {
  const ids = alikeIds(db, which)
  if (!ids) return []
  const names = namesOf(db)
  const [deciding = 0, waiting = 0, again = 0] = undecided.map((word) => names.find(word) ?? 0)
  const rows = prepared<[object], { at: number; outcome: number; decided_seq: number }>(
    db,
    `SELECT coalesce(approval_decided_at, hold_closed_at, decided_at) AS at, outcome, decided_seq
     FROM call INDEXED BY call_alike
     WHERE ${isAlike} AND decided_seq IS NOT NULL AND outcome NOT IN (@deciding, @waiting, @again)
     ORDER BY id DESC LIMIT @limit`,
  ).all({ ...ids, limit: which.limit, deciding, waiting, again })
  return rows.flatMap(({ at, outcome, decided_seq }) => {
    const argumentsHash = hashOfDecision(db, decided_seq)
    return argumentsHash === undefined ? [] : [{ at, outcome: names.text(outcome) as CallOutcome, argumentsHash }]
  })
}
