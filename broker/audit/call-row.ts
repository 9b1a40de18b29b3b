// The rows that browsing reads. All are derived from events alone (projection.ts) and can be made again from them.
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import type { CallOutcome } from '../../core/wire/ui-contract.ts'

/** A truth value as SQLite stores it. */
export type Bit = 0 | 1

type Decided = AuditEventData<'call.decided'>

/**
 * One call. Times are milliseconds since the epoch, `_ms` are durations, `_seq` numbers of events. Besides what is shown, the
 * row keeps the facts from which call-outcome.ts derives `outcome`, so that events of two spools give the same row in whichever
 * order they come. The texts of arguments, results and reasons stay in their events.
 */
export type CallRow = {
  /** Rises with the time of the first event (call-id.ts) and never changes; 0 until the store has given it. */
  id: number
  /** `<session>.<part>` */
  call: string
  session: string
  client: string
  server: string
  tool: string
  /** What was asked for, where that is no `tools/call`; `tool` is then what it names. */
  action: NonNullable<Decided['action']> | null
  risk: Decided['risk'] | null
  outcome: CallOutcome
  /** Id of the first rule, null for a default. */
  rule: string | null
  decided_by: string | null
  received_at: number
  decided_at: number | null
  forwarded_at: number | null
  answered_at: number | null
  cancelled_at: number | null
  held_ms: number | null
  duration_ms: number | null
  decision: Decided['decision'] | null
  source: Decided['source'] | null
  answer: AuditEventData<'call.answered'>['outcome'] | null
  /** How the proxy's hold stands: open, or how it closed. */
  hold: 'open' | AuditEventData<'hold.closed'>['outcome'] | null
  hold_closed_at: number | null
  /** JSON array: the rules of the decision that held it; null for a call that never was. */
  held_rules: string | null
  /** 1 where the client was released and comes back by itself. */
  asks_again: Bit
  /** When the broker last saw a later call of the same session come to its card, or use what its card left behind. */
  taken_up: number | null
  /** Id of the approval request. */
  approval: string | null
  /** How the broker's card stands: open, or how it closed. */
  approval_state: 'open' | AuditEventData<'approval.decided'>['outcome'] | null
  /** 1 where the approval made a single-use grant instead of running this call. */
  approval_grant: Bit
  approval_decided_at: number | null
  /** Id of the remembered grant that let it through. */
  grant_id: string | null
  ticket: string | null
  person_reason: string | null
  /** 1 where policy or a remembered grant settled it, without a question to anyone. */
  alone: Bit
  /** 1 where the session ended, or its process was gone, while the call was open. */
  session_over: Bit
  /** The first and the last event that changed this row. */
  first_seq: number
  last_seq: number
  /** The events with the decision that stands, the arguments that a person put in the place of the asked ones, the answer. */
  decided_seq: number | null
  edited_seq: number | null
  answered_seq: number | null
}

/** One client session of one proxy. `gone_at`: the broker found its process gone without `session.ended`. */
export type SessionRow = {
  session: string
  client: string
  server: string
  /** JSON array. */
  command: string | null
  cwd: string | null
  pin: string | null
  pid: number | null
  parent_pid: number | null
  proxy_version: string | null
  started_at: number
  client_name: string | null
  client_version: string | null
  protocol_version: string | null
  ended_at: number | null
  end_reason: string | null
  gone_at: number | null
  /** The first and the last event that changed this row. */
  first_seq: number
  last_seq: number
}

/** One question to a person; several calls can share it. */
export type CardRow = {
  approval: string
  /** The call it was opened for. */
  call: string
  session: string
  opened_at: number | null
  decided_at: number | null
  outcome: AuditEventData<'approval.decided'>['outcome'] | null
  /** Nobody where it was refused with everything else. */
  decided_by: string | null
  /** 1: the person changed the arguments. */
  edited: Bit
  /** The last event that changed this row. */
  last_seq: number
}

/** A call of which nothing is known but that event `seq` names it. */
export const blankCall = (call: string, session: string, t: number, seq: number): CallRow => ({
  id: 0,
  call,
  session,
  client: '',
  server: '',
  tool: '',
  action: null,
  risk: null,
  outcome: 'deciding',
  rule: null,
  decided_by: null,
  received_at: t,
  decided_at: null,
  forwarded_at: null,
  answered_at: null,
  cancelled_at: null,
  held_ms: null,
  duration_ms: null,
  decision: null,
  source: null,
  answer: null,
  hold: null,
  hold_closed_at: null,
  held_rules: null,
  asks_again: 0,
  taken_up: null,
  approval: null,
  approval_state: null,
  approval_grant: 0,
  approval_decided_at: null,
  grant_id: null,
  ticket: null,
  person_reason: null,
  alone: 0,
  session_over: 0,
  first_seq: seq,
  last_seq: seq,
  decided_seq: null,
  edited_seq: null,
  answered_seq: null,
})

/** A session of which nothing is known but its name. */
export const blankSession = (session: string, t: number, seq: number): SessionRow => ({
  session,
  client: '',
  server: '',
  command: null,
  cwd: null,
  pin: null,
  pid: null,
  parent_pid: null,
  proxy_version: null,
  started_at: t,
  client_name: null,
  client_version: null,
  protocol_version: null,
  ended_at: null,
  end_reason: null,
  gone_at: null,
  first_seq: seq,
  last_seq: seq,
})

/** A card of which nothing is known but what it is about. */
export const blankCard = (approval: string, call: string, session: string, seq: number): CardRow => ({
  approval,
  call,
  session,
  opened_at: null,
  decided_at: null,
  outcome: null,
  decided_by: null,
  edited: 0,
  last_seq: seq,
})

/** Column names, taken from the blank rows so that there is one list to keep. The table has `part` in place of `call`. */
export const callColumns = Object.keys(blankCall('', '', 0, 0)).map((name) =>
  name === 'call' ? 'part' : name,
) as CallColumn[]
export const cardColumns = Object.keys(blankCard('', '', '', 0)) as (keyof CardRow)[]
export const sessionColumns = Object.keys(blankSession('', 0, 0)) as (keyof SessionRow)[]

export type CallColumn = Exclude<keyof CallRow, 'call'> | 'part'

/** The columns whose words are numbers of the table `name` (names.ts). */
export const namedColumns: ReadonlySet<CallColumn> = new Set([
  'session',
  'client',
  'server',
  'tool',
  'action',
  'risk',
  'outcome',
  'rule',
  'decided_by',
  'decision',
  'source',
  'answer',
  'hold',
  'approval_state',
])
