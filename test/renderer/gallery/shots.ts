// Pictures of every screen and card in both themes and three sizes, to be looked at:
//   node test/renderer/gallery/shots.ts BUILT_RENDERER OUTPUT_FOLDER [PATTERN_OF_A_NAME]
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../../support/browser.ts'
import { activityScenes } from './activity-scenes.ts'
import { approvalScenes, type Scene, select } from './approval-scenes.ts'
import { controlScenes } from './control-scenes.ts'
import { cards, now, status } from './fixtures.ts'
import { startGallery } from './host.ts'
import { logScenes } from './log-scenes.ts'
import { policies } from './policies.ts'

const queue = [cards.write, cards.low, cards.long, cards.edit, cards.critical, cards.hostile, cards.gone]
const requests = [
  cards.typed,
  cards.resource,
  cards.prompt,
  cards.sampling,
  cards.elicitation,
  cards.resourceHostile,
  cards.write,
]
const openPolicies = async (page: Page, file?: string) => {
  await page.getByRole('button', { name: /^Policies/ }).click()
  if (file !== undefined) await page.getByRole('button', { name: file }).first().click()
}
const openCall = async (page: Page, name: string | RegExp) => {
  await page.getByRole('button', { name: 'Activity' }).click()
  await page.getByRole('button', { name }).first().click()
  await page.getByText('Server answered').waitFor()
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
  {
    name: 'typed',
    state: { approvals: requests, replies: { 'approvals.approve': () => ({ outcome: 'not-confirmed' }) } },
    act: async (page) => {
      await select(cards.typed.id)(page)
      await page.getByLabel('to approve').fill('create_release')
      await page.clock.runFor(100)
      await page
        .locator('button[aria-disabled="false"]', { hasText: /^Approve/ })
        .first()
        .waitFor()
      await page.keyboard.press('Control+Enter')
      await page.getByText('did not accept').waitFor()
    },
  },
  {
    name: 'typed-paste',
    state: { approvals: requests },
    act: async (page) => {
      await select(cards.typed.id)(page)
      await page.getByLabel('to approve').fill('create_')
      await page.evaluate(() => navigator.clipboard.writeText('release').catch(() => undefined))
      await page.keyboard.press('Control+v')
    },
  },
  {
    name: 'note',
    state: { approvals: requests },
    act: async (page) => {
      await select(cards.typed.id)(page)
      await page.getByText('Policy revision').scrollIntoViewIfNeeded()
    },
  },
  { name: 'resource', state: { approvals: requests }, act: select(cards.resource.id) },
  { name: 'resource-hostile', state: { approvals: requests }, act: select(cards.resourceHostile.id) },
  { name: 'prompt', state: { approvals: requests }, act: select(cards.prompt.id) },
  { name: 'sampling', state: { approvals: requests }, act: select(cards.sampling.id) },
  { name: 'elicitation', state: { approvals: requests }, act: select(cards.elicitation.id) },
  { name: 'problems', state: { ...policies.both, approvals: requests }, act: select(cards.write.id) },
  { name: 'problems-empty', state: policies.broken },
  ...approvalScenes,
  ...controlScenes,
  ...logScenes,
  ...activityScenes,
  { name: 'activity', act: (page) => page.getByRole('button', { name: 'Activity' }).click() },
  {
    name: 'call',
    act: (page) => openCall(page, 'write_file'),
  },
  { name: 'call-resource', act: (page) => openCall(page, /resources\/read/) },
  { name: 'policies', act: (page) => openPolicies(page) },
  { name: 'policies-rules', act: (page) => openPolicies(page, 'github.yaml') },
  { name: 'policies-broken', state: policies.brokenAtOnce, act: (page) => openPolicies(page) },
  {
    name: 'policies-place',
    state: policies.broken,
    act: async (page) => {
      await openPolicies(page)
      await page.getByRole('button', { name: /^Go to line/ }).click()
    },
  },
  { name: 'policies-removed', state: policies.removed, act: (page) => openPolicies(page) },
  {
    name: 'policies-removing',
    state: policies.removed,
    act: async (page) => {
      await openPolicies(page)
      await page.getByRole('button', { name: /^Remove for good/ }).click()
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
      if (!new RegExp(only).test(name)) continue
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
