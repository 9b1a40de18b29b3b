// The explorer of the log in the pictures: everything, filtered, live, nothing found, no answer, one call and why, the log's
// own figures, and what is kept of it.
import { card, refuse } from './story.mjs'

const rows = (page) => page.getByRole('grid', { name: 'Calls, newest first' })
const query = (page) => page.getByRole('combobox', { name: 'Filter calls' })

/** What two clients did just now; one call is refused, so that there is something to look up. */
export async function callsJustNow({ page, first, second, project }) {
  const at = (name) => `${project}/${name}`
  await first.call('list_directory', { path: project })
  await second.call('search_files', { path: project, pattern: '**/*.md' })
  await second.call('write_file', { path: at('drafts/newsletter.md'), content: '# November\n\nPlant tulips now.\n' })
  await first.call('move_file', { source: at('README.md'), destination: at('OLD.md') })
  const deploy = first.call('edit_file', {
    path: at('deploy/production.yml'),
    edits: [{ oldText: 'replicas: 2', newText: 'replicas: 12' }],
  })
  await card(page, 'production.yml').waitFor()
  await refuse(page, 'Two are enough; ask Sam before you change production.')
  await deploy
  await first.call('read_text_file', { path: at('src/checkout/cart.ts') })
  await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
}

/** Types a query as a person does who knows what it is called, and leaves the field. */
async function ask(page, text) {
  await query(page).fill(text)
  await query(page).press('Escape')
  await query(page).press('Escape')
}

/** Until rows and counts belong to the query, which is asked for after the next frame. */
async function settled(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
}

/** @param shoot takes a picture of the page under a name */
export async function takeExplorer({ page, first, project, goTo, shoot }) {
  await goTo('l')
  await rows(page).getByText('Refused').first().waitFor()
  await settled(page)
  await shoot('activity')

  await ask(page, 'outcome:refused,denied-by-rule -client:claude-desktop from:30d production')
  await rows(page).getByText('edit_file').first().waitFor()
  await settled(page)
  await shoot('activity-filtered')

  await ask(page, 'server:files')
  await settled(page)
  await rows(page).press('j')
  await rows(page).press('j')
  for (const name of ['cart.ts', 'shipping.ts']) {
    await first.call('read_text_file', { path: `${project}/src/checkout/${name}` })
  }
  await page.getByRole('button', { name: '2 new calls' }).waitFor()
  await shoot('activity-live')

  await ask(page, 'tool:move_file outcome:approved "production.yml"')
  await page.getByText('No call matches').waitFor()
  await shoot('activity-empty')

  await page.route('**/api/request', (route) => route.abort())
  await ask(page, 'tool:move_file')
  await page.getByText('Activity could not be loaded').waitFor()
  await shoot('activity-error')
  await page.unroute('**/api/request')
  await page.getByRole('button', { name: 'Try again' }).first().click()
  await rows(page).getByText('move_file').first().waitFor()

  await ask(page, 'outcome:refused production.yml')
  await settled(page)
  await rows(page).getByText('edit_file').first().click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('What happened').waitFor()
  await shoot('activity-call')
  await drawer.getByRole('button', { name: 'Explain the decision' }).click()
  await drawer.getByRole('list', { name: 'How it was decided' }).waitFor()
  const why = drawer.getByRole('heading', { name: 'Why', exact: true })
  await why.evaluate((heading) => heading.scrollIntoView({ block: 'start' }))
  await shoot('activity-why')
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })

  await goTo('t')
  await page.getByText('The log', { exact: true }).click()
  await page.getByRole('button', { name: 'Check the log now' }).click()
  await page.getByText(/^Unchanged:/).waitFor()
  await shoot('statistics-log')
  await goTo('s')
  await page.getByLabel('Send to a collector').check()
  await page.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:4318')
  const kept = page.getByRole('heading', { name: 'The log', exact: true })
  await kept.evaluate((heading) => heading.scrollIntoView({ block: 'start' }))
  await shoot('settings-log')
}
