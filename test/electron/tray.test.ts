// How a held call reaches a person who looks elsewhere, through the whole app: a clicked notification, the tray, its
// lockdown, the badge, waking from sleep.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { powerMonitor, recorded, world } from '../shim/electron.ts'
import { card, createFakeBroker } from './fake-broker.ts'
import { type RunningApp, removeFolder, type Start, startApp, temporaryFolder, theTray } from './harness.ts'

let home: string
let running: RunningApp
const start = async (options: Omit<Start, 'home'> = {}) => {
  running = await startApp({ home, ...options })
  return running
}

beforeEach(() => {
  home = temporaryFolder()
})
afterEach(async () => {
  await running.quit()
  removeFolder(home)
})

const labels = () => theTray().menu.map(({ label, type }) => label ?? type)
const decisions = () => running.broker.requests.filter(({ method }) => method !== 'snapshot')

describe('a clicked notification', () => {
  test('shows the window on its card; the card alone did not', async () => {
    const { broker, window, ready } = await start({ argv: ['--hidden'] })
    const page = await ready()
    broker.hold(card('c1'))
    expect(window().isVisible()).toBe(false)

    recorded.notifications[0]?.click()

    expect(window().isVisible()).toBe(true)
    await page.getByText('reveal c1').waitFor()
  })

  test('is told once the page has its snapshot, when it came before the page listened', async () => {
    const { broker, ready } = await start()
    broker.hold(card('early'))
    recorded.notifications[0]?.click()
    const page = await ready()
    await page.getByText('reveal early').waitFor()
    expect(await page.getByText('reveal early').count()).toBe(1)
  })

  test('opens the app and decides nothing when its card is closed', async () => {
    const { broker, window, ready } = await start({ argv: ['--hidden'] })
    const page = await ready()
    broker.hold(card('c1'))
    broker.close('c1')
    expect(recorded.notifications[0]?.closed).toBe(true)

    recorded.notifications[0]?.click()

    expect(window().isVisible()).toBe(true)
    await page.getByText('reveal', { exact: true }).waitFor()
    expect(decisions()).toEqual([])
  })
})

describe('the tray', () => {
  test('counts up and down, in shape, words and badge', async () => {
    const { broker } = await start()
    const seen = () => ({ picture: theTray().picture, badge: recorded.badge, note: labels()[0] })
    expect(seen()).toEqual({ picture: 'protecting-black@2x.png', badge: 0, note: 'Protecting, nothing waits' })
    broker.hold(card('a'))
    expect(seen()).toEqual({ picture: 'waiting-1-black@2x.png', badge: 1, note: '1 call waits for you' })
    broker.hold(card('b'))
    expect(seen()).toEqual({ picture: 'waiting-2-black@2x.png', badge: 2, note: '2 calls wait for you' })
    broker.close('a')
    expect(seen()).toEqual({ picture: 'waiting-1-black@2x.png', badge: 1, note: '1 call waits for you' })
    broker.close('b')
    broker.breakPolicy('github.yaml:3 is not YAML')
    expect(seen()).toEqual({ picture: 'degraded-black@2x.png', badge: 0, note: 'Degraded' })
    expect(theTray().tooltip).toContain('github.yaml:3 is not YAML')
  })

  test('counts on with notifications switched off, and in quiet hours', async () => {
    const quietHours = { from: '00:00', to: '23:59' }
    const { broker } = await start({ broker: createFakeBroker([card('a')], { quietHours }) })
    broker.hold(card('b'))
    broker.set({ notifications: false })
    broker.hold(card('c'))
    expect(recorded.notifications).toEqual([])
    expect([recorded.badge, theTray().picture]).toEqual([3, 'waiting-3-black@2x.png'])
  })

  test('writes the number beside the icon on macOS, on the task bar on Windows', async () => {
    const { broker } = await start({ platform: 'darwin' })
    broker.hold(card('a'))
    expect(theTray()).toMatchObject({ picture: 'waiting-black.png', title: '1' })
    await running.quit()

    const windows = await start({ platform: 'win32' })
    windows.broker.hold(card('a'))
    expect(recorded.overlay).toBe('1.png')
    windows.broker.close('a')
    expect(recorded.overlay).toBeUndefined()
  })

  test('leads to up to five cards, oldest first, and says how long each waits and what quitting does', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const cards = names.map((id, index) => card(id, { tool: `tool_${id}`, openedAt: 1000 - index }))
    const { ready, clock } = await start({ argv: ['--hidden'], broker: createFakeBroker(cards) })
    const page = await ready()
    expect(labels()).toEqual([
      '7 calls wait for you',
      'separator',
      'tool_g on filesystem, just now',
      'tool_f on filesystem, just now',
      'tool_e on filesystem, just now',
      'tool_d on filesystem, just now',
      'tool_c on filesystem, just now',
      'and 2 more…',
      'separator',
      'Lock down: refuse everything',
      'separator',
      'Open Countersign',
      'Quit: refuses the 7 waiting calls and all that would ask',
    ])
    clock.pass(120_000)
    expect(labels()[2]).toBe('tool_g on filesystem, 2 min')
    theTray().choose('tool_f')
    await page.getByText('reveal f').waitFor()
  })

  test('leads from a problem to the policies', async () => {
    const { broker, ready } = await start({ argv: ['--hidden'] })
    const page = await ready()
    broker.breakPolicy('github.yaml:3 is not YAML')
    theTray().choose('github.yaml')
    await page.getByText('reveal policies').waitFor()
  })

  test('a name from outside cannot act in its menu', async () => {
    const { broker } = await start()
    broker.hold(card('c1', { tool: '<a href="x">ok</a>&quit\u202Egnp.exe\u200B', server: 'fs\nApproved' }))
    expect(labels().join('|')).not.toMatch(/[<>&\n\u202E\u200B]/)
  })

  test('a left click opens the window', async () => {
    const { window } = await start({ argv: ['--hidden'] })
    expect(window().isVisible()).toBe(false)
    theTray().click()
    expect([window().isVisible(), window().isFocused()]).toEqual([true, true])
  })
})

