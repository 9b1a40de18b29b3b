// Every operator against present, wrong-typed and absent arguments, and what each outcome means for each effect.
import { describe, expect, test } from 'vitest'
import { absent, unreachable } from '../../../core/policy/argument-path.ts'
import { compilePolicy } from '../../../core/policy/compile.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { compileTest, type Outcome } from '../../../core/policy/operators.ts'
import { pathJudge } from '../../../core/policy/path-inside.ts'
import type { JsonValue } from '../../../core/schema/json.ts'
import { operators } from '../../../core/schema/policy-words.ts'
import { call, noPaths, ruleText, setOf } from './helpers.ts'

const T: Outcome = 'held'
const F: Outcome = 'did-not-hold'
const U: Outcome = 'could-not-tell'

/** Paths of a made-up machine; `?` cannot be told. */
const paths = pathJudge({ resolvePath: (text) => (text.includes('?') ? undefined : text), separator: '/' })

const table: [operator: string, operand: JsonValue, value: JsonValue, Outcome][] = [
  ['equals', 'a', 'a', T],
  ['equals', 'a', 'A', F],
  ['equals', 1, 1, T],
  ['equals', 1, '1', F],
  ['equals', '1', 1, F],
  ['equals', null, null, T],
  ['equals', null, false, F],
  ['equals', 0, false, F],
  ['equals', 0, -0, T],
  ['equals', [1, 2], [1, 2], T],
  ['equals', [1, 2], [2, 1], F],
  ['equals', { a: 1, b: [{}] }, { b: [{}], a: 1 }, T],
  ['equals', { a: 1 }, { a: 1, b: 2 }, F],
  ['equals', { a: 1, b: 2 }, { a: 1 }, F],
  ['equals', { a: 1, b: 2 }, { a: 1, c: 2 }, F],
  ['equals', {}, [], F],
  ['equals', [], {}, F],
  ['equals', { constructor: 1 }, {}, F],
  ['not_equals', 'a', 'b', T],
  ['not_equals', 'a', 'a', F],
  ['not_equals', 1, '1', T],
  ['in', ['a', 1], 'a', T],
  ['in', ['a', 1], 1, T],
  ['in', ['a', 1], '1', F],
  ['in', ['a', [1]], [1], T],
  ['not_in', ['a', 1], 'b', T],
  ['not_in', ['a', 1], 1, F],
  ['gt', 5, 6, T],
  ['gt', 5, 5, F],
  ['gt', 5, '6', U],
  ['gt', 5, null, U],
  ['gt', 5, [6], U],
  ['gte', 5, 5, T],
  ['gte', 5, 4.999, F],
  ['gte', 5, true, U],
  ['lt', 5, 4, T],
  ['lt', 5, 5, F],
  ['lt', 5, {}, U],
  ['lte', 5, 5, T],
  ['lte', 5, 5.001, F],
  ['lte', 5, '5', U],
  ['contains', 'b', 'abc', T],
  ['contains', 'B', 'abc', F],
  ['contains', 'b', ['a', 'b'], T],
  ['contains', 'b', ['abc'], F],
  ['contains', 1, [1, 2], T],
  ['contains', 1, ['1'], F],
  ['contains', { a: 1 }, [{ a: 1 }], T],
  ['contains', 1, '1', U],
  ['contains', 'b', 5, U],
  ['contains', 'b', { b: 1 }, U],
  ['contains', 'b', null, U],
  ['starts_with', 'ab', 'abc', T],
  ['starts_with', 'ab', 'cab', F],
  ['starts_with', 'ab', ['abc'], U],
  ['ends_with', 'bc', 'abc', T],
  ['ends_with', 'bc', 'bcd', F],
  ['ends_with', '1', 1, U],
  ['glob', 'a*c', 'abbbc', T],
  ['glob', 'a*c', 'a/b/c', T],
  ['glob', 'a*c', 'abd', F],
  ['glob', 'a?c', 'abc', T],
  ['glob', 'a?c', 'ac', F],
  ['glob', '*.ts', 'x.tsx', F],
  ['glob', '*a*b', 'xaxbxab', T],
  ['glob', 'a.c', 'abc', F],
  ['glob', '*', 5, U],
  ['exists', true, null, T],
  ['exists', true, 'x', T],
  ['exists', false, null, F],
  ['inside', '/a/b', '/a/b/c', T],
  ['inside', '/a/b', '/a/b', T],
  ['inside', '/a/b', '/a/bc', F],
  ['inside', '/a/b', '/a', F],
  ['inside', '/', '/etc', T],
  ['inside', ['/x', '/a/b'], '/a/b/c', T],
  ['inside', '/a/b', '/a/b/?', U],
  ['inside', '?', '/a/b', U],
  ['inside', ['?', '/a'], '/a/b', T],
  ['inside', '/a/b', 5, U],
  ['inside', '/a/b', ['/a/b/c'], U],
  ['inside', '/a', 'file:///a/b', U],
  ['inside', '/a', 'file:///c/d', F],
  ['inside', '/a', 'file://elsewhere/a/b', U],
  ['inside', '/a', 'file:///%E0%A4%A', U],
  ['outside', '/a/b', '/a/bc', T],
  ['outside', '/a/b', '/a/b/c', F],
  ['outside', ['/x', '/a'], '/a/b', F],
  ['outside', '/a/b', '?', U],
  ['outside', '/a/b', null, U],
]

