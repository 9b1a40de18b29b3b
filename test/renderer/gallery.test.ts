// The built window in a real Chromium, against a host that logs what the window really sends: nothing is approved but
// by a deliberate act on what was shown, and every screen is accessible in both themes.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { cards, now } from './gallery/fixtures.ts'
import { type Gallery, type GalleryState, startGallery } from './gallery/host.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let folder: string
let gallery: Gallery
let browser: Browser
let context: BrowserContext
let page: Page
let complaints: string[]

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

beforeEach(() => {
  complaints = []
})

afterEach(async () => {
  await context?.close()
})

async function open(state: Partial<GalleryState>, options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
  gallery.reset(state)
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
  await page.getByRole('heading').first().waitFor()
  // From here time stands still unless a test moves it.
  await page.clock.pauseAt(now + 5_000)
}

const sent = (method: string) =>
  gallery.received.filter((request) => request.method === method).map(({ params }) => params)
const approve = () => page.getByRole('button', { name: /^Approve once/ })
const row = (id: string) => page.locator(`[data-row="${id}"]`)
const cardOf = (id: string) => page.locator(`[data-card="${id}"]`)
const inertOver = (ms: number) => page.clock.runFor(ms)
// Not waitForFunction: it polls by animation frames, and time stands still here.
const unlocked = () => page.locator('button[aria-disabled="false"]').first().waitFor()

/** Asked of the page itself after the window had every chance to send. */
async function nothingApproved(): Promise<void> {
  await page.evaluate(() => fetch('/api/ping'))
  expect(sent('approvals.approve')).toEqual([])
}

/** Shows `id` anew, so that its inert moment begins now. */
async function show(id: string): Promise<void> {
  gallery.emit({ type: 'reveal', screen: 'approvals', id })
  await cardOf(id).waitFor()
}

describe('approving', () => {
  it('approves by Ctrl+Enter exactly what is shown, and only after the inert moment', async () => {
    await open({ approvals: [cards.low, cards.write] })
    await show(cards.low.id)
    await show(cards.write.id)
    await inertOver(690)
    await page.keyboard.press('Control+Enter')
    // Forced: Playwright itself would wait for a disabled button.
    await approve().click({ force: true })
    await nothingApproved()
    await inertOver(20)
    await unlocked()
    await page.keyboard.press('Control+Enter')
    await page.getByText('It runs now.').waitFor()
    expect(sent('approvals.approve')).toEqual([{ id: cards.write.id, binding: cards.write.binding }])
    await cardOf(cards.low.id).waitFor()
    // The next card is inert again: a second press meant for the first one does nothing.
    await page.keyboard.press('Control+Enter')
    await page.evaluate(() => fetch('/api/ping'))
    expect(sent('approvals.approve')).toHaveLength(1)
    expect(complaints).toEqual([])
  })

  it('approves by a pointer click', async () => {
    await open({ approvals: [cards.write] })
    await inertOver(1000)
    await unlocked()
    await approve().click()
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.approve')).toHaveLength(1)
  })

  it('never approves by a bare Enter or Space, a repeating key or a composing input method', async () => {
    await open({ approvals: [cards.write] })
    await inertOver(1000)
    await unlocked()
    await approve().focus()
    for (const key of ['Enter', 'Space', 'Shift+Enter', 'Alt+Enter', 'Shift+Space']) await page.keyboard.press(key)
    await page.evaluate(() => {
      for (const part of [{ repeat: true }, { isComposing: true }]) {
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, ...part }))
      }
    })
    await nothingApproved()
  })

  it('becomes inert again when the card changes or the window takes focus', async () => {
    await open({ approvals: [cards.write] })
    await inertOver(1000)
    await unlocked()
    gallery.emit({ type: 'approval.changed', card: { ...cards.write, caller: { state: 'released' } } })
    await page.getByText('was given').waitFor()
    await page.keyboard.press('Control+Enter')
    await inertOver(1000)
    await unlocked()
    await page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await page.keyboard.press('Control+Enter')
    await nothingApproved()
    await inertOver(1000)
    await unlocked()
    gallery.state.approvals = [{ ...cards.write, caller: { state: 'released' } }]
    await page.keyboard.press('Control+Enter')
    await page.getByText('the next identical call runs, once').waitFor()
  })

  it('asks for the typed name of a critical call, and waits two seconds', async () => {
    await open({ approvals: [cards.critical] })
    await inertOver(5000)
    await page.keyboard.press('Control+Enter')
    await page.getByLabel('to approve').fill('delete_branc')
    await page.keyboard.press('Control+Enter')
    await nothingApproved()
    await page.getByLabel('to approve').fill('delete_branch')
    await unlocked()
    await page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await inertOver(1990)
    await page.keyboard.press('Control+Enter')
    await nothingApproved()
    await inertOver(20)
    await unlocked()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.approve')).toHaveLength(1)
  })

  it('stays locked until long content was on the screen', async () => {
    await open({ approvals: [cards.long] })
    await inertOver(5000)
    await page.getByText('Some of it is still out of sight.').waitFor()
    await page.keyboard.press('Control+Enter')
    // Forced: Playwright itself would wait for a disabled button.
    await approve().click({ force: true })
    await nothingApproved()
    for (const end of ['/content', '#end']) await page.locator(`[data-review-end="${end}"]`).scrollIntoViewIfNeeded()
    await unlocked()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.approve')).toHaveLength(1)
  })

  it('can be read to the end by the keyboard alone, folded or not', async () => {
    await open({ approvals: [cards.long] }, { viewport: { width: 640, height: 400 } })
    await page.getByRole('button', { name: 'Unfold all lines' }).press('Enter')
    const readOn = page.getByRole('button', { name: 'Read on' })
    await readOn.waitFor()
    // Looked for and pressed in one go: the button is gone at the end, and could go between two questions from here.
    const press = () =>
      page.evaluate(() => {
        const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === 'Read on')
        button?.click()
        return button !== undefined
      })
    while (await press());
    await inertOver(1000)
    await unlocked()
  })

  it.each([
    ['closed', 'had already closed'],
    ['changed', 'The call changed'],
  ] as const)('says so when the card was %s', async (answer, words) => {
    await open({ approvals: [cards.write], answer })
    await inertOver(1000)
    await unlocked()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alert').filter({ hasText: words }).waitFor()
  })
})

