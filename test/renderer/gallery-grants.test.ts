// What is remembered, and the statistics, in the built window: what they say, and that only the person's own clicks
// take anything back.
import { describe, expect, it } from 'vitest'
import type { UiResult } from '../../core/wire/ui-contract.ts'
import { allGrants, grants, noStatistics, statistics } from './gallery/controls.ts'
import { now } from './gallery/fixtures.ts'
import { policies } from './gallery/policies.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent } = seen

const go = async (letter: string) => {
  await seen.page.keyboard.press('g')
  await seen.page.keyboard.press(letter)
}
const entry = (id: string) => seen.page.locator(`[data-grant="${id}"]`)
const revoke = (id: string) => entry(id).getByRole('button', { name: 'Revoke' })
const toast = () => seen.page.getByRole('status')
/** After the window had every chance to send. */
const settled = () => seen.page.evaluate(() => fetch('/api/ping'))

describe('what is remembered', () => {
  it('says of each what it lets through, how long, and what it let through', async () => {
    await open({ grants: allGrants })
    await go('r')
    expect(await seen.page.title()).toBe('Remembered · Countersign')
    const hour = entry(grants.hour.id)
    await hour.getByText('path inside /home/mara/code/harbour-site/content').waitFor()
    await hour.getByText('cursor → filesystem').waitFor()
    await hour.getByText('Until 14:50', { exact: true }).waitFor()
    await hour.getByText('42 calls', { exact: true }).waitFor()
    await hour.getByText('10 min ago in the desktop app, on ticket 4F0A').waitFor()
    await entry(grants.session.id)
      .getByText('Until its session ends, 21:20 at the latest, or after 1 hour unused: 14:57')
      .waitFor()
    await entry(grants.once.id).getByText('Until the next identical call, the end of its session, or 14:08').waitFor()
    await entry(grants.day.id).getByText('Until midnight').waitFor()
    expect(await entry(grants.day.id).locator('[data-mark="direction"]').count()).toBeGreaterThan(0)
    expect(seen.complaints).toEqual([])
  })

  it('counts down while one looks', async () => {
    await open({ grants: [grants.hour] })
    await go('r')
    await entry(grants.hour.id).getByText('49:55 left').waitFor()
    await seen.page.clock.runFor(10_000)
    await entry(grants.hour.id).getByText('49:45 left').waitFor()
  })

  it('follows what the broker says: a use, an end', async () => {
    await open({ grants: [grants.hour, grants.day] })
    await go('r')
    const used = { ...grants.day, uses: 1, lastUsedAt: now, calls: [{ call: 's-cursor.999', at: now }] }
    seen.gallery.emit({ type: 'grants.changed', grants: [used] })
    await entry(grants.day.id).getByText('1 call', { exact: true }).waitFor()
    await entry(grants.hour.id).waitFor({ state: 'detached' })
  })

  it('leads from a call it let through to that call in Activity', async () => {
    await open({ grants: allGrants })
    await go('r')
    await entry(grants.session.id).getByRole('button', { name: 'Call at 13:46:00, in Activity' }).press('Enter')
    await seen.page.getByRole('dialog', { name: 'Call' }).getByText('Server answered').waitFor()
    expect(sent('activity.get')[0]).toEqual({ call: 's-cursor.990' })
  })

  it('shows all the calls it knows of, and how many it does not', async () => {
    await open({ grants: allGrants })
    await go('r')
    const calls = entry(grants.hour.id).getByRole('button', { name: /^Call at/ })
    expect(await calls.count()).toBe(5)
    await entry(grants.hour.id).getByRole('button', { name: '15 more' }).click()
    expect(await calls.count()).toBe(20)
    await entry(grants.hour.id).getByText('and 22 earlier ones').waitFor()
  })

  it('says where rules are that were made with always', async () => {
    const remembered = { ...policies.good.files[0], file: 'remembered.yaml', name: 'Remembered' }
    const files = [...policies.good.files, remembered as (typeof policies.good.files)[number]]
    await open({ grants: [], files })
    await go('r')
    await seen.page.getByText('they are 4 rules in').waitFor()
    await seen.page.getByRole('button', { name: 'remembered.yaml' }).click()
    await seen.page.getByRole('heading', { name: 'Remembered' }).waitFor()
    expect(await seen.page.title()).toBe('Policies · Countersign')
  })

  it('says what would be here, and names no file that is not there', async () => {
    await open({ grants: [] })
    await go('r')
    await seen.page.getByText('Nothing is remembered').waitFor()
    await settled()
    expect(await seen.page.getByText('remembered.yaml').count()).toBe(0)
    expect(await seen.page.getByRole('button', { name: /^Revoke/ }).count()).toBe(0)
  })
})

