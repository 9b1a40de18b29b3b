// Where projected rows live: in the tables of the log, and in memory until `flush`, because a batch touches the same call many
// times. A replay (verify-replay.ts) has a store of its own that writes nothing.

import { createCallIds, partOf } from './call-id.ts'
import { openOutcomes } from './call-outcome.ts'
import { type CallRow, type CardRow, cardColumns, type SessionRow, sessionColumns } from './call-row.ts'
import { callTable } from './call-table.ts'
import { type CallTexts, ranWith, writeCallText } from './call-text.ts'
import { type Db, prepared } from './driver.ts'
import { hostsInExcerpt } from './hosts.ts'
import { namesOf } from './names.ts'

/** Which calls of a session: not settled yet, settled by the session's end, or made before the session was known. */
export type CallsOf = 'open' | 'over' | 'nameless'

export type PolicyRevisionRow = {
  revision: string
  /** When it was published first, in milliseconds since the epoch. */
  at: number
  /** JSON array: `texts` of `policy.published`. */
  files: string
  /** JSON array of sentences. */
  problems: string
  seq: number
}
export type PolicyTextRow = { sha256: string; text: string; seq: number }

export type ProjectionStore = {
  /** `id` must be one of `session`'s (`partOf`). */
  call(id: string, session: string): CallRow | undefined
  /** Gives a new row its number. Returns the row as it is kept. */
  putCall(row: CallRow): CallRow
  /** Event `seq` tells of the call, whose row was put before. */
  tells(row: CallRow, seq: number): void
  /** What an event told of a call's texts, after its row was put; nothing where only the row's own words changed. */
  told(row: CallRow, texts: CallTexts): void
  /** The call was forwarded at `t`; its texts were told before. */
  ran(row: CallRow, t: number): void
  session(id: string): SessionRow | undefined
  putSession(row: SessionRow): void
  card(id: string): CardRow | undefined
  putCard(row: CardRow): void
  putPolicyText(row: PolicyTextRow): void
  putPolicyRevision(row: PolicyRevisionRow): void
  callsOf(session: string, which: CallsOf): CallRow[]
  /** The calls on which the card has a say by the broker's word. */
  callsOfCard(approval: string, session: string): CallRow[]
  /** Writes what changed and forgets it; call inside a transaction. Returns the ids of the changed calls. */
  flush(): string[]
  /** Drops what was not written, after a transaction that failed. */
  forget(): void
}

/** A row in memory. `isNew`: the table has none. `texts`: something of the call's words changed. */
type Kept = { row: CallRow; isNew: boolean; changed: boolean; texts: CallTexts | undefined }

/** The condition of the index call_unsettled: what was forwarded and is answered is neither open nor was when its session ended. */
const unsettled = '(answer IS NULL OR forwarded_at IS NULL)'

const filters: Record<CallsOf, { sql: string; words: readonly string[]; test: (row: CallRow) => boolean }> = {
  open: {
    sql: `${unsettled} AND outcome IN (${openOutcomes.map(() => '?').join(', ')})`,
    words: openOutcomes,
    test: (row) => openOutcomes.some((outcome) => outcome === row.outcome),
  },
  over: { sql: `${unsettled} AND session_over = 1`, words: [], test: (row) => row.session_over === 1 },
  nameless: { sql: 'client = ?', words: [''], test: (row) => row.client === '' },
}

