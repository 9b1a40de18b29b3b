// Scenes of one call, of what is made of it, of the log's figures and of its settings for the pictures.
import type { Page } from 'playwright-core'
import type { CallDetail, UiResult } from '../../../core/wire/ui-contract.ts'
import type { Scene } from './approval-scenes.ts'
import { details } from './call-details.ts'
import { settings } from './fixtures.ts'
import type { Replies } from './host.ts'
import { checks, explanations, metrics } from './log-fixtures.ts'

const never = () => new Promise<never>(() => {})

/** Opens the drawer by its address. */
const openCall = async (page: Page) => {
  await page.evaluate(() => {
    location.hash = '#/activity?call=s-cursor.998'
  })
  await page.getByRole('dialog', { name: 'Call' }).waitFor()
}
const got = (detail: CallDetail | undefined): Replies => ({
  'activity.get': () => (detail === undefined ? {} : { detail }),
})
const call = (name: string, detail: CallDetail, act: (page: Page) => Promise<unknown> = async () => {}): Scene => ({
  name: `call-${name}`,
  state: { replies: got(detail) },
  act: async (page) => {
    await openCall(page)
    await page.getByText('What happened').waitFor()
    await act(page)
  },
})
const at = (title: string) => (page: Page) =>
  page.getByRole('heading', { name: title }).first().scrollIntoViewIfNeeded()
const explained =
  (answer: UiResult<'activity.explain'>) =>
  (scene: Scene): Scene => ({
    ...scene,
    state: { ...scene.state, replies: { ...scene.state?.replies, 'activity.explain': () => answer } },
  })
const why = async (page: Page) => {
  await page.getByRole('button', { name: 'Explain the decision' }).click()
  await page.clock.runFor(300)
  await page.getByRole('heading', { name: 'Why' }).evaluate((heading) => heading.scrollIntoView())
}

const toLog = async (page: Page) => {
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.getByText('The log', { exact: true }).click()
  await page.clock.runFor(300)
}
const log = (name: string, replies: Replies, act: (page: Page) => Promise<unknown> = async () => {}): Scene => ({
  name: `log-${name}`,
  state: { replies },
  act: async (page) => {
    await toLog(page)
    await act(page)
  },
})
const setting = (
  name: string,
  part: typeof settings,
  heading: string,
  act: (page: Page) => Promise<unknown> = async () => {},
  replies: Replies = {},
): Scene => ({
  name: `settings-${name}`,
  state: { settings: part, replies },
  act: async (page) => {
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.getByRole('heading', { name: heading, exact: true }).evaluate((element) => element.scrollIntoView())
    await act(page)
  },
})

const draft = (name: string, button: string, detail: CallDetail): Scene =>
  call(name, detail, async (page) => {
    await page.getByRole('button', { name: button }).click()
    await page.getByRole('region', { name: 'Made from a call' }).getByText('cursor').first().waitFor()
  })

export const logScenes: readonly Scene[] = [
  call('full', details.plain),
  call('events', details.plain, async (page) => {
    await page.getByText('Card closed').click()
    await page.getByRole('heading', { name: 'What happened' }).evaluate((heading) => heading.scrollIntoView())
  }),
  call('chain', details.plain, (page) =>
    page.getByRole('button', { name: 'All calls like this' }).scrollIntoViewIfNeeded(),
  ),
  call('cut', details.cut, at('Arguments, as recorded')),
  call('edited', details.edited, at('What a person changed before it ran')),
  call('refused', details.refused),
  call('unknown', details.unknown),
  call('pruned', details.pruned, at('On record')),
  explained(explanations.explained)(call('why', details.plain, why)),
  explained(explanations.unknown)(call('why-unknown', details.plain, why)),
  {
    name: 'call-missing',
    state: { replies: got(undefined), settings: { ...settings, retention: { days: 30 } } },
    act: openCall,
  },
  { name: 'call-loading', state: { replies: { 'activity.get': never } }, act: openCall },
  {
    name: 'call-failed',
    state: {
      replies: {
        'activity.get': () => {
          throw new Error('The database is locked by another program.')
        },
      },
    },
    act: openCall,
  },
  draft('rule', 'Make a rule from this', details.plain),
  draft('simulate', 'Try in the simulator', details.cut),
  log('normal', {}),
  log('more', { 'log.verify-state': () => checks.unchanged }, at('Is it still what was written?')),
  log('fresh', { 'log.metrics': () => metrics.fresh }),
  log(
    'damaged',
    { 'log.metrics': () => metrics.damaged, 'log.verify-state': () => checks.changed },
    at('What is recorded'),
  ),
  log('changed', { 'log.verify-state': () => checks.changed }, at('Is it still what was written?')),
  log('running', { 'log.verify-state': () => checks.running }, at('Is it still what was written?')),
  log(
    'check-failed',
    { 'log.metrics': () => metrics.pruned, 'log.verify-state': () => checks.failed },
    at('Is it still what was written?'),
  ),
  log('sending', { 'log.metrics': () => metrics.sending }, at('Collector')),
  log('failing', { 'log.metrics': () => metrics.failing }, at('Collector')),
  log('loading', { 'log.metrics': never }),
  setting('log', { ...settings, retention: { days: 90 } }, 'The log'),
  setting(
    'log-lower',
    { ...settings, retention: { days: 90 } },
    'The log',
    async (page) => {
      await page.getByLabel('Keep calls for, in days').fill('30')
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
    },
    { 'activity.search': () => ({ asOf: '', total: 22_410, calls: [] }) },
  ),
  setting('log-problem', { ...settings, retention: { days: 90, megabytes: 500 } }, 'The log', async (page) => {
    await page.getByLabel('Keep at most, in MB').fill('5')
    await page.keyboard.press('Enter')
  }),
  setting(
    'collector',
    { ...settings, telemetry: { endpoint: 'http://otel.acme.example:4318', content: true } },
    'Collector',
    async () => {},
    { 'log.metrics': () => metrics.failing },
  ),
  setting('collector-problem', settings, 'Collector', async (page) => {
    await page.getByLabel('Send to a collector').click()
    await page.getByLabel('Address').fill('otel.acme.example')
    await page.keyboard.press('Enter')
  }),
]
