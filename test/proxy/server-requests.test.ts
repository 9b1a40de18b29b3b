// What servers ask of clients: always on record, and where a rule names it, judged before the client sees any of it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawClient, RawLine } from '../support/raw-client.ts'
import { type BrokerDouble, type Heard, startBrokerDouble } from './support/broker-double.ts'
import { allowAll, answerTo, type Bench, callTool, createBench, createInstall } from './support/proxy.ts'

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

const rule = (effect: string, more = '') => `version: 1
default: allow
rules:
  - { id: no-sampling, on: sampling/createMessage, effect: ${effect}${more}, reason: Ask people instead. }
`
const sampling = (id: number | string, text = 'hi', more = '') =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"text","text":${JSON.stringify(text)}}}]${more}}}`
const eliciting = (id: number | string) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"elicitation/create","params":{"message":"name?"}}`
const noting = '{"jsonrpc":"2.0","method":"notifications/x"}'

/** Makes the server write these lines, then answer the call `id`. */
const say = (client: RawClient, id: number, ...lines: string[]) => callTool(client, id, 'say_x', { lines })
const asks = (line: RawLine) => (line.message as { method?: string } | undefined)?.method?.includes('/create') === true
/** What the server got as the answer to its own request. */
const told = async (id: number | string) => {
  const line = await bench.witness.waitForLine(({ message }) => {
    const { id: its, method } = message as { id?: unknown; method?: unknown }
    return its === id && method === undefined
  })
  return line.message
}
const events = (type: string) => bench.events().flatMap((event) => (event.type === type ? [event.data] : []))
const asked = () => events('call.decided').filter((data) => data['action'] !== undefined)

async function listen(answer: (heard: Heard) => unknown) {
  const install = createInstall(bench.home)
  broker = await startBrokerDouble(bench.home, install.sign, (heard) =>
    heard.method === 'approval.request' ? answer(heard) : {},
  )
  return broker
}

describe('where policy has no word on it', () => {
  it('lines pass byte for byte, and request and answer are on record', async () => {
    const client = bench.start({ policy: allowAll })
    const odd =
      ' {"jsonrpc":"2.0","id":1,"method":"sampling\\/createMessage","params":{"n":1.0,"n":12345678901234567890}} '
    await say(client, 1, odd, eliciting('e'), noting)
    expect(client.lines.slice(0, 3).map((line) => line.text)).toEqual([odd, eliciting('e'), noting])
    client.send({ jsonrpc: '2.0', id: 'e', result: { action: 'accept', content: { name: 'Ada' } } })
    client.send({ jsonrpc: '2.0', id: 1, error: { code: -1, message: 'no' } })
    await told(1)
    const [first, second] = asked()
    expect(first).toMatchObject({ action: 'sampling/createMessage', decision: 'allow', source: 'default' })
    expect(second).toMatchObject({ action: 'elicitation/create', rpcId: '"e"', forwarded: true })
    const outcomes = events('call.answered').map(({ call, outcome }) => [call, outcome])
    expect(outcomes.slice(1)).toEqual([
      [second?.['call'], 'ok'],
      [first?.['call'], 'protocol-error'],
    ])
  })

  it('ids of the server are not those of the client', async () => {
    const client = bench.start({ policy: allowAll })
    await say(client, 1, sampling(1))
    client.send({ jsonrpc: '2.0', id: 1, result: { role: 'assistant' } })
    await told(1)
    expect(events('call.answered').map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
    expect(new Set(events('call.answered').map(({ call }) => call)).size).toBe(2)
  })

  it('a long one passes in pieces and is on record', async () => {
    const client = bench.start({ policy: allowAll })
    const long = sampling(7, 'x'.repeat(300_000))
    await say(client, 1, long)
    expect(client.lines[0]?.text).toBe(long)
    expect(asked()[0]).toMatchObject({ rpcId: '7', bytes: long.length })
  })
})

describe('denied', () => {
  it('the server gets an error, the client sees nothing of it, and all else passes', async () => {
    const client = bench.start({ policy: rule('deny') })
    const odd = ` ${eliciting(6).replace(':', ' : ')} `
    await say(client, 1, noting, sampling(5), odd, noting)
    expect(client.lines.slice(0, -1).map((line) => line.text)).toEqual([noting, odd, noting])
    const answer = await told(5)
    expect(answer).toMatchObject({ error: { code: 4003 } })
    expect(JSON.stringify(answer)).toContain('Ask people instead.')
    expect(asked()[0]).toMatchObject({ decision: 'deny', rules: [{ id: 'no-sampling' }] })
  })

  it.each([
    ['two methods', '{"jsonrpc":"2.0","id":5,"method":"ping","method":"sampling/createMessage","params":{}}'],
    ['another spelling', '{"jsonrpc":"2.0","id":5,"Method":"sampling/createMessage","params":{}}'],
    ['two params', '{"jsonrpc":"2.0","id":5,"method":"sampling/createMessage","params":{},"params":{}}'],
    ['escapes', '{"jsonrpc":"2.0","id":5,"method":"sampling\\u002fcreateMessage","params":{"a":1}}'],
    ['a batch', `[${noting},${sampling(5)}]`],
    ['a batch in a batch', `[[${sampling(5)}]]`],
    ['a carriage return before it', `{"id":5,"a":\r${sampling(5)}\r}`],
    ['no id', '{"jsonrpc":"2.0","method":"sampling/createMessage","params":{}}'],
    ['torn over two lines', '{"jsonrpc":"2.0","id":5,"method":\n"sampling/createMessage","params":{}}'],
  ])('not even with %s', async (_, text) => {
    const client = bench.start({ policy: rule('deny') })
    await say(client, 1, text)
    expect(client.lines.filter((line) => line.text.includes('Message'))).toHaveLength(1)
    expect(client.lines.at(-1)?.message).toMatchObject({ id: 1 })
  })

  it('a batch goes on without it', async () => {
    const client = bench.start({ policy: rule('deny') })
    await say(client, 1, `[${noting},${sampling(5)},${noting}]`)
    expect(client.lines[0]?.text).toBe(`[${noting},${noting}]`)
    expect(await told(5)).toMatchObject({ error: { code: 4003 } })
    expect(asked()).toHaveLength(1)
  })

  it('a batch goes on with what the server takes back of the rest', async () => {
    const client = bench.start({ policy: rule('deny') })
    const back = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}}'
    await say(client, 1, eliciting(8), `[${back},${sampling(5)}]`)
    expect(client.lines.slice(0, 2).map((line) => line.text)).toEqual([eliciting(8), `[${back}]`])
  })

  it('a line too long to be read does not pass, and one that is not passes on', async () => {
    const client = bench.start({ policy: rule('deny') })
    const long = 17 * 1024 * 1024
    const tooLong = callTool(client, 1, 'big_result', { bytes: long })
    expect((await tooLong).message).toMatchObject({ error: { code: 4003 } })
    expect((await callTool(client, 2, 'big_result', { bytes: 1_000_000 })).bytes.length).toBeGreaterThan(1_000_000)
    expect(client.stdout().length).toBeLessThan(2_000_000)
  })

  it('conditions look at what is asked', async () => {
    const client = bench.start({ policy: rule('deny', ', when: { "**": { contains: password } }') })
    await say(client, 1, sampling(5, 'what is the password?'), sampling(6, 'hi'))
    expect(client.lines.filter(asks).map((line) => (line.message as { id: unknown }).id)).toEqual([6])
    expect(await told(5)).toMatchObject({ error: { code: 4003 } })
  })
})

