// Compares the browsable rows with what the events make of them, in temporary tables that live as long as one check. The
// hosts are left out: they only take a mark from a card, and how they are read from arguments may change.
import { callColumns, cardColumns, sessionColumns } from './call-row.ts'
import type { Db } from './driver.ts'
import { createStore, type ProjectionStore } from './projection-store.ts'
import type { VerifyProblem } from './verify-report.ts'

type Replayed = { call: string; session: string; card: string }

/** Runs `work` with a store over empty tables of the same columns. Call inside a transaction, which must not outlive it. */
export function withReplayTables<R>(db: Db, work: (store: ProjectionStore, replayed: Replayed) => R): R {
  const replayed: Replayed = {
    call: 'temp.replayed_call',
    session: 'temp.replayed_session',
    card: 'temp.replayed_card',
  }
  const drop = Object.values(replayed)
    .map((table) => `DROP TABLE IF EXISTS ${table};`)
    .join(' ')
  db.exec(`
    ${drop}
    CREATE TABLE ${replayed.call} AS SELECT ${callColumns.join(', ')} FROM main.call WHERE 0;
    CREATE TABLE ${replayed.session} AS SELECT ${sessionColumns.join(', ')} FROM main.session WHERE 0;
    CREATE TABLE ${replayed.card} AS SELECT ${cardColumns.join(', ')} FROM main.card WHERE 0;
    CREATE UNIQUE INDEX temp.replayed_card_key ON replayed_card (approval);
    CREATE UNIQUE INDEX temp.replayed_call_key ON replayed_call (call);
    CREATE INDEX temp.replayed_call_session ON replayed_call (session, outcome);
    CREATE UNIQUE INDEX temp.replayed_session_key ON replayed_session (session);
  `)
  const result = work(createStore(db, replayed), replayed)
  db.exec(drop)
  return result
}

type Comparison = { where: 'call' | 'session' | 'card'; key: string; replayed: string }
const columnsOf = { call: callColumns, session: sessionColumns, card: cardColumns } as const
type Row = Record<string, string | number | null>

/** The first row, oldest first, that is not what its events say. */
export function firstDifferentRow(db: Db, { where, key, replayed }: Comparison): VerifyProblem | undefined {
  const stored = `main.${where}`
  const columns: readonly string[] = columnsOf[where]
  const tuple = (alias: string) => columns.map((column) => `${alias}.${column}`).join(', ')
  const different = db
    .prepare<[], string>(
      `SELECT s.${key} FROM ${stored} s LEFT JOIN ${replayed} r ON r.${key} = s.${key}
       WHERE r.${key} IS NULL OR (${tuple('s')}) IS NOT (${tuple('r')}) ORDER BY s.rowid LIMIT 1`,
    )
    .pluck()
    .get()
  if (different !== undefined) return describe(different)
  const missing = db
    .prepare<[], string>(
      `SELECT r.${key} FROM ${replayed} r LEFT JOIN ${stored} s ON s.${key} = r.${key} WHERE s.${key} IS NULL ORDER BY r.rowid LIMIT 1`,
    )
    .pluck()
    .get()
  if (missing === undefined) return undefined
  return { where, place: `${where} ${missing}`, problem: 'the events tell of it, but its row is missing' }

  function describe(id: string): VerifyProblem {
    const row = (table: string) => db.prepare<[string], Row>(`SELECT * FROM ${table} WHERE ${key} = ?`).get(id)
    const [is, should] = [row(stored), row(replayed)]
    if (!should) return { where, place: `${where} ${id}`, problem: 'the row is there, but no event tells of it' }
    const column = columns.find((name) => is?.[name] !== should[name]) ?? key
    return { where, place: `${where} ${id}, column ${column}`, problem: 'the row differs from what its events say' }
  }
}
