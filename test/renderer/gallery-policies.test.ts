// Policies and the record of calls in the built window: what a rule does, what is wrong with a file and where, and how a
// removed file is let go of. The files are what the broker's own code makes of their texts.
import { describe, expect, it } from 'vitest'
import { cards } from './gallery/fixtures.ts'
import { policies } from './gallery/policies.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent } = seen

const toPolicies = () => seen.page.getByRole('button', { name: /^Policies/ }).click()
const file = (name: string) => seen.page.getByRole('navigation', { name: 'Policy files' }).getByRole('button', { name })
const line = (number: number) => seen.page.locator(`[data-line="${number}"]`)
const rule = (id: string) => seen.page.getByRole('listitem').filter({ hasText: id })
const banner = () => seen.page.getByRole('region', { name: 'Policy problems' })
const fileBanner = () => seen.page.getByRole('region', { name: 'Problem with this file' })

describe('the rules of a file', () => {
  it.each([
    ['no-deleting', ['hidden', 'hidden from the list of tools']],
    ['comment-on-our-repos', ['any of: (repo is one of site, docs) or (labels contains agent-ok)']],
    ['comment-on-our-repos', ['at most 5 calls in 1 hour; after that it denies']],
    ['releases-are-typed', ["approving takes typing the tool's name", 'an approval may wait for 5 minutes']],
    ['releases-are-typed', ['token and signing.key are kept out of the audit log']],
    ['ask-before-models-and-questions', ['sampling/createMessage', 'elicitation/create']],
  ])('say of %s: %j', async (id, words) => {
    await open({})
    await toPolicies()
    await file('github.yaml').click()
    for (const text of words) await rule(id).getByText(text, { exact: true }).waitFor()
  })

  it.each([
    ['the model, where they deny', 'never-move', 'Tells the model: “Moving files is done by people here.”'],
    ['the person, where they ask', 'ask-before-writing', 'Tells you on the card: “Writes in the project need a look.”'],
  ])('tell %s', async (_, id, words) => {
    await open({})
    await toPolicies()
    await file('filesystem.yaml').click()
    await rule(id).getByText(words, { exact: true }).waitFor()
  })

  it('name no tools where they are about other requests', async () => {
    await open({})
    await toPolicies()
    await file('github.yaml').click()
    await rule('ask-about-env').getByText('resources/read', { exact: true }).waitFor()
    expect(await rule('ask-about-env').getByText('*', { exact: true }).count()).toBe(0)
    await rule('no-tokens-out').getByText('*', { exact: true }).waitFor()
  })
})

describe('a file with an error', () => {
  it.each([
    ['after a good one', policies.broken, 'Its rules from before stay in force.'],
    ['from the start', policies.brokenAtOnce, 'Every call it governs is denied until it is mended.'],
  ])('%s: says what counts, and leads to the place', async (_, state, counts) => {
    await open(state, { viewport: { width: 1000, height: 420 } })
    await toPolicies()
    await fileBanner().getByText('(line 23, column 27: ').waitFor()
    await fileBanner().getByText(counts).waitFor()
    const inside = () => line(23).evaluate((row) => row.getBoundingClientRect().bottom <= innerHeight)
    expect(await inside()).toBe(false)
    const go = fileBanner().getByRole('button', { name: 'Go to line 23, column 27' })
    await go.press('Enter')
    expect(await inside()).toBe(true)
    // Asked for again after scrolling away: back again.
    await line(1).evaluate((row) => row.scrollIntoView())
    expect(await inside()).toBe(false)
    await go.click()
    expect(await inside()).toBe(true)
    expect(seen.complaints).toEqual([])
  })

  it('has a caret under the very character', async () => {
    await open(policies.broken)
    await toPolicies()
    await line(23).getByText('Column 27: ').waitFor()
    const offset = await line(23).evaluate((row) => {
      const caret = row.querySelector('.caret-mark')
      const text = document.createRange()
      text.setStart(row.children[1] ?? row, 0)
      text.setEnd(caret ?? row, 0)
      return text.toString()
    })
    expect(offset).toBe('    limit: { max: 5, per: ')
  })

  it('lists each problem, and leads to it', async () => {
    await open(policies.broken, { viewport: { width: 1280, height: 420 } })
    await toPolicies()
    const last = seen.page.getByRole('list', { name: 'Problems' }).getByRole('button').last()
    await last.getByText('Did you mean').waitFor()
    await last.click()
    expect(await line(27).getAttribute('aria-current')).toBe('location')
    expect(await line(27).evaluate((row) => row.getBoundingClientRect().bottom <= innerHeight)).toBe(true)
  })

  it('stays in view when it is mended', async () => {
    await open(policies.broken)
    await toPolicies()
    await fileBanner().waitFor()
    Object.assign(seen.gallery.state, policies.good)
    seen.gallery.emit({ type: 'status.changed', status: policies.good.status })
    seen.gallery.emit({ type: 'policies.changed', revision: 'mended' })
    await fileBanner().waitFor({ state: 'detached' })
    await rule('no-tokens-out').waitFor()
    expect(await file('github.yaml').getAttribute('aria-current')).toBe('true')
  })
})

