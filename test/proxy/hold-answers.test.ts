// What a broker can answer beside yes and no, and what it can say unasked: judged again, superseded, changed arguments,
// another budget, a session refused. Each asserted at the witness.
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
  textOf,
  toolCall,
  usual,
} from './support/proxy.ts'

let bench: Bench
let broker: BrokerDouble
let install: ReturnType<typeof createInstall>
beforeEach(() => {
  bench = createBench()
  install = createInstall(bench.home)
})
afterEach(async () => {
  broker?.close()
  await bench.remove()
})

type Asked = Record<string, unknown>
/** Approvals by the order in which they were asked for: `asked[n]`, answered by `reply(n, …)`. */
async function listen(answer: (heard: Heard) => unknown = () => ({})) {
  const asked: Asked[] = []
  const replies: ((result: unknown) => void)[] = []
  broker = await startBrokerDouble(bench.home, install.sign, (heard) => {
    if (heard.method !== 'approval.request') return answer(heard)
    asked.push(heard.params)
    return new Promise((resolve) => replies.push(resolve))
  })
  const nth = async (n: number): Promise<Asked> => {
    await expect.poll(() => asked.length).toBeGreaterThan(n)
    return asked[n] ?? {}
  }
  return {
    asked,
    nth,
    reply: async (n: number, result: unknown) => {
      await nth(n)
      replies[n]?.(result)
    },
  }
}

const approved = (more: object = {}) => ({ outcome: 'approved', approval: 'a', by: 'ada', ...more })
const holdsClosed = () => bench.events().flatMap(({ type, data }) => (type === 'hold.closed' ? [data] : []))
const ran = () => bench.witness.calls().map(({ arguments: args }) => args)
/** Lines that a witness writes before it answers. */
const cancels = () => broker.heard.flatMap(({ method, params }) => (method === 'approval.cancel' ? [params] : []))

describe('a call that is to be judged again', () => {
  it('runs without a person where the policy allows it now', async () => {
    install.publish(usual)
    const person = await listen()
    const client = bench.start()
    client.send(toolCall(1, 'write_x', { n: 1 }))
    await person.nth(0)
    install.publish(usual.replace('[put_*,', '[write_*, put_*,'))
    await person.reply(0, { outcome: 'rejudge', approval: 'a' })
    expect(decisionOf(await client.next(answerTo(1)))).toBeUndefined()
    expect(ran()).toEqual([{ n: 1 }])
    expect(person.asked).toHaveLength(1)
    expect(bench.callEvents()).toEqual(['call.decided', 'hold.opened', 'hold.closed', 'call.decided', 'call.answered'])
    expect(holdsClosed()).toMatchObject([{ outcome: 'rejudge' }])
  })

  it('is refused where the policy denies it now', async () => {
    install.publish(usual)
    const person = await listen()
    const client = bench.start()
    client.send(toolCall(1, 'write_x'))
    await person.nth(0)
    install.publish(usual.replace('tools: delete_*', 'tools: [delete_*, write_*]'))
    await person.reply(0, { outcome: 'rejudge', approval: 'a' })
    expect(decisionOf(await client.next(answerTo(1)))).toMatchObject({ decision: 'denied', rules: ['never-delete'] })
    expect(ran()).toEqual([])
  })

  it('asks again for what is left of its budget, and gives up after five times', async () => {
    const person = await listen()
    const client = bench.start({ policy: usual, args: ['--hold-budget', '30'] })
    client.send(toolCall(1, 'write_x'))
    for (const n of [0, 1, 2, 3, 4, 5]) await person.reply(n, { outcome: 'rejudge', approval: 'a' })
    const answer = await client.next(answerTo(1))
    expect(textOf(answer)).toContain('the policy changed again and again')
    expect(decisionOf(answer)).toMatchObject({ decision: 'cancelled', retry: 'identical' })
    const budgets = person.asked.map(({ budgetMs }) => Number(budgetMs))
    expect(budgets).toEqual([...budgets].sort((a, b) => b - a))
    expect(person.asked).toHaveLength(6)
    expect(ran()).toEqual([])
  })

  it('is counted once, however often it is judged', async () => {
    const limited = `version: 1
rules:
  - { id: few, effect: require-approval, tools: "write_*", limit: { max: 2, per: 1h, then: deny } }
`
    const person = await listen(({ method }) => (method === 'limit.reserve' ? { outcome: 'reserved' } : {}))
    const client = bench.start({ policy: limited })
    client.send(toolCall(1, 'write_x'))
    await person.reply(0, { outcome: 'rejudge', approval: 'a' })
    await person.reply(1, approved())
    await client.next(answerTo(1))
    expect(broker.methods().filter((method) => method.startsWith('limit.'))).toEqual(['limit.reserve'])
    expect(ran()).toEqual([{}])
  })
})

