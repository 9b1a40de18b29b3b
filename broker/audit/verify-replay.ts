// Replays the events without writing anything, and finds the first row of each kind that is not what they say.
import { firstIdAt } from './call-id.ts'
import { openOutcomes } from './call-outcome.ts'
import { type CallRow, type SessionRow, sessionColumns } from './call-row.ts'
import type { CarriedRows } from './carried.ts'
import type { Db } from './driver.ts'
import { project } from './projection.ts'
import type { CallsOf, PolicyRevisionRow, ProjectionStore } from './projection-store.ts'
import { parseJson } from './spool-line.ts'
import { liveRows } from './verify-live.ts'
import type { StoredNames } from './verify-names.ts'
import type { VerifyProblem } from './verify-report.ts'
import {
  type Compared,
  differentRow,
  idCheck,
  misnumberedCall,
  policyTextProblem,
  strayListing,
} from './verify-rows.ts'
import { callReader, cardReader, type RowReader } from './verify-stored.ts'

export type Replay = {
  project(event: { seq: number; session: string; t: number; type: string; data: string }): void
  /** The first problem of each kind of row, once all events were replayed. */
  problems(): VerifyProblem[]
  /** The connection reads for it until then. */
  stop(): void
}

type Call = CallRow & { events: string | null }

const callsOf: Record<CallsOf, (row: CallRow) => boolean> = {
  open: (row) => openOutcomes.some((outcome) => outcome === row.outcome),
  over: (row) => row.session_over === 1,
  nameless: (row) => row.client === '',
}

/** `carried` is where the replay begins, after event `begins`; the whole of the log where it is nothing. */
export function createReplay(
  db: Db,
  names: StoredNames,
  { begins, carried }: { begins: number; carried: CarriedRows },
): Replay {
  const reader = callReader(db, names)
  const calls = liveRows<Call>({
    where: 'call',
    reader,
    mayGo: (row) => !callsOf.open(row) && !callsOf.over(row) && !callsOf.nameless(row),
    rowidOf: ({ id }) => id,
    begins,
  })
  const cards = liveRows({
    where: 'card',
    reader: cardReader(db),
    mayGo: () => true,
    rowidOf: () => Number.POSITIVE_INFINITY,
    begins,
  })
  const sessions = new Map<string, SessionRow>()
  const texts = new Map<string, number>()
  const revisions = new Map<string, PolicyRevisionRow>()
  const ofCard = db
    .prepare<[string], [number, string]>(
      'SELECT session, part FROM main.call WHERE approval = ? AND approval_state IS NOT NULL',
    )
    .raw()
  const isId = idCheck(db)
  let seq = begins
  let told = 0

  const store: ProjectionStore = {
    call: (id, session) => calls.get(id, session, seq),
    putCall(row) {
      let { id } = row
      if (id === 0) {
        const stored = calls.stored(row.call)?.rowid
        id = stored !== undefined && isId(stored, row.received_at) ? stored : firstIdAt(row.received_at)
      }
      const put: Call = { ...row, id, events: (row as Partial<Call>).events ?? null }
      calls.put(row.call, row.session, put, seq)
      return put
    },
    tells(row, at) {
      told += 1
      const call = row as Call
      call.events = call.events === null ? String(at) : `${call.events},${at}`
    },
    // The words to look for and the hosts are left out: the first cannot be read back, and how hosts are read may change.
    told: () => undefined,
    ran: () => undefined,
    session: (id) => sessions.get(id),
    putSession: (row) => void sessions.set(row.session, row),
    card: (id) => cards.get(id, '', seq),
    putCard: (row) => cards.put(row.approval, '', row, seq),
    putPolicyText(row) {
      if (!texts.has(row.sha256)) texts.set(row.sha256, row.seq)
    },
    putPolicyRevision(row) {
      if (!revisions.has(row.revision)) revisions.set(row.revision, row)
    },
    callsOf: (session, which) => calls.of(session).filter(callsOf[which]),
    callsOfCard(approval, session) {
      // Also those that were let go of: they are what the table says.
      for (const [number, part] of ofCard.all(approval)) {
        if (names.text(number) === session) calls.get(`${session}.${part}`, session, seq)
      }
      return calls.of(session).filter((row) => row.approval === approval && row.approval_state !== null)
    },
    flush: () => [],
    forget: () => undefined,
  }

  const endEvent = () => {
    calls.endEvent(seq)
    cards.endEvent(seq)
  }

  for (const row of carried.sessions) sessions.set(row.session, row)
  for (const row of carried.calls) calls.put(row.call, row.session, { ...row, events: null }, seq)
  for (const row of carried.cards) cards.put(row.approval, '', row, seq)
  for (const row of carried.policyTexts) texts.set(row.sha256, row.seq)
  for (const row of carried.policyRevisions) revisions.set(row.revision, row)
  endEvent()

  return {
    project({ data, ...event }) {
      seq = event.seq
      project(store, { ...event, data: parseJson(data) })
      endEvent()
    },
    problems() {
      const problems = [
        calls.firstProblem() ?? orderOfCalls(db, reader, begins > 0) ?? strayListing(db, told),
        differentRow(db, comparedSessions, sessions),
        cards.firstProblem(),
        policyTextProblem(db, texts) ?? differentRow(db, comparedRevisions, revisions),
      ]
      return problems.filter((problem) => problem !== undefined)
    },
    stop: calls.stop,
  }
}

const comparedSessions: Compared = {
  where: 'session',
  what: 'session',
  table: 'session',
  key: 'session',
  columns: sessionColumns,
}

const comparedRevisions: Compared = {
  where: 'policy',
  what: 'policy revision',
  table: 'policy_revision',
  key: 'revision',
  columns: ['at', 'files', 'problems', 'seq'] satisfies (keyof PolicyRevisionRow)[],
}

function orderOfCalls(db: Db, reader: RowReader<Call>, isCut: boolean): VerifyProblem | undefined {
  const id = misnumberedCall(db, isCut)
  if (id !== undefined) {
    const place = `call ${reader.keyOf(id)}, column id`
    return { where: 'call', place, problem: 'the row differs from what its events say' }
  }
  return undefined
}
