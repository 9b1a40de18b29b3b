// Settings, the lockdown and the banners in the built window: what is saved and when, what is said where it is not, and
// that loosening asks once more.
import { describe, expect, it } from 'vitest'
import { cards, now, settings, status } from './gallery/fixtures.ts'
import { testWindow } from './gallery/window.ts'

const seen = testWindow()
const { open, sent } = seen

const go = async (letter: string) => {
  await seen.page.keyboard.press('g')
  await seen.page.keyboard.press(letter)
}
const settled = () => seen.page.evaluate(() => fetch('/api/ping'))
const check = (name: string) => seen.page.getByRole('checkbox', { name })
const own = (client: string) => seen.page.getByLabel(`Your own number for ${client}, in seconds`)
const budget = (client: string) => seen.page.getByRole('row').filter({ hasText: client })
const lockdown = { since: now - 12 * 60_000, by: 'headless:89208ddb' }
const locked = { status: { ...status, lockdown } }
const broken = {
  'settings.set': () => {
    throw new Error('The disk is full.')
  },
}

describe('notifications', () => {
  it.each([
    ['Notify', { notifications: false }],
    ['Show what a call does', { notificationDetails: false }],
    ['Approve on a notification', { approveFromNotification: true }],
    ['Keep quiet hours', { quietHours: { from: '22:00', to: '07:00' } }],
  ])('saves %j at once', async (name, change) => {
    await open({})
    await go('s')
    const before = await check(name).isChecked()
    await check(name).press('Space')
    await expect.poll(() => check(name).isChecked()).toBe(!before)
    expect(sent('settings.set')).toEqual([change])
  })

  it('can be approved on only where they say what a call does', async () => {
    await open({ settings: { ...settings, notificationDetails: false } })
    await go('s')
    await seen.page.getByText('it needs what a call does to be shown').waitFor()
    expect(await check('Approve on a notification').isDisabled()).toBe(true)
  })

  it('are not there where it is served from a terminal', async () => {
    await open({ status: { ...status, host: 'headless' } })
    await go('s')
    await seen.page.getByRole('region', { name: 'Notifications' }).getByText('Not available here').waitFor()
    expect(await check('Notify').count()).toBe(0)
  })

  it('says beside the field that it was not saved', async () => {
    await open({ replies: broken })
    await go('s')
    await check('Notify').click()
    const alert = seen.page.getByRole('region', { name: 'Notifications' }).getByRole('alert')
    await alert.getByText('Not saved: The disk is full.').waitFor()
    expect(await check('Notify').isChecked()).toBe(true)
    expect(await seen.page.getByRole('alert').count()).toBe(1)
  })
})

describe('quiet hours', () => {
  const quiet = { settings: { ...settings, quietHours: { from: '22:00', to: '07:00' } } }
  const from = () => seen.page.getByLabel('From')
  const until = () => seen.page.getByLabel('until')

  it('are saved when they are written, not with every digit', async () => {
    await open(quiet)
    await go('s')
    await seen.page.getByText('the next day').waitFor()
    await from().fill('01:30')
    await until().fill('06:15')
    await settled()
    expect(sent('settings.set')).toEqual([])
    await check('Keep quiet hours').focus()
    await seen.page.getByText('the next day').waitFor({ state: 'detached' })
    await expect.poll(() => sent('settings.set')).toEqual([{ quietHours: { from: '01:30', to: '06:15' } }])
  })

  it('are saved by Enter, and taken away', async () => {
    await open(quiet)
    await go('s')
    await from().fill('23:00')
    await from().press('Enter')
    await expect.poll(() => sent('settings.set')).toEqual([{ quietHours: { from: '23:00', to: '07:00' } }])
    await check('Keep quiet hours').click()
    await from().waitFor({ state: 'detached' })
    expect(sent('settings.set')[1]).toEqual({ quietHours: null })
  })

  it.each([
    ['that are none', '07:00', 'hours that end when they begin are none'],
    ['that are half written', '', 'write both times in full'],
  ])('are not saved where it is hours %s', async (_, time, words) => {
    await open(quiet)
    await go('s')
    await from().fill(time)
    await from().press('Enter')
    await seen.page.getByRole('alert').getByText(words).waitFor()
    await settled()
    expect(sent('settings.set')).toEqual([])
    expect(await from().getAttribute('aria-invalid')).toBe('true')
  })
})

