// One call in the built window: everything that is on record of it, in words and exactly, whatever the record holds; and
// what can be made of it on the Policies screen.
import { describe, expect, it } from 'vitest'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { visibleText } from '../../core/text/visible-text.ts'
import type { CallDetail, UiResult } from '../../core/wire/ui-contract.ts'
import { hostileCalls } from '../fixtures/hostile-texts.ts'
import { details, eventsOf } from './gallery/call-details.ts'
import { calls, hash, settings } from './gallery/fixtures.ts'
import type { GalleryState, Replies } from './gallery/host.ts'
import { explanations } from './gallery/log-fixtures.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent } = seen

const drawer = () => seen.page.getByRole('dialog', { name: 'Call' })
const part = (name: string) => drawer().getByRole('region', { name })
const fact = (name: string) =>
  drawer()
    .locator('dl > div')
    .filter({ has: seen.page.getByText(name, { exact: true }) })
const button = (name: string | RegExp) => drawer().getByRole('button', { name })
/** The drawer fades out; its clock stands still. */
const closed = async () => {
  await seen.page.clock.runFor(500)
  await drawer().waitFor({ state: 'detached' })
}
const settled = () => seen.page.evaluate(() => fetch('/api/ping'))
const clipboard = () => seen.page.evaluate(() => navigator.clipboard.readText())
const copying = { permissions: ['clipboard-read', 'clipboard-write'] }
const id = details.plain.summary.call

const got = (detail: CallDetail | undefined): Replies => ({
  'activity.get': () => (detail === undefined ? {} : { detail }),
})

async function openDrawer(state: Partial<GalleryState>, options: Parameters<typeof open>[1] = {}): Promise<void> {
  await open(state, options)
  seen.gallery.emit({ type: 'reveal', screen: 'activity', id })
  await drawer().waitFor()
}
const openCall = async (detail: CallDetail, replies: Replies = {}, options: Parameters<typeof open>[1] = {}) => {
  await openDrawer({ replies: { ...got(detail), ...replies } }, options)
  await part('What happened').waitFor()
}

describe('the facts', () => {
  it('say what it was, what became of it, who decided and how long it took', async () => {
    await openCall(details.plain)
    await drawer().getByRole('heading', { name: 'write_file' }).waitFor()
    await drawer().getByText('Approved', { exact: true }).waitFor()
    await drawer().getByText('A person approved it once.').waitFor()
    for (const [name, words] of [
      ['Client', 'cursor'],
      ['Server', 'filesystem'],
      ['Received', '2026-11-20 13:58:22.000 1 min ago'],
      ['Risk', 'Changes things'],
      ['Decided', 'By a person, in the desktop app'],
      ['Reason', 'Writes in the project need a look.'],
      ['Took', 'Held for 4.2 s, the server worked for 31 ms'],
      ['Limits', 'Used up: no room for this'],
    ] as const)
      await fact(name).getByText(words).first().waitFor()
    expect(seen.complaints).toEqual([])
  })

  it('lead to the rule’s line', async () => {
    await openCall(details.plain)
    await fact('Rule').getByRole('button', { name: 'ask-before-writing · filesystem.yaml:14' }).click()
    await seen.page.getByRole('heading', { name: 'Policies' }).waitFor()
    await seen.page.locator('[data-line="14"]').waitFor()
    await closed()
  })

  it('of a refusal have the person’s words, in their lines', async () => {
    await openCall(details.refused)
    await drawer().getByText('A person refused it; it did not run.').waitFor()
    await fact('Decided').getByText('By a person, in a browser, session 89208ddb').waitFor()
    expect(await fact('Reason').locator('dd').innerText()).toBe('Not into the notes.\nAsk me for a folder first.')
    expect(await part('Result, the server’s words').count()).toBe(0)
  })

  it('of a call without an answer say that it may have run', async () => {
    await openCall(details.unknown)
    await drawer().getByText('Outcome unknown', { exact: true }).waitFor()
    await drawer().getByText('It was forwarded and no answer was recorded. It may have run.').waitFor()
    expect(await fact('Took').count()).toBe(0)
  })
})

