// Every operator against present, wrong-typed and absent arguments, and what each outcome means for each effect.
import { describe, expect, test } from 'vitest'
import { absent, unreachable } from '../../../core/policy/argument-path.ts'
import { compilePolicy } from '../../../core/policy/compile.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { compileTest, type Outcome } from '../../../core/policy/operators.ts'
import { pathJudge } from '../../../core/policy/path-inside.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import type { JsonValue } from '../../../core/schema/json.ts'
import { operators } from '../../../core/schema/policy-words.ts'
import { call, compiled, noPaths, ruleText, setOf } from './helpers.ts'

const T: Outcome = 'held'
const F: Outcome = 'did-not-hold'
const U: Outcome = 'could-not-tell'

const engines = () => textEngines

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
  ['glob', 'a?c', 'a😀c', T], // one character, though two code units
  ['glob', 'a??c', 'a😀c', F],
  ['glob', '*??c?', 'x😀c😀', T],
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
  ['matches', 'b+', 'abbc', T],
  ['matches', '^b', 'abbc', F],
  ['matches', '^a.*c$', 'abbc', T],
  ['matches', '(?i)ABB', 'abbc', T],
  ['matches', 'B', 'abbc', F],
  ['matches', '1', 1, U],
  ['matches', '', ['a'], U],
  ['type', 'string', 'x', T],
  ['type', 'string', 1, F],
  ['type', 'number', 1.5, T],
  ['type', 'boolean', false, T],
  ['type', 'null', null, T],
  ['type', 'object', null, F],
  ['type', 'object', {}, T],
  ['type', 'object', [], F],
  ['type', 'array', [], T],
  ['length', { gt: 2 }, 'abc', T],
  ['length', { gt: 2 }, 'ab', F],
  // Four UTF-16 units, two of them one code point; then a lone half of a pair.
  ['length', { equals: 3 }, 'a\u{1F600}b', T],
  ['length', { equals: 2 }, '\ud83da', T],
  ['length', { equals: 0 }, '', T],
  ['length', { gte: 1, lt: 3 }, [1, 2], T],
  ['length', { gte: 1, lt: 3 }, [1, 2, 3], F],
  ['length', { in: [0, 2] }, { a: 1, b: 2 }, T],
  ['length', { not_in: [0, 2] }, {}, F],
  ['length', { lte: 5 }, 3, U],
  ['length', { lte: 5 }, true, U],
  ['length', { lte: 5 }, null, U],
  ['host', { in: ['a.example', 'b.example'] }, 'https://b.example/x', T],
  ['host', { in: ['A.Example.', 'b.example'] }, 'https://a.example/x', T],
  ['host', { equals: 'a.example' }, 'https://a.example.evil.test/', F],
  ['host', { ends_with: '.example' }, 'https://a.example/', T],
  ['host', { ends_with: '.EXAMPLE.' }, 'https://a.example/', T],
  ['host', { glob: '*.Example' }, 'https://a.example/', T],
  ['host', { starts_with: 'A.' }, 'https://a.example/', T],
  ['host', { matches: '^[A-Z]\\.Example$' }, 'https://a.example/', T],
  ['host', { not_equals: 'a.example', not_in: ['b.example'] }, 'https://c.example/', T],
  ['host', { not_equals: 'c.example' }, 'https://c.example/', F],
  ['host', { equals: 'a.example' }, 'no url', U],
  ['host', { not_equals: 'a.example' }, 'no url', U],
  ['host', { equals: 'a.example' }, 5, U],
  ['host', { equals: 'a.example' }, ['https://a.example'], U],
  ['command', { in: ['git', 'ls'] }, 'git status', T],
  ['command', { in: ['git', 'ls'] }, 'git status; ls', T],
  ['command', { in: ['git', 'ls'] }, 'git status; rm -rf x', F],
  ['command', { not_in: ['rm'] }, 'git status; rm -rf x', F],
  ['command', { not_in: ['rm'] }, 'git status', T],
  ['command', { glob: 'ls*', not_equals: 'lsof' }, 'ls; lsof', F],
  ['command', { equals: 'git' }, '$(curl x)', U],
  ['command', { not_in: ['rm'] }, '$(curl x)', U],
  ['command', { equals: 'git' }, '', U],
  ['command', { equals: 'git' }, ['git', 'commit', '-m', "it's; $(rm x)"], T],
  ['command', { equals: 'git' }, ['rm', '-rf', 'git'], F],
  ['command', { equals: 'git' }, ['', 'x'], U],
  ['command', { equals: 'git' }, ['git', 5], U],
  ['command', { equals: 'git' }, [], U],
  ['command', { equals: 'git' }, { program: 'git' }, U],
]

test.each(table)('%s %j on %j: %s', (operator, operand, value, outcome) => {
  expect(compileTest(operator, operand, engines)(value, paths)).toBe(outcome)
})

test('every operator has a row in the table', () => {
  expect(operators.filter((operator) => !table.some((row) => row[0] === operator))).toEqual([])
})

