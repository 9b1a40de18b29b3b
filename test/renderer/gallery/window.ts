// The built window in a real Chromium for a file of tests: built once, opened anew for each test, on a clock that stands
// still.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchBrowser } from '../../support/browser.ts'
import { now } from './fixtures.ts'
import { type Gallery, type GalleryState, startGallery } from './host.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export type TestWindow = {
  readonly page: Page
  readonly gallery: Gallery
  /** Errors and content security complaints of the page. */
  readonly complaints: readonly string[]
  open(state: Partial<GalleryState>, options?: Parameters<Browser['newContext']>[0]): Promise<void>
  /** The params of every request the window sent with this method. */
  sent(method: string): unknown[]
  /** Asked of the page itself after the window had every chance to send. */
  nothingApproved(): Promise<void>
  /** Serious and critical findings. */
  accessible(): Promise<void>
}

/** Call it once, at the top of a test file. */
export function testWindow(): TestWindow {
  let folder: string
  let gallery: Gallery
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-renderer-'))
    await build({ configFile: 'renderer/vite.config.ts', logLevel: 'error', build: { outDir: folder } })
    gallery = await startGallery(folder)
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await gallery?.close()
    await rm(folder, { recursive: true, force: true })
  })

  afterEach(async () => {
    await context?.close()
  })

  const sent = (method: string) =>
    gallery.received.filter((request) => request.method === method).map(({ params }) => params)

  return {
    get page() {
      return page
    },
    get gallery() {
      return gallery
    },
    get complaints() {
      return complaints
    },
    sent,
    open: async (state, options = {}) => {
      gallery.reset(state)
      complaints = []
      context = await browser.newContext({
        locale: 'en-US',
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        ...options,
      })
      page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error' || message.text().includes('Content Security Policy'))
          complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.clock.install({ time: now })
      await page.goto(gallery.url)
      // Not before it stands: a card that comes after the clock stopped would stay inert.
      const ready =
        state.door === 'used'
          ? 'main'
          : state.approvals?.length
            ? '[data-card], [data-group]'
            : 'nav[aria-label="Screens"]'
      await page.locator(ready).first().waitFor()
      // From here time stands still unless a test moves it.
      await page.clock.pauseAt(now + 5_000)
    },
    nothingApproved: async () => {
      await page.evaluate(() => fetch('/api/ping'))
      expect(sent('approvals.approve')).toEqual([])
    },
    accessible: async () => {
      // axe waits by timers.
      await page.clock.resume()
      // Evaluated, not added as a script: the page's own policy refuses foreign scripts.
      await page.evaluate(axeSource)
      const findings = await page.evaluate(async () => {
        const axe = (globalThis as unknown as { axe: typeof import('axe-core') }).axe
        const { violations } = await axe.run()
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .flatMap(({ id, nodes }) =>
            nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`),
          )
      })
      expect(findings).toEqual([])
    },
  }
}
