// Limits: counted by the broker before anything else happens to a call; what it cannot count counts as used up.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrokerDouble, type Heard, startBrokerDouble } from './support/broker-double.ts'
import {
  answerOf,
  answerTo,
  type Bench,
  callTool,
  createBench,
  createInstall,
  decisionOf,
  fixture,
  textOf,
  toolCall,
} from './support/proxy.ts'

const limited = (then: string, more = '') => `version: 1
default: allow
rules:
  - id: few
    effect: allow
    tools: [get_x, put_*, fail_x, error_x, die_x, slow_put]
    limit: { max: 2, per: 1h, then: ${then} }
${more}`
const asking = `version: 1
rules:
  - id: few
    effect: require-approval
    tools: [put_x]
    limit: { max: 2, per: 1h, then: deny }
`

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

type Rule = { file: string; id: string }
const claimed = ({ params }: Heard) => (params['claims'] as { rule: Rule }[]).map(({ rule }) => rule)
const heard = (method: string) => broker?.heard.filter((message) => message.method === method) ?? []
const calls = (method: string) => heard(method).map(({ params }) => params['call'])
const decided = () => bench.events().filter((event) => event.type === 'call.decided')

/** `reserve` answers limit.reserve; approvals are given. */
async function listen(reserve: (heard: Heard) => unknown, approve: (heard: Heard) => unknown = () => yes) {
  const install = createInstall(bench.home)
  broker = await startBrokerDouble(bench.home, install.sign, (message) => {
    if (message.method === 'limit.reserve') return reserve(message)
    return message.method === 'approval.request' ? approve(message) : {}
  })
  return install
}
const yes = { outcome: 'approved', approval: 'a', by: 'ada' }
const room = () => ({ outcome: 'reserved' })
const full = (message: Heard, freeAt?: number) => ({
  outcome: 'exhausted',
  exhausted: claimed(message).map((rule) => ({ rule, used: 2, ...(freeAt === undefined ? {} : { freeAt }) })),
})
const never = () => new Promise(() => undefined)

