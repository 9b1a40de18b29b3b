// The tests of the policy language, each of what an argument path found.
import type { JsonValue } from '../schema/json.ts'
import { jsonTypes, type Operator, operators } from '../schema/policy-words.ts'
import { absent, type Found, unreachable } from './argument-path.ts'
import type { TextEngines } from './engines.ts'
import { nestedTest } from './nested-tests.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import type { PathJudge } from './path-inside.ts'
import { isTexts, misfit, scalarTest } from './scalar-tests.ts'

export type { Outcome } from './outcome.ts'

export type CompiledTest = (found: Found, paths: PathJudge) => Outcome

/**
 * A test ready to run. Throws on an operator or operand it does not know: a policy made by another version must not be
 * half understood.
 */
export function compileTest(operator: string, operand: JsonValue, engines: () => TextEngines): CompiledTest {
  if (!isOperator(operator)) throw new Error(`policy operator \`${operator}\` is not known to this version`)
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw misfit(operator)
    return (found) => (found === unreachable ? 'could-not-tell' : outcomeOf((found !== absent) === operand))
  }
  const test = presentTest(operator, operand, engines)
  return (found, paths) => {
    if (found === absent) return 'did-not-hold'
    return found === unreachable ? 'could-not-tell' : test(found, paths)
  }
}

type PresentTest = (value: JsonValue, paths: PathJudge) => Outcome

function presentTest(
  operator: Exclude<Operator, 'exists'>,
  operand: JsonValue,
  engines: () => TextEngines,
): PresentTest {
  switch (operator) {
    case 'inside':
    case 'outside': {
      const folders = typeof operand === 'string' ? [operand] : operand
      if (!isTexts(folders) || folders.length === 0) throw misfit(operator)
      return (value, paths) => {
        if (typeof value !== 'string') return 'could-not-tell'
        const inside = paths.inside(value, folders)
        if (inside === 'could-not-tell' || operator === 'inside') return inside
        return outcomeOf(inside === 'did-not-hold')
      }
    }
    case 'type': {
      const wanted = jsonTypes.find((type) => type === operand)
      if (wanted === undefined) throw misfit(operator)
      return (value) => outcomeOf(typeOf(value) === wanted)
    }
    case 'length':
    case 'host':
    case 'command':
      return nestedTest(operator, operand, engines)
    default:
      return scalarTest(operator, operand, engines)
  }
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const isOperator = (text: string): text is Operator => operators.some((operator) => operator === text)
