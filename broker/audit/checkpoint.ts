// What stands in for the oldest part of the log once it was given up: the chain's hash at its end, and the rows that later
// events still build on, signed by the install's key. A log that begins without one, or with another one, has been cut.
import { isUtf8 } from 'node:buffer'
import { createPublicKey, verify as verifySignature } from 'node:crypto'
import * as z from 'zod'
import { sha256 } from '../sha256.ts'
import { blankCall, blankCard, blankSession } from './call-row.ts'
import type { CarriedRows } from './carried.ts'
import { type Db, prepared } from './driver.ts'
import { parseJson } from './spool-line.ts'
import type { VerifyProblem } from './verify-report.ts'

export type Checkpoint = {
  /** Everything up to this event was given up. */
  seq: number
  /** Hash of that event, which the next one is chained to. */
  hash: string
  /** Milliseconds since the epoch. */
  at: number
  /** How many in all, by this and all earlier checkpoints. */
  events: number
  calls: number
}

/** `carried` is the exact JSON text that was signed. */
export type StoredCheckpoint = Checkpoint & { carried: string; signature: string }

export const nothingCarried: CarriedRows = {
  calls: [],
  sessions: [],
  cards: [],
  policyTexts: [],
  policyRevisions: [],
}

/** What the signature covers. The prefix keeps a signature made for another purpose from passing here. */
export const checkpointStatement = ({ seq, hash, at, events, calls, carried }: Omit<StoredCheckpoint, 'signature'>) =>
  `countersign-checkpoint:${JSON.stringify([1, seq, hash, at, events, calls, sha256(carried)])}`

type Row = Omit<StoredCheckpoint, 'hash' | 'carried'> & { hash: Buffer; carried: Buffer }

/** The checkpoint the log begins with; nothing where the whole chain is there. Not checked. */
export function readCheckpoint(db: Db): StoredCheckpoint | undefined {
  const row = prepared<[], Row>(
    db,
    `SELECT seq, hash, at, events, calls, CAST(carried AS BLOB) AS carried, signature
     FROM checkpoint ORDER BY seq DESC LIMIT 1`,
  ).get()
  if (!row) return undefined
  // Bytes that are no text would read like the character that stands for them, and be hashed like it.
  const carried = isUtf8(row.carried) ? row.carried.toString('utf8') : ''
  return { ...row, hash: row.hash.toString('hex'), carried }
}

/** Whether the install's public key (PEM) says that the broker wrote this checkpoint. */
export function isSigned(checkpoint: StoredCheckpoint, publicKey: string): boolean {
  const statement = Buffer.from(checkpointStatement(checkpoint))
  try {
    return verifySignature(null, statement, createPublicKey(publicKey), Buffer.from(checkpoint.signature, 'base64'))
  } catch {
    // No key at all, or one of another kind.
    return false
  }
}

/** Puts the checkpoint in the place of earlier ones, and returns its signature. Call inside the transaction that removes what it stands for. */
export function writeCheckpoint(
  db: Db,
  checkpoint: Checkpoint,
  carried: CarriedRows,
  sign: (text: string) => string,
): string {
  const unsigned = { ...checkpoint, carried: JSON.stringify(carried) }
  const { seq, hash, at, events, calls } = checkpoint
  const signature = sign(checkpointStatement(unsigned))
  prepared<[number, Buffer, number, number, number, string, string]>(
    db,
    `INSERT INTO checkpoint (seq, hash, at, events, calls, carried, signature) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(seq, Buffer.from(hash, 'hex'), at, events, calls, unsigned.carried, signature)
  prepared<[number]>(db, 'DELETE FROM checkpoint WHERE seq < ?').run(seq)
  return signature
}

const range = { first_seq: z.int(), last_seq: z.int() }
const carriedShape = z.object({
  calls: z.array(z.looseObject({ ...range, id: z.int(), call: z.string(), session: z.string(), received_at: z.int() })),
  sessions: z.array(z.looseObject({ ...range, session: z.string(), started_at: z.int() })),
  cards: z.array(z.looseObject({ approval: z.string(), call: z.string(), session: z.string(), last_seq: z.int() })),
  policyTexts: z.array(z.object({ sha256: z.string(), seq: z.int() })),
  policyRevisions: z.array(
    z.object({ revision: z.string(), at: z.int(), files: z.string(), problems: z.string(), seq: z.int() }),
  ),
})

/**
 * The carried rows, with columns that are newer than the checkpoint left blank. Nothing where the text is not what a broker
 * writes; that it is this broker's, only a signature says.
 */
export function readCarried({ carried }: Pick<StoredCheckpoint, 'carried'>): CarriedRows | undefined {
  const parsed = carriedShape.safeParse(parseJson(carried))
  if (!parsed.success) return undefined
  const { calls, sessions, cards, policyTexts, policyRevisions } = parsed.data
  return {
    calls: calls.map((row) => ({ ...blankCall(row.call, row.session, row.received_at, row.first_seq), ...row })),
    sessions: sessions.map((row) => ({ ...blankSession(row.session, row.started_at, row.first_seq), ...row })),
    cards: cards.map((row) => ({ ...blankCard(row.approval, row.call, row.session, row.last_seq), ...row })),
    policyTexts,
    policyRevisions,
  }
}

/** What is wrong with the beginning of the log. `publicKey`: of the install, as PEM. */
export function checkpointProblem(
  db: Db,
  checkpoint: StoredCheckpoint | undefined,
  publicKey: string | undefined,
): VerifyProblem | undefined {
  const count = (sql: string) => db.prepare<[], number | null>(sql).pluck().get() ?? 0
  const first = count('SELECT min(seq) FROM main.event')
  const problem = (what: string): VerifyProblem => {
    const place = checkpoint ? `checkpoint at event ${checkpoint.seq}` : 'checkpoint'
    return { where: 'checkpoint', place, problem: what }
  }
  if (!checkpoint) return first > 1 ? problem(`missing: the log begins with event ${first}`) : undefined
  if (publicKey === undefined) return problem('the public key it must be signed by is not there')
  if (!isSigned(checkpoint, publicKey)) return problem('not what was signed, or signed by another key')
  if (readCarried(checkpoint) === undefined) return problem('what it carries over is not readable')
  if (count('SELECT count(*) FROM main.checkpoint') > 1) return problem('it is not the only one')
  if (first > 0 && first <= checkpoint.seq) return problem(`event ${first}, which it stands for, is still there`)
  return undefined
}
