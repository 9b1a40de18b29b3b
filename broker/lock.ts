// One broker per data folder. A write transaction held open on a database of its own is a lock that the operating
// system releases however the process ends; a file with a process id in it is not.
import * as path from 'node:path'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import { openDatabase } from './audit/driver.ts'
import { BrokerStartError } from './host-contract.ts'

/**
 * Takes the lock; the returned function gives it back.
 * @throws BrokerStartError ('already-running') if another broker has it.
 */
export function lockHome(layout: HomeLayout): () => void {
  const db = openDatabase(path.join(layout.keys, 'broker.lock'))
  try {
    db.pragma('busy_timeout = 0')
    db.exec('BEGIN IMMEDIATE')
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new BrokerStartError(
      'already-running',
      `Countersign is already running for ${layout.home}. Use that one, or stop it first.`,
      { cause: error },
    )
  }
  return () => db.close()
}
