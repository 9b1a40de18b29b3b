// Held calls as tasks of 2025-11-25, below any SDK: what the client is told, what reaches the server, byte by byte, and what
// goes on record. The SDK's own client and server: test/e2e/tasks.test.ts.
import { afterEach, describe, expect, it } from 'vitest'
import type { RawClient, RawLine } from '../support/raw-client.ts'
import { approved, type Person, startPerson } from './support/person.ts'
import {
  answerOf,
  answerTo,
  type Bench,
  createBench,
  createInstall,
  decisionOf,
  textOf,
  toolCall,
} from './support/proxy.ts'

const policy = `version: 1
default: require-approval
rules:
  - { id: free, effect: allow, tools: [put_*, say_*] }
  - { id: never, effect: deny, tools: "delete_*" }
`
const declared = { tools: {}, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } }
const initialised = (capabilities: object) =>
  JSON.stringify({ protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 'witness', version: '1' } })
const related = 'io.modelcontextprotocol/related-task'

let bench: Bench
let person: Person
afterEach(async () => {
  person.broker.close()
  await bench.remove()
})

type Opening = { capabilities?: object; replies?: Record<string, string>; rules?: string }
async function open({ capabilities = declared, replies = {}, rules = policy }: Opening = {}): Promise<RawClient> {
  bench = createBench({ replies: { initialize: initialised(capabilities), ...replies } })
  person = await startPerson(bench.home, createInstall(bench.home).sign)
  const client = bench.start({ policy: rules })
  await client.request('initialize', { protocolVersion: '2025-11-25', capabilities: {} }, 'init')
  return client
}

const taskCall = (id: number | string, tool: string, args: object = {}, task: unknown = {}) =>
  toolCall(id, tool, args, { task })
type Task = { taskId: string; status: string; statusMessage?: string; ttl: number }
const resultOf = (line: RawLine) => (line.message as { result: Record<string, unknown> }).result
const taskIn = (line: RawLine) => resultOf(line)['task'] as Task
const errorOf = (line: RawLine) => (line.message as { error: { code: number; message: string } }).error

async function begin(client: RawClient, tool = 'write_x', args: object = {}): Promise<string> {
  client.send(taskCall('c', tool, args))
  const { taskId } = taskIn(await client.next(answerTo('c')))
  return taskId
}
const get = async (client: RawClient, taskId: string) =>
  resultOf(await client.request('tasks/get', { taskId })) as unknown as Task
const reached = () => bench.witness.lines().map(({ text }) => text)
const answers = () => bench.events().flatMap(({ type, data }) => (type === 'call.answered' ? [data] : []))

it('a held call is a task at once, and waits for as long as its card is open', async () => {
  const client = await open()
  client.send(taskCall(7, 'write_x', { n: 1 }, { ttl: 90_000 }))
  const task = taskIn(await client.next(answerTo(7)))
  expect(task).toEqual({
    taskId: expect.stringMatching(/^countersign-task-[0-9a-f]{32}$/),
    status: 'working',
    statusMessage: 'Waiting for approval in Countersign',
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    lastUpdatedAt: expect.any(String),
    ttl: 605_000 + 90_000,
    pollInterval: 1_000,
  })
  const asked = await person.nth(0)
  expect(asked).toMatchObject({
    budget: { ms: 605_000, source: 'task' },
    beside: { task: { ttl: 90_000 } },
    arguments: { n: 1 },
  })
  expect(asked).not.toHaveProperty('asksAgain')
  expect(await get(client, task.taskId)).toEqual(task)
  expect(bench.witness.calls()).toEqual([])
})

it.each<[string, Opening, object]>([
  ['whose server declares no tasks', { capabilities: { tools: {} } }, taskCall(1, 'write_x')],
  ['whose server declares them for other things', { capabilities: { tasks: { list: {} } } }, taskCall(1, 'write_x')],
  ['that asks for none', {}, toolCall(1, 'write_x')],
  ['with a task that is no object', {}, taskCall(1, 'write_x', {}, true)],
  ['with a time that is none', {}, taskCall(1, 'write_x', {}, { ttl: '1m' })],
  ['with a task beside its parameters', {}, { ...toolCall(1, 'write_x'), task: {} }],
])('a call %s is held like the calls without a task', async (_, opening, call) => {
  const client = await open(opening)
  client.send(call)
  expect(await person.nth(0)).toMatchObject({ budget: { source: 'default' } })
  await person.reply(0, { outcome: 'refused', approval: 'a', by: 'ada' })
  expect(decisionOf(await client.next(answerTo(1)))).toMatchObject({ decision: 'refused' })
})

