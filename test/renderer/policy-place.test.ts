// Where a mark goes in a line of policy text: at the character the problem names, with nothing lost around it.
import { expect, it } from 'vitest'
import { splitAt } from '../../renderer/features/policies/split-at.ts'

it.each([
  ['in the middle', 'per: soon', [6], ['per: ', 'soon']],
  ['at the start', 'per', [1], ['', 'per']],
  ['past the end', 'per', [9], ['per', '']],
  ['in an empty line', '', [1], ['', '']],
  ['several, in any order, each once', 'abcd', [4, 2, 4], ['a', 'bc', 'd']],
  ['never inside one character', 'a😀b', [3], ['a', '😀b']],
  ['after a character of two halves', 'a😀b', [4], ['a😀', 'b']],
] as const)('%s', (_, row, columns, pieces) => {
  expect(splitAt(row, columns)).toEqual(pieces)
  expect(splitAt(row, columns).join('')).toBe(row)
})
