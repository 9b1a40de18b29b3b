// Bursts of similar calls: one group, one answer, each card by itself.
import { describe, expect, it } from 'vitest'
import type { Ask, CardFacts } from '../../broker/approval-card.ts'
import { askOf, createQueue, plainFacts, sessionOf } from './approvals-fixture.ts'

/** Opens a card for each of these, a second apart. */
function burst(asks: Partial<Ask>[], about: (n: number) => Partial<CardFacts> = () => ({})) {
  let opened = 0
  const queue = createQueue({
    about: () => {
      opened += 1
      return { ...plainFacts, ...about(opened) }
    },
  })
  const answers = asks.map((changes, n) => {
    queue.pass(1_000)
    return queue.request(sessionOf(), askOf({ n }, { call: `s1.${n}`, ...changes }))
  })
  return { queue, answers, groups: () => queue.cards().map(({ group }) => group) }
}

describe('a group', () => {
  it('begins with the second card, and the first is told again', () => {
    const { queue, groups } = burst([{}])
    expect(groups()).toEqual([undefined])
    void queue.request(sessionOf(), askOf({ n: 9 }, { call: 's1.9' }))
    const [first, second] = groups()
    expect(first).toBeTypeOf('string')
    expect(second).toBe(first)
    const last = queue.changed.filter(({ arguments: args }) => args['n'] === 0).at(-1)
    expect(last?.group).toBe(first)
    queue.stop()
  })

  it('is on record with every card of the burst', () => {
    const { queue, groups } = burst([{}, {}, {}])
    const [group] = groups()
    expect(queue.ofType('approval.opened').map(({ data }) => data['group'])).toEqual([group, group, group])
    queue.stop()
  })

  it('is none any more when one card is left, and that card is told again', async () => {
    const { queue, groups } = burst([{}, {}])
    const [first, second] = queue.cards()
    if (!first || !second) throw new Error('two cards')
    await queue.clickApprove(first)
    expect(groups()).toEqual([undefined])
    expect(queue.changed.at(-1)).toMatchObject({ id: second.id })
    expect(queue.changed.at(-1)?.group).toBeUndefined()
    queue.stop()
  })

  it('takes what comes within ten seconds of its newest', () => {
    const { queue, groups } = burst([{}, {}])
    queue.pass(10_000)
    void queue.request(sessionOf(), askOf({ n: 8 }, { call: 's1.8' }))
    queue.pass(10_001)
    void queue.request(sessionOf(), askOf({ n: 9 }, { call: 's1.9' }))
    const [one, two, three, four] = groups()
    expect([two, three, four]).toEqual([one, one, undefined])
    queue.stop()
  })

  it.each<[string, Partial<Ask>]>([
    ['another tool', { tool: 'read_note' }],
    ['another kind of request', { action: 'prompts/get' }],
    ['one that takes the name of the tool', { confirm: 'type-name' }],
    ['one that takes the system’s word', { confirm: 'os-auth' }],
  ])('never has %s', (_, changes) => {
    const { queue, groups } = burst([{}, changes])
    expect(groups()).toEqual([undefined, undefined])
    queue.stop()
  })

  it('never has another session’s', () => {
    const { queue, groups } = burst([{}])
    void queue.request(sessionOf({ session: 's2' }), askOf({ n: 1 }, { call: 's2.1' }))
    expect(groups()).toEqual([undefined, undefined])
    queue.stop()
  })

  it('never has one that is critical', () => {
    const { queue, groups } = burst([{}, {}, {}], (n) => (n === 2 ? { level: 'critical' } : {}))
    const [one, two, three] = groups()
    expect(two).toBeUndefined()
    expect(three).toBe(one)
    queue.stop()
  })
})

describe('an answer to a group', () => {
  const shown = ({ id, binding, waiting }: { id: string; binding: string; waiting: number }) => ({
    id,
    binding,
    waiting,
  })

  it('runs those that are named, each on a record of its own, and leaves the others', async () => {
    const { queue, answers } = burst([{}, {}, {}])
    const [first, second, third] = queue.cards()
    if (!first || !second || !third) throw new Error('three cards')
    const group = first.group ?? ''
    const cards = [shown(first), shown(third)]
    expect(await queue.answerGroup({ group, answer: 'approve', cards }, 'me')).toEqual({
      cards: [
        { id: first.id, outcome: 'ran' },
        { id: third.id, outcome: 'ran' },
      ],
    })
    expect(await Promise.all([answers[0], answers[2]])).toMatchObject([
      { outcome: 'approved' },
      { outcome: 'approved' },
    ])
    expect(queue.only().id).toBe(second.id)
    expect(queue.ofType('approval.decided').map(({ data }) => data['approval'])).toEqual([first.id, third.id])
  })

  it('refuses with the reason', async () => {
    const { queue, answers } = burst([{}, {}])
    const [first] = queue.cards()
    const cards = queue.cards().map(shown)
    await queue.answerGroup({ group: first?.group ?? '', answer: 'refuse', cards, reason: 'not now' }, 'me')
    for (const answer of await Promise.all(answers))
      expect(answer).toMatchObject({ outcome: 'refused', reason: 'not now' })
  })

  it('is no answer to what is closed, is something else by now, or is of no group or another one', async () => {
    const { queue } = burst([{}, {}, {}, { tool: 'other' }, { tool: 'other' }], (n) =>
      n === 3 ? { level: 'critical' } : {},
    )
    const [closed, changed, critical, other] = queue.cards()
    if (!closed || !changed || !critical || !other) throw new Error('four cards')
    const group = closed.group ?? ''
    queue.clickRefuse(closed)
    const cards = [shown(closed), { ...shown(changed), binding: 'x' }, shown(critical), shown(other)]
    const answer = await queue.answerGroup({ group, answer: 'approve', cards }, 'me')
    expect(answer.cards.map(({ outcome }) => outcome)).toEqual(['closed', 'changed', 'changed', 'changed'])
    expect(queue.ofType('approval.decided')).toHaveLength(1)
    queue.stop()
  })
})
