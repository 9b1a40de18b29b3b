// How each event changes the rows people browse. A pure function of the rows so far and the event, with no clock, so that
// verify can replay all events into other tables and compare. The state machine of a call is in call-outcome.ts.
//
// Who may say what: a proxy's spool speaks for its own session and the calls named after it (`<session>.<counter>`), and
// only a broker's spool (`broker-…`, projection-broker.ts) speaks of approvals, grants and policies. Other events are kept in
// the chain but change no row.

import { partOf } from './call-id.ts'
import { blankSession, type CallRow } from './call-row.ts'
import type { CallTexts } from './call-text.ts'
import { projectBroker } from './projection-broker.ts'
import { bit, callRow, type EventPlace, settle, tell } from './projection-rows.ts'
import type { ProjectionStore } from './projection-store.ts'
import { isBrokerSession } from './spool-file.ts'
import { type KnownEvent, knownEvent } from './spool-line.ts'

export type ProjectedEvent = { seq: number; session: string; t: number; type: string; data: unknown }

/** Applies one event. Events of one session must come in their order; those of different sessions in any. */
export function project(store: ProjectionStore, { seq, session, t, type, data }: ProjectedEvent): void {
  const event = knownEvent(type, data)
  if (!event) projectUnknown(store, session, { seq, t }, data)
  else if (isBrokerSession(session)) projectBroker(store, { seq, t }, event)
  else projectProxy(store, session, { seq, t }, event)
}

/** What a newer program recorded of a call that is known is one of its events, whatever it says. */
function projectUnknown(store: ProjectionStore, session: string, place: EventPlace, data: unknown): void {
  const { call, session: named } = (data ?? {}) as { call?: unknown; session?: unknown }
  const owner = isBrokerSession(session) ? named : session
  if (typeof call !== 'string' || typeof owner !== 'string' || partOf(call, owner) === undefined) return
  const row = store.call(call, owner)
  if (row) tell(store, row, place)
}

function projectProxy(store: ProjectionStore, session: string, place: EventPlace, event: KnownEvent): void {
  const { seq, t } = place
  // A process that still writes was not gone: its id was not visible to the broker, or its last lines came late.
  const known = store.session(session)
  if (known && known.gone_at !== null) {
    store.putSession({ ...known, gone_at: null, last_seq: seq })
    for (const row of store.callsOf(session, 'over')) settle(store, { ...row, session_over: 0 }, place)
  }
  switch (event.type) {
    case 'session.started': {
      const { client, server, command, cwd, pin, pid, parentPid, proxyVersion } = event.data
      store.putSession({
        ...sessionRow(store, session, place),
        ...{ client, server, cwd, pin, pid },
        command: JSON.stringify(command),
        parent_pid: parentPid,
        proxy_version: proxyVersion,
        started_at: t,
      })
      for (const call of store.callsOf(session, 'nameless')) settle(store, { ...call, client, server }, place)
      return
    }
    case 'session.client': {
      const { name, version, protocolVersion } = event.data
      const named = { client_name: name, client_version: version, protocol_version: protocolVersion }
      store.putSession({ ...sessionRow(store, session, place), ...named })
      return
    }
    case 'session.ended':
      store.putSession({ ...sessionRow(store, session, place), ended_at: t, end_reason: event.data.reason })
      for (const call of store.callsOf(session, 'open')) settle(store, { ...call, session_over: 1 }, place)
      return
    case 'call.received':
    case 'call.decided':
    case 'hold.opened':
    case 'hold.closed':
    case 'call.forwarded':
    case 'call.answered':
    case 'call.cancelled': {
      const before = callRow(store, event.data.call, session, place)
      if (!before) return
      const after = tell(store, applyProxyEvent(before, place, event), place)
      const texts = textsOf(event)
      if (texts) store.told(after, texts)
      if (after.forwarded_at !== null && before.forwarded_at === null) store.ran(after, t)
      return
    }
    default:
      return
  }
}

const sessionRow = (store: ProjectionStore, session: string, { seq, t }: EventPlace) => ({
  ...(store.session(session) ?? blankSession(session, t, seq)),
  last_seq: seq,
})

type ProxyCallEvent = Extract<KnownEvent, { type: `call.${string}` | `hold.${string}` }>

function applyProxyEvent(row: CallRow, { seq, t }: EventPlace, event: ProxyCallEvent): CallRow {
  switch (event.type) {
    case 'call.received':
      return { ...row, action: event.data.action ?? null, tool: event.data.tool, received_at: t }
    case 'call.decided': {
      const { action, tool, decision, source, rules, risk, forwarded } = event.data
      // Until then only the broker named it, and that is later.
      const isFirst = row.tool === '' && row.decided_at === null
      return {
        ...row,
        ...{ tool, decision, source, risk },
        action: action ?? null,
        received_at: isFirst ? t : row.received_at,
        decided_at: t,
        decided_seq: seq,
        forwarded_at: forwarded ? t : row.forwarded_at,
        rule: source === 'rule' ? (rules[0]?.id ?? null) : null,
        held_rules: decision === 'hold' ? JSON.stringify(rules) : row.held_rules,
      }
    }
    case 'hold.opened':
      // Judged again, it can be held again.
      return { ...row, hold: row.hold === 'rejudge' ? 'open' : (row.hold ?? 'open') }
    case 'hold.closed': {
      const { outcome, afterMs, approval, ticket, by, reason, asksAgain } = event.data
      return {
        ...row,
        hold: outcome,
        hold_closed_at: t,
        held_ms: afterMs,
        asks_again: bit(asksAgain === true),
        approval: row.approval ?? approval ?? null,
        ticket: row.ticket ?? ticket ?? null,
        decided_by: row.decided_by ?? by ?? null,
        person_reason: row.person_reason ?? reason ?? null,
      }
    }
    case 'call.forwarded':
      return { ...row, forwarded_at: t, edited_seq: event.data.edited ? seq : row.edited_seq }
    case 'call.answered': {
      const { outcome, durationMs } = event.data
      return { ...row, answered_at: t, answered_seq: seq, answer: outcome, duration_ms: durationMs }
    }
    case 'call.cancelled':
      // Announced, then taken back before a byte of it went out.
      return { ...row, cancelled_at: t, forwarded_at: event.data.forwarded ? row.forwarded_at : null }
  }
}

/** What the event says that can be looked for; nothing where it changes none of that. */
function textsOf(event: ProxyCallEvent): CallTexts | undefined {
  switch (event.type) {
    case 'call.received':
      return {}
    case 'call.decided':
      return { arguments: event.data.arguments, reason: event.data.reason }
    case 'hold.closed':
      return event.data.reason === undefined ? undefined : {}
    case 'call.forwarded':
      return event.data.edited && { edited: event.data.edited.arguments }
    case 'call.answered':
      return event.data.result && { result: event.data.result }
    default:
      return undefined
  }
}
