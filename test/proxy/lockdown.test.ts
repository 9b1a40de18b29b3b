// Lockdown as clients see it: from the moment it is published nothing governed reaches the server, whatever was allowed,
// counted or approved before; what shows and connects goes on.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrokerDouble, type Heard, startBrokerDouble } from './support/broker-double.ts'
import {
  allowAll,
  answerOf,
  answerTo,
  type Bench,
  callTool,
  createBench,
  createInstall,
  decisionOf,
  textOf,
  toolCall,
} from './support/proxy.ts'

type Install = ReturnType<typeof createInstall>

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

const since = new Date(2026, 10, 22, 14, 5).getTime()
const lockdown = { since, by: 'desktop' }
const said = 'Everything is locked down in Countersign since 14:05 (2026-11-22)'
const lock = (install: Install, yaml = allowAll, how: unknown = lockdown) =>
  install.put(install.textOfSet({ ...install.setOf(yaml), lockdown: how }))

const decided = () => bench.events().flatMap(({ type, data }) => (type === 'call.decided' ? [data] : []))
const reached = () => bench.witness.calls().map(({ name }) => name)

/** Asks its client what a notification says, and tells what it got. */
const askingServer = `
  const say = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }))
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params, error } = JSON.parse(line)
    if (method === 'notifications/ask') say({ id: 's', ...params })
    if (id === 's') say({ method: 'notifications/told', params: { error } })
  })
`

describe('under lockdown', () => {
  it('no call reaches the server, and the next one after it is lifted does', async () => {
    const install = createInstall(bench.home)
    install.publish(allowAll)
    const client = bench.start()
    expect(decisionOf(await callTool(client, 1, 'get_x'))).toBeUndefined()
    lock(install)
    const refused = await callTool(client, 2, 'put_x')
    expect(answerOf(refused).result?.isError).toBe(true)
    expect(textOf(refused)).toContain(said)
    expect(textOf(refused)).toContain('Do not retry unless the user asks')
    install.publish(allowAll)
    expect(decisionOf(await callTool(client, 3, 'get_y'))).toBeUndefined()
    expect(reached()).toEqual(['get_x', 'get_y'])
    expect(decided().map(({ source }) => source)).toEqual(['default', 'lockdown', 'default'])
  })

  it.each(['version: 1\nrulez: []\n', 'version: 1\ndefault: deny\n'])(
    'broken or strict files do not matter: %j',
    async (yaml) => {
      const install = createInstall(bench.home)
      lock(install, yaml)
      expect(textOf(await callTool(bench.start(), 1, 'get_x'))).toContain(said)
    },
  )

  it.each([
    ['resources/read', { uri: 'file:///a' }],
    ['prompts/get', { name: 'p' }],
  ])('%s, which no rule names, is refused too', async (method, params) => {
    const install = createInstall(bench.home)
    lock(install)
    const client = bench.start()
    client.send({ jsonrpc: '2.0', id: 1, method, params })
    expect(answerOf(await client.next(answerTo(1))).error).toMatchObject({
      code: 4003,
      message: expect.stringContaining(said),
    })
    expect(bench.witness.lines()).toEqual([])
    expect(decided()).toMatchObject([{ action: method, source: 'lockdown', decision: 'deny' }])
  })

  it.each([
    ['sampling/createMessage', { messages: [] }],
    ['elicitation/create', { message: 'name?' }],
  ])('%s does not get to the client, and its server is told', async (method, params) => {
    const install = createInstall(bench.home)
    lock(install)
    const client = bench.start({ command: [process.execPath, '-e', askingServer] })
    client.notify('notifications/ask', { method, params })
    const told = await client.next(({ message }) => (message as { method?: string }).method === 'notifications/told')
    expect(told.text).toContain(said)
    expect(client.lines).toEqual([told])
    expect(decided()).toMatchObject([{ action: method, source: 'lockdown', decision: 'deny' }])
  })

  it('lists, ping and initialize go on', async () => {
    const install = createInstall(bench.home)
    lock(install)
    const client = bench.start()
    const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
    expect(answerOf(await client.request('initialize', hello)).result).toBeDefined()
    client.notify('notifications/initialized')
    for (const method of ['ping', 'tools/list']) {
      expect(answerOf(await client.request(method, {})).result).toBeDefined()
    }
  })

  it.each([
    ['of the future', { ...lockdown, until: 1 }],
    ['that is none', null],
  ])('a lockdown %s refuses as well', async (_what, how) => {
    const install = createInstall(bench.home)
    lock(install, allowAll, how)
    expect(textOf(await callTool(bench.start(), 1, 'get_x'))).toContain('policy lockdown')
    expect(reached()).toEqual([])
  })
})