/** An operand each operator takes. */
const operandOf = (operator: string): JsonValue => table.find((row) => row[0] === operator)?.[1] ?? null

test.each(operators.filter((operator) => operator !== 'exists'))(
  '%s on an absent argument does not hold',
  (operator) => {
    expect(compileTest(operator, operandOf(operator), engines)(absent, paths)).toBe(F)
  },
)

test('exists alone sees absence', () => {
  expect(compileTest('exists', true, engines)(absent, paths)).toBe(F)
  expect(compileTest('exists', false, engines)(absent, paths)).toBe(T)
})

test.each(operators)('%s cannot tell behind a value of another shape', (operator) => {
  expect(compileTest(operator, operandOf(operator), engines)(unreachable, paths)).toBe(U)
})

test.each([
  ['resembles', 'x'],
  ['constructor', 'x'],
  ['__proto__', {}],
  ['gt', '5'],
  ['in', 'a'],
  ['glob', 5],
  ['starts_with', null],
  ['exists', 'yes'],
  ['in', []],
  ['inside', [5]],
  ['inside', []],
  ['matches', 5],
  ['type', 'integer'],
  ['type', 'constructor'],
  ['length', 5],
  ['length', {}],
  ['length', { gt: '5' }],
  ['length', { in: [1, '2'] }],
  ['length', { contains: 1 }],
  ['length', { constructor: 1 }],
  ['host', 'a.example'],
  ['host', ['a.example']],
  ['host', { in: 'a.example' }],
  ['host', { equals: 'https://a.example' }],
  ['host', { in: ['a.example', 'b.example/x'] }],
  ['host', { ends_with: '.b\u00fccher.example' }],
  ['host', { gt: 1 }],
  ['command', { in: [1] }],
  ['command', { equals: null }],
  ['command', { inside: '/' }],
] as [string, JsonValue][])('%s %j is not understood, so compiling throws', (operator, operand) => {
  expect(() => compileTest(operator, operand, engines)).toThrow(/policy operator/)
})

test('a pattern that is not RE2 syntax is not understood', () => {
  for (const pattern of ['(', '(?=x)', '(a)\\1']) expect(() => compileTest('matches', pattern, engines)).toThrow()
})

test('the engines are loaded for the first rule that needs them, and once', () => {
  let loads = 0
  const load = () => {
    loads += 1
    return textEngines
  }
  const set = (...tests: object[]) => setOf({ 'a.yaml': JSON.stringify({ version: 1, rules: tests.map(ruleOf) }) })
  const ruleOf = (test: object, index: number) => ({ id: `r${index}`, effect: 'deny', tools: '*', when: { a: test } })
  compilePolicy(set({ glob: 'x*' }, { length: { gt: 1 } }, { host: 'a.example' }), load)
  expect(loads).toBe(0)
  compilePolicy(set({ matches: 'x' }, { matches: 'y' }, { command: 'git' }), load)
  expect(loads).toBe(1)
})

describe('what an outcome means for a rule', () => {
  // `amount > 5` on 9 holds, on 1 does not hold, on "9" cannot be told.
  const decided = (rule: object, amount: JsonValue | undefined) => {
    const policy = compiled({ 'a.yaml': ruleText({ tools: ['pay'], ...rule }) })
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
      const policy = compiled({ 'a.yaml': ruleText({ effect, when: { 'a[*]': { gt: 5, lt: 8 } } }) })
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
    const policy = compiled({ 'a.yaml': ruleText({ id: 'big', when: gt5 }) })
    expect(evaluate(policy, call({ amount: '9' }), noPaths).reason).toBe(
      'Rule big in a.yaml denies do_it: it could not be told whether amount is more than 5',
    )
    expect(evaluate(policy, call({ amount: 9 }), noPaths).reason).toBe('Rule big in a.yaml denies do_it')
  })

  test.each([
    ['amount', { amount: 9, Amount: 1 }, 'Amount', 'beside it'],
    ['amount', { AMOUNT: 1 }, 'AMOUNT', 'instead of it'],
    ['a[0].max', { a: [{ max: 1, mAx: 2 }] }, 'mAx', 'below'],
    ['a[*].max', { a: [{ max: 1 }, { max: 2, Max: 3 }] }, 'Max', 'in some element'],
    ['kelvin', { kelvin: 1, '\u212aelvin': 2 }, '\\u{212a}elvin', 'that looks the same'],
    ['amount', { amount: '9', amounts: 1 }, undefined, 'that is another name'],
  ])('the reason names a second spelling of %s: %j', (path, args, spelling, _why) => {
    const policy = compiled({ 'a.yaml': ruleText({ id: 'big', when: { [path]: { gt: 5 } } }) })
    const because = spelling === undefined ? '' : `the arguments also have ${spelling}, so `
    expect(evaluate(policy, call(args), noPaths).reason).toBe(
      `Rule big in a.yaml denies do_it: ${because}it could not be told whether ${path} is more than 5`,
    )
  })
})
