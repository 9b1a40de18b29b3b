// An audit spool: append-only JSONL, one file a session, written by a proxy or the broker. What is not in here has not
// happened. Lines are gathered and written together, always before the step they announce.
import type { AuditEventData, AuditEventType } from '../schema/audit-event.ts'
import { chainLine, chainStart, type Sha256 } from './chain.ts'

export type Spool = {
  /** Adds an event to what the next `flush` writes. */
  add<T extends AuditEventType>(type: T, data: AuditEventData<T>): void
  /**
   * Writes what was added. On failure (disk full, folder gone) the file is cut back to its last whole line, the
   * added events are dropped and the error is returned: the caller must refuse what they announced.
   */
  flush(): Error | undefined
  /** Asks the disk to keep what was flushed; callers at the same moment share one `fdatasync`. */
  sync(): Promise<Error | undefined>
  close(): void
}

/** The part of `node:fs` a spool needs. */
export type SpoolFs = {
  mkdirSync(folder: string, options: { recursive: true; mode: number }): unknown
  openSync(file: string, flags: 'ax', mode: number): number
  writeSync(fd: number, bytes: Uint8Array, from: number): number
  ftruncateSync(fd: number, size: number): void
  fdatasync(fd: number, done: (error: Error | null) => void): void
  closeSync(fd: number): void
}

export type SpoolOptions = {
  fs: SpoolFs
  encode(text: string): Uint8Array
  sha256: Sha256
  folder: string
  session: string
  /** Milliseconds since the Unix epoch. */
  now(): number
}

type Pending = { type: AuditEventType; data: unknown; t: number }

/**
 * The spool `<folder>/<session>.jsonl`. The file is made by the first flush that has something to write, so starting
 * a proxy touches no disk.
 */
export function createSpool(options: SpoolOptions): Spool {
  const { fs, session } = options
  let fd: number | undefined
  let size = 0
  let n = 0
  let head = chainStart
  let broken: Error | undefined
  let pending: Pending[] = []
  let syncing: Promise<Error | undefined> | undefined
  let nextSync: Promise<Error | undefined> | undefined

  const open = () => {
    fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 })
    fd = fs.openSync(`${options.folder}/${session}.jsonl`, 'ax', 0o600)
    return fd
  }

  const write = (): Error | undefined => {
    let text = ''
    let nextN = n
    let nextHead = head
    for (const { type, data, t } of pending) {
      const { line, hash } = chainLine({ session, n: nextN, t, type, data }, nextHead, options.sha256)
      text += `${line}\n`
      nextN += 1
      nextHead = hash
    }
    pending = []
    try {
      const file = fd ?? open()
      const bytes = options.encode(text)
      for (let written = 0; written < bytes.length; ) written += fs.writeSync(file, bytes, written)
      size += bytes.length
      n = nextN
      head = nextHead
      return undefined
    } catch (error) {
      cutBack()
      return error as Error
    }
  }

  /** A half-written line would break the chain for good: take it back, or stop recording (and so, running) altogether. */
  const cutBack = () => {
    if (fd === undefined) return
    try {
      fs.ftruncateSync(fd, size)
    } catch (error) {
      broken = error as Error
    }
  }

  const startSync = (): Promise<Error | undefined> =>
    new Promise((resolve) => {
      if (fd === undefined) return resolve(undefined)
      fs.fdatasync(fd, (error) => resolve(error ?? undefined))
    })

  return {
    add: (type, data) => {
      pending.push({ type, data, t: options.now() })
    },
    flush: () => {
      if (pending.length === 0) return undefined
      if (broken) {
        pending = []
        return broken
      }
      return write()
    },
    sync: () => {
      if (!syncing) {
        syncing = startSync().finally(() => {
          syncing = undefined
        })
        return syncing
      }
      // One is under way and may have begun before our lines were written: join the one after it.
      nextSync ??= syncing.then(() => {
        nextSync = undefined
        syncing = startSync().finally(() => {
          syncing = undefined
        })
        return syncing
      })
      return nextSync
    },
    close: () => {
      if (fd !== undefined) fs.closeSync(fd)
      fd = undefined
      broken ??= new Error('the spool is closed')
    },
  }
}