describe('held', () => {
  it('the client sees it when a person has approved, and what comes after it does not wait', async () => {
    let approve: (result: unknown) => void = () => undefined
    const { heard } = await listen(() => new Promise((resolve) => (approve = resolve)))
    const client = bench.start({ policy: rule('require-approval') })
    await say(client, 1, sampling(5, 'secret plan'))
    await expect.poll(() => heard.map(({ method }) => method)).toContain('approval.request')
    expect(client.lines.filter(asks)).toEqual([])
    expect(heard.find(({ method }) => method === 'approval.request')?.params).toMatchObject({
      action: 'sampling/createMessage',
      tool: 'sampling/createMessage',
      arguments: { messages: [{ content: { text: 'secret plan' } }] },
      budgetMs: expect.closeTo(45_000, -4),
    })
    approve({ outcome: 'approved', approval: 'a', by: 'ada' })
    const line = await client.next(asks)
    expect(line.text).toBe(sampling(5, 'secret plan'))
    client.send({ jsonrpc: '2.0', id: 5, result: { role: 'assistant' } })
    await told(5)
    const own = asked()[0]?.['call']
    const steps = bench.events().flatMap(({ type, data }) => (data['call'] === own ? [type] : []))
    expect(steps).toEqual(['call.decided', 'hold.opened', 'hold.closed', 'call.forwarded', 'call.answered'])
  })

  it.each([
    ['refused', { outcome: 'refused', approval: 'a', by: 'ada' }],
    ['expired', { outcome: 'expired', approval: 'a' }],
    ['released', { outcome: 'released', approval: 'a', ticket: '7F3A', expiresAt: 1 }],
  ])('and %s: the server is told', async (decision, result) => {
    await listen(() => result)
    const client = bench.start({ policy: rule('require-approval') })
    await say(client, 1, sampling(5))
    expect(await told(5)).toMatchObject({ error: { data: { 'dev.countersign/decision': { decision } } } })
    expect(client.lines.filter(asks)).toEqual([])
  })

  it('what the server takes back is dropped', async () => {
    let approve: (result: unknown) => void = () => undefined
    const { heard } = await listen(() => new Promise((resolve) => (approve = resolve)))
    const client = bench.start({ policy: rule('require-approval') })
    await say(client, 1, sampling(5))
    await expect.poll(() => heard.map(({ method }) => method)).toContain('approval.request')
    await say(client, 2, '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}')
    await expect.poll(() => heard.map(({ method }) => method)).toContain('approval.cancel')
    approve({ outcome: 'approved', approval: 'a', by: 'ada' })
    await callTool(client, 3, 'get_x')
    expect(client.lines.map((line) => (line.message as { id?: unknown }).id)).toEqual([1, 2, 3])
    expect(events('call.cancelled')).toMatchObject([{ by: 'server', forwarded: false }])
  })
})

it('a policy that cannot be used denies it too', async () => {
  const server = `process.stdout.write('${sampling(5)}\\n'); process.stdin.on('data', (data) => process.stdout.write(JSON.stringify({ got: String(data) }) + '\\n'))`
  const client = bench.start({ command: [process.execPath, '-e', server] })
  const line = await client.next(() => true)
  expect(line.text).toMatch(/^\{"got".*4003/)
  expect(line.text).toContain('has not published a policy yet')
})

it('answers nobody asked for are no trouble', async () => {
  const client = bench.start({ policy: allowAll })
  await say(client, 1, sampling(5))
  client.send({ jsonrpc: '2.0', id: 99, result: {} })
  client.send({ jsonrpc: '2.0', id: 5, result: {} })
  client.send({ jsonrpc: '2.0', id: 5, result: {} })
  client.send({ jsonrpc: '2.0', id: 2, method: 'ping' })
  await client.next(answerTo(2))
  expect(events('call.answered')).toHaveLength(2)
  expect(bench.witness.lines()).toHaveLength(5)
})