describe('while there is room', () => {
  it('a call is counted before it is sent, once, and both are on record', async () => {
    await listen(room)
    const client = bench.start({ policy: limited('deny') })
    expect(answerOf(await callTool(client, 1, 'put_x')).result?.isError).toBeUndefined()
    expect(heard('limit.reserve').map(({ params }) => params)).toMatchObject([
      { tool: 'put_x', claims: [{ rule: { id: 'few' }, max: 2, perMs: 3_600_000, amount: 1, by: [] }] },
    ])
    expect(decided()[0]?.data).toMatchObject({
      forwarded: true,
      limits: [{ rule: { id: 'few' }, amount: 1, state: 'reserved' }],
    })
    expect(heard('limit.return')).toEqual([])
  })

  it('a call whose rule has no limit asks nobody', async () => {
    await listen(room)
    const client = bench.start({ policy: limited('deny') })
    await callTool(client, 1, 'write_other')
    expect(broker?.heard).toEqual([])
  })

  it('messages behind a call that is being counted keep their order', async () => {
    let count: (result: unknown) => void = () => undefined
    await listen(() => new Promise((resolve) => (count = resolve)))
    const client = bench.start({ policy: limited('deny') })
    client.send(toolCall(1, 'put_x'))
    client.send(toolCall(2, 'read_behind'))
    client.send({ jsonrpc: '2.0', id: 3, method: 'ping' })
    await expect.poll(() => heard('limit.reserve')).toHaveLength(1)
    expect(bench.witness.lines()).toEqual([])
    count({ outcome: 'reserved' })
    await client.next(answerTo(3))
    expect(bench.witness.lines().map((line) => (line.message as { id: unknown }).id)).toEqual([1, 2, 3])
  })

  it.each([
    ['a tool error', 'fail_x'],
    ['a protocol error', 'error_x'],
  ])('%s gives back what was counted', async (_, tool) => {
    await listen(room)
    const client = bench.start({ policy: limited('deny') })
    await callTool(client, 1, tool)
    await expect.poll(() => calls('limit.return')).toEqual(calls('limit.reserve'))
  })

  it('a long result that only speaks of an error keeps it counted', async () => {
    await listen(room)
    const client = bench.start({ policy: limited('deny').replace('die_x', 'raw_x') })
    const result = `{"content":[],"structuredContent":{"isError":true,"x":"${'x'.repeat(100_000)}"}}`
    await callTool(client, 1, 'raw_x', { result })
    client.end()
    await client.closed
    expect(calls('limit.return')).toEqual([])
  })

  it('a server that dies in the middle keeps it counted: what it did is not known', async () => {
    await listen(room)
    const client = bench.start({ policy: limited('deny') })
    client.send(toolCall(1, 'die_x'))
    expect(decisionOf(await client.next(answerTo(1)))).toMatchObject({ decision: 'unknown-outcome' })
    await client.closed
    expect(calls('limit.return')).toEqual([])
  })

  it('a call taken back while it is counted is not sent, and is given back', async () => {
    let count: (result: unknown) => void = () => undefined
    await listen(() => new Promise((resolve) => (count = resolve)))
    const client = bench.start({ policy: limited('deny') })
    client.send(toolCall(1, 'put_x'))
    await expect.poll(() => heard('limit.reserve')).toHaveLength(1)
    client.notify('notifications/cancelled', { requestId: 1 })
    client.send({ jsonrpc: '2.0', id: 2, method: 'ping' })
    await client.next(answerTo(2))
    count({ outcome: 'reserved' })
    await expect.poll(() => calls('limit.return')).toEqual(calls('limit.reserve'))
    expect(bench.witness.calls()).toEqual([])
    expect(bench.callEvents()).toEqual(['call.cancelled'])
  })

  it.each([
    ['denies the call', (yaml: string) => `${yaml}  - { id: no, effect: deny, tools: put_x }\n`, 'denied'],
    ['counts otherwise', (yaml: string) => yaml.replace('max: 2', 'max: 3'), 'cancelled'],
  ])('a policy that comes while a call is counted and %s is the one that holds', async (_, edit, outcome) => {
    let count: (result: unknown) => void = () => undefined
    const install = await listen(() => new Promise((resolve) => (count = resolve)))
    install.publish(limited('deny'))
    const client = bench.start()
    client.send(toolCall(1, 'put_x'))
    await expect.poll(() => heard('limit.reserve')).toHaveLength(1)
    install.publish(edit(limited('deny')))
    count({ outcome: 'reserved' })
    expect(decisionOf(await client.next(answerTo(1)))).toMatchObject({ decision: outcome })
    await expect.poll(() => calls('limit.return')).toEqual(calls('limit.reserve'))
    expect(bench.witness.calls()).toEqual([])
  })

  it('a count that comes when the session is ending is given back', async () => {
    let count: (result: unknown) => void = () => undefined
    await listen(() => new Promise((resolve) => (count = resolve)))
    const client = bench.start({ policy: limited('deny') })
    client.send(toolCall(1, 'put_x'))
    await expect.poll(() => heard('limit.reserve')).toHaveLength(1)
    // A witness that is still starting would die of the signal without recording it.
    await bench.witness.waitForEvent(({ event }) => event === 'started')
    client.kill('SIGTERM')
    await bench.witness.waitForEvent(({ event }) => event === 'signal')
    count({ outcome: 'reserved' })
    await client.closed
    expect(calls('limit.return')).toEqual(calls('limit.reserve'))
    expect(bench.witness.calls()).toEqual([])
  })

  it('what could not be given back, for want of a broker, is given back when there is one again', async () => {
    let reserved = 0
    await listen(() => {
      reserved += 1
      if (reserved === 1) broker?.hangUp()
      return room()
    })
    const client = bench.start({ policy: limited('deny') })
    expect(decisionOf(await callTool(client, 1, 'put_x'))).toMatchObject({ decision: 'denied' })
    await callTool(client, 2, 'put_x')
    const [first] = calls('limit.reserve')
    await expect.poll(() => calls('limit.return')).toEqual([first])
    expect(bench.witness.calls().map(({ id }) => id)).toEqual([2])
  })

  it('input that ends behind a call still waits for its count', async () => {
    let count: (result: unknown) => void = () => undefined
    await listen(() => new Promise((resolve) => (count = resolve)))
    const client = bench.start({ policy: limited('deny') })
    client.send(toolCall(1, 'put_x'))
    client.end()
    await expect.poll(() => heard('limit.reserve')).toHaveLength(1)
    count({ outcome: 'reserved' })
    await client.closed
    expect(bench.witness.calls().map((call) => call.name)).toEqual(['put_x'])
  })
})