describe('revoking', () => {
  it('takes one back with a click, says so, and leaves the keyboard on the next', async () => {
    await open({ grants: allGrants })
    await go('r')
    await revoke(grants.hour.id).press('Enter')
    await toast().getByText('Revoked: write_file of filesystem, for cursor.').waitFor()
    await entry(grants.hour.id).waitFor({ state: 'detached' })
    expect(sent('grants.revoke')).toEqual([{ id: grants.hour.id }])
    expect(await revoke(grants.session.id).evaluate((button) => button === document.activeElement)).toBe(true)
  })

  it('takes back no second one with a double click', async () => {
    await open({ grants: [grants.hour, grants.session, grants.day] })
    await go('r')
    await revoke(grants.hour.id).dblclick()
    await entry(grants.hour.id).waitFor({ state: 'detached' })
    await settled()
    expect(sent('grants.revoke')).toEqual([{ id: grants.hour.id }])
  })

  it.each([
    ['that it was over already', { 'grants.revoke': () => ({ outcome: 'gone' as const }) }, 'It was over: write_file'],
    [
      'that it is not certain',
      {
        'grants.revoke': () => {
          throw new Error('It cannot be recorded.')
        },
      },
      'It is not certain that this is revoked: write_file of filesystem, for cursor. It cannot be recorded.',
    ],
  ])('says %s', async (_, replies, words) => {
    await open({ grants: allGrants, replies })
    await go('r')
    await revoke(grants.hour.id).click()
    await toast().getByText(words).waitFor()
  })

  it('takes all back after one question with the number', async () => {
    await open({ grants: allGrants })
    await go('r')
    const all = seen.page.getByRole('button', { name: 'Revoke all 4…' })
    await all.press('Enter')
    const question = seen.page.getByRole('dialog', { name: 'Revoke 4 permissions?' })
    await question.getByRole('button', { name: 'Keep them' }).press('Enter')
    await seen.page.clock.runFor(500)
    await question.waitFor({ state: 'detached' })
    expect(sent('grants.revoke-all')).toEqual([])
    await all.click()
    await question.getByRole('button', { name: 'Revoke 4 permissions' }).click()
    await toast().getByText('Revoked 4 permissions.').waitFor()
    await seen.page.getByText('Nothing is remembered').waitFor()
    expect(sent('grants.revoke-all')).toEqual([{}])
  })

  it('keeps the question when no answer came back', async () => {
    await open({ grants: allGrants })
    await go('r')
    await seen.page.getByRole('button', { name: 'Revoke all 4…' }).click()
    seen.gallery.state.door = 'down'
    const question = seen.page.getByRole('dialog')
    await question.getByRole('button', { name: 'Revoke 4 permissions' }).click()
    await question.getByRole('alert').filter({ hasText: 'It is not certain that they are revoked.' }).waitFor()
  })
})