it('a call that policy denies gets an error, for no result but a task would be one', async () => {
  const client = await open()
  client.send(taskCall(1, 'delete_x'))
  expect(errorOf(await client.next(answerTo(1)))).toMatchObject({
    code: 4003,
    message: expect.stringMatching(/^Blocked/),
  })
  expect(person.asked).toEqual([])
})

it.each<[string, unknown, RegExp]>([
  ['refused', { outcome: 'refused', approval: 'a', by: 'ada', reason: 'no' }, /a person refused this call: no\./],
  ['expired', { outcome: 'expired', approval: 'a' }, /nobody answered/],
  ['too-many', { outcome: 'too-many', waiting: 20 }, /20 calls are already waiting/],
])('%s: the task fails, and its result says why', async (decision, outcome, words) => {
  const client = await open()
  const taskId = await begin(client)
  const waiting = client.request('tasks/result', { taskId }, 'r')
  await get(client, taskId)
  await person.reply(0, outcome)
  const result = await waiting
  expect(textOf(result)).toMatch(words)
  expect(answerOf(result).result).toMatchObject({ isError: true, _meta: { [related]: { taskId } } })
  expect(decisionOf(result)).toMatchObject({ decision })
  const task = await get(client, taskId)
  expect(task).toMatchObject({ taskId, status: 'failed', statusMessage: textOf(result) })
  expect((await client.request('tasks/result', { taskId }, 'again')).text).toBe(
    result.text.replace('"id":"r"', '"id":"again"'),
  )
  expect(bench.witness.calls()).toEqual([])
})

describe('cancelled while it waits', () => {
  const taken = () => bench.events().flatMap(({ type, data }) => (type === 'call.cancelled' ? [data] : []))
  it.each<[string, (client: RawClient, taskId: string) => void]>([
    [
      'by tasks/cancel',
      (client, taskId) => client.send({ jsonrpc: '2.0', id: 'x', method: 'tasks/cancel', params: { taskId } }),
    ],
    [
      'by taking back the call',
      (client) => client.notify('notifications/cancelled', { requestId: 'c', reason: 'timed out' }),
    ],
  ])('%s: nothing runs, whatever the person says then, and the client teaches us nothing', async (_, cancel) => {
    const client = await open()
    const taskId = await begin(client)
    await person.nth(0)
    cancel(client, taskId)
    await expect.poll(() => person.cancels()).toMatchObject([{ why: 'other' }])
    await person.reply(0, approved())
    expect(await get(client, taskId)).toMatchObject({ status: 'cancelled' })
    expect(errorOf(await client.request('tasks/result', { taskId }))).toMatchObject({ code: -32602 })
    expect(errorOf(await client.request('tasks/cancel', { taskId }))).toMatchObject({ code: -32602 })
    expect(taken()).toMatchObject([{ by: 'client', forwarded: false }])
    expect(bench.witness.calls()).toEqual([])
    // Nobody told the server of what it never had.
    expect(reached().filter((text) => /cancel/.test(text))).toEqual([])
  })

  it('by the end of the session: nothing runs', async () => {
    const client = await open()
    await begin(client)
    await person.nth(0)
    client.end()
    await client.exited
    expect(taken()).toMatchObject([{ by: 'disconnect', forwarded: false }])
    expect(bench.witness.calls()).toEqual([])
  })
})

it('a client that gives up on a result gets none, and the task goes on', async () => {
  const client = await open()
  const taskId = await begin(client)
  client.send({ jsonrpc: '2.0', id: 'r', method: 'tasks/result', params: { taskId } })
  client.notify('notifications/cancelled', { requestId: 'r' })
  await get(client, taskId)
  await person.reply(0, approved())
  await client.request('tasks/result', { taskId }, 'later')
  expect(client.lines.filter(answerTo('r'))).toEqual([])
  expect(reached().filter((text) => text.includes('notifications/cancelled'))).toEqual([])
})

