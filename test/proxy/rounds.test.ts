// Requests of 2026-07-28 that take several rounds: those that we hold so, and approved ones whose server asks something
// first. Below any SDK, against a broker of the test's own; the real client: test/e2e/modern-era.test.ts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrokerDouble, startBrokerDouble } from './support/broker-double.ts'
import {
  answerOf,
  answerTo,
  type Bench,
  createBench,
  createInstall,
  decisionOf,
  textOf,
  usual,
} from './support/proxy.ts'

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'rounds', version: '1.2.3' },
}
type Params = { name: string; arguments: object; [more: string]: unknown }
const modern = (id: number | string, { _meta, ...params }: Params & { _meta?: object }) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { ...params, _meta: { ...meta, ..._meta } },
})

let bench: Bench
let broker: BrokerDouble | undefined
let asked: Record<string, unknown>[]
/** What approval.request gets, in turn; the last one stays. */
let answers: object[]
const released = (more: object = {}) => ({
  outcome: 'released',
  approval: 'a',
  ticket: '7F3A',
  expiresAt: Date.now() + 600_000,
  ...more,
})
const approved = { outcome: 'approved', approval: 'a', by: 'ada' }

beforeEach(async () => {
  bench = createBench()
  const install = createInstall(bench.home)
  asked = []
  answers = [released()]
  broker = await startBrokerDouble(bench.home, install.sign, ({ method, params }) => {
    if (method !== 'approval.request') return {}
    asked.push(params)
    return answers.length > 1 ? answers.shift() : answers[0]
  })
})
afterEach(async () => {
  broker?.close()
  await bench.remove()
})

const start = (policy = usual) => {
  const client = bench.start({ policy })
  let id = 0
  return {
    ...client,
    call: (params: Params & { _meta?: object }) => {
      id += 1
      client.send(modern(id, params))
      return client.next(answerTo(id))
    },
  }
}
type Line = Awaited<ReturnType<ReturnType<typeof start>['call']>>
const resultOf = (line: Line) => (line.message as { result?: Record<string, unknown> }).result ?? {}
const stateOf = (line: Line) => String(resultOf(line)['requestState'])
const sent = () => bench.witness.calls().map(({ line }) => (line.message as { params: object }).params)
const closed = () => bench.events().flatMap(({ type, data }) => (type === 'hold.closed' ? [data] : []))