describe('how long clients wait', () => {
  it('says for each how long, and how that is known', async () => {
    await open({})
    await go('s')
    await budget('cursor').getByText('4 min', { exact: true }).waitFor()
    await budget('cursor').getByText('cancels were seen after about 5 minutes').waitFor()
    await budget('claude-code').getByText('Learned: it took calls back after 33.4 s.').waitFor()
    await budget('harbour-agent').getByText('Nothing is known of this client').waitFor()
    await budget('zed').getByText('Your own number; without it 37.5 s.').waitFor()
    await budget('zed').getByText('Longer than it waits: it took calls back after 50 s').waitFor()
  })

  it.each([
    ['seconds', '90', 90_000],
    ['parts of a second', '1.5', 1_500],
    ['a comma', '1,5', 1_500],
    ['a day', '86400', 86_400_000],
  ])('takes %s, by Enter', async (_, text, ms) => {
    await open({})
    await go('s')
    await own('cursor').fill(text)
    await own('cursor').press('Enter')
    await budget('cursor').getByText('Your own number; without it 4 min.').waitFor()
    await own('zed').focus()
    await settled()
    expect(sent('budgets.set')).toEqual([{ client: 'cursor', ms }])
  })

  it.each(['soon', '0', '0.4', '-5', '1e3', '86401', '0x10'])('does not take %j', async (text) => {
    await open({})
    await go('s')
    await own('cursor').fill(text)
    await own('zed').focus()
    await budget('cursor').getByRole('alert').getByText('write seconds, from 1 to 86400').waitFor()
    await settled()
    expect(sent('budgets.set')).toEqual([])
    await own('cursor').press('Escape')
    await budget('cursor').getByRole('alert').waitFor({ state: 'detached' })
    expect(await own('cursor').inputValue()).toBe('')
  })

  it('goes back to what is known, by the button or by an empty field', async () => {
    await open({})
    await go('s')
    await budget('zed').getByRole('button', { name: 'Back to 37.5 s' }).press('Enter')
    await budget('zed').getByText('Learned: it took calls back after 50 s.').waitFor()
    await own('zed').fill('20')
    await own('zed').press('Enter')
    await budget('zed').getByText('Your own number').waitFor()
    await own('zed').fill('')
    await own('zed').press('Enter')
    await budget('zed').getByText('Learned:').waitFor()
    expect(sent('budgets.set')).toEqual([
      { client: 'zed', ms: null },
      { client: 'zed', ms: 20_000 },
      { client: 'zed', ms: null },
    ])
  })

  it('forgets what was learned, and keeps the own number', async () => {
    await open({})
    await go('s')
    await budget('zed').getByRole('button', { name: 'Forget what was learned' }).click()
    await budget('zed').getByText('Longer than it waits').waitFor({ state: 'detached' })
    await budget('claude-code').getByRole('button', { name: 'Forget what was learned' }).click()
    await budget('claude-code').getByText('Learned:').waitFor({ state: 'detached' })
    expect(sent('budgets.set')).toEqual([
      { client: 'zed', ms: 90_000, forget: true },
      { client: 'claude-code', ms: null, forget: true },
    ])
  })

  it('says beside the field that it was not saved', async () => {
    const replies = {
      'budgets.set': () => {
        throw new Error('The disk is full.')
      },
    }
    await open({ replies })
    await go('s')
    await own('cursor').fill('90')
    await own('cursor').press('Enter')
    await budget('cursor').getByRole('alert').getByText('Not saved: The disk is full.').waitFor()
    expect(await own('cursor').inputValue()).toBe('90')
  })

  it('says that no client was seen', async () => {
    await open({ budgets: [] })
    await go('s')
    await seen.page.getByText('No client was seen yet.').waitFor()
  })

  it('says that it could not be loaded, and tries again', async () => {
    const replies = {
      'budgets.list': () => {
        throw new Error('The log is locked.')
      },
    }
    await open({ replies })
    await go('s')
    await seen.page.getByRole('alert').getByText('The log is locked.').waitFor()
    seen.gallery.state.replies = {}
    await seen.page.getByRole('button', { name: 'Try again' }).click()
    await own('cursor').waitFor()
  })
})

