// `length`, `host` and `command`: tests of something that is read out of the value, not of the value itself.
import type { JsonValue } from '../schema/json.ts'
import { nestedOperators, type Operator } from '../schema/policy-words.ts'
import type { TextEngines } from './engines.ts'
import { hostOf, plainHost } from './host.ts'
import { both, type Outcome } from './outcome.ts'
import { isTexts, misfit, type ScalarTest, scalarTest } from './scalar-tests.ts'

type NestedOperator = keyof typeof nestedOperators
type InnerOperator = (typeof nestedOperators)[NestedOperator][number]

/** Throws on an inner operator or operand that it does not know. */
export function nestedTest(operator: NestedOperator, operand: JsonValue, engines: () => TextEngines): ScalarTest {
  switch (operator) {
    case 'length': {
      const passes = innerTests(operator, operand, engines, numberOperand)
      const largest = Math.max(...numbersIn(operand))
      return (value) => {
        const length = lengthOf(value, largest)
        return length === undefined ? 'could-not-tell' : passes(length)
      }
    }
    case 'host': {
      const passes = innerTests(operator, operand, engines, hostOperand)
      return (value) => {
        const host = typeof value === 'string' ? hostOf(value) : undefined
        return host === undefined ? 'could-not-tell' : passes(host)
      }
    }
    case 'command': {
      const passes = innerTests(operator, operand, engines, textOperand)
      const { shellPrograms } = engines()
      return (value) => {
        const line = commandLine(value)
        const programs = line === undefined ? undefined : shellPrograms(line)
        if (programs === undefined || programs.length === 0) return 'could-not-tell'
        return programs.map(passes).reduce(both)
      }
    }
  }
}

/** All the inner tests of one operator as one. `prepare` checks an operand, and spells it as the values will be spelt. */
function innerTests(
  operator: NestedOperator,
  operand: JsonValue,
  engines: () => TextEngines,
  prepare: (inner: InnerOperator, operand: JsonValue) => JsonValue | undefined,
): ScalarTest {
  if (typeof operand !== 'object' || operand === null || Array.isArray(operand)) throw misfit(operator)
  const known: readonly InnerOperator[] = nestedOperators[operator]
  const tests = Object.entries(operand).map(([name, given]) => {
    const inner = known.find((one) => one === name)
    if (inner === undefined) throw new Error(`policy operator \`${operator}\` knows no \`${name}\` in this version`)
    const prepared = prepare(inner, given)
    if (prepared === undefined) throw misfit(operator)
    return scalarTest(inner, prepared, engines)
  })
  if (tests.length === 0) throw misfit(operator)
  return (value) => tests.reduce<Outcome>((all, test) => both(all, test(value)), 'held')
}

const numberOperand = (inner: InnerOperator, operand: JsonValue): JsonValue | undefined => {
  const numbers = inner === 'in' || inner === 'not_in' ? operand : [operand]
  return Array.isArray(numbers) && numbers.every((one) => typeof one === 'number') ? operand : undefined
}

const textOperand = (inner: InnerOperator, operand: JsonValue): JsonValue | undefined => {
  const fits = inner === 'in' || inner === 'not_in' ? isTexts(operand) : typeof operand === 'string'
  return fits ? operand : undefined
}

/** Hosts are compared in one spelling; an operand that cannot be brought into it would silently never match. */
function hostOperand(inner: Operator, operand: JsonValue): JsonValue | undefined {
  if (inner === 'in' || inner === 'not_in') {
    if (!isTexts(operand)) return undefined
    const hosts = operand.flatMap((one) => plainHost(one) ?? [])
    return hosts.length === operand.length ? hosts : undefined
  }
  if (typeof operand !== 'string') return undefined
  switch (inner) {
    case 'equals':
    case 'not_equals':
      return plainHost(operand)
    case 'starts_with':
    case 'ends_with':
    case 'glob': {
      const part = operand.toLowerCase()
      // A part of a name has no punycode of its own.
      if (!/^[\x21-\x7e]+$/.test(part)) return undefined
      return inner === 'starts_with' ? part : part.replace(/(?<=.)\.$/, '')
    }
    default:
      return `(?i)${operand}`
  }
}

/**
 * Code points of a text, else elements or keys. Beyond `largest`, the largest number it is compared with, any number will
 * do: a text with more than twice as many UTF-16 units is surely longer, and need not be counted through.
 */
function lengthOf(value: JsonValue, largest: number): number | undefined {
  if (typeof value === 'string') return value.length > 2 * largest + 1 ? value.length : codePoints(value)
  if (typeof value !== 'object' || value === null) return undefined
  return Array.isArray(value) ? value.length : Object.keys(value).length
}

function numbersIn(operand: JsonValue): number[] {
  if (typeof operand === 'number') return [operand]
  return typeof operand === 'object' && operand !== null
    ? Object.values(operand).flatMap((one) => numbersIn(one ?? null))
    : []
}

function codePoints(text: string): number {
  let pairs = 0
  for (let at = 1; at < text.length; at++) {
    const isLow = (text.charCodeAt(at) & 0xfc00) === 0xdc00
    if (isLow && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800) pairs++
  }
  return text.length - pairs
}

/** A shell line as it is; a list of arguments, which no shell splits, with every one of them quoted. */
function commandLine(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value
  if (!isTexts(value) || !value[0]) return undefined
  return value.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
}
