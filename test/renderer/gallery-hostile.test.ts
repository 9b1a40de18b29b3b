// The hostile corpus in the real window: everything is seen, nothing acts, nothing leaves; and what is long is read to its
// end before it can be approved, in a window that stays quick with a hundred such cards.
import { describe, expect, it } from 'vitest'
import { visibleText } from '../../core/text/visible-text.ts'
import { hostileCalls } from '../fixtures/hostile-texts.ts'
import { card, cards, now } from './gallery/fixtures.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent, nothingApproved } = seen
const pass = (ms: number) => seen.page.clock.runFor(ms)

/** As it stands on the screen: marks by what they say, and by the shape they show. */
const onScreen = (text: string): string =>
  visibleText(text, true)
    .parts.map((part) => (part.kind === 'text' ? part.text : `${part.shape ?? ''}${part.label}`))
    .join('')
const bare = (text: string): string => text.replace(/[\s“”]+/g, '')

/** Opens everything that is folded; at the marks no more than a look is taken. */
async function openAll(): Promise<void> {
  const press = () =>
    seen.page.evaluate(() => {
      const button = [...document.querySelectorAll<HTMLElement>('[data-card] button')].find((one) =>
        /^Show (more|\d)/.test(one.textContent ?? ''),
      )
      button?.click()
      return button !== undefined
    })
  while (await press());
}

describe('the corpus', () => {
  it.each(hostileCalls.map((call) => [call.name, call] as const))('%s', async (_, call) => {
    const marks = call.marks.map(([kind, at]) => ({ kind: kind as 'glob', at }))
    const held = card('ba5e', { tool: call.tool, arguments: call.arguments, marks })
    const asked: string[] = []
    await open({ approvals: [held] })
    seen.page.on('request', (request) => {
      if (!request.url().includes('/api/')) asked.push(request.url())
    })
    const element = seen.page.locator('[data-card="ba5e"]')
    await openAll()
    // Not with toContain: its message would hold all of it.
    const all = bare(await element.evaluate((card) => card.textContent ?? ''))
    expect(all.includes(bare(onScreen(call.payload)))).toBe(true)
    for (const { kind } of marks) await element.locator(`[data-sign="${kind}"]`).first().waitFor({ state: 'attached' })
    // Text nodes only: nothing of it became an element.
    expect(
      await element.locator('img, a, script, style, iframe, object, embed, video, audio, form, link').count(),
    ).toBe(0)
    // Nothing on the screen is what a person could not see.
    const text = await element.evaluate((card) => card.textContent ?? '')
    expect(text.match(/[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008\u001b]/)).toBeNull()
    await seen.page.evaluate(() => fetch('/api/ping'))
    expect(asked).toEqual([])
    expect(seen.complaints).toEqual([])
  })
})

describe('a text of 200 KB with the payload at its end', () => {
  const payload = 'rm -rf / # you did not read this far'
  const long = `${'All work and no play makes for a dull afternoon.\n'.repeat(4100)}${payload}\n`
  const held = { ...cards.write, arguments: { path: '/home/mara/long.md', content: long } }

  it('cannot be approved before its end was opened and on the screen', async () => {
    await open({ approvals: [held] })
    await pass(3000)
    const end = (id: string) => seen.page.locator(`[data-review-end="${id}"]`)
    for (const id of ['/content', '#end']) await end(id).scrollIntoViewIfNeeded()
    await seen.page.keyboard.press('Control+Enter')
    await nothingApproved()
    expect(await seen.page.getByText(payload).count()).toBe(0)
    await openAll()
    await end('#end').scrollIntoViewIfNeeded()
    await seen.page.keyboard.press('Control+Enter')
    await nothingApproved()
    await end('/content').scrollIntoViewIfNeeded()
    expect(await seen.page.getByText(payload).isVisible()).toBe(true)
    await seen.page.locator('button[aria-disabled="false"]', { hasText: 'Approve once' }).waitFor()
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.approve')).toHaveLength(1)
  })
})

describe('a hundred cards with four thousand values each', () => {
  it('draw little of what is not asked for, and can be gone through', async () => {
    const deep = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `field${i}`,
        Array.from({ length: 20 }, (_n, j) => ({ j, text: 'x'.repeat(40) })),
      ]),
    )
    const many = Array.from({ length: 100 }, (_, i) =>
      card(`c${String(i).padStart(3, '0')}`, { openedAt: now - 100_000 + i, arguments: { path: `/tmp/${i}`, deep } }),
    )
    await open({ approvals: many })
    const drawn = () => seen.page.evaluate(() => document.querySelectorAll('*').length)
    expect(await drawn()).toBeLessThan(6_000)
    for (let turn = 0; turn < 5; turn += 1) await seen.page.keyboard.press('j')
    await seen.page.locator('[data-card="c005"]').waitFor()
    expect(await drawn()).toBeLessThan(6_000)
    await pass(1000)
    await seen.page.keyboard.press('Control+Enter')
    await nothingApproved()
  })
})