describe('arguments and result', () => {
  it('stand as a tree, as recorded, and can be copied as recorded', async () => {
    await openCall(details.plain, {}, copying)
    const args = part('Arguments, as recorded')
    await args.getByText('berths').waitFor()
    expect(await args.getByText('{"path"').count()).toBe(0)
    await button('Raw form of the arguments').press('Enter')
    await args.getByText('{"path":"/home/mara/code/harbour-site/notes.md"').waitFor()
    await button('Copy arguments as recorded').press('Enter')
    await button('Copied arguments as recorded').waitFor()
    expect(await clipboard()).toBe(details.plain.arguments?.text)
    await button('Tree form of the arguments').press('Enter')
    await args.getByText('“/home/mara/code/harbour-site/notes.md”').waitFor()
    await button('Copy result as recorded').click()
    await button('Copied result as recorded').waitFor()
    expect(await clipboard()).toBe(details.plain.result?.text)
    expect(await part('Result, the server’s words').locator('[data-mark="escape"]').count()).toBe(2)
  })

  it('that were cut say how long the whole was, and its hash where one was kept', async () => {
    await openCall(details.cut, {}, copying)
    const args = part('Arguments, as recorded')
    await args.getByText('The record was cut here. The whole was 188.2 kB; its hash is').waitFor()
    expect(await button(/form of the arguments/).count()).toBe(0)
    await button('Copy hash of the whole arguments').click()
    await button('Copied hash of the whole arguments').waitFor()
    expect(await clipboard()).toBe(hash('whole'))
    await part('Result, the server’s words').getByText('The whole was 2.4 MB, of which no hash was kept.').waitFor()
    // One line of 16,384 characters scrolls in a frame of its own until it is unfolded.
    const frame = drawer().getByLabel('Arguments, as recorded, as recorded')
    const height = async () => (await frame.boundingBox())?.height ?? 0
    expect(await height()).toBeLessThan(320)
    await args.getByRole('button', { name: 'Unfold all lines' }).click()
    expect(await height()).toBeGreaterThan(1_000)
  })

  it('that a person changed show what ran beside what was asked, and the difference', async () => {
    await openCall(details.edited)
    const changed = part('What a person changed before it ran')
    await changed.getByText('path changed').waitFor()
    await changed.getByText('token left out').waitFor()
    const rows = await changed.getByLabel('Changes of content').innerText()
    expect(rows.replace(/\s+/g, ' ')).toContain('− removed: - tides 4 + added: - tides (see harbour office)')
    await part('Ran with').getByText('“/home/mara/code/harbour-site/drafts/notes.md”').waitFor()
    await part('Asked with').getByText('“/home/mara/code/harbour-site/notes.md”').waitFor()
    await part('What happened').getByText('with what a person changed').waitFor()
  })

  it('are said not to be there where none are on record', async () => {
    await openCall(details.pruned)
    await part('Arguments').getByText('None are on record.').waitFor()
  })
})

