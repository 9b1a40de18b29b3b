// The tests of the policy language. Three outcomes, because a test that cannot be made must never loosen a decision.
import type { JsonValue } from '../schema/json.ts'
import { type Operator, operators } from '../schema/policy-words.ts'
import { absent, type Found, unreachable } from './argument-path.ts'
import { compileGlob } from './glob.ts'
import { jsonEqual } from './json-equal.ts'
import type { PathJudge } from './path-inside.ts'

export type Outcome = 'held' | 'did-not-hold' | 'could-not-tell'

export type CompiledTest = (found: Found, paths: PathJudge) => Outcome

const outcome = (holds: boolean): Outcome => (holds ? 'held' : 'did-not-hold')

/**
 * A test ready to run. Throws on an operator or operand it does not know: a policy made by another version must not be
 * half understood.
 */
export function compileTest(operator: string, operand: JsonValue): CompiledTest {
  if (!isOperator(operator)) throw new Error(`policy operator \`${operator}\` is not known to this version`)
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw misfit(operator)
    return (found) => (found === unreachable ? 'could-not-tell' : outcome((found !== absent) === operand))
  }
  const test = presentTest(operator, operand)
  return (found, paths) => {
    if (found === absent) return 'did-not-hold'
    return found === unreachable ? 'could-not-tell' : test(found, paths)
  }
}

type PresentTest = (value: JsonValue, paths: PathJudge) => Outcome

function presentTest(operator: Exclude<Operator, 'exists'>, operand: JsonValue): PresentTest {
  switch (operator) {
    case 'equals':
      return (value) => outcome(jsonEqual(value, operand))
    case 'not_equals':
      return (value) => outcome(!jsonEqual(value, operand))
    case 'in':
    case 'not_in': {
      if (!Array.isArray(operand)) throw misfit(operator)
      const wanted = operator === 'in'
      return (value) => outcome(operand.some((one) => jsonEqual(value, one)) === wanted)
    }
    case 'gt':
      return ofNumber(operator, operand, (value, bound) => value > bound)
    case 'gte':
      return ofNumber(operator, operand, (value, bound) => value >= bound)
    case 'lt':
      return ofNumber(operator, operand, (value, bound) => value < bound)
    case 'lte':
      return ofNumber(operator, operand, (value, bound) => value <= bound)
    case 'contains':
      return (value) => {
        if (Array.isArray(value)) return outcome(value.some((element) => jsonEqual(element, operand)))
        if (typeof value !== 'string' || typeof operand !== 'string') return 'could-not-tell'
        return outcome(value.includes(operand))
      }
    case 'starts_with':
      return ofString(operator, operand, (value, start) => value.startsWith(start))
    case 'ends_with':
      return ofString(operator, operand, (value, end) => value.endsWith(end))
    case 'glob': {
      if (typeof operand !== 'string') throw misfit(operator)
      const matches = compileGlob(operand)
      return (value) => (typeof value === 'string' ? outcome(matches(value)) : 'could-not-tell')
    }
    case 'inside':
    case 'outside': {
      const folders = typeof operand === 'string' ? [operand] : operand
      if (!isTexts(folders)) throw misfit(operator)
      return (value, paths) => {
        if (typeof value !== 'string') return 'could-not-tell'
        const inside = paths.inside(value, folders)
        if (inside === 'could-not-tell' || operator === 'inside') return inside
        return outcome(inside === 'did-not-hold')
      }
    }
  }
}

function ofNumber(operator: Operator, bound: JsonValue, holds: (value: number, bound: number) => boolean): PresentTest {
  if (typeof bound !== 'number') throw misfit(operator)
  return (value) => (typeof value === 'number' ? outcome(holds(value, bound)) : 'could-not-tell')
}

function ofString(operator: Operator, part: JsonValue, holds: (value: string, part: string) => boolean): PresentTest {
  if (typeof part !== 'string') throw misfit(operator)
  return (value) => (typeof value === 'string' ? outcome(holds(value, part)) : 'could-not-tell')
}

const isOperator = (text: string): text is Operator => operators.some((operator) => operator === text)
const isTexts = (value: JsonValue): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
const misfit = (operator: Operator) => new Error(`policy operator \`${operator}\` has an operand of the wrong type`)
