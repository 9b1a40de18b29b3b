// Past calls of a tool by a client: how many of them a choice would have covered, and the values its arguments had.
import { conditionsMatcher, scopeConditions } from '../core/approval/scope.ts'
import { type RecordedArguments, recordedArguments } from '../core/audit/recorded-arguments.ts'
import { jsonEqual } from '../core/policy/json-equal.ts'
import type { PolicyPorts } from '../core/policy/path-inside.ts'
import type { ArgumentScopes } from '../core/schema/grant.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import type { RiskClass } from '../core/schema/risk-class.ts'
import type { UiResult } from '../core/wire/ui-contract.ts'
import type { CallFacts } from './approval-card.ts'
import { alikeIds, isAlike } from './audit/alike.ts'
import { isPerson } from './audit/answers.ts'
import { type Db, prepared } from './audit/driver.ts'
import { namesOf } from './audit/names.ts'
import { callId } from './audit/query.ts'
import { knownEvent, parseJson } from './audit/spool-line.ts'
import type { KeptText } from './kept-text.ts'

export type PastCall = RecordedArguments & {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly risk: RiskClass | null
  readonly cwd: string | null
  readonly sameArguments: boolean
}

/** A call that a person was asked about. */
export type AskedCall = PastCall & {
  readonly approval: string
  /** Nothing where it was not a person who ended it. */
  readonly answer: 'approved' | 'refused' | null
}

/** Recorded hashes are keyed where a secret was taken out. */
type RecordedHashes = Pick<KeptText, 'isHash'>

const mostCalls = 500
const mostSeenValues = 20

type Row = { at: number; risk: number | null; cwd: string | null; data: string }

const columns = 'call.received_at AS at, call.risk, session.cwd, event.data'
const joined = `CROSS JOIN event ON event.seq = call.decided_seq JOIN name ON name.id = call.session
  LEFT JOIN session ON session.session = name.text`
const alike = `${isAlike} AND call.id <> @self`

/** Nothing where no call can be alike. */
function whichOf(db: Db, { session: { client, server }, ask: { tool, action, call } }: CallFacts) {
  const ids = alikeIds(db, { client, server, tool, action })
  return ids && { ...ids, self: callId(db, call) ?? 0 }
}
type Which = NonNullable<ReturnType<typeof whichOf>>

/** Nothing where its record is not what the log writes. */
function pastCall(db: Db, row: Row, { ask }: CallFacts, { isHash }: RecordedHashes): PastCall | undefined {
  const event = knownEvent('call.decided', parseJson(row.data))
  if (event?.type !== 'call.decided') return undefined
  const { argumentsHash, arguments: args } = event.data
  return {
    at: row.at,
    risk: row.risk === null ? null : (namesOf(db).text(row.risk) as RiskClass),
    cwd: row.cwd,
    sameArguments: isHash(argumentsHash, ask.argumentsHash),
    ...recordedArguments(args.text, args.truncated),
  }
}

/** The last calls of this tool by this client, newest first, this one apart. */
export function pastCalls(db: Db, facts: CallFacts, hashes: RecordedHashes): PastCall[] {
  const which = whichOf(db, facts)
  if (!which) return []
  const rows = prepared<[Which], Row>(
    db,
    `SELECT ${columns} FROM call INDEXED BY call_alike ${joined} WHERE ${alike} ORDER BY call.id DESC LIMIT ${mostCalls}`,
  ).all(which)
  return rows.map((row) => pastCall(db, row, facts, hashes)).filter((past) => past !== undefined)
}

