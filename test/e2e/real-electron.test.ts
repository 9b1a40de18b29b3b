// The same story on real Electron, driven by Playwright, wherever its binary and a display are; skipped elsewhere.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHome, type TestHome } from '../support/countersign.ts'
import { type Agent, removeFolder, startAgent, workFolder, writeHeldApprovedAndRefused } from './files-story.ts'

const root = join(import.meta.dirname, '../..')
const { env, platform } = process
const display = platform !== 'linux' || env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined
const runnable = existsSync(join(root, 'node_modules/electron/dist')) && display

describe.skipIf(!runnable)('on real Electron', () => {
  let home: TestHome
  let folder: string
  let app: ElectronApplication
  let agent: Agent

  beforeAll(async () => {
    home = createHome()
    folder = workFolder()
    // Playwright drives Electron through its debugger, which the app refuses unless told otherwise.
    const given = { ...(env as Record<string, string>), ...home.env, COUNTERSIGN_ALLOW_DEBUGGER: '1' }
    app = await _electron.launch({ args: [root], env: given })
  })

  afterAll(async () => {
    await agent?.close()
    await app?.close()
    removeFolder(folder)
    home.remove()
  })

  it('approve and refuse reach the disk and the agent', async () => {
    const page = await app.firstWindow()
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    agent = await startAgent('SDK v1', home.home, folder)
    await writeHeldApprovedAndRefused(agent, page, folder)
  })

  it('the page is isolated and sandboxed', async () => {
    const page = await app.firstWindow()
    expect(await page.evaluate(() => Object.keys(globalThis).includes('require'))).toBe(false)
    expect(
      await page.evaluate(() => Object.keys((globalThis as { countersign?: object }).countersign ?? {}).sort()),
    ).toEqual(['request', 'subscribe'])
  })
})
