// Whether a path text lies inside folders, asking the platform for real paths. One memo per evaluated call: links can
// change between calls, but one call is judged on one picture.
import type { Outcome } from './operators.ts'

export type PolicyPorts = {
  /** Absolute real path for a path text (expands ~, resolves ./.. against the upstream's cwd, symlinks of the part that exists, /proc/self/root), case-folded where the OS folds case; undefined when it cannot be told. */
  resolvePath(text: string): string | undefined
  separator: '/' | '\\'
}

export type PathJudge = { inside(text: string, folders: readonly string[]): Outcome }

/** Looking at the disk takes time that every other call waits for; a call with more texts than this is asked about. */
const mostPaths = 2000

export function pathJudge(ports: PolicyPorts): PathJudge {
  const known = new Map<string, string | undefined>()
  const resolve = (text: string): string | undefined => {
    if (known.has(text)) return known.get(text)
    if (known.size >= mostPaths) return undefined
    const real = ports.resolvePath(text)
    known.set(text, real)
    return real
  }
  const lies = (text: string, folders: readonly string[]): Outcome => {
    const path = resolve(text)
    if (path === undefined) return 'could-not-tell'
    let outcome: Outcome = 'did-not-hold'
    for (const folder of folders) {
      const root = resolve(folder)
      if (root === undefined) outcome = 'could-not-tell'
      // The separator keeps `/a/bc` out of `/a/b`.
      else if (path === root || path.startsWith(root.endsWith(ports.separator) ? root : root + ports.separator)) {
        return 'held'
      }
    }
    return outcome
  }
  return {
    inside(text, folders) {
      const plain = lies(text, folders)
      if (!/^file:/i.test(text)) return plain
      // Some servers take `file:` URLs, to others this is an odd relative path: only an answer true of both counts.
      const path = filePath(text)
      const asUrl = path === undefined ? 'could-not-tell' : lies(path, folders)
      return plain === asUrl ? plain : 'could-not-tell'
    },
  }
}

/** The path of a `file:` URL on this host, or nothing when it is another host's or malformed. */
function filePath(url: string): string | undefined {
  const [, encoded] = /^file:(?:\/\/(?:localhost)?(?=\/))?(\/[^?#]*)/i.exec(url) ?? []
  if (encoded === undefined || encoded.startsWith('//')) return undefined
  try {
    return decodeURIComponent(encoded).replace(/^\/(?=[A-Za-z]:)/, '')
  } catch {
    return undefined
  }
}
