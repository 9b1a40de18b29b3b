// The log's own figures, its check, and what of it is kept or sent, in the built window: what stands there when all is
// well and when it is not, and that nothing is given up or sent before a person has said so.
import { describe, expect, it } from 'vitest'
import type { VerifyProgress } from '../../core/wire/log-contract.ts'
import type { Settings } from '../../core/wire/ui-contract.ts'
import { hash, now, settings } from './gallery/fixtures.ts'
import type { GalleryState, Replies } from './gallery/host.ts'
import { checks, type Metrics, metrics } from './gallery/log-fixtures.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent } = seen

const go = async (letter: string) => {
  await seen.page.keyboard.press('g')
  await seen.page.keyboard.press(letter)
}
const settled = () => seen.page.evaluate(() => fetch('/api/ping'))
const part = (name: string) => seen.page.getByRole('region', { name, exact: true })
const row = (name: string) => seen.page.locator('dl > div').filter({ has: seen.page.getByText(name, { exact: true }) })
const button = (name: string) => seen.page.getByRole('button', { name, exact: true })
const words = async (name: string) => (await row(name).innerText()).replace(/\s+/g, ' ')

async function openLog(replies: Replies, options: Parameters<typeof open>[1] = {}): Promise<void> {
  await open({ replies }, options)
  await go('t')
  await seen.page.getByText('The log', { exact: true }).click()
}
const withMetrics = (of: Metrics): Replies => ({ 'log.metrics': () => of })

describe('figures of the log', () => {
  it('are of the days that are chosen, and stay chosen with the screen', async () => {
    await openLog({})
    await part('What became of calls').waitFor()
    expect(await words('Allowed by rule')).toBe('Allowed by rule 8,412 77 %')
    expect(await words('In all')).toBe('In all 10,905')
    await seen.page.getByText('1 day', { exact: true }).click()
    await seen.page.getByText('Calls since 2026-11-19').waitFor()
    expect(new Set(sent('log.metrics').map((params) => JSON.stringify(params)))).toEqual(
      new Set(['{"days":7}', '{"days":1}']),
    )
    await go('s')
    await go('t')
    await part('What is recorded').waitFor()
    await seen.page.getByText('Your answers', { exact: true }).click()
    await seen.page.getByText('Only you see this').waitFor()
    expect(seen.complaints).toEqual([])
  })

  it('say how long calls were held and worked on', async () => {
    await openLog({})
    const held = seen.page.getByRole('row').filter({ hasText: 'Held for a person' })
    expect((await held.innerText()).replace(/\s+/g, ' ')).toBe(
      'Held for a person 174 calls 6.2 s 1 min 14 s 31 min 40 s',
    )
  })

  it.each<[string, Metrics, string, string]>([
    ['all is read', metrics.normal, 'Behind by', 'Behind by nothing All that proxies wrote is in the database.'],
    ['some of it waits', metrics.damaged, 'Behind by', 'Behind by 3 min 12 s 8.4 MB in 3 spools wait to be read into the database. It is on record all the same.'],
    ['a spool is damaged', metrics.damaged, 'Damaged spools', 'Damaged spools 1 What was written after the damaged place is not in the database. Check the log to see where it is.'],
    ['what is there', metrics.normal, 'Calls', 'Calls 38,204 The oldest was received 41 days ago.'],
    ['nothing is there', metrics.fresh, 'Calls', 'Calls 0 None yet.'],
    ['the database', metrics.normal, 'Database', 'Database 48.3 MB 1.2 MB of it is free and used again.'],
    ['the head', metrics.normal, 'Head', `Head #51,317 ${hash('head')}`],
    ['it was kept elsewhere', metrics.normal, 'Last kept elsewhere', '9 h ago, in journald; 415 events since then.'],
    ['it never was', metrics.fresh, 'Last kept elsewhere', 'Never so far. Once a day the head is written to the system’s log'],
    ['it was long ago', metrics.late, 'Last kept elsewhere', '3 days ago, in journald; 415 events since then. It should be written every day.'],
    ['nothing was given up', metrics.normal, 'Given up', 'Nothing: the log begins with its first event.'],
    ['some was given up', metrics.pruned, 'Given up', `22,410 calls and 31,000 events, 2 days ago #31,000 ${hash('checkpoint')}`],
  ])('say that %s', async (_, of, name, said) => {
    await openLog(withMetrics(of))
    await row(name).waitFor()
    expect(await words(name)).toContain(said)
  }) // biome-ignore format: a table

  it('have no row for damage where there is none', async () => {
    await openLog({})
    await row('Behind by').waitFor()
    expect(await row('Damaged spools').count()).toBe(0)
  })

  it.each<[string, Metrics, string]>([
    ['is off', metrics.normal, 'None: nothing of the log leaves this machine.'],
    ['sends', metrics.sending, 'Sending; 12 events wait.'],
    ['fails', metrics.failing, 'The collector answered 401 Unauthorized. It is tried again; no call waits for it.'],
  ])('say that the collector %s', async (_, of, said) => {
    await openLog(withMetrics(of))
    await part('Collector').getByText(said).waitFor()
    await part('Collector').getByRole('button', { name: 'Change in Settings' }).click()
    await seen.page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
  })

  it('have the head to be copied', async () => {
    await openLog({}, { permissions: ['clipboard-read', 'clipboard-write'] })
    await button('Copy head of the log').press('Enter')
    await button('Copied head of the log').waitFor()
    expect(await seen.page.evaluate(() => navigator.clipboard.readText())).toBe(hash('head'))
  })

  it('are asked anew while they are looked at, and not afterwards', async () => {
    let of: Metrics = metrics.normal
    await openLog({ 'log.metrics': () => of })
    await row('Behind by').getByText('nothing').waitFor()
    of = metrics.damaged
    await seen.page.clock.runFor(10_500)
    await row('Behind by').getByText('3 min 12 s').waitFor()
    await go('a')
    await settled()
    const asked = sent('log.metrics').length
    await seen.page.clock.runFor(40_000)
    await settled()
    expect(sent('log.metrics')).toHaveLength(asked)
  })

  it('say that they could not be loaded, and try again', async () => {
    let broken = true
    await openLog({
      'log.metrics': () => {
        if (broken) throw new Error('The database is locked.')
        return metrics.normal
      },
    })
    await seen.page.getByRole('alert').getByText('The database is locked.').waitFor()
    broken = false
    await button('Try again').click()
    await part('What is recorded').waitFor()
  })
})

