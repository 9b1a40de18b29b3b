// The policy of noticing by itself: that it never calls twice within ten seconds whatever happens, and its tables.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalCard } from '../../core/wire/ui-contract.ts'
import { betweenNoticesMs, nextNotice, nothingNoticed, remindAt } from '../../electron/notification-model.ts'
import { quietUntil } from '../../electron/quiet-hours.ts'
import type { ShellState } from '../../electron/shell-state.ts'
import { card } from './fake-broker.ts'

const settings = {
  theme: 'system',
  notifications: true,
  notificationDetails: false,
  approveFromNotification: false,
  retention: {},
} as const

type Happening = { after: number } & (
  | { kind: 'open'; life: number; group: string | undefined }
  | { kind: 'close'; which: number }
  | { kind: 'flood'; on: boolean }
  | { kind: 'wake' }
)

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('open' as const),
    after: fc.nat(4000),
    life: fc.integer({ min: 1000, max: 600_000 }),
    group: fc.constantFrom(undefined, 'g', 'h'),
  }),
  fc.record({ kind: fc.constant('close' as const), after: fc.nat(4000), which: fc.nat(50) }),
  fc.record({ kind: fc.constant('flood' as const), after: fc.nat(40_000), on: fc.boolean() }),
  fc.record({ kind: fc.constant('wake' as const), after: fc.nat(200_000) }),
)

test('whatever happens: ten seconds between two notices, each open card is told of, and no closed one', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      let now = 1_000_000
      let wakeAt: number | undefined
      let noticed = nothingNoticed
      let state: ShellState = { cards: [], problems: [], flood: undefined, lockdown: undefined, settings }
      const shownAt: number[] = []
      const told = new Set<string>()
      const up = new Set<number>()
      const look = () => {
        const step = nextNotice(noticed, state, now, 'darwin')
        noticed = step.noticed
        wakeAt = step.wakeAt
        for (const key of step.close) up.delete(key)
        // The summary of a flood stands for what the flood brings after it.
        if (noticed.floodTold) for (const { id } of state.cards) told.add(id)
        if (step.show === undefined) return
        expect(now - (shownAt.at(-1) ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(betweenNoticesMs)
        expect(step.show.cards.length).toBeGreaterThan(0)
        shownAt.push(now)
        up.add(step.show.key)
        for (const { id } of step.show.cards) {
          expect(state.cards.some((open) => open.id === id && open.expiresAt > now)).toBe(true)
          told.add(id)
        }
      }
      const passTo = (end: number) => {
        for (let guard = 0; wakeAt !== undefined && wakeAt <= end; guard += 1) {
          // A wake-up that sets the same one again would spin.
          expect(guard).toBeLessThan(500)
          now = Math.max(now, wakeAt)
          look()
        }
        now = end
      }
      let next = 0
      for (const one of happenings) {
        passTo(now + one.after)
        const cards = [...state.cards].filter(({ expiresAt }) => expiresAt > now)
        if (one.kind === 'open') {
          const opened: Partial<ApprovalCard> = { openedAt: now, expiresAt: now + one.life }
          if (one.group !== undefined) opened.group = one.group
          state = { ...state, cards: [...cards, card(`c${next++}`, opened)] }
        }
        if (one.kind === 'close') state = { ...state, cards: cards.filter((_, index) => index !== one.which) }
        if (one.kind === 'flood') {
          const flood = one.on ? { turnedAway: 3, client: 'cursor', server: 'filesystem' } : undefined
          state = { ...state, cards, flood }
        }
        look()
      }
      passTo(now + 60_000)
      for (const open of state.cards) {
        if (state.flood === undefined && open.expiresAt > now) expect(told.has(open.id)).toBe(true)
      }
      // Every notice that still stands is about a card that is open.
      expect(up.size).toBeLessThanOrEqual(state.cards.length)
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['ten minutes', 600_000, 540_000],
  ['five minutes', 300_000, 240_000],
  ['just under five', 299_999, 240_000],
  ['half a minute', 30_000, 24_000],
])('a card that lives %s is reminded of at its moment', (_life, life, at) => {
  expect(remindAt(card('a', { openedAt: 1000, expiresAt: 1000 + life })) - 1000).toBe(at)
})

describe('quiet hours', () => {
  const night = { from: '22:00', to: '07:00' }
  const lunch = { from: '12:00', to: '13:30' }
  const at = (text: string) => new Date(text).getTime()
  test.each([
    ['none are set', undefined, '2026-03-05T23:00:00', undefined],
    ['before', night, '2026-03-05T21:59:59.999', undefined],
    ['their first moment', night, '2026-03-05T22:00:00', '2026-03-06T07:00:00'],
    ['past midnight', night, '2026-03-06T00:00:00', '2026-03-06T07:00:00'],
    ['their last moment', night, '2026-03-06T06:59:59.999', '2026-03-06T07:00:00'],
    ['over', night, '2026-03-06T07:00:00', undefined],
    ['the last day of a month', night, '2026-02-28T23:00:00', '2026-03-01T07:00:00'],
    ['within a day', lunch, '2026-03-05T12:00:00', '2026-03-05T13:30:00'],
    ['after them within a day', lunch, '2026-03-05T13:30:00', undefined],
    ['ending when they begin', { from: '08:00', to: '08:00' }, '2026-03-05T08:00:00', undefined],
  ] as const)('%s', (_what, hours, now, end) => {
    expect(quietUntil(hours, at(now))).toBe(end === undefined ? undefined : at(end))
  })

  describe('where the clocks change', () => {
    const before = process.env['TZ']
    beforeAll(() => {
      process.env['TZ'] = 'Europe/Berlin'
    })
    afterAll(() => {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    })
    test.each([
      ['a night of one hour less', night, '2027-03-27T21:30:00Z', '2027-03-28T05:00:00Z'],
      ['a night of one hour more', night, '2027-10-30T20:30:00Z', '2027-10-31T06:00:00Z'],
      ['an end that does not come: when the clocks are put forward', { from: '22:00', to: '02:30' }, '2027-03-27T23:00:00Z', '2027-03-28T01:00:00Z'],
      ['the same at its last minute', { from: '22:00', to: '02:30' }, '2027-03-28T00:59:30Z', '2027-03-28T01:00:00Z'],
      ['after it', { from: '22:00', to: '02:30' }, '2027-03-28T01:00:00Z', undefined],
      ['an end that comes twice: the first time', { from: '22:00', to: '02:30' }, '2027-10-30T22:00:00Z', '2027-10-31T00:30:00Z'],
      ['the hour that comes again is quiet again', { from: '22:00', to: '02:30' }, '2027-10-31T01:10:00Z', '2027-10-31T01:11:00Z'],
    ] as const)('%s', (_what, hours, now, end) => {
      expect(new Date(at(now)).getTimezoneOffset()).toBeLessThan(0)
      expect(quietUntil(hours, at(now))).toBe(end === undefined ? undefined : at(end))
    }) // biome-ignore format: a table
  })
})
