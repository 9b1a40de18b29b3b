// How each event changes the rows people browse. A pure function of the rows so far and the event, with no clock, so that
// verify can replay all events into other tables and compare. The state machine of a call is in call-outcome.ts.
//
// Who may say what: a proxy's spool speaks for its own session and the calls named after it (`<session>.<counter>`), and
// only a broker's spool (`broker-…`) speaks of approvals and grants. Other events are kept in the chain but change no row.

import { outcomeOf } from './call-outcome.ts'
import {
  type Bit,
  blankCall,
  blankCard,
  blankSession,
  type CallRow,
  type CardRow,
  type SessionRow,
} from './call-row.ts'
import { hostsInExcerpt } from './hosts.ts'
import type { ProjectionStore } from './projection-store.ts'
import { isBrokerSession } from './spool-file.ts'
import type { KnownEvent } from './spool-line.ts'
import { knownEvent } from './spool-line.ts'

export type ProjectedEvent = { seq: number; session: string; t: number; type: string; data: unknown }

/** Applies one event. Events of one session must come in their order; those of different sessions in any. */
export function project(store: ProjectionStore, { session, t, type, data }: ProjectedEvent): void {
  const event = knownEvent(type, data)
  if (!event) return
  if (isBrokerSession(session)) projectBroker(store, t, event)
  else projectProxy(store, session, t, event)
}

function projectProxy(store: ProjectionStore, session: string, t: number, event: KnownEvent): void {
  // A process that still writes was not gone: its id was not visible to the broker, or its last lines came late.
  const known = store.session(session)
  if (known && known.gone_at !== null) {
    store.putSession({ ...known, gone_at: null })
    for (const row of store.callsOf(session, 'over')) settle(store, { ...row, session_over: 0 })
  }
  const row = known ? { ...known, gone_at: null } : blankSession(session, t)
  switch (event.type) {
    case 'session.started': {
      const { client, server, command, cwd, pin, pid, parentPid, proxyVersion } = event.data
      store.putSession({
        ...row,
        ...{ client, server, cwd, pin, pid },
        command: JSON.stringify(command),
        parent_pid: parentPid,
        proxy_version: proxyVersion,
        started_at: t,
      })
      for (const call of store.callsOf(session, 'nameless')) settle(store, { ...call, client, server })
      return
    }
    case 'session.client': {
      const { name, version, protocolVersion } = event.data
      store.putSession({ ...row, client_name: name, client_version: version, protocol_version: protocolVersion })
      return
    }
    case 'session.ended':
      store.putSession({ ...row, ended_at: t, end_reason: event.data.reason })
      for (const call of store.callsOf(session, 'open')) settle(store, { ...call, session_over: 1 })
      return
    case 'call.received':
    case 'call.decided':
    case 'hold.opened':
    case 'hold.closed':
    case 'call.forwarded':
    case 'call.answered':
    case 'call.cancelled': {
      const { call } = event.data
      if (!call.startsWith(`${session}.`)) return
      const before = callRow(store, call, session, t)
      const after = applyProxyEvent(before, t, event)
      settle(store, after)
      if (after.forwarded_at !== null && before.forwarded_at === null) {
        store.seen(hostsInExcerpt(ranWith(after, event)), t)
      }
      return
    }
    default:
      return
  }
}

/** What of the arguments is on record of a call that was just forwarded. */
function ranWith(row: CallRow, event: ProxyCallEvent): { text: string; truncated: boolean } {
  const edited = event.type === 'call.forwarded' ? event.data.edited : undefined
  return edited?.arguments ?? { text: row.arguments_text ?? '', truncated: row.arguments_truncated === 1 }
}

function projectBroker(store: ProjectionStore, t: number, event: KnownEvent): void {
  switch (event.type) {
    case 'approval.opened': {
      const { call, session, approval, ticket } = event.data
      store.putCard({ ...cardRow(store, approval, call, session), call, opened_at: t })
      settle(store, { ...waitingOn(callRow(store, call, session, t), approval), ticket })
      return
    }
    case 'approval.attached': {
      const { call, session, approval } = event.data
      settle(store, waitingOn(callRow(store, call, session, t), approval))
      return
    }
    case 'approval.decided': {
      const {
        call,
        session,
        approval,
        ticket,
        outcome,
        by,
        reason,
        grant,
        calls = [call],
        withAll,
        edited,
      } = event.data
      // What was refused with everything else is no answer to this card, though a person did it.
      const answeredBy = withAll ? null : by
      store.putCard({
        ...cardRow(store, approval, call, session),
        ...{ decided_at: t, outcome, decided_by: answeredBy, edited: bit(edited !== undefined) },
      })
      for (const one of new Set(calls)) {
        const row = callRow(store, one, session, t)
        settle(store, {
          ...row,
          ...{ approval, ticket },
          approval_state: outcome,
          approval_grant: bit(grant),
          approval_decided_at: t,
          // The card's word on who decided is the broker's own, and stands over the proxy's copy of it. That the policy
          // took the card away is nobody's decision on the call.
          decided_by: by === 'policy' ? row.decided_by : by,
          person_reason: reason ?? null,
        })
      }
      return
    }
    case 'grant.used': {
      const { call, session, approval, grant } = event.data
      settle(store, { ...callRow(store, call, session, t), approval, grant_id: grant ?? null })
      return
    }
    case 'session.gone': {
      const row = store.session(event.data.session)
      if (!row || row.ended_at !== null) return
      store.putSession({ ...row, gone_at: t })
      for (const call of store.callsOf(row.session, 'open')) settle(store, { ...call, session_over: 1 })
      return
    }
    default:
      return
  }
}

