// The buttons of a notification: where there are any, what they answer, and that a stale one decides nothing.
import { afterEach, describe, expect, test } from 'vitest'
import type { ApprovalCard, Settings } from '../../core/wire/ui-contract.ts'
import { recorded, resetShim } from '../shim/electron.ts'
import { card, createFakeBroker, harmless } from './fake-broker.ts'
import { newest, settled, startNoticing } from './notifier-fixture.ts'

afterEach(() => resetShim())

const generous: Partial<Settings> = { approveFromNotification: true, notificationDetails: true }
const start = (platform: NodeJS.Platform, settings: Partial<Settings> = generous) =>
  startNoticing({ platform, broker: createFakeBroker([], settings) })

const refuse = ['Refuse']
const both = ['Refuse', 'Approve once']

const situations: [why: string, settings: Partial<Settings>, card: ApprovalCard, buttons: string[]][] = [
  ['harmless, alone, said in full, and the person wants it', generous, harmless('a'), both],
  ['the person has not asked for it', { notificationDetails: true }, harmless('a'), refuse],
  ['the notification does not say what the call does', { approveFromNotification: true }, harmless('a'), refuse],
  ['it writes', generous, harmless('a', { level: 'elevated' }), refuse],
  ['it is critical', generous, harmless('a', { level: 'critical' }), refuse],
  ['its name must be typed', generous, harmless('a', { confirm: 'type-name' }), refuse],
  ['the system must ask who it is', generous, harmless('a', { confirm: 'os-auth' }), refuse],
  ['two identical calls wait', generous, harmless('a', { waiting: 2 }), refuse],
  ['nobody waits any more', generous, harmless('a', { waiting: 0, caller: { state: 'released' } }), refuse],
  ['it is one of a group', generous, harmless('a', { group: 'g' }), refuse],
  ['there is no sentence, so nobody saw the arguments', generous, card('a', { level: 'low' }), refuse],
  ['the sentence is cut', generous, harmless('a', { sentence: [{ value: 'x'.repeat(161) }] }), refuse],
  ['a value is cut', generous, harmless('a', { sentence: [{ value: 'x'.repeat(81) }] }), refuse],
  ['a value has quotes in it', generous, harmless('a', { sentence: [{ value: 'a” on vault “b' }] }), refuse],
  ['a part of the sentence cannot be shown', generous, harmless('a', { sentence: [{ value: 'a\u200Bb' }] }), refuse],
  ['something in it deceives', generous, harmless('a', { deceptive: 1 }), refuse],
  ['it carries more than its arguments', generous, harmless('a', { beside: { _meta: {} } }), refuse],
]

describe.each([
  ['darwin', true],
  ['win32', true],
  ['linux', false],
] as const)('on %s', (platform, hasButtons) => {
  test.each(situations)('%s', async (_why, settings, held, buttons) => {
    const { broker } = await start(platform, settings)
    broker.hold(held)
    expect(newest().buttons).toEqual(hasButtons ? buttons : [])
    expect('actions' in newest().options).toBe(hasButtons)
  })

  test('a summary has no buttons', async () => {
    const { broker, clock } = await start(platform)
    broker.hold(harmless('a', { openedAt: clock.now() }))
    broker.hold(harmless('b', { openedAt: clock.now() }))
    clock.pass(500)
    expect(newest().buttons).toEqual([])
  })
})

describe('a button', () => {
  test.each([
    ['Refuse', 'approvals.refuse'],
    ['Approve once', 'approvals.approve'],
  ])('%s answers exactly this card, as a person on a notification, and opens nothing', async (label, method) => {
    const { broker, asked, opened } = await start('darwin')
    broker.hold(harmless('a'))
    newest().press(label)
    await settled()
    expect(asked()).toEqual([{ method, params: { id: 'a', binding: 'binding-a', waiting: 1 }, actor: 'notification' }])
    expect(opened).toEqual([])
    expect(newest().closed).toBe(true)
  })

  test('pressed once and told twice, it answers once and opens nothing', async () => {
    const { broker, asked, opened } = await start('win32')
    broker.hold(harmless('a'))
    newest().press('Refuse')
    newest().press('Refuse')
    await settled()
    newest().press('Approve once')
    await settled()
    expect([asked().length, opened]).toEqual([1, []])
  })

  test('on the reminder, it answers as on the first', async () => {
    const { broker, clock, asked } = await start('darwin')
    broker.hold(harmless('a'))
    clock.pass(599_000 - 60_000)
    expect(recorded.notifications).toHaveLength(2)
    newest().press('Refuse')
    await settled()
    expect(asked()).toHaveLength(1)
  })
})

describe.each(both)('a late %s decides nothing and opens the app', (label) => {
  const stale: [why: string, led: string, change: (of: Awaited<ReturnType<typeof start>>) => void][] = [
    ['closed', 'queue', ({ broker }) => broker.close('a')],
    ['expired by the clock, before the broker looked', 'a', ({ clock }) => clock.sleep(700_000)],
    ['another binding', 'a', ({ broker }) => broker.hold(harmless('a', { binding: 'other' }))],
    ['a second identical call', 'a', ({ broker }) => broker.hold(harmless('a', { waiting: 2 }))],
    [
      'the caller could not wait',
      'a',
      ({ broker }) => broker.hold(harmless('a', { waiting: 0, caller: { state: 'released' } })),
    ],
  ]
  test.each(stale)('%s', async (_why, led, change) => {
    const running = await start('darwin')
    const { broker, asked, opened } = running
    broker.hold(harmless('a'))
    const [first] = recorded.notifications
    change(running)
    first?.press(label)
    await settled()
    expect([asked(), opened]).toEqual([[], [led]])
  })

  test('closed in the same moment: the broker has the last word', async () => {
    const { broker, asked, opened } = await start('darwin')
    broker.hold(harmless('a'))
    broker.closeSilently('a')
    newest().press(label)
    await settled()
    // It was asked, and said that there was nothing to answer.
    expect(asked()).toHaveLength(1)
    expect(opened).toEqual(['a'])
  })

  test('the broker fails', async () => {
    const { broker, opened, log } = await start('darwin')
    broker.hold(harmless('a'))
    broker.breakDown()
    newest().press(label)
    await settled()
    expect(opened).toEqual(['a'])
    expect(log.join()).toContain('The disk is full.')
  })
})

test.each([
  [
    'the setting is gone',
    (broker: ReturnType<typeof createFakeBroker>) => broker.set({ approveFromNotification: false }),
  ],
  ['it has become one of a group', (broker) => broker.hold(harmless('a', { group: 'g' }))],
  ['it has become worse', (broker) => broker.hold(harmless('a', { level: 'elevated' }))],
] as [string, (broker: ReturnType<typeof createFakeBroker>) => void][])(
  'approving where %s decides nothing; refusing still does',
  async (_why, change) => {
    const { broker, asked, opened } = await start('darwin')
    broker.hold(harmless('a'))
    const [first] = recorded.notifications
    change(broker)
    first?.press('Approve once')
    await settled()
    expect([asked(), opened]).toEqual([[], ['a']])
  },
)
