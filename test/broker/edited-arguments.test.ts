// Edited arguments against the schema that a server gave: what does not fit is named, and no schema hangs or reaches us.
import { expect, it } from 'vitest'
import { checkEdit } from '../../broker/edited-arguments.ts'

const draft7 = 'http://json-schema.org/draft-07/schema#'
const draft2020 = 'https://json-schema.org/draft/2020-12/schema'
const note = {
  type: 'object',
  properties: { path: { type: 'string' }, n: { type: 'integer', minimum: 1 }, mode: { enum: ['a', 'b'] } },
  required: ['path'],
  additionalProperties: false,
}

it.each<[string, Record<string, unknown>, Record<string, unknown>, [string, RegExp][]]>([
  ['what fits', note, { path: 'x', n: 1 }, []],
  ['another type', note, { path: 1 }, [['/path', /must be string/]]],
  ['something missing', note, {}, [['', /required property 'path'/]]],
  ['too small', note, { path: 'x', n: 0 }, [['/n', /must be >= 1/]]],
  ['none of a choice', note, { path: 'x', mode: 'c' }, [['/mode', /allowed values: \["a","b"\]/]]],
  ['more than there may be', note, { path: 'x', other: 1 }, [['', /additional properties: "other"/]]],
  ['a name with a slash', { properties: { 'a/b~c': { type: 'null' } } }, { 'a/b~c': 1 }, [['/a~1b~0c', /null/]]],
  [
    'several at once',
    note,
    { path: 1, n: 0 },
    [
      ['/path', /string/],
      ['/n', />= 1/],
    ],
  ],
  ['what every object inherits', { required: ['toString'] }, {}, [['', /toString/]]],
  [
    'draft 7: a tuple',
    { $schema: draft7, properties: { t: { items: [{ type: 'string' }] } } },
    { t: [1] },
    [['/t/0', /string/]],
  ],
  [
    'no dialect, written as draft 7',
    { properties: { t: { items: [{ type: 'string' }] } } },
    { t: [1] },
    [['/t/0', /string/]],
  ],
  [
    '2020-12: a tuple',
    { $schema: draft2020, properties: { t: { prefixItems: [{ type: 'string' }] } } },
    { t: [1] },
    [['/t/0', /string/]],
  ],
  [
    '2020-12: its own definitions',
    { $schema: draft2020, $defs: { s: { type: 'string' } }, properties: { a: { $ref: '#/$defs/s' } } },
    { a: 1 },
    [['/a', /string/]],
  ],
  [
    'two patterns, each for itself',
    { properties: { a: { pattern: '^a+$' }, b: { pattern: '^b+$' } } },
    { a: 'b', b: 'b' },
    [['/a', /pattern/]],
  ],
  ['unknown formats and words', { properties: { a: { format: 'iban', 'x-ui': 1 } }, nonsense: true }, { a: 'x' }, []],
])('%s', (_, schema, edited, problems) => {
  const check = checkEdit(schema, edited)
  expect(check.unchecked).toBeUndefined()
  expect(check.problems.map(({ at }) => at)).toEqual(problems.map(([at]) => at))
  for (const [index, [, message]] of problems.entries()) expect(check.problems[index]?.message).toMatch(message)
})

