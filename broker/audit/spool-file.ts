// Reads spool files line by line from a byte offset, so that neither ingest nor verify holds a large file in memory.
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { spoolFileName } from '../../core/audit/spool.ts'

const chunkBytes = 256 * 1024
const lineFeed = 0x0a

/** No event comes near this: excerpts are cut. A longer line is damage, not data. */
export const longestLine = 16 * 1024 * 1024

const name = '[A-Za-z0-9_][A-Za-z0-9._-]{0,99}'
const sessionName = new RegExp(`^${name}$`)
const spoolName = new RegExp(`^(${name})(?:\\+([2-9]|[1-9]\\d{1,5}))?\\.jsonl$`)

/** Session names become file names; anything that could lead out of the spool folder is not one. */
export const isSessionName = (text: string) => sessionName.test(text)

/** The broker's own spools. Only their word counts for approvals and grants. */
export const isBrokerSession = (session: string) => session.startsWith('broker-')

/** Where a part of a session's spool lies; parts count from 1. */
export const spoolPath = (folder: string, session: string, part = 1) => join(folder, spoolFileName(session, part))

/** The session and the part a file name belongs to, or nothing where the file is no spool. */
export function sessionOfFile(file: string): { session: string; part: number } | undefined {
  const [, session, part = '1'] = spoolName.exec(file) ?? []
  return session === undefined ? undefined : { session, part: Number(part) }
}

/** The sessions that have files in the folder, each with its highest part; nothing is said of those before. */
export function listSpools(folder: string): Map<string, number> {
  const last = new Map<string, number>()
  for (const file of readdirSync(folder)) {
    const spool = sessionOfFile(file)
    if (spool) last.set(spool.session, Math.max(spool.part, last.get(spool.session) ?? 1))
  }
  return last
}

/** Size in bytes, -1 where it is no plain file, or nothing where there is nothing of that name. */
export function sizeOfFile(path: string): number | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isFile() === false ? -1 : stat?.size
}

export type SpoolFile = { readonly fd: number; readonly size: number; close(): void }

/**
 * Opens a spool for reading. Nothing where there is no such file, `unreadable` where the system refuses, `no-file` where a
 * link, a folder or a pipe has its name.
 */
export function openSpool(path: string): SpoolFile | 'unreadable' | 'no-file' | undefined {
  let fd: number
  try {
    // Not a link, and no wait for a writer, should someone have put a link or a pipe in its place.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT') return undefined
    // ELOOP and EMLINK: a link, to Linux and to FreeBSD. ENXIO: a socket.
    return ['ELOOP', 'EMLINK', 'ENXIO', 'EISDIR'].includes(String(error.code)) ? 'no-file' : 'unreadable'
  }
  const stat = fstatSync(fd)
  if (stat.isFile()) return { fd, size: stat.size, close: () => closeSync(fd) }
  closeSync(fd)
  return 'no-file'
}

/** `bytes` has no line feed; `start` and `end` are byte offsets in the file, `end` after the line feed. */
export type RawLine = { kind: 'line'; bytes: Buffer; start: number; end: number } | { kind: 'too-long'; start: number }

/** Yields whole lines from `offset` on. A last line without line feed is still being written, and is not yielded. */
export function* readLines(fd: number, offset: number): Generator<RawLine> {
  let start = offset
  let position = offset
  let parts: Buffer[] = []
  let waiting = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    const count = readSync(fd, chunk, 0, chunkBytes, position)
    if (count === 0) return
    position += count
    let from = 0
    for (let at = chunk.indexOf(lineFeed); at !== -1 && at < count; at = chunk.indexOf(lineFeed, from)) {
      const rest = chunk.subarray(from, at)
      const bytes = parts.length === 0 ? rest : Buffer.concat([...parts, rest])
      const end = start + bytes.length + 1
      yield { kind: 'line', bytes, start, end }
      parts = []
      waiting = 0
      start = end
      from = at + 1
    }
    parts.push(chunk.subarray(from, count))
    waiting += count - from
    if (waiting > longestLine) {
      yield { kind: 'too-long', start }
      return
    }
  }
}
