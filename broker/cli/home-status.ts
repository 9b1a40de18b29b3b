// What the data folder says about an installation, gathered without asking the broker: there is no verb for it, because
// whoever could ask could be any process.
import { createHash, createPublicKey } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import * as net from 'node:net'
import { join } from 'node:path'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import type { CallOutcome } from '../../core/wire/ui-contract.ts'
import { openAuditDatabase } from '../audit/database.ts'
import { prepared } from '../audit/driver.ts'
import { countsSince, head } from '../audit/query.ts'
import { sessionOfFile } from '../audit/spool-file.ts'
import { loadSpools } from '../audit/spool-row.ts'
import { type PolicyDifference, policyDifferences } from './policy-differences.ts'
import { readPublishedSet } from './published-set.ts'

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
        head: string
        damagedSpools: number
      }
    | { problem: string }
  /** What proxies wrote and no broker has read yet. */
  notIngested: { bytes: number; spools: number }
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

function readFingerprint(file: string): HomeStatus['fingerprint'] {
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

function readAudit(layout: HomeLayout, midnight: number): Pick<HomeStatus, 'audit' | 'notIngested'> {
  if (!exists(layout.database))
    return { audit: { problem: 'not there' }, notIngested: waiting(layout.spool, new Map()) }
  let db: ReturnType<typeof openAuditDatabase> | undefined
  try {
    db = openAuditDatabase(layout.database, { readonly: true })
    const size = prepared<[], { events: number; calls: number }>(
      db,
      'SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM call) AS calls',
    ).get()
    const spools = loadSpools(db)
    return {
      audit: {
        events: size?.events ?? 0,
        calls: size?.calls ?? 0,
        today: countsSince(db, midnight),
        head: head(db),
        damagedSpools: spools.filter((spool) => spool.state === 'damaged').length,
      },
      notIngested: waiting(layout.spool, new Map(spools.map(({ session, offset }) => [session, offset]))),
    }
  } catch (error) {
    return { audit: { problem: reason(error) }, notIngested: { bytes: 0, spools: 0 } }
  } finally {
    db?.close()
  }
}

function waiting(folder: string, read: ReadonlyMap<string, number>): HomeStatus['notIngested'] {
  let [bytes, spools] = [0, 0]
  for (const name of exists(folder) ? readdirSync(folder) : []) {
    const session = sessionOfFile(name)
    const size = session === undefined ? undefined : statSync(join(folder, name), { throwIfNoEntry: false })?.size
    const left = (size ?? 0) - (session === undefined ? 0 : (read.get(session) ?? 0))
    if (left <= 0) continue
    bytes += left
    spools += 1
  }
  return { bytes, spools }
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
