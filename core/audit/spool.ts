// An audit spool: append-only JSONL in one or more parts, one spool a session, written by a proxy or the broker. What is
// not in here has not happened. Lines are gathered and written together, always before the step they announce.
import type { AuditEventData, AuditEventType } from '../schema/audit-event.ts'
import { chainLine, chainStart, type Sha256 } from './chain.ts'

export type Spool = {
  /** Adds an event to what the next `flush` writes. */
  add<T extends AuditEventType>(type: T, data: AuditEventData<T>): void
  /**
   * Writes what was added. On failure (disk full, file or folder gone) the file is cut back to its last whole line, the
   * added events are dropped and the error is returned: the caller must refuse what they announced. What they say has
   * happened already (an answer, an end) is kept, and written first by the next flush that can.
   */
  flush(): Error | undefined
  /** Asks the disk to keep what was flushed; callers at the same moment share one `fdatasync`. */
  sync(): Promise<Error | undefined>
  close(): void
}

type Identity = { dev: bigint; ino: bigint }

/** The part of `node:fs` a spool needs. */
export type SpoolFs = {
  mkdirSync(folder: string, options: { recursive: true; mode: number }): unknown
  openSync(file: string, flags: 'ax', mode: number): number
  writeSync(fd: number, bytes: Uint8Array, from: number): number
  ftruncateSync(fd: number, size: number): void
  fdatasync(fd: number, done: (error: Error | null) => void): void
  fdatasyncSync(fd: number): void
  closeSync(fd: number): void
  fstatSync(fd: number, options: { bigint: true }): Identity
  statSync(file: string, options: { bigint: true; throwIfNoEntry: false }): Identity | undefined
}

export type SpoolOptions = {
  fs: SpoolFs
  encode(text: string): Uint8Array
  sha256: Sha256
  folder: string
  session: string
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** From this size on, in bytes, a part is followed by the next one (64 MB). */
  partBytes?: number
}

const usualPartBytes = 64 * 1024 * 1024

/** The file of a part, counted from 1. No session name has a `+`. */
export const spoolFileName = (session: string, part: number): string =>
  part === 1 ? `${session}.jsonl` : `${session}+${part}.jsonl`

type Pending = { type: AuditEventType; data: unknown; t: number }

/** Of what happened while nothing could be written, at most so many events are kept. */
const mostKept = 1_000

/** True for what can be refused no more, and is about something that stands in the record. */
const hasHappened = ({ type, data }: Pending): boolean =>
  type === 'call.answered' ||
  type === 'upstream.exited' ||
  type === 'session.ended' ||
  (type === 'call.cancelled' && (data as AuditEventData<'call.cancelled'>).forwarded)

/** `synced`: so many of its bytes are known to be kept. */
type Part = { number: number; path: string; fd: number; place: string; size: number; synced: number }

const placeOf = ({ dev, ino }: Identity): string => `${dev}/${ino}`

/**
 * The spool of a session in `folder`. Its first file is made by the first flush that has something to write, so starting a
 * proxy touches no disk. A part is complete, and kept by the disk, before the next one exists.
 */
export function createSpool(options: SpoolOptions): Spool {
  const { fs, session, partBytes = usualPartBytes } = options
  let part: Part | undefined
  let n = 0
  let head = chainStart
  let broken: Error | undefined
  let lost: Error | undefined
  let pending: Pending[] = []
  let syncing: Promise<Error | undefined> | undefined
  let nextSync: Promise<Error | undefined> | undefined

  const open = (number: number): Part => {
    const path = `${options.folder}/${spoolFileName(session, number)}`
    fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 })
    const fd = fs.openSync(path, 'ax', 0o600)
    return { number, path, fd, place: placeOf(fs.fstatSync(fd, { bigint: true })), size: 0, synced: 0 }
  }

  /** The disk may still be busy with it. */
  const leave = ({ fd }: Part) => {
    const close = () => fs.closeSync(fd)
    if (syncing) void syncing.then(close)
    else close()
  }

  /** A file that was deleted or moved away takes what is written to it along. */
  const mustBeThere = ({ path, place }: Part) => {
    const there = fs.statSync(path, { bigint: true, throwIfNoEntry: false })
    if (there && placeOf(there) === place) return
    throw new Error(`${path} was moved, replaced or deleted: put it back, or start again what writes it`)
  }

  /** Where the next lines go. A full part is left only once all of it is on disk: then it can have no torn end. */
  const writable = (): Part => {
    if (!part) part = open(1)
    if (part.size < partBytes) return part
    const full = part
    mustBeThere(full)
    if (full.synced < full.size) keep(full)
    part = open(full.number + 1)
    leave(full)
    return part
  }

  const keep = (file: Part) => {
    try {
      fs.fdatasyncSync(file.fd)
      file.synced = file.size
    } catch (error) {
      // The system tells an error once: those who wait for the same file would hear that all is well.
      if (syncing) lost = error as Error
      throw error
    }
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
    try {
      const file = writable()
      const bytes = options.encode(text)
      for (let written = 0; written < bytes.length; ) written += fs.writeSync(file.fd, bytes, written)
      mustBeThere(file)
      grown(file, bytes.length)
      n = nextN
      head = nextHead
      pending = []
      return undefined
    } catch (error) {
      cutBack()
      pending = n === 0 ? [] : pending.filter(hasHappened).slice(0, mostKept)
      return error as Error
    }
  }

  const grown = (file: Part, bytes: number) => {
    const nearly = partBytes - partBytes / 16
    // Begun before the part is full, so that hardly anything is left to wait for when it is.
    const begin = file.size < nearly && file.size + bytes >= nearly
    file.size += bytes
    if (begin) void sync()
  }

  /** A half-written line would break the chain for good: take it back, or stop recording (and so, running) altogether. */
  const cutBack = () => {
    if (!part) return
    try {
      fs.ftruncateSync(part.fd, part.size)
    } catch (error) {
      broken = error as Error
    }
  }

  const startSync = (): Promise<Error | undefined> => {
    const file = part
    if (!file) return Promise.resolve(undefined)
    const { size } = file
    const done = new Promise<Error | undefined>((resolve) => {
      fs.fdatasync(file.fd, (error) => {
        const problem = error ?? lost
        syncing = undefined
        lost = undefined
        if (!problem) file.synced = Math.max(file.synced, size)
        resolve(problem)
      })
    })
    syncing = done
    return done
  }

  const sync = (): Promise<Error | undefined> => {
    if (!syncing) return startSync()
    // One is under way and may have begun before our lines were written: join the one after it. An error of the first may
    // be about our lines, and is told once.
    nextSync ??= syncing.then((error) => {
      nextSync = undefined
      return error ?? startSync()
    })
    return nextSync
  }

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
    sync,
    close: () => {
      if (part) leave(part)
      part = undefined
      broken ??= new Error('the spool is closed')
    },
  }
}
