// End to end on the headless host: broker, HTTP, the built page in real Chromium, real SDK clients, the real server.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type HeadlessHost, startHeadlessHost } from '../../broker/headless/server.ts'
import { launchBrowser } from '../support/browser.ts'
import { createHome, newest, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import {
  type Agent,
  agentKinds,
  approve,
  removeFolder,
  startAgent,
  workFolder,
  writeHeldApprovedAndRefused,
} from './files-story.ts'

const rendererFolder = join(import.meta.dirname, '../../out/renderer')

let browser: Browser
let home: TestHome
let broker: TestBroker
let host: HeadlessHost
let page: Page
let folder: string
let agent: Agent | undefined

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

beforeEach(async () => {
  home = createHome()
  folder = workFolder()
  broker = await startTestBroker(home.home)
  host = await startHeadlessHost({ api: broker.api, rendererFolder, port: 0, bind: '127.0.0.1', log: () => undefined })
  page = await browser.newPage({ locale: 'en-US' })
  await page.goto(host.launchLink())
  await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
})

afterEach(async () => {
  await agent?.close()
  agent = undefined
  await page.close()
  await host.stop()
  await broker.stop()
  removeFolder(folder)
  home.remove()
})

it.each(agentKinds)('%s: a write is held, approved and done; another refused and not done', async (kind) => {
  agent = await startAgent(kind, home.home, folder)
  await writeHeldApprovedAndRefused(agent, page, folder)
  // The window has moved on from the answered card, so that letters are keys again.
  await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('l')
  const rows = page.getByRole('main')
  await rows.getByText('read_text_file').first().waitFor()
  const { calls } = await broker.ask('activity.search', newest(10))
  expect(calls.map(({ tool, outcome }) => [tool, outcome])).toEqual([
    ['read_text_file', 'allowed-by-default'],
    ['write_file', 'refused'],
    ['write_file', 'approved'],
  ])
})

it.each(agentKinds)('%s: a hold outlives the client: ticket, late approval, identical retry', async (kind) => {
  agent = await startAgent(kind, home.home, folder, { holdBudget: '2', timeout: 3_000 })
  const args = { path: join(folder, 'late.md'), content: 'late' }
  const held = await agent.call('write_file', args)
  expect(held.isError).toBe(true)
  expect(held.content[0]?.text).toMatch(/ticket [0-9A-F]{4}/)
  await page
    .getByText(/released|ticket/i)
    .first()
    .waitFor()
  await approve(page)
  await broker.event('approval.closed', ({ outcome }) => outcome === 'approved')
  const done = await agent.call('write_file', args)
  expect(done.content[0]?.text).toContain('Successfully wrote to')
})