describe('the lockdown', () => {
  const lockdownEntry = () => theTray().menu.find(({ type }) => type === 'checkbox')

  test.for([
    ['linux', 'lockdown-black@2x.png'],
    ['darwin', 'lockdown-black.png'],
    ['win32', 'lockdown-black.png'],
  ] as const)('is one click in the tray, and one to lift it, on %s', async ([platform, picture]) => {
    const { broker, clock } = await start({ platform, broker: createFakeBroker([card('a')]) })
    expect(lockdownEntry()).toMatchObject({ label: 'Lock down: refuse everything', checked: false })

    theTray().choose('Lock down')

    await expect.poll(() => theTray().picture).toBe(picture)
    expect(decisions()).toEqual([{ method: 'lockdown.set', params: { on: true }, actor: 'desktop' }])
    expect(lockdownEntry()).toMatchObject({ label: 'Lift the lockdown', checked: true })
    expect(labels()[0]).toBe('Locked down: everything is refused')
    expect(recorded.notifications.every(({ closed }) => closed)).toBe(true)
    clock.pass(600_000)
    expect(recorded.notifications).toHaveLength(1)

    theTray().choose('Lift the lockdown')

    await expect.poll(() => lockdownEntry()?.checked).toBe(false)
    expect(broker.requests.at(-1)).toEqual({ method: 'lockdown.set', params: { on: false }, actor: 'desktop' })
  })

  test('that cannot be had is said aloud, and the tray shows what is', async () => {
    const { broker } = await start()
    broker.breakDown()
    theTray().choose('Lock down')
    await expect
      .poll(() => recorded.messages)
      .toEqual([
        { message: 'Countersign is not locked down', detail: 'The disk is full.\nCalls are checked as before.' },
      ])
    expect(recorded.errorBoxes).toEqual([])
    expect([theTray().picture, lockdownEntry()?.checked]).toEqual(['protecting-black@2x.png', false])
  })
})

test('waking from sleep has the broker look at its clock before anything is said', async () => {
  const { broker, clock } = await start()
  broker.hold(card('a'))
  clock.sleep(3_600_000)
  const before = broker.requests.length
  broker.closeSilently('a')
  powerMonitor.emit('resume')
  await expect.poll(() => recorded.badge).toBe(0)
  expect(broker.requests.slice(before)).toEqual([{ method: 'snapshot', params: {}, actor: 'desktop' }])
  expect(recorded.notifications.map(({ closed }) => closed)).toEqual([true])
})

test.for([
  ['darwin', true, 'touch-id'],
  ['darwin', false, undefined],
  ['linux', true, undefined],
] as const)('the broker on %s with a sensor (%s) may ask the system by %s', async ([platform, touchId, kind]) => {
  world.touchId = touchId
  const { broker } = await start({ platform })
  expect(broker.options().osAuth?.kind).toBe(kind)
})
