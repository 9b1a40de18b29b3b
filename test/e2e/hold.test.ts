// Holding calls with everything real but the window: broker, socket, proxy, and a witness for an upstream.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { type RawClient, type RawLine, startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

let home: TestHome
let broker: TestBroker
let witness: Witness
const clients: RawClient[] = []

beforeEach(async () => {
  home = createHome()
  broker = await startTestBroker(home.home)
  witness = createWitness()
})

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.end()
    await client.exited
  }
  await broker.stop()
  home.remove()
  witness.remove()
})

function client(options: string[] = []): RawClient {
  const started = startRaw(proxied(witness.command, options), { env: { ...home.env, ...witness.env } })
  clients.push(started)
  return started
}

const call = (name: string, args: object) => ({ name, arguments: args })
const isAnswerTo = (id: number) => (line: RawLine) => (line.message as { id?: unknown }).id === id
const textOf = (message: unknown): string =>
  (message as { result: { content: { text: string }[] } }).result.content[0]?.text ?? ''
const failed = (message: unknown): boolean => (message as { result: { isError?: boolean } }).result.isError === true

describe('a held call', () => {
  it('runs exactly as shown when it is approved', async () => {
    const agent = client()
    const answer = agent.request('tools/call', call('write_note', { path: '/tmp/a', text: 'hello' }))
    const card = await broker.card()
    expect(card).toMatchObject({
      tool: 'write_note',
      arguments: { path: '/tmp/a', text: 'hello' },
      caller: { state: 'waiting' },
    })
    expect(witness.calls()).toEqual([])
    expect(await broker.approve(card)).toBe('ran')
    expect(failed((await answer).message)).toBe(false)
    expect(witness.calls()).toMatchObject([{ name: 'write_note', arguments: { path: '/tmp/a', text: 'hello' } }])
  })

  it('does not run when it is refused, and the model reads why', async () => {
    const agent = client()
    const answer = agent.request('tools/call', call('write_note', { path: '/tmp/a' }))
    expect(await broker.refuse(await broker.card(), 'Use the drafts folder.')).toBe('refused')
    const { message } = await answer
    expect(failed(message)).toBe(true)
    expect(textOf(message)).toContain('Use the drafts folder.')
    expect(witness.calls()).toEqual([])
  })

  it('keeps a secret in a reason, or in a line it rejects, out of everything on disk', async () => {
    const secret = `ghp_${'abcdefghijklmnopqrstuvwxyz0123456789'}`
    const agent = client()
    agent.send(`{"id":1,"method":"tools/call","params":{"name":"x","arguments":{"${secret}":1,"${secret}":2}}}`)
    await agent.next(({ text }) => text.includes('stands twice'))
    const answer = agent.request('tools/call', call('write_note', {}), 'r')
    await broker.refuse(await broker.card(), `Use ${secret} no more.`)
    // The model gets the person's own words.
    expect(textOf((await answer).message)).toContain(secret)
    await broker.event('approval.closed')
    await broker.stop()
    const files = readdirSync(home.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const holding = files.filter((file) => readFileSync(join(file.parentPath, file.name)).includes(secret))
    expect(holding.map(({ name }) => name)).toEqual([])
    expect(files.length).toBeGreaterThan(4)
  })

  it('shows the words of its rule to the person, and to the model when it is refused', async () => {
    const rule = '{ id: look, effect: require-approval, tools: write_note, reason: Ask the harbour office first. }'
    const { revision } = await broker.ask('policies.list', {})
    home.writePolicy('other.yaml', `version: 1\nrules: [${rule}]\n`)
    await broker.event('policies.changed', (event) => event.revision !== revision)
    const answer = client().request('tools/call', call('write_note', {}))
    const card = await broker.card()
    expect(card.rule).toMatchObject({ rules: [{ id: 'look' }], note: 'Ask the harbour office first.' })
    await broker.refuse(card)
    expect(textOf((await answer).message)).toContain('Held because: Ask the harbour office first.')
  })

  it('cannot be approved by a binding other than the one shown', async () => {
    const agent = client()
    const answer = agent.request('tools/call', call('write_note', {}))
    const card = await broker.card()
    expect(await broker.approve({ ...card, binding: '0'.repeat(64) })).toBe('changed')
    expect(witness.calls()).toEqual([])
    await broker.refuse(card)
    await answer
  })

  it('outlives its client: ticket, approval, then the identical retry runs once', async () => {
    const agent = client(['--hold-budget', '0.2'])
    const { message } = await agent.request('tools/call', call('write_note', { n: 1 }))
    const card = await broker.card(({ caller }) => caller.state === 'released')
    expect(textOf(message)).toContain(`ticket ${card.ticket}`)
    expect(await broker.approve(card)).toBe('granted')
    expect(witness.calls()).toEqual([])

    const changed = agent.request('tools/call', call('write_note', { n: 2 }))
    const other = await broker.card(({ arguments: args }) => args['n'] === 2)
    await broker.refuse(other)
    expect(failed((await changed).message)).toBe(true)

    expect(failed((await agent.request('tools/call', call('write_note', { n: 1 }))).message)).toBe(false)
    expect(witness.calls()).toMatchObject([{ arguments: { n: 1 } }])

    const again = agent.request('tools/call', call('write_note', { n: 1 }))
    await broker.card(({ id, arguments: args }) => args['n'] === 1 && id !== card.id)
    await again
    expect(witness.calls()).toHaveLength(1)
  })

  it('shows what is sent beside the arguments, and asks again when that changes', async () => {
    const agent = client(['--hold-budget', '0.2'])
    const params = { ...call('write_note', { n: 1 }), force: true }
    await agent.request('tools/call', params)
    const card = await broker.card(({ caller }) => caller.state === 'released')
    expect(card.beside).toEqual({ force: true })
    expect(await broker.approve(card)).toBe('granted')

    const changed = agent.request('tools/call', { ...params, force: 'yes' })
    const other = await broker.card(({ beside }) => beside?.['force'] === 'yes')
    await broker.refuse(other)
    expect(failed((await changed).message)).toBe(true)
    expect(witness.calls()).toEqual([])

    // `_meta` is new with every attempt and no part of what is approved.
    const again = { ...params, _meta: { attempt: 2 } }
    expect(failed((await agent.request('tools/call', again)).message)).toBe(false)
    expect(witness.lines().at(-1)?.message).toMatchObject({ params: again })
  })

  it('runs after an unrelated policy edit, and is asked about anew if its own reason has changed', async () => {
    const agent = client()
    const first = agent.request('tools/call', call('write_note', { n: 1 }))
    const card = await broker.card()
    home.writePolicy('other.yaml', 'version: 1\nserver: other\nrules: []\n')
    await broker.event('policies.changed')
    expect(await broker.approve(card)).toBe('ran')
    expect(failed((await first).message)).toBe(false)

    const second = agent.request('tools/call', call('write_note', { n: 2 }))
    const next = await broker.card(({ arguments: args }) => args['n'] === 2)
    const rule = '  - { id: look, effect: require-approval, tools: write_note }'
    home.writePolicy('other.yaml', `version: 1\nrules:\n${rule}\n`)
    const anew = await broker.card(({ id, arguments: args }) => args['n'] === 2 && id !== next.id)
    expect(anew.rule).toMatchObject({ rules: [{ id: 'look' }] })
    expect(await broker.approve(next)).toBe('closed')
    expect(witness.calls()).toHaveLength(1)
    expect(await broker.approve(anew)).toBe('ran')
    expect(failed((await second).message)).toBe(false)
    expect(witness.calls()).toHaveLength(2)
  })

  it('runs with the arguments that a person put in place of its own', async () => {
    const agent = client()
    const answer = agent.request('tools/call', call('write_note', { path: '/tmp/a' }))
    const { id, binding, waiting } = await broker.card()
    const edited = { path: '/tmp/b' }
    expect(await broker.ask('approvals.approve', { id, binding, waiting, edited })).toMatchObject({ outcome: 'ran' })
    expect(textOf((await answer).message)).toMatch(/^A person changed the arguments.*\{"path":"\/tmp\/b"\}$/)
    expect(witness.calls()).toMatchObject([{ arguments: edited }])
  })

  it('ends with its session when a person refuses everything of that, and what is allowed does not run either', async () => {
    const agent = client()
    const answer = agent.request('tools/call', call('write_note', {}))
    const { session } = (await broker.card()).who
    await broker.ask('sessions.refuse', { session, reason: 'It went astray.' })
    expect(failed((await answer).message)).toBe(true)
    const allowed = () => agent.request('tools/call', call('get_note', {}))
    await expect.poll(async () => textOf((await allowed()).message)).toContain('It went astray.')
    const before = witness.calls().length
    expect(failed((await allowed()).message)).toBe(true)
    expect(witness.calls()).toHaveLength(before)
    await broker.ask('sessions.resume', { session })
    await expect.poll(async () => failed((await allowed()).message)).toBe(false)
  })

  it('is held shorter once its client has shown how long it waits', async () => {
    const agent = client()
    agent.send({ jsonrpc: '2.0', id: 'x', method: 'tools/call', params: call('write_note', { n: 1 }) })
    expect((await broker.card()).budget).toMatchObject({ ms: 45_000, source: 'default' })
    agent.notify('notifications/cancelled', { requestId: 'x', reason: 'Request timed out' })
    await broker.card(({ caller }) => caller.state === 'gone')
    // What the broker says then and what the client does next are on their way to the proxy side by side.
    const next = async (n: number): Promise<number> => {
      agent.send({ jsonrpc: '2.0', id: n, method: 'tools/call', params: call('write_note', { n }) })
      const { budget } = await broker.card(({ arguments: args }) => args['n'] === n)
      if (budget.source !== 'learned') return next(n + 1)
      expect(budget.ms).toBeLessThan(45_000)
      return n
    }
    const { message } = await agent.next(isAnswerTo(await next(2)))
    expect(textOf(message)).toMatch(/ticket [0-9A-F]{4}/)
  })

  it('attaches a retry to the card that is still open', async () => {
    const agent = client(['--hold-budget', '0.3'])
    await agent.request('tools/call', call('write_note', { n: 1 }))
    const card = await broker.card(({ caller }) => caller.state === 'released')
    const retry = agent.request('tools/call', call('write_note', { n: 1 }))
    await broker.event(
      'approval.changed',
      (event) => event.card.id === card.id && event.card.caller.state === 'waiting' && event.card !== card,
    )
    expect((await broker.ask('snapshot', {})).approvals).toHaveLength(1)
    await broker.approve(card)
    expect(failed((await retry).message)).toBe(false)
    expect(witness.calls()).toHaveLength(1)
  })

  it('does not run once the client took it back', async () => {
    const agent = client()
    agent.send({ jsonrpc: '2.0', id: 'x', method: 'tools/call', params: call('write_note', {}) })
    const card = await broker.card()
    agent.notify('notifications/cancelled', { requestId: 'x', reason: 'user' })
    await broker.card(({ caller }) => caller.state === 'gone')
    expect(await broker.approve(card)).toBe('granted')
    await agent.request('ping')
    expect(witness.calls()).toEqual([])
  })

  it('does not run once it was taken back in a batch', async () => {
    const agent = client()
    agent.send({ jsonrpc: '2.0', id: 'x', method: 'tools/call', params: call('write_note', {}) })
    await broker.card()
    agent.send([{ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'x' } }])
    const card = await broker.card(({ caller }) => caller.state === 'gone')
    expect(await broker.approve(card)).toBe('granted')
    await agent.request('ping')
    expect(witness.calls()).toEqual([])
  })

  it('leaves with its session', async () => {
    const agent = client()
    agent.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call('write_note', {}) })
    const card = await broker.card()
    agent.end()
    await agent.exited
    await broker.event('approval.closed', ({ id, outcome }) => id === card.id && outcome === 'cancelled')
    expect(await broker.approve(card)).toBe('closed')
    expect(witness.calls()).toEqual([])
  })

  it('is refused when the app is stopped', async () => {
    const agent = client()
    const answer = agent.request('tools/call', call('write_note', {}))
    await broker.card()
    await broker.stop()
    expect(failed((await answer).message)).toBe(true)
    expect(witness.calls()).toEqual([])
  })
})

it('lets an allowed call pass two held ones', async () => {
  const agent = client()
  const held = [1, 2].map((n) => agent.request('tools/call', call('write_note', { n })))
  await broker.card(({ arguments: args }) => args['n'] === 2)
  expect(failed((await agent.request('tools/call', call('get_note', {}))).message)).toBe(false)
  for (const card of (await broker.ask('snapshot', {})).approvals) await broker.refuse(card)
  for (const answer of held) expect(failed((await answer).message)).toBe(true)
  expect(witness.calls()).toMatchObject([{ name: 'get_note' }])
})