test.each(table)('%s %j on %j: %s', (operator, operand, value, outcome) => {
  expect(compileTest(operator, operand)(value, paths)).toBe(outcome)
})

test('every operator has a row in the table', () => {
  expect(operators.filter((operator) => !table.some((row) => row[0] === operator))).toEqual([])
})

/** An operand each operator takes. */
const operandOf = (operator: string): JsonValue => table.find((row) => row[0] === operator)?.[1] ?? null

test.each(operators.filter((operator) => operator !== 'exists'))(
  '%s on an absent argument does not hold',
  (operator) => {
    expect(compileTest(operator, operandOf(operator))(absent, paths)).toBe(F)
  },
)

test('exists alone sees absence', () => {
  expect(compileTest('exists', true)(absent, paths)).toBe(F)
  expect(compileTest('exists', false)(absent, paths)).toBe(T)
})

test.each(operators)('%s cannot tell behind a value of another shape', (operator) => {
  expect(compileTest(operator, operandOf(operator))(unreachable, paths)).toBe(U)
})

test.each([
  ['matches', 'x'],
  ['constructor', 'x'],
  ['__proto__', {}],
  ['gt', '5'],
  ['in', 'a'],
  ['glob', 5],
  ['starts_with', null],
  ['exists', 'yes'],
  ['inside', [5]],
] as [string, JsonValue][])('%s %j is not understood, so compiling throws', (operator, operand) => {
  expect(() => compileTest(operator, operand)).toThrow(/policy operator/)
})

describe('what an outcome means for a rule', () => {
  // `amount > 5` on 9 holds, on 1 does not hold, on "9" cannot be told.
  const decided = (rule: object, amount: JsonValue | undefined) => {
    const policy = compilePolicy(setOf({ 'a.yaml': ruleText({ tools: ['pay'], ...rule }) }))
    const args = amount === undefined ? {} : { amount }
    return evaluate(policy, call(args, { tool: 'pay', risk: 'money' }), noPaths).source === 'rule'
  }
  const gt5 = { amount: { gt: 5 } }
  const counts: [
    effect: string,
    list: 'when' | 'unless',
    holds: boolean,
    not: boolean,
    unknown: boolean,
    gone: boolean,
  ][] = [
    ['allow', 'when', true, false, false, false],
    ['require-approval', 'when', true, false, true, false],
    ['deny', 'when', true, false, true, false],
    ['allow', 'unless', false, true, false, true],
    ['require-approval', 'unless', false, true, true, true],
    ['deny', 'unless', false, true, true, true],
  ]
  test.each(counts)('%s with %s', (effect, list, holds, not, unknown, gone) => {
    const rule = { effect, [list]: gt5 }
    expect([decided(rule, 9), decided(rule, 1), decided(rule, '9'), decided(rule, undefined)]).toEqual([
      holds,
      not,
      unknown,
      gone,
    ])
  })

  test('negative forms do not hold of an absent argument', () => {
    for (const test of [{ not_equals: 'x' }, { not_in: ['x'] }, { outside: '/x' }]) {
      expect(decided({ effect: 'deny', when: { amount: test } }, undefined)).toBe(false)
      expect(decided({ effect: 'allow', when: { amount: test } }, undefined)).toBe(false)
    }
  })

  test('a doubt beside a condition that does not hold changes nothing', () => {
    const rule = { effect: 'deny', when: { amount: { gt: 5 }, to: 'x' } }
    expect(decided(rule, '9')).toBe(false)
    expect(decided({ effect: 'deny', when: { amount: { gt: 5, equals: 'x' } } }, '9')).toBe(false)
    expect(decided({ effect: 'deny', when: { amount: { gt: 5, equals: '9' } } }, '9')).toBe(true)
  })

  test('of several elements one must pass all the tests, and one doubt is a doubt', () => {
    const decidedOf = (effect: string, amounts: JsonValue) => {
      const policy = compilePolicy(setOf({ 'a.yaml': ruleText({ effect, when: { 'a[*]': { gt: 5, lt: 8 } } }) }))
      return evaluate(policy, call({ a: amounts }), noPaths).source === 'rule'
    }
    const rows: [JsonValue, allow: boolean, deny: boolean][] = [
      [[1, 7], true, true],
      [[1, 9], false, false],
      [[1, '7'], false, true],
      [['7', 7], true, true],
      [[], false, false],
      ['7', false, true],
      [null, false, false],
    ]
    for (const [amounts, allow, deny] of rows) {
      expect([amounts, decidedOf('allow', amounts), decidedOf('deny', amounts)]).toEqual([amounts, allow, deny])
    }
  })

  test('the reason of a decision made in doubt says what was in doubt', () => {
    const policy = compilePolicy(setOf({ 'a.yaml': ruleText({ id: 'big', when: gt5 }) }))
    expect(evaluate(policy, call({ amount: '9' }), noPaths).reason).toBe(
      'Rule big in a.yaml denies do_it: it could not be told whether amount is more than 5',
    )
    expect(evaluate(policy, call({ amount: 9 }), noPaths).reason).toBe('Rule big in a.yaml denies do_it')
  })
})
