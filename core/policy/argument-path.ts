// Argument paths of the policy language: `a.b`, `a[0]`, `a["x.y"]`, `a[*]` (some element), `**` (some string within).
import type { JsonObject, JsonValue } from '../schema/json.ts'
import { foldKey } from '../wire/json-line.ts'

export type PathStep =
  | { kind: 'key'; key: string }
  | { kind: 'index'; index: number }
  | { kind: 'some-element' }
  | { kind: 'some-string' }

export type ParsedPath = { ok: true; steps: PathStep[] } | { ok: false; problem: string }

/** There is nothing at the path. */
export const absent: unique symbol = Symbol('absent')
/** The path leads through a value of another shape (a key of a string), so what a server would read there is anyone's guess. */
export const unreachable: unique symbol = Symbol('unreachable')
export type Found = JsonValue | typeof absent | typeof unreachable

const bareKey = /^[^.[\]"*\s]+/
const bracketed = /^\[(?:(\d{1,9})|(\*)|("(?:[^"\\]|\\.)*"))\]/

/** Reads a path. `$.` in front is the arguments themselves, for arguments named like a word of the language. */
export function parsePath(text: string): ParsedPath {
  const steps: PathStep[] = []
  let rest = text
  if (rest === '$' || rest.startsWith('$.')) rest = rest.slice(2)
  else if (rest.startsWith('$[')) rest = rest.slice(1)
  else if (rest.startsWith('[')) return { ok: false, problem: 'starts with `[`; put `$` in front' }
  if (rest === '') return { ok: false, problem: 'names no argument' }
  let first = !rest.startsWith('[')
  while (rest !== '') {
    if (!first && rest.startsWith('[')) {
      const [all, index, star, quoted] = bracketed.exec(rest) ?? []
      if (all === undefined) return { ok: false, problem: 'has a `[` that is not `[0]`, `[*]` or `["name"]`' }
      if (index !== undefined) steps.push({ kind: 'index', index: Number(index) })
      else if (star !== undefined) steps.push({ kind: 'some-element' })
      else {
        const key = unquote(quoted ?? '')
        if (key === undefined) return { ok: false, problem: 'has a quoted name that is not a JSON string' }
        steps.push({ kind: 'key', key })
      }
      rest = rest.slice(all.length)
      continue
    }
    if (!first) {
      if (!rest.startsWith('.')) return { ok: false, problem: `cannot be read from \`${rest.slice(0, 20)}\` on` }
      rest = rest.slice(1)
    }
    first = false
    if (rest === '**') return { ok: true, steps: [...steps, { kind: 'some-string' }] }
    if (rest.startsWith('**')) return { ok: false, problem: 'has `**` before its end' }
    const [key] = bareKey.exec(rest) ?? []
    if (key === undefined) {
      return {
        ok: false,
        problem:
          'has a name with special characters or none; write such a name as `["name"]`, `$["name"]` at the start',
      }
    }
    steps.push({ kind: 'key', key })
    rest = rest.slice(key.length)
  }
  return { ok: true, steps }
}

function unquote(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

type KeysOf = (object: JsonObject) => readonly string[]

/** Everything the path leads to: one entry for a plain path, one per element for `[*]` and `**`. Never empty. */
export function lookUp(steps: readonly PathStep[], args: JsonObject, keysOf: KeysOf = Object.keys): readonly Found[] {
  const [first] = steps
  // Nearly every path names one argument, and every call looks up those of many rules.
  if (first?.kind === 'key' && steps.length === 1) return [ownValue(args, first.key, keysOf)]
  let found: Found[] = [args]
  for (const step of steps) {
    const next: Found[] = []
    for (const value of found) take(step, value, next, keysOf)
    found = next
  }
  return found.length === 0 ? [absent] : found
}

export type LookedUp = {
  readonly values: readonly Found[]
  /** All the values in one text where they are many and all of them texts. */
  joined(): string | undefined
}

/** Looks up paths in one call's arguments, each path once however many rules ask for it. */
export type Finder = (path: string, steps: readonly PathStep[]) => LookedUp

export function finder(args: JsonObject): Finder {
  const known = new Map<string, LookedUp>()
  let keys: readonly string[] | undefined
  const keysOf: KeysOf = (object) => {
    if (object !== args) return Object.keys(object)
    keys ??= Object.keys(args)
    return keys
  }
  return (path, steps) => {
    const before = known.get(path)
    if (before) return before
    const found = lookedUp(lookUp(steps, args, keysOf))
    known.set(path, found)
    return found
  }
}

/** So few are looked at one by one. */
const fewValues = 8

function lookedUp(values: readonly Found[]): LookedUp {
  let text: string | undefined
  let tried = values.length <= fewValues
  return {
    values,
    joined() {
      if (tried) return text
      tried = true
      if (values.every((value) => typeof value === 'string')) text = values.join('\n')
      return text
    },
  }
}

function take(step: PathStep, value: Found, into: Found[], keysOf: KeysOf): void {
  if (value === absent || value === unreachable) {
    into.push(value)
    return
  }
  switch (step.kind) {
    case 'key':
      if (value === null) into.push(absent)
      else if (typeof value !== 'object' || Array.isArray(value)) into.push(unreachable)
      else into.push(ownValue(value, step.key, keysOf))
      return
    case 'index':
      if (value === null) into.push(absent)
      else if (!Array.isArray(value)) into.push(unreachable)
      else into.push(step.index < value.length ? (value[step.index] ?? null) : absent)
      return
    case 'some-element':
      if (value === null) return
      if (!Array.isArray(value)) into.push(unreachable)
      else for (const element of value) into.push(element)
      return
    case 'some-string':
      collectStrings(value, into, keysOf)
  }
}

/**
 * Own keys only: `constructor` and `__proto__` are no arguments. Some servers match keys without regard to case, so a
 * second spelling of the key leaves it open which value they would take.
 */
function ownValue(object: JsonObject, key: string, keysOf: KeysOf): Found {
  const first = key.charCodeAt(0)
  for (const other of keysOf(object)) {
    if (other.length !== key.length || other === key) continue
    // Most keys differ in their first letter; letters outside ASCII are left to the full comparison.
    const start = other.charCodeAt(0)
    if ((first | 0x20) !== (start | 0x20) && first < 0x80 && start < 0x80) continue
    if (foldKey(other) === foldKey(key)) return unreachable
  }
  return Object.hasOwn(object, key) ? (object[key] ?? null) : absent
}

/** The second spelling of a key on the path, where that is why there is no telling what the path leads to. */
export function otherSpelling(steps: readonly PathStep[], args: JsonObject): string | undefined {
  let values: JsonValue[] = [args]
  for (const step of steps) {
    if (step.kind === 'some-string') return undefined
    const next: JsonValue[] = []
    for (const value of values) {
      if (Array.isArray(value)) {
        if (step.kind === 'some-element') for (const element of value) next.push(element)
        else if (step.kind === 'index') next.push(value[step.index] ?? null)
      } else if (step.kind === 'key' && typeof value === 'object' && value !== null) {
        const { key } = step
        const folded = foldKey(key)
        const other = Object.keys(value).find(
          (one) => one.length === key.length && one !== key && foldKey(one) === folded,
        )
        if (other !== undefined) return other
        if (Object.hasOwn(value, key)) next.push(value[key] ?? null)
      }
    }
    values = next
  }
  return undefined
}

function collectStrings(value: JsonValue, into: Found[], keysOf: KeysOf): void {
  if (typeof value === 'string') into.push(value)
  else if (Array.isArray(value)) for (const element of value) collectStrings(element, into, keysOf)
  else if (typeof value === 'object' && value !== null) {
    for (const key of keysOf(value)) collectStrings(value[key] ?? null, into, keysOf)
  }
}
