// The small window that says how many calls wait where the system shows no notifications, in a real page: what it can
// lead to, and that it can do nothing else.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BrowserWindow, recorded, world } from '../shim/electron.ts'
import { card } from './fake-broker.ts'
import { type RunningApp, removeFolder, type Start, startApp, temporaryFolder } from './harness.ts'

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

const decisions = () => running.broker.requests.filter(({ method }) => method !== 'snapshot')

describe('the window in the place of notifications', () => {
  const notice = () => BrowserWindow.getAllWindows().find(({ options }) => options.frame === false)
  const startWithout = async (options: Omit<Start, 'home'> = {}) => {
    world.notifications = 'absent'
    const started = await start({ argv: ['--hidden'], ...options })
    await started.ready()
    return started
  }
  const noticePage = async () => {
    await expect.poll(() => notice()?.isVisible()).toBe(true)
    const page = await notice()?.page()
    if (page === undefined) throw new Error('There is no notice window.')
    return page
  }

  test('says how many wait, stays above, takes no focus, and goes with the last card', async () => {
    const { broker, clock } = await startWithout()
    broker.hold(card('a'))
    const page = await noticePage()
    await page.getByText('1 call waits for you').waitFor()
    expect(notice()?.isFocused()).toBe(false)
    expect(notice()?.options).toMatchObject({
      alwaysOnTop: true,
      focusable: false,
      skipTaskbar: true,
      width: 360,
      height: 96,
    })
    broker.hold(card('b', { openedAt: clock.now() }))
    await page.getByText('2 calls wait for you').waitFor()
    broker.close('a')
    await page.getByText('1 call waits for you').waitFor()
    broker.close('b')
    expect(notice() === undefined).toBe(true)
  })

  test('a click on it opens the app, and it goes', async () => {
    const { broker, window, page } = await startWithout()
    broker.hold(card('a'))
    await (await noticePage()).getByText('Open Countersign').click()
    await expect.poll(() => window().isVisible()).toBe(true)
    await (await page()).getByText('reveal', { exact: true }).waitFor()
    await expect.poll(() => notice() === undefined).toBe(true)
    expect(decisions()).toEqual([])
    expect(running.log.join('\n')).not.toContain('Blocked a navigation')
  })

  test('put off, it goes and opens nothing; the next call brings it back', async () => {
    const { broker, clock, window } = await startWithout()
    broker.hold(card('a'))
    await (await noticePage()).getByText('Later').click()
    await expect.poll(() => notice() === undefined).toBe(true)
    expect([window().isVisible(), decisions()]).toEqual([false, []])
    clock.pass(20_000)
    broker.hold(card('b', { openedAt: clock.now() }))
    clock.pass(500)
    await (await noticePage()).getByText('2 calls wait for you').waitFor()
  })

  test('can do nothing else: no preload, no script, no bridge, no place to go', async () => {
    const { broker } = await startWithout()
    broker.hold(card('a', { tool: '<script>alert(1)</script>' }))
    const page = await noticePage()
    expect(notice()?.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      javascript: false,
    })
    expect(notice()?.options.webPreferences?.preload).toBeUndefined()
    expect(await page.content()).not.toMatch(/script|filesystem/)
    await page.goto('https://evil.example/').catch(() => undefined)
    expect(recorded.navigations).toContainEqual({ url: 'https://evil.example/', isMainFrame: true, allowed: false })
    expect(notice()?.webContents.getURL()).toBe('app://countersign/notice?waiting=1')
  })

  test('quitting takes it along', async () => {
    const { broker } = await startWithout()
    broker.hold(card('a'))
    await noticePage()
    await running.quit()
    expect(BrowserWindow.getAllWindows()).toEqual([])
    await start()
  })

  test.for([
    ['/notice?waiting=1', 200],
    ['/notice?waiting=0', 404],
    ['/notice?waiting=-3', 404],
    ['/notice?waiting=%3Cb%3E', 404],
    ['/notice', 404],
    ['/notice.css', 200],
    ['/notice-open', 404],
  ] as const)('%s is answered with %i', async ([url, status]) => {
    const { ready } = await start()
    const page = await ready()
    expect(await page.evaluate(async (path) => (await fetch(path)).status, url)).toBe(status)
  })
})