describe('refusing and reading', () => {
  it('refuses with a reason that goes to the broker', async () => {
    await open({ approvals: [cards.write] })
    await page.keyboard.press('d')
    await page.keyboard.type('Use jd staging.')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.refuse')).toEqual([
      { id: cards.write.id, binding: cards.write.binding, reason: 'Use jd staging.' },
    ])
    expect(sent('approvals.approve')).toEqual([])
  })

  it('moves by j and k, puts off by Esc, and never replaces the card being read', async () => {
    await open({ approvals: [cards.write, cards.low] })
    await cardOf(cards.write.id).waitFor()
    await page.keyboard.press('j')
    await cardOf(cards.low.id).waitFor()
    await page.keyboard.press('k')
    await cardOf(cards.write.id).waitFor()
    gallery.emit({ type: 'approval.changed', card: cards.critical })
    await row(cards.critical.id).waitFor()
    expect(await cardOf(cards.write.id).isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await cardOf(cards.low.id).waitFor()
    expect(await row(cards.write.id).isVisible()).toBe(true)
  })

  it('keeps a card that closed by itself, in words and without Approve', async () => {
    await open({ approvals: [cards.write, cards.low] })
    await cardOf(cards.write.id).waitFor()
    gallery.emit({ type: 'approval.closed', id: cards.write.id, outcome: 'expired' })
    await page.getByText('the call expired and did not run').waitFor()
    expect(await cardOf(cards.write.id).isVisible()).toBe(true)
    expect(await approve().count()).toBe(0)
  })

  it('keeps the rows where they are while the pointer is over the list', async () => {
    await open({ approvals: [cards.write, cards.low, cards.edit] })
    await row(cards.edit.id).hover()
    const before = await row(cards.edit.id).boundingBox()
    gallery.emit({ type: 'approval.closed', id: cards.low.id, outcome: 'cancelled' })
    await row(cards.low.id).getByText('taken back').waitFor()
    expect(await row(cards.edit.id).boundingBox()).toEqual(before)
    await page.mouse.move(900, 400)
    await row(cards.low.id).waitFor({ state: 'detached' })
  })

  it('shows hostile text as marks and text nodes, and raises the card', async () => {
    await open({ approvals: [cards.hostile] })
    const shown = cardOf(cards.hostile.id)
    await shown.getByText('U+202E RLO').first().waitFor()
    expect(await shown.getAttribute('data-level')).toBe('critical')
    for (const mark of ['U+200B zero-width space', 'ESC [31m', 'hidden text “ignore”', 'U+2066 LRI']) {
      expect(await shown.getByText(mark).first().isVisible()).toBe(true)
    }
    expect(await shown.getByText('<img src=x onerror=alert(1)>').isVisible()).toBe(true)
    expect(await page.locator('img').count()).toBe(0)
    await shown.getByText('invisible, reorder text or pass for another').waitFor()
  })
})

