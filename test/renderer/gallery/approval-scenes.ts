// Scenes of the approvals screen for the pictures: every card, every state, every dialog.
import type { Page } from 'playwright-core'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { burst, createdDiff, diffCard, rich, tidesDiff } from './approval-cards.ts'
import { cards, status } from './fixtures.ts'
import type { GalleryState } from './host.ts'

export type Scene = {
  readonly name: string
  readonly state?: Partial<GalleryState>
  readonly act?: (page: Page) => Promise<unknown>
}

export const select = (id: string) => async (page: Page) => {
  const row = page.locator(`[data-row="${id}"]`).first()
  if (!(await row.isVisible())) await page.getByRole('button', { name: /^\d+ waiting$/ }).click()
  await page.locator(`[data-row="${id}"]`).locator('visible=true').click()
  await page.clock.runFor(2600)
}

const queue: ApprovalCard[] = [
  cards.write,
  rich.suggested,
  rich.command,
  diffCard,
  rich.created,
  rich.twice,
  rich.asksAgain,
  rich.task,
  rich.system,
  cards.hostile,
  ...burst,
]
const state: Partial<GalleryState> = { approvals: queue }
const key =
  (id: string, ...keys: string[]) =>
  async (page: Page) => {
    await select(id)(page)
    for (const one of keys) {
      await page.keyboard.press(one)
      await page.clock.runFor(900)
    }
  }
const group = 'group:g-chapters'

export const approvalScenes: readonly Scene[] = [
  { name: 'card-marks', state, act: select(rich.command.id) },
  { name: 'card-marks-next', state, act: key(rich.command.id, 'n', 'n', 'n', 'n', 'n') },
  {
    name: 'card-diff',
    state: { ...state, replies: { 'approvals.file-diff': () => tidesDiff } },
    act: select(diffCard.id),
  },
  {
    name: 'card-created',
    state: { ...state, replies: { 'approvals.file-diff': () => createdDiff } },
    act: select(rich.created.id),
  },
  { name: 'card-diff-unknown', state, act: select(diffCard.id) },
  {
    name: 'card-diff-loading',
    state: { ...state, replies: { 'approvals.file-diff': () => new Promise(() => {}) } },
    act: select(diffCard.id),
  },
  { name: 'card-suggested', state, act: select(rich.suggested.id) },
  { name: 'card-twice', state, act: select(rich.twice.id) },
  { name: 'card-asks-again', state, act: select(rich.asksAgain.id) },
  { name: 'card-task', state, act: select(rich.task.id) },
  {
    name: 'card-system',
    state: {
      ...state,
      status: { ...status, osAuth: 'touch-id' },
      replies: { 'approvals.approve': () => ({ outcome: 'not-confirmed' }) },
    },
    act: async (page) => {
      await select(rich.system.id)(page)
      await page.locator('[data-review-end="#end"]').scrollIntoViewIfNeeded()
      await page
        .locator('button[aria-disabled="false"]', { hasText: /^Approve/ })
        .first()
        .waitFor()
      await page.keyboard.press('Control+Enter')
      await page.getByText('did not confirm').waitFor()
    },
  },
  {
    name: 'card-server-words',
    state,
    act: async (page) => {
      await select(cards.write.id)(page)
      const words = page.getByText('own words about this tool')
      await words.click()
      await words.scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'card-facts',
    state,
    act: async (page) => {
      await select(cards.write.id)(page)
      await page.getByText('own words about this tool').scrollIntoViewIfNeeded()
    },
  },
  { name: 'card-edit', state, act: key(cards.write.id, 'e') },
  {
    name: 'card-edit-changed',
    state: {
      ...state,
      replies: {
        'approvals.check-edit': () => ({ problems: [{ at: '/backups', message: 'must be 3 or less' }] }),
      },
    },
    act: async (page) => {
      await key(cards.write.id, 'e')(page)
      await page
        .getByRole('textbox', { name: /^content/ })
        .fill('# Notes\n\nShip on Monday.\nTell the harbour master.\n')
      await page.getByRole('button', { name: 'Add backups' }).click()
      await page.getByRole('textbox', { name: /^backups/ }).fill('7')
      await page.getByText('must be 3 or less').waitFor()
    },
  },
  {
    name: 'card-edit-json',
    state,
    act: async (page) => {
      await key(cards.write.id, 'e')(page)
      await page.getByRole('button', { name: 'Edit all as JSON' }).click()
    },
  },
  { name: 'remember', state, act: key(cards.write.id, 'r') },
  { name: 'remember-suggested', state, act: key(rich.suggested.id, 'r') },
  {
    name: 'remember-always',
    state,
    act: async (page) => {
      await key(rich.suggested.id, 'r')(page)
      await page.getByLabel('Always').check()
      await page.clock.runFor(900)
      await page.getByText('remembered.yaml').waitFor()
    },
  },
  {
    name: 'remember-problems',
    state: {
      ...state,
      replies: {
        'approvals.preview': () => ({
          problems: ['Rule ask-about-releases in github.yaml asks about it as well, and would go on asking.'],
          words: [],
          files: [],
          past: { matched: 0, unknown: 0, of: 0 },
        }),
      },
    },
    act: key(cards.write.id, 'r'),
  },
  { name: 'remember-critical', state, act: key(rich.command.id, 'r') },
  { name: 'block', state, act: key(cards.write.id, 'b') },
  { name: 'group', state, act: select(group) },
  {
    name: 'group-veto',
    state,
    act: async (page) => {
      await select(group)(page)
      await page.getByLabel('Approve B2RS').uncheck()
      await page.getByText('Read on').click()
      await page.getByLabel('Approve B4RS').scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'group-changed',
    state: {
      ...state,
      replies: {
        'approvals.answer-group': ({ cards: answered }) => ({
          cards: answered.map(({ id }, i) => ({ id, outcome: i === 1 ? 'changed' : 'refused' })),
        }),
      },
    },
    act: async (page) => {
      await key(group, 'd', 'Control+Enter')(page)
      await page.getByText('Look again').waitFor()
    },
  },
  {
    name: 'group-single',
    state,
    act: async (page) => {
      await select(group)(page)
      await page.getByRole('button', { name: 'Open B3RS' }).click()
    },
  },
  {
    name: 'session-refused',
    state: { approvals: [cards.write, rich.twice] },
    act: async (page) => {
      await select(cards.write.id)(page)
      await page.getByRole('button', { name: 'Refuse everything from this session' }).click()
      await page.getByText('and all this session asks from now on').waitFor()
    },
  },
  {
    name: 'flood',
    state: { ...state, status: { ...status, flood: { turnedAway: 34, client: 'cursor', server: 'filesystem' } } },
    act: select(cards.write.id),
  },
]