describe('used up', () => {
  it('a call is denied, and told which limit and when there is room again', async () => {
    const freeAt = Date.now() + 12 * 60_000
    await listen((message) => full(message, freeAt))
    const client = bench.start({ policy: limited('deny') })
    const text = textOf(await callTool(client, 1, 'put_x'))
    expect(text).toContain('Rule few in')
    expect(text).toContain('2 calls an hour, which are used up')
    expect(text).toContain(
      `There is room for it again in 12 minutes, at ${new Date(freeAt).toISOString().slice(0, 19)}Z`,
    )
    expect(decided()[0]?.data).toMatchObject({ decision: 'deny', limits: [{ state: 'exhausted' }] })
    expect(bench.witness.calls()).toEqual([])
    expect(heard('limit.return')).toEqual([])
  })

  it('a call is asked about where `then` says so, and runs when approved', async () => {
    await listen((message) => full(message))
    const client = bench.start({ policy: limited('require-approval') })
    await callTool(client, 1, 'put_x')
    expect(heard('approval.request')[0]?.params).toMatchObject({ rules: [{ id: 'few' }] })
    expect(String(heard('approval.request')[0]?.params['reason'])).toContain('used up')
    expect(bench.witness.calls()).toHaveLength(1)
    expect(heard('limit.reserve')).toHaveLength(1)
  })

  it('the next rule in line may have a limit of its own, which is counted then', async () => {
    const second = `  - id: more
    effect: allow
    tools: [put_x]
    limit: { max: 9, per: 1d, then: deny }
`
    await listen((message) => {
      const few = claimed(message).filter(({ id }) => id === 'few')
      return few.length === 0 ? room() : { outcome: 'exhausted', exhausted: few.map((rule) => ({ rule, used: 2 })) }
    })
    const client = bench.start({ policy: limited('require-approval', second) })
    await callTool(client, 1, 'put_x')
    expect(heard('limit.reserve').map((message) => claimed(message).map(({ id }) => id))).toEqual([['few', 'more']])
    expect(decided()[0]?.data).toMatchObject({ decision: 'hold', rules: [{ id: 'few' }] })
  })

  it('a broker that names other rules than those it was asked about is not asked for ever', async () => {
    await listen(() => ({ outcome: 'exhausted', exhausted: [{ rule: { file: 'x', id: 'y' }, used: 1 }] }))
    const client = bench.start({ policy: limited('deny') })
    expect(textOf(await callTool(client, 1, 'put_x'))).toContain('used up')
    expect(heard('limit.reserve')).toHaveLength(1)
  })
})

describe('nobody to count', () => {
  it.each([
    ['no broker', undefined, 'Countersign is not running'],
    ['a broker that hangs', never, 'Countersign did not answer in time'],
    [
      'a reservation nobody signed',
      () => ({ outcome: 'reserved', signature: 'AAAA' }),
      'not signed by the Countersign',
    ],
    ['an answer of the future', () => ({ outcome: 'plenty' }), 'an answer that this version does not know'],
  ])('%s: `then` applies, and the reason says so', async (_, reserve, problem) => {
    if (reserve) await listen(reserve)
    const client = bench.start({ policy: limited('deny') })
    const text = textOf(await callTool(client, 1, 'put_x'))
    expect(text).toContain('Nobody could count')
    expect(text).toContain(problem)
    expect(text).toContain('what cannot be counted counts as used up')
    expect(decided()[0]?.data).toMatchObject({ decision: 'deny', limits: [{ state: 'uncounted' }] })
    expect(bench.witness.calls()).toEqual([])
  })

  it('a count that comes too late is given back', async () => {
    let count: (result: unknown) => void = () => undefined
    await listen(() => new Promise((resolve) => (count = resolve)))
    const client = bench.start({ policy: limited('deny') })
    expect(textOf(await callTool(client, 1, 'put_x'))).toContain('did not answer in time')
    count({ outcome: 'reserved' })
    await expect.poll(() => calls('limit.return')).toEqual(calls('limit.reserve'))
  })
})

