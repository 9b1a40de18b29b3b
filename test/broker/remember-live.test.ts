// Remembered answers where they count: a real broker with real files, a real proxy, and a server that tells what reached it.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ArgumentScopes } from '../../core/schema/grant.ts'
import type { ApprovalCard } from '../../core/wire/ui-contract.ts'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { type RawClient, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

const schema = { type: 'object', properties: { path: {}, text: {}, mode: {} } }
const lists = [JSON.stringify({ tools: [{ name: 'put_file', inputSchema: schema }] })]
const asking = 'version: 1\nrules:\n  - id: ask-put\n    effect: require-approval\n    tools: put_file # mine\n'

let home: TestHome
let project: string
let witness: Witness
let broker: TestBroker
let client: RawClient

beforeEach(async () => {
  home = createHome({ 'a.yaml': asking })
  // Not the data folder: what lies there takes a typed name.
  project = mkdtempSync(join(tmpdir(), 'countersign-project-'))
  witness = createWitness({ lists })
  broker = await startTestBroker(home.home)
  client = startRaw(proxied(witness.command), { env: { ...home.env, ...witness.env }, cwd: project })
  await client.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }) // biome-ignore format: one line
  client.notify('notifications/initialized')
  await client.request('tools/list')
})
afterEach(async () => {
  await client.stop()
  await broker.stop()
  witness.remove()
  home.remove()
  rmSync(project, { recursive: true, force: true })
})

const call = (args: object) => client.request('tools/call', { name: 'put_file', arguments: args })
const ran = () => witness.calls().map(({ arguments: args }) => args)
const card = (text: string) => broker.card((one) => one.arguments['text'] === text)
const scopes = (): ArgumentScopes => ({
  path: { kind: 'inside', folder: join(project, 'in') },
  text: { kind: 'anything' },
})

type Answered = { outcome: string; undo?: string | undefined }
/** Answers as the window does: with the name of what was shown. */
async function remember(held: ApprovalCard, lifetime: 'session' | 'always'): Promise<Answered> {
  const choice = { kind: 'remember', lifetime, scopes: scopes() } as const
  const { preview = '', problems } = await broker.ask('approvals.preview', { id: held.id, choice })
  expect(problems).toEqual([])
  const { id, binding, waiting } = held
  return broker.ask('approvals.approve', { id, binding, waiting, remember: { lifetime, scopes: scopes(), preview } })
}

it('a grant lets calls like it through, shows them, and is taken back', async () => {
  const first = call({ path: 'in/a', text: 'one' })
  const answer = await remember(await card('one'), 'session')
  expect(answer.outcome).toBe('ran')
  await first
  await call({ path: 'in/b', text: 'two' })
  expect(ran()).toEqual([{ path: 'in/a', text: 'one' }, { path: 'in/b', text: 'two' }]) // biome-ignore format: one line
  const { grants } = await broker.ask('snapshot', {})
  expect(grants).toMatchObject([{ kind: 'remembered', uses: 1, tool: 'put_file' }])
  const outside = call({ path: 'in/../c', text: 'three' })
  await broker.refuse(await card('three'))
  await outside
  expect(await broker.ask('remembered.undo', { undo: answer.undo ?? '' })).toEqual({ outcome: 'undone' })
  const after = call({ path: 'in/d', text: 'four' })
  await broker.refuse(await card('four'))
  await after
  expect(ran()).toHaveLength(2)
})

it('a rule lets calls like it through from then on, and leaves what was written as it was', async () => {
  const first = call({ path: 'in/a', text: 'one' })
  // What else waits, and is settled by the rule, is not asked about any more.
  const second = call({ path: 'in/b', text: 'two' })
  await card('two')
  expect(await remember(await card('one'), 'always')).toMatchObject({ outcome: 'ran', undo: expect.any(String) })
  await Promise.all([first, second])
  await call({ path: 'in/c', text: 'three' })
  expect(ran()).toHaveLength(3)
  const text = readFileSync(join(home.home, 'policies', 'a.yaml'), 'utf8')
  expect(text.startsWith(asking)).toBe(true)
  expect((await broker.ask('policies.list', {})).files.map(({ file, status }) => `${file} ${status}`)).toEqual(['a.yaml ok', 'remembered.yaml ok']) // biome-ignore format: one line
  const outside = call({ path: 'c', text: 'four' })
  await broker.refuse(await card('four'))
  await outside
  expect(ran()).toHaveLength(3)
})

it('a block refuses this call and denies the next', async () => {
  const first = call({ path: 'in/a', text: 'one' })
  const held = await card('one')
  const choice = { kind: 'block', scopes: scopes() } as const
  const { preview = '' } = await broker.ask('approvals.preview', { id: held.id, choice })
  const { id, binding, waiting } = held
  const refusal = await broker.ask('approvals.refuse', { id, binding, waiting, block: { scopes: scopes(), preview } })
  expect(refusal.outcome).toBe('refused')
  await first
  await broker.event('policies.changed', ({ revision }) => revision !== held.rule.revision)
  expect((await call({ path: 'in/b', text: 'two' })).text).toContain('You chose to block calls like this.')
  expect(ran()).toEqual([])
})

it('a grant for a folder is none for what is put in the folder’s place', async () => {
  const folder = join(project, 'in')
  mkdirSync(folder)
  const first = call({ path: 'in/a', text: 'one' })
  expect((await remember(await card('one'), 'session')).outcome).toBe('ran')
  await first
  renameSync(folder, join(project, 'elsewhere'))
  symlinkSync('/', folder)
  for (const [index, path] of ['in/etc/hosts', '/etc/hosts'].entries()) {
    const asked = call({ path, text: `away ${index}` })
    const held = await card(`away ${index}`)
    const { id, binding, waiting } = held
    expect((await broker.ask('approvals.refuse', { id, binding, waiting })).outcome).toBe('refused')
    await asked
  }
  expect(ran()).toEqual([{ path: 'in/a', text: 'one' }])
})

it('what lockdown takes from the queue is no answer of the person, and suggests nothing', async () => {
  const all = [1, 2, 3, 4, 5].map((n) => call({ path: `in/${n}`, text: `locked ${n}` }))
  for (const n of [1, 2, 3, 4, 5]) await card(`locked ${n}`)
  await broker.ask('lockdown.set', { on: true })
  await Promise.all(all)
  await broker.ask('lockdown.set', { on: false })
  const { answered } = await broker.ask('statistics.get', { days: 1 })
  expect(answered).toEqual({ approved: 0, refused: 0, expired: 0 })
  let asked: Promise<unknown> = Promise.resolve()
  let held: ApprovalCard | undefined
  // The proxy may not have read yet that it is lifted: then it refuses by itself.
  while (held === undefined) {
    asked = call({ path: 'in/6', text: 'after' })
    held = await Promise.race([card('after'), asked.then(() => undefined)])
  }
  expect(held).not.toHaveProperty('suggestion')
  expect(held.answered).toEqual({ approved: 0, refused: 0, expired: 0 })
  const { id, binding, waiting } = held
  await broker.ask('approvals.refuse', { id, binding, waiting })
  await asked
})
