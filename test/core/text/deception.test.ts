// Looking closely and looking quickly agree on what deceives, and the quick look takes over where there is too much.
import { describe, expect, it } from 'vitest'
import { deceptionsIn } from '../../../core/text/deception.ts'
import { marksIn } from '../../../core/text/visible-text.ts'

const found = (text: string, left: number) =>
  [...deceptionsIn(text, true, { left })].map(({ start, end }) => [start, end] as const)

describe('deceptionsIn', () => {
  it.each([
    ['an override', 'a\u202eb'],
    ['a zero-width space', 'a\u200bb'],
    ['a byte order mark', '\ufeffa'],
    ['tag characters, as one', 'a\u{e0072}\u{e006d}b'],
    ['an escape', 'a\u001bb'],
    ['a carriage return alone', 'a\rb'],
    ['a slash that is none', 'a\u2215b'],
    ['fullwidth letters', '\uff52m'],
    ['private use', 'a\ue000'],
  ])('finds %s also quickly', (_, text) => {
    expect(found(text, 1)).toHaveLength(found(text, 0).length)
    expect(found(text, 0)).toEqual([...marksIn(text, true)].map(({ start, end }) => [start, end]))
  })

  it('finds a letter of another script by the one beside it', () => {
    expect(found('p\u0430y', 0)).toEqual([[0, 2]])
  })

  it.each([
    ['Russian', 'Привет, мир'],
    ['Japanese', 'こんにちは漢字'],
    ['emoji', '👩‍🚀 ⚓️'],
    ['lines of Windows', 'é\r\nb\r\n'],
  ])('leaves %s alone, closely and quickly', (_, text) => {
    expect(found(text, 1000)).toEqual([])
    expect(found(text, 0)).toEqual([])
  })

  it('spends its budget, and goes on with the quick look', () => {
    const budget = { left: 10 }
    const text = `${'я '.repeat(20_000)}\u202e`
    expect([...deceptionsIn(text, true, budget)]).toEqual([{ kind: 'invisible', start: 40_000, end: 40_001 }])
    expect(budget.left).toBeLessThanOrEqual(0)
  })

  it('does not cut a word where it cuts the text', () => {
    const text = `${'x'.repeat(16_380)} \u0430\u0431\u0432\u0430\u0431\u0432\u0430\u0431\u0432 end`
    expect(found(text, 1_000_000)).toEqual([])
  })
})