describe('who approves', () => {
  it.each([
    ['touch-id', 'Touch ID asks who sits here'],
    ['windows-hello', 'Windows Hello asks who sits here'],
    [undefined, 'these rules have the name of what is called typed instead'],
  ] as const)('with %s', async (osAuth, words) => {
    await open({ status: { ...status, ...(osAuth === undefined ? {} : { osAuth }) } })
    await go('s')
    await seen.page.getByRole('region', { name: 'Confirming who approves' }).getByText(words).waitFor()
  })
})

describe('refused sessions', () => {
  const refused = { since: now - 300_000, by: 'notification' }
  const sessions = status.sessions.map((session, i) => (i === 0 ? { ...session, refused } : session))
  const list = () => seen.page.getByRole('list', { name: 'Refused sessions' })

  it('are listed, and may ask again', async () => {
    await open({ status: { ...status, sessions } })
    await go('s')
    await list().getByText('since 13:55, on a notification').waitFor()
    expect(await list().getByRole('listitem').count()).toBe(1)
    await list().getByRole('button', { name: 'Let it ask again' }).press('Enter')
    await seen.page.getByText('cursor may ask again. What was refused stays refused.').waitFor()
    await list().waitFor({ state: 'detached' })
    expect(sent('sessions.resume')).toEqual([{ session: 's-cursor' }])
  })

  it('says that it is not certain', async () => {
    const replies = {
      'sessions.resume': () => {
        throw new Error('It cannot be recorded.')
      },
    }
    await open({ status: { ...status, sessions }, replies })
    await go('s')
    await list().getByRole('button', { name: 'Let it ask again' }).click()
    await list().getByRole('alert').getByText('It is not certain that it may ask again.').waitFor()
  })
})