describe('a held call', () => {
  it('is counted before the card is opened, and not again when it is approved', async () => {
    await listen(room)
    const client = bench.start({ policy: asking })
    await callTool(client, 1, 'put_x')
    const methods = broker?.methods().filter((method) => method.includes('.') && method !== 'session.open')
    expect(methods).toEqual(['limit.reserve', 'approval.request'])
    expect(bench.witness.calls()).toHaveLength(1)
  })

  it.each([
    ['refused', { outcome: 'refused', approval: 'a', by: 'ada' }],
    ['expired', { outcome: 'expired', approval: 'a' }],
    ['released', { outcome: 'released', approval: 'a', ticket: '7F3A', expiresAt: 1 }],
  ])('that is %s gives back what was counted', async (_, end) => {
    await listen(room, () => end)
    const client = bench.start({ policy: asking })
    await callTool(client, 1, 'put_x')
    await expect.poll(() => calls('limit.return')).toEqual(calls('limit.reserve'))
    expect(bench.witness.calls()).toEqual([])
  })

  it('whose policy wants something else counted by then is void, and given back', async () => {
    let approve: (result: unknown) => void = () => undefined
    const install = await listen(room, () => new Promise((resolve) => (approve = resolve)))
    install.publish(asking)
    const client = bench.start()
    client.send(toolCall(1, 'put_x'))
    await expect.poll(() => heard('approval.request')).toHaveLength(1)
    install.publish(asking.replace('max: 2', 'max: 3'))
    approve(yes)
    expect(decisionOf(await client.next(answerTo(1)))).toMatchObject({ decision: 'cancelled' })
    await expect.poll(() => calls('limit.return')).toEqual(calls('limit.reserve'))
    expect(bench.witness.calls()).toEqual([])
  })
})

it('a proxy killed between counting and sending keeps the call counted, and nothing ran', async () => {
  await listen(room)
  const client = bench.start({
    policy: limited('deny'),
    node: ['--require', fixture('kill-at.cjs')],
    env: { KILL_AT: JSON.stringify({ where: 'spool', text: '"type":"call.decided"', when: 'after' }) },
  })
  client.send(toolCall(1, 'put_x'))
  expect(await client.exited).toMatchObject({ signal: 'SIGKILL' })
  expect(heard('limit.reserve')).toHaveLength(1)
  expect(heard('limit.return')).toEqual([])
  expect(bench.witness.calls()).toEqual([])
})

it('a model whose call is not approved is told of the limit as well', async () => {
  await listen(
    (message) => full(message),
    () => ({ outcome: 'refused', approval: 'a', by: 'ada' }),
  )
  const policy = limited('require-approval').replace('    limit:', '    reason: Few a day.\n    limit:')
  const text = textOf(await callTool(bench.start({ policy }), 1, 'put_x'))
  expect(text).toMatch(/Held because: Few a day\. \(.*used up.*\)/)
})

it('a batch with a call that must be counted does not run unasked', async () => {
  await listen(room)
  const client = bench.start({ policy: limited('deny') })
  client.send(JSON.stringify([toolCall(1, 'put_x'), toolCall(2, 'read_y')]))
  const answer = await client.next((line) => Array.isArray(line.message))
  expect(answer.message).toMatchObject([{ result: { isError: true } }, { result: { isError: true } }])
  expect(broker?.heard).toEqual([])
  expect(bench.witness.calls()).toEqual([])
})
