// Every answer beside a plain yes or no, by the keyboard alone: edit, remember, block, undo, refuse the session. What
// reaches the broker is what was on the screen, and nothing before its moment.
import { describe, expect, it } from 'vitest'
import type { UiResult } from '../../core/wire/ui-contract.ts'
import { createdDiff, diffCard, rich, tidesDiff, tidesText } from './gallery/approval-cards.ts'
import { cards, now, status } from './gallery/fixtures.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent, nothingApproved } = seen
const { write } = cards
const shown = { id: write.id, binding: write.binding, waiting: 1 }
const press = (...keys: string[]) =>
  keys.reduce((before, key) => before.then(() => seen.page.keyboard.press(key)), Promise.resolve())
const pass = (ms: number) => seen.page.clock.runFor(ms)
const button = (name: RegExp) => seen.page.getByRole('button', { name })
const unlocked = (name: string) => seen.page.locator('button[aria-disabled="false"]', { hasText: name }).waitFor()
const dialog = () => seen.page.getByRole('dialog')
const alert = (words: string | RegExp) => seen.page.getByRole('alert').filter({ hasText: words }).waitFor()
const atRest = () => seen.page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
/** The window had every chance to send. */
const quiet = () => seen.page.evaluate(() => fetch('/api/ping'))

describe('editing', () => {
  it('runs what was edited, after it was checked and shown, by the keyboard alone', async () => {
    await open({ approvals: [write] })
    await press('e')
    const content = seen.page.getByRole('textbox', { name: /^content/ })
    await seen.page.getByRole('textbox', { name: /^path/ }).waitFor()
    await pass(1000)
    await press('Control+Enter')
    await nothingApproved()
    await press('Tab', 'Control+End')
    expect(await content.evaluate((element) => element === document.activeElement)).toBe(true)
    await seen.page.keyboard.type('Tell e, d and r.')
    await seen.page.getByRole('region', { name: 'What you changed' }).getByText('Tell e, d and r.').waitFor()
    await unlocked('Approve the edited call')
    await press('Control+Enter')
    await atRest()
    const edited = { path: write.arguments['path'], content: '# Notes\n\nShip on Friday.\nTell e, d and r.' }
    expect(sent('approvals.approve')).toEqual([{ ...shown, edited }])
    expect(seen.complaints).toEqual([])
  })

  it('is locked while the schema does not take it, and says why at the field', async () => {
    await open({
      approvals: [write],
      replies: {
        'approvals.check-edit': ({ edited }) => ({
          problems: Number(edited['backups']) > 3 ? [{ at: '/backups', message: 'must be 3 or less' }] : [],
        }),
      },
    })
    await press('e')
    await button(/^Add backups/).click()
    const backups = seen.page.getByRole('textbox', { name: /^backups/ })
    await backups.fill('many')
    await seen.page.getByText('Not a number.').waitFor()
    await backups.fill('7')
    await seen.page.locator('[data-field="backups"]').getByText('must be 3 or less').waitFor()
    await pass(1000)
    await press('Control+Enter')
    await nothingApproved()
    await backups.fill('2')
    await unlocked('Approve the edited call')
    await press('Control+Enter')
    await atRest()
    expect(sent('approvals.approve')).toEqual([{ ...shown, edited: { ...write.arguments, backups: 2 } }])
  })

  it('waits for the check of what stands there now, not of what stood there before', async () => {
    const answers: ((result: UiResult<'approvals.check-edit'>) => void)[] = []
    await open({
      approvals: [write],
      replies: { 'approvals.check-edit': () => new Promise((resolve) => answers.push(resolve)) },
    })
    await press('e')
    const path = seen.page.getByRole('textbox', { name: /^path/ })
    await path.fill('/a')
    await expect.poll(() => answers.length).toBe(1)
    await path.fill('/b')
    await pass(1000)
    // The answer to the first text: it says nothing of the second.
    answers[0]?.({ problems: [] })
    await expect.poll(() => answers.length).toBe(2)
    await press('Control+Enter')
    await nothingApproved()
    expect(sent('approvals.check-edit').map((params) => (params as { edited: { path: string } }).edited.path)).toEqual([
      '/a',
      '/b',
    ])
    answers[1]?.({ problems: [] })
    await unlocked('Approve the edited call')
    await press('Control+Enter')
    await expect.poll(() => sent('approvals.approve').length).toBe(1)
    expect(sent('approvals.approve')).toEqual([{ ...shown, edited: { ...write.arguments, path: '/b' } }])
  })

  it('takes all of it as JSON, and says where it is none', async () => {
    await open({ approvals: [write] })
    await press('e')
    await button(/^Edit all as JSON/).press('Enter')
    const all = seen.page.getByRole('textbox', { name: 'All arguments, as JSON' })
    await all.fill('{"path": ')
    await seen.page.getByText('Not JSON:').waitFor()
    await all.fill('{"path": "/tmp/x", "list": [1, {"deep": null}]}')
    await pass(1000)
    await unlocked('Approve the edited call')
    await press('Control+Enter')
    await atRest()
    expect(sent('approvals.approve')).toEqual([{ ...shown, edited: { path: '/tmp/x', list: [1, { deep: null }] } }])
  })

  it('keeps what was typed behind Esc, and is inert anew when it opens', async () => {
    await open({ approvals: [write] })
    await pass(1000)
    await press('e')
    await seen.page.getByRole('textbox', { name: /^path/ }).fill('/elsewhere')
    await press('Escape', 'Escape')
    await button(/^Approve once/).waitFor()
    await press('e')
    expect(await seen.page.getByRole('textbox', { name: /^path/ }).inputValue()).toBe('/elsewhere')
    await press('Control+Enter')
    await nothingApproved()
  })

  it('says what the broker found wrong with it', async () => {
    await open({
      approvals: [write],
      replies: {
        'approvals.approve': () => ({
          outcome: 'not-valid',
          problems: [{ at: '/path', message: 'must be inside the project' }],
        }),
      },
    })
    await press('e')
    await seen.page.getByRole('textbox', { name: /^path/ }).fill('/elsewhere')
    await pass(1000)
    await unlocked('Approve the edited call')
    await press('Control+Enter')
    await alert('path: must be inside the project')
  })
})

