// Opens the audit database so that everything after it can rely on its shape, or says why it cannot be used.
import { BrokerStartError } from '../host-contract.ts'
import { type Db, isCorruption, openDatabase } from './driver.ts'
import { migrate } from './migrations.ts'

export type AuditDatabase = Db

/** Up to this size a full structural check costs a start-up well under a tenth of a second. */
const checkedWhole = 16 * 1024 * 1024

/**
 * Opens the database at `path`, creating it unless `readonly`, and migrates it. Close it with `close()`.
 * Throws `BrokerStartError` (`database-newer`, `database-corrupt`, `database-locked`, `home-unwritable`); the file is then left
 * as it was found.
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
    throw startError(path, error)
  }
}

const tables = [
  'name',
  'event',
  'checkpoint',
  'call',
  'session',
  'card',
  'host',
  'policy_text',
  'policy_revision',
].concat(['spool', 'cursor', 'limit_use'])

/** Reads a little of everything, so that damage shows at the start and not in the middle of a held call. */
function lookForDamage(db: Db): string | undefined {
  for (const table of tables) {
    db.prepare(`SELECT * FROM ${table} ORDER BY rowid DESC LIMIT 1`).get()
  }
  db.prepare('SELECT * FROM call_event LIMIT 1').get()
  db.prepare('SELECT rowid FROM call_text LIMIT 1').get()
  const bytes = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
  if (bytes > checkedWhole) return undefined
  const found = String(db.pragma('quick_check(1)', { simple: true }))
  return found === 'ok' ? undefined : found
}

function startError(path: string, error: unknown): unknown {
  if (isCorruption(error)) return corrupt(path, `${error.code}: ${error.message}`, error)
  const { code, message } = error as { code?: string; message: string }
  if (code?.startsWith('SQLITE_BUSY')) {
    return new BrokerStartError(
      'database-locked',
      `Another program has locked the audit database ${path}. Close what has it open (an SQLite browser, a backup) and start ` +
        'Countersign again. Calls are put on record all the same, and are read then.',
      { cause: error },
    )
  }
  if (code && /^(SQLITE_(READONLY|CANTOPEN|FULL|IOERR)|E[A-Z]+$)/.test(code)) {
    return new BrokerStartError(
      'home-unwritable',
      `The audit database ${path} cannot be used: ${message}. Nothing was changed. Make it a file that you can read and ` +
        'write, on a disk with room, and start Countersign again.',
      { cause: error },
    )
  }
  return error
}

function corrupt(path: string, found: string, cause?: Error): BrokerStartError {
  return new BrokerStartError(
    'database-corrupt',
    `The audit database ${path} is damaged (${found}). It was not emptied or deleted. Run: countersign audit rebuild --from-spools. ` +
      'That sets it aside and makes a new one from the spools, or restore a backup. Then start Countersign again.',
    { cause },
  )
}