it('an id that the client uses again is taken back as that of any other call', async () => {
  const client = await open({ rules: policy.replace('put_*', 'put_*, slow_*') })
  await begin(client)
  await person.reply(0, { outcome: 'refused', approval: 'a', by: 'ada' })
  client.send(toolCall('c', 'slow_x', { release: bench.witness.releasePath('never') }))
  await bench.witness.waitForLine(({ text }) => text.includes('slow_x'))
  client.notify('notifications/cancelled', { requestId: 'c' })
  await bench.witness.waitForLine(({ text }) => text.includes('notifications/cancelled'))
})

describe('a server that answers by no task', () => {
  it.each<[string, string, object, string, (taskId: string) => string]>([
    [
      'a result',
      'raw_x',
      { result: '{ "content" : [] , "big":12345678901234567890,"é":"\\u00e9" }' },
      'completed',
      (id) =>
        `{"jsonrpc":"2.0","id":99,"result":{"_meta":{"${related}":{"taskId":"${id}"}}, "content" : [] , "big":12345678901234567890,"é":"\\u00e9" }}`,
    ],
    [
      'a failure of the tool',
      'raw_x',
      { result: '{"isError":true,"content":[{"type":"text","text":"oh no"}],"_meta":{"a":1}}' },
      'failed',
      (id) =>
        `{"jsonrpc":"2.0","id":99,"result":{"isError":true,"content":[{"type":"text","text":"oh no"}],"_meta":{"${related}":{"taskId":"${id}"},"a":1}}}`,
    ],
    [
      'an error',
      'error_x',
      {},
      'failed',
      () => '{"jsonrpc":"2.0","id":99,"error":{"code":-32050,"message":"error_x is an error"}}',
    ],
  ])('but %s: that is what the task comes to, byte by byte', async (_, tool, args, status, expected) => {
    const client = await open()
    const taskId = await begin(client, tool, args)
    await person.reply(0, approved())
    expect((await client.request('tasks/result', { taskId }, 99)).text).toBe(expected(taskId))
    expect(await get(client, taskId)).toMatchObject({ status })
    expect(answers()).toHaveLength(1)
    expect(bench.witness.calls()).toHaveLength(1)
  })

  it('but a long result: it is kept whole', async () => {
    const client = await open()
    const taskId = await begin(client, 'big_result', { bytes: 5_000_000 })
    await person.reply(0, approved())
    expect(textOf(await client.request('tasks/result', { taskId }))).toHaveLength(5_000_000)
  })

  it('but dies: the task fails, and says that the outcome is unknown', async () => {
    const client = await open()
    const taskId = await begin(client, 'die_x')
    const result = client.request('tasks/result', { taskId })
    await person.reply(0, approved())
    expect(decisionOf(await result)).toMatchObject({ decision: 'unknown-outcome' })
  })
})

