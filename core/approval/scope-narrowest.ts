// The narrowest scopes that cover several calls: what is suggested to somebody who gave the same answer to all of them.
import { jsonEqual } from '../policy/json-equal.ts'
import type { ArgumentScope, ArgumentScopes } from '../schema/grant.ts'
import type { JsonObject, JsonValue } from '../schema/json.ts'
import { isListOfPaths, scopeMatcher } from './scope.ts'
import { commonFolder, looksLikePath, prefixesOf } from './scope-borders.ts'
import { isAsItLooks, isShort, pathsIn, type ScopePlaces } from './scope-options.ts'

const mostValues = 5
/** A shorter common beginning is chance. */
const shortestPrefix = 4

/**
 * Nothing where only "whatever they say" covers all of them. The first call is the one that is asked about: lists of
 * paths are told by it.
 */
export function narrowestScopes(calls: readonly JsonObject[], places: ScopePlaces): ArgumentScopes | undefined {
  const [first] = calls
  if (!first) return undefined
  const names = new Set(calls.flatMap((args) => Object.keys(args)))
  const scopes: ArgumentScopes = Object.fromEntries(
    [...names].map((name) => [name, narrowestScope(name, calls, places)] as const),
  )
  if (isAllAnything(scopes)) return undefined
  const covers = scopeMatcher(scopes, first)
  return calls.every((args) => covers(args, places.ports)) ? scopes : undefined
}

/** Scopes that say nothing of any argument. A call without arguments is said all of. */
export function isAllAnything(scopes: ArgumentScopes): boolean {
  const all = Object.values(scopes)
  return all.length > 0 && all.every(({ kind }) => kind === 'anything')
}

function narrowestScope(name: string, calls: readonly JsonObject[], places: ScopePlaces): ArgumentScope {
  const values = calls.flatMap((args) => (Object.hasOwn(args, name) ? [args[name] ?? null] : []))
  const [first] = values
  if (first === undefined || values.length < calls.length) return { kind: 'anything' }
  const different: JsonValue[] = []
  for (const value of values) if (!different.some((known) => jsonEqual(known, value))) different.push(value)
  if (different.length === 1) return { kind: 'fixed', value: first }
  const covers = (scope: ArgumentScope): boolean => {
    const matches = scopeMatcher({ [name]: scope }, { [name]: first })
    return values.every((value) => matches({ [name]: value }, places.ports))
  }
  return (
    [inside(name, values, places), oneOf(different), prefix(name, values)].find((scope) => scope && covers(scope)) ?? {
      kind: 'anything',
    }
  )
}

function inside(name: string, values: readonly JsonValue[], places: ScopePlaces): ArgumentScope | undefined {
  const lists = isListOfPaths(name, { [name]: values[0] ?? null })
  if (values.some((value) => Array.isArray(value) !== lists)) return undefined
  const paths = pathsIn(name, values.flat(), places)
  const folder = paths && commonFolder(paths, places)
  return folder === undefined || !isAsItLooks(folder, places) ? undefined : { kind: 'inside', folder }
}

const oneOf = (different: readonly JsonValue[]): ArgumentScope | undefined =>
  different.length <= mostValues && different.every(isShort) ? { kind: 'one-of', values: [...different] } : undefined

function prefix(name: string, values: readonly JsonValue[]): ArgumentScope | undefined {
  const [first] = values
  // The beginning of a path says nothing of where it leads.
  if (typeof first !== 'string' || values.some((one) => typeof one === 'string' && looksLikePath(name, one))) {
    return undefined
  }
  const common = prefixesOf(name, first).find(
    (start) =>
      start.length >= shortestPrefix && values.every((one) => typeof one === 'string' && one.startsWith(start)),
  )
  return common === undefined ? undefined : { kind: 'prefix', prefix: common }
}
