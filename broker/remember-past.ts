// Past calls of a tool by a client: how many of them a choice would have covered, and the values its arguments had.
import { conditionsMatcher, scopeConditions } from '../core/approval/scope.ts'
import { jsonEqual } from '../core/policy/json-equal.ts'
import type { PolicyPorts } from '../core/policy/path-inside.ts'
import type { ArgumentScopes } from '../core/schema/grant.ts'
import type { JsonObject, JsonValue } from '../core/schema/json.ts'
import type { RiskClass } from '../core/schema/risk-class.ts'
import type { UiResult } from '../core/wire/ui-contract.ts'
import type { CallFacts } from './approval-card.ts'
import { isPerson } from './audit/answers.ts'
import { type Db, prepared } from './audit/driver.ts'
import { type RecordedArguments, recordedArguments } from './remember-recorded.ts'

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

const mostCalls = 500
const mostSeenValues = 20

type Row = {
  at: number
  risk: RiskClass | null
  cwd: string | null
  text: string
  truncated: 0 | 1
  hash: string | null
}

const columns = `c.received_at AS at, c.risk, s.cwd, c.arguments_text AS text, c.arguments_truncated AS truncated,
  c.arguments_hash AS hash`
const alike = `c.client = @client AND c.server = @server AND c.tool = @tool
  AND coalesce(c.action, 'tools/call') = @action AND c.arguments_text IS NOT NULL AND c.call <> @call`

const whichOf = ({ session: { client, server }, ask: { tool, action, call } }: CallFacts) => ({
  client,
  server,
  tool,
  action,
  call,
})

const pastCall = ({ at, risk, cwd, text, truncated, hash }: Row, { ask }: CallFacts): PastCall => ({
  at,
  risk,
  cwd,
  sameArguments: hash === ask.argumentsHash,
  ...recordedArguments(text, truncated === 1),
})

/** The last calls of this tool by this client, newest first, this one apart. */
export function pastCalls(db: Db, facts: CallFacts): PastCall[] {
  const rows = prepared<[ReturnType<typeof whichOf>], Row>(
    db,
    `SELECT ${columns} FROM call AS c INDEXED BY call_alike LEFT JOIN session AS s ON s.session = c.session
     WHERE ${alike} ORDER BY c.received_at DESC, c.id DESC LIMIT ${mostCalls}`,
  ).all(whichOf(facts))
  return rows.map((row) => pastCall(row, facts))
}

/** Those of them that a person was asked about, each card once, newest first. */
export function askedCalls(db: Db, facts: CallFacts, limit: number): AskedCall[] {
  type Asked = Row & { approval: string; state: string | null; by: string | null; edited: 0 | 1 | null }
  const rows = prepared<[ReturnType<typeof whichOf> & { limit: number }], Asked>(
    db,
    `SELECT ${columns}, c.approval, c.approval_state AS state, card.decided_by AS by, card.edited
     FROM call AS c INDEXED BY call_asked LEFT JOIN card ON card.approval = c.approval LEFT JOIN session AS s ON s.session = c.session
     WHERE ${alike} AND c.approval IS NOT NULL ORDER BY c.received_at DESC, c.id DESC LIMIT @limit`,
  ).all({ ...whichOf(facts), limit })
  const cards = new Map<string, AskedCall>()
  for (const row of rows) {
    const { approval, state, by, edited } = row
    // Who changed the arguments did not approve of these.
    const answer = (state === 'approved' || state === 'refused') && isPerson(by) && !edited ? state : null
    if (!cards.has(approval)) cards.set(approval, { ...pastCall(row, facts), approval, answer })
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