it('a call that was superseded says that the newer one gets the answer', async () => {
  const person = await listen()
  const client = bench.start({ policy: usual })
  client.send(toolCall(1, 'write_x'))
  await person.nth(0)
  client.send(toolCall(2, 'write_x'))
  await person.nth(1)
  await person.reply(0, { outcome: 'superseded', approval: 'a', ticket: '7F3A' })
  const older = await client.next(answerTo(1))
  expect(textOf(older)).toMatch(/made again.*waits in its place.*did not run.*Nothing needs to be repeated/)
  expect(decisionOf(older)).toMatchObject({ decision: 'superseded', retry: 'never', ticket: '7F3A' })
  await person.reply(1, approved())
  await client.next(answerTo(2))
  expect(bench.witness.calls().map(({ id }) => id)).toEqual([2])
  expect(holdsClosed()).toMatchObject([{ outcome: 'superseded', ticket: '7F3A' }, { outcome: 'approved' }])
})

describe('arguments that a person changed', () => {
  const edited = { path: '/tmp/b', note: 'cäfe' }

  it.each(['approved', 'grant'])('run in place of those that came, and the model is told (%s)', async (outcome) => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x', { path: '/tmp/a' }, { _meta: { keep: 'me' } }))
    await person.reply(0, approved({ outcome, edited }))
    const answer = await client.next(answerTo(1))
    expect(ran()).toEqual([edited])
    expect(bench.witness.calls()[0]?.line.message).toMatchObject({ params: { name: 'write_x', _meta: { keep: 'me' } } })
    const texts = answerOf(answer).result?.content?.map(({ text }) => text)
    expect(texts).toEqual([
      `A person changed the arguments of this call before approving it. It ran with: ${JSON.stringify(edited)}`,
      JSON.stringify({ name: 'write_x', arguments: edited }),
    ])
    const forwarded = bench.events().find(({ type }) => type === 'call.forwarded')?.data
    expect(forwarded).toMatchObject({ edited: { arguments: { text: JSON.stringify(edited) } } })
    const decided = bench.events().find(({ type }) => type === 'call.decided')?.data
    expect(decided).toMatchObject({ arguments: { text: '{"path":"/tmp/a"}' } })
  })

  const raw = (result: string) => ({ result })
  const note = `A person changed the arguments of this call before approving it. It ran with: `
  it.each<[string, string, (told: string) => string]>([
    ['an empty content', '{"content":[ ]}', (told) => `{"content":[${told} ]}`],
    [
      'structured content, numbers that lose digits and odd spacing',
      '{ "structuredContent":{"n":1.0,"big":12345678901234567890} , "content" : [ {"type":"text","text":"\\u00e9"} ] }',
      (told) =>
        `{ "structuredContent":{"n":1.0,"big":12345678901234567890} , "content" : [${told}, {"type":"text","text":"\\u00e9"} ] }`,
    ],
    ['a failure of the tool', '{"isError":true,"content":[]}', (told) => `{"isError":true,"content":[${told}]}`],
    ['content twice', '{"content":[],"content":[]}', (told) => `{"content":[],"content":[${told}]}`],
    [
      'no content',
      '{"task":{"taskId":"t"}}',
      (told) => `{"_meta":{"dev.countersign/edited":{"note":${textIn(told)}}},"task":{"taskId":"t"}}`,
    ],
    ['an empty result', '{}', (told) => `{"_meta":{"dev.countersign/edited":{"note":${textIn(told)}}}}`],
    [
      'no content but `_meta`',
      '{"_meta":{"a":1}}',
      (told) => `{"_meta":{"dev.countersign/edited":{"note":${textIn(told)}},"a":1}}`,
    ],
    ['something that is no object', '"done"', () => '"done"'],
    ['`_meta` that is none', '{"_meta":7}', () => '{"_meta":7}'],
  ])('are told in a result with %s, every other byte kept', async (_, result, expected) => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall('é', 'raw_write', raw('{}')))
    await person.reply(0, approved({ edited: raw(result) }))
    const { text } = await client.next(answerTo('é'))
    const told = JSON.stringify({ type: 'text', text: note + JSON.stringify(raw(result)) })
    expect(text).toBe(`{"jsonrpc":"2.0","id":"é","result":${expected(told)}}`)
  })
  const textIn = (told: string) => JSON.stringify((JSON.parse(told) as { text: string }).text)

  it.each([
    ['a protocol error', 'error_write', {}],
    ['a result too long to be read', 'big_result', { bytes: 5 * 1024 * 1024 }],
  ])('are not told of in %s, which passes as it came', async (_, tool, args) => {
    const person = await listen()
    const policy = 'version: 1\ndefault: require-approval\n'
    const client = bench.start({ policy })
    client.send(toolCall(1, tool, { first: true }))
    await person.reply(0, approved({ edited: args }))
    const { text } = await client.next(answerTo(1))
    expect(text).not.toContain('A person changed')
    expect(text).toMatch(/^\{"jsonrpc":"2\.0","id":1,.*\}$/)
    expect(ran()).toEqual([args])
  })

  it('are told of in 2,000 characters at most, and only in the answer to that call', async () => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    const long = { text: 'x'.repeat(5_000) }
    client.send(toolCall(1, 'slow_write', { release: bench.witness.releasePath('one') }))
    await person.reply(0, approved({ edited: { ...long, release: bench.witness.releasePath('one') } }))
    await bench.witness.waitForLine(({ text }) => text.includes('slow_write'))
    const other = await callTool(client, 2, 'get_x')
    expect(answerOf(other).result?.content).toHaveLength(1)
    bench.witness.release('one')
    const told = textOf(await client.next(answerTo(1)))
    expect(told).toMatch(/^A person changed/)
    expect(told.length).toBe(note.length + 2_001)
    // And no line is touched any more.
    expect(answerOf(await callTool(client, 3, 'get_x')).result?.content).toHaveLength(1)
  })

  const judged = `version: 1
rules:
  - { id: ask, effect: require-approval, tools: "write_*" }
  - { id: etc-never, effect: deny, tools: "write_*", when: { path: { inside: /etc } }, reason: Not there. }
  - { id: home-asks, effect: require-approval, tools: "write_*", when: { path: { inside: /home } } }
`
  it.each([
    [
      'denied',
      { path: '/etc/x' },
      'denied',
      /changed the arguments of this call, and with those it is denied: Not there/,
    ],
    ['held for another reason', { path: '/home/x' }, 'cancelled', /held for another reason than they were told/],
  ])('do not run where they are %s', async (_, args, decision, words) => {
    const person = await listen()
    const client = bench.start({ policy: judged })
    client.send(toolCall(1, 'write_x', { path: '/tmp/x' }))
    await person.reply(0, approved({ edited: args }))
    const answer = await client.next(answerTo(1))
    expect(textOf(answer)).toMatch(words)
    expect(decisionOf(answer)).toMatchObject({ decision, retry: 'never' })
    expect(ran()).toEqual([])
    expect(bench.callEvents()).not.toContain('call.forwarded')
  })

  it('that nobody signed do not run', async () => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x', { path: '/tmp/a' }))
    await person.nth(0)
    const signature = install.sign('something else')
    await person.reply(0, approved({ edited, signature }))
    expect(textOf(await client.next(answerTo(1)))).toContain('not signed by the Countersign app')
    expect(ran()).toEqual([])
  })

  it('keep values that a rule hides out of the record, those before and after', async () => {
    const policy = `version: 1
rules:
  - { id: ask, effect: require-approval, tools: "write_*", redact: [pin] }
`
    const person = await listen()
    const client = bench.start({ policy })
    client.send(toolCall(1, 'write_x', { pin: 'before-8231' }))
    await person.reply(0, approved({ edited: { pin: 'after-5417' } }))
    await client.next(answerTo(1))
    expect(ran()).toEqual([{ pin: 'after-5417' }])
    const kept = JSON.stringify(bench.events())
    expect(kept).toContain('call.answered')
    expect(kept).not.toMatch(/before-8231|after-5417/)
  })
})

