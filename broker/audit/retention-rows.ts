// Replays the events that are about to be given up, to know the rows as they stood after the last of them: what later events
// build on is carried over, the rest goes.
import { firstIdAt, partOf } from './call-id.ts'
import { openOutcomes } from './call-outcome.ts'
import type { CallRow, CardRow, SessionRow } from './call-row.ts'
import type { CarriedRows } from './carried.ts'
import { type Db, prepared } from './driver.ts'
import { namesOf } from './names.ts'
import type { CallsOf, ProjectionStore } from './projection-store.ts'

export type RowsAtCut = {
  store: ProjectionStore
  /** Names of sessions whose rows no later event needs, if `isOver` says so of what the table has of them now. */
  split(cut: number, isOver: (session: SessionRow) => boolean): Split
}

/** `gone`: numbers of calls, names of sessions and approvals whose rows go with the events. */
export type Split = { carried: CarriedRows; gone: { calls: CallRow[]; sessions: string[]; cards: string[] } }

const is: Record<CallsOf, (row: CallRow) => boolean> = {
  open: (row) => openOutcomes.some((outcome) => outcome === row.outcome),
  over: (row) => row.session_over === 1,
  nameless: (row) => row.client === '',
}

/** Begins with what the checkpoint before carried. */
export function rowsAtCut(db: Db, before: CarriedRows): RowsAtCut {
  const names = namesOf(db)
  const calls = new Map(before.calls.map((row) => [row.call, row]))
  const sessions = new Map(before.sessions.map((row) => [row.session, row]))
  const cards = new Map(before.cards.map((row) => [row.approval, row]))
  const policyTexts = new Map(before.policyTexts.map((row) => [row.sha256, row]))
  const policyRevisions = new Map(before.policyRevisions.map((row) => [row.revision, row]))
  const idOf = prepared<[number, string], { id: number }>(db, 'SELECT id FROM call WHERE session = ? AND part = ?')
  const storedId = ({ call, session }: CallRow): number | undefined => {
    const name = names.find(session)
    return name === undefined ? undefined : idOf.get(name, partOf(call, session) ?? '')?.id
  }
  const ofSession = (session: string) => [...calls.values()].filter((row) => row.session === session)

  const store: ProjectionStore = {
    call: (id) => calls.get(id),
    putCall(row) {
      const put = row.id === 0 ? { ...row, id: storedId(row) ?? firstIdAt(row.received_at) } : row
      calls.set(row.call, put)
      return put
    },
    tells: () => undefined,
    told: () => undefined,
    ran: () => undefined,
    session: (id) => sessions.get(id),
    putSession: (row) => void sessions.set(row.session, row),
    card: (id) => cards.get(id),
    putCard: (row) => void cards.set(row.approval, row),
    putPolicyText({ sha256, seq }) {
      if (!policyTexts.has(sha256)) policyTexts.set(sha256, { sha256, seq })
    },
    putPolicyRevision(row) {
      if (!policyRevisions.has(row.revision)) policyRevisions.set(row.revision, row)
    },
    callsOf: (session, which) => ofSession(session).filter(is[which]),
    callsOfCard: (approval, session) =>
      ofSession(session).filter((row) => row.approval === approval && row.approval_state !== null),
    flush: () => [],
    forget: () => undefined,
  }

  const split: RowsAtCut['split'] = (cut, isOver) => {
    const changedLater = (table: string, key: string, value: string | number): boolean =>
      prepared<[string | number, number], 1>(db, `SELECT 1 FROM ${table} WHERE ${key} = ? AND last_seq > ?`).get(
        value,
        cut,
      ) !== undefined
    const callGoes = (row: CallRow) =>
      !is.open(row) && row.approval_state !== 'open' && !changedLater('call', 'id', row.id)
    const cardGoes = (row: CardRow) => row.outcome !== null && !changedLater('card', 'approval', row.approval)
    const [goneCalls, keptCalls] = parted([...calls.values()], callGoes)
    const needed = new Set(keptCalls.map(({ session }) => session))
    const sessionGoes = (row: SessionRow) =>
      isOver(row) &&
      !needed.has(row.session) &&
      !changedLater('session', 'session', row.session) &&
      !tellsLater(db, row, cut)
    const [goneSessions, keptSessions] = parted([...sessions.values()], sessionGoes)
    const [goneCards, keptCards] = parted([...cards.values()], cardGoes)
    return {
      carried: {
        calls: keptCalls,
        sessions: keptSessions,
        cards: keptCards,
        policyTexts: [...policyTexts.values()],
        policyRevisions: [...policyRevisions.values()],
      },
      gone: {
        calls: goneCalls,
        sessions: goneSessions.map(({ session }) => session),
        cards: goneCards.map(({ approval }) => approval),
      },
    }
  }
  return { store, split }
}

/** Whether events of the session, or of others about its calls, remain. */
function tellsLater(db: Db, { session }: SessionRow, cut: number): boolean {
  const name = namesOf(db).find(session)
  if (name === undefined) return false
  const own = prepared<[number], { seq: number }>(db, 'SELECT seq FROM event WHERE session = ? ORDER BY n DESC LIMIT 1')
  if ((own.get(name)?.seq ?? 0) > cut) return true
  return (
    prepared<[number, number], 1>(db, 'SELECT 1 FROM call WHERE session = ? AND last_seq > ? LIMIT 1').get(
      name,
      cut,
    ) !== undefined
  )
}

function parted<T>(all: readonly T[], goes: (one: T) => boolean): [gone: T[], kept: T[]] {
  const gone: T[] = []
  const kept: T[] = []
  for (const one of all) (goes(one) ? gone : kept).push(one)
  return [gone, kept]
}
