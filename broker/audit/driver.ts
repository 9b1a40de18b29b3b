// The only door to SQLite, so that the rest of the program never depends on how the native module is loaded or tuned.
import { chmodSync, closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'

export type Db = Database.Database
export type Statement<P extends unknown[], R> = Database.Statement<P, R>

/**
 * Opens, or without `readonly` creates, a database file that only its owner can read. Throws SQLite's own error, with
 * nothing changed, when the file is missing (`readonly`), is not a database, or cannot be opened.
 */
export function openDatabase(path: string, options: { readonly?: boolean } = {}): Db {
  const readonly = options.readonly ?? false
  if (!readonly) {
    // Made by us before SQLite sees it: SQLite would follow the umask, and gives -wal and -shm the mode of this file.
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
  }
  const db = new Database(path, { readonly, fileMustExist: true, timeout: 5000 })
  try {
    // Asked first: switching needs an exclusive lock, which a second program that only reads must not wait for.
    if (db.pragma('journal_mode', { simple: true }) !== 'wal' && !readonly) {
      // Only a new file takes it. Events fill larger pages better: a tenth of the log was room that nothing fitted into.
      db.pragma('page_size = 8192')
      db.pragma('journal_mode = WAL')
    }
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    // Without it a REPLACE deletes the old row past the triggers that guard the event table.
    db.pragma('recursive_triggers = ON')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

const statements = new WeakMap<Db, Map<string, unknown>>()

/** A statement prepared once a connection. `R` is the caller's word for what the columns are. */
export function prepared<P extends unknown[], R = unknown>(db: Db, sql: string): Statement<P, R> {
  let known = statements.get(db)
  if (!known) {
    known = new Map()
    statements.set(db, known)
  }
  const found = known.get(sql)
  if (found) return found as Statement<P, R>
  const statement = db.prepare<P, R>(sql)
  known.set(sql, statement)
  return statement
}

/**
 * Runs `work` in a transaction that is on disk when this returns, also if the power fails then. Other writes here are only
 * safe from our own end: they can be read again from the spools.
 */
export function durably<R>(db: Db, work: () => R): R {
  db.pragma('synchronous = FULL')
  try {
    return db.transaction(work).immediate()
  } finally {
    db.pragma('synchronous = NORMAL')
  }
}

/** True for the errors by which SQLite says that the file itself is no longer a sound database. */
export function isCorruption(error: unknown): error is Error & { code: string } {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)
}
