// How far each spool has been read, so that the next ingest goes on from that byte.
import { basename } from 'node:path'
import { chainStart } from '../../core/audit/chain.ts'
import { type Db, prepared } from './driver.ts'
import type { LineProblem } from './spool-line.ts'

/** `shrunk`: the file is shorter than what was read of it before. `unreadable`: it could not be opened. */
export type SpoolProblem = LineProblem | 'shrunk' | 'unreadable'

export type SpoolRow = {
  session: string
  file: string
  /** Bytes of whole lines ingested. */
  offset: number
  /** Lines ingested, which is the `n` that comes next. */
  n: number
  /** The spool's own hash of the last ingested line. */
  last_hash: string
  /** Of a damaged spool nothing more is ingested. */
  state: 'open' | 'damaged'
  problem: SpoolProblem | null
  ingested_at: number
}

export const newSpool = (session: string, path: string): SpoolRow => ({
  session,
  file: basename(path),
  offset: 0,
  n: 0,
  last_hash: chainStart,
  state: 'open',
  problem: null,
  ingested_at: 0,
})

export const loadSpool = (db: Db, session: string): SpoolRow | undefined =>
  prepared<[string], SpoolRow>(db, 'SELECT * FROM spool WHERE session = ?').get(session)

export const loadSpools = (db: Db): SpoolRow[] =>
  prepared<[], SpoolRow>(db, 'SELECT * FROM spool ORDER BY session').all()

export function saveSpool(db: Db, row: SpoolRow): void {
  prepared<[SpoolRow]>(
    db,
    `INSERT INTO spool VALUES (@session, @file, @offset, @n, @last_hash, @state, @problem, @ingested_at)
     ON CONFLICT (session) DO UPDATE SET offset = @offset, n = @n, last_hash = @last_hash, state = @state,
       problem = @problem, ingested_at = @ingested_at`,
  ).run(row)
}
