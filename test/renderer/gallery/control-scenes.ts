// Scenes of what is remembered, the statistics, the settings and the lockdown for the pictures.
import type { Page } from 'playwright-core'
import type { BrokerStatus } from '../../../core/wire/ui-contract.ts'
import type { Scene } from './approval-scenes.ts'
import { allGrants, noStatistics } from './controls.ts'
import { cards, now, settings, status } from './fixtures.ts'

const to = (letter: string) => async (page: Page) => {
  await page.keyboard.press('g')
  await page.keyboard.press(letter)
}
const at = (letter: string, heading: string) => async (page: Page) => {
  await to(letter)(page)
  await page.getByRole('heading', { name: heading }).first().scrollIntoViewIfNeeded()
}

const lockdown: BrokerStatus['lockdown'] = { since: now - 12 * 60_000, by: 'desktop' }
const refusedSessions: BrokerStatus['sessions'] = status.sessions.map((session, i) =>
  i === 0 ? { ...session, refused: { since: now - 300_000, by: 'desktop' } } : session,
)

export const controlScenes: readonly Scene[] = [
  { name: 'grants', state: { grants: allGrants }, act: to('r') },
  {
    name: 'grants-more',
    state: { grants: allGrants },
    act: async (page) => {
      await to('r')(page)
      await page.getByRole('heading', { name: 'resources/read' }).scrollIntoViewIfNeeded()
    },
  },
  { name: 'grants-empty', act: to('r') },
  {
    name: 'grants-revoke-all',
    state: { grants: allGrants },
    act: async (page) => {
      await to('r')(page)
      await page.getByRole('button', { name: /^Revoke all/ }).click()
    },
  },
  { name: 'statistics', act: to('t') },
  { name: 'statistics-tools', act: at('t', 'Tools that asked most') },
  { name: 'statistics-empty', state: { replies: { 'statistics.get': () => noStatistics } }, act: to('t') },
  { name: 'statistics-loading', state: { replies: { 'statistics.get': () => new Promise(() => {}) } }, act: to('t') },
  {
    name: 'settings-refused',
    state: { status: { ...status, sessions: refusedSessions, lockdown } },
    act: at('s', 'Refusing everything'),
  },
  {
    name: 'settings-quiet',
    state: { settings: { ...settings, quietHours: { from: '22:00', to: '07:00' } } },
    act: at('s', 'Notifications'),
  },
  { name: 'settings-budgets', act: at('s', 'How long clients wait') },
  {
    name: 'settings-budget-problem',
    act: async (page) => {
      await at('s', 'How long clients wait')(page)
      await page.getByLabel('Your own number for cursor').fill('soon')
      await page.keyboard.press('Enter')
    },
  },
  { name: 'settings-system', state: { status: { ...status, osAuth: 'touch-id' } }, act: at('s', 'Confirming who') },
  { name: 'lockdown', state: { status: { ...status, lockdown } } },
  {
    name: 'lockdown-lift',
    state: { status: { ...status, lockdown } },
    act: (page) => page.getByRole('button', { name: 'Lift…' }).click(),
  },
  {
    name: 'lockdown-uncertain',
    state: {
      replies: {
        'lockdown.set': () => {
          throw new Error(
            'Calls that need a person are refused, but the lockdown cannot be published to the proxies (no space left on device). It is tried again; until then what policy allows still runs.',
          )
        },
      },
    },
    act: async (page) => {
      await page.getByRole('button', { name: 'Refuse everything' }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'flooded',
    state: {
      approvals: [cards.write],
      status: { ...status, flood: { turnedAway: 1_204, client: 'cursor', server: 'filesystem' } },
    },
    act: to('l'),
  },
]
