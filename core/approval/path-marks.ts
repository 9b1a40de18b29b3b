// Which of the paths in a call lead out of the project, and which to files that say what is guarded.
import { type PathJudge, type PolicyPorts, pathJudge } from '../policy/path-inside.ts'
import { hasGaps } from '../policy/path-pattern.ts'
import { pathReadings } from '../policy/path-readings.ts'
import { isClientConfig } from './own-files.ts'
import { homeAsTilde } from './path-arguments.ts'

export type PathPlaces = {
  /** The server's path resolution (core/policy/real-paths.ts). */
  readonly paths: PolicyPorts
  /** The project folder. */
  readonly project: string
  /** Countersign's data folder, and the folders of its programs. */
  readonly own: readonly string[]
}

export type PathSigns = { readonly outside: boolean; readonly own: boolean }

/** Looking at the disk takes time that every other call waits for. */
const mostLooked = 1000

/** It leads somewhere whatever folder one is in, or is written so that programs may read it differently. */
const strong = /^\s*["']?(?:[\\/~]|[A-Za-z]:|file:|\$|%)|(?:^|[\\/])\s*\.\.|%(?:2e|2f|5c)/i

export function pathSigns({ paths, project, own }: PathPlaces): (text: string) => PathSigns {
  const judge = pathJudge(paths)
  const known = new Map<string, PathSigns>()
  const ownNames = own.map((folder) => folder.toLowerCase().split(/[\\/]/).at(-1) ?? '').filter(isTelling)
  return (written) => {
    const text = homeAsTilde(written)
    const seen = known.get(text)
    if (seen !== undefined) return seen
    if (known.size >= mostLooked) {
      return { outside: strong.test(text), own: isClientConfig(text) || speaksOf(text, ownNames) }
    }
    const signs = {
      outside: isOutside(judge, text, project, paths),
      own: isOwn(judge, text, own, ownNames, paths),
    }
    known.set(text, signs)
    return signs
  }
}

function isOutside(judge: PathJudge, text: string, project: string, { separator }: PolicyPorts): boolean {
  const outcome = judge.inside(text, [project])
  if (outcome !== 'could-not-tell') return outcome === 'did-not-hold'
  if (!strong.test(text)) return false
  return !hasGaps(text) || judge.inside(beforeGap(text, separator), [project]) !== 'held'
}

/** The folder in which something is to be filled in; where `..` follows it, that can lead anywhere. */
function beforeGap(text: string, separator: string): string {
  const parts = text.split(separator === '\\' ? /[\\/]/ : /\//)
  const gap = parts.findIndex((part) => hasGaps(part))
  return parts.includes('..', gap) ? text : `${parts.slice(0, gap).join(separator)}${separator}`
}

function isOwn(
  judge: PathJudge,
  text: string,
  own: readonly string[],
  ownNames: readonly string[],
  { separator, resolvePath }: PolicyPorts,
): boolean {
  const readings = pathReadings(text, separator) ?? [text]
  if (readings.some(isClientConfig)) return true
  const real = resolvePath(text)
  if (real !== undefined && isClientConfig(real)) return true
  const outcome = judge.inside(text, own)
  // What cannot be told counts where it speaks of us.
  return outcome === 'held' || (outcome === 'could-not-tell' && speaksOf(text, ownNames))
}

/** A name that others hardly have. */
const isTelling = (name: string): boolean => name.length > 5 && name !== 'resources' && name !== 'contents'

const speaksOf = (text: string, names: readonly string[]): boolean => {
  const lower = text.toLowerCase()
  return names.some((name) => lower.includes(name))
}
