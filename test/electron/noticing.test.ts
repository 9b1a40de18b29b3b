// What main asks the system to notify, when, and what a notification may say, on all three platforms.
import { afterEach, describe, expect, test } from 'vitest'
import type { ApprovalCard, Settings } from '../../core/wire/ui-contract.ts'
import { recorded, resetShim } from '../shim/electron.ts'
import { card, createFakeBroker, harmless } from './fake-broker.ts'
import { newest, shownTexts, startNoticing } from './notifier-fixture.ts'

afterEach(() => resetShim())

const platforms = ['darwin', 'win32', 'linux'] as const
const count = () => recorded.notifications.length
const openNow = () => recorded.notifications.filter(({ closed }) => !closed)

describe.each(platforms)('on %s', (platform) => {
  const start = (settings: Partial<Settings> = {}, open: ApprovalCard[] = []) =>
    startNoticing({ platform, broker: createFakeBroker(open, settings) })

  test('a held call is notified once, however often its card changes', async () => {
    const { broker, clock } = await start()
    broker.hold(card('c1'))
    broker.hold(card('c1', { waiting: 2 }))
    clock.pass(30_000)
    broker.hold(card('c1', { caller: { state: 'released' }, waiting: 0 }))
    clock.pass(30_000)
    expect(shownTexts()).toEqual(['A call waits for you | Something waits on filesystem.'])
  })

  test('a call that is settled at once is never notified', async () => {
    const { broker, clock } = await start()
    broker.hold(card('c1', { openedAt: clock.now() }))
    clock.pass(400)
    broker.close('c1')
    clock.pass(60_000)
    expect(count()).toBe(0)
  })

  test('calls that come in one go are one summary', async () => {
    const { broker, clock } = await start()
    for (const id of ['a', 'b', 'c']) {
      broker.hold(card(id, { openedAt: clock.now(), server: id === 'c' ? 'github' : 'filesystem' }))
      clock.pass(100)
    }
    clock.pass(5000)
    expect(shownTexts()).toEqual(['3 calls wait for you | On filesystem, github.'])
    expect(newest().buttons).toEqual([])
  })

  test('calls that come while a notification is fresh become one summary in its place, unheard', async () => {
    const { broker, clock } = await start()
    broker.hold(card('a', { openedAt: clock.now() }))
    clock.pass(500)
    expect(count()).toBe(1)
    for (const id of ['b', 'c', 'd', 'e']) {
      clock.pass(2000)
      broker.hold(card(id, { openedAt: clock.now() }))
    }
    expect(count()).toBe(1)
    clock.pass(2000)
    expect(shownTexts()).toEqual([
      'A call waits for you | Something waits on filesystem.',
      '5 calls wait for you | On filesystem.',
    ])
    expect(openNow().map(({ title, options }) => [title, options.silent])).toEqual([['5 calls wait for you', true]])
  })

  test('calls far from each other have a notification each', async () => {
    const { broker, clock } = await start()
    for (const id of ['a', 'b']) {
      broker.hold(card(id, { openedAt: clock.now(), server: id }))
      clock.pass(20_000)
    }
    expect(openNow().map(({ body }) => body)).toEqual(['Something waits on a.', 'Something waits on b.'])
  })

  test('a card that joins a group joins its notification, also when that is not fresh any more', async () => {
    const { broker, clock } = await start()
    broker.hold(card('a', { openedAt: clock.now() }))
    clock.pass(9500)
    broker.hold(card('a', { openedAt: 2000, group: 'g' }))
    clock.pass(1500)
    broker.hold(card('b', { openedAt: clock.now(), group: 'g' }))
    clock.pass(500)
    expect(openNow().map(({ title }) => title)).toEqual(['2 calls wait for you'])
  })

  test('a flood is one summary as long as it lasts', async () => {
    const { broker, clock } = await start()
    for (let index = 0; index < 20; index += 1) {
      broker.hold(card(`c${index}`, { openedAt: clock.now() }))
      clock.pass(10)
    }
    broker.flood(7)
    clock.pass(1000)
    for (let index = 20; index < 50; index += 1) {
      broker.hold(card(`c${index}`, { openedAt: clock.now() }))
      broker.flood(index * 10)
      clock.pass(2000)
    }
    expect(shownTexts()).toEqual([
      'Too many calls at once | 20 calls wait for you, 7 were turned away. The last came from cursor on filesystem.',
    ])
    broker.flood(0)
    clock.pass(1000)
    expect(count()).toBe(1)
  })

  test('it is reminded of once, a minute before it expires', async () => {
    const { broker, clock } = await start()
    broker.hold(card('a', { openedAt: clock.now(), expiresAt: clock.now() + 600_000 }))
    clock.pass(539_999)
    expect(count()).toBe(1)
    clock.pass(1)
    expect(shownTexts().at(-1)).toBe('A call still waits for you: 1 minute left | Something waits on filesystem.')
    expect([newest().options.silent, openNow().length]).toEqual([false, 1])
    clock.pass(59_999)
    expect(count()).toBe(2)
  })

  test('with a short life, at four fifths of it', async () => {
    const { broker, clock } = await start()
    broker.hold(card('a', { openedAt: clock.now(), expiresAt: clock.now() + 50_000 }))
    clock.pass(39_999)
    expect(count()).toBe(1)
    clock.pass(1)
    expect(shownTexts().at(-1)).toBe('A call still waits for you: 10 seconds left | Something waits on filesystem.')
  })

  test('what expires at nearly the same time is one reminder', async () => {
    const { broker, clock } = await start()
    for (const id of ['a', 'b', 'c']) {
      broker.hold(card(id, { openedAt: clock.now(), expiresAt: clock.now() + 600_000 }))
      clock.pass(9000)
    }
    const before = count()
    clock.pass(600_000 - 27_000)
    expect(shownTexts().slice(before)).toEqual(['3 calls wait for you | On filesystem. The first expires in 1 minute.'])
  })

  test('an answered card is not reminded of', async () => {
    const { broker, clock } = await start()
    broker.hold(card('a'))
    broker.close('a')
    clock.pass(600_000)
    expect(count()).toBe(1)
  })

  test('a closed card takes its notification along, a summary goes with its last card', async () => {
    const { broker, clock } = await start()
    broker.hold(card('a', { openedAt: clock.now() }))
    broker.hold(card('b', { openedAt: clock.now() }))
    clock.pass(500)
    broker.close('a')
    expect(newest().closed).toBe(false)
    broker.close('b')
    expect(newest().closed).toBe(true)
  })

  test('dismissed is not decided, and not said again before the reminder', async () => {
    const { broker, clock, asked, opened } = await start()
    broker.hold(card('a'))
    newest().dismiss()
    clock.pass(100_000)
    expect([asked(), opened, count()]).toEqual([[], [], 1])
    clock.pass(500_000)
    expect(count()).toBe(2)
  })

  test('switched off, nothing is notified; switched on again, what waits is', async () => {
    const { broker, clock } = await start({ notifications: false }, [card('a')])
    broker.hold(card('b'))
    clock.pass(100_000)
    expect(count()).toBe(0)
    broker.set({ notifications: true })
    clock.pass(500)
    expect(shownTexts()).toEqual(['2 calls wait for you | On filesystem.'])
  })

  test('a click leads to the card, or to the queue for several', async () => {
    const { broker, clock, opened } = await start()
    broker.hold(card('a', { openedAt: clock.now() }))
    clock.pass(500)
    newest().click()
    broker.hold(card('b', { openedAt: clock.now() }))
    clock.pass(15_000)
    newest().click()
    expect(opened).toEqual(['a', 'queue'])
  })

  test('calls that waited before the start share one notification', async () => {
    await start({}, [card('a'), card('b')])
    expect(shownTexts()).toEqual(['2 calls wait for you | On filesystem.'])
  })
})

