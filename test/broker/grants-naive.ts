// What the words of a grant mean, written from the words: slow, and sharing nothing with what is under test. `inside` is
// looked up on the disk for every way in which a server may read the path.
import * as fs from 'node:fs'
import * as path from 'node:path'
import type { ArgumentScope, ArgumentScopes } from '../../core/schema/grant.ts'
import type { JsonObject, JsonValue } from '../../core/schema/json.ts'

export function coveredNaively(scopes: ArgumentScopes, made: JsonObject, args: JsonObject, cwd: string): boolean {
  const named = Object.keys(scopes)
  // "no other arguments"
  if (Object.keys(args).some((name) => !named.includes(name))) return false
  return named.every((name) => {
    const scope = scopes[name]
    if (scope === undefined) return false
    if (scope.kind === 'anything') return true
    if (!Object.keys(args).includes(name)) return false
    // Two spellings of a name: a server may take either.
    if (Object.keys(args).some((other) => other !== name && other.toLowerCase() === name.toLowerCase())) return false
    const value = args[name]
    return value !== undefined && holds(scope, value, Array.isArray(made[name]), cwd)
  })
}

function holds(
  scope: Exclude<ArgumentScope, { kind: 'anything' }>,
  value: JsonValue,
  list: boolean,
  cwd: string,
): boolean {
  switch (scope.kind) {
    case 'fixed':
      return same(value, scope.value)
    case 'prefix':
      if (typeof value !== 'string' || value.slice(0, scope.prefix.length) !== scope.prefix) return false
      // "has no ..": all beginnings here have a folder in them
      return value.split('..').length === 1
    case 'one-of':
      return scope.values.some((one) => same(value, one))
    case 'inside':
      if (!list) return typeof value === 'string' && liesIn(value, scope.folder, cwd)
      return (
        Array.isArray(value) &&
        value.length > 0 &&
        value.every((one) => typeof one === 'string' && liesIn(one, scope.folder, cwd))
      )
  }
}

function same(a: JsonValue, b: JsonValue): boolean {
  const sorted = (value: JsonValue): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null) return value
    return Object.entries(value)
      .map(([key, inner]) => [key, sorted(inner)])
      .sort(([x], [y]) => (String(x) < String(y) ? -1 : 1))
      .concat([['object', true]])
  }
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

/** In every reading, by the text and by the kernel, and nothing left open. */
function liesIn(text: string, folder: string, cwd: string): boolean {
  const readings = readingsOf(text)
  if (readings.some((one) => /[*?$\0]/.test(one) || one.trim() === '' || /^[a-z][a-z0-9+.-]+:\/\//i.test(one)))
    return false
  // Home to some programs, a plain name to others.
  if (readings.some((one) => one.startsWith('~'))) return false
  const root = fs.realpathSync(folder)
  return readings.every((one) => {
    const tidied = byText(one, cwd)
    const walked = byKernel(one, cwd)
    // Where the two differ (`link/..`) nobody knows which of them the server goes by.
    return tidied !== undefined && tidied === walked && (tidied === root || tidied.startsWith(root + path.sep))
  })
}

/** The text and what it becomes when it is trimmed, freed of quotes, of what does not show, decoded and so on. */
function readingsOf(text: string): string[] {
  const steps: ((one: string) => string)[] = [
    (one) => one.trim(),
    // A quote and nothing else is a name.
    (one) => (one.length > 1 ? one.replace(/^["']/, '').replace(/["']$/, '') : one),
    (one) => one.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\t\n\r]/g, ''),
    (one) => one.normalize('NFKC'),
    (one) => one.replace(/[⁄∕⧸]/g, '/'),
    (one) => one.replaceAll('\\', '/'),
    (one) => one.replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%25/g, '%'),
  ]
  const all = [text]
  for (let at = 0; at < all.length; at += 1) {
    for (const step of steps) {
      const next = step(all[at] ?? '')
      if (!all.includes(next)) all.push(next)
    }
  }
  return all
}

/** `..` taken out of the text first, as most libraries do. */
function byText(text: string, cwd: string): string | undefined {
  return byKernel(path.resolve(cwd, text), cwd)
}

/** Part by part, links followed before the next `..`; what does not exist yet is made where it would be. */
function byKernel(text: string, cwd: string, links = 0): string | undefined {
  if (links > 20) return undefined
  let at = path.isAbsolute(text) ? '/' : fs.realpathSync(cwd)
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      at = path.dirname(at)
      continue
    }
    const next = path.join(at, part)
    const target = linkAt(next)
    if (target === undefined) {
      at = next
      continue
    }
    const led = byKernel(path.isAbsolute(target) ? target : `${at}/${target}`, cwd, links + 1)
    if (led === undefined) return undefined
    at = led
  }
  return at
}

function linkAt(place: string): string | undefined {
  try {
    return fs.readlinkSync(place)
  } catch {
    return undefined
  }
}
