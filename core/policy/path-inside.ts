// Whether a path text lies inside folders, asking the platform for real paths. A text counts as inside (or not) when it
// is so in every way in which servers read it. One memo per evaluated call: links can change between calls, but one call
// is judged on one picture.
import type { Outcome } from './outcome.ts'
import { couldLieIn, hasGaps } from './path-pattern.ts'
import { pathReadings } from './path-readings.ts'

export type PolicyPorts = {
  /** Absolute real path for a path text (expands ~, resolves ./.. against the upstream's cwd, symlinks of the part that exists), case-folded where the OS folds case; undefined when it cannot be told. */
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
  const readings = new Map<string, readonly string[] | undefined>()
  const readingsOf = (text: string): readonly string[] | undefined => {
    if (readings.has(text)) return readings.get(text)
    if (readings.size >= mostPaths) return undefined
    const made = pathReadings(text, ports.separator)
    readings.set(text, made)
    return made
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
  const reading = (text: string, folders: readonly string[]): Outcome => {
    const plain = lies(text, folders)
    const gaps = hasGaps(text)
    if (!gaps && !/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return plain
    // Something to be filled in, or a place on the network to some and a folder to others: never proof of being inside.
    if (plain !== 'did-not-hold') return 'could-not-tell'
    if (!gaps) return plain
    const couldBe = couldLieIn(text, ports.separator, resolve)
    const could = folders.some((folder) => {
      const root = resolve(folder)
      return root === undefined || couldBe(root)
    })
    return could ? 'could-not-tell' : plain
  }
  return {
    inside(text, folders) {
      // Some take it for the working directory, others for nothing.
      if (text.trim() === '') return reading('.', folders) === 'did-not-hold' ? 'did-not-hold' : 'could-not-tell'
      let agreed: Outcome | undefined
      for (const one of readingsOf(text) ?? []) {
        const outcome = reading(one, folders)
        if (outcome === 'could-not-tell' || outcome !== (agreed ?? outcome)) return 'could-not-tell'
        agreed = outcome
      }
      return agreed ?? 'could-not-tell'
    },
  }
}
