// Opens the audit database so that everything after it can rely on its shape, or says why it cannot be used.
import { BrokerStartError } from '../host-contract.ts'
import { type Db, isCorruption, openDatabase } from './driver.ts'
import { migrate } from './migrations.ts'

export type AuditDatabase = Db

/** Up to this size a full structural check costs a start-up well under a tenth of a second. */
const checkedWhole = 16 * 1024 * 1024

/**
 * Opens the database at `path`, creating it unless `readonly`, and migrates it. Close it with `close()`.
 * Throws `BrokerStartError` with `database-newer` or `database-corrupt`; the file is then left as it was found.
 */
export function openAuditDatabase(path: string, options: { readonly?: boolean } = {}): AuditDatabase {
  let db: Db | undefined
  try {
    db = openDatabase(path, options)
    migrate(db, path)
    const damage = lookForDamage(db)
    if (damage !== undefined) throw corrupt(path, damage)
    return db
  } catch (error) {
    db?.close()
    throw isCorruption(error) ? corrupt(path, `${error.code}: ${error.message}`, error) : error
  }
}

/** Reads a little of everything, so that damage shows at the start and not in the middle of a held call. */
function lookForDamage(db: Db): string | undefined {
  for (const table of ['event', 'call', 'session', 'card', 'host', 'spool', 'limit_use']) {
    db.prepare(`SELECT * FROM ${table} ORDER BY rowid DESC LIMIT 1`).get()
  }
  const bytes = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
  if (bytes > checkedWhole) return undefined
  const found = String(db.pragma('quick_check(1)', { simple: true }))
  return found === 'ok' ? undefined : found
}

function corrupt(path: string, found: string, cause?: Error): BrokerStartError {
  return new BrokerStartError(
    'database-corrupt',
    `The audit database ${path} is damaged (${found}). It was not emptied or deleted. Move it and the files beside it (-wal, -shm) ` +
      'away, or restore a backup, and start Countersign again: the spools that are still there are read into the new database.',
    { cause },
  )
}
