// The explorer in the built window over a hundred thousand calls: one query for bar, facets, histogram and address; rows as
// far as they go; new calls as they come; every state by keyboard and in both themes.
import { describe, expect, it } from 'vitest'
import { everyCall } from '../../core/audit/call-filter.ts'
import { parseQuery } from '../../core/audit/call-query.ts'
import type { CallSummary, UiParams } from '../../core/wire/ui-contract.ts'
import { now } from './gallery/fixtures.ts'
import type { GalleryState } from './gallery/host.ts'
import { type LoggedCall, search } from './gallery/log-engine.ts'
import { manyCalls } from './gallery/many-calls.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent } = seen
const many = manyCalls(100_000)

const field = () => seen.page.getByRole('combobox', { name: 'Filter calls' })
const grid = () => seen.page.getByRole('grid')
const rows = () => grid().locator('[data-call]')
const row = (call: string) => grid().locator(`[data-call="${call}"]`)
const facet = (name: string) => seen.page.getByRole('region', { name, exact: true })
const button = (name: string | RegExp) => seen.page.getByRole('button', { name, exact: typeof name === 'string' })
const status = (text: string) => seen.page.getByRole('status').filter({ hasText: text })
const chart = () => seen.page.getByRole('region', { name: 'Calls over time' })
const found = (query: string, calls: readonly LoggedCall[] = many) =>
  search(calls, { filter: parseQuery(query, now + 5_000).filter, offset: 0, limit: 200 })
const words = (number: number) => `${number.toLocaleString('en-US')} call${number === 1 ? '' : 's'}`
const queryOf = (address: string) => new URLSearchParams(new URL(address).hash.split('?')[1]).get('q') ?? ''
const address = () => queryOf(seen.page.url())

async function explore(state: Partial<GalleryState> = {}, options: Parameters<typeof open>[1] = {}): Promise<void> {
  await open({ calls: many, ...state }, options)
  await seen.page.keyboard.press('g')
  await seen.page.keyboard.press('l')
  await chart().waitFor()
  // Keys mean nothing before there is something to go through.
  await rows()
    .first()
    .or(seen.page.getByText('No calls yet'))
    .or(seen.page.getByRole('alert').first())
    .first()
    .waitFor()
}

/** Types in place of what stands there, and waits until the list answers it. */
async function type(query: string): Promise<void> {
  await seen.page.keyboard.press('/')
  await seen.page.keyboard.insertText(query)
  await seen.page.clock.runFor(400)
  await status(words(found(query).total)).waitFor()
}

/** New calls, the way the broker tells of them. */
function arrive(number: number, part: Partial<CallSummary> = {}): CallSummary[] {
  const { state } = seen.gallery
  const calls = Array.from({ length: number }, (_, i): CallSummary => {
    const place = state.calls.length + i
    return {
      ...{ call: `new.${place}`, session: 's-zed', client: 'zed', server: 'fresh', tool: 'arrived' },
      ...{ outcome: 'allowed-by-rule', receivedAt: now + 5_000 + place, risk: 'read', rule: 'reads-pass' },
      ...part,
    }
  })
  state.calls = [...calls.toReversed(), ...state.calls]
  seen.gallery.emit({ type: 'calls.changed', calls })
  return calls
}

