// What clients ask of servers beside tools/call: always on record, and where a rule names it, judged like a call.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrokerDouble, startBrokerDouble } from './support/broker-double.ts'
import {
  allowAll,
  answerOf,
  answerTo,
  type Bench,
  callTool,
  createBench,
  createInstall,
  toolCall,
} from './support/proxy.ts'

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

const rules = (...lines: string[]) =>
  `version: 1\ndefault: allow\nrules:\n${lines.map((line) => `  - ${line}\n`).join('')}`
const noSecrets = rules(
  '{ id: no-secrets, on: resources/read, effect: deny, when: { uri: { starts_with: "file:///secret" } }, reason: Secrets stay here. }',
)
const read = (id: number | string, uri: string, more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'resources/read',
  params: { uri, ...more },
})
const decided = () => bench.events().flatMap(({ type, data }) => (type === 'call.decided' ? [data] : []))
const detail = (line: { message: unknown }) =>
  (line.message as { error?: { data?: Record<string, unknown> } }).error?.data?.['dev.countersign/decision']

describe('where policy has no word on it', () => {
  const odd = [
    '{ "id":1, "method":"resources\\/read", "params":{"uri":"file:///a","uri":"file:///b","n":1.0} , "x":[1] }',
    '{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":12345678901234567890}}',
    '{"jsonrpc":"2.0","id":3,"method":"resources/read"}',
    '{"jsonrpc":"2.0","method":"resources/read","params":{"uri":"file:///a"}}',
    '{"jsonrpc":"2.0","id":4,"Method":"prompts/get","params":{}}',
    '{"jsonrpc":"2.0","id":5,"method":"prompts/get","params":{"name":"p",\r"arguments":{"a":"b"}}}',
    '[{"jsonrpc":"2.0","id":6,"method":"prompts/get","params":{"name":"p"} }]',
    '[[{"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"} }]]',
  ]

  it('every line passes byte for byte, however odd', async () => {
    const client = bench.start({ policy: allowAll })
    for (const line of odd) client.send(line)
    await callTool(client, 'last', 'get_x')
    expect(bench.witness.lines().map((line) => line.text)).toEqual([...odd, JSON.stringify(toolCall('last', 'get_x'))])
    expect(bench.events().filter((event) => event.type === 'message.rejected')).toEqual([])
  })

  it.each([
    ['resources/read', { uri: 'file:///a?token=x' }, 'file:///a?token=x'],
    ['prompts/get', { name: 'greet', arguments: { who: 'ada' } }, 'greet'],
  ])('%s is on record with what it names and how it was answered', async (action, params, tool) => {
    const client = bench.start({ policy: allowAll })
    await client.request(action, params, 'a')
    const [first] = decided()
    expect(first).toMatchObject({ action, tool, rpcId: '"a"', decision: 'allow', source: 'default', forwarded: true })
    expect(first?.['arguments']).toMatchObject({ text: JSON.stringify(params) })
    expect(bench.callEvents()).toEqual(['call.decided', 'call.answered'])
  })

  it('a tool call names no action, as before', async () => {
    const client = bench.start({ policy: allowAll })
    await callTool(client, 1, 'get_x')
    expect(decided()[0]).not.toHaveProperty('action')
  })

  it('a secret in a URI is not on record', async () => {
    const secret = `ghp_${'abcdefghijklmnopqrstuvwxyz0123456789'}`
    const client = bench.start({ policy: allowAll })
    await client.request('resources/read', { uri: `https://example.test/?t=${secret}` })
    expect(JSON.stringify(bench.events())).not.toContain(secret)
    expect(bench.witness.lines()[0]?.text).toContain(secret)
  })

  it('an id that is in use twice is no reason to keep a request back', async () => {
    const client = bench.start({ policy: allowAll })
    client.write(`${JSON.stringify(read(1, 'file:///a'))}\n${JSON.stringify(read(1, 'file:///b'))}\n`)
    await client.next(answerTo(1))
    await client.next(answerTo(1))
    expect(bench.witness.lines()).toHaveLength(2)
    expect(decided()).toHaveLength(2)
  })
})