describe('progress of ours', () => {
  const progress = (more: string) => `{"jsonrpc":"2.0","method":"notifications/progress","params":{${more}}}`
  it('raises what the server reports of that token later, and nothing else', async () => {
    const lines: [string, string][] = [
      [
        progress('"progressToken":"t","progress":0.50,"total":3'),
        progress('"progressToken":"t","progress":1.50,"total":4'),
      ],
      [
        progress('"progressToken":"t","progress":12345678901234567890, "total" : 1e2'),
        progress('"progressToken":"t","progress":12345678901234567891, "total" : 101'),
      ],
      [
        progress('"progress":1,"message":"é \\u00e9","progressToken":"\\u0074"'),
        progress('"progress":2,"message":"é \\u00e9","progressToken":"\\u0074"'),
      ],
      [progress('"progressToken":"other","progress":1'), progress('"progressToken":"other","progress":1')],
      [progress('"progressToken":"t","progress":"1"'), progress('"progressToken":"t","progress":"1"')],
      [`[${progress('"progressToken":"t","progress":3')}, 7]`, `[${progress('"progressToken":"t","progress":4')}, 7]`],
      ['not JSON /progress "t"', 'not JSON /progress "t"'],
    ]
    const person = await listen()
    const client = bench.start({ policy: usual })
    const say = { lines: lines.map(([line]) => line) }
    client.send(toolCall(1, 'say_it', say, { _meta: { progressToken: 't' } }))
    expect((await client.next(({ text }) => text.includes('/progress'))).message).toMatchObject({
      params: { progress: 1 },
    })
    await person.reply(0, approved())
    await client.next(answerTo(1))
    expect(client.lines.map(({ text }) => text).slice(1, -1)).toEqual(lines.map(([, line]) => line))
    // Once the call is over its token is no business of ours.
    client.send(toolCall(2, 'say_it', { lines: [progress('"progressToken":"t","progress":5')] }))
    await person.reply(1, approved())
    await client.next(answerTo(2))
    expect(client.lines.at(-2)?.text).toBe(progress('"progressToken":"t","progress":5'))
  })
})

