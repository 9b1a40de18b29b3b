// Where projected rows live: the real tables, or the temporary ones that verify replays into. Rows are kept in memory until
// `flush`, because a batch touches the same call many times.

import { openOutcomes } from './call-outcome.ts'
import { type CallRow, type CardRow, callColumns, cardColumns, type SessionRow, sessionColumns } from './call-row.ts'
import { type Db, prepared } from './driver.ts'

/** Which calls of a session: not settled yet, settled by the session's end, or made before the session was known. */
export type CallsOf = 'open' | 'over' | 'nameless'

export type ProjectionStore = {
  call(id: string): CallRow | undefined
  putCall(row: CallRow): void
  session(id: string): SessionRow | undefined
  putSession(row: SessionRow): void
  card(id: string): CardRow | undefined
  putCard(row: CardRow): void
  /** Hosts that a call named that was forwarded at `t`. */
  seen(hosts: readonly string[], t: number): void
  callsOf(session: string, which: CallsOf): CallRow[]
  /** Writes what changed and forgets it; call inside a transaction. Returns the ids of the changed calls. */
  flush(): string[]
  /** Drops what was not written, after a transaction that failed. */
  forget(): void
}

const filters: Record<CallsOf, { sql: string; test: (row: CallRow) => boolean }> = {
  open: {
    sql: `outcome IN (${openOutcomes.map((outcome) => `'${outcome}'`).join(', ')})`,
    test: (row) => openOutcomes.some((outcome) => outcome === row.outcome),
  },
  over: { sql: 'session_over = 1', test: (row) => row.session_over === 1 },
  nameless: { sql: "client = ''", test: (row) => row.client === '' },
}

/**
 * Qualified names: `main.call`, or those of temporary tables with the same columns and a unique key. Without `host` hosts are
 * not kept.
 */
export type ProjectionTables = { call: string; session: string; card: string; host?: string }

export const mainTables = {
  call: 'main.call',
  session: 'main.session',
  card: 'main.card',
  host: 'main.host',
} as const satisfies ProjectionTables

export function createStore(db: Db, tables: ProjectionTables): ProjectionStore {
  const calls = cachedTable<CallRow, 'call'>(db, tables.call, 'call', callColumns)
  const sessions = cachedTable<SessionRow, 'session'>(db, tables.session, 'session', sessionColumns)
  const cards = cachedTable<CardRow, 'approval'>(db, tables.card, 'approval', cardColumns)
  const hosts = new Map<string, number>()
  return {
    call: calls.get,
    putCall: calls.put,
    session: sessions.get,
    putSession: sessions.put,
    card: cards.get,
    putCard: cards.put,
    seen(named, t) {
      if (tables.host !== undefined) for (const host of named) hosts.set(host, Math.min(hosts.get(host) ?? t, t))
    },
    callsOf(session, which) {
      const { sql, test } = filters[which]
      const select = `SELECT call FROM ${tables.call} WHERE session = ? AND ${sql}`
      const stored = prepared<[string], { call: string }>(db, select).all(session)
      const found = new Map<string, CallRow>()
      for (const { call } of stored) {
        const row = calls.get(call)
        if (row && test(row)) found.set(call, row)
      }
      for (const row of calls.pending()) if (row.session === session && test(row)) found.set(row.call, row)
      return [...found.values()]
    },
    flush() {
      sessions.flush()
      cards.flush()
      const write = prepared<[string, number]>(db, hostUpsert(tables.host ?? mainTables.host))
      for (const [host, t] of hosts) write.run(host, t)
      hosts.clear()
      return calls.flush()
    },
    forget() {
      sessions.forget()
      cards.forget()
      hosts.clear()
      calls.forget()
    },
  }
}

const hostUpsert = (table: string) =>
  `INSERT INTO ${table} (host, first_at) VALUES (?, ?)
   ON CONFLICT (host) DO UPDATE SET first_at = min(first_at, excluded.first_at)`

type Cached<R> = {
  get(key: string): R | undefined
  put(row: R): void
  pending(): Iterable<R>
  flush(): string[]
  forget(): void
}

function cachedTable<R extends Record<K, string>, K extends string>(
  db: Db,
  table: string,
  key: K,
  columns: readonly string[],
): Cached<R> {
  const rows = new Map<string, R | undefined>()
  const dirty = new Map<string, R>()
  const names = columns.join(', ')
  const select = `SELECT ${names} FROM ${table} WHERE ${key} = ?`
  // Not REPLACE: paging needs rows to keep their id.
  const upsert =
    `INSERT INTO ${table} (${names}) VALUES (${columns.map((name) => `@${name}`).join(', ')}) ` +
    `ON CONFLICT (${key}) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`
  const forget = () => {
    rows.clear()
    dirty.clear()
  }
  return {
    get(id) {
      if (!rows.has(id)) rows.set(id, prepared<[string], R>(db, select).get(id))
      return rows.get(id)
    },
    put(row) {
      rows.set(row[key], row)
      dirty.set(row[key], row)
    },
    pending: () => dirty.values(),
    flush() {
      const write = prepared<[R]>(db, upsert)
      for (const row of dirty.values()) write.run(row)
      const ids = [...dirty.keys()]
      forget()
      return ids
    },
    forget,
  }
}
