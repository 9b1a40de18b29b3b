// What the clients do in the pictures, and what the person answers. Every call goes through the proxy to the server, and
// every answer is given in the window.
import { setTimeout as pause } from 'node:timers/promises'

/** People read before they answer, and the log shows how long. */
const readingMs = 2_600

const newsletter = `# October

Plant garlic now: cloves five centimetres deep, pointed end up.

This week: 20 % off bulbs, and the seed swap on Saturday at ten.
`

const shippingCode = `import type { Item } from './cart.ts'

/** Shipping in cents: by weight, free from 60 euros up. */
export function shipping(items: readonly Item[]): number {
  const cents = items.reduce((sum, item) => sum + item.cents, 0)
  if (cents >= 6_000) return 0
  const grams = items.reduce((sum, item) => sum + item.grams, 0)
  return grams <= 2_000 ? 490 : 790
}
`

export const card = (page, text) => page.getByRole('article').filter({ hasText: text })
export const ready = (page) => page.locator('button[aria-disabled="false"]', { hasText: 'Approve once' })

/** Waits, as a person must, until the button takes an answer. */
export async function approve(page) {
  await ready(page).waitFor()
  await page.keyboard.press('Control+Enter')
}

export async function refuse(page, reason) {
  await page.keyboard.press('d')
  await sayWhy(page, reason)
}

async function sayWhy(page, reason) {
  await page.getByRole('textbox', { name: /reason/i }).fill(reason)
  await page.keyboard.press('Control+Enter')
}

/** A day's work that is over: most of it passed by itself, three calls were asked about or denied. */
export async function answeredBefore({ page, first, second, project }) {
  const at = (name) => `${project}/${name}`
  await first.call('list_directory', { path: project })
  for (const name of ['README.md', 'src/checkout/cart.ts', 'src/checkout/shipping.ts']) {
    await first.call('read_text_file', { path: at(name) })
  }
  await second.call('search_files', { path: project, pattern: '**/*.md' })
  await second.call('read_text_file', { path: at('drafts/newsletter.md') })
  await second.call('write_file', { path: at('drafts/newsletter.md'), content: newsletter })

  const folder = first.call('create_directory', { path: at('src/checkout/rates') })
  await card(page, 'src/checkout/rates').waitFor()
  await pause(readingMs)
  await approve(page)
  await folder
  const deploy = second.call('edit_file', {
    path: at('deploy/production.yml'),
    edits: [{ oldText: 'replicas: 2', newText: 'replicas: 12' }],
  })
  await card(page, 'production.yml').waitFor()
  await pause(readingMs)
  await refuse(page, 'Two are enough; ask Sam before you change production.')
  await deploy
  await first.call('move_file', { source: at('README.md'), destination: at('OLD.md') })
  await first.call('get_file_info', { path: at('package.json') })
  await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
}

/** A call whose rule asks for the name of the tool, which is half typed. */
export async function deployEdit({ page, first, project }) {
  const call = first.call('edit_file', {
    path: `${project}/deploy/production.yml`,
    edits: [{ oldText: 'replicas: 2', newText: 'replicas: 3' }],
  })
  call.catch(() => undefined)
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await card(page, 'production.yml').waitFor()
  await page.getByLabel('to approve').pressSequentially('edit_')
  return {
    refuse: async () => {
      // A letter would go into the field.
      await page.getByRole('button', { name: /^Refuse…/ }).click()
      await sayWhy(page, 'Not today.')
      await call
      await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    },
  }
}

/** Three calls that wait: a write, a look at keys, and one whose client could not wait. */
export async function waitingNow({ page, first, second, project, home }) {
  const write = { path: `${project}/src/checkout/shipping.ts`, content: shippingCode }
  const edit = {
    path: `${project}/README.md`,
    edits: [
      { oldText: 'Seeds, tools and a newsletter.', newText: 'Seeds, tools, a newsletter and a Saturday seed swap.' },
    ],
  }
  const waiting = [first.call('write_file', write)]
  await card(page, 'shipping.ts').waitFor()
  waiting.push(first.call('read_text_file', { path: `${home}/.ssh/config` }))
  // Awaited at the end; a failure before that is the one to be told.
  for (const call of waiting) call.catch(() => undefined)
  // Its budget is short: by the time this returns, the client has its ticket.
  await second.call('edit_file', edit)
  const row = (tool, text) => page.locator('[data-row]').filter({ hasText: tool }).filter({ hasText: text })
  const rows = {
    write: row('write_file', 'shipping.ts'),
    credentials: row('read_text_file', 'config'),
    ticket: row('edit_file', 'README.md'),
  }
  const shows = { write: 'Write', credentials: '.ssh', ticket: 'seed swap' }

  const show = async (which) => {
    await rows[which].click()
    // The list keeps still, answered calls included, as long as the pointer is over it.
    await page.mouse.move(900, 20)
    await card(page, shows[which]).waitFor()
    if (which !== 'credentials') await ready(page).waitFor()
  }
  return {
    show,
    startRefusing: async (reason) => {
      await page.keyboard.press('d')
      await page.getByRole('textbox', { name: /reason/i }).fill(reason)
    },
    stopRefusing: () => page.getByRole('button', { name: 'Back' }).click(),
    /** The ticket is approved and its client tries again, the write is approved, the look at keys refused. */
    answerAll: async () => {
      await show('ticket')
      await approve(page)
      await rows.ticket.waitFor({ state: 'detached' })
      await second.call('edit_file', edit)
      await show('credentials')
      await refuse(page, 'Not my keys.')
      await show('write')
      await approve(page)
      await Promise.all(waiting)
      await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    },
  }
}
