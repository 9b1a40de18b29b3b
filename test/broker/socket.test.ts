// What a program of the same user can do with the broker's socket: ask, wait and cancel for itself. Nothing approves.
import * as fs from 'node:fs'
import type * as net from 'node:net'
import * as path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { layoutHere } from '../../broker/paths.ts'
import { createHome, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { connectTo, openPeer, peerOf } from './socket-fixture.ts'

let home: TestHome
let broker: TestBroker

beforeEach(async () => {
  home = createHome()
  broker = await startTestBroker(home.home)
})
afterEach(async () => {
  await broker.stop()
  home.remove()
})

const alertOf = (kind: string) =>
  broker.event('status.changed', ({ status }) => status.alerts.some((one) => one.kind === kind))
/** What the broker itself put on record. */
function ownEvents(type: string): Record<string, unknown>[] {
  const { spool } = layoutHere(home.home)
  return fs
    .readdirSync(spool)
    .filter((name) => name.startsWith('broker-'))
    .flatMap((name) => fs.readFileSync(path.join(spool, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type: string; data: Record<string, unknown> })
    .flatMap((event) => (event.type === type ? [event.data] : []))
}

it('lies, readable and writable for its owner alone, in a folder of its owner alone', () => {
  const { socket, run } = layoutHere(home.home)
  expect(fs.statSync(run).mode & 0o777).toBe(0o700)
  expect(fs.statSync(socket).mode & 0o777).toBe(0o600)
})

it('is gone when the broker has stopped', async () => {
  await broker.stop()
  expect(fs.existsSync(layoutHere(home.home).socket)).toBe(false)
})

describe('nothing approves', () => {
  const spellings = [
    'approvals.approve',
    'approval.approve',
    'approval.decide',
    'approve',
    'APPROVE',
    'Approvals.Approve',
    'approval.request.approve',
    'policies.accept-removal',
    'limit.reset',
    'approvals/approve',
    'approvals.refuse',
    'snapshot',
    'settings.set',
    'grant',
    'toString',
    '__proto__',
    'constructor',
    '',
  ]

  it.each(spellings)('%j as a request closes the connection and raises an alert', async (method) => {
    const victim = await openPeer(home.home, 'victim')
    const held = victim.request({ n: 1 })
    const { id, binding } = await broker.card()
    const rogue = await openPeer(home.home)
    await expect(rogue.ask(method, { id, binding })).rejects.toThrow(/there is no such verb|closed/)
    await rogue.closed
    const { status } = await alertOf('unknown-verb')
    expect(status.alerts[0]?.detail).toContain(JSON.stringify(method))
    expect((await broker.ask('snapshot', {})).approvals).toMatchObject([{ id, caller: { state: 'waiting' } }])
    victim.end()
    await expect(held).rejects.toThrow()
  })

  it.each(['approvals.approve', 'approval.request', 'hello'])(
    '%s as a notification closes the connection and raises an alert',
    async (method) => {
      const rogue = await openPeer(home.home)
      await rogue.notify(method, {})
      await rogue.closed
      await alertOf('unknown-verb')
    },
  )

  it('an answer nobody asked for is no approval either', async () => {
    const rogue = await openPeer(home.home, 'rogue')
    const held = rogue.request({ n: 1 })
    await broker.card()
    const socket = await connectTo(layoutHere(home.home).socket)
    for (const id of [0, 1, 2]) {
      const body = JSON.stringify({ jsonrpc: '2.0', id, result: { outcome: 'approved', approval: 'x', by: 'me' } })
      socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`)
    }
    expect((await broker.ask('snapshot', {})).approvals).toHaveLength(1)
    socket.destroy()
    rogue.end()
    await expect(held).rejects.toThrow()
  })

  it('the alert is in the log', async () => {
    const rogue = await openPeer(home.home)
    await expect(rogue.ask('approve', {})).rejects.toThrow()
    await rogue.closed
    await broker.stop()
    expect(ownEvents('alert')).toMatchObject([{ kind: 'unknown-verb', detail: expect.stringContaining('"approve"') }])
  })
})

describe('the order of things', () => {
  it.each(['session.open', 'approval.request', 'approval.cancel', 'limit.reserve', 'limit.return'])(
    '%s before hello is refused',
    async (method) => {
      const peer = await peerOf(home.home)
      await expect(peer.ask(method, {})).rejects.toThrow(/no such verb|closed/)
      await peer.closed
    },
  )

  it('asking or cancelling before the session is open is refused', async () => {
    const peer = await peerOf(home.home)
    await peer.hello()
    await expect(peer.request({})).rejects.toThrow('open a session first')
    await expect(peer.ask('approval.cancel', { call: 'x.1', why: 'client', waitedMs: 5 })).rejects.toThrow(
      'open a session first',
    )
    await peer.open()
    peer.end()
  })

  it('a wrong token is refused, closes the connection and raises an alert', async () => {
    const peer = await peerOf(home.home)
    await peer.hello()
    await expect(peer.open('s', { token: '0'.repeat(64) })).rejects.toThrow(/wrong token|closed/)
    await peer.closed
    await alertOf('wrong-token')
  })

  it('bad parameters close the connection', async () => {
    const peer = await openPeer(home.home)
    await expect(peer.request({}, { budgetMs: -1 })).rejects.toThrow(/bad parameters for approval.request|closed/)
    await peer.closed
  })

  it.each(['broker-20260101-000000-abc', '../escape', 'a/b', '.hidden', 'a\nb', 'x'.repeat(101)])(
    'a session cannot be called %j',
    async (name) => {
      const peer = await peerOf(home.home)
      await peer.hello()
      await expect(peer.open(name)).rejects.toThrow(/not a session name|bad parameters|closed/)
      peer.end()
    },
  )

  it('a live session is nobody else’s, and a connection has one session', async () => {
    const first = await openPeer(home.home, 'mine')
    const second = await peerOf(home.home)
    await second.hello()
    await expect(second.open('mine')).rejects.toThrow('already connected')
    await expect(first.open('other')).rejects.toThrow('already connected')
    first.end()
    second.end()
  })
})

describe('each for itself', () => {
  it('another server’s and client’s name gets a card of its own, and no part in theirs', async () => {
    const victim = await openPeer(home.home, 'victim')
    const held = victim.request({ n: 1 })
    const card = await broker.card()
    const rogue = await openPeer(home.home, 'rogue')
    const own = rogue.request({ n: 1 })
    const other = await broker.card(({ id }) => id !== card.id)
    expect(other.who.session).toBe('rogue')
    expect(await broker.approve(card)).toBe('ran')
    expect(await held).toMatchObject({ outcome: 'approved', approval: card.id })
    expect((await broker.ask('snapshot', {})).approvals).toMatchObject([{ id: other.id }])
    await broker.refuse(other)
    expect(await own).toMatchObject({ outcome: 'refused' })
    victim.end()
    rogue.end()
  })

  it('a call of another session can neither be asked for nor taken back', async () => {
    const victim = await openPeer(home.home, 'victim')
    const held = victim.request({ n: 1 })
    const card = await broker.card()
    const rogue = await openPeer(home.home, 'rogue')
    await expect(rogue.request({ n: 2 }, { call: 'victim.1' })).rejects.toThrow('not of this session')
    await rogue.ask('approval.cancel', { call: 'victim.1', why: 'client', waitedMs: 5 })
    expect(await broker.approve(card)).toBe('ran')
    await held
    victim.end()
    rogue.end()
  })

  it('a hash of other arguments opens no card', async () => {
    const rogue = await openPeer(home.home)
    await expect(rogue.request({ path: '/a' }, { arguments: { path: '/b' } })).rejects.toThrow('hash does not match')
    expect((await broker.ask('snapshot', {})).approvals).toEqual([])
    rogue.end()
  })

  it('cards leave with their connection', async () => {
    const peer = await openPeer(home.home)
    const held = peer.request({ n: 1 })
    const card = await broker.card()
    peer.end()
    await expect(held).rejects.toThrow()
    await broker.event('approval.closed', ({ id, outcome }) => id === card.id && outcome === 'cancelled')
    expect(await broker.approve(card)).toBe('closed')
  })
})

describe('garbage', () => {
  const frame = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  it.each([
    ['a header without end', 'x'.repeat(10_000)],
    ['no length', 'Content-Type: json\r\n\r\n{}'],
    ['a negative length', 'Content-Length: -5\r\n\r\n{}'],
    ['a length in words', 'Content-Length: many\r\n\r\n{}'],
    ['a frame beyond all bounds', 'Content-Length: 999999999999\r\n\r\n{'],
    ['a web request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no JSON', frame('{"jsonrpc":')],
    ['deep nesting', frame('['.repeat(100_000))],
  ])('%s ends that connection and nothing else', async (_, bytes) => {
    const good = await openPeer(home.home)
    const held = good.request({ n: 1 })
    const card = await broker.card()
    const socket = await connectTo(layoutHere(home.home).socket)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(bytes)
    await closed
    expect(await broker.approve(card)).toBe('ran')
    expect(await held).toMatchObject({ outcome: 'approved' })
    good.end()
  })

  it.each(['[]', '"text"', 'null', '{}', '[{"jsonrpc":"2.0","id":1,"method":"approve"}]'])(
    'the message %s does nothing',
    async (body) => {
      const socket = await connectTo(layoutHere(home.home).socket)
      socket.on('error', () => undefined)
      socket.end(frame(body))
      const good = await openPeer(home.home)
      good.end()
      expect((await broker.ask('snapshot', {})).approvals).toEqual([])
    },
  )

  it('frames cut at every byte and two in one chunk are read as they were meant', async () => {
    const params = { protocol: 1, nonce: 'n'.repeat(16) }
    const hello = (id: number) => frame(JSON.stringify({ jsonrpc: '2.0', id, method: 'hello', params }))
    const socket = await connectTo(layoutHere(home.home).socket)
    socket.setNoDelay(true)
    let text = ''
    const answered = new Promise<void>((resolve) => {
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (['"id":1', '"id":2', '"id":3'].every((id) => text.includes(id))) resolve()
      })
    })
    for (const byte of hello(1)) await new Promise((resolve) => socket.write(byte, resolve))
    socket.write(hello(2) + hello(3))
    await answered
    // Greeted once: a later nonce must not take the place of the one that approvals are signed for.
    expect(text.split('"signature"')).toHaveLength(2)
    expect(text.split('already greeted')).toHaveLength(3)
    socket.destroy()
  })

  it('a call as long as the proxy lets through is held', async () => {
    const peer = await openPeer(home.home)
    const text = 'x'.repeat(15 * 1024 * 1024)
    const held = peer.request({ text })
    const card = await broker.card()
    expect(card.arguments['text']).toHaveLength(text.length)
    await broker.refuse(card)
    await held
    peer.end()
  })
})

it('200 connections at once, and the next proxy is served', async () => {
  const { socket } = layoutHere(home.home)
  const idle: net.Socket[] = await Promise.all(Array.from({ length: 200 }, () => connectTo(socket)))
  const peer = await openPeer(home.home)
  const held = peer.request({ n: 1 })
  await broker.refuse(await broker.card())
  expect(await held).toMatchObject({ outcome: 'refused' })
  for (const one of idle) one.destroy()
  peer.end()
})

it('one winner through the real socket: an approval, a cancel and a lost connection at once', async () => {
  for (let round = 0; round < 30; round += 1) {
    const peer = await openPeer(home.home, `race-${round}`)
    const held = peer.request({ round }).then(
      (answer) => (answer as { outcome: string }).outcome,
      () => 'lost',
    )
    const card = await broker.card(({ arguments: args }) => args['round'] === round)
    const cancel = peer.ask('approval.cancel', { call: `race-${round}.1` }).catch(() => undefined)
    if (round % 3 === 0) peer.end()
    const click = await broker.approve(card)
    const heard = await held
    await cancel
    // The caller runs only what the person was told ran; that a told one was lost on the way runs nothing.
    if (heard === 'approved') expect(click).toBe('ran')
    expect(['approved', 'cancelled', 'lost']).toContain(heard)
    peer.end()
    await peer.closed
    // Room for the next: 30 new cards a minute.
    await broker.event('approval.closed', ({ id }) => id === card.id)
  }
  await broker.stop()
  const decided = ownEvents('approval.decided').map(({ approval }) => approval)
  expect(decided).toHaveLength(30)
  expect(new Set(decided).size).toBe(30)
})