describe('the lockdown', () => {
  const banner = () => seen.page.getByRole('region', { name: 'Lockdown', exact: true })
  const inRail = () =>
    seen.page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Refuse everything' })
  const question = () => seen.page.getByRole('dialog', { name: 'Lift the lockdown?' })

  it('is one click or key press away on every screen, and a second click does nothing', async () => {
    await open({})
    for (const letter of ['a', 'l', 'r', 'p', 't', 's']) {
      await go(letter)
      expect(await inRail().isVisible()).toBe(true)
    }
    await inRail().dblclick()
    await banner().getByText('Everything is refused').waitFor()
    await settled()
    expect(await question().count()).toBe(0)
    expect(sent('lockdown.set')).toEqual([{ on: true }])
  })

  it('says since when and by whom, on every screen', async () => {
    await open(locked)
    await banner().getByText('since 13:48, for 12 min, in a browser, session 89208ddb.').waitFor()
    await go('s')
    await banner().waitFor()
    await seen.page.getByText('On since 13:48, in a browser, session 89208ddb.').waitFor()
  })

  it.each([
    ['the banner', () => banner().getByRole('button', { name: 'Lift…' })],
    ['the rail', () => seen.page.getByRole('button', { name: 'The lockdown is on. Lift it' })],
    ['Settings', () => seen.page.getByRole('button', { name: 'Lift the lockdown…' })],
  ])('is lifted from %s after one more question, which is inert at first', async (_, button) => {
    await open(locked)
    await go('s')
    await button().press('Enter')
    const sure = question().getByRole('button', { name: 'Lift the lockdown' })
    await sure.waitFor()
    await seen.page.clock.runFor(650)
    // Forced: Playwright itself would wait for a disabled button.
    await sure.click({ force: true })
    await sure.press('Enter')
    await settled()
    expect(sent('lockdown.set')).toEqual([])
    await seen.page.clock.runFor(100)
    await sure.click()
    await seen.page.getByText('The lockdown is lifted.').waitFor()
    await banner().waitFor({ state: 'detached' })
    expect(sent('lockdown.set')).toEqual([{ on: false }])
  })

  it('stays where the person thinks better of it', async () => {
    await open(locked)
    await banner().getByRole('button', { name: 'Lift…' }).click()
    await question().waitFor()
    await seen.page.clock.runFor(1000)
    await seen.page.keyboard.press('Escape')
    await seen.page.clock.runFor(500)
    await question().waitFor({ state: 'detached' })
    await settled()
    expect(sent('lockdown.set')).toEqual([])
  })

  it('says where it is not certain that everything is refused, and tries again', async () => {
    await open({})
    seen.gallery.state.door = 'down'
    await inRail().click()
    const alert = seen.page.getByRole('alert').filter({ hasText: 'It is not certain that everything is refused.' })
    await alert.getByText('quit the clients').waitFor()
    seen.gallery.state.door = 'open'
    await alert.getByRole('button', { name: 'Try again' }).click()
    await alert.waitFor({ state: 'detached' })
    expect(sent('lockdown.set')).toEqual([{ on: true }])
  })

  it('does not say that everything is refused where not every proxy knows', async () => {
    const replies = {
      'lockdown.set': () => {
        throw new Error('The lockdown cannot be published to the proxies.')
      },
    }
    await open({ replies })
    await inRail().click()
    seen.gallery.emit({ type: 'status.changed', status: locked.status })
    await seen.page.getByRole('button', { name: 'The lockdown is on. Lift it' }).waitFor()
    await seen.page.getByRole('alert').getByText('cannot be published to the proxies').waitFor()
    expect(await banner().count()).toBe(0)
    seen.gallery.state.replies = {}
    await seen.page.getByRole('button', { name: 'Try again' }).click()
    await banner().waitFor()
  })

  it('asks nothing by itself at the next lockdown when it was lifted elsewhere', async () => {
    await open(locked)
    await banner().getByRole('button', { name: 'Lift…' }).click()
    await question().waitFor()
    seen.gallery.emit({ type: 'status.changed', status })
    await seen.page.clock.runFor(500)
    await question().waitFor({ state: 'detached' })
    seen.gallery.emit({ type: 'status.changed', status: locked.status })
    await banner().waitFor()
    expect(await question().count()).toBe(0)
  })

  it('says where it is not certain that it was lifted, and keeps the question', async () => {
    const replies = {
      'lockdown.set': () => {
        throw new Error('The lockdown was not lifted, because that cannot be published.')
      },
    }
    await open({ ...locked, replies })
    await banner().getByRole('button', { name: 'Lift…' }).click()
    await seen.page.clock.runFor(800)
    await question().getByRole('button', { name: 'Lift the lockdown' }).click()
    await question().getByRole('alert').getByText('because that cannot be published').waitFor()
  })
})

describe('too many calls', () => {
  const flood = { turnedAway: 1_204, client: 'cur\u202esor', server: 'filesystem' }
  const banner = () => seen.page.getByRole('region', { name: 'Too many calls' })

  it('are said on every screen but the one that lists what waits, and lead there', async () => {
    await open({ approvals: [cards.write], status: { ...status, flood } })
    expect(await banner().isVisible()).toBe(false)
    await go('l')
    await banner().getByText('1,204 calls turned away').waitFor()
    expect(await banner().locator('[data-mark="direction"]').count()).toBe(1)
    await banner().getByRole('button', { name: 'Open approvals' }).press('Enter')
    await seen.page.locator(`[data-card="${cards.write.id}"]`).waitFor()
    expect(await banner().isVisible()).toBe(false)
    await seen.page.setViewportSize({ width: 420, height: 720 })
    await banner().getByText('1,204 calls turned away').waitFor()
    seen.gallery.emit({ type: 'status.changed', status })
    await banner().waitFor({ state: 'detached' })
  })
})