describe('the budget', () => {
  it('is that of the table, of the broker, of its later word, and of progress, in this order', async () => {
    const person = await listen(({ method }) =>
      method === 'session.open' ? { holdBudget: { ms: 20_000, progressMs: 300_000, source: 'learned' } } : {},
    )
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_a'))
    expect(await person.nth(0)).toMatchObject({ budget: { ms: 20_000, source: 'learned' } })
    client.send(toolCall(2, 'write_b', {}, { _meta: { progressToken: 1 } }))
    expect(await person.nth(1)).toMatchObject({ budget: { ms: 300_000, source: 'learned' } })
    broker.tell('session.budget', { holdBudget: { ms: 5_000, source: 'settings' } })
    // The link keeps the order of what is said on it, so the answer that follows comes after it.
    await person.reply(0, { outcome: 'refused', by: 'ada' })
    await client.next(answerTo(1))
    client.send(toolCall(3, 'write_c', {}, { _meta: { progressToken: 2 } }))
    const third = await person.nth(2)
    expect(third).toMatchObject({ budget: { ms: 5_000, source: 'settings' } })
    expect(Number(third['budgetMs'])).toBeLessThanOrEqual(5_000)
    const opened = bench.events().flatMap(({ type, data }) => (type === 'hold.opened' ? [data['budgetMs']] : []))
    expect(opened).toEqual([45_000, 300_000, 5_000])
  })

  it('of the command line wins', async () => {
    const person = await listen()
    const client = bench.start({ policy: usual, args: ['--hold-budget', '7'] })
    client.send(toolCall(1, 'write_a', {}, { _meta: { progressToken: 1 } }))
    expect(await person.nth(0)).toMatchObject({ budget: { ms: 7_000, source: 'flag' } })
  })
})