describe('what happened', () => {
  it('says each event in words, with the time between them', async () => {
    await openCall(details.plain)
    const rows = await part('What happened').locator('summary').allInnerTexts()
    expect(rows.map((row) => row.replace(/\s+/g, ' '))).toEqual([
      '13:58:22 Received · before the policy was loaded #48210',
      '+1 ms Decided by policy · a person is asked #48211',
      '+2 ms Held · its caller waits 45.0 s at most #48212',
      '+2 ms Card opened · ticket 4F0A #48213',
      '+4.1 s Card closed · approved in the desktop app #48216',
      '+2 ms Hold ended · approved #48217',
      '+2 ms Forwarded to the server #48218',
      '+31 ms Server answered · ok, 94 B after 31 ms #48219',
    ])
  })

  it('shows an event of an unknown type as it is, and a clock that was set back', async () => {
    const back = {
      ...details.unknown,
      events: eventsOf(details.unknown.summary, [
        [0, 'call.received'],
        [-2000, 'call.moon-phase', { phase: 'waning' }],
      ]),
    }
    await openCall(back)
    const last = part('What happened').locator('summary').last()
    expect((await last.innerText()).replace(/\s+/g, ' ')).toBe('−2.0 s call.moon-phase #48211')
    await last.press('Enter')
    await part('What happened').getByText('“waning”').waitFor()
  })

  it('shows what an event says in full, by keyboard', async () => {
    await openCall(details.plain, {}, copying)
    await part('What happened').locator('summary').nth(4).press('Enter')
    await part('What happened').getByText('approval.decided', { exact: true }).waitFor()
    await button('Copy event hash').press('Enter')
    await button('Copied event hash').waitFor()
    expect(await clipboard()).toBe(hash('event 4'))
  })
})

describe('on record', () => {
  it('names the first and last event, and how far the head is', async () => {
    await openCall(details.plain, {}, copying)
    await fact('First event').getByText('#48,210').waitFor()
    await fact('Last event').getByText('#48,219').waitFor()
    await fact('After it').getByText('3,098 events, up to the head #51,317').waitFor()
    await fact('Log begins').getByText('At its first event; nothing was given up.').waitFor()
    await button('Copy hash of the last event').click()
    await button('Copied hash of the last event').waitFor()
    expect(await clipboard()).toBe(hash('event 7'))
  })

  it('says so where the head is its own last event', async () => {
    await openCall({ ...details.plain, chain: { head: 48_219, begins: 1 } })
    await fact('After it').getByText('its last event is the head of the log').waitFor()
  })

  it('says where the log begins, and that a part of the call went', async () => {
    await openCall(details.pruned)
    await fact('Log begins').getByText('At #48,215').waitFor()
    await part('On record').getByText('so its record here is not whole').waitFor()
  })

  it('is whole although older calls went', async () => {
    await openCall(details.cut)
    await fact('Log begins').getByText('At #31,001').waitFor()
    expect(await part('On record').getByText('not whole').count()).toBe(0)
  })
})

describe('why', () => {
  const why = async (answer: UiResult<'activity.explain'>) => {
    await openCall(details.plain, { 'activity.explain': () => answer })
    await settled()
    expect(sent('activity.explain')).toEqual([])
    await button('Explain the decision').press('Enter')
  }

  it('is judged again when asked, line by line, with doubts said', async () => {
    await why(explanations.explained)
    const lines = part('Why').getByRole('list', { name: 'How it was decided' }).getByRole('listitem')
    await lines.first().waitFor()
    const texts = await lines.allTextContents()
    expect(texts[1]).toBe('did not hold: filesystem.yaml: never-move (deny)')
    expect(texts[3]).toBe('held: filesystem.yaml: ask-before-writing (require-approval)')
    expect(texts[7]).toBe('could not be told: unless token equals …')
    expect(texts[8]).toBe('github.yaml is about other servers')
    await part('Why')
      .getByLabel('Rule ask-before-writing as it was then')
      .getByText('effect: require-approval')
      .waitFor()
    expect(await part('Why').getByRole('list', { name: 'Doubts' }).getByRole('listitem').count()).toBe(2)
    expect(sent('activity.explain')).toEqual([{ call: id }])
  })

  it('says why it cannot be told', async () => {
    await why(explanations.unknown)
    await part('Why').getByText('It cannot be told any more. The policy of then is not in the log any more').waitFor()
  })

  it('can be asked again after a failure', async () => {
    let broken = true
    await openCall(details.plain, {
      'activity.explain': () => {
        if (broken) throw new Error('The log is being rebuilt.')
        return explanations.explained
      },
    })
    await button('Explain the decision').click()
    await part('Why').getByText('The log is being rebuilt.').waitFor()
    broken = false
    await part('Why').getByRole('button', { name: 'Try again' }).click()
    await part('Why').getByRole('list', { name: 'How it was decided' }).waitFor()
  })
})

