// What a broker's own events say of calls, cards, sessions and policies.
import { sha256 } from '../sha256.ts'
import { partOf } from './call-id.ts'
import type { CallRow } from './call-row.ts'
import { bit, callRow, cardRow, type EventPlace, settle, tell } from './projection-rows.ts'
import type { ProjectionStore } from './projection-store.ts'
import type { KnownEvent } from './spool-line.ts'

/** Applies one event of a broker's spool. */
export function projectBroker(store: ProjectionStore, place: EventPlace, event: KnownEvent): void {
  const { seq, t } = place
  switch (event.type) {
    case 'approval.opened': {
      const { call, session, approval, ticket } = event.data
      const row = callRow(store, call, session, place)
      if (!row) return
      store.putCard({ ...cardRow(store, { approval, call, session }, place), call, opened_at: t })
      tell(store, { ...waitingOn(row, approval), ticket }, place)
      return
    }
    case 'approval.attached': {
      const { call, session, approval } = event.data
      const row = callRow(store, call, session, place)
      if (!row) return
      takenUp(store, { approval, session, call }, place)
      tell(store, waitingOn(row, approval), place)
      return
    }
    case 'approval.decided': {
      const { call, session, approval, ticket, outcome, by, reason, grant, calls = [call] } = event.data
      if (partOf(call, session) === undefined) return
      const { withAll, edited } = event.data
      // What was refused with everything else is no answer to this card, though a person did it.
      const answeredBy = withAll ? null : by
      store.putCard({
        ...cardRow(store, { approval, call, session }, place),
        ...{ decided_at: t, outcome, decided_by: answeredBy, edited: bit(edited !== undefined) },
      })
      for (const one of new Set(calls)) {
        const row = callRow(store, one, session, place)
        if (!row) continue
        const put = tell(
          store,
          {
            ...row,
            ...{ approval, ticket },
            approval_state: outcome,
            approval_grant: bit(grant),
            approval_decided_at: t,
            // The card's word on who decided is the broker's own, and stands over the proxy's copy of it. That the policy
            // took the card away is nobody's decision on the call.
            decided_by: by === 'policy' ? row.decided_by : by,
            person_reason: reason ?? null,
          },
          place,
        )
        if (put.person_reason !== row.person_reason) store.told(put, {})
      }
      return
    }
    case 'grant.used': {
      const { call, session, approval, grant } = event.data
      const row = callRow(store, call, session, place)
      if (!row) return
      takenUp(store, { approval, session, call }, place)
      tell(store, { ...row, approval, grant_id: grant ?? null }, place)
      return
    }
    case 'session.gone': {
      const row = store.session(event.data.session)
      if (!row || row.ended_at !== null) return
      store.putSession({ ...row, gone_at: t, last_seq: seq })
      for (const call of store.callsOf(row.session, 'open')) settle(store, { ...call, session_over: 1 }, place)
      return
    }
    case 'policy.text':
      if (sha256(event.data.text) === event.data.sha256) store.putPolicyText({ ...event.data, seq })
      return
    case 'policy.published': {
      const { revision, texts, problems } = event.data
      if (!texts) return
      const row = { revision, at: t, files: JSON.stringify(texts), problems: JSON.stringify(problems), seq }
      store.putPolicyRevision(row)
      return
    }
    default:
      return
  }
}

/** The card stays as it stands where the call is known to wait on it; what an earlier card of the call said is over. */
function waitingOn(row: CallRow, approval: string): CallRow {
  if (row.approval === approval) return { ...row, approval_state: row.approval_state ?? 'open' }
  return { ...row, approval, approval_state: 'open', approval_grant: 0, approval_decided_at: null, taken_up: null }
}

/**
 * Another call has come to the card, or uses what it left behind: the calls that the card knew before are earlier rounds of it,
 * if they were released. Only by the order in the broker's spool, so that it does not matter whose spool is read first.
 */
function takenUp(
  store: ProjectionStore,
  { approval, session, call }: { approval: string; session: string; call: string },
  place: EventPlace,
): void {
  for (const earlier of store.callsOfCard(approval, session)) {
    if (earlier.call !== call) settle(store, { ...earlier, taken_up: place.t }, place)
  }
}
