// Opens the audit database for commands that only look, with sentences for the ways in which that can fail.
import { existsSync } from 'node:fs'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { type AuditDatabase, openAuditDatabase } from '../audit/database.ts'
import { BrokerStartError } from '../host-contract.ts'
import { PlainError } from './command.ts'

/** Exit codes that scripts can rely on, by what kept the program from starting or reading. */
export const startErrorExitCodes: Readonly<Record<BrokerStartError['code'], number>> = {
  'already-running': 3,
  'home-unwritable': 4,
  'home-unsafe': 4,
  'key-unreadable': 4,
  'database-newer': 5,
  'database-corrupt': 5,
  'database-locked': 4,
}

export const neverStarted = (layout: HomeLayout): string =>
  `Countersign was never started here (${layout.home}). Run: countersign serve`

/** Throws a PlainError where there is no database, or it is of no use. Close what it gives. */
export function openForReading(layout: HomeLayout): AuditDatabase {
  if (!existsSync(layout.database)) throw new PlainError(neverStarted(layout))
  try {
    return openAuditDatabase(layout.database, { readonly: true })
  } catch (error) {
    if (error instanceof BrokerStartError)
      throw new PlainError(error.message, startErrorExitCodes[error.code], { cause: error })
    const { message } = error as Error
    throw new PlainError(`The audit database ${layout.database} cannot be read: ${message}`, 1, { cause: error })
  }
}