describe('remembering', () => {
  it('approves exactly what was previewed, narrowest first, and can be undone with u', async () => {
    await open({ approvals: [write, cards.low] })
    await press('r')
    await dialog().getByText('Would have matched 12 of the last 40 calls').waitFor()
    expect(sent('approvals.preview')).toEqual([
      {
        id: write.id,
        choice: {
          kind: 'remember',
          lifetime: 'session',
          scopes: {
            path: { kind: 'fixed', value: write.arguments['path'] },
            content: { kind: 'fixed', value: write.arguments['content'] },
          },
        },
      },
    ])
    await press('Control+Enter')
    await nothingApproved()
    await dialog().getByLabel('For an hour').focus()
    await press('Space')
    await dialog().getByText('For one hour, until 15:00.').waitFor()
    await pass(690)
    await press('Control+Enter', 'Enter', 'Space')
    await nothingApproved()
    await pass(20)
    await unlocked('Approve, allow exactly this call for an hour')
    await press('Control+Enter')
    await seen.page.getByText('Approved and remembered').waitFor()
    const [answer] = sent('approvals.approve') as { remember: { preview: string } }[]
    expect(answer?.remember).toEqual({
      lifetime: 'hour',
      scopes: {
        path: { kind: 'fixed', value: write.arguments['path'] },
        content: { kind: 'fixed', value: write.arguments['content'] },
      },
      preview: expect.stringContaining('"lifetime":"hour"'),
    })
    await press('u')
    await seen.page.getByText('nothing is remembered').waitFor()
    expect(sent('remembered.undo')).toEqual([{ undo: `undo ${write.id}` }])
    expect(seen.complaints).toEqual([])
  })

  it('offers undo for five seconds', async () => {
    await open({ approvals: [write] })
    await press('r')
    await dialog().getByText('Would have matched').waitFor()
    await pass(1000)
    await unlocked('Approve, allow')
    await press('Control+Enter')
    await button(/^Undo/).waitFor()
    await pass(5100)
    await button(/^Undo/).waitFor({ state: 'detached' })
    await press('u')
    await quiet()
    expect(sent('remembered.undo')).toEqual([])
  })

  it('takes a folder as the person writes it, and asks about each one written', async () => {
    await open({ approvals: [write] })
    await press('r')
    await dialog()
      .getByRole('radio', { name: /inside the folder \/home\/mara\/code\/harbour-site/ })
      .check()
    const folder = dialog().getByRole('textbox', { name: 'path: folder' })
    await folder.fill('')
    await dialog().getByText('Write the folder.').waitFor()
    await folder.fill('/home/mara/code')
    await dialog().getByLabel('Always').check()
    await dialog().getByText('remembered.yaml').waitFor()
    await dialog().getByText('{ inside: /home/mara/code }').waitFor()
    await pass(1000)
    await unlocked('Approve, always allow such calls inside /home/mara/code')
    await press('Control+Enter')
    await atRest()
    const [answer] = sent('approvals.approve') as { remember: { scopes: unknown } }[]
    expect(answer?.remember.scopes).toMatchObject({ path: { kind: 'inside', folder: '/home/mara/code' } })
  })

  it('starts from what was suggested', async () => {
    await open({ approvals: [rich.suggested] })
    await seen.page.getByText('You approved 5 calls like this in a row.').waitFor()
    await press('r')
    await dialog().getByText('Would have matched').waitFor()
    const [preview] = sent('approvals.preview') as { choice: { scopes: unknown } }[]
    expect(preview?.choice.scopes).toEqual(rich.suggested.suggestion?.scopes)
  })

  it('makes nothing that the broker cannot make, and says why', async () => {
    const problem = 'Rule ask-about-releases in github.yaml asks about it as well.'
    await open({
      approvals: [write],
      replies: {
        'approvals.preview': () => ({
          problems: [problem],
          words: [],
          files: [],
          past: { matched: 0, unknown: 0, of: 0 },
        }),
      },
    })
    await press('r')
    await alert(problem)
    await pass(1000)
    await press('Control+Enter')
    await nothingApproved()
  })

  it('asks for the same care as the card: its end was seen, its name typed, two seconds passed', async () => {
    await open({ approvals: [rich.command] })
    await press('r')
    await dialog().getByText('go back and read it').waitFor()
    await press('Escape')
    await pass(500)
    await dialog().waitFor({ state: 'detached' })
    await seen.page.locator('[data-review-end="#end"]').scrollIntoViewIfNeeded()
    await press('r')
    await dialog().getByText('Not approved until the name is typed.').waitFor()
    await dialog().getByLabel('to approve').fill('run_command')
    await press('Control+Enter')
    await nothingApproved()
    await pass(2100)
    await unlocked('Approve, allow exactly this call')
    await press('Control+Enter')
    await atRest()
    expect(sent('approvals.approve')).toHaveLength(1)
  })

  it('closes with the card', async () => {
    await open({ approvals: [write] })
    await press('r')
    await dialog().waitFor()
    seen.gallery.emit({ type: 'approval.closed', id: write.id, outcome: 'expired' })
    await seen.page.getByText('the call expired and did not run').waitFor()
    await pass(500)
    await dialog().waitFor({ state: 'detached' })
  })
})

