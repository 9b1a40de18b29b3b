// Reads a session's spool over all of its parts, in order, as one chain.
import { fstatSync, readSync } from 'node:fs'
import { chainStart, type Sha256 } from '../../core/audit/chain.ts'
import { openSpool, type SpoolFile, sizeOfFile, spoolPath } from './spool-file.ts'
import { readSpool, type SpoolEvent } from './spool-line.ts'
import type { SpoolProblem } from './spool-row.ts'

/** Where a line begins: at `offset` bytes in `part`. It must have the number `n`, and `prev` as the hash before it. */
export type SpoolPlace = { part: number; offset: number; n: number; prev: string }

export const spoolStart: SpoolPlace = { part: 1, offset: 0, n: 0, prev: chainStart }

/** `offset` is in bytes within `part`: after the line, or where the problem begins. `line` counts from 1 in the part. */
export type SessionRead =
  | { ok: true; event: SpoolEvent; part: number; offset: number }
  | { ok: false; problem: SpoolProblem; part: number; line: number; offset: number }

export type ReadOptions = {
  sha256: Sha256
  /** The highest part that is known to exist: what is missing before it is damage. */
  lastPart?: number | undefined
}

/**
 * Yields what is whole from `from` on, up to the end or the first problem. A half line at the very end is still being
 * written, and is not yielded; at the end of a part that has a next one it is damage. No spool at all yields nothing.
 */
export function* readSession(
  folder: string,
  session: string,
  from: SpoolPlace,
  { sha256, lastPart = 1 }: ReadOptions,
): Generator<SessionRead> {
  let { part, offset, n, prev } = from
  const problem = (what: SpoolProblem, at: number, line: number): SessionRead => ({
    ...{ ok: false, problem: what, part },
    ...{ line, offset: at },
  })
  for (; ; part += 1, offset = 0) {
    const file = openSpool(spoolPath(folder, session, part))
    if (file === undefined) {
      if (hasNext(folder, session, part, lastPart)) yield problem('missing', 0, 1)
      else if (n > 0) yield problem('gone', 0, 1)
      return
    }
    if (typeof file === 'string') {
      yield problem(file, 0, 1)
      return
    }
    try {
      if (file.size < offset) {
        yield problem('shrunk', file.size, lineAt(file, file.size))
        return
      }
      // Looked for before the rest is read: once the next part is there, this one grows no more.
      for (let complete = false; !complete; ) {
        complete = hasNext(folder, session, part, lastPart)
        for (const read of readSpool(file.fd, { session, n, prev }, offset, sha256)) {
          if (!read.ok) {
            yield problem(read.problem, offset, lineAt(file, offset))
            return
          }
          n += 1
          prev = read.event.hash
          offset = read.end
          yield { ok: true, event: read.event, part, offset }
        }
        if (!complete && !hasNext(folder, session, part, lastPart)) return
      }
      if (fstatSync(file.fd).size > offset) {
        yield problem('torn', offset, lineAt(file, offset))
        return
      }
    } finally {
      file.close()
    }
  }
}

const hasNext = (folder: string, session: string, part: number, lastPart: number): boolean =>
  part < lastPart || sizeOfFile(spoolPath(folder, session, part + 1)) !== undefined

/** The number of the line that begins at `offset`, from 1. */
function lineAt({ fd }: SpoolFile, offset: number): number {
  const chunk = Buffer.allocUnsafe(256 * 1024)
  let line = 1
  for (let position = 0; position < offset; ) {
    const count = readSync(fd, chunk, 0, Math.min(chunk.length, offset - position), position)
    if (count === 0) break
    for (let at = chunk.indexOf(0x0a); at !== -1 && at < count; at = chunk.indexOf(0x0a, at + 1)) line += 1
    position += count
  }
  return line
}

/** How much of a half line stands at the end of the part, and since when it has not grown (milliseconds since the epoch). */
export function tornTail(folder: string, session: string, at: { part: number; offset: number }) {
  const file = openSpool(spoolPath(folder, session, at.part))
  if (file === undefined || typeof file === 'string') return undefined
  try {
    const { size, mtimeMs } = fstatSync(file.fd)
    return size > at.offset ? { since: mtimeMs, line: lineAt(file, at.offset) } : undefined
  } finally {
    file.close()
  }
}
