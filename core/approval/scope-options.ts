// What one argument of a held call can be widened to when its answer is remembered: exactly this first, anything last.
import { jsonEqual } from '../policy/json-equal.ts'
import type { PolicyPorts } from '../policy/path-inside.ts'
import type { ArgumentScope } from '../schema/grant.ts'
import type { JsonObject, JsonValue } from '../schema/json.ts'
import { scopeMatcher } from './scope.ts'
import {
  absolutePath,
  commonFolder,
  foldersAbove,
  isInProject,
  isRoot,
  isTooMuch,
  liesIn,
  looksLikePath,
  type PathPlaces,
  prefixesOf,
} from './scope-borders.ts'

export type ScopePlaces = PathPlaces & { readonly ports: PolicyPorts }

const mostFolders = 8
const mostPrefixes = 3
const mostSeen = 20
const longestSeen = 200

/** @param seen Values of the argument in past calls, newest first. */
export function scopeOptions(
  name: string,
  value: JsonValue,
  places: ScopePlaces,
  seen: readonly JsonValue[] = [],
): ArgumentScope[] {
  const args: JsonObject = { [name]: value }
  const holds = (scope: ArgumentScope): boolean => scopeMatcher({ [name]: scope }, args)(args, places.ports)
  const between: ArgumentScope[] = [
    ...foldersFor(name, value, places)
      .filter((folder) => isAsItLooks(folder, places))
      .map((folder) => ({ kind: 'inside' as const, folder })),
    ...prefixesFor(name, value).map((prefix) => ({ kind: 'prefix' as const, prefix })),
    ...seenWith(value, seen),
  ]
  // Links, and what servers make of odd paths, can lead elsewhere than the text says.
  return [{ kind: 'fixed', value }, ...between.filter(holds), { kind: 'anything' }]
}

/**
 * Whether a folder is about as much as its text says: a link to the root, another spelling of home and the like look
 * narrow and are everything.
 */
export function isAsItLooks(folder: string, places: ScopePlaces): boolean {
  const { separator, cwd, home, ports } = places
  const real = ports.resolvePath(folder)
  const project = ports.resolvePath(cwd)
  const ownHome = home === undefined ? undefined : ports.resolvePath(home)
  if (real === undefined || project === undefined || isRoot(real)) return false
  if (ownHome !== undefined && liesIn(ownHome, real, separator)) return false
  if (isInProject(folder, places)) return liesIn(real, project, separator)
  return !liesIn(project, real, separator) && depthOf(real, separator) >= depthOf(folder, separator)
}

const depthOf = (path: string, separator: string): number => path.split(separator).length

function foldersFor(name: string, value: JsonValue, places: PathPlaces): string[] {
  if (Array.isArray(value)) {
    const paths = pathsIn(name, value, places)
    const common = paths && commonFolder(paths, places)
    if (common === undefined) return []
    const above = foldersAbove(common, places).filter((folder) => liesIn(folder, places.cwd, places.separator))
    return [common, ...above].slice(0, mostFolders)
  }
  if (typeof value !== 'string' || !looksLikePath(name, value)) return []
  const path = absolutePath(value, places)
  if (path === undefined) return []
  const last = path.slice(path.lastIndexOf(places.separator) + 1)
  // It may be a folder itself.
  const own = last !== '' && !last.includes('.') && !isTooMuch(path, places) ? [path] : []
  return [...own, ...foldersAbove(path, places)].slice(0, mostFolders)
}

/** All of a list of paths, absolute; nothing if one of them is none. */
export function pathsIn(name: string, values: readonly JsonValue[], places: PathPlaces): string[] | undefined {
  const paths = values.flatMap((one) => {
    if (typeof one !== 'string' || !looksLikePath(name, one)) return []
    return absolutePath(one, places) ?? []
  })
  return paths.length === values.length && paths.length > 0 ? paths : undefined
}

function prefixesFor(name: string, value: JsonValue): string[] {
  if (typeof value !== 'string' || looksLikePath(name, value)) return []
  return prefixesOf(name, value).slice(0, mostPrefixes)
}

function seenWith(value: JsonValue, seen: readonly JsonValue[]): ArgumentScope[] {
  const values: JsonValue[] = [value]
  for (const one of seen) if (!values.some((known) => jsonEqual(known, one))) values.push(one)
  const few = values.length > 1 && values.length <= mostSeen
  return few && values.every(isShort) ? [{ kind: 'one-of', values }] : []
}

export const isShort = (value: JsonValue): boolean => JSON.stringify(value).length <= longestSeen
