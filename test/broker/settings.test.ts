// The settings file: what of it counts when it is old, damaged in part, or not there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openSettings } from '../../broker/settings.ts'
import { uiRequests } from '../../core/wire/ui-contract.ts'

const defaults = {
  theme: 'system',
  notifications: true,
  notificationDetails: false,
  approveFromNotification: false,
  retention: { days: 365, megabytes: 4096 },
}
const night = { from: '22:00', to: '07:00' }
const collector = { endpoint: 'http://127.0.0.1:4318', content: false }

function settings(content?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'settings.json')
  if (content !== undefined) writeFileSync(file, content)
  const said: string[] = []
  const open = () => openSettings(file, undefined, (line) => said.push(line))
  return { file, said, open, store: open() }
}

it.each<[what: string, content: string | undefined, counts: object, said: RegExp[]]>(
  [
  ['is not there', undefined, defaults, []],
  ['is of the first version', '{"theme":"dark","notifications":false}', { ...defaults, theme: 'dark', notifications: false }, []],
  ['has everything', JSON.stringify({ ...defaults, quietHours: night }), { ...defaults, quietHours: night }, []],
  ['has a bad theme', '{"theme":"pink","notificationDetails":true}', { ...defaults, notificationDetails: true }, [/"theme" cannot be "pink"/]],
  ['has an hour that is none', '{"quietHours":{"from":"24:00","to":"07:00"},"theme":"light"}', { ...defaults, theme: 'light' }, [/"quietHours" cannot be/]],
  ['has half of the quiet hours', '{"quietHours":{"from":"22:00"}}', defaults, [/"quietHours"/]],
  ['keeps the log for ever', '{"retention":{}}', { ...defaults, retention: {} }, []],
  ['keeps the log for no day', '{"retention":{"days":0}}', defaults, [/"retention" cannot be/]],
  ['names a collector', JSON.stringify({ telemetry: collector }), { ...defaults, telemetry: collector }, []],
  ['names a collector that is none', '{"telemetry":{"endpoint":"file:///etc","content":false}}', defaults, [/"telemetry" cannot be/]],
  ['has no quiet hours by null', '{"quietHours":null}', defaults, [/"quietHours"/]],
  ['is of a later version', '{"sound":"ding","theme":"dark"}', { ...defaults, theme: 'dark' }, [/"sound" is no setting that this version knows/]],
  ['asks for approving by a text', '{"approveFromNotification":"yes"}', defaults, [/"approveFromNotification" cannot be "yes"/]],
  ['is a list', '[1]', defaults, [/cannot be read/]],
  ['is cut short', '{"theme":"da', defaults, [/cannot be read/]],
  ['names what every object has', '{"toString":1}', defaults, [/"toString" is no setting/]],
], // biome-ignore format: a table
)('a file that %s', (_what, content, counts, said) => {
  const { store, said: lines } = settings(content)
  expect(store.get()).toEqual(counts)
  expect(uiRequests['settings.set'].result.parse(store.get())).toEqual(counts)
  expect(lines).toEqual(said.map((pattern) => expect.stringMatching(pattern)))
})

it('a change keeps the rest, and is there after a restart', () => {
  const { store, open } = settings()
  store.set({ notificationDetails: true })
  store.set({ quietHours: night })
  const all = { ...defaults, notificationDetails: true, quietHours: night }
  expect(store.set({})).toEqual(all)
  expect(open().get()).toEqual(all)
  store.set({ quietHours: null })
  expect(open().get()).toEqual({ ...defaults, notificationDetails: true })
})

it('the bounds of the log are replaced together, and a collector can be taken away', () => {
  const { store, open } = settings()
  store.set({ retention: { days: 30 }, telemetry: collector })
  expect(open().get()).toEqual({ ...defaults, retention: { days: 30 }, telemetry: collector })
  store.set({ retention: {}, telemetry: null })
  expect(open().get()).toEqual({ ...defaults, retention: {} })
})

it('a change replaces what could not be used', () => {
  const { store, file } = settings('{"theme":"pink"}')
  store.set({ theme: 'light' })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...defaults, theme: 'light' })
})
