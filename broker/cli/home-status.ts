// What the data folder says about an installation, gathered without asking the broker: there is no verb for it, because
// whoever could ask could be any process.
import { createHash, createPublicKey } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import * as net from 'node:net'
import { join } from 'node:path'
import * as z from 'zod'
import { policySet } from '../../core/schema/policy.ts'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { splitPublished } from '../../core/wire/published-policy.ts'
import type { CallOutcome } from '../../core/wire/ui-contract.ts'
import { openAuditDatabase } from '../audit/database.ts'
import { prepared } from '../audit/driver.ts'
import { countsSince, head } from '../audit/query.ts'
import { sessionOfFile } from '../audit/spool-file.ts'
import { loadSpools } from '../audit/spool-row.ts'

export type HomeStatus = {
  home: string
  /** False where no broker ever made its key here; everything else is then missing. */
  started: boolean
  /** Somebody listens on the broker's socket. Who it is, only a proxy's handshake can tell. */
  running: boolean
  policy:
    | { revision: string; files: number; broken: { file: string; problem: string }[]; publishedAt: number }
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
    policy: readPolicy(layout.published),
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

function readPolicy(file: string): HomeStatus['policy'] {
  try {
    const split = splitPublished(readFileSync(file, 'utf8'))
    if (!split.ok) return { problem: split.problem }
    const { files } = policySet.parse(JSON.parse(split.payload))
    const broken = files.flatMap((entry) =>
      entry.status === 'broken' ? [{ file: entry.file, problem: entry.problem }] : [],
    )
    return { revision: split.header.revision, files: files.length, broken, publishedAt: statSync(file).mtimeMs }
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return { problem: 'it is damaged' }
    return { problem: reason(error) }
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