describe('a removed file', () => {
  it('still counts, asks once more, and is let go of', async () => {
    await open(policies.removed)
    await toPolicies()
    await fileBanner().getByText('Its rules stay in force until Countersign is started again').waitFor()
    await fileBanner().getByRole('button', { name: 'Remove for good' }).click()
    const asks = seen.page.getByRole('dialog', { name: 'Remove this policy for good?' })
    await asks.getByText('github.yaml').waitFor()
    await asks.getByRole('button', { name: 'Keep it' }).click()
    await seen.page.clock.runFor(500)
    await asks.waitFor({ state: 'detached' })
    expect(sent('policies.accept-removal')).toEqual([])
    await fileBanner().getByRole('button', { name: 'Remove for good' }).click()
    const sure = asks.getByRole('button', { name: 'Remove for good' })
    // Forced: Playwright itself would wait for a disabled button.
    await sure.click({ force: true })
    await seen.page.clock.runFor(690)
    await sure.press('Enter')
    await seen.page.evaluate(() => fetch('/api/ping'))
    expect(sent('policies.accept-removal')).toEqual([])
    await seen.page.clock.runFor(20)
    await sure.click()
    await seen.page.getByText('Removed for good: github.yaml').waitFor()
    await file('github.yaml').waitFor({ state: 'detached' })
    expect(sent('policies.accept-removal')).toEqual([{ file: 'github.yaml' }])
    expect(await file('filesystem.yaml').getAttribute('aria-current')).toBe('true')
  })

  it('says so when it is there again', async () => {
    await open({ ...policies.removed, removal: 'not-removed' })
    await toPolicies()
    await fileBanner().getByRole('button', { name: 'Remove for good' }).click()
    await seen.page.clock.runFor(800)
    await seen.page.getByRole('dialog').getByRole('button', { name: 'Remove for good' }).click()
    await seen.page.getByText('Nothing was changed').waitFor()
  })

  it('says so when no answer came back, and keeps the question', async () => {
    await open(policies.removed)
    await toPolicies()
    await fileBanner().getByRole('button', { name: 'Remove for good' }).click()
    await seen.page.clock.runFor(800)
    seen.gallery.state.door = 'down'
    await seen.page.getByRole('dialog').getByRole('button', { name: 'Remove for good' }).click()
    await seen.page.getByRole('alert').filter({ hasText: 'it may still count' }).waitFor()
    expect(await seen.page.getByRole('dialog').isVisible()).toBe(true)
  })
})

describe('the banner about policies', () => {
  it('stands on every other screen, counts the rest, and leads to the file', async () => {
    await open({ ...policies.both, approvals: [cards.write] })
    for (const screen of ['Activity', 'Settings', 'Approvals']) {
      await seen.page.getByRole('button', { name: new RegExp(`^${screen}`) }).click()
      await banner().getByText('filesystem.yaml was removed').waitFor()
      await banner().getByText('And 1 more problem.').waitFor()
    }
    await banner().getByRole('button', { name: 'Open policies' }).click()
    await fileBanner().getByText('filesystem.yaml was removed').waitFor()
    expect(await banner().count()).toBe(0)
  })

  it('comes and goes with the problem, without moving the answers', async () => {
    await open({ approvals: [cards.write] })
    const approve = seen.page.getByRole('button', { name: /^Approve once/ })
    const before = await approve.boundingBox()
    seen.gallery.emit({ type: 'status.changed', status: policies.broken.status })
    await banner().waitFor()
    expect(await approve.boundingBox()).toEqual(before)
    seen.gallery.emit({ type: 'status.changed', status: policies.good.status })
    await banner().waitFor({ state: 'detached' })
  })
})

describe('the record', () => {
  it('tells other requests from tool calls', async () => {
    await open({})
    await seen.page.getByRole('button', { name: 'Activity' }).click()
    await seen.page.getByRole('button', { name: 'prompts/get review pull request' }).waitFor()
    await seen.page.getByRole('button', { name: 'sampling/createMessage', exact: true }).waitFor()
    await seen.page.getByRole('button', { name: /^resources\/read file/ }).click()
    const detail = seen.page.getByRole('dialog')
    await detail.getByText('resources/read, not a tool call').waitFor()
    expect(await detail.getByText('Effect unknown').count()).toBe(0)
  })

  it('says how a call stood with the limits of rules, and shows what was redacted as it was recorded', async () => {
    await open({})
    seen.gallery.emit({ type: 'reveal', screen: 'activity', id: 's-cursor.998' })
    const detail = seen.page.getByRole('dialog')
    await detail.getByText('Used up: no room for this').waitFor()
    await detail.getByText('1 counted').waitFor()
    await detail.getByText('[redacted:3f2a90c1d4e5]').first().waitFor()
    expect(await detail.getByText('not a tool call').count()).toBe(0)
    await detail.getByRole('button', { name: 'few-writes · filesystem.yaml:24' }).click()
    await seen.page.clock.runFor(500)
    await rule('few-writes').waitFor()
    expect(await line(24).getAttribute('aria-current')).toBe('location')
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  const narrow = { width: 420, height: 720 }
  it.each([
    ['rules', {}, undefined, () => file('github.yaml').click()],
    ['an error', policies.broken, undefined, () => fileBanner().getByRole('button').click()],
    ['an error, narrow', policies.broken, narrow, () => fileBanner().getByRole('button').click()],
    ['removed', policies.removed, undefined, () => fileBanner().waitFor()],
    ['removed, narrow', policies.removed, narrow, () => fileBanner().waitFor()],
    ['removing', policies.removed, undefined, () => fileBanner().getByRole('button').click()],
    ['the banner', policies.both, undefined, () => seen.page.getByRole('button', { name: 'Approvals' }).click()],
    ['the banner, narrow', policies.both, narrow, () => seen.page.getByRole('button', { name: 'Activity' }).click()],
  ] as const)('%s', async (_, state, viewport, act) => {
    await open(state, { colorScheme, ...(viewport === undefined ? {} : { viewport }) })
    await toPolicies()
    await act()
    await seen.page.clock.runFor(1000)
    await seen.accessible()
  })
})