describe('the check of the log', () => {
  const check = () => part('Is it still what was written?')
  const emit = (verify: VerifyProgress) => seen.gallery.emit({ type: 'verify.changed', verify })

  it('runs when asked, shows how far it is, and is still known after other screens', async () => {
    await openLog({})
    await check().getByText('It changes nothing.').waitFor()
    await settled()
    expect(sent('log.verify')).toEqual([])
    await button('Check the log now').press('Enter')
    const bar = check().getByRole('progressbar', { name: 'Checking the log' })
    await bar.waitFor()
    expect(await bar.getAttribute('aria-valuenow')).toBe('21000')
    await check().getByText('21,000 of 51,317 events.').waitFor()
    // While it runs no second one is begun.
    await button('Checking…').click({ force: true })
    await settled()
    expect(sent('log.verify')).toHaveLength(1)
    emit({ ...checks.running, done: 40_000 })
    await check().getByText('40,000 of 51,317 events.').waitFor()
    seen.gallery.state.replies['log.verify-state'] = () => checks.unchanged
    await go('s')
    emit(checks.unchanged)
    await go('t')
    await check().getByText('Unchanged: 51,317 events, 38,204 calls.').waitFor()
    await check().getByText('Checked 1 min ago').waitFor()
    await button('Check again').waitFor()
  })

  it('names the first bad place of each part', async () => {
    await openLog({ 'log.verify-state': () => checks.changed })
    await check().getByText('The log is not what was written.').waitFor()
    const places = await check().getByRole('list', { name: 'First bad places' }).getByRole('listitem').allInnerTexts()
    expect(places).toEqual([
      'database, event 40113: its hash is not that of its content: it was changed',
      's-cursor.jsonl, line 212: the line before it is missing',
    ])
  })

  it('says that it could not be finished', async () => {
    await openLog({ 'log.verify-state': () => checks.failed })
    await check().getByText('The check could not be finished: The database is locked by another program.').waitFor()
  })

  it('says that it could not be begun', async () => {
    await openLog({
      'log.verify': () => {
        throw new Error('The broker is closing.')
      },
    })
    await button('Check the log now').click()
    await check().getByRole('alert').getByText('The broker is closing.').waitFor()
    await button('Check the log now').waitFor()
  })

  it('is not set back by an answer that is older than an event', async () => {
    let answer = (_: VerifyProgress): void => {}
    await openLog({
      'log.verify': () =>
        new Promise<VerifyProgress>((resolve) => {
          answer = resolve
        }),
    })
    await button('Check the log now').click()
    await expect.poll(() => sent('log.verify').length).toBe(1)
    emit(checks.unchanged)
    await check().getByText('Unchanged:').waitFor()
    answer(checks.running)
    await settled()
    expect(await check().getByText('Unchanged:').count()).toBe(1)
  })
})

