// npm run screenshots [-- PART…]: takes the pictures of README and docs from the running program: the built host, the built
// proxy, the published filesystem server, two real clients, a real Chromium. Only the folder they work on is made up, and
// for the pictures of the log a month of work before them. PART: story, log, cards; without one all of them.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { launchBrowser } from '../test/support/browser.ts'
import { atRoot, ensureBuilt, ensureInstalled, modernNode, toolEnv } from './lib.mjs'
import { takeCards } from './screenshots/cards.mjs'
import { callsJustNow, takeExplorer } from './screenshots/explorer.mjs'
import { writeHistory } from './screenshots/history.mjs'
import { connectClient, makeStage } from './screenshots/stage.mjs'
import { answeredBefore, deployEdit, waitingNow } from './screenshots/story.mjs'
import {
  approvedLate,
  burst,
  editedWrite,
  lockedDown,
  rememberedEdit,
  rememberedForAnHour,
} from './screenshots/wider.mjs'

const pictures = atRoot('docs/images')
const wide = { width: 1280, height: 800 }
const narrow = { width: 420, height: 720 }

const parts = {
  story: () => onStage(takeStory),
  log: () => onStage(takeLog, ({ data }) => writeHistory(data, Date.now())),
  cards: () => takeCards(pictures),
}
const wanted = process.argv.slice(2)
const unknown = wanted.filter((part) => !Object.hasOwn(parts, part))
if (unknown.length > 0) throw new Error(`no part is called ${unknown[0]}; there are ${Object.keys(parts).join(', ')}`)

ensureInstalled()
ensureBuilt()
mkdirSync(pictures, { recursive: true })
for (const [part, take] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(part)) await take()

/** A host with two clients in a home of its own, and a window at it. `prepare`: what is there before the host starts. */
async function onStage(take, prepare = () => undefined) {
  const stage = makeStage()
  // Interrupted too: the next run needs the place.
  process.on('exit', stage.remove)
  prepare(stage)
  const env = { ...toolEnv(), HOME: stage.home, COUNTERSIGN_HOME: stage.data }
  const host = spawn(modernNode(), [atRoot('out/bin/countersign.cjs'), 'serve', '--port', '0', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const hostEnded = new Promise((resolve) => host.once('exit', resolve))
  const clients = []
  let browser
  try {
    browser = await launchBrowser()
    const context = await browser.newContext({ locale: 'en-US', viewport: wide, reducedMotion: 'reduce' })
    const page = await context.newPage()
    await page.goto(await launchLink(host))
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    const common = { env, project: stage.project }
    clients.push(
      await connectClient({ ...common, name: 'claude-code', info: { name: 'claude-code', version: '2.4.1' } }),
      await connectClient({
        ...common,
        name: 'cursor',
        info: { name: 'cursor-vscode', version: '3.2.0' },
        holdBudget: 4,
      }),
    )
    const [first, second] = clients
    await take({ ...stage, page, first, second })
  } finally {
    for (const client of clients) await client.close()
    await browser?.close()
    if (host.connected) host.disconnect()
    await hostEnded
    stage.remove()
  }
}

async function takeLog(story) {
  const { page } = story
  await callsJustNow(story)
  await takeExplorer({ ...story, goTo: (letter) => goTo(page, letter), shoot: (name) => shoot(page, name) })
}

async function takeStory(story) {
  const { page } = story
  await answeredBefore(story)
  await shoot(page, 'approvals-empty')

  const held = await waitingNow(story)
  await held.show('write')
  await shoot(page, 'approvals')
  await page.setViewportSize(narrow)
  await shoot(page, 'approvals-narrow')
  await page.setViewportSize(wide)
  await held.startRefusing('Shipping costs come from the rates service; please use it.')
  await shoot(page, 'approvals-refuse')
  await held.stopRefusing()
  await held.show('credentials')
  await shoot(page, 'approvals-critical')
  await held.show('ticket')
  await shoot(page, 'approvals-ticket')

  await held.answerAll()
  await goTo(page, 'p')
  await page.getByRole('button', { name: /files\.yaml/ }).click()
  await shoot(page, 'policies')
  await goTo(page, 's')
  await page.getByRole('heading', { name: 'This installation' }).scrollIntoViewIfNeeded()
  await shoot(page, 'settings')

  await goTo(page, 'a')
  await takeWider(story)
  await goTo(page, 'a')
  const deploy = await deployEdit(story)
  await shoot(page, 'approvals-typed')
  await deploy.refuse()
  story.breakPolicy()
  await goTo(page, 'p')
  await page.getByRole('region', { name: 'Problem with this file' }).waitFor()
  await shoot(page, 'policies-broken')
}

async function takeWider(story) {
  const { page } = story
  const edit = await rememberedEdit(story)
  await shoot(page, 'approvals-diff')
  await edit.look()
  await shoot(page, 'approvals-remember')
  await edit.approve()
  await rememberedForAnHour(story)
  const write = await editedWrite(story)
  await shoot(page, 'approvals-edit')
  await write.approve()
  const group = await burst(story)
  await shoot(page, 'approvals-group')
  await group.refuse()
  const late = await approvedLate(story)
  await goTo(page, 'r')
  await page.getByRole('article').nth(2).waitFor()
  await shoot(page, 'grants')
  await late.again()
  await goTo(page, 't')
  await page.getByRole('region', { name: 'Tools that asked most' }).waitFor()
  await shoot(page, 'statistics')
  const lockdown = await lockedDown(story)
  await shoot(page, 'lockdown')
  await lockdown.lift()
}

async function goTo(page, letter) {
  await page.keyboard.press('g')
  await page.keyboard.press(letter)
}

/** One picture a theme, without the messages that pass by. */
async function shoot(page, name) {
  const message = page.getByRole('button', { name: 'Dismiss' })
  while ((await message.count()) > 0) await message.first().click()
  await page.mouse.move(1, 1)
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme })
    await page.evaluate(() => document.fonts.ready)
    const file = `${name}-${theme}.png`
    writeFileSync(`${pictures}/${file}`, await page.screenshot({ animations: 'disabled', caret: 'hide' }))
    console.log(`docs/images/${file}`)
  }
}

async function launchLink(host) {
  for await (const line of createInterface({ input: host.stdout })) return JSON.parse(line).link
  throw new Error('countersign serve ended before it was ready; its message is above')
}