test('only Linux is told how urgent it is: its default is as good as nothing, and critical would break a do-not-disturb', async () => {
  for (const platform of platforms) {
    const { broker, closeAll } = await startNoticing({ platform })
    broker.hold(card('a', { level: 'critical' }))
    expect(newest().options.urgency).toBe(platform === 'linux' ? 'normal' : undefined)
    closeAll()
  }
})

describe('what it says', () => {
  const secret = { path: '/home/ada/secret-plan.txt' }
  test.each([
    ['nothing of the call', false, harmless('a'), 'Something waits on filesystem.'],
    ['our own sentence', true, harmless('a'), 'Read “notes.md” on filesystem'],
    ['the tool, where there is no sentence', true, card('a', { arguments: secret }), '“write_file” on filesystem'],
    [
      'a long one cut',
      true,
      harmless('a', { sentence: [{ text: 'Read ' }, { value: 'x'.repeat(500) }] }),
      `Read “${'x'.repeat(79)}…” on filesystem`,
    ],
    [
      'words that would go on in ours',
      true,
      harmless('a', {
        sentence: [{ text: 'Read ' }, { value: 'a” on vault\nApproved “b' }, { text: ' at ' }, { value: 'c' }],
      }),
      'Read “a\uFFFD on vault\uFFFDApproved \uFFFDb” at “c” on filesystem',
    ],
    [
      'many values cut outside of their quotes',
      true,
      harmless('a', { sentence: [{ text: 'Read ' }, ...[1, 2, 3].map(() => ({ value: 'y'.repeat(70) }))] }),
      `Read “${'y'.repeat(70)}”“${'y'.repeat(70)}”“${'y'.repeat(9)}…” on filesystem`,
    ],
    ['200 KB of a tool', true, card('a', { tool: `${' '.repeat(200_000)}ok` }), '“…” on filesystem'],
    [
      'not even a sentence, where characters deceive',
      true,
      harmless('a', { deceptive: 1, sentence: [{ text: 'Read ' }, { value: 'n\u043Etes' }] }),
      'Something with characters that deceive waits on filesystem.',
    ],
    [
      'nothing that could act',
      true,
      card('a', { tool: '<a href="x">ok</a>&quit\u202Egnp.exe\u200B', server: 'fs\nApproved' }),
      '“\uFFFDa href="x"\uFFFDok\uFFFD/a\uFFFD\uFFFDquit\uFFFDgnp.exe\uFFFD” on fs\uFFFDApproved',
    ],
  ] as const)('%s (details: %s)', async (_what, notificationDetails, held, body) => {
    const { broker } = await startNoticing({ broker: createFakeBroker([], { notificationDetails }) })
    broker.hold(held)
    expect(newest().body).toBe(body)
    expect(JSON.stringify(newest())).not.toContain('secret')
  })
})