describe('where a rule names it', () => {
  it('a denied request gets an error with rule, reason and advice, and does not reach the server', async () => {
    const client = bench.start({ policy: noSecrets })
    client.send(read(1, 'file:///secret/key'))
    const line = await client.next(answerTo(1))
    expect(answerOf(line).error?.code).toBe(4003)
    expect(answerOf(line).error?.message).toMatch(
      /^Blocked by Countersign: Secrets stay here\. .*no-secrets.*resources\/read of file:\/\/\/secret\/key.* Do not retry unless the user asks\. \(ref /,
    )
    expect(detail(line)).toMatchObject({ decision: 'denied', rules: ['no-secrets'] })
    await callTool(client, 2, 'get_x')
    expect(bench.witness.lines()).toHaveLength(1)
  })

  it('what no rule names still passes, in our serialisation, and so do other methods', async () => {
    const client = bench.start({ policy: noSecrets })
    client.send(' {"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///open"}} ')
    client.send(' {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}} ')
    await client.next(answerTo(1))
    await client.next(answerTo(2))
    expect(bench.witness.lines().map((line) => line.text)).toEqual([
      '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///open"}}',
      ' {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}} ',
    ])
  })

  it.each([
    [
      'two URIs',
      '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///a","uri":"file:///secret"}}',
    ],
    ['two methods', '{"id":1,"method":"ping","method":"resources/read","params":{"uri":"file:///secret"}}'],
    ['another spelling of the method', '{"id":1,"Method":"resources/read","params":{"uri":"file:///secret"}}'],
    [
      'another spelling of the URI',
      '{"id":1,"method":"resources/read","params":{"uri":"file:///a","URI":"file:///secret"}}',
    ],
    ['no URI', '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{}}'],
    [
      'an escaped method and two URIs',
      '{"id":1,"method":"resources\\u002fread","params":{"uri":"file:///a","uri":"b"}}',
    ],
    ['no id', '{"jsonrpc":"2.0","method":"resources/read","params":{"uri":"file:///secret"}}'],
    [
      'a carriage return before it',
      '{"id":1,"a":\r{"id":1,"method":"resources/read","params":{"uri":"file:///secret"}}\r}',
    ],
    ['a batch in a batch', '[[{"id":1,"method":"resources/read","params":{"uri":"file:///secret"}}]]'],
  ])('%s never reaches the server', async (_, line) => {
    const client = bench.start({ policy: noSecrets })
    client.send(line)
    expect(answerOf(await client.next((one) => answerOf(one).error !== undefined)).error?.code).toBeLessThan(0)
    await callTool(client, 2, 'get_x')
    expect(bench.witness.lines()).toHaveLength(1)
    expect(bench.events().map((event) => event.type)).toContain('message.rejected')
  })

  it('a batch with one that is denied does not run at all', async () => {
    const client = bench.start({ policy: noSecrets })
    client.send(JSON.stringify([read(1, 'file:///open'), read(2, 'file:///secret/x'), toolCall(3, 'get_x')]))
    const answer = await client.next((line) => Array.isArray(line.message))
    expect(answer.message).toMatchObject([
      { id: 1, error: { code: 4003 } },
      { id: 2, error: { code: 4003 } },
      { id: 3, result: { isError: true } },
    ])
    expect(bench.witness.lines()).toEqual([])
  })

  it('a broken file denies it, and a tool call of the same server', async () => {
    const install = createInstall(bench.home)
    install.publish('version: 1\nrules: 7\n')
    const client = bench.start()
    client.send(read(1, 'file:///open'))
    expect(answerOf(await client.next(answerTo(1))).error?.message).toContain('cannot be used')
    expect(bench.witness.lines()).toEqual([])
  })
})

describe('a request that is held', () => {
  const asking = rules('{ id: ask, on: prompts/get, effect: require-approval, approval: { confirm: type-name } }')

  async function listen(result: unknown) {
    const install = createInstall(bench.home)
    broker = await startBrokerDouble(bench.home, install.sign, ({ method }) =>
      method === 'approval.request' ? result : {},
    )
    return broker
  }

  it('shows what it is on the card, and runs when approved, recorded first', async () => {
    const { heard } = await listen({ outcome: 'approved', approval: 'a', by: 'ada' })
    const client = bench.start({ policy: asking })
    const answer = await client.request('prompts/get', { name: 'greet', arguments: { who: 'ada' }, _meta: { x: 1 } })
    expect(answerOf(answer).result).toHaveProperty('messages')
    expect(heard.find(({ method }) => method === 'approval.request')?.params).toMatchObject({
      action: 'prompts/get',
      tool: 'greet',
      arguments: { name: 'greet', arguments: { who: 'ada' } },
      confirm: 'type-name',
    })
    const steps = ['call.decided', 'hold.opened', 'hold.closed', 'call.forwarded', 'call.answered']
    expect(bench.callEvents()).toEqual(steps)
  })

  it.each([
    [
      'refused',
      { outcome: 'refused', approval: 'a', by: 'ada', reason: 'not now' },
      'a person refused this call: not now',
    ],
    ['released', { outcome: 'released', approval: 'a', ticket: '7F3A', expiresAt: 1 }, 'ticket 7F3A'],
  ])('and %s is answered by an error in the same words', async (decision, result, text) => {
    await listen(result)
    const client = bench.start({ policy: asking })
    const answer = await client.request('prompts/get', { name: 'greet' })
    expect(answerOf(answer).error).toMatchObject({ code: 4003 })
    expect(answerOf(answer).error?.message).toContain(text)
    expect(detail(answer)).toMatchObject({ decision })
    expect(bench.witness.lines()).toEqual([])
  })
})
