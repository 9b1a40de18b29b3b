// A log with a little of everything, made once and copied for each edit; and what someone with the files and a SQLite shell
// can do to it.
import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { type Db, openDatabase } from '../../../broker/audit/driver.ts'
import { eventHash } from '../../../broker/audit/event-chain.ts'
import { readEvents } from '../../../broker/audit/event-log.ts'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { createRetention } from '../../../broker/audit/retention.ts'
import { type VerifyReport, verifyAudit } from '../../../broker/audit/verify.ts'
import { createSpool, type Spool } from '../../../core/audit/spool.ts'
import type { AuditEventData, AuditEventType } from '../../../core/schema/audit-event.ts'
import { sample, sha256, startOfTime } from '../../support/spool-writer.ts'

export const policyText = 'version: 1\nrules: []\n'

export const day = 86_400_000

/** Small enough for several parts of one session. */
const partBytes = 1_500

type Line = { [T in AuditEventType]: [type: T, data: AuditEventData<T>] }[AuditEventType]

function write(folder: string, session: string, start: number, lines: readonly Line[]): void {
  let clock = start
  const now = () => {
    clock += 1000
    return clock
  }
  const spool: Spool = createSpool({ fs, encode: Buffer.from, sha256, folder, session, now, partBytes })
  for (const [type, data] of lines) {
    spool.add(type, data)
    const problem = spool.flush()
    if (problem) throw problem
  }
  spool.close()
}

const ended: Line = ['session.ended', { reason: 'client closed' }]
const allowed = (call: string): Line[] => [
  ['call.decided', sample.decided(call, { forwarded: true })],
  ['call.answered', sample.answered(call)],
]

/** `a`: one call, ended. `h`: held and refused. `p`: a spool in several parts. `s`: three calls, ended. `broker-1`: a card, a policy. */
function writeSpools(folder: string): void {
  write(folder, 'a', startOfTime, [['session.started', sample.started()], ...allowed('a.1'), ended])
  write(folder, 'h', startOfTime, [
    ['session.started', sample.started({ client: 'claude' })],
    ['call.decided', sample.decided('h.1', { decision: 'hold' })],
    ['hold.opened', { call: 'h.1', budgetMs: 60_000 }],
    ['hold.closed', sample.closed('h.1', 'refused', { by: 'desktop', reason: 'not today' })],
    ended,
  ])
  write(folder, 'p', startOfTime + 2 * day, [
    ['session.started', sample.started()],
    ...['p.1', 'p.2', 'p.3'].flatMap(allowed),
    ended,
  ])
  write(folder, 's', startOfTime + 4 * day, [
    ['session.started', sample.started({ server: 'mail' })],
    ...['s.1', 's.2', 's.3'].flatMap(allowed),
    ended,
  ])
  const texts = [{ file: 'a.yaml', status: 'ok' as const, sha256: sha256(policyText) }]
  write(folder, 'broker-1', startOfTime + 4 * day, [
    ['broker.started', { version: '0.1.0', pid: 7, host: 'headless' }],
    ['policy.text', { sha256: sha256(policyText), text: policyText }],
    ['policy.published', { revision: 'rev-1', files: ['a.yaml'], problems: [], texts }],
    ['approval.opened', sample.opened('h.1', 'h')],
    ['approval.decided', sample.approval('h.1', 'h', 'refused', { reason: 'not today' })],
  ])
}

export type Keys = { publicKey: string; privateKey: string; sign(text: string): string }

export function createKeys(): Keys {
  const pair: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ed25519')
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    sign: (text) => signBytes(null, Buffer.from(text), pair.privateKey).toString('base64'),
  }
}

export const keys = createKeys()

export type Tampered = {
  folder: string
  spoolFolder: string
  /** Over a connection that no guard of the tables stops. */
  edit(work: string | ((db: Db) => void)): void
  report(publicKey?: string): VerifyReport
  /** `where: place: problem`, in the order of the report. */
  problems(): string[]
}

/** Numbers of events: `a` has 1 to 4, `h` 5 to 9, `p` 10 to 17, `s` 18 to 25, `broker-1` 26 to 30. */
const whole = onceMade(() => undefined)

/** The same, given up to event 13: `a` is gone with its spool, `h.1` and `p.2` are carried over. */
const cut = onceMade((db, spoolFolder) => {
  const retention = createRetention({
    ...{ db, spoolFolder, sign: keys.sign },
    record: { session: 'broker-2', write: () => undefined },
    settings: () => ({ days: 1 }),
    now: () => startOfTime + 3 * day + 4_500,
    alert: (kind, detail) => {
      throw new Error(`${kind}: ${detail}`)
    },
    log: () => undefined,
  })
  while (retention.step());
})

function onceMade(then: (db: Db, spoolFolder: string) => void): () => string {
  let made: string | undefined
  return () => {
    if (made !== undefined) return made
    const folder = fs.mkdtempSync(join(tmpdir(), 'countersign-tamper-'))
    process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
    const spoolFolder = join(folder, 'spool')
    writeSpools(spoolFolder)
    const db = openAuditDatabase(join(folder, 'audit.db'))
    createIngest(db, { spoolFolder, now: () => startOfTime }).ingestAll()
    then(db, spoolFolder)
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    made = folder
    return folder
  }
}

export const wholeLog = (): Tampered => copyOf(whole())
export const cutLog = (): Tampered => copyOf(cut())

function copyOf(original: string): Tampered {
  const folder = fs.mkdtempSync(join(tmpdir(), 'countersign-tampered-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  fs.cpSync(original, folder, { recursive: true })
  const spoolFolder = join(folder, 'spool')
  const path = join(folder, 'audit.db')
  const using = <R>(db: Db, work: (db: Db) => R): R => {
    try {
      return work(db)
    } finally {
      db.close()
    }
  }
  const report = (publicKey = keys.publicKey) =>
    using(openDatabase(path, { readonly: true }), (db) => verifyAudit(db, { spoolFolder, publicKey }))
  return {
    folder,
    spoolFolder,
    edit: (work) =>
      using(openDatabase(path), (db) => {
        db.exec('DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete; DROP TRIGGER event_in_order')
        db.pragma('foreign_keys = OFF')
        if (typeof work === 'string') db.exec(work)
        else work(db)
      }),
    report,
    problems: () => report().problems.map(({ where, place, problem }) => `${where}: ${place}: ${problem}`),
  }
}

/** Gives events from `first` to `last` the hashes that their columns would have, as the program does. */
export function rehash(db: Db, first: number, last: number): void {
  const update = db.prepare<[Buffer, number]>('UPDATE event SET hash = ? WHERE seq = ?')
  for (let seq = first; seq <= last; seq += 1) {
    const [event] = readEvents(db, { after: seq - 1, limit: 1 })
    if (event?.seq === seq) update.run(Buffer.from(eventHash(event, sha256), 'hex'), seq)
  }
}
