// What of a damaged audit database stands nowhere else, as far as it can still be read: how much of limits is used, and what
// stands in for the events that were given up.
import type { CarriedRows } from './carried.ts'
import { isSigned, readCarried, readCheckpoint, type StoredCheckpoint } from './checkpoint.ts'
import { type Db, openDatabase } from './driver.ts'
import type { PolicyTextRow } from './projection-store.ts'

export type LimitUse = Readonly<Record<string, string | number>>

export type Salvage = {
  /** Its format: nothing where not even that can be read. */
  version?: number
  limits: readonly LimitUse[]
  /** All of them were read. */
  limitsWhole: boolean
  /** The sessions whose spools it had read; nothing where that cannot be told. */
  sessions?: readonly string[]
  /** `none`: no events had been given up. `lost`: some had, and what stood in for them cannot be read. */
  pruned: 'none' | 'kept' | 'lost' | 'unknown'
  /** With `kept`: the stand-in, the first line of each spool that came after it, and the policies it needs. */
  checkpoint?: StoredCheckpoint
  carried?: CarriedRows
  firstN: ReadonlyMap<string, number>
  texts: readonly PolicyTextRow[]
  /** Hosts that calls have named, those of calls that were given up among them. */
  hosts: readonly { host: string; first_at: number }[]
}

/** Never throws, and changes nothing. A checkpoint must be signed by the key, where there is one. */
export function salvage(path: string, publicKey: string | undefined): Salvage {
  const nothing: Salvage = {
    ...{ limits: [], limitsWhole: false, pruned: 'unknown' },
    ...{ firstN: new Map(), texts: [], hosts: [] },
  }
  const db = attempt(() => openDatabase(path, { readonly: true }))
  if (!db) return nothing
  const version = attempt(() => Number(db.pragma('user_version', { simple: true })))
  // What was given up as a whole has no spool any more, and is not missed.
  const sessions = attempt(() =>
    db.prepare<[], string>('SELECT session FROM spool WHERE n = 0 OR n <> first_n').pluck().all(),
  )
  const found = {
    ...nothing,
    ...(version === undefined ? {} : { version }),
    ...readLimits(db),
    ...(sessions ? { sessions } : {}),
    ...readPruned(db, publicKey),
  }
  attempt(() => db.close())
  return found
}

function readLimits(db: Db): Pick<Salvage, 'limits' | 'limitsWhole'> {
  const limits: LimitUse[] = []
  const limitsWhole = attempt(() => {
    for (const row of db.prepare<[], LimitUse>('SELECT * FROM limit_use ORDER BY id').iterate()) limits.push(row)
    return true
  })
  return { limits, limitsWhole: limitsWhole === true }
}

function readPruned(db: Db, publicKey: string | undefined): Partial<Salvage> {
  const table = attempt(() => ({
    there: db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'checkpoint'").get() !== undefined,
  }))
  if (!table) return { pruned: 'unknown' }
  if (!table.there) return { pruned: 'none' }
  const read = attempt(() => ({ checkpoint: readCheckpoint(db) }))
  if (!read) return { pruned: 'unknown' }
  const { checkpoint } = read
  if (!checkpoint) return { pruned: 'none' }
  const signed = publicKey === undefined || isSigned(checkpoint, publicKey)
  const carried = signed ? attempt(() => readCarried(checkpoint)) : undefined
  const spools = attempt(() =>
    db.prepare<[], { session: string; first_n: number }>('SELECT session, first_n FROM spool').all(),
  )
  const texts = attempt(() => db.prepare<[], PolicyTextRow>('SELECT sha256, text, seq FROM policy_text').all())
  const hosts = attempt(() => db.prepare<[], Salvage['hosts'][number]>('SELECT host, first_at FROM host').all())
  const known = new Set(texts?.map(({ sha256 }) => sha256))
  // Half of it would be a log that says something else.
  if (!carried || !spools || !texts || !carried.policyTexts.every(({ sha256 }) => known.has(sha256))) {
    return { pruned: 'lost' }
  }
  const firstN = new Map(spools.map((spool) => [spool.session, spool.first_n]))
  return { pruned: 'kept', checkpoint, carried, firstN, texts, hosts: hosts ?? [] }
}

/** What SQLite refuses to read is not there. */
function attempt<R>(work: () => R): R | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