describe('what was under way', () => {
  const asking = 'version: 1\ndefault: require-approval\n'
  const limited = `version: 1
default: allow
rules: [{ id: few, effect: allow, tools: [put_x], limit: { max: 2, per: 1h, then: deny } }]
`

  /** A broker that answers the request of this kind only when told to. */
  async function hesitating(install: Install, method: string, answer: object) {
    let release: (given: object) => void = () => undefined
    let asked: (heard: Heard) => void = () => undefined
    const wasAsked = new Promise<Heard>((resolve) => {
      asked = resolve
    })
    const told = new Promise<object>((resolve) => {
      release = resolve
    })
    broker = await startBrokerDouble(bench.home, install.sign, (heard) => {
      if (heard.method !== method) return {}
      asked(heard)
      return told
    })
    return { wasAsked, answer: () => release(answer) }
  }

  it.each<[what: string, yaml: string, method: string, answer: object]>([
    [
      'a call that a person approves by then',
      asking,
      'approval.request',
      { outcome: 'approved', approval: 'a', by: 'ada' },
    ],
    [
      'a call that a grant lets through by then',
      asking,
      'approval.request',
      { outcome: 'grant', approval: 'a', by: 'ada' },
    ],
    ['a call that was being counted', limited, 'limit.reserve', { outcome: 'reserved' }],
  ])('%s does not run', async (_what, yaml, method, answer) => {
    const install = createInstall(bench.home)
    install.publish(yaml)
    const held = await hesitating(install, method, answer)
    const client = bench.start()
    client.send(toolCall(1, 'put_x'))
    await held.wasAsked
    lock(install, yaml)
    held.answer()
    expect(textOf(await client.next(answerTo(1)))).toContain(said)
    expect(reached()).toEqual([])
    expect(decided().at(-1)).toMatchObject({ source: 'lockdown', decision: 'deny' })
    expect(bench.callEvents()).not.toContain('call.forwarded')
  })
})

describe('a proxy with --policy', () => {
  it('is locked down by what the app published, and free again after it', async () => {
    const install = createInstall(bench.home)
    const client = bench.start({ policy: allowAll })
    expect(decisionOf(await callTool(client, 1, 'get_a'))).toBeUndefined()
    lock(install)
    expect(textOf(await callTool(client, 2, 'get_b'))).toContain(said)
    client.send({ jsonrpc: '2.0', id: 3, method: 'resources/read', params: { uri: 'file:///a' } })
    expect(answerOf(await client.next(answerTo(3))).error?.message).toContain(said)
    install.publish(allowAll)
    expect(decisionOf(await callTool(client, 4, 'get_c'))).toBeUndefined()
    expect(reached()).toEqual(['get_a', 'get_c'])
  })

  it('goes by its own file in everything else', async () => {
    createInstall(bench.home).publish('version: 1\ndefault: deny\n')
    expect(decisionOf(await callTool(bench.start({ policy: allowAll }), 1, 'get_a'))).toBeUndefined()
  })

  it.each<[what: string, spoil: (install: Install) => void]>([
    ['signed by nobody', (i) => i.put(i.textOfSet({ ...i.setOf(allowAll), lockdown }, { signature: 'AAAA' }))],
    ['that cannot be read', (i) => i.put('x')],
    [
      'of another installation',
      (i) => i.put(createInstall(join(bench.home, 'other')).textOfSet({ ...i.setOf(allowAll), lockdown })),
    ],
  ])('takes no lockdown %s', async (_what, spoil) => {
    spoil(createInstall(bench.home))
    expect(decisionOf(await callTool(bench.start({ policy: allowAll }), 1, 'get_a'))).toBeUndefined()
  })

  it.each<[what: string, spoil: (install: Install) => void]>([
    ['is damaged', (i) => i.put('x')],
    ['is gone', (i) => rmSync(i.file)],
    ['is replaced by one that nobody signed', (i) => i.put(i.textOfSet(i.setOf(allowAll), { signature: 'AAAA' }))],
    [
      'can no longer be checked',
      (i) => {
        rmSync(join(bench.home, 'keys/signing.pub'))
        i.publish(allowAll)
      },
    ],
  ])('stays locked down where what was published %s', async (_what, spoil) => {
    const install = createInstall(bench.home)
    lock(install)
    const client = bench.start({ policy: allowAll })
    expect(textOf(await callTool(client, 1, 'get_a'))).toContain(said)
    spoil(install)
    expect(textOf(await callTool(client, 2, 'get_a'))).toContain(said)
    expect(reached()).toEqual([])
  })
})