describe('what the broker is told', () => {
  it('is what the server said of the tool, hash and words', async () => {
    const tool = { name: 'write_x', title: 'Write', description: 'd'.repeat(20_000), inputSchema: { type: 'object' } }
    const again = { ...tool, inputSchema: { type: 'object', 'x-more': 1 } }
    await bench.remove()
    bench = createBench({ lists: [JSON.stringify({ tools: [tool] }), JSON.stringify({ tools: [again] })] })
    install = createInstall(bench.home)
    const person = await listen()
    const client = bench.start({ policy: usual })
    await client.request('tools/list', {}, 'l1')
    client.send(toolCall(1, 'write_x'))
    const first = (await person.nth(0))['definition']
    expect(first).toEqual({
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      title: 'Write',
      inputSchema: tool.inputSchema,
    })
    await client.request('tools/list', {}, 'l2')
    client.send(toolCall(2, 'write_x'))
    const second = (await person.nth(1))['definition'] as { hash: string }
    expect(second.hash).not.toBe((first as { hash: string }).hash)
    client.send(toolCall(3, 'write_unlisted'))
    expect(await person.nth(2)).not.toHaveProperty('definition')
  })

  const listed = (name: string, more: object = {}) => ({ name, inputSchema: { type: 'object' }, ...more })
  /** Answers each `tools/list` by the next of these lists, given as JavaScript, and runs nothing. */
  const listing = (lists: string[]) => [
    process.execPath,
    '-e',
    `const lists = [${lists.map((list) => `() => ${list}`).join(', ')}]
     require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
       const { id, method } = JSON.parse(line)
       if (method !== 'tools/list') throw new Error('it ran')
       console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { tools: lists.shift()() } }))
     })`,
  ]
  const fillers = `...Array.from({ length: 2000 }, (_, index) => ({ name: 'filler_' + index }))`
  it.each<[string, first: string, then: string]>([
    ['changes', '[{ name: "write_x" }]', '[{ name: "write_x", title: "x" }]'],
    ['changes in a list too long to be read', '[{ name: "write_x" }]', '[{ name: "write_x", d: "d".repeat(5_000_000) }]'],
    ['changes behind two thousand others', `[${fillers}, { name: "write_x" }]`, `[${fillers}, { name: "write_x", n: 1 }]`],
    ['changes in one of two places', '[{ name: "write_x", n: 1 }, { name: "write_x" }]', '[{ name: "write_x", n: 2 }, { name: "write_x" }]'],
  ])('has another hash when the definition %s, and what was approved before does not run', async (_, ...lists) => {
    const person = await listen()
    const client = bench.start({ policy: usual, command: listing(lists) })
    await client.request('tools/list', {}, 'l1')
    client.send(toolCall(1, 'write_x'))
    const hashOf = async (n: number) => ((await person.nth(n))['definition'] as { hash: string } | undefined)?.hash
    const first = await hashOf(0)
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    await client.request('tools/list', {}, 'l2')
    await person.reply(0, approved())
    const answer = await client.next(answerTo(1))
    expect(textOf(answer)).toContain('the server changed what it says of this tool')
    expect(decisionOf(answer)).toMatchObject({ decision: 'cancelled', retry: 'identical' })
    client.send(toolCall(2, 'write_x'))
    expect(await hashOf(1)).toMatch(/^[0-9a-f]{64}$/)
    expect(await hashOf(1)).not.toBe(first)
    expect(bench.callEvents()).not.toContain('call.forwarded')
    const [closed] = holdsClosed()
    expect(closed).toMatchObject({ outcome: 'cancelled', approval: 'a', reason: expect.stringContaining('the server') })
  }) // biome-ignore format: a table

  it('has no words of a tool that stands in the list twice, unless they are the same', async () => {
    const [mild, wild] = [listed('write_x', { description: 'mild' }), listed('write_x', { description: 'wild' })]
    const lists = [
      [wild, mild],
      [mild, mild],
    ]
    await bench.remove()
    bench = createBench({ lists: lists.map((tools) => JSON.stringify({ tools })) })
    install = createInstall(bench.home)
    const person = await listen()
    const client = bench.start({ policy: usual })
    await client.request('tools/list', {}, 'l1')
    client.send(toolCall(1, 'write_x'))
    expect((await person.nth(0))['definition']).toEqual({ hash: expect.any(String) })
    await client.request('tools/list', {}, 'l2')
    client.send(toolCall(2, 'write_x'))
    expect((await person.nth(1))['definition']).toMatchObject({ description: 'mild' })
  })

  it.each([
    ['McpError: MCP error -32001: Request timed out', 'timed-out'],
    ['time-out after 60 s', 'timed-out'],
    ['RequestTimeout', 'timed-out'],
    ['the user pressed Stop', 'client'],
    [undefined, 'client'],
  ])('is why a call was taken back: %s', async (reason, why) => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x'))
    await person.nth(0)
    client.notify('notifications/cancelled', { requestId: 1, reason })
    await expect.poll(cancels).toMatchObject([{ why, waitedMs: expect.any(Number) }])
    expect(ran()).toEqual([])
  })

  it('is how long the client waited since its request, told of progress or not', async () => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x', {}, { _meta: { progressToken: 1 } }))
    await person.nth(0)
    await client.next(({ text }) => text.includes('/progress'))
    client.notify('notifications/cancelled', { requestId: 1, reason: 'timed out' })
    await expect.poll(cancels).toHaveLength(1)
    // The first is told after five seconds.
    expect(cancels()[0]?.['waitedMs']).toBeGreaterThan(4_900)
  })

  it('is that the client is gone', async () => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x'))
    await person.nth(0)
    client.end()
    await expect.poll(cancels).toMatchObject([{ why: 'other' }])
  })
})

