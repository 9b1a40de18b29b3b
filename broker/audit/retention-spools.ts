// Removes the spools of sessions that are over and of which no event is left. The row in `spool` says how far the file was
// read, and stays until the file is surely gone: else what was given up would be read again.
import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { type Db, prepared } from './driver.ts'
import { spoolPath } from './spool-file.ts'

/** Marks the row of a spool that is to be removed. Call inside the transaction that gives up its last event. */
export const markSpoolForRemoval = (db: Db, session: string): void =>
  void prepared<[string]>(
    db,
    "UPDATE spool SET file = '' WHERE session = ? AND state = 'open' AND n > 0 AND first_n = n",
  ).run(session)

/** At most so many at a time, so that nobody waits for the disk. */
const mostAtOnce = 50

/**
 * Removes the marked spools, and those of earlier brokers than the session `own` of which nothing is left. Returns whether there
 * are more. Throws if one cannot be removed; it is tried again the next time.
 */
export function removeSpools(db: Db, folder: string, own: string): boolean {
  prepared<[string]>(
    db,
    `UPDATE spool SET file = ''
     WHERE session GLOB 'broker-*' AND session <> ? AND state = 'open' AND n > 0 AND first_n = n AND file <> ''`,
  ).run(own)
  const marked = prepared<[number], { session: string; part: number }>(
    db,
    "SELECT session, part FROM spool WHERE file = '' AND first_n = n ORDER BY session LIMIT ?",
  ).all(mostAtOnce)
  if (marked.length === 0) return false
  for (const { session, part } of marked) {
    // The last first: what remains after a crash in between still begins at its beginning.
    for (let number = part; number >= 1; number -= 1) rmSync(spoolPath(folder, session, number), { force: true })
  }
  keepFolder(folder)
  const forget = prepared<[string]>(db, "DELETE FROM spool WHERE session = ? AND file = '' AND first_n = n")
  db.transaction(() => {
    for (const { session } of marked) forget.run(session)
  }).immediate()
  return marked.length === mostAtOnce
}

/** Until the folder is on disk, a power cut can bring its files back. */
function keepFolder(folder: string): void {
  // Windows opens no folders; its file system writes names before it returns.
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
