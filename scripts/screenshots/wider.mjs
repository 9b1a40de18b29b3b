// Answers that reach further than one call, in the pictures: an edit before approving, what is remembered, a burst that is
// answered at once, everything refused.
import { approve, card, ready } from './story.mjs'

const cartEdits = [
  {
    oldText: '  let cents = 0\n  for (const item of items) cents += item.cents\n  return cents\n',
    newText: '  return items.reduce((sum, item) => sum + item.cents, 0)\n',
  },
]

const cartTest = `import { expect, it } from 'vitest'
import { total } from './cart.ts'

it('adds up', () => expect(total([])).toBe(0))
`

const locales = { de: 'Warenkorb', fr: 'Panier', nl: 'Winkelmand' }

const dialog = (page) => page.getByRole('dialog')
/** The button of an open form or dialog, once it takes an answer. */
const unlocked = (page, name) => page.locator('button[aria-disabled="false"]', { hasText: name }).waitFor()
const atRest = (page) => page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()

/** A call that fails is told of at the end, where it is awaited. */
function begun(call) {
  call.catch(() => undefined)
  return call
}

/** An edit of a file, whose card shows what becomes of the file; then what remembering it would make. */
export async function rememberedEdit({ page, first, project }) {
  const call = begun(first.call('edit_file', { path: `${project}/src/checkout/cart.ts`, edits: cartEdits }))
  await card(page, 'cart.ts').waitFor()
  await ready(page).waitFor()
  return {
    /** Always, for all of `src`: a rule, which is only looked at. */
    look: async () => {
      await page.keyboard.press('r')
      await dialog(page).getByLabel('Always').check()
      await choose(page, 'path', `inside the folder ${project}/src`)
      await choose(page, 'edits', 'anything, or left out')
      await dialog(page).getByText('remembered.yaml').first().waitFor()
      await unlocked(page, 'Approve, always allow')
    },
    /** For this session instead, with two more edits that it lets through. */
    approve: async () => {
      await dialog(page).getByLabel('Until this session ends').check()
      await unlocked(page, 'until this session ends')
      await page.keyboard.press('Control+Enter')
      await call
      await atRest(page)
      for (const word of ['Sum', 'Total']) {
        const edits = [{ oldText: 'export function total', newText: `// ${word} in cents.\nexport function total` }]
        await first.call('edit_file', { path: `${project}/src/checkout/cart.ts`, edits })
      }
    },
  }
}

/** The scope of an argument that is said in exactly these words. */
async function choose(page, name, words) {
  const argument = dialog(page).getByRole('group', { name, exact: true })
  await argument.getByRole('radio', { name: words, exact: true }).check()
}

/** New files in one folder, allowed for an hour. */
export async function rememberedForAnHour({ page, first, project }) {
  const call = begun(first.call('create_directory', { path: `${project}/src/checkout/testing` }))
  await card(page, 'testing').waitFor()
  await ready(page).waitFor()
  await page.keyboard.press('r')
  await dialog(page).getByLabel('For an hour').check()
  await choose(page, 'path', `inside the folder ${project}/src`)
  await unlocked(page, 'for an hour')
  await page.keyboard.press('Control+Enter')
  await call
  await atRest(page)
}

/** A new file whose text a person mends before it is written. */
export async function editedWrite({ page, first, project }) {
  const call = begun(first.call('write_file', { path: `${project}/src/checkout/cart.test.ts`, content: cartTest }))
  await card(page, 'cart.test.ts').waitFor()
  await ready(page).waitFor()
  await page.keyboard.press('e')
  const content = page.getByRole('textbox', { name: /^content/ })
  await content.fill(cartTest.replace("it('adds up'", "it('is nothing for an empty cart'"))
  await unlocked(page, 'Approve the edited call')
  return {
    approve: async () => {
      await page.keyboard.press('Control+Enter')
      await call
      await atRest(page)
    },
  }
}

/** The same thing in three files, asked within a moment. */
export async function burst({ page, first, project }) {
  const calls = Object.entries(locales).map(([name, word]) =>
    begun(first.call('write_file', { path: `${project}/locales/${name}.json`, content: `{ "cart": "${word}" }\n` })),
  )
  const group = page.locator('[data-row]').filter({ hasText: '3 similar calls' })
  await group.click()
  await page.mouse.move(900, 20)
  await page.getByRole('article', { name: '3 similar held calls' }).waitFor()
  await unlocked(page, 'Approve all 3')
  return {
    refuse: async () => {
      await page.keyboard.press('d')
      await page.getByRole('textbox', { name: /reason/i }).fill('The translators do that.')
      await page.keyboard.press('Control+Enter')
      await Promise.all(calls)
      await atRest(page)
    },
  }
}

/** Approved after its client had its ticket: the permission waits for the same call. */
export async function approvedLate({ page, second, project }) {
  const edit = { path: `${project}/README.md`, edits: [{ oldText: '# Garden shop', newText: '# The garden shop' }] }
  await second.call('edit_file', edit)
  await card(page, 'The garden shop').waitFor()
  await approve(page)
  await atRest(page)
  return { again: () => second.call('edit_file', edit) }
}

export async function lockedDown({ page, first, project }) {
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await page.getByRole('button', { name: 'Refuse everything', exact: true }).click()
  await page.getByRole('region', { name: 'Lockdown' }).waitFor()
  await first.call('read_text_file', { path: `${project}/package.json` })
  await page.getByText('Denied, lockdown').first().waitFor()
  return {
    lift: async () => {
      await page.getByRole('button', { name: 'Lift…' }).click()
      await unlocked(page, 'Lift the lockdown')
      await dialog(page).getByRole('button', { name: 'Lift the lockdown' }).click()
      // Not by its role: behind the question it has none.
      await page.locator('section[aria-label="Lockdown"]').waitFor({ state: 'detached' })
    },
  }
}