describe('blocking', () => {
  it('refuses and writes the rule that was previewed, with the reason, and can be undone', async () => {
    await open({ approvals: [write] })
    await press('b')
    await dialog().getByText('effect: deny').waitFor()
    await dialog().getByLabel('Reason for the model').fill('Never here: ask b, d or e.')
    await press('Control+Enter')
    await quiet()
    expect(sent('approvals.refuse')).toEqual([])
    await pass(1000)
    await unlocked('Refuse, block exactly this call from now on')
    await press('Control+Enter')
    await atRest()
    expect(sent('approvals.refuse')).toEqual([
      {
        ...shown,
        reason: 'Never here: ask b, d or e.',
        block: {
          scopes: {
            path: { kind: 'fixed', value: write.arguments['path'] },
            content: { kind: 'fixed', value: write.arguments['content'] },
          },
          preview: expect.stringContaining('"kind":"block"'),
        },
      },
    ])
    await button(/^Undo/).press('Enter')
    await seen.page.getByText('nothing is blocked').waitFor()
  })
})

describe('a whole session', () => {
  it('is refused with one press, which says how many, and resumed from the message or the list', async () => {
    await open({ approvals: [write, cards.low, cards.critical] })
    await seen.page.locator(`[data-row="${write.id}"]`).press('Enter')
    await button(/^Refuse everything from this session \(2\)/).press('Enter')
    await seen.page.getByText('Refused 2 calls of cursor to ').waitFor()
    expect(sent('sessions.refuse')).toEqual([{ session: 's-cursor' }])
    await press('u')
    await seen.page.getByText('cursor is asked about again').waitFor()
    expect(sent('sessions.resume')).toEqual([{ session: 's-cursor' }])
  })

  it('that is refused stays in the list while nothing of it waits', async () => {
    const [first, ...others] = status.sessions
    if (first === undefined) throw new Error('no session')
    await open({ status: { ...status, sessions: [{ ...first, refused: { since: now, by: 'mara' } }, ...others] } })
    const refused = seen.page.getByRole('region', { name: 'Refused session of cursor' })
    await refused.getByRole('button', { name: 'Resume' }).press('Enter')
    await refused.waitFor({ state: 'detached' })
    expect(sent('sessions.resume')).toEqual([{ session: 's-cursor' }])
  })
})