describe('what is kept', () => {
  const keeping = (retention: Settings['retention'], replies: Replies = {}): Partial<GalleryState> => ({
    settings: { ...settings, retention },
    replies,
  })
  const openSettings = async (state: Partial<GalleryState>) => {
    await open(state)
    await go('s')
  }
  const days = () => seen.page.getByLabel('Keep calls for, in days')
  const megabytes = () => seen.page.getByLabel('Keep at most, in MB')
  const box = (name: string) => seen.page.getByRole('checkbox', { name })
  const question = () => seen.page.getByRole('dialog', { name: 'Keep less of the log' })
  const found = (total: number): Replies => ({ 'activity.search': () => ({ asOf: '', total, calls: [] }) })
  /** The answer is inert for a moment. */
  const answer = async (name: string) => {
    await seen.page.clock.runFor(600)
    await question().getByRole('button', { name }).press('Enter')
  }
  /** The dialog closes when the answer was taken, and fades out. */
  const gone = async () => {
    await expect
      .poll(async () => {
        await seen.page.clock.runFor(100)
        return question().count()
      })
      .toBe(0)
  }

  it('is everything at first', async () => {
    await openSettings({})
    await part('The log').getByText('Everything is kept, for as long as the disk has room.').waitFor()
    expect(await box('Keep calls for').isChecked()).toBe(false)
    expect(await days().count()).toBe(0)
  })

  it('is lowered only after what goes was said and confirmed', async () => {
    await openSettings(keeping({ days: 90, megabytes: 500 }, found(22_410)))
    await days().fill('30')
    await days().press('Enter')
    await question()
      .getByText('22,410 calls received before 2026-10-21 14:00 would go, with their arguments and results.')
      .waitFor()
    expect(sent('activity.search').at(-1)).toEqual({
      filter: { terms: [], words: [], to: now + 5_000 - 30 * 86_400_000 },
      offset: 0,
      limit: 1,
    })
    expect(sent('settings.set')).toEqual([])
    await answer('Give it up')
    await expect.poll(() => sent('settings.set')).toEqual([{ retention: { days: 30, megabytes: 500 } }])
    await gone()
    expect(await days().inputValue()).toBe('30')
  })

  it('stays as it is when the answer is no', async () => {
    await openSettings(keeping({ days: 90 }, found(1)))
    await days().fill('30')
    await days().press('Enter')
    await question().getByText('1 call received before').waitFor()
    await answer('Keep as it is')
    await gone()
    await settled()
    expect(sent('settings.set')).toEqual([])
    await expect.poll(() => days().inputValue()).toBe('90')
  })

  it('is not given up by a second click right after the first', async () => {
    await openSettings(keeping({}, found(9)))
    await box('Keep calls for').press('Space')
    await question().getByRole('button', { name: 'Give it up' }).press('Enter')
    await settled()
    expect(sent('settings.set')).toEqual([])
    await answer('Give it up')
    await expect.poll(() => sent('settings.set')).toEqual([{ retention: { days: 365 } }])
  })

  it.each<[string, () => Promise<void>, Settings['retention']]>([
    ['more days', async () => { await days().fill('120'); await days().press('Enter') }, { days: 120, megabytes: 500 }],
    ['more room', async () => { await megabytes().fill('2,000'); await megabytes().press('Enter') }, { days: 90, megabytes: 2_000 }],
    ['no bound of age', async () => { await box('Keep calls for').press('Space') }, { megabytes: 500 }],
    ['no bound of size', async () => { await box('Keep at most').press('Space') }, { days: 90 }],
  ])('is widened at once: %s', async (_, act, retention) => {
    await openSettings(keeping({ days: 90, megabytes: 500 }))
    await act()
    await expect.poll(() => sent('settings.set')).toEqual([{ retention }])
    expect(await question().count()).toBe(0)
  }) // biome-ignore format: a table

  it.each<[string, Replies, string]>([
    ['nothing yet', found(0), 'No call is that old yet, so nothing goes today.'],
    ['at least so many', { 'activity.search': () => ({ asOf: '', total: 8, searchedTo: 1, calls: [] }) }, 'At least 8 calls received before'],
    ['nobody knows', { 'activity.search': () => Promise.reject(new Error('The log is busy.')) }, 'How much would go could not be found out. The log is busy.'],
  ])('says what would go: %s', async (_, replies, said) => {
    await openSettings(keeping({ days: 90 }, replies))
    await days().fill('30')
    await days().press('Enter')
    await question().getByText(said).waitFor()
  }) // biome-ignore format: a table

  it.each<[string, string, string]>([
    ['beyond it', '51', 'The database holds 68.3 MB. About 17.3 MB of it would go, the oldest calls first.'],
    ['within it', '70', 'The database holds 68.3 MB. That is within the bound, so nothing goes today.'],
  ])('by size says what would go: %s', async (_, text, said) => {
    const { database, ...rest } = metrics.normal
    const held = { ...rest, database: { ...database, bytes: 75 * 1024 * 1024, freeBytes: 7_025_459 } }
    await openSettings(keeping({ megabytes: 500 }, withMetrics(held)))
    await megabytes().fill(text)
    await megabytes().press('Enter')
    await question().getByText(said).waitFor()
  }) // biome-ignore format: a table

  it.each([
    ['days', '0'],
    ['days', '1.5'],
    ['days', ''],
    ['days', '40000'],
    ['megabytes', '49'],
    ['megabytes', 'much'],
  ])('takes no %s of %j', async (what, text) => {
    await openSettings(keeping({ days: 90, megabytes: 500 }))
    const field = what === 'days' ? days() : megabytes()
    await field.fill(text)
    await field.press('Enter')
    await part('The log')
      .getByRole('alert')
      .getByText(/^Not saved: write a whole number of/)
      .waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.press('Escape')
    expect(await field.inputValue()).toBe(what === 'days' ? '90' : '500')
    await settled()
    expect(sent('settings.set')).toEqual([])
    expect(await question().count()).toBe(0)
  })

  it('says beside it that it was not saved', async () => {
    await openSettings(
      keeping(
        { days: 90 },
        {
          'settings.set': () => {
            throw new Error('The disk is full.')
          },
        },
      ),
    )
    await box('Keep calls for').click()
    await part('The log').getByRole('alert').getByText('Not saved: The disk is full.').waitFor()
    expect(await box('Keep calls for').isChecked()).toBe(true)
  })
})