describe('the query', () => {
  it('is typed, stands in the address, and comes back with a reload', async () => {
    await explore()
    await status('100,000 calls').waitFor()
    await type('outcome:refused -client:zed berths')
    await expect.poll(address).toBe('outcome:refused -client:zed berths')
    const { calls } = found('outcome:refused -client:zed berths')
    await row(calls[0]?.call ?? '').waitFor()
    expect(await rows().count()).toBe(Math.min(calls.length, await rows().count()))
    await facet('Outcome')
      .getByRole('button', { name: /^Refused /, pressed: true })
      .waitFor()
    await seen.page.reload()
    await status(words(calls.length)).waitFor()
    expect(await field().inputValue()).toBe('outcome:refused -client:zed berths')
    expect(seen.complaints).toEqual([])
  })

  it('is completed by keys: names, values with their counts, moments', async () => {
    await explore()
    await seen.page.keyboard.press('/')
    const option = (name: RegExp) => seen.page.getByRole('option', { name })
    await option(/^outcome:/).waitFor()
    await seen.page.keyboard.type('out')
    await option(/^client:/).waitFor({ state: 'detached' })
    await seen.page.keyboard.press('ArrowDown')
    await seen.page.keyboard.press('Enter')
    expect(await field().inputValue()).toBe('outcome:')
    await seen.page.keyboard.type('refu')
    await option(/^refused\s+Refused\s+1,\d{3}$/).waitFor()
    await seen.page.keyboard.press('ArrowDown')
    await seen.page.keyboard.press('Tab')
    expect(await field().inputValue()).toBe('outcome:refused ')
    await seen.page.keyboard.type('from:')
    await option(/^24h/).waitFor()
    await seen.page.keyboard.type('7')
    await option(/^24h/).waitFor({ state: 'detached' })
    await option(/^7d/).waitFor()
    await seen.page.keyboard.press('ArrowDown')
    await seen.page.keyboard.press('Enter')
    await seen.page.keyboard.type('gith')
    await option(/^server:github\s+Server/).waitFor()
    await seen.page.keyboard.press('Escape')
    expect(await option(/./).count()).toBe(0)
    await seen.page.keyboard.press('Escape')
    await expect.poll(() => grid().evaluate((one) => one === document.activeElement)).toBe(true)
    await status(words(found('outcome:refused from:7d gith').total)).waitFor()
  })

  it('says what was not understood, leaves that out, and mends it', async () => {
    await explore()
    await seen.page.keyboard.press('/')
    await seen.page.keyboard.type('serverr:github outcome:refused ')
    const list = seen.page.getByRole('list', { name: 'Not understood' })
    await list.getByText('Calls cannot be told apart by “serverr”').waitFor()
    await status(words(found('outcome:refused').total)).waitFor()
    await list.getByRole('button', { name: 'Use server:github' }).press('Enter')
    await status(words(found('server:github outcome:refused').total)).waitFor()
    expect(await list.count()).toBe(0)
    expect(await field().inputValue()).toBe('server:github outcome:refused ')
  })

  it('says nothing of what is still being written', async () => {
    await explore()
    await seen.page.keyboard.press('/')
    await seen.page.keyboard.type('outcome:refu')
    expect(await seen.page.getByRole('list', { name: 'Not understood' }).count()).toBe(0)
    await seen.page.keyboard.press('Escape')
    await seen.page.keyboard.press('Escape')
    await seen.page.getByRole('list', { name: 'Not understood' }).getByText('There is no outcome').waitFor()
  })

  it('shows what hides in a name, also in the facets and the bar', async () => {
    await explore()
    await facet('Tool').getByRole('button', { name: /more$/ }).click()
    const hostile = facet('Tool').getByRole('button', { name: /^write.*U\+202E RLO.*_file/ })
    await hostile.getByText('U+202E RLO').waitFor()
    await hostile.click()
    await expect.poll(address).toBe('tool:"write\\u{202e}_file"')
    await status(words(many.filter(({ tool }) => tool.includes('\u202e')).length)).waitFor()
  })
})