describe('what an answer can meet', () => {
  it('more identical calls than were shown: says how many', async () => {
    await open({ approvals: [rich.twice], replies: { 'approvals.approve': () => ({ outcome: 'changed' }) } })
    await seen.page.getByText('2 identical calls wait on this card').waitFor()
    await pass(1000)
    await unlocked('Approve once')
    await press('Control+Enter')
    await alert('Your answer changed nothing')
    seen.gallery.emit({ type: 'approval.changed', card: { ...rich.twice, waiting: 3 } })
    await alert('3 identical calls wait now instead of 2. Your answer changed nothing')
    expect(sent('approvals.approve')).toEqual([{ id: rich.twice.id, binding: rich.twice.binding, waiting: 2 }])
    // Changed content: inert again.
    await press('Control+Enter')
    await quiet()
    expect(sent('approvals.approve')).toHaveLength(1)
  })

  it('a system that does not confirm: says so by its name, and asks for no typed word', async () => {
    await open({
      approvals: [rich.system],
      status: { ...status, osAuth: 'touch-id' },
      replies: { 'approvals.approve': () => ({ outcome: 'not-confirmed' }) },
    })
    await seen.page.locator('[data-review-end="#end"]').scrollIntoViewIfNeeded()
    await pass(2100)
    await unlocked('Approve once')
    await press('Control+Enter')
    await alert('Touch ID did not confirm. Nothing was approved')
    expect(sent('approvals.approve')).toEqual([{ id: rich.system.id, binding: rich.system.binding, waiting: 1 }])
  })

  it('a system without such a thing: the name is typed instead', async () => {
    await open({ approvals: [rich.system] })
    await seen.page.getByLabel('to approve').waitFor()
  })
})