describe('the connection', () => {
  it('takes a new snapshot after a lost event', async () => {
    await open({ approvals: [] })
    gallery.state.approvals = [cards.write]
    gallery.lose()
    gallery.emit({ type: 'policies.changed', revision: 'r' })
    await cardOf(cards.write.id).waitFor()
  })

  it('says what a lost connection means, answers nothing meanwhile, and comes back by itself', async () => {
    await open({ approvals: [cards.write] })
    await inertOver(1000)
    await unlocked()
    gallery.state.door = 'down'
    gallery.lose()
    gallery.emit({ type: 'policies.changed', revision: 'r' })
    await page.getByRole('alert').filter({ hasText: 'Calls that need a person are refused' }).waitFor()
    await page.keyboard.press('Control+Enter')
    gallery.state.door = 'open'
    await nothingApproved()
    await page.clock.runFor(6000)
    await page.getByRole('alert').waitFor({ state: 'detached' })
  })

  it('explains a used link', async () => {
    await open({ door: 'used' })
    await page.getByRole('heading', { name: 'This link has been used or has expired' }).waitFor()
  })
})

describe('other screens', () => {
  it('finds its way by keys, filters Activity and opens a call', async () => {
    await open({})
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.getByRole('row').nth(3).waitFor()
    await page.getByLabel('Outcome').selectOption('refused')
    await page.getByRole('cell', { name: 'Refused' }).first().waitFor()
    await page.getByRole('cell', { name: 'Allowed by rule' }).first().waitFor({ state: 'detached' })
    await page.getByRole('row').nth(1).getByRole('button').click()
    await page.getByRole('dialog').getByText('Server answered').waitFor()
    await page.keyboard.press('Escape')
    await page.clock.runFor(500)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await page.getByText('never-move').first().waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  })

  it('saves a setting and wears it', async () => {
    await open({}, { colorScheme: 'light' })
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.getByText('Dark', { exact: true }).click()
    await page.locator('html[data-theme="dark"]').waitFor()
    expect(sent('settings.set')).toEqual([{ theme: 'dark' }])
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  const all = [cards.write, cards.low, cards.long, cards.critical, cards.hostile]
  it.each([
    ['empty', [], async () => {}],
    ['elevated card', all, () => row(cards.write.id).click()],
    ['low card', all, () => row(cards.low.id).click()],
    ['long card', all, () => row(cards.long.id).click()],
    ['critical card', all, () => row(cards.critical.id).click()],
    ['hostile card', all, () => row(cards.hostile.id).click()],
    ['reason', [cards.write], () => page.keyboard.press('d')],
    ['activity', [], () => page.getByRole('button', { name: 'Activity' }).click()],
    [
      'call',
      [],
      async () => {
        await page.getByRole('button', { name: 'Activity' }).click()
        await page.getByRole('row').nth(3).getByRole('button').click()
        await page.getByText('Server answered').waitFor()
      },
    ],
    ['policies', [], () => page.getByRole('button', { name: 'Policies' }).click()],
    ['settings', [], () => page.getByRole('button', { name: 'Settings' }).click()],
    ['keys', [], () => page.keyboard.press('?')],
  ] as const)('%s', async (_, approvals, act) => {
    await open({ approvals: [...approvals] }, { colorScheme })
    await act()
    await inertOver(2500)
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
  })
})
