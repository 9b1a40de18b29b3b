// What the data folder says about an installation, gathered without asking the broker: there is no verb for it, because
// whoever could ask could be any process.
import { createHash, createPublicKey } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import * as net from 'node:net'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import type { LogResult } from '../../core/wire/log-contract.ts'
import type { CallOutcome } from '../../core/wire/ui-contract.ts'
import { lastAnchored } from '../audit/anchor.ts'
import { firstIdAt } from '../audit/call-id.ts'
import { readCheckpoint } from '../audit/checkpoint.ts'
import { openAuditDatabase } from '../audit/database.ts'
import { type Db, prepared } from '../audit/driver.ts'
import { headOf } from '../audit/event-log.ts'
import { spreadOf } from '../audit/figures.ts'
import { countsSince } from '../audit/query.ts'
import { spoolFigures } from '../log-metrics.ts'
import { type PolicyDifference, policyDifferences } from './policy-differences.ts'
import { readPublishedSet } from './published-set.ts'

type Metrics = LogResult<'log.metrics'>

export type HomeStatus = {
  home: string
  /** False where no broker ever made its key here; everything else is then missing. */
  started: boolean
  /** Somebody listens on the broker's socket. Who it is, only a proxy's handshake can tell. */
  running: boolean
  policy:
    | {
        revision: string
        files: number
        /** Those that deny all that they govern. */
        broken: { file: string; problem: string }[]
        /** Where the folder says something else than what is in force; broken files and removed ones are among them. */
        differences: PolicyDifference[]
        publishedAt: number
        /** Everything is refused, in every proxy, until a person lifts that. */
        lockdown?: { since: number; by: string }
      }
    | { problem: string }
  audit:
    | {
        events: number
        calls: number
        today: Partial<Record<CallOutcome, number>>
        /** Calls of today that were held and are over: for how long. */
        held: Metrics['held']
        /** Calls of today that their servers answered: how long that took. */
        answered: Metrics['answered']
        /** Of the database file; `freeBytes` are used again. */
        bytes: number
        freeBytes: number
        head: string
        /** The newest head that was written to the system's log. */
        anchored?: Metrics['anchored']
        /** What was given up at the beginning. */
        checkpoint?: Metrics['checkpoint']
        damagedSpools: number
      }
    | { problem: string }
  /** What proxies wrote and no broker has read yet; `lagMs`: since when the oldest of it waits. */
  notIngested: { bytes: number; spools: number; lagMs: number }
  /** SHA-256 of the public key (SPKI, DER), hexadecimal: what `countersign-proxy --trust` takes. */
  fingerprint: { value: string } | { problem: string }
}

const connectTimeoutMs = 1_000

/** Reads everything; what cannot be read is a `problem` in its place. `midnight`: where `today` begins. */
export async function readHomeStatus(layout: HomeLayout, midnight: number): Promise<HomeStatus> {
  const fingerprint = readFingerprint(layout.publicKey)
  return {
    home: layout.home,
    started: 'value' in fingerprint || exists(layout.database),
    running: await answers(layout.socket),
    policy: readPolicy(layout),
    ...readAudit(layout, midnight),
    fingerprint,
  }
}

const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.code === 'ENOENT' ? 'not there' : error.message
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined
}

export function readFingerprint(file: string): HomeStatus['fingerprint'] {
  try {
    const der = createPublicKey(readFileSync(file)).export({ type: 'spki', format: 'der' })
    return { value: createHash('sha256').update(der).digest('hex') }
  } catch (error) {
    return { problem: reason(error) }
  }
}

function readPolicy(layout: HomeLayout): HomeStatus['policy'] {
  const published = readPublishedSet(layout)
  if (!published.ok) return { problem: published.problem }
  const { revision, set, publishedAt } = published
  const broken = set.files.flatMap((entry) =>
    entry.status === 'broken' ? [{ file: entry.file, problem: entry.problem }] : [],
  )
  const differences = policyDifferences(layout.policies, set)
  const { lockdown } = set
  return {
    ...{ revision, files: set.files.length, broken, differences, publishedAt },
    ...(lockdown ? { lockdown } : {}),
  }
}

const nothingWaits: HomeStatus['notIngested'] = { bytes: 0, spools: 0, lagMs: 0 }

function readAudit(layout: HomeLayout, midnight: number): Pick<HomeStatus, 'audit' | 'notIngested'> {
  if (!exists(layout.database)) return { audit: { problem: 'not there' }, notIngested: nothingWaits }
  let db: ReturnType<typeof openAuditDatabase> | undefined
  try {
    db = openAuditDatabase(layout.database, { readonly: true })
    const { ingest } = spoolFigures({ db, spoolFolder: layout.spool, now: Date.now })
    const checkpoint = readCheckpoint(db)
    const anchored = lastAnchored(db)
    const newest = headOf(db)
    const page = Number(db.pragma('page_size', { simple: true }))
    return {
      audit: {
        // Events have no gaps.
        events: newest.seq - (checkpoint?.seq ?? 0),
        calls: prepared<[], number>(db, 'SELECT count(*) FROM call').pluck().get() ?? 0,
        today: countsSince(db, midnight),
        held: durations(db, 'held_ms', midnight),
        answered: durations(db, 'duration_ms', midnight),
        bytes: page * Number(db.pragma('page_count', { simple: true })),
        freeBytes: page * Number(db.pragma('freelist_count', { simple: true })),
        head: newest.hash,
        ...(anchored && { anchored }),
        ...(checkpoint && { checkpoint: given(checkpoint) }),
        damagedSpools: ingest.damagedSpools,
      },
      notIngested: { bytes: ingest.waitingBytes, spools: ingest.waitingSpools, lagMs: ingest.lagMs },
    }
  } catch (error) {
    return { audit: { problem: reason(error) }, notIngested: nothingWaits }
  } finally {
    db?.close()
  }
}

const given = ({ seq, hash, at, events, calls }: NonNullable<ReturnType<typeof readCheckpoint>>) => ({
  ...{ seq, hash, at, events, calls },
})

function durations(db: Db, column: 'held_ms' | 'duration_ms', since: number): Metrics['held'] {
  const found = prepared<[number], number>(db, `SELECT ${column} FROM call WHERE id >= ? AND ${column} IS NOT NULL`)
    .pluck()
    .all(firstIdAt(since))
  return spreadOf(Float64Array.from(found))
}

/** Connects and hangs up. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath)
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(connectTimeoutMs, () => end(false))
    socket.once('connect', () => end(true))
    // Nobody listens, or nothing is there: both mean that it does not run.
    socket.once('error', () => end(false))
  })
}