type ProxyCallEvent = Extract<KnownEvent, { type: `call.${string}` | `hold.${string}` }>

function applyProxyEvent(row: CallRow, t: number, event: ProxyCallEvent): CallRow {
  switch (event.type) {
    case 'call.received':
      return { ...row, action: event.data.action ?? null, tool: event.data.tool, received_at: t }
    case 'call.decided': {
      const {
        action,
        tool,
        decision,
        source,
        rules,
        reason,
        risk,
        revision,
        argumentsHash,
        arguments: args,
        forwarded,
      } = event.data
      const named = JSON.stringify(rules)
      return {
        ...row,
        ...{ tool, decision, source, reason, risk, revision },
        action: action ?? null,
        decided_at: t,
        forwarded_at: forwarded ? t : row.forwarded_at,
        rule: source === 'rule' ? (rules[0]?.id ?? null) : null,
        rules: named,
        held_rules: decision === 'hold' ? named : row.held_rules,
        arguments_text: args.text,
        arguments_bytes: args.bytes,
        arguments_truncated: bit(args.truncated),
        arguments_hash: argumentsHash,
      }
    }
    case 'hold.opened':
      // Judged again, it can be held again.
      return { ...row, hold: row.hold === 'rejudge' ? 'open' : (row.hold ?? 'open') }
    case 'hold.closed': {
      const { outcome, afterMs, approval, ticket, by, reason } = event.data
      return {
        ...row,
        hold: outcome,
        hold_closed_at: t,
        held_ms: afterMs,
        approval: row.approval ?? approval ?? null,
        ticket: row.ticket ?? ticket ?? null,
        decided_by: row.decided_by ?? by ?? null,
        person_reason: row.person_reason ?? reason ?? null,
      }
    }
    case 'call.forwarded':
      return { ...row, forwarded_at: t }
    case 'call.answered': {
      const { outcome, bytes, durationMs, result } = event.data
      return {
        ...row,
        answered_at: t,
        answer: outcome,
        duration_ms: durationMs,
        result_text: result?.text ?? null,
        result_bytes: result?.bytes ?? bytes,
        result_truncated: result ? bit(result.truncated) : null,
      }
    }
    case 'call.cancelled':
      // Announced, then taken back before a byte of it went out.
      return { ...row, cancelled_at: t, forwarded_at: event.data.forwarded ? row.forwarded_at : null }
  }
}

function callRow(store: ProjectionStore, call: string, session: string, t: number): CallRow {
  const known = store.call(call)
  if (known) return known
  const owner: SessionRow | undefined = store.session(session)
  return {
    ...blankCall(call, session, t),
    client: owner?.client ?? '',
    server: owner?.server ?? '',
    session_over: bit(owner !== undefined && (owner.ended_at !== null || owner.gone_at !== null)),
  }
}

const cardRow = (store: ProjectionStore, approval: string, call: string, session: string): CardRow =>
  store.card(approval) ?? blankCard(approval, call, session)

/** The card stays as it stands where the call is known to wait on it; what an earlier card of the call said is over. */
function waitingOn(row: CallRow, approval: string): CallRow {
  if (row.approval === approval) return { ...row, approval_state: row.approval_state ?? 'open' }
  return { ...row, approval, approval_state: 'open', approval_grant: 0, approval_decided_at: null }
}

const settle = (store: ProjectionStore, row: CallRow) =>
  store.putCall({ ...row, outcome: outcomeOf(row), alone: bit(settledAlone(row)) })

/** Lockdown and a refused session are a person's word, and a single-use grant is the answer to a question. */
function settledAlone({ grant_id, approval, hold, decision, source }: CallRow): boolean {
  if (grant_id !== null) return true
  if (approval !== null || hold !== null || decision === null || decision === 'hold') return false
  return source === 'rule' || source === 'default' || source === 'broken-file'
}

const bit = (value: boolean): Bit => (value ? 1 : 0)