describe('facets', () => {
  it('choose by a click, exclude by shift and click, and Back takes each back', async () => {
    await explore()
    await facet('Server')
      .getByRole('button', { name: /^github / })
      .click()
    await expect.poll(address).toBe('server:github')
    await status(words(found('server:github').total)).waitFor()
    await facet('Server')
      .getByRole('button', { name: /^docs / })
      .click()
    await expect.poll(address).toBe('server:github,docs')
    await facet('Client')
      .getByRole('button', { name: /^zed / })
      .click({ modifiers: ['Shift'] })
    await expect.poll(address).toBe('server:github,docs -client:zed')
    expect(await field().inputValue()).toBe('server:github,docs -client:zed')
    await status(words(found('server:github,docs -client:zed').total)).waitFor()
    await facet('Client')
      .getByRole('button', { name: /^zed .*excluded$/ })
      .waitFor()
    await seen.page.goBack()
    await status(words(found('server:github,docs').total)).waitFor()
    await seen.page.goBack()
    await seen.page.goBack()
    await status('100,000 calls').waitFor()
    expect(await field().inputValue()).toBe('')
    await seen.page.goForward()
    await status(words(found('server:github').total)).waitFor()
    await facet('Server')
      .getByRole('button', { name: /^github /, pressed: true })
      .click()
    await expect.poll(address).toBe('')
  })

  it('count the values of a dimension as if nothing were chosen in it', async () => {
    await explore()
    await type('server:github')
    const all = (server: string) => many.filter((call) => call.server === server).length.toLocaleString('en-US')
    await facet('Server')
      .getByRole('button', { name: `filesystem ${all('filesystem')}` })
      .waitFor()
    const branches = many.filter(({ server, tool }) => server === 'github' && tool === 'delete_branch').length
    await facet('Tool')
      .getByRole('button', { name: `delete_branch ${branches.toLocaleString('en-US')}` })
      .waitFor()
  })

  it('are reached by keyboard, excluding too', async () => {
    await explore()
    await facet('Risk').getByRole('button', { name: 'Exclude Reads' }).press('Enter')
    await expect.poll(address).toBe('-risk:read')
    await facet('Risk').getByRole('button', { name: 'Do not exclude Reads' }).press('Enter')
    await expect.poll(address).toBe('')
    await facet('Rule')
      .getByRole('button', { name: /^No rule / })
      .press('Space')
    await expect.poll(address).toBe('rule:none')
    await status(words(many.filter(({ rule }) => rule === undefined).length)).waitFor()
  })

  it('are a drawer where the window is narrow', async () => {
    await explore({}, { viewport: { width: 420, height: 720 } })
    expect(await facet('Outcome').isVisible()).toBe(false)
    await button('Filter').click()
    const drawer = seen.page.getByRole('dialog', { name: 'Filter' })
    await drawer.getByRole('button', { name: /^Refused / }).click()
    await seen.page.keyboard.press('Escape')
    await seen.page.clock.runFor(500)
    await drawer.waitFor({ state: 'detached' })
    await status(words(found('outcome:refused').total)).waitFor()
    await button('Filter (1)').waitFor()
  })
})

describe('the range', () => {
  it('is drawn over the histogram, snaps to its columns, and a double click takes it back', async () => {
    await explore()
    const image = chart().getByRole('img')
    const box = await image.boundingBox()
    if (box === null) throw new Error('There is no histogram')
    const at = (share: number) => box.x + 60 + (box.width - 100) * share
    await seen.page.mouse.move(at(0.3), box.y + 40)
    await seen.page.mouse.down()
    await seen.page.mouse.move(at(0.5), box.y + 40, { steps: 4 })
    await seen.page.clock.runFor(50)
    await seen.page.mouse.up()
    await expect.poll(address).toMatch(/^from:2026-\d\d-\d\d to:2026-\d\d-\d\d$/)
    const { filter } = parseQuery(address(), now)
    expect((filter.to ?? 0) - (filter.from ?? 0)).toBeGreaterThan(4 * 86_400_000)
    await status(words(found(address()).total)).waitFor()
    await seen.page.getByText('Ended range').waitFor()
    await button('Zoom out').waitFor()
    await seen.page.mouse.dblclick(at(0.5), box.y + 40)
    await expect.poll(address).toBe('')
    expect(seen.complaints).toEqual([])
  })

  it('is chosen by buttons', async () => {
    await explore()
    await type('outcome:refused')
    await button('24 h').press('Enter')
    await expect.poll(address).toBe('outcome:refused from:24h')
    await status(words(found('outcome:refused from:24h').total)).waitFor()
    expect(await button('24 h').getAttribute('aria-pressed')).toBe('true')
    await button('All').press('Enter')
    await expect.poll(address).toBe('outcome:refused')
  })

  it('shows the numbers under the pointer in words', async () => {
    await explore()
    const box = await chart().getByRole('img').boundingBox()
    if (box === null) throw new Error('There is no histogram')
    await chart().getByText('In all').waitFor()
    await seen.page.mouse.move(box.x + box.width / 2, box.y + 40)
    await seen.page.clock.runFor(50)
    await chart()
      .getByText(/^Nov \d+$/)
      .waitFor()
  })
})

