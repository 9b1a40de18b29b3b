// Scenes of the explorer for the pictures: full, filtered, mistaken, empty, paused, failed.
import type { Page } from 'playwright-core'
import { everyCall } from '../../../core/audit/call-filter.ts'
import type { Scene } from './approval-scenes.ts'
import { now } from './fixtures.ts'
import { search } from './log-engine.ts'
import { manyCalls } from './many-calls.ts'

const many = manyCalls(100_000)
const field = (page: Page) => page.getByRole('combobox', { name: 'Filter calls' })

const toActivity = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Activity' }).click()
  await page.getByRole('region', { name: 'Calls over time' }).waitFor()
}
const filtered = (query: string) => async (page: Page) => {
  await toActivity(page)
  await field(page).fill(query)
  await field(page).press('Escape')
  await field(page).press('Escape')
  await page.clock.runFor(2000)
}

export const activityScenes: readonly Scene[] = [
  { name: 'activity-full', state: { calls: many }, act: toActivity },
  {
    name: 'activity-filtered',
    state: { calls: many },
    act: filtered('outcome:refused,approved -client:zed server:filesystem from:7d'),
  },
  {
    name: 'activity-suggestions',
    state: { calls: many },
    act: async (page) => {
      await toActivity(page)
      await field(page).fill('outcome:de')
      await field(page).press('ArrowDown')
    },
  },
  {
    name: 'activity-mistakes',
    state: { calls: many },
    act: filtered('serverr:github outcome:refusd from:soon berths'),
  },
  { name: 'activity-empty', state: { calls: [] }, act: toActivity },
  {
    name: 'activity-nothing',
    state: { calls: many },
    act: filtered('tool:delete_* client:zed,cursor "no such words"'),
  },
  {
    name: 'activity-scrolled',
    state: { calls: many },
    act: async (page) => {
      await toActivity(page)
      await page.getByRole('grid').press('j')
      for (let i = 0; i < 40; i++) await page.keyboard.press('j')
      await page.clock.runFor(1000)
    },
  },
  {
    name: 'activity-cut',
    state: {
      calls: many,
      replies: {
        'activity.search': ({ limit }) => ({
          asOf: many[0]?.call ?? '',
          total: 1_204,
          searchedTo: now - 26 * 3_600_000,
          calls: search(many, { filter: everyCall, offset: 0, limit }).calls,
        }),
      },
    },
    act: filtered('berths "ship on Friday"'),
  },
  {
    name: 'activity-failed',
    state: {
      replies: {
        'activity.search': () => {
          throw new Error('The log is locked by another program.')
        },
        'activity.summary': () => {
          throw new Error('The log is locked by another program.')
        },
      },
    },
    act: toActivity,
  },
  {
    name: 'activity-loading',
    state: {
      replies: {
        'activity.search': () => new Promise(() => {}),
        'activity.summary': () => new Promise(() => {}),
        'activity.overview': () => new Promise(() => {}),
      },
    },
    act: toActivity,
  },
  {
    name: 'activity-filter-drawer',
    state: { calls: many },
    act: async (page) => {
      await toActivity(page)
      const button = page.getByRole('button', { name: /^Filter/ })
      if (await button.isVisible()) await button.click()
      await page.clock.runFor(500)
    },
  },
]
