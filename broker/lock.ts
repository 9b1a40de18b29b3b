// One broker per data folder. A write transaction held open on a database of its own is a lock that the operating
// system releases however the process ends; a file with a process id in it is not.
import * as path from 'node:path'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import { type Db, openDatabase } from './audit/driver.ts'
import { BrokerStartError } from './host-contract.ts'

/**
 * Takes the lock; the returned function gives it back.
 * @throws BrokerStartError ('already-running') if another broker has it.
 */
export function lockHome(layout: HomeLayout): () => void {
  const file = path.join(layout.keys, 'broker.lock')
  let db: Db | undefined
  try {
    db = openDatabase(file)
    db.pragma('busy_timeout = 0')
    db.exec('BEGIN IMMEDIATE')
  } catch (error) {
    db?.close()
    // Also while the other one is just making the file.
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') {
      throw new BrokerStartError(
        'home-unwritable',
        `The lock ${file} cannot be used: ${(error as Error).message}. It holds nothing: remove it and start again.`,
        { cause: error },
      )
    }
    throw new BrokerStartError(
      'already-running',
      `Countersign is already running for ${layout.home}. Use that one, or stop it first.`,
      { cause: error },
    )
  }
  const held = db
  return () => void held.close()
}
