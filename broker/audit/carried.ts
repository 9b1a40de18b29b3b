// What a checkpoint keeps of events that were given up: rows that later events still change, or that are still looked up. They
// are put into the tables before what remains of the events is replayed.
import type { CallRow, CardRow, SessionRow } from './call-row.ts'
import type { PolicyRevisionRow, PolicyTextRow, ProjectionStore } from './projection-store.ts'

/** The JSON in `checkpoint.carried`: rows as the program has them, words spelt out, calls with their `id`. */
export type CarriedRows = {
  calls: CallRow[]
  sessions: SessionRow[]
  cards: CardRow[]
  /** Their texts stay where they are, in `policy_text`: the hash says whether one is still what it was. */
  policyTexts: Omit<PolicyTextRow, 'text'>[]
  policyRevisions: PolicyRevisionRow[]
}

/** Puts them into the store, which must be empty; `flush` writes them. Not the texts of policies, which were not taken away. */
export function loadCarried(store: ProjectionStore, carried: CarriedRows): void {
  for (const row of carried.sessions) store.putSession(row)
  for (const row of carried.cards) store.putCard(row)
  for (const row of carried.policyRevisions) store.putPolicyRevision(row)
  for (const row of carried.calls) {
    store.putCall(row)
    // What of its texts is still in an event is found again.
    store.told(row, {})
  }
}
