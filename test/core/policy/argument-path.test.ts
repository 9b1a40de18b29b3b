// Argument paths: what they read, what they find, and that nothing inherited is ever found.
import { expect, test } from 'vitest'
import { absent, lookUp, parsePath, unreachable } from '../../../core/policy/argument-path.ts'
import type { JsonObject } from '../../../core/schema/json.ts'

const args: JsonObject = {
  a: { b: 1, 'x.y': 'dotted', nothing: null },
  list: [{ p: 'one' }, { p: 'two' }, {}],
  words: ['w1', 'w2'],
  text: 'flat',
  empty: [],
  any: 'named like a word',
  $price: 5,
}

const found = (path: string, value: JsonObject = args) => {
  const parsed = parsePath(path)
  if (!parsed.ok) throw new Error(parsed.problem)
  return lookUp(parsed.steps, value)
}

test('a second spelling of a key leaves open which value a server would take', () => {
  const spelt: JsonObject = { path: '/ok', Path: '/secret', deep: { NAME: 'x' }, other: 1 }
  expect(found('path', spelt)).toEqual([unreachable])
  expect(found('Path', spelt)).toEqual([unreachable])
  expect(found('PATH', spelt)).toEqual([unreachable])
  expect(found('deep.name', spelt)).toEqual([unreachable])
  expect(found('deep.NAME', spelt)).toEqual(['x'])
  expect(found('other', spelt)).toEqual([1])
  // U+017F, which folds to `s`.
  expect(found('paths', { 'path\u017f': '/secret' })).toEqual([unreachable])
})

test.each([
  ['a.b', [1]],
  ['a', [args['a']]],
  ['a["x.y"]', ['dotted']],
  ['$["text"]', ['flat']],
  ['$.any', ['named like a word']],
  ['$price', [5]],
  ['a.nothing', [null]],
  ['a.nothing.deeper', [absent]],
  ['a.missing', [absent]],
  ['a.missing.deeper', [absent]],
  ['words[0]', ['w1']],
  ['words[2]', [absent]],
  ['words[*]', ['w1', 'w2']],
  ['list[*].p', ['one', 'two', absent]],
  ['list[1].p', ['two']],
  ['empty[*]', [absent]],
  ['missing[*]', [absent]],
  ['text.b', [unreachable]],
  ['text[0]', [unreachable]],
  ['text[*]', [unreachable]],
  ['a[0]', [unreachable]],
  ['words.length', [unreachable]],
  ['list.**', ['one', 'two']],
  ['a.**', ['dotted']],
  ['empty.**', [absent]],
])('%s', (path, values) => {
  expect(found(path)).toEqual(values)
})

test('** finds every string and no number', () => {
  expect(found('**')).toEqual(['dotted', 'one', 'two', 'w1', 'w2', 'flat', 'named like a word'])
  expect(found('**', { n: 1, deep: [[['x']]] })).toEqual(['x'])
})

test.each(['constructor', 'toString', '__proto__', 'a.hasOwnProperty', '$["__proto__"]', 'constructor.name'])(
  '%s is not an argument',
  (path) => {
    expect(found(path)).toEqual([absent])
  },
)

test('an own argument named like something inherited is found', () => {
  expect(found('constructor', { constructor: 'mine' })).toEqual(['mine'])
  expect(found('toString', JSON.parse('{"toString":1}'))).toEqual([1])
})

test.each([
  '',
  '$',
  '$.',
  '.a',
  'a.',
  'a..b',
  'a[',
  'a[]',
  'a[-1]',
  'a[x]',
  'a["x]',
  'a["\\x"]',
  '["a"]',
  '**.a',
  'a.**.b',
  'a b',
  'a*',
])('%j cannot be read', (path) => {
  expect(parsePath(path).ok).toBe(false)
})
