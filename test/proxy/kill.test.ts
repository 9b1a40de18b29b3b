// kill -9 at every step of a call. Whatever the step: nothing ran that the record does not show as decided and sent on,
// and no answer reached the client that the record does not have.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitForExit } from '../support/processes.ts'
import { type BrokerDouble, startBrokerDouble } from './support/broker-double.ts'
import { answerTo, type Bench, createBench, createInstall, fixture, toolCall, usual } from './support/proxy.ts'

let bench: Bench
let broker: BrokerDouble | undefined
beforeEach(() => {
  bench = createBench()
})
afterEach(async () => {
  broker?.close()
  broker = undefined
  await bench.remove()
})

type At = { where: 'spool' | 'upstream' | 'client'; text: string; when: 'before' | 'half' | 'after' }
type Step = [name: string, at: At, ran: boolean, recorded: string[], answered: boolean]

const decided: At = { where: 'spool', text: '"type":"call.decided"', when: 'before' }
const sent: At = { where: 'upstream', text: '"method":"tools/call"', when: 'before' }
const answered: At = { where: 'spool', text: '"type":"call.answered"', when: 'before' }
const delivered: At = { where: 'client', text: '"id":1', when: 'before' }
const after = (at: At): At => ({ ...at, when: 'after' })
const half = (at: At): At => ({ ...at, when: 'half' })

const direct: Step[] = [
  ['received, nothing recorded', decided, false, [], false],
  ['its record half written', half(decided), false, [], false],
  ['recorded, not sent', after(decided), false, ['call.decided'], false],
  ['about to be sent', sent, false, ['call.decided'], false],
  ['sent', after(sent), true, ['call.decided'], false],
  ['answered, nothing of it recorded', answered, true, ['call.decided'], false],
  ['its answer half recorded', half(answered), true, ['call.decided'], false],
  ['its answer recorded, not delivered', after(answered), true, ['call.decided', 'call.answered'], false],
  ['about to be delivered', delivered, true, ['call.decided', 'call.answered'], false],
  ['delivered', after(delivered), true, ['call.decided', 'call.answered'], true],
]

const opened = ['call.decided', 'hold.opened']
const approved = [...opened, 'hold.closed', 'call.forwarded']
const closing: At = { where: 'spool', text: '"type":"hold.closed"', when: 'before' }
const forwarded: At = { where: 'spool', text: '"type":"call.forwarded"', when: 'half' }
const held: Step[] = [
  ['recorded as held', after(decided), false, opened, false],
  ['approved, the approval not recorded', closing, false, opened, false],
  ['approved, the approval half recorded', half(closing), false, opened, false],
  ['approved, its going half recorded', forwarded, false, [...opened, 'hold.closed'], false],
  ['approved and recorded, not sent', after(closing), false, approved, false],
  ['approved, about to be sent', sent, false, approved, false],
  ['approved and sent', after(sent), true, approved, false],
  ['approved, its answer recorded, not delivered', after(answered), true, [...approved, 'call.answered'], false],
]

async function killAt(at: At, tool: string) {
  const client = bench.start({
    policy: usual,
    node: ['--require', fixture('kill-at.cjs')],
    env: { KILL_AT: JSON.stringify(at) },
  })
  client.send({ jsonrpc: '2.0', id: 'up', method: 'ping' })
  await client.next(answerTo('up'))
  client.send(toolCall(1, tool, { path: '/a' }))
  expect(await client.exited).toEqual({ code: null, signal: 'SIGKILL' })
  await client.closed
  // What was sent before the kill still arrives; only then is it known what has not been.
  const server = await bench.witness.waitForEvent((event) => event.event === 'started')
  await waitForExit(server.pid)
  return client
}

function check(client: { lines: readonly unknown[] }, [, , ran, recorded, delivered]: Step): void {
  expect(bench.witness.calls().map((call) => call.arguments)).toEqual(ran ? [{ path: '/a' }] : [])
  expect(bench.callEvents()).toEqual(recorded)
  expect(client.lines).toHaveLength(delivered ? 2 : 1)
  const events = bench.events()
  const sentOn = events.some((event) => event.data['forwarded'] === true || event.type === 'call.forwarded')
  if (ran) expect(sentOn).toBe(true)
  if (delivered) expect(events.some((event) => event.type === 'call.answered')).toBe(true)
}

describe.each([
  ['an allowed read', 'get_x'],
  ['an allowed write, which is on disk first', 'put_x'],
])('%s, killed when', (_, tool) => {
  it.each(direct)('%s', async (...step) => {
    check(await killAt(step[1], tool), step)
  })
})

describe('a held call, killed when', () => {
  it.each(held)('%s', async (...step) => {
    const install = createInstall(bench.home)
    broker = await startBrokerDouble(bench.home, install.sign, ({ method }) =>
      method === 'approval.request' ? { outcome: 'approved', approval: 'a', by: 'ada' } : {},
    )
    check(await killAt(step[1], 'write_x'), step)
  })
})

it('a denied call, killed before its refusal is delivered, did not run and is on record', async () => {
  const client = await killAt({ where: 'client', text: 'Blocked', when: 'before' }, 'delete_x')
  check(client, ['', sent, false, ['call.decided'], false])
})
