// The shell's pure pieces, as tables.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isAppUrl } from '../../electron/app-url.ts'
import { externalLink } from '../../electron/external-links.ts'
import { createLoginItem, desktopEntry } from '../../electron/login-item.ts'
import { plainText } from '../../electron/plain-text.ts'
import { trayColour, trayModel } from '../../electron/tray-model.ts'
import { type Bounds, visibleBounds } from '../../electron/window-state.ts'
import { app, recorded } from '../shim/electron.ts'
import { card } from './fake-broker.ts'
import { removeFolder, temporaryFolder } from './harness.ts'

test.for([
  ['app://countersign/', true],
  ['app://countersign/index.html#approvals', true],
  ['app://countersign.evil/', false],
  ['app://evil/', false],
  ['app://countersign@evil/', false],
  ['app://user@countersign/', false],
  ['app://countersign:1/', false],
  ['https://countersign/', false],
  ['about:blank', false],
  ['about:srcdoc', false],
  ['', false],
] as const)('%s is our own address: %s', ([url, ours]) => {
  expect(isAppUrl(url)).toBe(ours)
})

test.for([
  ['https://modelcontextprotocol.io', 'https://modelcontextprotocol.io/'],
  ['https://modelcontextprotocol.io/', 'https://modelcontextprotocol.io/'],
  ['https://modelcontextprotocol.io/?a', undefined],
  ['https://modelcontextprotocol.io@evil.example/', undefined],
  ['http://modelcontextprotocol.io/', undefined],
  ['javascript:alert(1)', undefined],
  ['not a url', undefined],
] as const)('%s opens %s', ([url, opened]) => {
  expect(externalLink(url)).toBe(opened)
})

test.for([
  ['plain name', 20, 'plain name'],
  ['a\u202Eb\u200Bc\u0007d', 20, 'a\uFFFDb\uFFFDc\uFFFDd'],
  ['tag\u{E0041}s', 20, 'tag\uFFFDs'],
  ['lone \uD800 half', 20, 'lone \uFFFD half'],
  ['<b>&amp;', 20, '\uFFFDb\uFFFD\uFFFDamp;'],
  ['12345678901', 10, '123456789…'],
  ['👍👍👍', 3, '👍👍👍'],
  ['حذف', 10, 'حذف'],
] as const)('%j in %i characters is %j', ([text, max, shown]) => {
  expect(plainText(text, max)).toBe(shown)
})

describe('where the window goes', () => {
  const screen: Bounds = { x: 0, y: 25, width: 1440, height: 875 }
  const right: Bounds = { x: 1440, y: 0, width: 1920, height: 1080 }
  test.for([
    ['first start', undefined, { x: 80, y: 63, width: 1280, height: 800 }],
    ['kept', { x: 10, y: 30, width: 800, height: 600 }, { x: 10, y: 30, width: 800, height: 600 }],
    ['on the second screen', { x: 2000, y: 30, width: 800, height: 600 }, { x: 2000, y: 30, width: 800, height: 600 }],
    [
      'half outside, still grabbable',
      { x: -600, y: 30, width: 800, height: 600 },
      { x: -600, y: 30, width: 800, height: 600 },
    ],
    ['off to the left', { x: -790, y: 30, width: 800, height: 600 }, { x: 320, y: 163, width: 800, height: 600 }],
    ['above the menu bar', { x: 10, y: -300, width: 800, height: 600 }, { x: 320, y: 163, width: 800, height: 600 }],
    ['below the screen', { x: 10, y: 890, width: 800, height: 600 }, { x: 320, y: 163, width: 800, height: 600 }],
    ['too small', { x: 10, y: 30, width: 10, height: 10 }, { x: 510, y: 223, width: 420, height: 480 }],
    ['larger than the screen', { x: 10, y: 30, width: 9000, height: 9000 }, { x: 10, y: 30, width: 1440, height: 875 }],
  ] as const)('%s', ([, kept, expected]) => {
    expect(visibleBounds(kept, [screen, right])).toEqual(expected)
  })
})

test.for([
  ['darwin', undefined, true, 'black'],
  ['win32', undefined, true, 'white'],
  ['win32', undefined, false, 'black'],
  ['linux', 'ubuntu:GNOME', false, 'white'],
  ['linux', 'KDE', false, 'black'],
  ['linux', 'KDE', true, 'white'],
] as const)('the tray icon on %s %s, dark bar %s, is %s', ([platform, desktop, dark, colour]) => {
  expect(trayColour(platform, desktop, dark)).toBe(colour)
})