describe('calls like this', () => {
  it('open in its place', async () => {
    await openDrawer({})
    const first = part('Calls like this before').getByRole('listitem').first()
    const alike = calls.filter(
      ({ tool, receivedAt }) => tool === 'write_file' && receivedAt < (calls[2]?.receivedAt ?? 0),
    )
    expect(await first.innerText()).toContain('same arguments')
    await first.getByRole('button').press('Enter')
    await expect.poll(() => sent('activity.get').at(-1)).toEqual({ call: alike[0]?.call })
    await fact('Call')
      .getByText(alike[0]?.call ?? '', { exact: true })
      .waitFor()
  })

  it.each([
    ['All calls like this', 'tool:write_file client:cursor server:filesystem'],
    ['Its other calls', 'session:s-cursor'],
  ])('%s: sets the query of Activity', async (name, query) => {
    await openCall(details.plain)
    await button(name).click()
    await closed()
    const address = new URL(seen.page.url()).hash
    expect(new URLSearchParams(address.slice(address.indexOf('?'))).get('q')).toBe(query)
  })

  it('are none', async () => {
    await openCall(details.pruned)
    await part('Calls like this before').getByText('None is in the log.').waitFor()
  })
})

describe('without a record', () => {
  it('is not in the log, because of what is kept', async () => {
    await openDrawer({ replies: got(undefined), settings: { ...settings, retention: { days: 30, megabytes: 500 } } })
    await drawer().getByText('the log keeps the last 30 days, 500 MB at most.').waitFor()
    expect(await button('Make a rule from this').count()).toBe(0)
    await button('What is kept, in Settings').click()
    await seen.page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
  })

  it('is not in the log, of which everything is kept', async () => {
    await openDrawer({ replies: got(undefined) })
    await drawer().getByText('This call is not recorded here, or not any more.').waitFor()
    expect(await button('What is kept, in Settings').count()).toBe(0)
  })

  it('could not be loaded, and then could', async () => {
    let broken = true
    await openDrawer({
      replies: {
        'activity.get': () => {
          if (broken) throw new Error('The database is locked.')
          return { detail: details.plain }
        },
      },
    })
    await drawer().getByRole('alert').getByText('The database is locked.').waitFor()
    broken = false
    await button('Try again').press('Enter')
    await part('What happened').waitFor()
  })

  it('is renewed when the call changes, and not when another does', async () => {
    await openDrawer({})
    await part('What happened').waitFor()
    await settled()
    const before = sent('activity.get').length
    const [changed, other] = [calls[2], calls[3]]
    if (changed === undefined || other === undefined) throw new Error('too few calls')
    seen.gallery.emit({ type: 'calls.changed', calls: [other] })
    await settled()
    expect(sent('activity.get')).toHaveLength(before)
    const refused = { ...changed, outcome: 'refused' as const }
    seen.gallery.state.calls = calls.map((call) => (call.call === id ? refused : call))
    seen.gallery.emit({ type: 'calls.changed', calls: [refused] })
    await drawer().getByText('A person refused it; it did not run.').waitFor()
  })
})

