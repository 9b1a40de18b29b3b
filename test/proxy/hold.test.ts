// Holding without a broker, and against brokers that hang, lie, or are somebody else. The real one: test/e2e.
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerMessage, type BrokerParams, helloMessage, type Introduction } from '../../core/wire/broker-contract.ts'
import { type BrokerDouble, type Heard, startBrokerDouble } from './support/broker-double.ts'
import {
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
let server: Server | undefined
let broker: BrokerDouble | undefined
beforeEach(() => {
  bench = createBench()
})
afterEach(async () => {
  broker?.close()
  broker = undefined
  server?.close()
  server = undefined
  await bench.remove()
})

async function listen(options: { sign(text: string): string; answer?(heard: Heard): unknown }): Promise<Heard[]> {
  broker = await startBrokerDouble(bench.home, options.sign, options.answer)
  return broker.heard
}

const never = () => new Promise(() => undefined)
const methods = (heard: Heard[]) => heard.map((message) => message.method).filter((method) => method !== 'spool.ring')
const closed = () => bench.events().find((event) => event.type === 'hold.closed')?.data

describe('without a broker', () => {
  it('a call that needs a person is refused at once, with how to start it', async () => {
    const client = bench.start({ policy: usual })
    const answer = await callTool(client, 1, 'write_x')
    expect(textOf(answer)).toMatch(
      /^Blocked by Countersign: this call needs a person's approval, and Countersign is not running\. Start the Countersign app \(or run `countersign serve`\), then repeat the call\./,
    )
    expect(decisionOf(answer)).toMatchObject({ decision: 'no-broker', retry: 'identical' })
    expect(bench.callEvents()).toEqual(['call.decided', 'hold.opened', 'hold.closed'])
    expect(closed()).toMatchObject({ outcome: 'no-broker' })
    expect(client.stderr()).toContain('Countersign is not running')
    expect(bench.witness.calls()).toEqual([])
  })

  it('calls that need none say nothing about it', async () => {
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'get_x')
    await callTool(client, 2, 'delete_x')
    client.end()
    await client.closed
    expect(client.stderr()).toBe('')
  })

  it('a socket that nobody listens on any more is no broker either', async () => {
    createInstall(bench.home)
    await listen({ sign: () => '' })
    broker?.close()
    writeFileSync(join(bench.home, 'run/broker.sock'), '')
    expect(textOf(await callTool(bench.start({ policy: usual }), 1, 'write_x'))).toContain('Countersign is not running')
  })
})

describe('a process on our socket without our key', () => {
  it('hears hello and nothing else: no token, no session, no call', async () => {
    createInstall(bench.home)
    const { privateKey } = generateKeyPairSync('ed25519')
    const heard = await listen({
      sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
    })
    const client = bench.start({ policy: usual })
    const answer = await callTool(client, 1, 'write_x', { secret: 'content' })
    expect(textOf(answer)).toContain('is not the Countersign app of this installation')
    expect(methods(heard)).toEqual(['hello'])
    expect(Object.keys(heard[0]?.params ?? {}).sort()).toEqual(['nonce', 'protocol'])
    expect(bench.witness.calls()).toEqual([])
  })

  it.each([
    ['a signature over something else', 'countersign-policy:x'],
    ['an answer to an older hello', helloMessage('an-older-nonce-of-some-length')],
  ])('cannot pass with %s', async (_, text) => {
    const install = createInstall(bench.home)
    const heard = await listen({ sign: () => install.sign(text) })
    expect(textOf(await callTool(bench.start({ policy: usual }), 1, 'write_x'))).toContain('is not the Countersign app')
    expect(methods(heard)).toEqual(['hello'])
  })
})