/** Thirty levels, each of which asks the next one twice. */
const doubling = {
  $ref: '#/$defs/d0',
  $defs: Object.fromEntries(
    Array.from({ length: 31 }, (_, n) => [
      `d${n}`,
      n === 30 ? { type: 'null' } : { anyOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
    ]),
  ),
}

it.each<[string, Record<string, unknown> | undefined, RegExp]>([
  ['there is none', undefined, /gave no schema/],
  ['a dialect that is not known', { $schema: 'http://json-schema.org/draft-03/schema#' }, /cannot be used/],
  ['a word of another type', { type: 12 }, /cannot be used/],
  ['a definition that lies elsewhere', { $ref: 'http://127.0.0.1:1/schema.json' }, /cannot be used/],
  ['a definition that is not there', { $ref: '#/$defs/missing' }, /cannot be used/],
  ['one that answers later', { $async: true, type: 'object' }, /cannot be used/],
  ['one that is far too large', { description: 'x'.repeat(70_000) }, /cannot be used/],
  ['one that doubles its work thirty times', doubling, /took too long/],
  ['a pattern that looks ahead', { properties: { a: { pattern: '(?=x)y' } } }, /patterns that cannot be tested/],
  [
    'a pattern that grows',
    { properties: { a: { pattern: '((a{100}){100}){100}' } } },
    /patterns that cannot be tested/,
  ],
])('the edit is allowed, and it is said why nothing was checked: %s', (_, schema, unchecked) => {
  expect(checkEdit(schema, { a: 'x' })).toEqual({ problems: [], unchecked: expect.stringMatching(unchecked) })
})

it('a pattern that backtracks elsewhere is tested in no time', () => {
  const schema = { properties: { a: { pattern: '^(a+)+$' } } }
  const text = `${'a'.repeat(100_000)}!`
  expect(checkEdit(schema, { a: text })).toEqual({
    problems: [{ at: '/a', message: expect.stringContaining('pattern') }],
  })
})

it('what cannot be tested takes nothing from the rest', () => {
  const schema = { properties: { a: { pattern: '(?!x)' }, n: { type: 'number' } } }
  const { problems, unchecked } = checkEdit(schema, { a: 'y', n: 'z' })
  expect(problems.map(({ at }) => at)).toEqual(['/n'])
  expect(unchecked).toContain('patterns')
})

it('many problems are cut to twenty, and long ones to a line', () => {
  const many = { items: { type: 'null' } }
  expect(checkEdit({ properties: { a: many } }, { a: Array(1000).fill(1) }).problems).toHaveLength(20)
  const choice = { enum: ['x'.repeat(5000)] }
  const [problem] = checkEdit({ properties: { a: choice } }, { a: 'y' }).problems
  expect(problem?.message.length).toBeLessThan(400)
})

it('neither the schema nor the arguments are changed', () => {
  const schema = { properties: { a: { default: 1 }, b: { type: 'number' } } }
  const before = structuredClone(schema)
  const edited = { b: '2' }
  checkEdit(schema, edited)
  expect([schema, edited]).toEqual([before, { b: '2' }])
})

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) })

it.each<[string, Record<string, unknown>, string]>([
  ['no number', { a: { b: Number.NaN } }, '/a/b'],
  ['an infinite one', { a: [Number.POSITIVE_INFINITY] }, '/a/0'],
  ['a date', { a: new Date(0) }, '/a'],
  ['nothing', { a: undefined }, '/a'],
  ['a large integer of its own kind', { a: 1n }, '/a'],
])('what is no JSON is a problem: %s', (_, edited, at) => {
  expect(checkEdit(undefined, edited).problems).toEqual([{ at, message: expect.stringMatching(/JSON/) }])
})

it.each([
  ['a name that reaches a prototype', JSON.parse('{"a":{"__proto__":{"b":1}}}'), '/a'],
  ['half of a character', { a: ['x\ud800'] }, '/a/0'],
  ['half of a character in a name', { a: { '\udc00': 1 } }, '/a'],
])('%s is not let in, as from a client', (_, edited, at) => {
  expect(checkEdit(undefined, edited).problems).toEqual([{ at, message: expect.stringMatching(/JSON/) }])
})

it('so is what is nested deeper than a client may send', () => {
  expect(checkEdit(undefined, { a: deep(62) }).problems).toEqual([])
  expect(checkEdit(undefined, { a: deep(63) }).problems).toEqual([])
  expect(checkEdit(undefined, { a: deep(64) }).problems).toEqual([
    { at: expect.any(String), message: expect.stringContaining('64') },
  ])
})
