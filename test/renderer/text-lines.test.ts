// Long text must be shown in full, in chunks, with honest line numbers.
import { describe, expect, it } from 'vitest'
import { chunkEnd, countLines, textLines } from '../../renderer/ui/text-lines.ts'

describe('textLines', () => {
  it.each([
    ['', [[1, '']]],
    ['a', [[1, 'a']]],
    ['a\n', [[1, 'a']]],
    [
      'a\n\n',
      [
        [1, 'a'],
        [2, ''],
      ],
    ],
    [
      'a\nb',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'a\r\nb',
      [
        [1, 'a\r\n'],
        [2, 'b'],
      ],
    ],
    [
      'a\r\nb\r\n',
      [
        [1, 'a\r\n'],
        [2, 'b\r\n'],
      ],
    ],
    ['a\rb', [[1, 'a\rb']]],
  ])('splits %j', (text, expected) => {
    expect(textLines(text).map(({ number, text: row }) => [number, row])).toEqual(expected)
  })

  it('continues a long line on rows without a number, never inside a character', () => {
    const line = `${'x'.repeat(1999)}😀${'y'.repeat(3000)}`
    const rows = textLines(line)
    expect(rows.map(({ number }) => number)).toEqual([1, undefined, undefined])
    expect(rows.map(({ text }) => text).join('')).toBe(line)
    expect(rows.every(({ text }) => text.isWellFormed())).toBe(true)
  })

  it('reaches the end of any text chunk by chunk', () => {
    const rows = textLines('line\n'.repeat(1001))
    const ends: number[] = []
    for (let end = 0; end < rows.length; ) {
      end = chunkEnd(rows, end)
      ends.push(end)
    }
    expect(ends).toEqual([400, 800, 1001])
  })
})

describe('countLines', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['a\n', 1],
    ['a\nb', 2],
    ['a\n\n', 2],
  ])('%j has %i', (text, lines) => {
    expect(countLines(text)).toBe(lines)
  })
})
