// Globs stay proportional to the text, and "did you mean" means the right word.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileGlob, globProblem } from '../../../core/policy/glob.ts'
import { editDistance, nearest } from '../../../core/policy/nearest.ts'

test('a glob matches as the regular expression of the same meaning does', () => {
  const piece = fc.constantFrom('a', 'b', '😀', '*', '?', '.', '**')
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.array(fc.constantFrom('a', 'b', '😀', '.')),
      (glob, text) => {
        const meaning = glob.map((one) => (one === '?' ? '.' : one.startsWith('*') ? '.*' : one === '.' ? '\\.' : one))
        const expected = new RegExp(`^${meaning.join('')}$`, 'su').test(text.join(''))
        expect(compileGlob(glob.join(''))(text.join(''))).toBe(expected)
      },
    ),
    { numRuns: 1000 },
  )
})

test('many stars over a hostile megabyte come to an end', () => {
  const glob = compileGlob(`${'*a'.repeat(50)}b`)
  expect(glob('a'.repeat(1_000_000))).toBe(false)
})

test.each(['', '[ab]', '{a,b}', 'a\\*', 'x'.repeat(1001)])('%j is no glob', (glob) => {
  expect(globProblem(glob)).toBeDefined()
})

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['tool', 'tools', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
])('from %s to %s: %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance)
  expect(editDistance(b, a)).toBe(distance)
})

const keys = ['id', 'effect', 'tools', 'server', 'when', 'unless', 'starts_with', 'require-approval']
test.each([
  ['tool', 'tools'],
  ['servers', 'server'],
  ['Effect', 'effect'],
  ['starts-with', 'starts_with'],
  ['require_approval', 'require-approval'],
  ['ask', 'require-approval'],
  ['except', 'unless'],
  ['constructor', undefined],
  ['zzz', undefined],
  ['x'.repeat(10_000), undefined],
])('%s: %s', (word, meant) => expect(nearest(word, keys)).toBe(meant))
