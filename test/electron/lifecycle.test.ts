// Starting, hiding, starting twice and ending.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BrokerStartError } from '../../broker/host-contract.ts'
import { app, BrowserWindow, powerMonitor, recorded, world } from '../shim/electron.ts'
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

test('the first start shows the window without taking the focus, and keeps all its files in the home', async () => {
  const { window, ready, broker } = await start()
  await ready()
  expect([window().isVisible(), window().isFocused()]).toEqual([true, false])
  expect(recorded.userData).toBe(path.join(home, 'electron'))
  expect(broker.options()).toMatchObject({ home, host: 'desktop' })
})

test('started hidden, the window stays away until somebody wants it', async () => {
  const { window, ready } = await start({ argv: ['/app/countersign', '--hidden'] })
  await ready()
  expect(window().isVisible()).toBe(false)
})

test('a second start shows the window of the first; a hidden one leaves it alone', async () => {
  const { window, ready } = await start({ argv: ['--hidden'] })
  await ready()
  app.emit('second-instance', {}, ['countersign', '--hidden'], '/')
  expect(window().isVisible()).toBe(false)
  app.emit('second-instance', {}, ['countersign'], '/')
  expect([window().isVisible(), window().isFocused()]).toEqual([true, true])
})

test('the second instance itself ends without touching the broker', async () => {
  world.firstInstance = false
  const { outcome } = await start()
  expect(outcome).toBe('second-instance')
  expect(() => running.broker.options()).toThrow('not started')
  expect(recorded).toMatchObject({ exitCode: 0, trays: [], errorBoxes: [] })
})

test('closing the window keeps the app in the tray and says so the first time only', async () => {
  const { window, broker, ready } = await start()
  await ready()
  window().close()
  expect(BrowserWindow.getAllWindows()).toHaveLength(1)
  expect(window().isVisible()).toBe(false)
  expect(recorded.notifications.map(({ title }) => title)).toEqual(['Countersign keeps running'])
  expect(broker.stops).toBe(0)
  window().show()
  window().close()
  await running.quit()

  const again = await start()
  again.window().close()
  expect(recorded.notifications).toEqual([])
})

test('the window comes back where it was', async () => {
  const kept = { x: 300, y: 120, width: 900, height: 700 }
  const { window } = await start()
  window().setBounds(kept)
  window().maximize()
  await running.quit()

  const again = await start()
  expect(again.window().options).toMatchObject(kept)
  again.window().show()
  expect(again.window().isMaximized()).toBe(true)
})

test('a window that was on a screen now gone comes back on one that is there', async () => {
  world.displays = [
    { x: 0, y: 0, width: 1920, height: 1080 },
    { x: 1920, y: 0, width: 1920, height: 1080 },
  ]
  const { window } = await start()
  window().setBounds({ x: 2500, y: 100, width: 900, height: 700 })
  await running.quit()

  const again = await start()
  expect(again.window().options).toMatchObject({ x: 510, y: 190, width: 900, height: 700 })
})

test('a damaged state file costs the position, not the start', async () => {
  const { outcome } = await start()
  expect(outcome).toBe('running')
  await running.quit()
  writeFileSync(path.join(home, 'electron', 'window.json'), '{"bounds":{"x":"left"}')
  const again = await start()
  expect(again.outcome).toBe('running')
  expect(again.log.join()).toContain('window.json is damaged')
})

test.for(['remote-debugging-port', 'remote-debugging-pipe', 'inspect'])('--%s is refused', async (name) => {
  world.switches.add(name)
  const { outcome, broker } = await start()
  expect(outcome).toBe('refused')
  expect(recorded.exitCode).toBe(1)
  expect(recorded.errorBoxes[0]?.content).toContain(`--${name}`)
  expect(() => broker.options()).toThrow('not started')
})

test('the exception for debugging counts in development only', async () => {
  world.switches.add('inspect')
  const env = { COUNTERSIGN_ALLOW_DEBUGGER: '1' }
  expect((await start({ env })).outcome).toBe('running')
  await running.quit()
  world.switches.add('inspect')
  world.packaged = true
  expect((await start({ env })).outcome).toBe('refused')
})

test('a broker that cannot start is explained, with exit code 1', async () => {
  const sentence = 'The database was written by a newer Countersign. Update this one.'
  const { outcome } = await start({
    startBroker: () => Promise.reject(new BrokerStartError('database-newer', sentence)),
  })
  expect(outcome).toBe('failed')
  expect(recorded.errorBoxes).toEqual([{ title: 'Countersign did not start', content: sentence }])
  expect(recorded).toMatchObject({ exitCode: 1, trays: [] })
})

test('a home that cannot be made is explained, with exit code 1', async () => {
  const file = path.join(home, 'a-file')
  writeFileSync(file, '')
  running = await startApp({ home, under: path.join(file, 'home') })
  expect(running.outcome).toBe('failed')
  expect(recorded.errorBoxes[0]?.content).toContain(`The data folder ${path.join(file, 'home')} cannot be written`)
  expect(recorded.exitCode).toBe(1)
})

test.for(['the tray', 'a signal'] as const)(
  'quitting by %s stops the broker once, then everything else',
  async (by) => {
    const { broker, ready, signal } = await start()
    await ready()
    const { ended } = app
    if (by === 'the tray') theTray().choose('Quit')
    else {
      signal()
      signal()
    }
    await ended
    expect(broker.stops).toBe(1)
    expect(theTray().destroyed).toBe(true)
    expect(recorded.exitCode).toBe(0)
    expect(BrowserWindow.getAllWindows().filter((window) => window.isVisible())).toHaveLength(0)
  },
)

test('when the system goes down, quitting does not hold it up', async () => {
  const { broker } = await start()
  const { ended } = app
  powerMonitor.emit('shutdown')
  app.quit()
  await ended
  expect(broker.stops).toBe(1)
})

test('a page that crashed takes its window along, and the next look makes a new one', async () => {
  const { window, ready } = await start()
  await ready()
  window().webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 })
  expect(BrowserWindow.getAllWindows()).toHaveLength(0)
  expect(recorded.notifications.map(({ title }) => title)).toEqual(['The window had to close'])
  theTray().click()
  await ready()
  expect(window().isVisible()).toBe(true)
})

test('the key is sealed by the keychain where there is one', async () => {
  expect((await start()).broker.options().secretBox).toBeUndefined()
  await running.quit()
  world.keychain = true
  const box = (await start()).broker.options().secretBox
  const sealed = box?.encrypt('private half')
  expect(Buffer.from(sealed ?? []).toString()).not.toContain('private')
  expect(box?.decrypt(sealed ?? new Uint8Array())).toBe('private half')
})

test('the menu has no developer tools in a packaged app', async () => {
  await start()
  expect(JSON.stringify(recorded.applicationMenu)).toContain('toggleDevTools')
  await running.quit()
  world.packaged = true
  await start()
  expect(JSON.stringify(recorded.applicationMenu)).toContain('editMenu')
  expect(JSON.stringify(recorded.applicationMenu)).not.toMatch(/toggleDevTools|reload/)
  expect(running.window().options.webPreferences).toMatchObject({
    devTools: false,
    sandbox: true,
    contextIsolation: true,
  })
})

test('the state file is written whole', async () => {
  const { window } = await start()
  window().close()
  expect(JSON.parse(readFileSync(path.join(home, 'electron', 'window.json'), 'utf8'))).toMatchObject({
    trayExplained: true,
    maximized: false,
  })
})
