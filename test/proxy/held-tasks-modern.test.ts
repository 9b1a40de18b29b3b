// Held calls as tasks since 2026-07-28 (the extension io.modelcontextprotocol/tasks), below any SDK: none of those we have
// speaks it. Shapes: modelcontextprotocol/ext-tasks, specification/2026-07-28/tasks.md.
import { afterEach, describe, expect, it } from 'vitest'
import type { RawClient, RawLine } from '../support/raw-client.ts'
import { approved, type Person, startPerson } from './support/person.ts'
import { answerTo, type Bench, createBench, createInstall, toolCall } from './support/proxy.ts'

const extension = 'io.modelcontextprotocol/tasks'
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { extensions: { [extension]: {} } },
}
const discovered = (extensions: object) =>
  JSON.stringify({
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {}, extensions },
    serverInfo: { name: 'witness', version: '1' },
  })
const policy = 'version: 1\ndefault: require-approval\n'

let bench: Bench
let person: Person
afterEach(async () => {
  person.broker.close()
  await bench.remove()
})

type Opening = { extensions?: object; replies?: Record<string, string>; rules?: string }
async function open({ extensions = { [extension]: {} }, replies = {}, rules = policy }: Opening = {}) {
  bench = createBench({ replies: { 'server/discover': discovered(extensions), ...replies } })
  person = await startPerson(bench.home, createInstall(bench.home).sign)
  const client = bench.start({ policy: rules, args: ['--hold-budget', '1'] })
  await client.request('server/discover', { _meta: meta }, 'probe')
  return client
}

type Result = Record<string, unknown>
const resultOf = (line: RawLine) => (line.message as { result: Result }).result
const call = (tool: string, args: object = {}, more: object = {}) => toolCall('c', tool, args, { _meta: meta, ...more })

async function begin(client: RawClient, tool = 'write_x', args: object = {}): Promise<string> {
  client.send(call(tool, args))
  return String(resultOf(await client.next(answerTo('c')))['taskId'])
}
const ask = async (client: RawClient, method: string, params: object): Promise<Result> =>
  resultOf(await client.request(method, { ...params, _meta: meta }))
const get = (client: RawClient, taskId: string) => ask(client, 'tasks/get', { taskId })
const reached = () => bench.witness.lines().map(({ text }) => text)

it('a held call is a task at once', async () => {
  const client = await open()
  client.send(call('write_x', { n: 1 }))
  const created = resultOf(await client.next(answerTo('c')))
  expect(created).toEqual({
    resultType: 'task',
    taskId: expect.stringMatching(/^countersign-task-[0-9a-f]{32}$/),
    status: 'working',
    statusMessage: 'Waiting for approval in Countersign',
    createdAt: expect.any(String),
    lastUpdatedAt: expect.any(String),
    ttlMs: 605_000 + 3_600_000,
    pollIntervalMs: 1_000,
  })
  expect(await person.nth(0)).toMatchObject({ budget: { source: 'task' } })
  expect(await get(client, String(created['taskId']))).toEqual({ ...created, resultType: 'complete' })
})

it.each<[string, Opening, object]>([
  ['whose server does not declare the extension', { extensions: {} }, call('write_x')],
  [
    'that does not declare it',
    {},
    toolCall('c', 'write_x', {}, { _meta: { ...meta, 'io.modelcontextprotocol/clientCapabilities': {} } }),
  ],
])('a call %s is held as before: its client asks again', async (_, opening, message) => {
  const client = await open(opening)
  client.send(message)
  expect(await person.nth(0)).toMatchObject({ asksAgain: true, budget: { source: 'flag' } })
  await person.reply(0, { outcome: 'released', approval: 'a', ticket: '7F3A', expiresAt: Date.now() + 60_000 })
  expect(resultOf(await client.next(answerTo('c')))).toMatchObject({ resultType: 'input_required' })
})

it('a refused call is complete, with a result that says why', async () => {
  const client = await open()
  const taskId = await begin(client)
  await person.reply(0, { outcome: 'refused', approval: 'a', by: 'ada', reason: 'no' })
  await expect.poll(() => get(client, taskId)).toMatchObject({ resultType: 'complete', taskId, status: 'completed' })
  const { result } = await get(client, taskId)
  expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('refused this call: no') }] })
  expect(bench.witness.calls()).toEqual([])
})

it('a cancelled one is acknowledged, and nothing runs', async () => {
  const client = await open()
  const taskId = await begin(client)
  await person.nth(0)
  expect(await ask(client, 'tasks/cancel', { taskId })).toEqual({ resultType: 'complete' })
  await expect.poll(() => person.cancels()).toMatchObject([{ why: 'other' }])
  await person.reply(0, approved())
  expect(await get(client, taskId)).toMatchObject({ status: 'cancelled' })
  expect(await ask(client, 'tasks/cancel', { taskId })).toEqual({ resultType: 'complete' })
  expect(bench.witness.calls()).toEqual([])
})

