// Similar calls of one burst: one row, one card, one answer for those that are ticked, and a word about each.
import { describe, expect, it } from 'vitest'
import { burst } from './gallery/approval-cards.ts'
import { card, cards, now } from './gallery/fixtures.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent } = seen
const groupRow = () => seen.page.locator('[data-row="group:g-chapters"]')
const group = () => seen.page.locator('[data-group="g-chapters"]')
const member = (id: string) => group().locator(`[data-member="${id}"]`)
const press = (key: string) => seen.page.keyboard.press(key)
const pass = (ms: number) => seen.page.clock.runFor(ms)
const unlocked = (name: string) => seen.page.locator('button[aria-disabled="false"]', { hasText: name }).waitFor()
const quiet = () => seen.page.evaluate(() => fetch('/api/ping'))
const shown = (ids: readonly number[]) => ids.map((i) => ({ id: burst[i]?.id, binding: burst[i]?.binding, waiting: 1 }))

/** Reads it to the end, as a person would with `Read on`. */
async function readAll(): Promise<void> {
  const press = () =>
    seen.page.evaluate(() => {
      const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === 'Read on')
      button?.click()
      return button !== undefined
    })
  while (await press());
}

describe('a group', () => {
  it('is one row, says what is common once and what differs in full', async () => {
    await open({ approvals: [...burst, cards.write] })
    await groupRow().getByText('5 similar calls').waitFor()
    await groupRow().click()
    await group().getByRole('region', { name: 'The same in all' }).getByText('utf-8').waitFor()
    expect(await group().getByText('utf-8').count()).toBe(1)
    for (const { id, arguments: args } of burst) {
      const text = await member(id).innerText()
      expect(text).toContain(args['path'])
      for (const line of String(args['content']).split('\n')) expect(text).toContain(line)
    }
    await member('b3rs').getByText('outside the project').waitFor()
  })

  it('approves those that are ticked, by the keyboard, after all was seen, and goes on to the one left out', async () => {
    await open({ approvals: [...burst] })
    await groupRow().press('Enter')
    await pass(1000)
    await press('Control+Enter')
    await quiet()
    expect(sent('approvals.answer-group')).toEqual([])
    await group().getByRole('checkbox', { name: 'Approve B2RS' }).press('Space')
    await readAll()
    await pass(1000)
    await unlocked('Approve 4 of 5')
    await press('Enter')
    await press('Control+Enter')
    await seen.page.locator('[data-card="b2rs"]').waitFor()
    expect(sent('approvals.answer-group')).toEqual([
      { group: 'g-chapters', answer: 'approve', cards: shown([0, 1, 3, 4]) },
    ])
    await seen.page.getByText('Approved 4 calls of write_file.').waitFor()
    expect(sent('approvals.approve')).toEqual([])
    expect(seen.complaints).toEqual([])
  })

  it('refuses all of them with one reason', async () => {
    await open({ approvals: [...burst] })
    await groupRow().click()
    await press('d')
    await seen.page.keyboard.type('One file at a time.')
    await press('Control+Enter')
    await seen.page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.answer-group')).toEqual([
      { group: 'g-chapters', answer: 'refuse', cards: shown([0, 1, 2, 3, 4]), reason: 'One file at a time.' },
    ])
  })

  it('says of each what came of it, and stays where one had changed', async () => {
    await open({
      approvals: [...burst],
      replies: {
        'approvals.answer-group': ({ cards: answered }) => ({
          cards: answered.map(({ id }, i) => ({ id, outcome: i === 1 ? 'changed' : 'ran' })),
        }),
      },
    })
    await groupRow().click()
    await readAll()
    await pass(1000)
    await unlocked('Approve all 5')
    await press('Control+Enter')
    await seen.page.getByRole('alert').filter({ hasText: '1 had changed: not answered.' }).waitFor()
    await member('b1rs').getByText('had changed: not answered').waitFor()
    await member('b0rs').getByText('approved, runs now').waitFor()
  })

  it('leaves out what came in later, and is inert again', async () => {
    await open({ approvals: [...burst] })
    await groupRow().click()
    await readAll()
    await pass(1000)
    await unlocked('Approve all 5')
    const late = card('b5rs', { ...burst[0], id: 'b5rs', ticket: 'B5RS', openedAt: now + 1000 })
    seen.gallery.emit({ type: 'approval.changed', card: late })
    await member('b5rs').getByText('came in later').waitFor()
    await press('Control+Enter')
    await quiet()
    expect(sent('approvals.answer-group')).toEqual([])
    expect(await group().getByRole('checkbox', { name: 'Approve B5RS' }).isChecked()).toBe(false)
    await readAll()
    await pass(1000)
    await unlocked('Approve 5 of 6')
  })

  it('opens any one of them, and leads back', async () => {
    await open({ approvals: [...burst] })
    await groupRow().click()
    await group().getByRole('button', { name: 'Open B3RS' }).press('Enter')
    await seen.page.locator('[data-card="b3rs"]').waitFor()
    await seen.page.getByRole('button', { name: 'Back to the similar calls' }).press('Enter')
    await group().waitFor()
  })

  it('never takes the place of the card that is being read', async () => {
    const [first, ...others] = burst
    if (first === undefined) throw new Error('no burst')
    const { group: name, ...alone } = first
    await open({ approvals: [alone] })
    await seen.page.locator('[data-card="b0rs"]').waitFor()
    for (const one of others) seen.gallery.emit({ type: 'approval.changed', card: one })
    seen.gallery.emit({ type: 'approval.changed', card: { ...alone, group: name } })
    await groupRow().getByText('5 similar calls').waitFor()
    expect(await seen.page.locator('[data-card="b0rs"]').isVisible()).toBe(true)
  })

  it('keeps a card that is told apart when it grows critical', async () => {
    const [first, ...others] = burst
    if (first === undefined) throw new Error('no burst')
    await open({ approvals: [{ ...first, level: 'critical' }, ...others] })
    await groupRow().click()
    await readAll()
    await pass(3000)
    await seen.page.getByText('One of them asks for more than a click: open it.').waitFor()
    await press('Control+Enter')
    await quiet()
    expect(sent('approvals.answer-group')).toEqual([])
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  it('of a group', async () => {
    await open({ approvals: [...burst] }, { colorScheme })
    await groupRow().click()
    await pass(1000)
    await seen.accessible()
  })
})
