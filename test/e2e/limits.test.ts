// Limits and the other governed requests with a real broker: one count for all proxies, and all of it in the log.
import { afterEach, expect, it } from 'vitest'
import { createHome, newest, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { type RawClient, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

let place: TestHome
let witness: Witness
let broker: TestBroker | undefined
const clients: RawClient[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop()
  await broker?.stop()
  broker = undefined
  witness.remove()
  place.remove()
})

async function begin(policy: string) {
  place = createHome({ 'limits.yaml': policy })
  witness = createWitness()
  broker = await startTestBroker(place.home)
  return broker
}
function start(): RawClient {
  const client = startRaw(proxied(witness.command), { env: { ...place.env, ...witness.env } })
  clients.push(client)
  return client
}
const call = async (client: RawClient, name: string, args: object = {}) => {
  return (await client.request('tools/call', { name, arguments: args })).text
}

const transfers = `version: 1
default: allow
rules:
  - id: pocket-money
    effect: allow
    tools: [put_transfer, fail_transfer]
    limit: { sum: amount, max: 100, per: 1d, then: deny }
`

it('two proxies share one sum; what failed is given back, and what does not fit is denied with when it will', async () => {
  await begin(transfers)
  const [one, two] = [start(), start()]
  expect(await call(one, 'put_transfer', { amount: 60 })).not.toContain('isError')
  expect(await call(two, 'fail_transfer', { amount: 40 })).toContain('failed')
  const denied = await call(one, 'put_transfer', { amount: 41 })
  expect(denied).toContain('used up')
  expect(denied).toMatch(/There is room for it again in \d+ hours, at 20/)
  expect(await call(two, 'put_transfer', { amount: -5 })).toContain('cannot be counted')
  await expect.poll(() => call(two, 'put_transfer', { amount: 40 })).not.toContain('isError')
  const amounts = witness.calls().map(({ arguments: args }) => (args as { amount: number }).amount)
  expect(amounts.filter((amount) => amount === 41 || amount < 0)).toEqual([])
})

it('requests beside tool calls are in the log with what they are, and can be approved', async () => {
  const asking = 'version: 1\nrules:\n  - { id: ask, on: prompts/get, effect: require-approval }\n'
  const { ask, card, approve } = await begin(asking)
  const client = start()
  await client.request('resources/read', { uri: 'file:///a' })
  const answer = client.request('prompts/get', { name: 'greet' })
  const shown = await card()
  expect(shown).toMatchObject({ action: 'prompts/get', tool: 'greet', risk: { class: 'unknown' } })
  expect(await approve(shown)).toBe('ran')
  expect((await answer).message).toMatchObject({ result: { messages: [{}] } })
  await expect
    .poll(async () =>
      (await ask('activity.search', newest(10))).calls.map(({ action, tool, outcome }) => [action, tool, outcome]),
    )
    .toEqual([
      ['prompts/get', 'greet', 'approved'],
      ['resources/read', 'file:///a', 'allowed-by-default'],
    ])
})