it('an approved one runs once, and what came of it stands in the task byte by byte', async () => {
  const client = await open()
  const result = '{"resultType":"complete", "content":[],"n":1.0,"é":"\\u00e9"}'
  const taskId = await begin(client, 'raw_x', { result })
  await person.reply(0, approved())
  await expect.poll(() => get(client, taskId)).toMatchObject({ status: 'completed' })
  expect((await client.request('tasks/get', { taskId })).text).toContain(`,"result":${result}}}`)
  expect(bench.witness.calls()).toHaveLength(1)
  expect(bench.callEvents()).toEqual(['call.decided', 'hold.opened', 'hold.closed', 'call.forwarded', 'call.answered'])
})

it('an error of the protocol fails the task', async () => {
  const client = await open()
  const taskId = await begin(client, 'error_x')
  await person.reply(0, approved())
  await expect
    .poll(() => get(client, taskId))
    .toMatchObject({
      status: 'failed',
      error: { code: -32050, message: 'error_x is an error' },
    })
})

it('a task of the server goes on under our name of it', async () => {
  const replies = {
    'tasks/get': '{"resultType":"complete","taskId":"t-1","status":"completed","result":{"content":[],"isError":true}}',
    'tasks/update': '{"resultType":"complete"}',
    'subscriptions/listen': '{"resultType":"complete","notifications":{"taskIds":["t-1"]}}',
  }
  const client = await open({ replies })
  const waiting = await begin(client)
  client.send({ ...call('raw_x', { result: '{"resultType":"task","taskId":"t-1","status":"working"}' }), id: 'd' })
  const taskId = String(resultOf(await client.next(answerTo('d')))['taskId'])
  await person.reply(1, approved())
  await expect.poll(() => bench.witness.calls()).toHaveLength(1)
  const listen = { notifications: { taskIds: [taskId, waiting, 'else'] } }
  expect(await ask(client, 'subscriptions/listen', listen)).toMatchObject({ notifications: { taskIds: [taskId] } })
  expect(reached().at(-1)).toContain('{"taskIds":["t-1","else"]}')
  await ask(client, 'tasks/update', { taskId, inputResponses: {} })
  expect(reached().at(-1)).toContain('"taskId":"t-1"')
  expect(await get(client, taskId)).toMatchObject({ taskId, status: 'completed' })
  expect(bench.events().at(-1)).toMatchObject({ type: 'call.answered', data: { outcome: 'tool-error' } })
})

describe('a server that wants something first', () => {
  const request = (name: string) => ({ [name]: { method: 'elicitation/create', params: { message: `${name}?` } } })
  const result = JSON.stringify({
    resultType: 'input_required',
    requestState: 'their state',
    inputRequests: { ...request('name'), ...request('age') },
  })

  it('gets it by tasks/update, and the call goes on without a second question to the person', async () => {
    const client = await open()
    const taskId = await begin(client, 'raw_x', { result })
    await person.reply(0, approved())
    await expect.poll(() => get(client, taskId)).toMatchObject({ status: 'input_required' })
    expect(Object.keys((await get(client, taskId))['inputRequests'] as object)).toEqual(['name', 'age'])
    await ask(client, 'tasks/update', { taskId, inputResponses: { name: { action: 'accept' }, nobody: 1 } })
    expect(Object.keys((await get(client, taskId))['inputRequests'] as object)).toEqual(['age'])
    await ask(client, 'tasks/update', { taskId, inputResponses: { age: { action: 'decline' } } })
    await expect.poll(() => get(client, taskId)).toMatchObject({ status: 'completed' })
    expect(person.asked).toHaveLength(1)
    const [first, second] = bench.witness.calls()
    expect(second?.line.message).toMatchObject({
      params: {
        name: 'raw_x',
        arguments: { result },
        requestState: 'their state',
        inputResponses: { name: { action: 'accept' }, age: { action: 'decline' } },
      },
    })
    expect(second?.id).not.toBe(first?.id)
    expect(bench.witness.calls()).toHaveLength(2)
  })

  it('is asked again where it wants nothing else', async () => {
    const client = await open()
    const again = '{"resultType":"input_required","requestState":"their state"}'
    const taskId = await begin(client, 'raw_x', { result: again })
    await person.reply(0, approved())
    await expect.poll(() => get(client, taskId)).toMatchObject({ status: 'completed' })
    expect(bench.witness.calls()).toHaveLength(2)
    expect(person.asked).toHaveLength(1)
  })

  it('gets nothing more once the task is cancelled', async () => {
    const client = await open()
    const taskId = await begin(client, 'raw_x', { result })
    await person.reply(0, approved())
    await expect.poll(() => get(client, taskId)).toMatchObject({ status: 'input_required' })
    await ask(client, 'tasks/cancel', { taskId })
    await ask(client, 'tasks/update', { taskId, inputResponses: { name: {}, age: {} } })
    expect(await get(client, taskId)).toMatchObject({ status: 'cancelled' })
    expect(bench.witness.calls()).toHaveLength(1)
  })

  it('is not heard where policy denies what it wants', async () => {
    const rules = `version: 1
default: require-approval
rules: [{ id: quiet, effect: deny, on: elicitation/create }]
`
    const client = await open({ rules })
    const taskId = await begin(client, 'raw_x', { result })
    await person.reply(0, approved())
    await expect.poll(() => get(client, taskId)).toMatchObject({ status: 'completed', result: { isError: true } })
    expect(bench.witness.calls()).toHaveLength(1)
    expect(client.lines.filter(({ text }) => text.includes('countersign-call'))).toEqual([])
  })
})
