// Lockdown as a story: one click refuses everything in every proxy, what waits included, survives a restart of the app,
// holds while the app is closed, and is over with another click.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { type RawClient, type RawLine, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

const policy = `version: 1
default: allow
rules: [{ id: ask, effect: require-approval, tools: put_held }]
`

let home: TestHome
let broker: TestBroker
let witness: Witness
const clients: RawClient[] = []

beforeEach(async () => {
  home = createHome({ 'policy.yaml': policy, '../own.yaml': 'version: 1\ndefault: allow\n' })
  witness = createWitness()
  broker = await startTestBroker(home.home)
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop()
  await broker.stop()
  witness.remove()
  home.remove()
})

function start(options: string[] = []): RawClient {
  const client = startRaw(proxied(witness.command, options), { env: { ...home.env, ...witness.env } })
  clients.push(client)
  return client
}
const call = (client: RawClient, name: string) => client.request('tools/call', { name, arguments: {} })
const words = ({ message }: RawLine) => JSON.stringify(message)
const reached = () => witness.calls().map(({ name }) => name)
const locked = /Everything is locked down in Countersign since \d\d:\d\d/

it('refuses everything, held or new, until a person lifts it', async () => {
  const [client, own] = [start(), start(['--policy', `${home.home}/own.yaml`])]
  await call(client, 'get_before')
  await call(own, 'get_own')
  const held = call(client, 'put_held')
  await broker.card()

  expect(await broker.ask('lockdown.set', { on: true })).toEqual({ on: true })
  expect(words(await held)).toMatch(locked)
  expect(words(await call(client, 'get_locked'))).toMatch(locked)
  expect(words(await call(own, 'get_locked'))).toMatch(locked)
  const { status, approvals } = await broker.ask('snapshot', {})
  expect([status.lockdown?.by, approvals]).toEqual(['test', []])

  await broker.stop()
  expect(words(await call(client, 'get_while_closed'))).toMatch(locked)
  broker = await startTestBroker(home.home)
  expect((await broker.ask('snapshot', {})).status.lockdown).toEqual(status.lockdown)
  expect(words(await call(client, 'get_after_restart'))).toMatch(locked)

  expect(await broker.ask('lockdown.set', { on: false })).toEqual({ on: false })
  await call(client, 'get_after')
  await call(own, 'get_own_after')
  expect(reached()).toEqual(['get_before', 'get_own', 'get_after', 'get_own_after'])
  await broker.event('calls.changed', ({ calls }) =>
    calls.some(({ tool, outcome }) => tool === 'get_after_restart' && outcome === 'denied-lockdown'),
  )
})