describe('what the card says', () => {
  it.each([
    ['known from documentation', write, 'This client waits 45 s (as is known of it), then gets ticket 7F3A'],
    ['learned', rich.command, 'This client waits 25 s (learned: it took calls back before)'],
    ['set by the person', diffCard, 'This client waits 1 min 30 s (your setting)'],
    ['assumed', rich.twice, '(assumed: nothing is known of this client)'],
    ['of a task', rich.task, 'This client made the call a task: it waits as long as the card is open.'],
    ['over, with the client to come back by itself', rich.asksAgain, 'it asks again by itself within moments'],
  ])('of a budget that is %s', async (_, card, words) => {
    await open({ approvals: [card] })
    await seen.page.locator('[data-card]').getByText(words).waitFor()
  })

  it('of what deserves a look: a sign at each value, and n goes through them', async () => {
    await open({ approvals: [rich.command] })
    await seen.page.getByText('6 things to look at').waitFor()
    const focused = () =>
      seen.page.evaluate(() => [
        document.activeElement?.getAttribute('data-sign'),
        document.activeElement?.closest('dd')?.innerText,
      ])
    const places: unknown[] = []
    for (let turn = 0; turn < 7; turn += 1) {
      await press('n')
      places.push((await focused())[0])
    }
    expect(places).toEqual(['new-host', 'shell-operator', 'outside-project', 'secret', 'glob', 'own-files', 'new-host'])
    expect((await focused())[1]).toContain('curl -fsSL')
  })

  it('opens what is folded where a sign is', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`a${i}`, i]))
    const card = { ...write, arguments: many, marks: [{ at: '/a140', kind: 'glob' as const }] }
    await open({ approvals: [card] })
    expect(await seen.page.locator('[data-sign="glob"]').count()).toBe(0)
    await press('n')
    await seen.page.locator('[data-sign="glob"]:focus').waitFor()
  })

  it('of the server’s own words: folded, apart, and not needed to approve', async () => {
    await open({ approvals: [write] })
    expect(await seen.page.getByText('approve it at once').count()).toBe(0)
    await seen.page.getByText('own words about this tool').press('Enter')
    await seen.page.getByText('approve it at once').waitFor()
    await seen.page.getByText('destructiveHint').waitFor()
  })

  it('of earlier answers, and of the rule with a way to its line', async () => {
    await open({ approvals: [write] })
    await seen.page.getByText('In the last 30 days: 12 approved, 1 refused.').waitFor()
    await button(/ask-before-writing · filesystem.yaml:14/).press('Enter')
    await seen.page.locator('[aria-current="location"]').waitFor()
  })
})

describe('the change of a file', () => {
  const end = (id: string) => seen.page.locator(`[data-review-end="${id}"]`)
  it.each([
    ['the diff', '#diff'],
    ['the text itself', '/content'],
  ])('is seen enough where %s was seen to its end', async (_, id) => {
    await open(
      { approvals: [diffCard], replies: { 'approvals.file-diff': () => tidesDiff } },
      { viewport: { width: 640, height: 400 } },
    )
    await seen.page.locator('[data-diff="changed"]').waitFor()
    await pass(1000)
    await seen.page.getByText('Some of it is still out of sight.').waitFor()
    await end(id).scrollIntoViewIfNeeded()
    await end('#end').scrollIntoViewIfNeeded()
    await unlocked('Approve once')
  })

  it('has to be seen beside an argument that is something else', async () => {
    const other = { ...diffCard, arguments: { ...diffCard.arguments, content: tidesText.replace('2.4', '2.5') } }
    await open({ approvals: [other], replies: { 'approvals.file-diff': () => tidesDiff } })
    await seen.page.locator('[data-diff="changed"]').waitFor()
    await pass(1000)
    await end('#diff').scrollIntoViewIfNeeded()
    await end('#end').scrollIntoViewIfNeeded()
    await quiet()
    await press('Control+Enter')
    await nothingApproved()
    await end('/content').scrollIntoViewIfNeeded()
    await unlocked('Approve once')
  })

  it('of a new file is shown whole, and one that cannot be shown says why', async () => {
    await open({ approvals: [rich.created], replies: { 'approvals.file-diff': () => createdDiff } })
    await seen.page.locator('[data-diff="created"]').getByText('The east quay is closed.').waitFor()
    await open({ approvals: [rich.created] })
    await seen.page.getByText('The file is longer than 2 MB.').waitFor()
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  const queue = [rich.command, write, rich.suggested, diffCard, rich.system, rich.twice]
  const to =
    (id: string, ...keys: string[]) =>
    async () => {
      await seen.page.locator(`[data-row="${id}"]`).click()
      await press(...keys)
      await pass(1000)
    }
  it.each([
    ['marks', to(rich.command.id, 'n')],
    ['diff', to(diffCard.id)],
    ['suggestion', to(rich.suggested.id)],
    ['edit', to(write.id, 'e')],
    ['remember', to(rich.suggested.id, 'r')],
    ['block', to(write.id, 'b')],
    ['refused session', async () => button(/^Refuse everything from this session/).click()],
  ] as const)('%s', async (_, act) => {
    await open({ approvals: queue, replies: { 'approvals.file-diff': () => tidesDiff } }, { colorScheme })
    await act()
    await seen.accessible()
  })
})
