// Pictures of every screen and card in both themes and three sizes, to be looked at:
//   node test/renderer/gallery/shots.ts BUILT_RENDERER OUTPUT_FOLDER [PART_OF_A_NAME]
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../../support/browser.ts'
import { cards, now, status } from './fixtures.ts'
import { type GalleryState, startGallery } from './host.ts'

type Scene = {
  readonly name: string
  readonly state?: Partial<GalleryState>
  readonly act?: (page: Page) => Promise<unknown>
}

const queue = [cards.write, cards.low, cards.long, cards.edit, cards.critical, cards.hostile, cards.gone]
const select = (id: string) => async (page: Page) => {
  const row = page.locator(`[data-row="${id}"]`).first()
  if (!(await row.isVisible())) await page.getByRole('button', { name: /^\d+ waiting$/ }).click()
  await page.locator(`[data-row="${id}"]`).locator('visible=true').click()
  await page.clock.runFor(2600)
}

const scenes: readonly Scene[] = [
  { name: 'empty' },
  { name: 'first-run', state: { calls: [], status: { ...status, today: {}, sessions: [], alerts: [] } } },
  { name: 'elevated', state: { approvals: queue }, act: select(cards.write.id) },
  { name: 'low', state: { approvals: queue }, act: select(cards.low.id) },
  { name: 'long', state: { approvals: queue }, act: select(cards.long.id) },
  { name: 'edit', state: { approvals: queue }, act: select(cards.edit.id) },
  { name: 'critical', state: { approvals: queue }, act: select(cards.critical.id) },
  { name: 'hostile', state: { approvals: queue }, act: select(cards.hostile.id) },
  { name: 'gone', state: { approvals: queue }, act: select(cards.gone.id) },
  {
    name: 'refusing',
    state: { approvals: queue },
    act: async (page) => {
      await select(cards.write.id)(page)
      await page.keyboard.press('d')
    },
  },
  { name: 'activity', act: (page) => page.getByRole('button', { name: 'Activity' }).click() },
  {
    name: 'call',
    act: async (page) => {
      await page.getByRole('button', { name: 'Activity' }).click()
      await page.getByRole('button', { name: 'write_file' }).first().click()
      await page.getByText('Server answered').waitFor()
    },
  },
  { name: 'policies', act: (page) => page.getByRole('button', { name: 'Policies' }).click() },
  {
    name: 'policies-broken',
    act: async (page) => {
      await page.getByRole('button', { name: 'Policies' }).click()
      await page.getByRole('button', { name: /github\.yaml/ }).click()
    },
  },
  { name: 'settings', act: (page) => page.getByRole('button', { name: 'Settings' }).click() },
  { name: 'keys', state: { approvals: queue }, act: (page) => page.keyboard.press('?') },
  { name: 'link-used', state: { door: 'used' } },
]

const sizes = [
  { width: 1280, height: 800 },
  { width: 960, height: 640 },
  { width: 420, height: 720 },
]

const [built = 'out/renderer', output = '/tmp/shots', only = ''] = process.argv.slice(2)
await mkdir(output, { recursive: true })
const gallery = await startGallery(built)
const browser = await launchBrowser()
for (const scene of scenes) {
  for (const viewport of sizes) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const name = `${scene.name}-${viewport.width}-${colorScheme}`
      if (!name.includes(only)) continue
      gallery.reset(scene.state)
      const context = await browser.newContext({ locale: 'en-US', viewport, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.clock.install({ time: now })
      await page.goto(gallery.url)
      await page.getByRole('heading').first().waitFor()
      await page.clock.runFor(1200)
      await scene.act?.(page)
      await page.clock.runFor(1200)
      await page.evaluate(() => document.fonts.ready)
      await page.screenshot({ path: join(output, `${name}.png`) })
      await context.close()
    }
  }
}
await browser.close()
await gallery.close()
