// How a held call reaches a person who looks elsewhere: notification, tray, badge. And that none of them decides.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recorded } from '../shim/electron.ts'
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

const bodies = () => recorded.notifications.map(({ body }) => body)
const labels = () => theTray().menu.map(({ label, type }) => label ?? type)

test('a held call is notified once, and a click on it shows the window on its card', async () => {
  const { broker, window, ready } = await start({ argv: ['--hidden'] })
  const page = await ready()
  broker.hold(card('c1'))
  broker.hold({ ...card('c1'), waiting: 2 })
  expect(bodies()).toEqual(['write_file on filesystem'])
  expect(window().isVisible()).toBe(false)

  recorded.notifications[0]?.click()

  expect(window().isVisible()).toBe(true)
  await page.getByText('reveal c1').waitFor()
})

test('a click before the page listens is told once the page has its snapshot', async () => {
  const broker = createFakeBroker()
  const { ready } = await start({ broker })
  broker.hold(card('early'))
  recorded.notifications[0]?.click()
  const page = await ready()
  await page.getByText('reveal early').waitFor()
  expect(await page.getByText('reveal early').count()).toBe(1)
})

test('a notification names tool and server, never an argument', async () => {
  const { broker } = await start()
  broker.hold(card('c1'))
  const [shown] = recorded.notifications
  expect(JSON.stringify(shown)).not.toContain('secret')
})

test('a hostile name cannot act in a notification or a menu', async () => {
  const { broker } = await start()
  broker.hold(card('c1', { tool: '<a href="x">ok</a>&quit\u202Egnp.exe\u200B', server: 'fs\nApproved' }))
  const texts = [...bodies(), ...labels()].join('|')
  expect(texts).not.toMatch(/[<>&\n\u202E\u200B]/)
  expect(bodies()[0]).toBe('\uFFFDa href="x"\uFFFDok\uFFFD/a\uFFFD\uFFFDquit\uFFFDgnp.exe\uFFFD on fs\uFFFDApproved')
})

test('calls that waited before the start share one notification', async () => {
  await start({ broker: createFakeBroker([card('a'), card('b')]) })
  expect(bodies()).toEqual(['2 calls wait for you.'])
})

test('a closed card takes its notification along; a late click opens the app and decides nothing', async () => {
  const { broker, window, ready } = await start({ argv: ['--hidden'] })
  const page = await ready()
  broker.hold(card('c1'))
  broker.close('c1')
  expect(recorded.notifications[0]?.closed).toBe(true)

  recorded.notifications[0]?.click()

  expect(window().isVisible()).toBe(true)
  await page.getByText('reveal', { exact: true }).waitFor()
  expect(broker.requests.filter(({ method }) => method !== 'snapshot')).toEqual([])
})

test('with notifications switched off nothing is notified, and the tray still counts', async () => {
  const { broker } = await start({ broker: createFakeBroker([card('a')], { notifications: false }) })
  broker.hold(card('b'))
  expect(recorded.notifications).toEqual([])
  expect(recorded.badge).toBe(2)
})

test('the tray counts up and down, in shape, words and badge', async () => {
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

test('on macOS the number stands beside the icon, on Windows on the task bar', async () => {
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

test('the menu leads to up to five cards, oldest first, and says what quitting does', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const cards = names.map((id, index) => card(id, { tool: `tool_${id}`, openedAt: 1000 - index }))
  const { ready } = await start({ argv: ['--hidden'], broker: createFakeBroker(cards) })
  const page = await ready()
  expect(labels()).toEqual([
    '7 calls wait for you',
    'separator',
    'tool_g on filesystem',
    'tool_f on filesystem',
    'tool_e on filesystem',
    'tool_d on filesystem',
    'tool_c on filesystem',
    'and 2 more…',
    'separator',
    'Open Countersign',
    'Quit: refuses the 7 waiting calls and all that would ask',
  ])
  theTray().choose('tool_f')
  await page.getByText('reveal f').waitFor()
})

test('a left click on the tray opens the window', async () => {
  const { window } = await start({ argv: ['--hidden'] })
  expect(window().isVisible()).toBe(false)
  theTray().click()
  expect([window().isVisible(), window().isFocused()]).toEqual([true, true])
})