describe('a session that a person refuses', () => {
  const refusal = (serial: number, refusing = true) => ({ serial, refusing, by: 'ada', reason: 'It went astray.' })

  it('gets nothing more, not even what is allowed, until that is taken back', async () => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x'))
    await person.nth(0)
    broker.tell('session.refusal', refusal(1))
    await person.reply(0, { outcome: 'refused', by: 'ada' })
    await client.next(answerTo(1))
    const refused = await callTool(client, 2, 'get_x')
    expect(textOf(refused)).toContain('a person refuses everything of this session: It went astray.')
    expect(decisionOf(refused)).toMatchObject({ decision: 'denied', retry: 'never' })
    const resource = await client.request('resources/read', { uri: 'file:///a' }, 3)
    expect(JSON.stringify(resource.message)).toContain('refuses everything of this session')
    expect(ran()).toEqual([])
    const decided = bench.events().flatMap(({ type, data }) => (type === 'call.decided' ? [data['source']] : []))
    expect(decided).toEqual(['default', 'session-refused', 'session-refused'])

    broker.tell('session.refusal', refusal(2, false))
    let id = 3
    await expect.poll(async () => decisionOf(await callTool(client, ++id, 'get_x'))).toBeUndefined()
    client.send(toolCall('held', 'write_y'))
    await person.reply(1, approved())
    await client.next(answerTo('held'))
    expect(bench.witness.calls().map(({ name }) => name)).toEqual(['get_x', 'write_y'])
  })

  it('stays refused when the link is lost, and an approval that was on its way runs nothing', async () => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x'))
    await person.nth(0)
    broker.tell('session.refusal', refusal(1))
    await person.reply(0, approved())
    expect(textOf(await client.next(answerTo(1)))).toContain('refuses everything of this session')
    broker.hangUp()
    expect(textOf(await callTool(client, 2, 'get_x'))).toContain('refuses everything of this session')
    expect(ran()).toEqual([])
    // It connects again by itself, or nobody could ever take it back.
    let turn = 2
    await expect
      .poll(async () => {
        turn += 1
        broker.tell('session.refusal', refusal(turn, false))
        return decisionOf(await callTool(client, turn, 'get_x'))
      })
      .toBeUndefined()
    expect(broker.methods().filter((method) => method === 'session.open')).toHaveLength(2)
    expect(ran()).toEqual([{}])
  })

  it.each<[string, () => Record<string, unknown>]>([
    ['is not signed by the app', () => ({ ...refusal(2, false), signature: 'AAAA' })],
    ['is an older one', () => refusal(1, false)],
  ])('stays refused when a word that takes it back %s', async (_, word) => {
    const person = await listen()
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x'))
    await person.nth(0)
    broker.tell('session.refusal', refusal(1))
    broker.tell('session.refusal', word())
    // Whoever says such a thing is not believed any more.
    expect(textOf(await client.next(answerTo(1)))).toContain('the connection to Countersign was lost')
    expect(textOf(await callTool(client, 2, 'get_x'))).toContain('refuses everything of this session')
    expect(ran()).toEqual([])
  })
})
