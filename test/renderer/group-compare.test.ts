// What the calls of a group share may be said once only where it is the same to the last character.
import { describe, expect, it } from 'vitest'
import { leftWords } from '../../renderer/features/approvals/group-answer.ts'
import { compareCards, partOf, sameJson } from '../../renderer/features/approvals/group-compare.ts'

describe('sameJson', () => {
  it.each([
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, true, 'deep'],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true, 'keys in another order'],
    [[1, 2], [2, 1], false, 'items in another order'],
    [{ a: undefined }, {}, false, 'a key more'],
    [{}, [], false, 'no fields and no items'],
    ['1', 1, false, 'text and number'],
    ['main', 'ma\u200bin', false, 'something hidden'],
    [null, {}, false, 'null'],
    [{ toString: 1 }, { valueOf: 1 }, false, 'names of a prototype'],
  ] as [unknown, unknown, boolean, string][])('%j and %j: %s (%s)', (a, b, same) => {
    expect(sameJson(a, b)).toBe(same)
    expect(sameJson(b, a)).toBe(same)
  })
})

describe('compareCards', () => {
  const of = (...args: Record<string, unknown>[]) => args.map((one) => ({ arguments: one }))

  it('tells the common from the differing, in the order they appear', () => {
    const compared = compareCards(of({ path: '/a', mode: 'x' }, { path: '/b', mode: 'x', late: 1 }))
    expect(compared).toEqual({ common: { mode: 'x' }, differing: ['path', 'late'], sameBeside: true })
  })

  it('counts an argument that one of them lacks as differing', () => {
    expect(compareCards(of({ a: 1 }, {})).differing).toEqual(['a'])
  })

  it('sees what the messages carry beside', () => {
    expect(compareCards([{ arguments: {}, beside: { task: 1 } }, { arguments: {} }]).sameBeside).toBe(false)
  })

  it('leaves nothing of a call out: common and part make the whole', () => {
    const cards = of({ path: '/a', mode: 'x', n: 1 }, { path: '/b', mode: 'x' })
    const { common, differing } = compareCards(cards)
    for (const card of cards) expect({ ...common, ...partOf(card, differing) }).toEqual(card.arguments)
  })
})

it.each([
  [['ran', 'granted'], ''],
  [['ran', 'changed', 'changed'], '2 had changed: not answered.'],
  [['closed', 'not-confirmed'], '1 had closed already: nothing changed. 1 asks for more than a click: not approved.'],
] as const)('what is left of %j', (outcomes, words) => {
  expect(leftWords(outcomes)).toBe(words)
})
