// What must hold after any crash, by three accounts that know nothing of each other: what the client was told, what the
// witness behind the proxy received, and what the log says.
import type { AuditDatabase } from '../../broker/audit/database.ts'
import { verifyAudit } from '../../broker/audit/verify.ts'

/** What the client was told about one call: nothing, its result, or that it did not run. */
export type Told = 'nothing' | 'ran' | 'blocked' | 'unrecorded'
/** One call that was sent. `mark` is in its arguments, and in those of no other. */
export type SentCall = { mark: string; tool: string; told: Told }

type Logged = {
  call: string
  /** How often `call.decided` names the mark, by different calls. */
  forwarded: boolean
  answered: boolean
  decision: string
  outcome: string
  rows: number
}

/** The calls whose arguments have a mark, by mark. */
export function loggedCalls(db: AuditDatabase, marks: ReadonlySet<string>): Map<string, Logged[]> {
  const events = db
    .prepare<[], { type: string; data: string }>(
      `SELECT type, data FROM event WHERE type IN ('call.decided', 'call.forwarded', 'call.answered', 'call.cancelled') ORDER BY seq`,
    )
    .all()
  const found = new Map<string, Logged & { mark: string }>()
  for (const { type, data } of events) {
    const event = JSON.parse(data) as Record<string, unknown> & { call: string }
    const known = found.get(event.call)
    if (type === 'call.decided') {
      const text = (event['arguments'] as { text: string }).text
      const mark = /"mark":"([^"]+)"/.exec(text)?.[1] ?? ''
      if (!marks.has(mark)) continue
      const forwarded = known?.forwarded === true || event['forwarded'] === true
      const row = { forwarded, answered: false, decision: String(event['decision']), outcome: '', rows: 0 }
      found.set(event.call, { ...row, mark, call: event.call })
    } else if (!known) continue
    else if (type === 'call.answered') known.answered = true
    else if (type === 'call.forwarded') known.forwarded = true
    else if (event['forwarded'] === false) known.forwarded = false
  }
  const rows = db.prepare<[string, string], { outcome: string }>(
    `SELECT outcome.text AS outcome FROM call
     JOIN name AS session ON session.id = call.session JOIN name AS outcome ON outcome.id = call.outcome
     WHERE session.text = ? AND call.part = ?`,
  )
  const byMark = new Map<string, Logged[]>()
  for (const { mark, ...logged } of found.values()) {
    const dot = logged.call.lastIndexOf('.')
    const stored = rows.all(logged.call.slice(0, dot), logged.call.slice(dot + 1))
    byMark.set(mark, [
      ...(byMark.get(mark) ?? []),
      { ...logged, rows: stored.length, outcome: stored[0]?.outcome ?? '' },
    ])
  }
  return byMark
}

const ranOutcomes = ['allowed-by-rule', 'allowed-by-default', 'allowed-by-grant', 'approved', 'upstream-error']
const blockedOutcomes = [
  ...['denied-by-rule', 'denied-by-default', 'denied-lockdown', 'denied-policy-broken', 'refused', 'expired'],
  ...['released', 'cancelled', 'never-shown', 'too-many', 'asked-again'],
]
const openOutcomes = ['deciding', 'waiting', 'running']

export type CheckOptions = {
  db: AuditDatabase
  spoolFolder: string
  sent: readonly SentCall[]
  /** How often each mark reached the witness. */
  ran: ReadonlyMap<string, number>
  /** Every process is over and the log knows it: nothing may be open any more. */
  settled: boolean
}

/** Every way in which the accounts disagree; empty when all is well. */
export function disagreements({ db, spoolFolder, sent, ran, settled }: CheckOptions): string[] {
  const wrong: string[] = []
  const { problems } = verifyAudit(db, { spoolFolder })
  for (const { place, problem } of problems) wrong.push(`verify: ${place}: ${problem}`)
  const logged = loggedCalls(db, new Set(sent.map(({ mark }) => mark)))
  for (const { mark, tool, told } of sent) {
    const times = ran.get(mark) ?? 0
    const [one, ...more] = logged.get(mark) ?? []
    const say = (what: string) =>
      wrong.push(`${tool} ${mark} (${told}, ran ${times}, ${one?.outcome ?? 'not in the log'}): ${what}`)
    if (more.length > 0) say(`${more.length + 1} calls in the log`)
    if (times > 1) say('ran twice')
    if (times > 0 && !one?.forwarded) say('ran without a record')
    if (told === 'ran' && times !== 1) say('its client was told that it ran')
    if (told === 'blocked' && times !== 0) say('its client was told that it did not run')
    if (told === 'ran' && !(one?.answered && ranOutcomes.includes(one.outcome))) say('answered, and not on record so')
    if (told === 'blocked' && !(one && blockedOutcomes.includes(one.outcome))) say('blocked, and not on record so')
    if (one && one.rows !== 1) say(`${one.rows} rows`)
    if (one && settled && openOutcomes.includes(one.outcome)) say('still open')
    if (one && settled && one.forwarded && !one.answered && one.outcome !== 'outcome-unknown')
      say('its end is not known')
  }
  return wrong
}