describe('the tray', () => {
  const now = 1000 + 3 * 60_000
  const calm = { cards: [], problems: [], flood: undefined, lockdown: undefined }
  const problems = ['github.yaml:3 is not YAML']
  const flood = { turnedAway: 5, client: 'cursor', server: 'filesystem' }
  const lockdown = { since: 1, by: 'desktop' }
  test.for([
    ['nothing', calm, 'protecting', 'Protecting, nothing waits'],
    ['a problem', { ...calm, problems }, 'degraded', 'Degraded'],
    ['a call and a problem', { ...calm, problems, cards: [card('a')] }, 'waiting', '1 call waits for you'],
    ['a flood', { ...calm, flood, cards: [card('a')] }, 'waiting', 'Too many calls: 1 call waits, 5 were turned away'],
    ['a lockdown', { ...calm, lockdown }, 'lockdown', 'Locked down: everything is refused'],
    [
      'a lockdown and all else',
      { flood, problems, lockdown, cards: [card('a')] },
      'lockdown',
      'Locked down: everything is refused',
    ],
  ] as const)('%s', ([, state, shape, headline]) => {
    const model = trayModel(state, now)
    expect([model.shape, model.menu[0]]).toEqual([shape, { type: 'note', label: headline }])
    expect(model.tooltip).toBe(['Countersign', headline, ...state.problems].join('\n'))
  })

  test('the cards of a group are one entry, where the oldest of them stands', () => {
    const cards = [
      card('a', { group: 'g', openedAt: 1000 }),
      card('b', { tool: 'fetch', server: 'web', openedAt: 2 * 60_000 }),
      card('c', { group: 'g', openedAt: 3 * 60_000 }),
    ]
    expect(trayModel({ ...calm, cards }, now).menu.filter(({ type }) => type === 'card')).toEqual([
      { type: 'card', label: '2 × write_file on filesystem, 3 min', id: 'a' },
      { type: 'card', label: 'fetch on web, 1 min', id: 'b' },
    ])
  })

  test('what does not fit is counted in calls, not in entries', () => {
    const cards = ['a', 'b', 'c', 'd', 'e', 'f', 'f', 'f'].map((group, index) => card(`c${index}`, { group }))
    const { menu } = trayModel({ ...calm, cards }, now)
    expect(menu.filter(({ type }) => type === 'card')).toHaveLength(5)
    expect(menu).toContainEqual({ type: 'open', label: 'and 3 more…', screen: 'approvals' })
  })

  test.for([
    [30_000, 'just now'],
    [60_000, '1 min'],
    [59 * 60_000, '59 min'],
    [125 * 60_000, '2 h'],
  ] as const)('after %i ms a card waits "%s"', ([waited, words]) => {
    const [, , entry] = trayModel({ ...calm, cards: [card('a', { openedAt: 0 })] }, waited).menu
    expect(entry).toMatchObject({ label: `write_file on filesystem, ${words}` })
  })

  test.for([
    [calm, 'Quit: calls that would ask are refused until you start it again'],
    [{ ...calm, cards: [card('a')] }, 'Quit: refuses the waiting call and all that would ask'],
    [{ ...calm, lockdown }, 'Quit: everything stays refused until you start it again and lift the lockdown'],
  ] as const)('quitting says what it does: %#', ([state, label]) => {
    expect(trayModel(state, now).menu.at(-1)).toEqual({ type: 'quit', label })
  })
})

describe('starting at login', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => removeFolder(folder))
  const options = { executable: '/opt/counter sign/app', homeFolder: '/nobody' }

  test('on Linux it is a file in the XDG autostart folder', () => {
    const item = createLoginItem({ ...options, platform: 'linux', env: { XDG_CONFIG_HOME: folder } })
    const file = path.join(folder, 'autostart', 'dev.countersign.app.desktop')
    expect(item?.get()).toBe(false)
    item?.set(true)
    expect(item?.get()).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain('Exec="/opt/counter sign/app" "--hidden"\n')
    item?.set(false)
    item?.set(false)
    expect(existsSync(file)).toBe(false)
  })

  test('an AppImage is started by its own file, not by its mount', () => {
    const env = { XDG_CONFIG_HOME: folder, APPIMAGE: '/home/ada/Countersign.AppImage' }
    createLoginItem({ ...options, platform: 'linux', env })?.set(true)
    const text = readFileSync(path.join(folder, 'autostart', 'dev.countersign.app.desktop'), 'utf8')
    expect(text).toContain('Exec="/home/ada/Countersign.AppImage" "--hidden"')
  })

  test('what a shell or a desktop would expand is quoted twice', () => {
    expect(desktopEntry(['/a"b$c`d\\e%f'])).toContain('Exec="/a\\\\"b\\\\$c\\\\`d\\\\\\\\e%%f"')
  })

  test('on macOS and Windows it is the system that is asked', () => {
    const item = createLoginItem({ ...options, platform: 'win32', env: {} })
    item?.set(true)
    expect(recorded.loginItem).toEqual({ openAtLogin: true, args: ['--hidden'] })
    expect([item?.get(), app.getLoginItemSettings().openAtLogin]).toEqual([true, true])
  })

  test('an installation with a home of its own has no login item', () => {
    expect(createLoginItem({ ...options, platform: 'linux', env: { COUNTERSIGN_HOME: folder } })).toBeUndefined()
  })
})
