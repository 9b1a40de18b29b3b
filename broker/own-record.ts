// The broker's own spool: what it and the people it asked decided, in the same format as the proxies' spools.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { createSpool } from '../core/audit/spool.ts'
import type { AuditEventData, AuditEventType } from '../core/schema/audit-event.ts'
import { spoolPath } from './audit/spool-file.ts'
import { sha256 } from './sha256.ts'

export type OwnRecord = {
  readonly session: string
  /**
   * Writes an event and only then returns.
   * @throws if it cannot be written: what it announces must then not happen.
   */
  write<T extends AuditEventType>(type: T, data: AuditEventData<T>): void
  close(): void
}

export function createOwnRecord(folder: string, now: () => number): OwnRecord {
  const time = new Date(now()).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const session = `broker-${time}-${crypto.randomBytes(6).toString('hex')}`
  const spool = createSpool({ fs, encode: Buffer.from, sha256, folder, session, now })
  const file = spoolPath(folder, session)
  let place: string | undefined
  return {
    session,
    write: (type, data) => {
      // A file that was deleted or moved away takes what is written to it along.
      if (place !== undefined && placeOf(file) !== place) {
        throw new Error(`the audit record cannot be written (${file} was moved or deleted). Start Countersign again`)
      }
      spool.add(type, data)
      const error = spool.flush()
      if (error) throw new Error(`the audit record cannot be written (${error.message})`, { cause: error })
      place ??= placeOf(file)
    },
    close: spool.close,
  }
}

/** Which file the path names now; nothing where it names none. */
function placeOf(file: string): string | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false, bigint: true })
  return stat && `${stat.dev}/${stat.ino}`
}
