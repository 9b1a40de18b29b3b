// Finding rules by tool name, and texts by `**`, is only ever faster than trying everything: the answers are the same.
import v8 from 'node:v8'
import vm from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { finder, parsePath } from '../../../core/policy/argument-path.ts'
import { allHold, compileConditions } from '../../../core/policy/condition.ts'
import { compileGlob } from '../../../core/policy/glob.ts'
import { pathJudge } from '../../../core/policy/path-inside.ts'
import { literalStart } from '../../../core/policy/prefilter.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import { toolIndex } from '../../../core/policy/tool-index.ts'
import type { Operator } from '../../../core/schema/policy-words.ts'
import { compiled, noPaths } from './helpers.ts'

const piece = fc.constantFrom('a', 'b', 'ab', '_', '*', '?', '')
const glob = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('') || '*')
const name = fc.array(fc.constantFrom('a', 'b', '_'), { maxLength: 8 }).map((letters) => letters.join(''))

test('an index finds what trying every glob finds, in order and once', () => {
  const rules = fc.array(fc.array(glob, { minLength: 1, maxLength: 3 }), { maxLength: 12 })
  fc.assert(
    fc.property(rules, name, (globs, tool) => {
      const items = globs.map((tools, index) => ({ index, tools }))
      const expected = items.filter(({ tools }) => tools.some((one) => compileGlob(one)(tool)))
      expect(toolIndex(items, (item) => item.tools)(tool)).toEqual(expected)
    }),
    { numRuns: 3000 },
  )
})

test.each([
  ['*', ['', 'x', '__proto__']],
  ['x*', ['x', 'xy']],
  ['*x', ['x', 'yx']],
  ['*x*', ['x', 'yxy']],
  ['?', ['x']],
  ['x?z', ['xyz']],
  ['*x*y*', ['axbyc', 'xy']],
  ['x*y', ['xy', 'xay']],
  ['__proto__', ['__proto__']],
  ['constr*', ['constructor']],
])('%s is found under %j', (one, names) => {
  const find = toolIndex([[one], ['never']], (globs) => globs)
  for (const each of names) expect(find(each)).toEqual([[one]])
  expect(find('something else entirely')).toEqual(one === '*' ? [[one]] : [])
})

test('a very long name is no trouble', () => {
  const items = Array.from({ length: 500 }, (_, index) => [`*piece-${index}-*`])
  const find = toolIndex(items, (globs) => globs)
  expect(find(`${'y'.repeat(100_000)}piece-77-`)).toEqual([['*piece-77-*']])
})

test.each([
  ['ghp_[A-Za-z0-9]{36}', 'ghp_'],
  ['AKIA', 'AKIA'],
  ['abcd?', 'abc'],
  ['abcd*e', 'abc'],
  ['abcd+', 'abc'],
  ['abcd{0}', 'abc'],
  ['ab', undefined],
  ['abc?', undefined],
  ['abc|x', undefined],
  ['(?i)abc', undefined],
  ['^abc', undefined],
  ['\\Qabc', undefined],
])('every match of %s begins with %s', (pattern, start) => {
  expect(literalStart(pattern)).toBe(start)
})

test('searching all the texts of `**` at once changes no answer', () => {
  const operators: Operator[] = ['contains', 'equals', 'starts_with', 'ends_with', 'glob']
  const patterns = ['abc', 'abca?', 'aab+', '^abc', 'bca$', 'c[ab]c', '\\bab', 'a.c', '(?i)ABC', 'ca\\nab', 'b|abc']
  const tested = fc.oneof(
    fc.record({ operator: fc.constantFrom(...operators), operand: fc.constantFrom('abc', 'ca', 'b', 'cc', 'c\na') }),
    fc.record({ operator: fc.constant<Operator>('matches'), operand: fc.constantFrom(...patterns) }),
  )
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  const path = parsePath('**')
  if (!path.ok) throw new Error(path.problem)
  let held = 0
  fc.assert(
    fc.property(fc.array(tested, { minLength: 1, maxLength: 2 }), fc.array(text, { maxLength: 14 }), (tests, texts) => {
      const [condition] = compileConditions([{ path: '**', tests }], () => textEngines)
      if (condition?.kind !== 'argument') throw new Error('expected a condition on an argument')
      const view = { find: finder({ texts }), paths: pathJudge(noPaths) }
      const all = allHold([condition], view)
      if (all === 'held') held += 1
      expect(all).toBe(allHold([{ ...condition, mayPass: [] }], view))
    }),
    { numRuns: 3000 },
  )
  expect(held).toBeGreaterThan(100)
})

test('names that callers make up do not fill the memory', () => {
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc') as () => void
  const rules = Array.from({ length: 1000 }, (_, n) => ({ id: `r${n}`, effect: 'deny', tools: '*', when: { a: n } }))
  const text = JSON.stringify({ version: 1, rules })
  const policy = compiled(Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`${n}.yaml`, text])))
  expect(policy.candidates('s', 'first').rules).toHaveLength(10_000)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 1000; n++) policy.candidates('s', `made-up-${n}`)
  collect()
  // Ten thousand rules for each of a thousand names are 80 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000)
  expect(policy.candidates('s', 'first').rules).toHaveLength(10_000)
})
