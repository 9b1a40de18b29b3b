// How far each spool has been read, so that the next ingest goes on from that byte.
import { chainStart } from '../../core/audit/chain.ts'
import { spoolFileName } from '../../core/audit/spool.ts'
import { type Db, prepared } from './driver.ts'
import type { LineProblem } from './spool-line.ts'

/**
 * Beside what a line can have. `shrunk`: the file is shorter than what was read of it before. `gone`: it is not there any
 * more. `missing`: it is not there, and a later part is. `torn`: a part that has a next one ends in a half line.
 * `unfinished`: the last one does, which is no damage. `unreadable`: it could not be opened. `no-file`: a link, a folder or
 * a pipe has its name.
 */
export type SpoolProblem =
  | LineProblem
  | 'shrunk'
  | 'gone'
  | 'missing'
  | 'torn'
  | 'unfinished'
  | 'unreadable'
  | 'no-file'

/** Problems that are not held against a spool: it is read on from where it was once they are gone. */
export const mayBeMended = (problem: SpoolProblem): boolean =>
  ['unreadable', 'no-file', 'missing', 'gone'].includes(problem)

export type SpoolRow = {
  session: string
  /** Name of the part that is read. */
  file: string
  /** Bytes of whole lines ingested of this part. */
  offset: number
  /** Lines ingested, which is the `n` that comes next. */
  n: number
  /** The spool's own hash of the last ingested line. */
  last_hash: string
  /** Of a damaged spool nothing more is ingested. */
  state: 'open' | 'damaged'
  /** What is wrong with a damaged one. Of an open one `unfinished` at most, once that was said. */
  problem: SpoolProblem | null
  ingested_at: number
  /** Counted from 1. */
  part: number
  /** The first line whose event is in the database still. */
  first_n: number
}

export const newSpool = (session: string): SpoolRow => ({
  session,
  file: spoolFileName(session, 1),
  offset: 0,
  n: 0,
  last_hash: chainStart,
  state: 'open',
  problem: null,
  ingested_at: 0,
  part: 1,
  first_n: 0,
})

export const loadSpool = (db: Db, session: string): SpoolRow | undefined =>
  prepared<[string], SpoolRow>(db, 'SELECT * FROM spool WHERE session = ?').get(session)

export function saveSpool(db: Db, row: SpoolRow): void {
  prepared<[SpoolRow]>(
    db,
    `INSERT INTO spool (session, file, offset, n, last_hash, state, problem, ingested_at, part, first_n)
     VALUES (@session, @file, @offset, @n, @last_hash, @state, @problem, @ingested_at, @part, @first_n)
     ON CONFLICT (session) DO UPDATE SET file = @file, offset = @offset, n = @n, last_hash = @last_hash, state = @state,
       problem = @problem, ingested_at = @ingested_at, part = @part, first_n = @first_n`,
  ).run(row)
}
