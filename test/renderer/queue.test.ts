// The order of the queue, the inert moment, and what an event does to what is shown.
import { describe, expect, it } from 'vitest'
import { riskLevel } from '../../core/approval/risk-level.ts'
import { arrange, nextOpen, restOfGroup, rowIds, rowWith } from '../../renderer/features/approvals/arrange.ts'
import { createInertGate } from '../../renderer/features/approvals/inert.ts'
import { applyEvent, modelFromSnapshot } from '../../renderer/state/model.ts'
import { card, settings, status } from './gallery/fixtures.ts'

const held = (id: string, session: string, openedAt: number) =>
  card(id, { openedAt, who: { ...card(id).who, session } })

const a1 = held('a1', 'a', 10)
const b1 = held('b1', 'b', 20)
const a2 = held('a2', 'a', 30)

describe('arrange', () => {
  it('groups by session, oldest wait first', () => {
    expect(rowIds(arrange([b1, a2, a1], [], undefined, [], false))).toEqual(['a1', 'a2', 'b1'])
  })

  it('under the pointer keeps every row in its place, closed ones too, and adds new ones below', () => {
    const order = ['a1', 'b1']
    const groups = arrange([a2, b1], [{ card: a1, outcome: 'expired' }], undefined, order, true)
    expect(rowIds(groups)).toEqual(['a1', 'b1', 'a2'])
    expect(groups[0]?.rows[0]?.cards[0]?.closed).toBe('expired')
    expect(rowIds(arrange([a2, b1], [{ card: a1, outcome: 'expired' }], undefined, order, false))).toEqual(['b1', 'a2'])
  })

  it('keeps the closed card that is being read', () => {
    const groups = arrange([b1], [{ card: a1, outcome: 'cancelled' }], 'a1', [], false)
    expect(rowIds(groups)).toEqual(['a1', 'b1'])
  })
})

describe('groups', () => {
  const of = (id: string, openedAt: number, group?: string) => ({
    ...held(id, 'a', openedAt),
    ...(group === undefined ? {} : { group }),
  })
  const [x, y, z] = [of('x', 10, 'g'), of('y', 11, 'g'), of('z', 12)]
  const rows = (...from: Parameters<typeof arrange>) => rowIds(arrange(...from))

  it('stand as one row at the place of their oldest', () => {
    expect(rows([z, y, x], [], undefined, [], false)).toEqual(['group:g', 'z'])
    expect(rowWith(arrange([z, y, x], [], undefined, [], false), 'y')?.id).toBe('group:g')
  })
  it('of one are that card', () => {
    expect(rows([x, z], [], undefined, [], false)).toEqual(['x', 'z'])
  })
  it('of one stay the group while it is read, with what closed', () => {
    const sessions = arrange([x], [{ card: y, outcome: 'approved' }], 'group:g', [], false)
    expect(rowIds(sessions)).toEqual(['group:g'])
    expect(rowWith(sessions, 'group:g')?.cards.map(({ card, closed }) => [card.id, closed])).toEqual([
      ['x', undefined],
      ['y', 'approved'],
    ])
  })
  it('do not form under the pointer out of rows that stand there', () => {
    expect(rows([x, y, z], [], undefined, ['x', 'z'], true)).toEqual(['x', 'z', 'y'])
    expect(rows([x, y, z], [], undefined, ['group:g', 'z'], true)).toEqual(['group:g', 'z'])
  })
  it('do not fall apart under the pointer', () => {
    expect(rows([x], [{ card: y, outcome: 'expired' }], undefined, ['group:g'], true)).toEqual(['group:g'])
  })
  it.each([
    [['x', 'y'], undefined, 'nothing'],
    [['x'], 'y', 'the last one'],
    [[], 'group:g', 'the group'],
  ] as [string[], string | undefined, string][])('after %j are answered leave %s: %s', (answered, left) => {
    const row = rowWith(arrange([x, y], [], undefined, [], false), 'group:g')
    expect(row && restOfGroup(row, new Set(answered))).toBe(left)
  })
  it('count as put off by their row or by all of their cards', () => {
    const sessions = arrange([x, y, z], [], undefined, [], false)
    expect(nextOpen(sessions, 'z', new Set())).toBe('group:g')
    expect(nextOpen(sessions, 'z', new Set(['group:g']))).toBeUndefined()
    expect(nextOpen(sessions, 'z', new Set(['x', 'y']))).toBeUndefined()
    expect(nextOpen(sessions, 'x', new Set())).toBe('z')
  })
})

describe('nextOpen', () => {
  const groups = arrange([a1, a2, b1], [], undefined, [], false)
  it.each([
    ['a1', [], 'a2'],
    ['b1', [], 'a1'],
    ['a1', ['a2'], 'b1'],
    ['a1', ['a2', 'b1'], undefined],
    ['unknown', [], 'a1'],
  ])('after %s without %j', (from, setAside, expected) => {
    expect(nextOpen(groups, from, new Set(setAside))).toBe(expected)
  })
})

it('an inert gate opens after its time, and a later lock never shortens it', () => {
  let now = 0
  const gate = createInertGate(() => now)
  expect(gate.left()).toBe(0)
  gate.lock(2000)
  now = 500
  gate.lock(700)
  expect(gate.left()).toBe(1500)
  now = 1999
  expect(gate.left()).toBe(1)
  now = 2000
  expect(gate.left()).toBe(0)
})

it.each([
  ['read', 0, 'low'],
  ['read', 1, 'elevated'],
  ['unknown', 0, 'elevated'],
  ['write', 0, 'elevated'],
  ['write', 3, 'critical'],
  ['network', 0, 'elevated'],
  ['destructive', 0, 'critical'],
  ['execute', 0, 'critical'],
  ['credentials', 0, 'critical'],
  ['money', 9, 'critical'],
] as const)('%s with %i deceptive characters is %s', (risk, deceptive, level) => {
  expect(riskLevel(risk, deceptive)).toBe(level)
})

describe('grants', () => {
  const grant = (id: string, madeAt: number) => ({ id, madeAt }) as never
  it('come with the snapshot and change as a whole, newest first', () => {
    const model = modelFromSnapshot(
      { seq: 1, approvals: [], grants: [grant('old', 1), grant('new', 2)], status, settings },
      undefined,
    )
    expect(model.grants.map(({ id }) => id)).toEqual(['new', 'old'])
    expect(applyEvent(model, { type: 'grants.changed', grants: [grant('x', 3)] }).grants).toHaveLength(1)
  })
})

describe('model', () => {
  const start = modelFromSnapshot({ seq: 1, approvals: [b1, a1], grants: [], status, settings }, undefined)

  it('moves a closed card aside instead of dropping it', () => {
    const after = applyEvent(start, { type: 'approval.closed', id: 'a1', outcome: 'expired' })
    expect(after.approvals).toEqual([b1])
    expect(after.closed).toEqual([{ card: a1, outcome: 'expired' }])
    expect(applyEvent(after, { type: 'approval.closed', id: 'nobody', outcome: 'expired' })).toBe(after)
  })

  it('replaces a changed card and keeps the order of age', () => {
    const after = applyEvent(start, { type: 'approval.changed', card: { ...a1, waiting: 2 } })
    expect(after.approvals.map(({ id, waiting }) => [id, waiting])).toEqual([
      ['a1', 2],
      ['b1', 1],
    ])
  })

  it('says of a card that vanished between snapshots that it is gone', () => {
    const after = modelFromSnapshot({ seq: 9, approvals: [b1], grants: [], status, settings }, start)
    expect(after.closed).toEqual([{ card: a1, outcome: 'gone' }])
  })
})
