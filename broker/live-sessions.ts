// Which client sessions there are: those that the log has begun and not ended, without those whose process is gone.

import { closeDeadSessions } from './audit/dead-sessions.ts'
import type { Db } from './audit/driver.ts'
import { openSessions } from './audit/open-sessions.ts'
import type { OwnRecord } from './own-record.ts'

export type LiveSessions = {
  /** Puts on record the end of those whose process is gone. */
  settleDead(): void
  isOpen(session: string): boolean
  /** As `isOpen`, for many at once. */
  openNow(): (session: string) => boolean
}

export type LiveSessionsOptions = {
  db: Db
  record: OwnRecord
  connected(session: string): boolean
  /** Reads the broker's own record into the database. */
  catchUp(): void
  unrecorded(what: string, error: unknown): void
}

export function createLiveSessions({ db, record, connected, catchUp, unrecorded }: LiveSessionsOptions): LiveSessions {
  const openNow = () => {
    const open = new Set(openSessions(db).map(({ session }) => session))
    return (session: string) => open.has(session) || connected(session)
  }
  return {
    settleDead: () => {
      const dead = closeDeadSessions(db, (pid, session) => connected(session) || processExists(pid))
      if (dead.length === 0) return
      try {
        for (const gone of dead) record.write('session.gone', gone)
      } catch (error) {
        unrecorded('the end of a session', error)
      }
      catchUp()
    },
    isOpen: (session) => openNow()(session),
    openNow,
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
