// Intercept's conditions in our words. Its assertions ("must hold, else deny") become what may pass, its triggers ("asks
// when it holds") what must be caught; where the two languages differ, the first is narrower and the second wider.
import type { JsonObject, JsonValue } from '../../schema/json.ts'
import type { Reporter } from '../located.ts'
import { patternProblem } from '../pattern-problem.ts'
import { type SameAs, sameAsOneOf } from './intercept-equality.ts'
import type { ArgumentCondition } from './intercept-policy.ts'

/** `narrow` holds at most when Intercept's condition does; `wide` holds, or cannot be told, at least then. */
export type Side = 'narrow' | 'wide'
/** A map of conditions as it stands below `when`. */
export type Said = { readonly map: JsonObject } | 'always' | 'never' | { readonly problem: string }

/** `patterns`: what is known of the regular expressions of this file. */
export function say(condition: ArgumentCondition, side: Side, patterns: Reporter['patterns']): Said {
  const { path, op, operands } = condition
  const same = sameAsOneOf(operands)
  const operand = operands[0]?.value ?? null
  switch (op) {
    case 'eq':
    case 'in':
      return sayIs(path, same, side)
    case 'neq':
    case 'not_in':
      return sayIsNot(path, same, side)
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return test(path, { [op]: operand })
    case 'regex': {
      if (operand === '') return test(path, { type: 'string' })
      const problem = patternProblem(String(operand), patterns)
      return problem ? { problem: problem.message } : test(path, { matches: operand })
    }
    case 'contains':
      return sayContains(path, operand, same, side)
    case 'exists':
      // JSON null counts as absent.
      return operand === true ? test(path, { not_equals: null }) : { map: { not: { [path]: { not_equals: null } } } }
  }
}

const test = (path: string, tests: JsonObject): Said => ({ map: { [path]: tests } })
const anyOf = (maps: readonly JsonObject[]): Said => {
  const [only] = maps
  return only === undefined ? 'never' : { map: maps.length === 1 ? only : { any: [...maps] } }
}

function sayIs(path: string, same: SameAs, side: Side): Said {
  const values = side === 'narrow' ? same.surely : same.maybe
  const shapes = side === 'narrow' ? [] : same.shapes
  return anyOf([
    ...(values.length > 0 ? [{ [path]: oneOf(values) }] : []),
    ...shapes.map((shape) => ({ [path]: shape })),
  ])
}

function sayIsNot(path: string, same: SameAs, side: Side): Said {
  const values = side === 'narrow' ? same.maybe : same.surely
  const shapes = side === 'narrow' ? same.shapes : []
  const [only] = values
  const differs: JsonObject =
    only === undefined ? { exists: true } : values.length === 1 ? { not_equals: only } : { not_in: [...values] }
  const others = anyOf(shapes.map((shape) => ({ [path]: shape })))
  const excepted = typeof others === 'object' && 'map' in others ? { not: others.map } : {}
  return { map: { [path]: differs, ...excepted } }
}

const oneOf = (values: readonly JsonValue[]): JsonObject =>
  values.length === 1 ? { equals: values[0] ?? null } : { in: [...values] }

function sayContains(path: string, operand: JsonValue, same: SameAs, side: Side): Said {
  const values = side === 'narrow' ? same.surely : same.maybe
  const maps: JsonObject[] = []
  if (operand === '') {
    maps.push({ [path]: { type: 'string' } })
    if (side === 'wide') maps.push({ [path]: { type: 'array' } })
    return anyOf(maps)
  }
  // A text contains texts only; for lists, every way to write the element.
  if (typeof operand === 'string') maps.push({ [path]: { contains: operand } })
  if (side === 'wide' && same.shapes.length > 0) return anyOf([...maps, { [path]: { type: 'array' } }])
  for (const value of values) {
    if (value !== operand || typeof operand !== 'string') maps.push({ [path]: { type: 'array', contains: value } })
  }
  return anyOf(maps)
}

/** Conditions of which all must hold, as one map. */
export function allOf(maps: readonly JsonObject[]): JsonObject {
  const merged: JsonObject = {}
  for (const map of maps) {
    for (const [key, value] of Object.entries(map)) {
      const before = merged[key]
      if (before === undefined) merged[key] = value
      else if (isTests(key, before) && isTests(key, value) && disjoint(before, value))
        merged[key] = { ...before, ...value }
      else return { all: [...maps] }
    }
  }
  return merged
}

const isTests = (key: string, value: JsonValue): value is JsonObject =>
  key !== 'any' &&
  key !== 'all' &&
  key !== 'not' &&
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value)

const disjoint = (a: JsonObject, b: JsonObject): boolean => Object.keys(a).every((key) => !Object.hasOwn(b, key))