describe('the window', () => {
  it('names its screens, how many wait, and the keys that lead to them', async () => {
    await open({ approvals: [cards.write] })
    expect(await seen.page.title()).toBe('(1) Approvals · Countersign')
    await go('t')
    await expect.poll(() => seen.page.title()).toBe('(1) Statistics · Countersign')
    await seen.page.keyboard.press('?')
    const keys = seen.page.getByRole('dialog', { name: 'Keys' })
    for (const name of ['Remembered', 'Statistics']) await keys.getByText(name, { exact: true }).waitFor()
  })

  it('goes where the host points: a screen, a card, a call', async () => {
    await open({ approvals: [cards.write] })
    for (const [screen, heading] of [
      ['grants', 'Remembered'],
      ['statistics', 'Statistics'],
    ] as const) {
      seen.gallery.emit({ type: 'reveal', screen })
      await seen.page.getByRole('heading', { level: 1, name: heading }).waitFor()
    }
    seen.gallery.emit({ type: 'reveal', screen: 'activity', id: 's-cursor.998' })
    await seen.page.getByRole('dialog', { name: 'Call' }).getByText('Server answered').waitFor()
  })

  it.each([320, 420, 640])('keeps every screen and the lockdown in reach at %d px', async (width) => {
    await open({}, { viewport: { width, height: 400 } })
    const buttons = seen.page.getByRole('navigation', { name: 'Screens' }).getByRole('button')
    expect(await buttons.count()).toBe(8)
    for (const button of await buttons.all()) {
      const box = await button.boundingBox()
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= width).toBe(true)
    }
  })
})

describe.each(['light', 'dark'] as const)('accessibility, %s', (colorScheme) => {
  const wide = { width: 1280, height: 800 }
  const narrow = { width: 420, height: 720 }
  const zoomed = { width: 640, height: 400 }
  const refused = { since: now - 300_000, by: 'notification' }
  const full = {
    settings: { ...settings, quietHours: { from: '22:00', to: '07:00' } },
    status: { ...status, lockdown, sessions: status.sessions.map((session) => ({ ...session, refused })) },
  }
  it.each([
    ['settings', {}, wide, () => go('s')],
    ['settings, all in use', full, wide, () => go('s')],
    ['settings, all in use, narrow', full, narrow, () => go('s')],
    ['settings, all in use, at 200 %', full, zoomed, () => go('s')],
    [
      'a number that is none',
      {},
      narrow,
      async () => {
        await go('s')
        await own('cursor').fill('soon')
        await own('cursor').press('Enter')
      },
    ],
    ['lockdown', locked, wide, async () => {}],
    ['lockdown, narrow', locked, narrow, async () => {}],
    ['lifting', locked, wide, () => seen.page.getByRole('button', { name: 'Lift…' }).click()],
    [
      'too many calls',
      { status: { ...status, flood: { turnedAway: 9, client: 'cursor', server: 'files' } } },
      narrow,
      () => go('l'),
    ],
  ] as const)('%s', async (_, state, viewport, act) => {
    await open(
      { ...state, ...('status' in state ? { status: { ...state.status, sessions: [...state.status.sessions] } } : {}) },
      { colorScheme, viewport },
    )
    await act()
    await settled()
    await seen.page.clock.runFor(1000)
    await seen.accessible()
    const wider = await seen.page.evaluate(() =>
      [...document.querySelectorAll('[data-scroller], main')].some((part) => part.scrollWidth > part.clientWidth),
    )
    expect(wider).toBe(false)
  })
})
