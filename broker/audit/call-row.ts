// The rows that browsing reads. All are derived from events alone (projection.ts) and can be made again from them.
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import type { CallOutcome } from '../../core/wire/ui-contract.ts'

/** A truth value as SQLite stores it. */
export type Bit = 0 | 1

type Decided = AuditEventData<'call.decided'>

/**
 * One call. Times are milliseconds since the epoch, `_ms` are durations. Besides what is shown, the row keeps the facts
 * from which call-outcome.ts derives `outcome`, so that events of two spools give the same row in whichever order they come.
 */
export type CallRow = {
  call: string
  session: string
  client: string
  server: string
  /** What was asked for, where that is no `tools/call`; `tool` is then what it names. */
  action: NonNullable<Decided['action']> | null
  tool: string
  risk: Decided['risk'] | null
  outcome: CallOutcome
  received_at: number
  decided_at: number | null
  forwarded_at: number | null
  answered_at: number | null
  cancelled_at: number | null
  held_ms: number | null
  duration_ms: number | null
  decision: Decided['decision'] | null
  source: Decided['source'] | null
  /** Id of the first rule, null for a default. */
  rule: string | null
  /** JSON array of rule references. */
  rules: string | null
  /** The same of the decision that held it; null for a call that never was. */
  held_rules: string | null
  /** The policy's reason; a person's own is `person_reason`. */
  reason: string | null
  revision: string | null
  arguments_text: string | null
  arguments_bytes: number | null
  arguments_truncated: Bit | null
  arguments_hash: string | null
  /** How the proxy's hold stands: open, or how it closed. */
  hold: 'open' | AuditEventData<'hold.closed'>['outcome'] | null
  hold_closed_at: number | null
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
  decided_by: string | null
  person_reason: string | null
  answer: AuditEventData<'call.answered'>['outcome'] | null
  result_text: string | null
  result_bytes: number | null
  result_truncated: Bit | null
  /** 1 where policy or a remembered grant settled it, without a question to anyone. */
  alone: Bit
  /** 1 where the session ended, or its process was gone, while the call was open. */
  session_over: Bit
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
  edited: 0 | 1
}

/** A call of which nothing is known but that some event names it. */
export const blankCall = (call: string, session: string, t: number): CallRow => ({
  call,
  session,
  client: '',
  server: '',
  action: null,
  tool: '',
  risk: null,
  outcome: 'deciding',
  received_at: t,
  decided_at: null,
  forwarded_at: null,
  answered_at: null,
  cancelled_at: null,
  held_ms: null,
  duration_ms: null,
  decision: null,
  source: null,
  rule: null,
  rules: null,
  held_rules: null,
  reason: null,
  revision: null,
  arguments_text: null,
  arguments_bytes: null,
  arguments_truncated: null,
  arguments_hash: null,
  hold: null,
  hold_closed_at: null,
  approval: null,
  approval_state: null,
  approval_grant: 0,
  approval_decided_at: null,
  grant_id: null,
  ticket: null,
  decided_by: null,
  person_reason: null,
  answer: null,
  result_text: null,
  result_bytes: null,
  result_truncated: null,
  alone: 0,
  session_over: 0,
})

/** A session of which nothing is known but its name. */
export const blankSession = (session: string, t: number): SessionRow => ({
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
})

/** A card of which nothing is known but what it is about. */
export const blankCard = (approval: string, call: string, session: string): CardRow => ({
  approval,
  call,
  session,
  opened_at: null,
  decided_at: null,
  outcome: null,
  decided_by: null,
  edited: 0,
})

/** Column names, taken from the blank rows so that there is one list to keep. `id` is SQLite's and not derived. */
export const callColumns = Object.keys(blankCall('', '', 0)) as (keyof CallRow)[]
export const cardColumns = Object.keys(blankCard('', '', '')) as (keyof CardRow)[]
export const sessionColumns = Object.keys(blankSession('', 0)) as (keyof SessionRow)[]