describe('hostile records', () => {
  const onScreen = (text: string): string =>
    visibleText(text, true)
      .parts.map((each) => (each.kind === 'text' ? each.text : `${each.shape ?? ''}${each.label}`))
      .join('')
  const bare = (text: string): string => text.replace(/[\s“”]+/g, '')

  it.each(hostileCalls.map((call) => [call.name, call] as const))(
    '%s',
    async (_, { tool, arguments: args, payload }) => {
      const json = JSON.stringify(args)
      const said = JSON.stringify({ content: [{ type: 'text', text: payload }] })
      const detail: CallDetail = {
        ...details.plain,
        summary: { ...details.plain.summary, tool, client: payload.slice(0, 80), server: payload.slice(0, 80) },
        arguments: { text: json, bytes: json.length, truncated: false },
        edited: { text: json.replaceAll('a', 'b'), bytes: json.length, truncated: false },
        result: { text: said, bytes: said.length, truncated: false },
        reason: payload.slice(0, 200),
        rules: [{ id: payload.slice(0, 80), file: payload.slice(0, 80) }],
        events: [
          ...details.plain.events,
          ...eventsOf(details.plain.summary, [
            [9000, payload.slice(0, 80), { [payload.slice(0, 80)]: payload.slice(0, 80) }],
          ]).map((event) => ({ ...event, seq: 60_000 })),
        ],
      }
      const explained: UiResult<'activity.explain'> = {
        state: 'explained',
        trace: [{ depth: 3, text: payload.slice(0, 300), holds: 'unknown' }],
        rules: [{ rule: { id: payload.slice(0, 80), file: 'x.yaml' }, text: payload.slice(0, 300) }],
        doubts: [payload.slice(0, 300)],
      }
      const asked: string[] = []
      await openCall(detail, { 'activity.explain': () => explained })
      seen.page.on('request', (request) => {
        if (!request.url().includes('/api/')) asked.push(request.url())
      })
      await button('Explain the decision').click()
      await part('Why').getByRole('list', { name: 'Doubts' }).waitFor()
      await part('What happened').locator('summary').last().click()
      const text = await drawer().evaluate((element) => element.textContent ?? '')
      if (payload.length < 300) expect(bare(text).includes(bare(onScreen(payload)))).toBe(true)
      // Text nodes only, and nothing that a person could not see.
      expect(await drawer().locator('img, a, script, style, iframe, object, embed, form, link').count()).toBe(0)
      expect(text.match(/[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008\u001b]/)).toBeNull()
      // The same on the Policies screen.
      await button('Make a rule from this').click()
      const banner = seen.page.getByRole('region', { name: 'Made from a call' })
      await banner.getByText('The app does not write this rule for you.').waitFor()
      const there = await banner.evaluate((element) => element.textContent ?? '')
      expect(await banner.locator('img, a, script, style, iframe, object, embed, form, link').count()).toBe(0)
      expect(there.match(/[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008\u001b]/)).toBeNull()
      await settled()
      expect(asked).toEqual([])
      expect(seen.complaints).toEqual([])
    },
  )
})

