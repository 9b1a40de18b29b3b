// `any`, `all` and `not`: three-valued logic, and what a published set must not be able to smuggle in.
import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../../../core/policy/compile.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { explain } from '../../../core/policy/explain.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import type { PolicyCondition, PolicySet } from '../../../core/schema/policy.ts'
import { call, compiled, noPaths, ruleText } from './helpers.ts'

/** On the arguments below: a condition that holds, one that does not, one that cannot be told. */
const args: JsonObject = { n: 9, text: 'x' }
const T = { n: { gt: 5 } }
const F = { n: { gt: 10 } }
const U = { text: { gt: 5 } }
const word = { T: 'held', F: 'did-not-hold', U: 'could-not-tell' } as const

const outcomeOf = (when: object) => {
  const [rule] = explain(compiled({ 'a.yaml': ruleText({ when }) }), call(args), noPaths).rules
  return rule?.outcome
}

test.each<[string, object, keyof typeof word]>([
  ['any: one that holds is enough', { any: [F, U, T] }, 'T'],
  ['any: a doubt where none holds', { any: [F, U] }, 'U'],
  ['any: none', { any: [F, F] }, 'F'],
  ['any: of one', { any: [T] }, 'T'],
  ['all: each', { all: [T, T] }, 'T'],
  ['all: one that does not hold settles it', { all: [T, U, F] }, 'F'],
  ['all: a doubt', { all: [T, U] }, 'U'],
  ['not: held', { not: F }, 'T'],
  ['not: did not hold', { not: T }, 'F'],
  ['not: a doubt stays one', { not: U }, 'U'],
  ['not: of two, of which both must hold', { not: { ...T, text: 'y' } }, 'T'],
  ['not: of an absent argument holds, as not_equals does not', { not: { gone: 'x' } }, 'T'],
  ['the entries of one map are one group', { any: [{ ...T, text: 'y' }, F] }, 'F'],
  ['beside an argument, all must hold', { any: [T], text: 'x' }, 'T'],
  ['beside an argument that does not hold', { any: [T], text: 'y' }, 'F'],
  ['nested', { not: { any: [{ all: [T, U] }, F] } }, 'U'],
  ['nested, and the doubt does not matter', { not: { any: [{ all: [T, U] }, T] } }, 'F'],
  ['an argument of that name', { '$.any': 'x' }, 'F'],
])('%s: %j', (_, when, outcome) => {
  expect(outcomeOf(when)).toBe(word[outcome])
})

test('of several elements, `not` is asked of all of them', () => {
  const policy = compiled({ 'a.yaml': ruleText({ when: { not: { 'to[*]': 'savings' } } }) })
  const kindOf = (to: string[]) => evaluate(policy, call({ to }), noPaths).source
  expect(kindOf(['checking', 'other'])).toBe('rule')
  expect(kindOf(['checking', 'savings'])).toBe('default')
})

test.each<['allow' | 'deny', boolean]>([
  ['allow', false],
  ['deny', true],
])('a doubt within: %s, takes part: %s', (effect, counts) => {
  for (const when of [{ any: [F, U] }, { all: [T, U] }, { not: U }]) {
    const policy = compiled({ 'a.yaml': ruleText({ effect, when }) })
    expect(evaluate(policy, call(args), noPaths).source === 'rule').toBe(counts)
  }
  for (const unless of [{ any: [F, U] }, { not: U }]) {
    const policy = compiled({ 'a.yaml': ruleText({ effect, unless }) })
    expect(evaluate(policy, call(args), noPaths).source === 'rule').toBe(counts)
  }
})

test.each<[string, object, string]>([
  ['the first doubt', { any: [F, U] }, 'text is more than 5'],
  ['within not', { not: U }, 'text is more than 5'],
  ['not one that a sibling settled', { any: [{ ...F, text: { gt: 1 } }, { text: { gt: 2 } }] }, 'text is more than 2'],
])('the reason names what was in doubt: %s', (_, when, words) => {
  const policy = compiled({ 'a.yaml': ruleText({ when }) })
  expect(evaluate(policy, call(args), noPaths).reason).toBe(
    `Rule r in test.yaml denies do_it: it could not be told whether ${words}`.replace('test.yaml', 'a.yaml'),
  )
})

test('a doubt in an `unless` that surely does not hold is none', () => {
  const policy = compiled({ 'a.yaml': ruleText({ unless: { ...U, n: 1 } }) })
  expect(evaluate(policy, call(args), noPaths).reason).toBe('Rule r in a.yaml denies do_it')
})

describe('conditions of a published set that this version does not fully understand', () => {
  const good: PolicyCondition = { path: 'a', tests: [{ operator: 'equals', operand: 1 }] }
  test.each<[string, unknown]>([
    ['no conditions at all', []],
    ['null', null],
    ['no list', good],
    ['an empty condition', [{}]],
    ['a composition of another version', [{ none: [[good]] }]],
    ['a key beside', [{ ...good, negate: true }]],
    ['two compositions in one', [{ any: [[good]], all: [[good]] }]],
    ['any of nothing', [{ any: [] }]],
    ['all of nothing, which would always hold', [{ all: [] }]],
    ['all of an empty group', [{ all: [[]] }]],
    ['not of nothing', [{ not: [] }]],
    ['groups that are no lists', [{ any: [good] }]],
    ['no tests', [{ path: 'a', tests: [] }]],
    ['a test with a key beside', [{ path: 'a', tests: [{ operator: 'equals', operand: 1, fold: true }] }]],
    ['a test without an operand', [{ path: 'a', tests: [{ operator: 'not_equals' }] }]],
    ['deep within', [{ not: [{ any: [[{ path: 'a', tests: [{ operator: 'like', operand: 1 }] }]] }] }]],
  ])('%s', (_, when) => {
    const rule = { id: 'r', line: 1, effect: 'allow', tools: ['*'], when }
    const policy = { version: 1, servers: ['*'], defaults: {}, rules: [rule] }
    const set = { format: 1, files: [{ file: 'a', status: 'ok', policy }] } as unknown as PolicySet
    expect(() => compilePolicy(set, () => textEngines)).toThrow()
    const unless = { ...rule, when: undefined, unless: when }
    const other = { ...set, files: [{ file: 'a', status: 'ok', policy: { ...policy, rules: [unless] } }] }
    expect(() => compilePolicy(other as unknown as PolicySet, () => textEngines)).toThrow()
  })
})
