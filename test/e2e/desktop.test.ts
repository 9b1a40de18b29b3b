// The same story through the compiled Electron main, preload and page, with the shim in Electron's place.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { app, BrowserWindow, recorded } from '../shim/electron.ts'
import { createHome, type TestHome } from '../support/countersign.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import {
  type Agent,
  approve,
  removeFolder,
  startAgent,
  workFolder,
  writeHeldApprovedAndRefused,
} from './files-story.ts'

let home: TestHome
let collector: OtlpReceiver
let folder: string
let agent: Agent

beforeAll(async () => {
  home = createHome()
  folder = workFolder()
  collector = await startOtlpReceiver()
  const telemetry = { endpoint: collector.endpoint, content: false }
  writeFileSync(join(home.home, 'settings.json'), JSON.stringify({ telemetry }))
  process.env['COUNTERSIGN_HOME'] = home.home
  const { started } = (await import(join(import.meta.dirname, '../../out/main/index.js'))) as {
    started: Promise<string>
  }
  expect(await started).toBe('running')
  agent = await startAgent('SDK v1', home.home, folder)
})

afterAll(async () => {
  await agent?.close()
  app.quit()
  await app.ended
  await collector.close()
  removeFolder(folder)
  home.remove()
})

const theWindow = () => {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) throw new Error('There is no window.')
  return window
}
const trayTip = () => recorded.trays[0]?.tooltip ?? ''

it('approve and refuse reach the disk and the agent', async () => {
  const page = await theWindow().page()
  await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
  await writeHeldApprovedAndRefused(agent, page, folder)
})

it('a held call is notified; the tray counts it; a click opens its card; answering takes it all back', async () => {
  const window = theWindow()
  const page = await window.page()
  window.close()
  expect(window.isVisible()).toBe(false)
  const before = recorded.notifications.length
  const path = join(folder, 'from the tray.md')
  const held = agent.call('write_file', { path, content: 'x' })
  // The calls of the story before were notified just now: the next notification keeps its distance.
  await expect.poll(() => recorded.notifications.length, { timeout: 20_000 }).toBeGreaterThan(before)
  const notification = recorded.notifications.at(-1)
  expect(notification?.body).toBe('Something waits on files.')
  await expect.poll(trayTip).toContain('1')
  expect(recorded.badge).toBe(1)

  notification?.click()
  expect(window.isVisible()).toBe(true)
  await page.getByRole('article').filter({ hasText: path }).waitFor()
  await approve(page)
  expect((await held).isError ?? false).toBe(false)
  await expect.poll(() => recorded.badge).toBe(0)
  expect(notification?.closed).toBe(true)
})

it('a page of another origin is refused', async () => {
  const other = new BrowserWindow({
    webPreferences: { preload: join(import.meta.dirname, '../../out/preload/index.cjs') },
  })
  await other.loadURL('data:text/html,elsewhere')
  const page = await other.page()
  const reply = await page.evaluate(() =>
    (
      globalThis as unknown as { countersign: { request(method: string, params: unknown): Promise<unknown> } }
    ).countersign.request('snapshot', {}),
  )
  expect(reply).toMatchObject({ ok: false, error: { code: 'unauthorized' } })
  other.destroy()
})

it('a collector that was set gets a span for each call', async () => {
  const outcomes = () => collector.spans.map(({ attributes }) => attributes['countersign.outcome'])
  await collector.until(() => ['allowed-by-default', 'approved', 'refused'].every((one) => outcomes().includes(one)))
})
