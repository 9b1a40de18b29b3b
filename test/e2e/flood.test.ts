// A flood of held calls from twenty proxies: the caps hold, the person gets one notification, nothing runs undecided. The
// compiled app runs with the shim in Electron's place.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { queueCaps } from '../../core/wire/limits.ts'
import { app, BrowserWindow, recorded } from '../shim/electron.ts'
import { createHome, type TestHome } from '../support/countersign.ts'
import { type Flood, startFlood } from '../support/flood.ts'

const proxies = 20
/** All 10,000 with `npm run test:long`. */
const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const each = long ? 500 : 50
const overMs = long ? 60_000 : 3_000
/** So many new cards a minute, and the flood may touch two. */
const mostCards = queueCaps.newCardsPerMinute * (long ? 2 : 1)

let home: TestHome
let flood: Flood

beforeAll(async () => {
  home = createHome({ 'policy.yaml': 'version: 1\ndefault: { "*": require-approval }\nrules: []\n' })
  process.env['COUNTERSIGN_HOME'] = home.home
  const { started } = (await import(join(import.meta.dirname, '../../out/main/index.js'))) as {
    started: Promise<string>
  }
  expect(await started).toBe('running')
  flood = await startFlood(proxies, home.env)
})

afterAll(async () => {
  await flood?.stop()
  app.quit()
  await app.ended
  home.remove()
})

it('caps hold, one notification sums it up, nothing is forwarded, memory stays bounded', {
  timeout: 240_000,
}, async () => {
  const page = await BrowserWindow.getAllWindows()[0]?.page()
  await page?.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
  const before = process.memoryUsage.rss()
  await flood.send(each, overMs)
  // All but those that got a card are turned away at once.
  await flood.answered(proxies * each - mostCards)
  const { 'too-many': turnedAway = 0, ...others } = flood.answers()
  expect(others, flood.sample()).toEqual({})
  expect(proxies * each - turnedAway).toBeLessThanOrEqual(mostCards)
  expect(flood.forwarded()).toBe(0)

  const rows = page?.getByRole('complementary', { name: 'Waiting calls' })
  await rows?.waitFor()
  expect(recorded.badge).toBeLessThanOrEqual(mostCards)
  expect(recorded.badge).toBeGreaterThan(0)
  expect(queueCaps.pendingPerServer).toBeLessThan(each)
  // One when the first came; what came with it and after it is summed up in the same one.
  expect(recorded.notifications.filter(({ closed }) => !closed)).toHaveLength(1)
  expect(recorded.notifications.length).toBeLessThanOrEqual(2)
  // Ten thousand calls of a few hundred bytes: no more of them is kept than what waits.
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024)
})
