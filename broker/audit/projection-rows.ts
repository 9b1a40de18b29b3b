// What every event does to the rows it touches, whoever wrote it.
import { partOf } from './call-id.ts'
import { outcomeOf } from './call-outcome.ts'
import { type Bit, blankCall, blankCard, type CallRow, type CardRow, type SessionRow } from './call-row.ts'
import type { ProjectionStore } from './projection-store.ts'

/** Where and when an event stands. */
export type EventPlace = { seq: number; t: number }

export const bit = (value: boolean): Bit => (value ? 1 : 0)

/** The row of a call as it stands; nothing where `call` is no call of this session. */
export function callRow(
  store: ProjectionStore,
  call: string,
  session: string,
  { seq, t }: EventPlace,
): CallRow | undefined {
  if (partOf(call, session) === undefined) return undefined
  const known = store.call(call, session)
  if (known) return known
  const owner: SessionRow | undefined = store.session(session)
  return {
    ...blankCall(call, session, t, seq),
    client: owner?.client ?? '',
    server: owner?.server ?? '',
    session_over: bit(owner !== undefined && (owner.ended_at !== null || owner.gone_at !== null)),
  }
}

export const cardRow = (
  store: ProjectionStore,
  names: Pick<CardRow, 'approval' | 'call' | 'session'>,
  { seq }: EventPlace,
): CardRow => ({
  ...(store.card(names.approval) ?? blankCard(names.approval, names.call, names.session, seq)),
  last_seq: seq,
})

/** Puts the row with what follows from its facts. */
export const settle = (store: ProjectionStore, row: CallRow, { seq }: EventPlace): CallRow =>
  store.putCall({ ...row, outcome: outcomeOf(row), alone: bit(settledAlone(row)), last_seq: seq })

/** The same for an event that names the call. */
export function tell(store: ProjectionStore, row: CallRow, place: EventPlace): CallRow {
  const put = settle(store, row, place)
  store.tells(put, place.seq)
  return put
}

/** Lockdown and a refused session are a person's word, and a single-use grant is the answer to a question. */
function settledAlone({ grant_id, approval, hold, decision, source }: CallRow): boolean {
  if (grant_id !== null) return true
  if (approval !== null || hold !== null || decision === null || decision === 'hold') return false
  return source === 'rule' || source === 'default' || source === 'broken-file'
}
