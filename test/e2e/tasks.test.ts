// Tasks of 2025-11-25 with everything real: the first SDK's client and server, our proxy between them, the broker and a
// person. What ran is what the server noted.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { CallToolResultSchema, CreateTaskResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'

const serverFile = fileURLToPath(new URL('../fixtures/task-server.mjs', import.meta.url))
const everything = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
)
const policy = 'version: 1\ndefault: { read: allow, "*": require-approval }\nrules: []\n'

let home: TestHome
let broker: TestBroker
let folder: string
let client: Client
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-tasks-'))
})
afterEach(async () => {
  await client.close()
  await broker.stop()
  home.remove()
  rmSync(folder, { recursive: true, force: true })
})

const log = () => join(folder, 'calls.jsonl')
const ran = () =>
  existsSync(log())
    ? readFileSync(log(), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : []

async function connect(file = serverFile, rules = policy): Promise<Client> {
  home = createHome({ 'policy.yaml': rules })
  broker = await startTestBroker(home.home)
  const [command = '', ...args] = proxied([process.execPath, file])
  const env = { PATH: process.env['PATH'] ?? '', MODERN_LOG: log(), ...home.env }
  client = new Client({ name: 'tasks', version: '1.0.0' }, { capabilities: { elicitation: {} } })
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: { word: 'blue' } }))
  await client.connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }))
  return client
}

type Told = { created: string; statuses: string[]; messages: Set<string | undefined>; text: string; error: string }

/** Everything the SDK's stream tells of one call. */
async function stream(name: string, args: Record<string, unknown>, timeout = 60_000): Promise<Told> {
  const told: Told = { created: '', statuses: [], messages: new Set(), text: '', error: '' }
  const messages = client.experimental.tasks.callToolStream({ name, arguments: args }, CallToolResultSchema, {
    task: { ttl: 60_000 },
    timeout,
  })
  for await (const message of messages) {
    if (message.type === 'taskCreated') told.created = message.task.taskId
    if (message.type === 'taskStatus') {
      if (told.statuses.at(-1) !== message.task.status) told.statuses.push(message.task.status)
      expect(message.task.taskId).toBe(told.created)
      told.messages.add(message.task.statusMessage)
    }
    if (message.type === 'result') told.text = (message.result.content[0] as { text: string }).text
    if (message.type === 'error') told.error = message.error.message
  }
  return told
}

const create = (name: string, text: string) =>
  client.request({ method: 'tools/call', params: { name, arguments: { text } } }, CreateTaskResultSchema, { task: {} })

it('an approval after ten times what the client waits runs the call once, and its result comes', async () => {
  await connect()
  const limit = 400
  const told = stream('write_note', { text: 'late' }, limit)
  const card = await broker.card()
  expect(card).toMatchObject({ budget: { source: 'task' }, caller: { state: 'waiting' } })
  // What this story is about: nothing is waited for that could be listened to.
  await new Promise((resolve) => setTimeout(resolve, limit * 10))
  expect(ran()).toEqual([])
  expect(await broker.approve(card)).toBe('ran')
  const { text, statuses, messages, created, error } = await told
  expect({ text, error }).toEqual({ text: 'write_note got late', error: '' })
  expect(statuses).toEqual(['working', 'completed'])
  expect(messages).toContain('Waiting for approval in Countersign')
  expect(ran()).toMatchObject([{ name: 'write_note', text: 'late', ttl: 60_000 }])
  expect(ran()[0]?.['taskId']).not.toBe(created)
})

it('a refusal fails the task, says why, and nothing runs', async () => {
  await connect()
  const told = stream('write_note', { text: 'no' })
  await broker.refuse(await broker.card(), 'not today')
  const { statuses, messages, created } = await told
  expect(statuses.at(-1)).toBe('failed')
  expect([...messages].at(-1)).toMatch(/^Blocked by Countersign: a person refused this call: not today\./)
  const result = await client.experimental.tasks.getTaskResult(created, CallToolResultSchema)
  expect(result).toMatchObject({
    isError: true,
    content: [{ text: [...messages].at(-1) }],
    _meta: { 'io.modelcontextprotocol/related-task': { taskId: created } },
  })
  expect(ran()).toEqual([])
})

it('an expiry fails the task', async () => {
  const rule = `version: 1
rules: [{ id: ask, effect: require-approval, tools: "*", approval: { timeout: 1s } }]
`
  await connect(serverFile, rule)
  const { statuses, messages } = await stream('write_note', { text: 'x' })
  expect(statuses.at(-1)).toBe('failed')
  expect([...messages].at(-1)).toContain('nobody answered the request for approval in time')
  expect(ran()).toEqual([])
})

it('a call that policy denies says so in place of a task', async () => {
  await connect(serverFile, 'version: 1\nrules: [{ id: no, effect: deny, tools: "*", reason: Never. }]\n')
  const { created, error } = await stream('write_note', { text: 'x' })
  expect(created).toBe('')
  expect(error).toMatch(/Blocked by Countersign: Never\./)
  expect(ran()).toEqual([])
})

it('a task that the client cancels takes its card with it', async () => {
  await connect()
  const { task } = await create('write_note', 'x')
  const card = await broker.card()
  const result = client.experimental.tasks.getTaskResult(task.taskId, CallToolResultSchema)
  result.catch(() => undefined)
  const gone = broker.event('approval.changed', ({ card }) => card.caller.state === 'gone')
  expect(await client.experimental.tasks.cancelTask(task.taskId)).toMatchObject({ status: 'cancelled' })
  await expect(result).rejects.toThrow(/cancelled/)
  await expect(client.experimental.tasks.cancelTask(task.taskId)).rejects.toThrow(/cannot be cancelled/)
  await gone
  expect(await client.experimental.tasks.getTask(task.taskId)).toMatchObject({ status: 'cancelled' })
  expect(card.tool).toBe('write_note')
  expect(ran()).toEqual([])
})

it('the list of tasks has ours beside those of the server, before and after the approval', async () => {
  await connect(serverFile, policy.replace('rules: []', 'rules: [{ id: free, effect: allow, tools: fail_note }]'))
  const other = await create('fail_note', 'other')
  const { task } = await create('write_note', 'ours')
  const ids = async () => (await client.experimental.tasks.listTasks()).tasks.map(({ taskId }) => taskId).sort()
  const both = [other.task.taskId, task.taskId].sort()
  expect(await ids()).toEqual(both)
  await broker.approve(await broker.card())
  await client.experimental.tasks.getTaskResult(task.taskId, CallToolResultSchema)
  expect(await ids()).toEqual(both)
  expect(ran().map(({ name }) => name)).toEqual(['fail_note', 'write_note'])
})

it('what the server asks in the course of a task reaches the client, and its answer the server', async () => {
  await connect()
  const told = stream('ask_note', { text: 'which word?' })
  await broker.approve(await broker.card())
  expect(await told).toMatchObject({ text: 'heard blue', error: '' })
})

it('a task of the server is cancelled under our name of it', async () => {
  await connect()
  const { task } = await create('endless_note', 'x')
  await broker.approve(await broker.card())
  await expect.poll(ran).toHaveLength(1)
  expect(await client.experimental.tasks.cancelTask(task.taskId)).toMatchObject({
    taskId: task.taskId,
    status: 'cancelled',
  })
})

it('server-everything does its research after the approval', async () => {
  await connect(everything)
  await client.listTools()
  const told = stream('simulate-research-query', { topic: 'bees' })
  await broker.approve(await broker.card())
  const { text, statuses } = await told
  expect(text).toContain('Research Report: bees')
  expect(statuses).toEqual(['working', 'completed'])
})