describe('once its server has made a task of it', () => {
  const server = 'their "é" id'
  const theirs = JSON.stringify({ taskId: server, status: 'working', createdAt: 'x', lastUpdatedAt: 'x', ttl: null })
  const replies = {
    'tasks/get': `{ "taskId" :"their \\"\\u00e9\\" id","status":"working", "n":1.0}`,
    'tasks/result': `{"content":[],"_meta":{"${related}":{"taskId":${JSON.stringify(server)}}}}`,
    'tasks/cancel': `{"taskId":${JSON.stringify(server)},"status":"cancelled"}`,
    'tasks/list': `{"tasks":[{"taskId":${JSON.stringify(server)},"status":"working"},{"taskId":"else"}]}`,
  }
  const make = async (client: RawClient) => {
    const taskId = await begin(client, 'raw_x', { result: `{"task":${theirs}}` })
    await person.reply(0, approved())
    await expect.poll(() => bench.witness.calls()).toHaveLength(1)
    return taskId
  }

  it('the call ran once, with all it came with, under an id of ours', async () => {
    const client = await open()
    client.send(
      toolCall(
        'c',
        'raw_x',
        { result: '{}' },
        { task: { ttl: 5, more: [1] }, _meta: { keep: 'é', progressToken: 'p' } },
      ),
    )
    await client.next(answerTo('c'))
    await person.reply(0, approved())
    await expect.poll(() => bench.witness.calls()).toHaveLength(1)
    const [call] = bench.witness.calls()
    expect(call?.id).toMatch(/^countersign-call-[0-9a-f]{32}$/)
    expect(call?.line.message).toEqual({
      ...toolCall(
        String(call?.id),
        'raw_x',
        { result: '{}' },
        { task: { ttl: 5, more: [1] }, _meta: { keep: 'é', progressToken: 'p' } },
      ),
    })
    expect(client.lines.filter(({ text }) => text.includes('countersign-call'))).toEqual([])
  })

  it('requests and answers change their name of it, and nothing else', async () => {
    const client = await open({ replies })
    const taskId = await make(client)
    const ask = (method: string, id: number, more = '') =>
      `{"method" : "${method}", "jsonrpc":"2.0","id":${id}, "params":{ "taskId":"${taskId}"${more} } }`
    client.send(ask('tasks/get', 11, ',"n":1.0,"_meta":{"x":12345678901234567890}'))
    const got = await client.next(answerTo(11))
    expect(got.text).toBe(`{"jsonrpc":"2.0","id":11,"result":{ "taskId" :"${taskId}","status":"working", "n":1.0}}`)
    const sent = ask('tasks/get', 11, ',"n":1.0,"_meta":{"x":12345678901234567890}')
    expect(reached()).toContain(sent.replace(`"${taskId}"`, JSON.stringify(server)))
    client.send(ask('tasks/result', 12))
    expect((await client.next(answerTo(12))).text).toBe(
      `{"jsonrpc":"2.0","id":12,"result":{"content":[],"_meta":{"${related}":{"taskId":"${taskId}"}}}}`,
    )
    client.send(ask('tasks/cancel', 13))
    expect((await client.next(answerTo(13))).text).toContain(`{"taskId":"${taskId}","status":"cancelled"}`)
    expect(resultOf(await client.request('tasks/list', {}))).toEqual({
      tasks: [{ taskId, status: 'working' }, { taskId: 'else' }],
    })
  })

  it('what the server says of it unasked changes its name, and nothing else does', async () => {
    const client = await open({ replies })
    const taskId = await make(client)
    const own = JSON.stringify(server)
    const lines = [
      `{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{ "taskId": ${own},"status":"working"}}`,
      `{"jsonrpc":"2.0","id":5,"method":"roots/list","params":{"_meta":{"${related}":{"taskId":${own}}, "z":1.0}}}`,
      `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":{"taskId":${own}}}}`,
      `{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"else","status":"working"}}`,
      'no JSON taskId',
    ]
    client.send(toolCall('say', 'say_it', { lines }))
    await client.next(answerTo('say'))
    const shown = client.lines.map(({ text }) => text).slice(-6, -1)
    expect(shown).toEqual([
      lines[0]?.replace(own, `"${taskId}"`),
      lines[1]?.replace(own, `"${taskId}"`),
      ...lines.slice(2),
    ])
    const reply = `{"jsonrpc":"2.0","id":5,"result":{"roots":[],"_meta":{"${related}":{"taskId":"${taskId}"}}}}`
    client.send(reply)
    await bench.witness.waitForLine(({ text }) => text === reply.replace(`"${taskId}"`, own))
  })

  it('a cancellation waits for what the server says to the call', async () => {
    const client = await open({ replies })
    client.send(taskCall('c', 'slow_x', { release: bench.witness.releasePath('go') }))
    const { taskId } = taskIn(await client.next(answerTo('c')))
    await person.reply(0, approved())
    await expect.poll(() => bench.witness.calls()).toHaveLength(1)
    expect(await get(client, taskId)).toMatchObject({
      status: 'working',
      statusMessage: expect.stringContaining('The server has'),
    })
    const late = client.request('tasks/cancel', { taskId }, 'x')
    await get(client, taskId)
    bench.witness.release('go')
    // It came to a plain result before anything could be cancelled.
    expect(errorOf(await late).message).toMatch(/cannot be cancelled: it is completed already/)
  })

  it.each([
    ['tasks/result', [{ outcome: 'ok', result: { text: expect.stringContaining('"content":[]') } }]],
    ['tasks/cancel', [{ outcome: 'tool-error' }]],
    ['tasks/get', []],
  ])('%s: on record is how it ended, or that it did not', async (method, expected) => {
    const client = await open({ replies })
    const taskId = await make(client)
    await client.request(method, { taskId })
    client.end()
    await client.exited
    expect(answers()).toMatchObject(expected)
    expect(bench.callEvents().slice(0, 4)).toEqual(['call.decided', 'hold.opened', 'hold.closed', 'call.forwarded'])
  })

  it('arguments that a person changed are told of in its result', async () => {
    const client = await open({ replies })
    const taskId = await begin(client, 'raw_x', { result: '{}' })
    const edited = { result: `{"task":${theirs}}` }
    await person.reply(0, approved({ edited }))
    await expect.poll(() => bench.witness.calls()).toMatchObject([{ arguments: edited }])
    expect(textOf(await client.request('tasks/result', { taskId }))).toMatch(/^A person changed the arguments/)
  })
})

