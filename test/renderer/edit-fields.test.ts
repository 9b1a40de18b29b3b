// What a person's text in the editor means, and that what they did not touch is sent as it came.
import { describe, expect, it } from 'vitest'
import {
  applyTouches,
  type Field,
  fieldsOf,
  readAll,
  readField,
  type Touched,
  textOf,
} from '../../renderer/features/approvals/edit-fields.ts'
import { changesOf } from '../../renderer/ui/argument-changes.tsx'

const schema = {
  properties: {
    name: { type: 'string' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    force: { type: 'boolean' },
    mode: { enum: ['soft', 'hard', 3] },
    list: { type: 'array' },
    extra: { type: 'string' },
  },
  required: ['name'],
}
const args = { name: 'a', count: 1, ratio: 0.5, force: true, mode: 'hard', list: [1], odd: null }
const byName = (fields: readonly Field[]) => Object.fromEntries(fields.map((field) => [field.name, field]))

describe('fieldsOf', () => {
  it.each([
    ['name', 'text', true, 'its type'],
    ['count', 'integer', true, 'its type'],
    ['ratio', 'number', true, 'its type'],
    ['force', 'boolean', true, 'its type'],
    ['mode', 'choice', true, 'its choices'],
    ['list', 'json', true, 'no simple type'],
    ['odd', 'json', true, 'not in the schema, and null'],
    ['extra', 'text', false, 'in the schema only'],
  ])('makes of %s a %s field (sent: %s) for %s', (name, kind, sent) => {
    expect(byName(fieldsOf(args, schema))[name]).toMatchObject({ kind, sent })
  })

  it.each([
    ['a value that the type does not fit', { count: 'one' }, 'count', 'json'],
    ['a fraction where a whole number belongs', { count: 1.5 }, 'count', 'json'],
    ['a carriage return, which a text field would lose', { name: 'a\r\nb' }, 'name', 'json'],
    ['a text too long for a field', { name: 'x'.repeat(400_000) }, 'name', 'too-long'],
  ] as const)('does not squeeze %s into a simple field', (_, sent, name, kind) => {
    expect(byName(fieldsOf(sent, schema))[name]?.kind).toBe(kind)
  })

  it('goes by the value where there is no schema, and takes __proto__ for a name', () => {
    const odd = JSON.parse('{"__proto__": "x", "n": 1}') as Record<string, unknown>
    expect(fieldsOf(odd, undefined).map(({ name, kind }) => [name, kind])).toEqual([
      ['__proto__', 'text'],
      ['n', 'number'],
    ])
  })
})

describe('readField', () => {
  const field = (kind: Field['kind']): Field => ({ name: 'x', kind, choices: ['a', 2], required: false, sent: true })
  it.each([
    ['text', ' 5 ', ' 5 '],
    ['number', ' 5.5 ', 5.5],
    ['number', '-1e3', -1000],
    ['integer', '42', 42],
    ['boolean', 'false', false],
    ['choice', '1', 2],
    ['json', '[1, {"a": null}]', [1, { a: null }]],
  ] as const)('%s: %j is %j', (kind, text, value) => {
    expect(readField(field(kind), text)).toEqual({ ok: true, value })
  })
  it.each([
    ['number', ''],
    ['number', '0x10'],
    ['number', 'Infinity'],
    ['integer', '1.5'],
    ['integer', '9007199254740993'],
    ['json', '{a: 1}'],
    ['json', ''],
    ['too-long', 'x'],
  ] as const)('%s: %j is nothing', (kind, text) => {
    expect(readField(field(kind), text).ok).toBe(false)
  })
})

describe('what would be sent', () => {
  const apply = (touches: [string, Touched][], sent: Record<string, unknown> = args) =>
    applyTouches(sent, fieldsOf(sent, schema), new Map(touches))

  it('untouched is what the client sent, to the identity of its values', () => {
    const result = apply([])
    expect(result).toEqual({ ok: true, edited: args })
    if (result.ok) expect(result.edited['list']).toBe(args.list)
    expect(changesOf(args, result.ok ? result.edited : {})).toEqual([])
  })

  it('takes changed, added and left out ones, in the order they came', () => {
    const result = apply([
      ['count', { kind: 'text', text: '2' }],
      ['list', { kind: 'left-out' }],
      ['extra', { kind: 'text', text: '' }],
    ])
    if (!result.ok) throw new Error('not readable')
    expect(Object.keys(result.edited)).toEqual(['name', 'count', 'ratio', 'force', 'mode', 'odd', 'extra'])
    expect(changesOf(args, result.edited)).toEqual([
      { name: 'count', before: 1, after: 2 },
      { name: 'list', before: [1], after: undefined },
      { name: 'extra', before: undefined, after: '' },
    ])
  })

  it('names what cannot be read', () => {
    const result = apply([['count', { kind: 'text', text: 'two' }]])
    expect(result.ok ? [] : [...result.problems]).toEqual([['count', 'Not a number.']])
  })

  it('keeps an argument named __proto__ an argument', () => {
    const odd = JSON.parse('{"__proto__": "x"}') as Record<string, unknown>
    const result = apply([['__proto__', { kind: 'text', text: 'y' }]], odd)
    expect(JSON.stringify(result.ok ? result.edited : undefined)).toBe('{"__proto__":"y"}')
  })

  it.each(['[]', '"text"', 'null', '{', ''])('takes %j for no arguments', (text) => {
    expect(readAll(text).ok).toBe(false)
  })

  it('shows a choice by its place among the choices', () => {
    const mode = byName(fieldsOf(args, schema))['mode']
    expect(mode === undefined ? '' : textOf(mode, 'hard')).toBe('1')
  })
})
