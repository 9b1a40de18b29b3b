// The broker's own spool: what it and the people it asked decided, in the same format as the proxies' spools.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { createSpool } from '../core/audit/spool.ts'
import type { AuditEventData, AuditEventType } from '../core/schema/audit-event.ts'
import { createKeptText, type KeptText } from './kept-text.ts'
import { ownMarks } from './marks.ts'
import { sha256 } from './sha256.ts'

export type OwnRecord = {
  readonly session: string
  /** How what it writes has to look. */
  readonly kept: KeptText
  /**
   * Writes an event and only then returns. Secrets are taken out of its texts; policies are written as they are.
   * @throws if it cannot be written: what it announces must then not happen.
   */
  write<T extends AuditEventType>(type: T, data: AuditEventData<T>): void
  close(): void
}

/** `kept` makes the marks of this install; by default those of this process alone. */
export function createOwnRecord(folder: string, now: () => number, kept = createKeptText(ownMarks())): OwnRecord {
  const time = new Date(now()).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const session = `broker-${time}-${crypto.randomBytes(6).toString('hex')}`
  const spool = createSpool({ fs, encode: Buffer.from, sha256, folder, session, now })
  return {
    session,
    kept,
    write: (type, data) => {
      // The text of a policy is named by its hash, and stands in the policy folder all the same.
      spool.add(type, type === 'policy.text' ? data : kept.value(data))
      const error = spool.flush()
      if (error) throw new Error(`the audit record cannot be written (${error.message})`, { cause: error })
    },
    close: spool.close,
  }
}