describe('a held request', () => {
  const write = { name: 'write_x', arguments: { n: 1 } }

  it('makes its client ask again, and runs as it came once it is approved', async () => {
    answers = [released(), released(), approved]
    const client = start()
    const first = await client.call(write)
    expect(resultOf(first)).toEqual({ resultType: 'input_required', requestState: expect.any(String) })
    const second = await client.call({ ...write, requestState: stateOf(first) })
    expect(stateOf(second)).not.toBe(stateOf(first))
    const last = await client.call({ ...write, requestState: stateOf(second) })
    expect(resultOf(last)['isError']).toBeUndefined()
    expect(sent()).toEqual([{ ...write, _meta: meta }])
    expect(new Set(asked.map(({ argumentsHash }) => argumentsHash)).size).toBe(1)
    expect(asked).toMatchObject([{ asksAgain: true, budget: { ms: 45_000 } }, {}, {}])
    expect(asked[2]).not.toHaveProperty('beside')
    expect(closed()).toMatchObject([
      { outcome: 'released', ticket: '7F3A', asksAgain: true },
      { outcome: 'released', asksAgain: true },
      { outcome: 'approved' },
    ])
  })

  it('is held for at most 50 seconds each time', async () => {
    const client = bench.start({ policy: usual, args: ['--hold-budget', '300'] })
    client.send(modern(1, write))
    await client.next(answerTo(1))
    expect(asked).toMatchObject([{ budget: { ms: 50_000, source: 'flag' } }])
    expect(Number(asked[0]?.['budgetMs'])).toBeLessThanOrEqual(50_000)
  })

  it('gets a ticket after the ninth time', async () => {
    const client = start()
    let last = await client.call(write)
    for (let round = 1; round < 9; round++) last = await client.call({ ...write, requestState: stateOf(last) })
    const answer = await client.call({ ...write, requestState: stateOf(last) })
    expect(textOf(answer)).toContain('ticket 7F3A')
    expect(decisionOf(answer)).toMatchObject({ decision: 'released' })
    expect(resultOf(answer)['resultType']).toBe('complete')
    expect(asked).toHaveLength(10)
    expect(asked.map(({ asksAgain }) => asksAgain)).toEqual([...Array<boolean>(9).fill(true), undefined])
    expect(sent()).toEqual([])
  })

  it('of a client that is not of this time gets a ticket', async () => {
    const client = bench.start({ policy: usual })
    client.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: write })
    expect(textOf(await client.next(answerTo(1)))).toContain('ticket 7F3A')
    expect(asked[0]).not.toHaveProperty('asksAgain')
  })

  it.each<[string, (state: string) => Params]>([
    ['forged', (state) => ({ ...write, requestState: `${state.slice(0, -4)}AAAA` })],
    [
      'with another content',
      (state) => ({ ...write, requestState: state.replace(/^(countersign\.1\.)[^.]+/, '$1e30') }),
    ],
    ['cut', (state) => ({ ...write, requestState: state.slice(0, 30) })],
    ['with other arguments', (state) => ({ ...write, arguments: { n: 2 }, requestState: state })],
    ['with another tool', (state) => ({ ...write, name: 'write_y', requestState: state })],
    ['with something beside', (state) => ({ ...write, requestState: state, force: true })],
    ['with answers that nobody asked for', (state) => ({ ...write, requestState: state, inputResponses: { a: {} } })],
  ])('comes back with its state %s: an error, and nothing runs', async (_, params) => {
    answers = [released(), approved]
    const client = start()
    const state = stateOf(await client.call(write))
    const wrong = answerOf(await client.call(params(state)))
    expect(wrong.error).toMatchObject({ code: -32602, message: expect.stringContaining('`requestState`') })
    expect(asked).toHaveLength(1)
    expect(sent()).toEqual([])
    // The state itself is as good as before.
    await client.call({ ...write, requestState: state })
    expect(sent()).toHaveLength(1)
  })

  it.each([
    ['the state of another session', false, 0],
    ['a state that was used before', true, 0],
    ['a state that is too old', true, -1],
  ])('with %s is an error', async (_, same, validMs) => {
    answers = [released({ expiresAt: Date.now() + (validMs < 0 ? validMs : 600_000) }), approved]
    const first = start()
    const state = stateOf(await first.call(write))
    const client = same ? first : start()
    if (same && validMs === 0) await client.call({ ...write, requestState: state })
    const before = sent().length
    const { error } = answerOf(await client.call({ ...write, requestState: state }))
    expect(error).toMatchObject({ code: -32602 })
    expect(sent()).toHaveLength(before)
  })

  it('keeps the state of its server, and the answers to it, through all of its rounds', async () => {
    answers = [released(), approved]
    const client = start()
    const going = { ...write, requestState: 'the-server-s-own', inputResponses: { who: { action: 'accept' } } }
    const state = stateOf(await client.call(going))
    // As the SDK does: what was answered once is not sent again.
    await client.call({ ...write, requestState: state })
    expect(sent()).toMatchObject([going])
    expect(asked[1]?.['argumentsHash']).toBe(asked[0]?.['argumentsHash'])
  })

  it('tells the broker who its client is, and puts it on record', async () => {
    const client = start()
    await client.call(write)
    const open = broker?.heard.find(({ method }) => method === 'session.open')
    expect(open?.params).toMatchObject({ clientInfo: { name: 'rounds', version: '1.2.3' } })
    expect(bench.events().find(({ type }) => type === 'session.client')?.data).toEqual({
      name: 'rounds',
      version: '1.2.3',
      protocolVersion: '2026-07-28',
    })
  })
})

it('a state that only looks like ours goes to the server that gave it', async () => {
  const nested = 'countersign.1.abc.def'
  const client = start('version: 1\ndefault: allow\n')
  const result = JSON.stringify({ resultType: 'input_required', requestState: nested })
  const call = { name: 'raw_write', arguments: { result } }
  expect(stateOf(await client.call(call))).toBe(nested)
  await client.call({ ...call, requestState: nested })
  expect(sent()).toMatchObject([call, { ...call, requestState: nested }])
  expect(answerOf(await client.call({ ...call, requestState: 'countersign.1.not.his' })).error?.code).toBe(-32602)
})

