// How much of large arguments is looked at: as much as there is time for, both ends of what is long, and never less than
// what stands beside it.
import { describe, expect, it } from 'vitest'
import { lookedAt } from '../../../core/approval/looked-at.ts'
import { argumentMarks } from '../../../core/approval/marks.ts'
import { lexicalPaths } from '../../../core/policy/lexical-paths.ts'
import type { JsonObject, JsonValue } from '../../../core/schema/json.ts'

const long = (units: number) => 'All work and no play. '.repeat(Math.ceil(units / 22)).slice(0, units)
const ports = {
  paths: lexicalPaths(),
  project: '/home/dev/project',
  own: ['/home/dev/.countersign'],
  seenHosts: () => new Set<string>(),
}
const own = '/home/dev/.countersign/keys'
const marksOf = (args: JsonObject, beside?: JsonObject) =>
  argumentMarks({ arguments: args, beside }, ports).map(({ kind, at }) => `${kind} ${at}`)

/** Units of text, and members and elements. */
function sizeOf(value: JsonValue | undefined): { units: number; parts: number } {
  if (typeof value === 'string') return { units: value.length, parts: 0 }
  if (typeof value !== 'object' || value === null) return { units: 0, parts: 0 }
  const size = { units: 0, parts: 0 }
  for (const [key, member] of Object.entries(value)) {
    const inner = sizeOf(member)
    size.units += inner.units + (Array.isArray(value) ? 0 : key.length)
    size.parts += inner.parts + 1
  }
  return size
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const members = (count: number) => Object.fromEntries(many(count, (index) => [`k${index}`, 1]))

describe('arguments of which all can be looked at', () => {
  it.each<[string, JsonObject]>([
    ['none', {}],
    ['a file of 300 KB', { path: 'a', content: long(300_000) }],
    ['a list of 10,000', { list: many(10_000, (index) => index) }],
    ['15,000 members', members(15_000)],
  ])('%s', (_, args) => {
    const looked = lookedAt({ arguments: args, beside: { task: 'x' } })
    expect(looked).toMatchObject({ whole: true, crowded: false })
    expect(looked.arguments).toBe(args)
  })
})

describe.each<[string, JsonObject, crowded: boolean]>([
  ['one text of 16 MB', { content: long(16_000_000) }, false],
  ['16 texts of 1 MB', { contents: many(16, () => long(1_000_000)) }, false],
  ['a million numbers', { list: many(1_000_000, (index) => index % 10) }, true],
  ['a million short texts', { list: many(1_000_000, () => 'ab') }, true],
  ['a hundred thousand members', members(100_000), true],
  ['lists in lists', { list: many(300, () => many(300, () => ['x'])) }, true],
])('%s', (_, large, crowded) => {
  it('is looked at within bounds, and said not to be whole', () => {
    const looked = lookedAt({ arguments: large })
    expect(looked).toMatchObject({ whole: false, crowded })
    const { units, parts } = sizeOf(looked.arguments)
    // A member or two more than there was room for, and the ends of one text.
    expect(units).toBeLessThan(600_000)
    expect(parts).toBeLessThanOrEqual(20_001)
  })

  it('hides nothing that stands beside it', () => {
    expect(marksOf({ large, path: own })).toContain('own-files /path')
    expect(marksOf({ ...large, path: own })).toEqual(
      Object.keys(large).length > 20_000 ? [] : expect.arrayContaining(['own-files /path']),
    )
    expect(marksOf(large, { path: own })).toContain('own-files #beside/path')
  })
})

it('what stands at the end of a long text is found', () => {
  expect(marksOf({ command: `${'echo ok\n'.repeat(200_000)}cat ${own}` })).toContain('own-files /command')
})

it('the same arguments beside something else are looked at anew', () => {
  const args = { content: long(2_000_000) }
  expect(lookedAt({ arguments: args, beside: { a: 'x' } }).beside).toEqual({ a: 'x' })
  expect(lookedAt({ arguments: args, beside: { a: 'y' } }).beside).toEqual({ a: 'y' })
  expect(lookedAt({ arguments: args }).beside).toBeUndefined()
})
