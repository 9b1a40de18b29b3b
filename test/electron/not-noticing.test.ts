// Noticing where something stands against it: quiet hours, sleep, a system that shows nothing, what an earlier run left.
import { afterEach, describe, expect, test } from 'vitest'
import { recorded, resetShim, world } from '../shim/electron.ts'
import { card, createFakeBroker } from './fake-broker.ts'
import { createTestClock } from './harness.ts'
import { shownTexts, startNoticing } from './notifier-fixture.ts'

afterEach(() => resetShim())

const count = () => recorded.notifications.length
const openNow = () => recorded.notifications.filter(({ closed }) => !closed)

describe('in quiet hours', () => {
  const quietHours = { from: '22:00', to: '07:00' }
  const at = (time: string) => new Date(`2026-03-05T${time}:00`).getTime()
  const start = (time: string) =>
    startNoticing({ broker: createFakeBroker([], { quietHours }), clock: createTestClock(at(time)) })
  const lasting = (id: string, now: number) => card(id, { openedAt: now, expiresAt: now + 24 * 3_600_000 })

  test('nothing is shown, and one summary when they are over', async () => {
    const { broker, clock, tell } = await start('23:00')
    broker.hold(lasting('a', clock.now()))
    clock.pass(3_600_000)
    broker.hold(lasting('b', clock.now()))
    tell('Countersign keeps running', '')
    clock.pass(7 * 3_600_000 - 1)
    expect(count()).toBe(0)
    clock.pass(1)
    expect(shownTexts()).toEqual(['2 calls wait for you | On filesystem.'])
    clock.pass(3_600_000)
    expect(count()).toBe(1)
  })

  test('nothing afterwards either, if nothing waits any more', async () => {
    const { broker, clock } = await start('23:00')
    broker.hold(lasting('a', clock.now()))
    broker.close('a')
    clock.pass(24 * 3_600_000)
    expect(count()).toBe(0)
  })

  test('what was up goes when they begin, and is in the summary', async () => {
    const { broker, clock } = await start('21:00')
    broker.hold(lasting('a', clock.now()))
    clock.pass(3_600_000 + 1000)
    broker.hold(lasting('b', clock.now()))
    expect(openNow()).toEqual([])
    clock.pass(9 * 3_600_000)
    expect(shownTexts()).toEqual([
      'A call waits for you | Something waits on filesystem.',
      '2 calls wait for you | On filesystem.',
    ])
  })

  test('taken away in the night, they are over', async () => {
    const { broker, clock } = await start('23:00')
    broker.hold(lasting('a', clock.now()))
    clock.pass(1000)
    broker.set({ quietHours: undefined })
    expect(count()).toBe(1)
  })
})

describe('after sleep', () => {
  test('what expired meanwhile is neither announced nor reminded of', async () => {
    const { broker, clock, refresh } = await startNoticing()
    broker.hold(card('a', { openedAt: clock.now(), expiresAt: clock.now() + 600_000 }))
    clock.pass(500)
    expect(count()).toBe(1)
    clock.sleep(3_600_000)
    // The reminder's timer can fire before the system says that it is awake, and the broker has yet to look at its clock.
    clock.pass(600_000)
    expect(count()).toBe(1)
    broker.closeSilently('a')
    await refresh()
    expect(openNow()).toEqual([])
  })

  test('what came due meanwhile is said at once', async () => {
    const { broker, clock, refresh } = await startNoticing()
    broker.hold(card('a', { openedAt: clock.now(), expiresAt: clock.now() + 600_000 }))
    clock.pass(500)
    clock.sleep(570_000)
    await refresh()
    expect(shownTexts().at(-1)).toBe('A call still waits for you: 30 seconds left | Something waits on filesystem.')
  })
})

describe('where the system shows none', () => {
  test.each(['absent', 'fail'] as const)('%s: a window says how many wait, and goes with the last', async (how) => {
    world.notifications = how
    const { broker, clock, fallback, log } = await startNoticing()
    broker.hold(card('a', { openedAt: clock.now() }))
    clock.pass(500)
    expect(fallback).toEqual([1])
    broker.hold(card('b', { openedAt: clock.now() }))
    clock.pass(10_000)
    expect(fallback).toEqual([1, 2])
    broker.close('a')
    broker.close('b')
    expect(fallback).toEqual([1, 2, 'closed'])
    expect(log.some((line) => line.includes('the system would not'))).toBe(how === 'fail')
  })

  test('not in quiet hours, and not when switched off', async () => {
    world.notifications = 'absent'
    const { broker, fallback } = await startNoticing()
    broker.hold(card('a'))
    broker.set({ notifications: false })
    broker.hold(card('b'))
    expect(fallback).toEqual([1, 'closed'])
  })

  test('a notification that is shown after all takes its place', async () => {
    world.notifications = 'fail'
    const { broker, clock, fallback } = await startNoticing()
    broker.hold(card('a', { openedAt: clock.now() }))
    clock.pass(500)
    world.notifications = 'shown'
    clock.pass(20_000)
    broker.hold(card('b', { openedAt: clock.now() }))
    clock.pass(500)
    expect(fallback).toEqual([1, 'closed'])
  })
})

test('what an earlier run left is cleared on macOS; on Windows a press on it opens the app and decides nothing', async () => {
  await startNoticing({ platform: 'darwin' })
  expect(recorded.clearedNotifications).toBe(1)
  const { asked, opened, broker } = await startNoticing({ platform: 'win32' })
  recorded.activateLeftover?.()
  expect([opened, asked()]).toEqual([['queue'], []])
  // Once this run has some of its own, their own events say it.
  broker.hold(card('a'))
  recorded.activateLeftover?.()
  expect(opened).toEqual(['queue'])
})
