// What spans and records need to know beside the event at hand, read from the audit database.
import { partOf } from '../audit/call-id.ts'
import type { CallRow } from '../audit/call-row.ts'
import { callTable } from '../audit/call-table.ts'
import { type Db, prepared } from '../audit/driver.ts'
import type { EventRow } from '../audit/event-chain.ts'
import { eventsOfCall, readEvent } from '../audit/event-log.ts'
import { namesOf } from '../audit/names.ts'
import { createStore } from '../audit/projection-store.ts'
import { isBrokerSession } from '../audit/spool-file.ts'
import { knownEvent, parseJson } from '../audit/spool-line.ts'
import { endsCall } from './call-end.ts'
import type { About } from './records.ts'
import { type LogEvent, wordsOf } from './spans.ts'
import { spanOfCall } from './trace-ids.ts'

/** All that is on record of a call. `end`: the number of the event with which it was over; `text`: characters of it all. */
export type Told = { events: LogEvent[]; end: number | undefined; text: number }

type SessionFacts = NonNullable<About['session']> & { protocolVersion: string | null }

export type Facts = {
  session(session: string): SessionFacts | undefined
  /** The call that the event of a proxy tells of: only those of its own session. */
  ownCall(event: LogEvent): CallRow | undefined
  told(row: CallRow): Told
  /** The calls that nothing ended but the end of their session, which this event is. */
  openWhen(event: LogEvent): CallRow[]
  about(event: LogEvent): About
}

/** `known`: events that have been read already, by their number. */
export function createFacts(db: Db, known: ReadonlyMap<number, LogEvent | undefined>): Facts {
  const table = callTable(db, namesOf(db))
  const sessions = new Map<string, SessionFacts | undefined>()
  const selectSession = prepared<[string], SessionFacts>(
    db,
    'SELECT session, client, server, protocol_version AS protocolVersion FROM session WHERE session = ?',
  )
  const card = prepared<[string], { session: string; call: string }>(
    db,
    'SELECT session, call FROM card WHERE approval = ?',
  )
  const find = (session: string, call: string) => {
    const part = partOf(call, session)
    return part === undefined ? undefined : table.find(session, part)
  }
  const session = (name: string) => {
    if (!sessions.has(name)) sessions.set(name, selectSession.get(name))
    return sessions.get(name)
  }
  const traceOf = (row: CallRow, { event }: LogEvent) => {
    if (event.type === 'call.decided') return event.data.trace
    if (row.decided_seq === null) return undefined
    const decided = known.get(row.decided_seq)?.event
    return decided?.type === 'call.decided' ? decided.data.trace : readEvent(db, row.decided_seq, 'call.decided')?.trace
  }

  return {
    session,
    ownCall: ({ session, event: { data } }) =>
      isBrokerSession(session) || !('call' in data) ? undefined : find(session, data.call),
    told: (row) => {
      const stored = eventsOfCall(db, row.id, eventsTold)
      const events = stored.flatMap((one) => known.get(one.seq) ?? logEvent(one) ?? [])
      const end = events.find(({ event }) => endsCall(event))?.seq
      return { events, end, text: stored.reduce((sum, { data }) => sum + data.length, 0) }
    },
    openWhen: (event) => {
      const over = sessionOver(event)
      return over === undefined ? [] : createStore(db).callsOf(over, 'over')
    },
    about: (event) => {
      const { data } = event.event
      // A grant is made for the call of its card.
      const about = event.event.type === 'grant.made' ? (card.get(event.event.data.approval) ?? {}) : data
      // Only a broker speaks of other sessions.
      const named = isBrokerSession(event.session) ? ('session' in about ? about.session : undefined) : event.session
      if (named === undefined) return {}
      const row = 'call' in about ? find(named, about.call) : undefined
      const facts = session(named)
      return {
        ...(row ? { call: { ...wordsOf(row), span: spanOfCall(row.call, traceOf(row, event)).context } } : {}),
        ...(facts ? { session: facts } : {}),
      }
    },
  }
}

export function logEvent({ seq, session, t, type, data, hash }: Omit<EventRow, 'prev'>): LogEvent | undefined {
  const event = knownEvent(type, parseJson(data))
  return event && { seq, session, t, hash, event }
}

/** Of the first and of the last events of a call: no honest one has as many. */
const eventsTold = 100

/** The session with which all its calls are over. */
function sessionOver({ session, event }: LogEvent): string | undefined {
  if (event.type === 'session.ended' && !isBrokerSession(session)) return session
  return event.type === 'session.gone' && isBrokerSession(session) ? event.data.session : undefined
}