describe('made from a call', () => {
  const banner = () => seen.page.getByRole('region', { name: 'Made from a call' })
  const inBanner = (name: string) => banner().getByRole('button', { name })

  it('is a rule to be copied, for the effect that is chosen, with what it does not say', async () => {
    await openCall(details.plain, {}, copying)
    await button('Make a rule from this').press('Enter')
    await banner().getByRole('heading', { name: 'A rule from this call' }).waitFor()
    await closed()
    await banner().getByText('The app does not write this rule for you.').waitFor()
    await banner().getByText('It holds whatever "token" is').waitFor()
    // An approved call was asked about by a rule, which an allow cannot overrule.
    await banner()
      .getByText('The rule ask-before-writing in filesystem.yaml asked about this call and is stronger')
      .waitFor()
    await banner().getByText('Deny', { exact: true }).click()
    await banner().getByText('is stronger').waitFor({ state: 'detached' })
    await inBanner('Copy the whole file').click()
    await inBanner('Copied the whole file').waitFor()
    const { entry, diagnostics } = parsePolicyText(await clipboard(), 'copied.yaml')
    expect(diagnostics).toEqual([])
    expect(entry.status === 'ok' ? entry.policy.rules : []).toMatchObject([
      { id: 'deny-write-file', effect: 'deny', tools: ['write_file'], servers: ['filesystem'], clients: ['cursor'] },
    ])
    await inBanner('Copy the rule only').click()
    await inBanner('Copied the rule only').waitFor()
    expect(await clipboard()).toMatch(/^- id: deny-write-file\n {2}effect: deny\n/)
  })

  it('is a trial in the terminal, and back to the call', async () => {
    await openCall(details.plain, {}, copying)
    await button('Try in the simulator').click()
    await banner().getByText('There is no simulator in the app yet.').waitFor()
    await inBanner('Copy the command').click()
    await inBanner('Copied the command').waitFor()
    expect(await clipboard()).toMatch(
      /^countersign policy explain --server filesystem --tool write_file --args '\{"path":/,
    )
    await banner().getByRole('button', { name: '2026-11-20 13:58:22' }).click()
    await drawer().waitFor()
  })

  it('can be put away', async () => {
    await openCall(details.plain)
    await button('Try in the simulator').click()
    await inBanner('Close').press('Enter')
    await banner().waitFor({ state: 'detached' })
    await seen.page.getByText('never-move').first().waitFor()
  })

  it('says where nothing can be made of it', async () => {
    const odd = { ...details.plain, summary: { ...details.plain.summary, tool: 'a*\u001b[2Jb' } }
    await openCall(odd)
    await button('Make a rule from this').click()
    await banner().getByText('The name of the tool has characters that a rule cannot name exactly.').waitFor()
    await banner().getByText('Trial', { exact: true }).click()
    await banner().getByText('The name of the tool has characters that do not belong on a command line.').waitFor()
    expect(await inBanner('Copy the command').count()).toBe(0)
  })

  it('says that the call went meanwhile', async () => {
    let there = true
    await openCall(details.plain, { 'activity.get': () => (there ? { detail: details.plain } : {}) })
    there = false
    await button('Make a rule from this').click()
    await banner().getByText('This call is not in the log, or not any more').waitFor()
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  it.each([
    ['plain', details.plain],
    ['cut', details.cut],
    ['edited', details.edited],
    ['refused', details.refused],
    ['unknown', details.unknown],
    ['pruned', details.pruned],
  ] as const)('a call, %s', async (_, detail) => {
    await openCall(detail, {}, { colorScheme })
    await button('Explain the decision').click()
    await part('Why').getByRole('list', { name: 'How it was decided' }).waitFor()
    await part('What happened').locator('summary').first().click()
    await seen.accessible()
    expect(seen.complaints).toEqual([])
  })

  it.each([
    ['missing', got(undefined), 'Not in the log'],
    ['failed', { 'activity.get': () => Promise.reject(new Error('No.')) }, 'The call could not be loaded'],
  ] as const)('a call, %s', async (_, replies, words) => {
    await openDrawer({ replies: replies as Replies }, { colorScheme })
    await drawer().getByText(words, { exact: true }).waitFor()
    await seen.accessible()
  })

  it.each(['Make a rule from this', 'Try in the simulator'])('%s', async (name) => {
    await openCall(details.cut, {}, { colorScheme })
    await button(name).click()
    await seen.page.getByRole('region', { name: 'Made from a call' }).getByText('cursor').first().waitFor()
    await closed()
    await seen.accessible()
  })
})

describe('a narrow window at 200 %', () => {
  it('has everything in reach', async () => {
    await openCall(details.edited, {}, { viewport: { width: 420, height: 500 } })
    await button('Explain the decision').click()
    await part('Why').getByRole('list', { name: 'How it was decided' }).waitFor()
    const wide = await drawer().evaluate((element) =>
      [element, ...element.querySelectorAll('[data-scroller]')].some((one) => one.scrollWidth > one.clientWidth + 1),
    )
    expect(wide).toBe(false)
    await button('All calls like this').scrollIntoViewIfNeeded()
    expect(await button('Make a rule from this').isVisible()).toBe(true)
  })
})