/** Those of them that a person was asked about, each card once, newest first. */
export function askedCalls(db: Db, facts: CallFacts, hashes: RecordedHashes, limit: number): AskedCall[] {
  const which = whichOf(db, facts)
  if (!which) return []
  type Asked = Row & { approval: string; state: number | null; by: string | null; edited: 0 | 1 | null }
  const rows = prepared<[Which & { limit: number }], Asked>(
    db,
    `SELECT ${columns}, call.approval, call.approval_state AS state, card.decided_by AS by, card.edited
     FROM call INDEXED BY call_asked ${joined} LEFT JOIN card ON card.approval = call.approval
     WHERE ${alike} AND call.approval IS NOT NULL ORDER BY call.id DESC LIMIT @limit`,
  ).all({ ...which, limit })
  const cards = new Map<string, AskedCall>()
  for (const row of rows) {
    const { approval, by, edited } = row
    const state = row.state === null ? null : namesOf(db).text(row.state)
    // Who changed the arguments did not approve of these.
    const answer = (state === 'approved' || state === 'refused') && isPerson(by) && !edited ? state : null
    const past = cards.has(approval) ? undefined : pastCall(db, row, facts, hashes)
    if (past) cards.set(approval, { ...past, approval, answer })
  }
  return [...cards.values()]
}

/** What the call had for arguments, where all of that can be told. */
export function wholeArguments(past: PastCall, facts: CallFacts): JsonObject | undefined {
  if (past.sameArguments) return facts.ask.arguments as JsonObject
  return past.complete && past.unseen.size === 0 ? past.seen : undefined
}

/** How a choice decides which calls it covers. */
export type Coverage = {
  readonly scopes: ArgumentScopes
  readonly like: JsonObject
  /** Of arguments that no scope names. Absent: whatever they are. */
  readonly forbidden?: (name: string) => boolean
  /** Absent: of every class. */
  readonly risk?: RiskClass
  /** Whether it denies: then it also covers what cannot be told for certain. */
  readonly doubtCounts: boolean
}

export function countPast(
  calls: readonly PastCall[],
  coverage: Coverage,
  facts: CallFacts,
  portsOf: (cwd: string) => PolicyPorts,
): UiResult<'approvals.preview'>['past'] {
  let matched = 0
  let unknown = 0
  for (const call of calls) {
    const covered = coveredBy(call, coverage, facts, portsOf(call.cwd ?? facts.session.cwd))
    if (covered === undefined) unknown++
    else if (covered) matched++
  }
  const oldest = calls.at(-1)
  return { matched, unknown, of: calls.length, ...(oldest === undefined ? {} : { since: oldest.at }) }
}

function coveredBy(
  past: PastCall,
  { scopes, like, forbidden, risk, doubtCounts }: Coverage,
  facts: CallFacts,
  ports: PolicyPorts,
): boolean | undefined {
  if (risk !== undefined && past.risk !== risk) return false
  const whole = past.sameArguments
  const seen = whole ? (facts.ask.arguments as JsonObject) : past.seen
  const names = whole ? Object.keys(seen) : [...Object.keys(seen), ...past.unseen]
  if (forbidden && names.some((name) => !Object.hasOwn(scopes, name) && forbidden(name))) return false
  const isMissing = (name: string): boolean =>
    !whole && (past.unseen.has(name) || (!past.complete && !Object.hasOwn(seen, name)))
  const told = Object.entries(scopes).filter(([name]) => !isMissing(name))
  const outcome = conditionsMatcher(scopeConditions(Object.fromEntries(told), like, doubtCounts))(seen, ports)
  if (outcome === 'did-not-hold' || (outcome === 'could-not-tell' && !doubtCounts)) return false
  const missing = Object.entries(scopes).some(([name, { kind }]) => kind !== 'anything' && isMissing(name))
  return missing || (forbidden && !whole && !past.complete) ? undefined : true
}

/** The values that each argument of the call had before, newest first, each once. */
export function seenValues(calls: readonly PastCall[], name: string): JsonValue[] {
  const values: JsonValue[] = []
  for (const { seen } of calls) {
    if (!Object.hasOwn(seen, name)) continue
    const value = seen[name] ?? null
    if (values.some((known) => jsonEqual(known, value))) continue
    values.push(value)
    if (values.length >= mostSeenValues) break
  }
  return values
}
