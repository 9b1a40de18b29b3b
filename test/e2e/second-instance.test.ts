// Two programs, one data folder: the second says so and ends, and nothing that the first one holds is touched.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

const cliFile = fileURLToPath(new URL('../../out/bin/countersign.cjs', import.meta.url))

let home: TestHome
let broker: TestBroker
let witness: Witness

beforeEach(async () => {
  home = createHome()
  broker = await startTestBroker(home.home)
  witness = createWitness()
})
afterEach(async () => {
  await broker.stop()
  home.remove()
  witness.remove()
})

it('`serve` beside a running app ends with 3 and a sentence; the held call of the first is answered by the first', async () => {
  const agent = startRaw(proxied(witness.command), { env: { ...home.env, ...witness.env } })
  const held = agent.request('tools/call', { name: 'write_note', arguments: { n: 1 } })
  const card = await broker.card()

  const second = startRaw([process.execPath, cliFile, 'serve', '--port', '0'], { env: home.env })
  expect(await second.exited).toEqual({ code: 3, signal: null })
  await second.closed
  expect(second.stderr()).toMatch(
    /^countersign: Countersign is already running for .*Use that one, or stop it first\.$/m,
  )
  expect(second.stdout()).toHaveLength(0)

  expect(witness.calls()).toEqual([])
  expect(await broker.approve(card)).toBe('ran')
  await held
  expect(witness.calls()).toMatchObject([{ arguments: { n: 1 } }])
  // And a new session finds the first one, not a dead socket.
  const other = startRaw(proxied(witness.command), { env: { ...home.env, ...witness.env } })
  const next = other.request('tools/call', { name: 'write_note', arguments: { n: 2 } })
  await broker.refuse(await broker.card(({ arguments: args }) => args['n'] === 2))
  await next
  for (const one of [agent, other]) {
    one.end()
    await one.exited
  }
})

it('the place of one that was killed is free at once', async () => {
  await broker.stop()
  const script = fileURLToPath(new URL('../fixtures/broker-process.ts', import.meta.url))
  const killed = spawn(process.execPath, [script, home.home], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(killed.stdout, 'data')
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const served = startRaw([process.execPath, cliFile, 'serve', '--port', '0', '--json'], { env: home.env })
  const { message } = await served.next(({ text }) => text.startsWith('{'))
  expect(message).toMatchObject({ home: home.home })
  served.kill('SIGTERM')
  expect(await served.exited).toEqual({ code: 0, signal: null })
})