describe('rows', () => {
  it('go to both ends by keys, with few of them drawn, and open by Enter', async () => {
    await explore()
    await seen.page.keyboard.press('j')
    await expect.poll(() => grid().locator('[aria-selected="true"]').getAttribute('data-call')).toBe(many[0]?.call)
    await seen.page.keyboard.press('j')
    await seen.page.keyboard.press('PageDown')
    await seen.page.keyboard.press('End')
    await row(many.at(-1)?.call ?? '').waitFor()
    expect(await row(many.at(-1)?.call ?? '').getAttribute('aria-rowindex')).toBe('100001')
    expect(await rows().count()).toBeLessThan(80)
    await seen.page.keyboard.press('k')
    await expect.poll(() => grid().locator('[aria-selected="true"]').getAttribute('data-call')).toBe(many.at(-2)?.call)
    await seen.page.keyboard.press('Enter')
    await seen.page.getByRole('dialog', { name: 'Call' }).waitFor()
    expect(sent('activity.get').at(-1)).toEqual({ call: many.at(-2)?.call })
    await seen.page.keyboard.press('Escape')
    await seen.page.clock.runFor(500)
    await seen.page.getByRole('dialog').waitFor({ state: 'detached' })
    await seen.page.keyboard.press('Home')
    await row(many[0]?.call ?? '').waitFor()
    expect(seen.complaints).toEqual([])
  })

  it('stay few and in reach in a low window, as at 200 % zoom', async () => {
    await explore({}, { viewport: { width: 640, height: 400 } })
    expect(await rows().count()).toBeLessThan(60)
    await seen.page.keyboard.press('j')
    await seen.page.keyboard.press('End')
    const last = row(many.at(-1)?.call ?? '')
    await last.waitFor()
    await last.scrollIntoViewIfNeeded()
    const box = await last.boundingBox()
    expect((box?.y ?? 400) + (box?.height ?? 0)).toBeLessThanOrEqual(400)
  })

  it('open by a click, and Back closes the call again', async () => {
    await explore()
    await row(many[3]?.call ?? '').click()
    await seen.page.getByRole('dialog', { name: 'Call' }).waitFor()
    await seen.page.goBack()
    await seen.page.clock.runFor(500)
    await seen.page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('follow one another in the drawer by keys, and one Back closes it', async () => {
    await explore()
    await row(many[3]?.call ?? '').click()
    await seen.page.getByRole('dialog', { name: 'Call' }).waitFor()
    const shown = () => sent('activity.get').at(-1)
    await expect.poll(shown).toEqual({ call: many[3]?.call })
    for (const [key, at] of [
      ['j', 4],
      ['j', 5],
      ['k', 4],
    ] as const) {
      await seen.page.keyboard.press(key)
      await expect.poll(shown).toEqual({ call: many[at]?.call })
    }
    await seen.page.goBack()
    await seen.page.clock.runFor(500)
    await seen.page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('are a million, of which the last can be reached', async () => {
    const total = 1_000_000
    const made = (index: number): CallSummary => ({
      ...{ call: `m.${index}`, session: 's', client: 'zed', server: 'many', tool: `tool_${index}` },
      ...{ outcome: 'allowed-by-rule', receivedAt: now - index * 1_000 },
    })
    const reply = ({ offset, limit }: UiParams<'activity.search'>) => ({
      asOf: 'then',
      total,
      calls: Array.from({ length: Math.min(limit, total - offset) }, (_, i) => made(offset + i)),
    })
    await explore({ replies: { 'activity.search': reply } })
    await row('m.0').waitFor()
    // Less than any browser's limit.
    expect(await grid().evaluate((one) => one.scrollHeight)).toBeLessThan(8_100_000)
    await seen.page.keyboard.press('j')
    await seen.page.keyboard.press('End')
    await row('m.999999').waitFor()
    expect(await row('m.999999').isVisible()).toBe(true)
    // Far by the bar, then a little by the wheel: the rows go on one after the other.
    await grid().evaluate((one) => {
      one.scrollTop = one.scrollHeight / 2
    })
    const first = () =>
      grid().evaluate((one) => {
        const top = one.getBoundingClientRect().top + 32
        const all = [...one.querySelectorAll('[data-call]')]
        return (
          Number(all.find((each) => each.getBoundingClientRect().bottom > top + 1)?.getAttribute('aria-rowindex')) - 2
        )
      })
    await expect.poll(first).toBeGreaterThan(400_000)
    const before = await first()
    expect(before).toBeLessThan(600_000)
    await grid().hover()
    await seen.page.mouse.wheel(0, 320)
    await expect.poll(first).toBe(before + 10)
    await seen.page.clock.runFor(500)
    await expect.poll(first).toBe(before + 10)
    for (let i = 0; i < 40; i++) await seen.page.keyboard.press('k')
    await expect.poll(() => grid().getAttribute('aria-activedescendant')).not.toBeNull()
    await seen.page.keyboard.press('Home')
    await row('m.0').waitFor()
    expect(seen.complaints).toEqual([])
  })

  it('show a place while their page is on its way, and ask again for one that failed', async () => {
    let broken = true
    const reply = (params: UiParams<'activity.search'>) => {
      if (broken && params.offset > 0) throw new Error('The log is busy.')
      return search(many, params)
    }
    await explore({ replies: { 'activity.search': reply } })
    await seen.page.keyboard.press('j')
    await seen.page.keyboard.press('End')
    await seen.page.getByRole('alert').getByText('Some rows could not be loaded. The log is busy.').waitFor()
    expect(await rows().count()).toBe(0)
    broken = false
    await grid().evaluate((one) => {
      one.scrollTop -= 64
    })
    await row(many.at(-10)?.call ?? '').waitFor()
    expect(await seen.page.getByRole('alert').count()).toBe(0)
  })
})

describe('new calls', () => {
  it('come by themselves at the top, and the counts with them', async () => {
    await explore()
    await row(many[0]?.call ?? '').waitFor()
    const [call] = arrive(1)
    await seen.page.clock.runFor(1_100)
    await row(call?.call ?? '').waitFor()
    await status('100,001 calls').waitFor()
    await facet('Server').getByRole('button', { name: 'fresh 1' }).waitFor()
    expect(await row(call?.call ?? '').getAttribute('aria-rowindex')).toBe('2')
  })

  it('are asked for no more than four times a second, and counted no more than once', async () => {
    await explore()
    await row(many[0]?.call ?? '').waitFor()
    await seen.page.clock.runFor(2_000)
    const searches = sent('activity.search').length
    const summaries = sent('activity.summary').length
    for (let i = 0; i < 40; i++) {
      arrive(1)
      await seen.page.clock.runFor(50)
    }
    await status('100,040 calls').waitFor()
    // Two seconds, and one at each end.
    expect(sent('activity.search').length - searches).toBeLessThanOrEqual(10)
    expect(sent('activity.summary').length - summaries).toBeLessThanOrEqual(4)
  })

  it.each([
    ['scrolled away', () => grid().evaluate((one) => one.scrollTo(0, 640))],
    ['at a row', () => seen.page.keyboard.press('j')],
    ['at a call', () => row(many[2]?.call ?? '').click()],
    ['it was stopped', () => button('Live').press('Enter')],
  ])('wait while the person is %s, and are counted', async (_, away) => {
    await explore()
    await row(many[0]?.call ?? '').waitFor()
    await away()
    await button('Paused').or(seen.page.getByRole('dialog')).first().waitFor()
    // Also while a call lies over it.
    const first = seen.page.locator('[data-call]').first()
    const top = await first.getAttribute('data-call')
    arrive(3)
    await seen.page.clock.runFor(2_000)
    if (await seen.page.getByRole('dialog').isVisible()) {
      await seen.page.keyboard.press('Escape')
      await seen.page.clock.runFor(500)
      await seen.page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await button('3 new calls').waitFor()
    expect(await first.getAttribute('data-call')).toBe(top)
    await button('3 new calls').press('Enter')
    await row('new.100002').waitFor()
    await button('Live').waitFor()
    expect(await button(/new calls?$/).count()).toBe(0)
  })

  it('do not come to a range that has ended, or to a filter they do not meet', async () => {
    await explore()
    await type('server:github')
    await seen.page.keyboard.press('Escape')
    await seen.page.keyboard.press('Escape')
    await seen.page.keyboard.press('j')
    arrive(2)
    await seen.page.clock.runFor(2_000)
    expect(await button(/new calls?$/).count()).toBe(0)
    arrive(1, { server: 'github' })
    await seen.page.clock.runFor(2_000)
    await button('1 new call').waitFor()
  })

  it('are renewed where they are, whoever looks where', async () => {
    await explore()
    await seen.page.keyboard.press('j')
    const running = many[0] as LoggedCall
    await row(running.call).getByText('Running').waitFor()
    const { text: _, ...rest } = running
    seen.gallery.emit({ type: 'calls.changed', calls: [{ ...rest, outcome: 'outcome-unknown' }] })
    await row(running.call).getByText('Outcome unknown').waitFor()
    expect(await row(running.call).getAttribute('aria-selected')).toBe('true')
  })
})

describe('states', () => {
  it('empty', async () => {
    await explore({ calls: [] })
    await seen.page.getByText('No calls yet').waitFor()
    await seen.page.getByText('Every call that a protected server receives is recorded here').waitFor()
  })

  it('nothing matches, with what could be left out', async () => {
    await explore()
    await type('outcome:refused tool:read_* "no such words"')
    await seen.page.getByText('No call matches').waitFor()
    await button(/^Remove outcome:refused/).waitFor()
    await button(/^Remove "no such words"/).press('Enter')
    await expect.poll(address).toBe('outcome:refused tool:read_*')
    await seen.page.getByText('No call matches').waitFor()
    await button(/^Remove outcome:refused/).press('Enter')
    await status(words(found('tool:read_*').total)).waitFor()
    await type('"nothing at all"')
    await button('Show every call').press('Enter')
    await status('100,000 calls').waitFor()
  })

  it('only the newest were looked through', async () => {
    const replies: GalleryState['replies'] = {
      'activity.search': (params) => ({ ...search(many, params), searchedTo: now - 26 * 3_600_000 }),
    }
    await explore({ replies })
    await seen.page.getByText('Looked through the newest calls only, back to 12:00 yesterday.').waitFor()
  })

  it('failed, then not', async () => {
    let broken = true
    const refuse = () => {
      if (broken) throw new Error('The log is locked.')
    }
    await explore({
      replies: {
        'activity.search': (params) => {
          refuse()
          return search(many, params)
        },
      },
    })
    await seen.page.getByRole('alert').getByText('Activity could not be loaded').waitFor()
    await seen.page.getByText('they are decided as before').waitFor()
    broken = false
    await button('Try again').press('Enter')
    await status('100,000 calls').waitFor()
  })

  it('disconnected, then caught up', async () => {
    await explore()
    await row(many[0]?.call ?? '').waitFor()
    seen.gallery.state.door = 'down'
    seen.gallery.lose()
    seen.gallery.emit({ type: 'policies.changed', revision: 'r' })
    await seen.page.getByText('Not connected').waitFor()
    expect(await row(many[0]?.call ?? '').isVisible()).toBe(true)
    const { state } = seen.gallery
    state.calls = [{ ...(many[0] as LoggedCall), call: 'missed', receivedAt: now + 6_000 }, ...state.calls]
    state.door = 'open'
    await seen.page.clock.runFor(6_000)
    await row('missed').waitFor()
    await button('Live').waitFor()
  })
})

describe('the overview', () => {
  it('says how the day goes, whatever the query is', async () => {
    await explore()
    const strip = seen.page.getByRole('region', { name: 'Overview' })
    const midnight = new Date(now).setHours(0, 0, 0, 0)
    const today = many.filter(({ receivedAt }) => receivedAt >= midnight).length
    await strip.getByText(today.toLocaleString('en-US'), { exact: true }).waitFor()
    await strip.getByRole('img', { name: /calls in the last 24 hours/ }).waitFor()
    await type('outcome:refused')
    expect(await strip.getByText(today.toLocaleString('en-US'), { exact: true }).isVisible()).toBe(true)
  })
})

it('asks for everything where nothing is filtered', async () => {
  await explore()
  await status('100,000 calls').waitFor()
  expect(sent('activity.search').at(-1)).toEqual({ filter: everyCall, offset: 0, limit: 100 })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  const narrow = { width: 420, height: 720 }
  const typed = (query: string) => async () => {
    await type(query)
    await seen.page.keyboard.press('Escape')
    await seen.page.keyboard.press('Escape')
  }
  it.each<[string, Partial<GalleryState>, { width: number; height: number } | undefined, () => Promise<unknown>]>([
    ['full', {}, undefined, () => seen.page.keyboard.press('j')],
    ['full, narrow', {}, narrow, () => seen.page.keyboard.press('j')],
    ['at 200 % zoom', {}, { width: 640, height: 400 }, () => row(many[0]?.call ?? '').scrollIntoViewIfNeeded()],
    ['filtered', {}, undefined, typed('outcome:refused,approved -client:zed server:filesystem')],
    ['suggestions', {}, undefined, () => type('outcome:refused ')],
    ['mistakes', {}, undefined, typed('outcome:refused serverr:github ')],
    ['empty', { calls: [] }, undefined, async () => {}],
    ['nothing matches', {}, undefined, typed('outcome:refused "no such words"')],
    ['filter drawer', {}, narrow, () => button('Filter').click()],
  ])('%s', async (_, state, viewport, act) => {
    await explore(state, { colorScheme, ...(viewport === undefined ? {} : { viewport }) })
    await act()
    await seen.page.clock.runFor(1_000)
    await seen.accessible()
    expect(seen.complaints).toEqual([])
  })
})