describe('an approved request that its server answers by a question', () => {
  const form = { method: 'elicitation/create', params: { message: 'Which?' } }
  const question = (more: object) => JSON.stringify({ resultType: 'input_required', ...more })
  const both = {
    name: 'raw_write',
    arguments: { result: question({ inputRequests: { who: form }, requestState: 's' }) },
  }
  const alone = { name: 'raw_write', arguments: { result: question({ inputRequests: { who: form } }) } }
  const stateOnly = { name: 'raw_write', arguments: { result: question({ requestState: 's' }) } }
  const responses = { inputResponses: { who: { action: 'accept' } } }

  it.each<[string, Params, object]>([
    ['a state and questions', both, { requestState: 's', ...responses }],
    ['questions only', alone, responses],
    ['a state only', stateOnly, { requestState: 's' }],
  ])('(%s) goes on without a second question, once', async (_, call, more) => {
    answers = [approved, { outcome: 'refused', by: 'ada' }]
    const client = start()
    await client.call(call)
    const done = await client.call({ ...call, ...more })
    expect(textOf(done)).toContain('raw_write')
    expect(sent()).toMatchObject([call, { ...call, ...more }])
    expect(asked).toHaveLength(1)
    expect(closed()).toMatchObject([{ outcome: 'approved' }, { outcome: 'continued', approval: 'a', by: 'ada' }])

    expect(textOf(await client.call({ ...call, ...more }))).toContain('a person refused')
    expect(sent()).toHaveLength(2)
  })

  it.each<[string, Params, object]>([
    ['other arguments', both, { arguments: { result: '{}' }, requestState: 's', ...responses }],
    ['another state', both, { requestState: 't', ...responses }],
    ['no state', both, responses],
    ['a state where there was none', alone, { requestState: 's', ...responses }],
    ['answers to another question', both, { requestState: 's', inputResponses: { what: {} } }],
    ['no answers, like any other call', alone, {}],
    ['something beside', both, { requestState: 's', ...responses, force: true }],
  ])('and comes back with %s: a person is asked', async (_, call, more) => {
    answers = [approved, { outcome: 'refused', by: 'ada' }]
    const client = start()
    await client.call(call)
    expect(textOf(await client.call({ ...call, ...more }))).toContain('a person refused')
    expect(asked).toHaveLength(2)
    expect(sent()).toHaveLength(1)
  })

  it('is judged again: what is denied by now does not go on', async () => {
    const install = createInstall(bench.home)
    install.publish(usual)
    broker?.close()
    broker = await startBrokerDouble(bench.home, install.sign, ({ method }) =>
      method === 'approval.request' ? approved : {},
    )
    const client = bench.start()
    client.send(modern(1, both))
    await client.next(answerTo(1))
    install.publish(usual.replace('tools: delete_*', 'tools: [delete_*, raw_*]'))
    client.send(modern(2, { ...both, requestState: 's', ...responses }))
    expect(decisionOf(await client.next(answerTo(2)))).toMatchObject({ decision: 'denied' })
    expect(sent()).toHaveLength(1)
  })

  it('is asked about again where the policy is another by now', async () => {
    const install = createInstall(bench.home)
    install.publish(usual)
    let asks = 0
    broker?.close()
    broker = await startBrokerDouble(bench.home, install.sign, ({ method }) => {
      if (method !== 'approval.request') return {}
      asks += 1
      return asks === 1 ? approved : { outcome: 'refused', by: 'ada' }
    })
    const client = bench.start()
    client.send(modern(1, both))
    await client.next(answerTo(1))
    install.publish(usual.replace('Deleting is', 'Deleting it is'))
    client.send(modern(2, { ...both, requestState: 's', ...responses }))
    expect(textOf(await client.next(answerTo(2)))).toContain('a person refused')
    expect(sent()).toHaveLength(1)
  })

  /** Answers every call by a question, and each list by another definition of the tool. */
  const askingServer = `let lists = 0
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method } = JSON.parse(line)
      const result = method === 'tools/call' ? ${question({ requestState: 's' })} : { tools: [{ name: 'write_x', n: lists++ }] }
      console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
    })`

  it('is asked about again where the server says something else of the tool by now', async () => {
    answers = [approved, { outcome: 'refused', by: 'ada' }]
    const client = bench.start({ policy: usual, command: [process.execPath, '-e', askingServer] })
    await client.request('tools/list', {}, 'l1')
    client.send(modern(1, { name: 'write_x', arguments: {} }))
    expect(stateOf(await client.next(answerTo(1)))).toBe('s')
    await client.request('tools/list', {}, 'l2')
    client.send(modern(2, { name: 'write_x', arguments: {}, requestState: 's' }))
    expect(textOf(await client.next(answerTo(2)))).toContain('a person refused')
    expect(bench.callEvents().filter((type) => type === 'call.forwarded')).toHaveLength(1)
  })

  it('goes on ten times at most, where its server asks for ever', async () => {
    answers = [approved, { outcome: 'refused', by: 'ada' }]
    const client = bench.start({ policy: usual, command: [process.execPath, '-e', askingServer] })
    const ask = (id: number, more: object = {}) => {
      client.send(modern(id, { name: 'write_x', arguments: {}, ...more }))
      return client.next(answerTo(id))
    }
    let last = await ask(1)
    for (let id = 2; id <= 11; id += 1) {
      expect(stateOf(last)).toBe('s')
      last = await ask(id, { requestState: 's' })
    }
    expect(textOf(await ask(12, { requestState: 's' }))).toContain('a person refused')
    expect(asked).toHaveLength(2)
    expect(bench.callEvents().filter((type) => type === 'call.forwarded')).toHaveLength(11)
  })

  it('whose question policy kept from the client does not go on', async () => {
    answers = [approved, { outcome: 'refused', by: 'ada' }]
    const policy = `${usual}  - { id: no-forms, effect: deny, on: elicitation/create }\n`
    const client = start(policy)
    expect(decisionOf(await client.call(both))).toMatchObject({ decision: 'denied' })
    expect(textOf(await client.call({ ...both, requestState: 's', ...responses }))).toContain('a person refused')
    expect(sent()).toHaveLength(1)
  })

  it('goes on with the arguments that a person changed, and says so in its result', async () => {
    const edited = { result: question({ requestState: 's' }), note: 'changed' }
    answers = [{ ...approved, edited }]
    const client = start()
    const call = { name: 'raw_write', arguments: { result: '{}' } }
    const first = await client.call(call)
    expect(resultOf(first)).toEqual({ resultType: 'input_required', requestState: 's' })
    const done = await client.call({ ...call, requestState: 's' })
    expect(textOf(done)).toMatch(/^A person changed the arguments/)
    expect(sent()).toMatchObject([{ arguments: edited }, { arguments: edited, requestState: 's' }])
    expect(asked).toHaveLength(1)
  })

  it('goes on after it was held for several rounds', async () => {
    answers = [released(), approved, { outcome: 'refused', by: 'ada' }]
    const client = start()
    const state = stateOf(await client.call(both))
    const wants = await client.call({ ...both, requestState: state })
    expect(stateOf(wants)).toBe('s')
    await client.call({ ...both, requestState: 's', ...responses })
    expect(sent()).toMatchObject([both, { ...both, requestState: 's', ...responses }])
    expect(asked).toHaveLength(2)
  })

  it('is counted once', async () => {
    const policy = `version: 1
rules:
  - { id: few, effect: require-approval, tools: "raw_*", limit: { max: 1, per: 1h, then: deny } }
`
    broker?.close()
    const install = createInstall(bench.home)
    let reserved = 0
    broker = await startBrokerDouble(bench.home, install.sign, ({ method, params }) => {
      if (method === 'approval.request') return approved
      if (method !== 'limit.reserve') return {}
      reserved += 1
      const [claim] = params['claims'] as { rule: object }[]
      return reserved === 1 ? { outcome: 'reserved' } : { outcome: 'exhausted', exhausted: [{ ...claim, used: 1 }] }
    })
    const client = start(policy)
    await client.call(both)
    await client.call({ ...both, requestState: 's', ...responses })
    expect(sent()).toHaveLength(2)
    expect(reserved).toBe(1)
  })
})
