// The tests that look at nothing but the value itself: also those that `length`, `host` and `command` make in turn.
import type { JsonValue } from '../schema/json.ts'
import type { Operator } from '../schema/policy-words.ts'
import type { TextEngines } from './engines.ts'
import { compileGlob, type TextMatcher } from './glob.ts'
import { jsonEqual } from './json-equal.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

export type ScalarOperator = Exclude<Operator, 'exists' | 'inside' | 'outside' | 'type' | 'length' | 'host' | 'command'>

/** A test of a value that is there. */
export type ScalarTest = (value: JsonValue) => Outcome

/** Throws on an operand of the wrong type, and on a pattern that is not RE2 syntax. */
export function scalarTest(operator: ScalarOperator, operand: JsonValue, engines: () => TextEngines): ScalarTest {
  switch (operator) {
    case 'equals':
      return (value) => outcomeOf(jsonEqual(value, operand))
    case 'not_equals':
      return (value) => outcomeOf(!jsonEqual(value, operand))
    case 'in':
    case 'not_in': {
      if (!Array.isArray(operand) || operand.length === 0) throw misfit(operator)
      const wanted = operator === 'in'
      return (value) => outcomeOf(operand.some((one) => jsonEqual(value, one)) === wanted)
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
        if (Array.isArray(value)) return outcomeOf(value.some((element) => jsonEqual(element, operand)))
        if (typeof value !== 'string' || typeof operand !== 'string') return 'could-not-tell'
        return outcomeOf(value.includes(operand))
      }
    case 'starts_with': {
      const start = textOf(operator, operand)
      return ofString((value) => value.startsWith(start))
    }
    case 'ends_with': {
      const end = textOf(operator, operand)
      return ofString((value) => value.endsWith(end))
    }
    case 'glob':
      return ofString(compileGlob(textOf(operator, operand)))
    case 'matches':
      return ofString(engines().regex(textOf(operator, operand)))
  }
}

function ofNumber(operator: Operator, bound: JsonValue, holds: (value: number, bound: number) => boolean): ScalarTest {
  if (typeof bound !== 'number') throw misfit(operator)
  return (value) => (typeof value === 'number' ? outcomeOf(holds(value, bound)) : 'could-not-tell')
}

const ofString =
  (holds: TextMatcher): ScalarTest =>
  (value) =>
    typeof value === 'string' ? outcomeOf(holds(value)) : 'could-not-tell'

function textOf(operator: Operator, operand: JsonValue): string {
  if (typeof operand !== 'string') throw misfit(operator)
  return operand
}

export const isTexts = (value: JsonValue): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

export const misfit = (operator: Operator) =>
  new Error(`policy operator \`${operator}\` has an operand of the wrong type`)
