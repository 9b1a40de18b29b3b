// Who may be asked for a finger, and what its answers become.
import { afterEach, expect, test } from 'vitest'
import { createOsAuth } from '../../electron/os-auth.ts'
import { recorded, resetShim, world } from '../shim/electron.ts'

afterEach(() => resetShim())

const log: string[] = []
const create = (platform: NodeJS.Platform) => createOsAuth(platform, (line) => log.push(line))

test.each([
  ['darwin', true, 'touch-id'],
  ['darwin', false, undefined],
  ['win32', true, undefined],
  ['linux', true, undefined],
] as const)('on %s with a sensor: %s, it is %s', (platform, touchId, kind) => {
  world.touchId = touchId
  expect(create(platform)?.kind).toBe(kind)
})

test('a known finger confirms, anything else does not, and nothing throws', async () => {
  world.touchId = true
  const auth = create('darwin')
  const yes = auth?.confirm('approve deleting main')
  recorded.touchPrompts[0]?.confirm()
  expect(await yes).toBe(true)
  const no = auth?.confirm('approve deleting main')
  recorded.touchPrompts[1]?.refuse()
  expect(await no).toBe(false)
  expect(log.at(-1)).toContain('User canceled')
})

test('while one question is open a second is not asked, and not confirmed', async () => {
  world.touchId = true
  const auth = create('darwin')
  const first = auth?.confirm('approve deleting main')
  expect(await auth?.confirm('approve dropping the table')).toBe(false)
  expect(recorded.touchPrompts.map(({ reason }) => reason)).toEqual(['approve deleting main'])
  recorded.touchPrompts[0]?.confirm()
  expect(await first).toBe(true)
})

test('what the system shows is one line of plain text', async () => {
  world.touchId = true
  const asked = create('darwin')?.confirm(`approve a\u202Eb\n${'x'.repeat(300)}`)
  const [prompt] = recorded.touchPrompts
  prompt?.refuse()
  await asked
  expect(prompt?.reason).toBe(`approve a\uFFFDb\uFFFD${'x'.repeat(107)}…`)
})