export function createStore(db: Db): ProjectionStore {
  const names = namesOf(db)
  const table = callTable(db, names)
  const ids = createCallIds(db)
  const sessions = cachedTable<SessionRow, 'session'>(db, 'session', 'session', sessionColumns)
  const cards = cachedTable<CardRow, 'approval'>(db, 'card', 'approval', cardColumns)
  const calls = new Map<string, Kept | undefined>()
  const ofCards = new Map<string, Set<string>>()
  const hosts = new Map<string, number>()
  let events: number[] = []

  const keptCall = (call: string, session: string): Kept | undefined => {
    if (calls.has(call)) return calls.get(call)
    const row = table.find(session, partOf(call, session) ?? '')
    const kept = row && { row, isNew: false, changed: false, texts: undefined }
    calls.set(call, kept)
    return kept
  }
  const loaded = (found: Iterable<string>, session: string, test: (row: CallRow) => boolean): CallRow[] =>
    [...new Set(found)].flatMap((call) => {
      const row = keptCall(call, session)?.row
      return row && test(row) ? [row] : []
    })
  const forget = () => {
    calls.clear()
    ofCards.clear()
    hosts.clear()
    ids.forget()
    events = []
  }

  return {
    call: (id, session) => keptCall(id, session)?.row,
    putCall(row) {
      const known = keptCall(row.call, row.session)
      const put = row.id === 0 ? { ...row, id: known?.row.id ?? ids.next(row.received_at) } : row
      if (known) {
        known.row = put
        known.changed = true
      } else calls.set(row.call, { row: put, isNew: true, changed: true, texts: undefined })
      if (put.approval !== null && put.approval_state !== null) {
        const same = ofCards.get(put.approval)
        if (same) same.add(put.call)
        else ofCards.set(put.approval, new Set([put.call]))
      }
      return put
    },
    tells: (row, seq) => void events.push(row.id, seq),
    told(row, texts) {
      const kept = keptCall(row.call, row.session)
      if (kept) kept.texts = { ...kept.texts, ...texts }
    },
    ran(row, t) {
      const excerpt = ranWith(db, row, keptCall(row.call, row.session)?.texts ?? {})
      if (!excerpt) return
      for (const host of hostsInExcerpt(excerpt)) hosts.set(host, Math.min(hosts.get(host) ?? t, t))
    },
    session: sessions.get,
    putSession: sessions.put,
    card: cards.get,
    putCard: cards.put,
    putPolicyText(row) {
      prepared<[PolicyTextRow]>(db, 'INSERT OR IGNORE INTO policy_text VALUES (@sha256, @text, @seq)').run(row)
    },
    putPolicyRevision(row) {
      const sql = 'INSERT OR IGNORE INTO policy_revision VALUES (@revision, @at, @files, @problems, @seq)'
      prepared<[PolicyRevisionRow]>(db, sql).run(row)
    },
    callsOf(session, which) {
      const { sql, words, test } = filters[which]
      const stored = table.partsOf(session, sql, words).map((part) => `${session}.${part}`)
      const pending = [...calls.values()].filter((kept) => kept?.row.session === session).map((kept) => kept?.row.call)
      return loaded([...stored, ...pending.filter((call) => call !== undefined)], session, test)
    },
    callsOfCard(approval, session) {
      const found = [...table.ofCard(approval), ...(ofCards.get(approval) ?? [])]
      const ours = found.filter((call) => partOf(call, session) !== undefined)
      return loaded(ours, session, (row) => row.approval === approval && row.approval_state !== null)
    },
    flush() {
      sessions.flush()
      cards.flush()
      const changed: string[] = []
      for (const kept of calls.values()) {
        if (!kept) continue
        const { row, isNew, texts } = kept
        if (kept.changed) {
          if (isNew) table.insert(row)
          else table.update(row)
          changed.push(row.call)
        }
        if (texts) writeCallText(db, row, texts, isNew)
      }
      writeRest(db, events, hosts)
      forget()
      return changed
    },
    forget() {
      sessions.forget()
      cards.forget()
      names.forget()
      forget()
    },
  }
}

/** `events`: pairs of a call and an event that tells of it. */
function writeRest(db: Db, events: readonly number[], hosts: ReadonlyMap<string, number>): void {
  const tells = prepared<number[]>(db, 'INSERT OR IGNORE INTO call_event VALUES (?, ?)')
  for (let at = 0; at < events.length; at += 2) tells.run(...events.slice(at, at + 2))
  const seen = prepared<[string, number]>(
    db,
    `INSERT INTO host (host, first_at) VALUES (?, ?)
     ON CONFLICT (host) DO UPDATE SET first_at = min(first_at, excluded.first_at)`,
  )
  for (const [host, t] of hosts) seen.run(host, t)
}

type Cached<R> = {
  get(key: string): R | undefined
  put(row: R): void
  flush(): void
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
    flush() {
      const write = prepared<[R]>(db, upsert)
      for (const row of dirty.values()) write.run(row)
      forget()
    },
    forget,
  }
}