it('requests about other tasks, and whatever looks like one, pass byte for byte', async () => {
  const client = await open()
  await begin(client)
  const lines = [
    '{"jsonrpc":"2.0","id":21,"method":"tasks/get" , "params":{"taskId":"else"}}',
    '{"jsonrpc":"2.0","id":22,"method":"tasks/result","params":{"taskId":7}}',
    '{"jsonrpc":"2.0","id":23,"method":"tasks/cancel","params":{"taskId":"countersign-task-00"}}',
    '{"jsonrpc":"2.0","id":24,"method":"tasks/update","params":{ }}',
    '{"jsonrpc":"2.0","id":25,"method":"tasks/other"}',
  ]
  for (const line of lines) client.send(line)
  await client.next(answerTo(25))
  expect(reached().slice(-5)).toEqual(lines)
})

it('a call that is allowed and answered by a task is on record with what that came to', async () => {
  const task = '{"task":{"taskId":"t","status":"working","createdAt":"x","lastUpdatedAt":"x","ttl":null}}'
  const client = await open({
    rules: 'version: 1\ndefault: allow\n',
    replies: {
      'tasks/result': '{"content":[{"type":"text","text":"done"}]}',
      'tasks/get': '{"taskId":"t","status":"completed"}',
    },
  })
  client.send(taskCall(1, 'raw_x', { result: task }))
  expect((await client.next(answerTo(1))).text).toBe(`{"jsonrpc":"2.0","id":1,"result":${task}}`)
  await client.request('tasks/get', { taskId: 't' })
  expect(answers()).toEqual([])
  await client.request('tasks/result', { taskId: 't' })
  expect(answers()).toMatchObject([{ outcome: 'ok', result: { text: expect.stringContaining('done') } }])
  client.end()
  await client.exited
  expect(answers()).toHaveLength(1)
})

it('no more than a hundred are open: the next is held like a call without a task', async () => {
  const client = await open()
  for (let n = 1; n <= 101; n++) client.send(taskCall(n, 'write_x', { n }))
  await person.nth(100)
  const tasks = client.lines.filter(
    (line) => (line.message as { result?: { task?: unknown } }).result?.task !== undefined,
  )
  expect(tasks).toHaveLength(100)
  expect(person.asked.filter(({ budget }) => (budget as { source: string }).source === 'task')).toHaveLength(100)
})

it('what a task came to is forgotten when its time is over', async () => {
  const rules = 'version: 1\nrules: [{ id: ask, effect: require-approval, tools: "*", approval: { timeout: 1s } }]\n'
  const client = await open({ rules })
  client.send(taskCall('c', 'write_x', {}, { ttl: 0 }))
  const { taskId, ttl } = taskIn(await client.next(answerTo('c')))
  expect(ttl).toBe(6_000)
  await person.reply(0, { outcome: 'expired', approval: 'a' })
  await expect
    .poll(async () => (await client.request('tasks/get', { taskId })).text, { timeout: 15_000, interval: 500 })
    .toContain('Method not found')
})