describe('the collector', () => {
  const box = () => seen.page.getByRole('checkbox', { name: 'Send to a collector' })
  const content = () => seen.page.getByRole('checkbox', { name: 'Send them too' })
  const address = () => seen.page.getByLabel('Address')
  const sending = { endpoint: 'http://127.0.0.1:4318', content: false }

  it('is off, and gets nothing before an address was written', async () => {
    await open({})
    await go('s')
    expect(await box().isChecked()).toBe(false)
    await box().press('Space')
    await expect.poll(() => address().evaluate((field) => document.activeElement === field)).toBe(true)
    await settled()
    expect(sent('settings.set')).toEqual([])
    await seen.page.keyboard.type('http://127.0.0.1:4318/')
    await seen.page.keyboard.press('Enter')
    await expect.poll(() => sent('settings.set')).toEqual([{ telemetry: sending }])
    await content().waitFor()
    await part('Collector').getByText('OTEL_EXPORTER_OTLP_HEADERS').waitFor()
  })

  it.each([
    ['otel.acme.example', 'write a whole address'],
    ['ftp://otel.acme.example', 'write a whole address'],
    ['http://otel.acme.example:4318/v1/traces', 'leave out /v1/…'],
    ['https://me:word@otel.acme.example', 'a password does not belong into the address'],
  ])('is not sent to %s', async (text, said) => {
    await open({ settings: { ...settings, telemetry: sending } })
    await go('s')
    await address().fill(text)
    await address().press('Enter')
    await part('Collector').getByRole('alert').getByText(said).waitFor()
    expect(await address().getAttribute('aria-invalid')).toBe('true')
    await settled()
    expect(sent('settings.set')).toEqual([])
  })

  it.each([
    ['http://otel.acme.example:4318', true],
    ['https://otel.acme.example:4318', false],
    ['http://localhost:4318', false],
    ['http://127.0.0.1:4318', false],
    ['http://[::1]:4318', false],
  ])('is warned of where others can read it: %s, %j', async (endpoint, warned) => {
    await open({ settings: { ...settings, telemetry: { endpoint, content: false } } })
    await go('s')
    await content().waitFor()
    expect(await part('Collector').getByText('Without https').count()).toBe(warned ? 1 : 0)
  })

  it('gets arguments and results only when a person says so, with what that means', async () => {
    await open({ settings: { ...settings, telemetry: sending } })
    await go('s')
    await part('Collector').getByText('Not sent: who called what').waitFor()
    await content().press('Space')
    await expect.poll(() => sent('settings.set')).toEqual([{ telemetry: { ...sending, content: true } }])
    await part('Collector').getByText('They leave this machine as they stand in the log').waitFor()
  })

  it('is switched off at once', async () => {
    await open({
      settings: { ...settings, telemetry: { ...sending, content: true } },
      replies: withMetrics(metrics.failing),
    })
    await go('s')
    await part('Collector').getByText('Not getting through; 4,120 events wait.').waitFor()
    await box().press('Space')
    await expect.poll(() => sent('settings.set')).toEqual([{ telemetry: null }])
    await address().waitFor({ state: 'detached' })
    expect(await content().count()).toBe(0)
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  it.each<[string, Replies]>([
    ['normal', {}],
    ['never anchored', withMetrics(metrics.fresh)],
    ['damaged and changed', { ...withMetrics(metrics.damaged), 'log.verify-state': () => checks.changed }],
    ['pruned and unchanged', { ...withMetrics(metrics.pruned), 'log.verify-state': () => checks.unchanged }],
    ['failing, while checked', { ...withMetrics(metrics.failing), 'log.verify-state': () => checks.running }],
    ['a failed check', { 'log.verify-state': () => checks.failed }],
  ])('figures, %s', async (_, replies) => {
    await openLog(replies, { colorScheme })
    await part('What is recorded').waitFor()
    await settled()
    await seen.accessible()
    expect(seen.complaints).toEqual([])
  })

  it.each<[string, Settings, () => Promise<void>]>([
    ['off', settings, async () => {}],
    [
      'on',
      {
        ...settings,
        retention: { days: 90, megabytes: 500 },
        telemetry: { endpoint: 'http://otel.acme.example', content: true },
      },
      async () => {},
    ],
    [
      'with problems',
      { ...settings, retention: { days: 90 } },
      async () => {
        await seen.page.getByLabel('Keep calls for, in days').fill('x')
        await seen.page.getByRole('checkbox', { name: 'Send to a collector' }).click()
        await seen.page.getByLabel('Address').fill('x')
        await seen.page.keyboard.press('Enter')
      },
    ],
    [
      'asking',
      { ...settings, retention: { days: 90 } },
      async () => {
        await seen.page.getByLabel('Keep calls for, in days').fill('3')
        await seen.page.keyboard.press('Enter')
        await seen.page.getByRole('dialog').waitFor()
      },
    ],
  ])('settings, %s', async (_, of, act) => {
    await open({ settings: of, replies: withMetrics(metrics.failing) }, { colorScheme })
    await go('s')
    await act()
    await settled()
    await seen.accessible()
    expect(seen.complaints).toEqual([])
  })
})