describe('the statistics', () => {
  const row = (name: string | RegExp) => seen.page.getByRole('row').filter({ hasText: name })

  it('say how this person answers, of the days that were chosen', async () => {
    await open({})
    await go('t')
    await seen.page.getByText('Only you see this: it is read from the log on this machine and goes nowhere.').waitFor()
    await seen.page.getByText('1,412', { exact: true }).waitFor()
    await seen.page.getByText('79 %', { exact: true }).waitFor()
    await seen.page.getByText('about 27 for each time you were asked').waitFor()
    await seen.page.getByText('Too fast to have read: 19 % of what you said yes to.').waitFor()
    await seen.page.getByText('4.2 s', { exact: true }).waitFor()
    await seen.page.getByRole('radio', { name: '30 days' }).press('ArrowRight')
    await seen.page.getByText('1,412', { exact: true }).waitFor()
    expect(sent('statistics.get')).toEqual([{ days: 30 }, { days: 90 }])
    expect(seen.complaints).toEqual([])
  })

  it('lead from a rule to its line', async () => {
    await open({})
    await go('t')
    await row('ask-before-writing').getByText('98 %').waitFor()
    await row('releases-are-typed').getByText('Always yes').waitFor()
    await row('no-tokens-out').getByText('Always no').waitFor()
    await row('the default of a risk class').getByText('94 %').waitFor()
    await seen.page.getByRole('button', { name: 'ask-before-writing · filesystem.yaml:14' }).press('Enter')
    await seen.page.locator('[data-line="14"][aria-current="location"]').waitFor()
  })

  it('name the tools that ask too often, and not those that do not', async () => {
    await open({})
    await go('t')
    const often = 'More than 10 times an hour'
    await row('write_file').getByText(often).waitFor()
    await row('create_pull_request_review_comment').getByText(often).waitFor()
    expect(await seen.page.getByText(often).count()).toBe(2)
    expect(await row('search_11').count()).toBe(0)
    await seen.page.getByRole('button', { name: 'Show all 14' }).click()
    await row('search_11').waitFor()
  })

  it('are asked anew after an answer, and never show those of other days meanwhile', async () => {
    let answer = (_: UiResult<'statistics.get'>): void => {}
    await open({})
    await go('t')
    await seen.page.getByText('1,412', { exact: true }).waitFor()
    seen.gallery.state.replies = {
      'statistics.get': () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    }
    await seen.page.getByText('7 days').click()
    await seen.page.getByRole('status', { name: 'Loading statistics' }).waitFor()
    expect(await seen.page.getByText('1,412', { exact: true }).count()).toBe(0)
    await expect.poll(() => sent('statistics.get')).toHaveLength(2)
    answer({ ...statistics, asked: 7_007 })
    await seen.page.getByText('7,007', { exact: true }).waitFor()
    seen.gallery.state.replies = { 'statistics.get': () => ({ ...statistics, asked: 8_008 }) }
    seen.gallery.emit({ type: 'approval.closed', id: 'any', outcome: 'approved' })
    await seen.page.getByText('8,008', { exact: true }).waitFor()
  })

  it('say that there are none yet', async () => {
    await open({ replies: { 'statistics.get': () => noStatistics } })
    await go('t')
    await seen.page.getByText('No calls in 30 days').waitFor()
  })

  it('say that they could not be loaded, and try again', async () => {
    let fails = true
    const replies = {
      'statistics.get': () => {
        if (fails) throw new Error('The log is locked.')
        return statistics
      },
    }
    await open({ replies })
    await go('t')
    await seen.page.getByRole('alert').getByText('The log is locked.').waitFor()
    fails = false
    await seen.page.getByRole('button', { name: 'Try again' }).click()
    await seen.page.getByText('1,412', { exact: true }).waitFor()
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  const wide = { width: 1280, height: 800 }
  const narrow = { width: 420, height: 720 }
  const zoomed = { width: 640, height: 400 }
  it.each([
    ['remembered', { grants: allGrants }, wide, () => go('r')],
    ['remembered, narrow', { grants: allGrants }, narrow, () => go('r')],
    ['remembered, at 200 %', { grants: allGrants }, zoomed, () => go('r')],
    ['nothing remembered', {}, narrow, () => go('r')],
    [
      'revoking all',
      { grants: allGrants },
      wide,
      async () => {
        await go('r')
        await seen.page.getByRole('button', { name: /^Revoke all/ }).click()
      },
    ],
    ['statistics', {}, wide, () => go('t')],
    ['statistics, narrow', {}, narrow, () => go('t')],
    ['statistics, at 200 %', {}, zoomed, () => go('t')],
    ['no statistics', { replies: { 'statistics.get': () => noStatistics } }, wide, () => go('t')],
  ] as const)('%s', async (_, state, viewport, act) => {
    await open(state, { colorScheme, viewport })
    await act()
    await settled()
    await seen.page.clock.runFor(1000)
    await seen.accessible()
    // Nothing is pushed out of the window sideways.
    const wider = await seen.page.evaluate(() =>
      [...document.querySelectorAll('[data-scroller]')].some((part) => part.scrollWidth > part.clientWidth),
    )
    expect(wider).toBe(false)
  })
})
