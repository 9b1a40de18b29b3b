// The built window in a real Chromium, against a host that logs what the window really sends: nothing is approved but
// by a deliberate act on what was shown, and every screen is accessible in both themes.
import { describe, expect, it } from 'vitest'
import { cards } from './gallery/fixtures.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent, nothingApproved } = seen
const approve = () => seen.page.getByRole('button', { name: /^Approve once/ })
const row = (id: string) => seen.page.locator(`[data-row="${id}"]`)
const cardOf = (id: string) => seen.page.locator(`[data-card="${id}"]`)
const inertOver = (ms: number) => seen.page.clock.runFor(ms)
// Not waitForFunction: it polls by animation frames, and time stands still here.
const unlocked = () =>
  seen.page
    .locator('button[aria-disabled="false"]', { hasText: /^Approve/ })
    .first()
    .waitFor()

/** Shows `id` anew, so that its inert moment begins now. */
async function show(id: string): Promise<void> {
  seen.gallery.emit({ type: 'reveal', screen: 'approvals', id })
  await cardOf(id).waitFor()
}

describe('approving', () => {
  it('approves by Ctrl+Enter exactly what is shown, and only after the inert moment', async () => {
    await open({ approvals: [cards.low, cards.write] })
    await show(cards.low.id)
    await show(cards.write.id)
    await inertOver(690)
    await seen.page.keyboard.press('Control+Enter')
    // Forced: Playwright itself would wait for a disabled button.
    await approve().click({ force: true })
    await nothingApproved()
    await inertOver(20)
    await unlocked()
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByText('It runs now.').waitFor()
    expect(sent('approvals.approve')).toEqual([{ id: cards.write.id, binding: cards.write.binding, waiting: 1 }])
    await cardOf(cards.low.id).waitFor()
    // The next card is inert again: a second press meant for the first one does nothing.
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.evaluate(() => fetch('/api/ping'))
    expect(sent('approvals.approve')).toHaveLength(1)
    expect(seen.complaints).toEqual([])
  })

  it('approves by a pointer click', async () => {
    await open({ approvals: [cards.write] })
    await inertOver(1000)
    await unlocked()
    await approve().click()
    await seen.page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.approve')).toHaveLength(1)
  })

  it('never approves by a bare Enter or Space, a repeating key or a composing input method', async () => {
    await open({ approvals: [cards.write] })
    await inertOver(1000)
    await unlocked()
    await approve().focus()
    for (const key of ['Enter', 'Space', 'Shift+Enter', 'Alt+Enter', 'Shift+Space']) await seen.page.keyboard.press(key)
    await seen.page.evaluate(() => {
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
    seen.gallery.emit({ type: 'approval.changed', card: { ...cards.write, caller: { state: 'released' } } })
    await seen.page.getByText('was given').waitFor()
    await seen.page.keyboard.press('Control+Enter')
    await inertOver(1000)
    await unlocked()
    await seen.page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await seen.page.keyboard.press('Control+Enter')
    await nothingApproved()
    await inertOver(1000)
    await unlocked()
    seen.gallery.state.approvals = [{ ...cards.write, caller: { state: 'released' } }]
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByText('the next identical call runs, once').waitFor()
  })

  it('asks for the typed name of a critical call, and waits two seconds', async () => {
    await open({ approvals: [cards.critical] })
    await inertOver(5000)
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByLabel('to approve').fill('delete_branc')
    await seen.page.keyboard.press('Control+Enter')
    await nothingApproved()
    await seen.page.getByLabel('to approve').fill('delete_branch')
    await unlocked()
    await seen.page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await inertOver(1990)
    await seen.page.keyboard.press('Control+Enter')
    await nothingApproved()
    await inertOver(20)
    await unlocked()
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.approve')).toHaveLength(1)
  })

  it.each([
    ['the name, where the rule asks for it', cards.typed, 'create_release'],
    ['a name with spaces', { ...cards.prompt, confirm: 'type-name' }, 'review pull request'],
    ['the ticket, where the name cannot be typed as it looks', cards.resourceHostile, 'E5F1'],
    ['the ticket, where the name is too long', { ...cards.typed, tool: 'n'.repeat(81) }, 'C4E8'],
  ] as const)('asks for %s, and sends what was typed', async (_, card, word) => {
    await open({ approvals: [card] })
    await inertOver(3000)
    const field = seen.page.getByLabel('to approve')
    await seen.page.keyboard.press('Control+Enter')
    await approve().click({ force: true })
    for (const almost of [word.slice(0, -1), `${word} `, word.replace(/[A-Za-z]/, (letter) => `${letter}${letter}`)]) {
      await field.fill(almost)
      await seen.page.keyboard.press('Control+Enter')
    }
    await nothingApproved()
    await field.fill('')
    await seen.page.keyboard.type(word)
    await unlocked()
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.approve')).toEqual([
      { id: card.id, binding: card.binding, waiting: card.waiting, typed: word },
    ])
    expect(seen.complaints).toEqual([])
  })

  it('takes the name typed, not pasted or dropped', async () => {
    await open({ approvals: [cards.typed] })
    await inertOver(1000)
    const field = seen.page.getByLabel('to approve')
    await field.focus()
    await seen.page.evaluate(() => {
      const words = new DataTransfer()
      words.setData('text/plain', 'create_release')
      const into = document.activeElement
      // What nobody prevents, a browser does: only a prevented one leaves the field as it is.
      for (const event of [
        new ClipboardEvent('paste', { clipboardData: words, bubbles: true, cancelable: true }),
        new DragEvent('drop', { dataTransfer: words, bubbles: true, cancelable: true }),
      ])
        if (into?.dispatchEvent(event) !== false) document.execCommand('insertText', false, 'create_release')
    })
    await seen.page.getByText('Pasting does nothing here').waitFor()
    expect(await field.inputValue()).toBe('')
    await seen.page.keyboard.press('Control+Enter')
    await nothingApproved()
  })

  it('asks for the name anew when the card holds something else', async () => {
    await open({ approvals: [cards.typed] })
    await inertOver(1000)
    await seen.page.getByLabel('to approve').fill('create_release')
    await unlocked()
    seen.gallery.emit({ type: 'approval.changed', card: { ...cards.typed, binding: cards.write.binding } })
    await seen.page.getByText('Not approved until the name is typed.').waitFor()
    await inertOver(1000)
    await seen.page.keyboard.press('Control+Enter')
    await nothingApproved()
    expect(await seen.page.getByLabel('to approve').inputValue()).toBe('')
  })

  it('stays locked until long content was on the screen', async () => {
    await open({ approvals: [cards.long] })
    await inertOver(5000)
    await seen.page.getByText('Some of it is still out of sight.').waitFor()
    await seen.page.keyboard.press('Control+Enter')
    // Forced: Playwright itself would wait for a disabled button.
    await approve().click({ force: true })
    await nothingApproved()
    for (const end of ['/content', '#end'])
      await seen.page.locator(`[data-review-end="${end}"]`).scrollIntoViewIfNeeded()
    await unlocked()
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.approve')).toHaveLength(1)
  })

  it('can be read to the end by the keyboard alone, folded or not', async () => {
    await open({ approvals: [cards.long] }, { viewport: { width: 640, height: 400 } })
    await seen.page.getByRole('button', { name: 'Unfold all lines' }).press('Enter')
    const readOn = seen.page.getByRole('button', { name: 'Read on' })
    await readOn.waitFor()
    // Looked for and pressed in one go: the button is gone at the end, and could go between two questions from here.
    const press = () =>
      seen.page.evaluate(() => {
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
    ['not-confirmed', 'did not accept what was typed. Nothing was approved'],
  ] as const)('says so when the card was %s, and keeps it', async (answer, words) => {
    await open({ approvals: [cards.typed, cards.low], replies: { 'approvals.approve': () => ({ outcome: answer }) } })
    await inertOver(1000)
    await row(cards.typed.id).click()
    await seen.page.getByLabel('to approve').fill('create_release')
    await inertOver(1000)
    await unlocked()
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByRole('alert').filter({ hasText: words }).waitFor()
    expect(await cardOf(cards.typed.id).isVisible()).toBe(true)
    expect(await seen.page.getByLabel('to approve').inputValue()).toBe('create_release')
  })
})

describe('refusing and reading', () => {
  it('refuses with a reason that goes to the broker', async () => {
    await open({ approvals: [cards.write] })
    await seen.page.keyboard.press('d')
    await seen.page.keyboard.type('Use jd staging.')
    await seen.page.keyboard.press('Control+Enter')
    await seen.page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    expect(sent('approvals.refuse')).toEqual([
      { id: cards.write.id, binding: cards.write.binding, waiting: 1, reason: 'Use jd staging.' },
    ])
    expect(sent('approvals.approve')).toEqual([])
  })

  it('moves by j and k, puts off by Esc, and never replaces the card being read', async () => {
    await open({ approvals: [cards.write, cards.low] })
    await cardOf(cards.write.id).waitFor()
    await seen.page.keyboard.press('j')
    await cardOf(cards.low.id).waitFor()
    await seen.page.keyboard.press('k')
    await cardOf(cards.write.id).waitFor()
    seen.gallery.emit({ type: 'approval.changed', card: cards.critical })
    await row(cards.critical.id).waitFor()
    expect(await cardOf(cards.write.id).isVisible()).toBe(true)
    await seen.page.keyboard.press('Escape')
    await cardOf(cards.low.id).waitFor()
    expect(await row(cards.write.id).isVisible()).toBe(true)
  })

  it.each([
    ['the rule', cards.write.rule, 'The rule says: “Writes in the project need a look.”'],
    [
      'the first of several rules',
      { ...cards.write.rule, rules: [...cards.write.rule.rules, { id: 'second', file: 'more.yaml' }] },
      'ask-before-writing says: “Writes in the project need a look.”',
    ],
    [
      'the rule, in lines, as text',
      { ...cards.write.rule, note: '<b>Look</b> twice:\nit is public.\n' },
      'The rule says: “<b>Look</b> twice:\nit is public.”',
    ],
  ])('shows what %s says beside why the call is held', async (_, rule, words) => {
    await open({ approvals: [{ ...cards.write, rule }] })
    const heldBy = cardOf(cards.write.id).getByRole('definition').filter({ hasText: rule.reason })
    expect((await heldBy.innerText()).split('\n\n').join('\n')).toContain(words)
    expect(await heldBy.locator('b').count()).toBe(0)
  })

  it.each([
    ['no note', undefined],
    ['a blank one', ' \n'],
  ])('says nothing for a rule with %s', async (_, note) => {
    const { note: _own, ...rule } = cards.write.rule
    await open({ approvals: [{ ...cards.write, rule: note === undefined ? rule : { ...rule, note } }] })
    await cardOf(cards.write.id).getByText(rule.reason).waitFor()
    expect(await cardOf(cards.write.id).getByText('says: “').count()).toBe(0)
  })

  it('marks what hides in the words of a rule, and takes no more care for them', async () => {
    await open({ approvals: [{ ...cards.write, rule: { ...cards.write.rule, note: 'Look\u202e twice.' } }] })
    const held = cardOf(cards.write.id)
    await held.getByText('U+202E RLO').waitFor()
    expect(await held.getAttribute('data-level')).toBe('elevated')
  })

  it('keeps a card that closed by itself, in words and without Approve', async () => {
    await open({ approvals: [cards.write, cards.low] })
    await cardOf(cards.write.id).waitFor()
    seen.gallery.emit({ type: 'approval.closed', id: cards.write.id, outcome: 'expired' })
    await seen.page.getByText('the call expired and did not run').waitFor()
    expect(await cardOf(cards.write.id).isVisible()).toBe(true)
    expect(await approve().count()).toBe(0)
  })

  it('keeps the rows where they are while the pointer is over the list', async () => {
    await open({ approvals: [cards.write, cards.low, cards.edit] })
    await row(cards.edit.id).hover()
    const before = await row(cards.edit.id).boundingBox()
    seen.gallery.emit({ type: 'approval.closed', id: cards.low.id, outcome: 'cancelled' })
    await row(cards.low.id).getByText('taken back').waitFor()
    expect(await row(cards.edit.id).boundingBox()).toEqual(before)
    await seen.page.mouse.move(900, 400)
    await row(cards.low.id).waitFor({ state: 'detached' })
  })

  it('shows hostile text as marks and text nodes, and raises the card', async () => {
    await open({ approvals: [cards.hostile] })
    const held = cardOf(cards.hostile.id)
    await held.getByText('U+202E RLO').first().waitFor()
    expect(await held.getAttribute('data-level')).toBe('critical')
    for (const mark of ['U+200B zero-width space', 'ESC [31m', 'hidden text “ignore”', 'U+2066 LRI']) {
      expect(await held.getByText(mark).first().isVisible()).toBe(true)
    }
    expect(await held.getByText('<img src=x onerror=alert(1)>').isVisible()).toBe(true)
    expect(await seen.page.locator('img').count()).toBe(0)
    await held.getByText('invisible, reorder text or pass for another').waitFor()
  })
})

describe('a request that is no tool call', () => {
  const uri = 'file:///home/mara/code/harbour-site/.env.production'
  it.each([
    ['resource', `claude-desktop wants to read the resource ${uri} from docs`, ['uri', uri], 'goes to the client'],
    [
      'prompt',
      'cursor wants to use the prompt review pull request from docs',
      ['tone', 'strict'],
      'goes to the client',
    ],
    [
      'sampling',
      'docs asks cursor’s model to write a message (sampling)',
      ['systemPrompt', 'You are a harbour clerk.'],
      'what the model writes goes to the server',
    ],
    [
      'elicitation',
      'docs asks you a question through cursor (elicitation)',
      ['message', 'Which account should the berth fees be charged to?'],
      'What you answer there goes to the server',
    ],
  ] as const)(
    'of the kind %s says who wants what, by which method, with what',
    async (kind, sentence, params, then) => {
      const card = cards[kind]
      await open({ approvals: [card] })
      const held = cardOf(card.id)
      expect(await held.getByRole('heading', { level: 2 }).innerText()).toBe(sentence)
      for (const text of [card.action, ...params, then, 'the request is not passed on'])
        await held.getByText(text).first().waitFor()
      expect(await held.getByText('Effect unknown').count()).toBe(0)
      expect(await row(card.id).getByText(card.action).isVisible()).toBe(true)
      await inertOver(1000)
      await unlocked()
      await seen.page.keyboard.press('Control+Enter')
      await seen.page.getByText('It is passed on now.').waitFor()
      expect(sent('approvals.approve')).toEqual([{ id: card.id, binding: card.binding, waiting: 1 }])
    },
  )

  it('shows a hostile name as marks, counts each character once, and is critical', async () => {
    await open({ approvals: [cards.resourceHostile] })
    const held = cardOf(cards.resourceHostile.id)
    for (const mark of ['U+202E RLO', 'U+200B zero-width space'])
      expect(await held.getByRole('heading', { level: 2 }).getByText(mark).isVisible()).toBe(true)
    await held.getByText('Contains 3 characters').waitFor()
    expect(await held.getAttribute('data-level')).toBe('critical')
  })

  it('closes in words of its own', async () => {
    await open({ approvals: [cards.sampling] })
    seen.gallery.emit({ type: 'approval.closed', id: cards.sampling.id, outcome: 'cancelled' })
    await seen.page.getByText('Its client took this request back, or went away. It was not passed on.').waitFor()
  })
})

describe('the connection', () => {
  it('takes a new snapshot after a lost event', async () => {
    await open({ approvals: [] })
    seen.gallery.state.approvals = [cards.write]
    seen.gallery.lose()
    seen.gallery.emit({ type: 'policies.changed', revision: 'r' })
    await cardOf(cards.write.id).waitFor()
  })

  it('says what a lost connection means, answers nothing meanwhile, and comes back by itself', async () => {
    await open({ approvals: [cards.write] })
    await inertOver(1000)
    await unlocked()
    seen.gallery.state.door = 'down'
    seen.gallery.lose()
    seen.gallery.emit({ type: 'policies.changed', revision: 'r' })
    await seen.page.getByRole('alert').filter({ hasText: 'Calls that need a person are refused' }).waitFor()
    await seen.page.keyboard.press('Control+Enter')
    seen.gallery.state.door = 'open'
    await nothingApproved()
    await seen.page.clock.runFor(6000)
    await seen.page.getByRole('alert').waitFor({ state: 'detached' })
  })

  it('explains a used link', async () => {
    await open({ door: 'used' })
    await seen.page.getByRole('heading', { name: 'This link has been used or has expired' }).waitFor()
  })
})

describe('other screens', () => {
  it('finds its way by keys, filters Activity and opens a call', async () => {
    await open({})
    await seen.page.keyboard.press('g')
    await seen.page.keyboard.press('l')
    await seen.page.getByRole('row').nth(3).waitFor()
    await seen.page.keyboard.press('/')
    await seen.page.keyboard.type('outcome:refused')
    await seen.page.getByRole('gridcell', { name: 'Allowed by rule' }).first().waitFor({ state: 'detached' })
    await seen.page.getByRole('gridcell', { name: 'Refused' }).first().waitFor()
    await seen.page.keyboard.press('Enter')
    await seen.page.keyboard.press('Enter')
    await seen.page.keyboard.press('j')
    await seen.page.keyboard.press('Enter')
    await seen.page.getByRole('dialog').getByText('Server answered').waitFor()
    await seen.page.keyboard.press('Escape')
    await seen.page.clock.runFor(500)
    await seen.page.getByRole('dialog').waitFor({ state: 'detached' })
    await seen.page.keyboard.press('g')
    await seen.page.keyboard.press('p')
    await seen.page.getByText('never-move').first().waitFor()
    await seen.page.keyboard.press('?')
    await seen.page.getByRole('dialog', { name: 'Keys' }).waitFor()
  })

  it('saves a setting and wears it', async () => {
    await open({}, { colorScheme: 'light' })
    await seen.page.keyboard.press('g')
    await seen.page.keyboard.press('s')
    await seen.page.getByText('Dark', { exact: true }).click()
    await seen.page.locator('html[data-theme="dark"]').waitFor()
    expect(sent('settings.set')).toEqual([{ theme: 'dark' }])
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  const all = [cards.write, cards.low, cards.long, cards.critical, cards.hostile]
  const requests = [cards.typed, cards.resource, cards.resourceHostile, cards.prompt, cards.sampling, cards.elicitation]
  it.each([
    ['empty', [], async () => {}],
    ['elevated card', all, () => row(cards.write.id).click()],
    ['low card', all, () => row(cards.low.id).click()],
    ['long card', all, () => row(cards.long.id).click()],
    ['critical card', all, () => row(cards.critical.id).click()],
    ['hostile card', all, () => row(cards.hostile.id).click()],
    ['typed name', requests, () => row(cards.typed.id).click()],
    ['resource', requests, () => row(cards.resource.id).click()],
    ['hostile resource', requests, () => row(cards.resourceHostile.id).click()],
    ['sampling', requests, () => row(cards.sampling.id).click()],
    ['reason', [cards.write], () => seen.page.keyboard.press('d')],
    ['activity', [], () => seen.page.getByRole('button', { name: 'Activity' }).click()],
    [
      'call',
      [],
      async () => {
        await seen.page.getByRole('button', { name: 'Activity' }).click()
        await seen.page.getByRole('row').nth(3).getByRole('button').click()
        await seen.page.getByText('Server answered').waitFor()
      },
    ],
    ['policies', [], () => seen.page.getByRole('button', { name: 'Policies' }).click()],
    ['settings', [], () => seen.page.getByRole('button', { name: 'Settings' }).click()],
    ['keys', [], () => seen.page.keyboard.press('?')],
  ] as const)('%s', async (_, approvals, act) => {
    await open({ approvals: [...approvals] }, { colorScheme })
    await act()
    await inertOver(2500)
    await seen.accessible()
  })
})