describe('a broker', () => {
  const install = () => {
    const made = createInstall(bench.home)
    return { sign: made.sign }
  }
  const decide = (result: unknown) => (heard: Heard) => (heard.method === 'approval.request' ? result : undefined)

  type Asked = BrokerParams<'approval.request'>
  type Signed = { nonce: string; session: Introduction; asked: Asked }
  it.each<[string, (sign: (text: string) => string, honest: Signed) => string]>([
    ['no signature worth the name', () => 'AAAA'],
    ['the signature of its hello', (sign, { nonce }) => sign(helloMessage(nonce))],
    ...(
      [
        ['other arguments', ({ asked }) => ({ asked: { ...asked, argumentsHash: '0'.repeat(64) } })],
        ['another tool', ({ asked }) => ({ asked: { ...asked, tool: `${asked.tool}x` } })],
        ['another confirmation', ({ asked }) => ({ asked: { ...asked, confirm: 'type-name' as const } })],
        ['another client', ({ session }) => ({ session: { ...session, client: 'another' } })],
        ['another connection', () => ({ nonce: 'a-nonce-of-some-length' })],
        ['another answer', () => ({ outcome: 'grant' })],
      ] satisfies [string, (honest: Signed) => object][]
    ).map(([what, change]): [string, (sign: (text: string) => string, honest: Signed) => string] => [
      `a signature over ${what}`,
      (sign, honest) => sign(answerMessage({ ...honest, outcome: 'approved', ...change(honest) })),
    ]),
  ])('whose approval carries %s approves nothing', async (_, forge) => {
    const { sign } = install()
    const heard: Heard[] = await listen({
      sign,
      answer: ({ method, params }) => {
        if (method !== 'approval.request') return {}
        const { token: _token, ...session } = heard.find((one) => one.method === 'session.open')?.params ?? {}
        const nonce = String(heard[0]?.params['nonce'])
        const honest = { nonce, session: session as Introduction, asked: params as Asked }
        return { outcome: 'approved', approval: 'a', by: 'ada', signature: forge(sign, honest) }
      },
    })
    const answer = await callTool(bench.start({ policy: usual }), 1, 'write_x')
    expect(textOf(answer)).toContain('not signed by the Countersign app')
    expect(decisionOf(answer)).toMatchObject({ decision: 'no-broker' })
    expect(bench.witness.calls()).toEqual([])
  })

  it('that hangs is given up on after the budget, and told so', async () => {
    const heard = await listen({
      ...install(),
      answer: (message) => (message.method === 'approval.request' ? never() : {}),
    })
    const client = bench.start({ policy: usual, args: ['--hold-budget', '0.2'] })
    const answer = await callTool(client, 1, 'write_x')
    expect(textOf(answer)).toContain('Countersign did not answer in time')
    await expect.poll(() => methods(heard)).toEqual(['hello', 'session.open', 'approval.request', 'approval.cancel'])
    expect(bench.witness.calls()).toEqual([])
  })

  it('that hangs before hello is given up on, and other calls do not wait for it', async () => {
    createInstall(bench.home)
    mkdirSync(join(bench.home, 'run'), { recursive: true })
    const sockets: Socket[] = []
    server = createServer((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => server?.listen(join(bench.home, 'run/broker.sock'), resolve))
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x'))
    await callTool(client, 2, 'get_x')
    expect(client.lines).toHaveLength(1)
    expect(textOf(await client.next(answerTo(1)))).toContain('Countersign did not answer in time')
    for (const socket of sockets) socket.destroy()
  })

  it('that goes away while a call is held: refused', async () => {
    const { sign } = install()
    await listen({
      sign,
      answer: (message) => {
        if (message.method !== 'approval.request') return {}
        broker?.hangUp()
        return never()
      },
    })
    const answer = await callTool(bench.start({ policy: usual }), 1, 'write_x')
    expect(textOf(answer)).toContain('the connection to Countersign was lost while a person was asked')
    expect(bench.witness.calls()).toEqual([])
  })

  it.each([
    ['another word', { outcome: 'yes' }],
    ['approval without who', { outcome: 'approved', approval: 'a' }],
    ['a key of the future', { outcome: 'approved', approval: 'a', by: 'me', forget: true }],
    ['nothing', null],
  ])('that answers with %s approves nothing', async (_, result) => {
    await listen({ ...install(), answer: (message) => (message.method === 'approval.request' ? { ...result } : {}) })
    const answer = await callTool(bench.start({ policy: usual }), 1, 'write_x')
    expect(textOf(answer)).toContain('an answer that this version does not know')
    expect(textOf(answer)).not.toContain('lost')
    expect(bench.witness.calls()).toEqual([])
  })

  it.each([
    ['approved', { outcome: 'approved', approval: 'a', by: 'ada' }, 'approved'],
    ['a grant', { outcome: 'grant', approval: 'a', by: 'ada' }, 'grant'],
  ])('that says %s lets exactly this call run, recorded first', async (_, result, outcome) => {
    const heard = await listen({ ...install(), answer: decide(result) })
    const client = bench.start({ policy: usual })
    const answer = await callTool(client, 1, 'write_x', { path: '/a', token: 'unredacted for the person' })
    expect(decisionOf(answer)).toBeUndefined()
    expect(heard.find((message) => message.method === 'session.open')?.params).toMatchObject({
      token: 'the-token',
      client: 'test',
      server: 'witness',
    })
    const asked = heard.find((message) => message.method === 'approval.request')?.params
    expect(asked).toMatchObject({
      tool: 'write_x',
      arguments: { path: '/a', token: 'unredacted for the person' },
      source: 'default',
    })
    expect(bench.witness.calls()[0]?.arguments).toEqual(asked?.['arguments'])
    expect(bench.callEvents()).toEqual([
      'call.decided',
      'hold.opened',
      'hold.closed',
      'call.forwarded',
      'call.answered',
    ])
    expect(closed()).toMatchObject({ outcome, by: 'ada' })
  })

  it.each([
    [
      'refused',
      { outcome: 'refused', approval: 'a', by: 'ada', reason: 'wrong folder' },
      'a person refused this call: wrong folder',
      'never',
    ],
    ['expired', { outcome: 'expired', approval: 'a' }, 'nobody answered', 'identical'],
    ['released', { outcome: 'released', approval: 'a', ticket: '7F3A', expiresAt: 1 }, 'ticket 7F3A', 'identical'],
    ['cancelled', { outcome: 'cancelled', approval: 'a' }, 'was stopped while this call was waiting', 'identical'],
    ['too-many', { outcome: 'too-many', waiting: 20 }, '20 calls are already waiting', 'later'],
    // One waits, and thirty were asked about within a minute.
    ['too-many', { outcome: 'too-many', waiting: 1 }, '1 call is already waiting for a person, and no more', 'later'],
  ])('that says %s lets nothing run', async (decision, result, text, retry) => {
    await listen({ ...install(), answer: decide(result) })
    const answer = await callTool(bench.start({ policy: usual }), 1, 'write_x')
    expect(textOf(answer)).toContain(text)
    expect(decisionOf(answer)).toMatchObject({ decision, retry })
    expect(closed()).toMatchObject({ outcome: decision })
    expect(bench.witness.calls()).toEqual([])
  })

  it.each([
    ['a cancellation', 'client'],
    ['the end of the client', 'disconnect'],
  ])('hears of %s, and a late yes runs nothing', async (how, by) => {
    let approve: (result: unknown) => void = () => undefined
    const heard = await listen({
      ...install(),
      answer: (message) => {
        if (message.method === 'approval.request') return new Promise((resolve) => (approve = resolve))
        if (message.method === 'approval.cancel') approve({ outcome: 'approved', approval: 'a', by: 'ada' })
        return {}
      },
    })
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x'))
    await expect.poll(() => methods(heard)).toContain('approval.request')
    if (how === 'a cancellation') client.notify('notifications/cancelled', { requestId: 1 })
    else client.end()
    await expect.poll(() => methods(heard)).toContain('approval.cancel')
    client.end()
    await client.closed
    expect(client.lines).toEqual([])
    expect(bench.witness.calls()).toEqual([])
    expect(bench.events().find((event) => event.type === 'call.cancelled')?.data).toMatchObject({
      by,
      forwarded: false,
    })
    expect(bench.callEvents()).not.toContain('call.forwarded')
  })

  it('holds two calls side by side while a third, allowed, answers', async () => {
    const approvals = new Map<unknown, (result: unknown) => void>()
    await listen({
      ...install(),
      answer: ({ method, params }) =>
        method === 'approval.request' ? new Promise((resolve) => approvals.set(params['tool'], resolve)) : {},
    })
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_one'))
    client.send(toolCall(2, 'write_two'))
    await expect.poll(() => approvals.size).toBe(2)
    await callTool(client, 3, 'get_x')
    expect(client.lines).toHaveLength(1)
    approvals.get('write_two')?.({ outcome: 'approved', approval: 'b', by: 'ada' })
    await client.next(answerTo(2))
    approvals.get('write_one')?.({ outcome: 'refused', approval: 'a', by: 'ada' })
    await client.next(answerTo(1))
    expect(bench.witness.calls().map((call) => call.name)).toEqual(['get_x', 'write_two'])
  })

  it('a policy that has changed since makes an approval void', async () => {
    const made = createInstall(bench.home)
    made.publish(usual)
    let approve: (result: unknown) => void = () => undefined
    const heard = await listen({
      sign: made.sign,
      answer: (message) =>
        message.method === 'approval.request' ? new Promise((resolve) => (approve = resolve)) : undefined,
    })
    const client = bench.start()
    client.send(toolCall(1, 'write_x'))
    await expect.poll(() => methods(heard)).toContain('approval.request')
    made.publish(usual.replace('tools: delete_*', 'tools: [delete_*, write_*]'))
    approve({ outcome: 'approved', approval: 'a', by: 'ada' })
    expect(decisionOf(await client.next(answerTo(1)))).toMatchObject({ decision: 'denied', rules: ['never-delete'] })
    expect(bench.witness.calls()).toEqual([])
  })

  it('keeps a client that asked for progress patient, with values that only rise', async () => {
    await listen({ ...install(), answer: (message) => (message.method === 'approval.request' ? never() : {}) })
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'write_x', {}, { _meta: { progressToken: 'p1' } }))
    const beat = () => client.next((line) => line.text.includes('notifications/progress'))
    const [first, second] = [await beat(), await beat()]
    expect(first.message).toMatchObject({
      params: { progressToken: 'p1', message: 'Waiting for approval in Countersign' },
    })
    const value = (line: { message: unknown }) => (line.message as { params: { progress: number } }).params.progress
    expect([value(first), value(second)]).toEqual([1, 2])
  })
})
