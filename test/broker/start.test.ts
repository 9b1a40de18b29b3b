// Starting the broker on folders, keys and databases in every bad state: a sentence that says what to do, and nothing
// lost. How the command line turns these into exit codes: test/broker/cli/serve.test.ts.
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import * as fs from 'node:fs'
import * as net from 'node:net'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BrokerStartError, type SecretBox } from '../../broker/host-contract.ts'
import { layoutHere } from '../../broker/paths.ts'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { createHome, newest, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'
import { startRaw } from '../support/raw-client.ts'
import { createWitness } from '../support/witness.ts'
import { openPeer } from './socket-fixture.ts'

let home: TestHome
let layout: HomeLayout
const running: TestBroker[] = []

beforeEach(() => {
  home = createHome()
  layout = layoutHere(home.home)
})
afterEach(async () => {
  for (const broker of running.splice(0)) await broker.stop()
  home.remove()
})

async function start(options: Parameters<typeof startTestBroker>[1] = {}, folder = home.home): Promise<TestBroker> {
  const broker = await startTestBroker(folder, options)
  running.push(broker)
  return broker
}

/** Starts, must fail, and leaves nothing behind that would keep the next one from starting. */
async function startError(options: Parameters<typeof startTestBroker>[1] = {}): Promise<BrokerStartError> {
  const error: unknown = await start(options).then(
    () => new Error('it started'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof BrokerStartError)) throw error
  expect(error.message).toMatch(/^[A-Z].*[.\w]$/s)
  return error
}

const once0600 = (file: string) => expect([file, fs.statSync(file).mode & 0o777]).toEqual([file, 0o600])

/** A keychain that turns texts around. */
const box: SecretBox = {
  encrypt: (plain) => Buffer.from([...plain].reverse().join('')),
  decrypt: (sealed) => [...Buffer.from(sealed).toString()].reverse().join(''),
}

describe('folders and files', () => {
  it('are for their owner alone', async () => {
    await start()
    for (const folder of [layout.keys, layout.run, layout.spool, path.dirname(layout.published)]) {
      expect([folder, fs.statSync(folder).mode & 0o777]).toEqual([folder, 0o700])
    }
    for (const file of [layout.privateKey, layout.publicKey, layout.proxyToken, layout.published, layout.database]) {
      once0600(file)
    }
  })

  it('that others could write or read are closed to them', async () => {
    fs.chmodSync(home.home, 0o777)
    for (const folder of [layout.keys, layout.run, layout.spool]) fs.mkdirSync(folder, { mode: 0o777 })
    for (const folder of [layout.keys, layout.run, layout.spool]) fs.chmodSync(folder, 0o777)
    await start()
    expect(fs.statSync(layout.keys).mode & 0o777).toBe(0o700)
    expect(fs.statSync(layout.run).mode & 0o777).toBe(0o700)
    expect(fs.statSync(layout.spool).mode & 0o022).toBe(0)
    expect(fs.statSync(home.home).mode & 0o022).toBe(0)
  })

  it.each(['keys', 'run'] as const)('%s as a link is refused', async (name) => {
    const elsewhere = path.join(home.home, 'elsewhere')
    fs.mkdirSync(elsewhere)
    fs.symlinkSync(elsewhere, layout[name])
    expect(await startError()).toMatchObject({ code: 'home-unsafe', message: expect.stringContaining(layout[name]) })
    expect(fs.readdirSync(elsewhere)).toEqual([])
  })

  it.runIf(process.getuid?.() === 0).each(['keys', 'run', 'home', 'spool'] as const)(
    '%s of another user is refused',
    async (name) => {
      fs.mkdirSync(layout[name], { recursive: true })
      fs.chownSync(layout[name], 12_345, 12_345)
      expect(await startError()).toMatchObject({ code: 'home-unsafe', message: expect.stringContaining(layout[name]) })
    },
  )

  it('a file in the place of the data folder, or of one in it, is named', async () => {
    fs.writeFileSync(layout.spool, '')
    expect(await startError()).toMatchObject({
      code: 'home-unwritable',
      message: expect.stringContaining(layout.spool),
    })
    const file = path.join(home.home, 'file')
    fs.writeFileSync(file, '')
    await expect(startTestBroker(file)).rejects.toMatchObject({
      code: 'home-unwritable',
      message: expect.stringMatching(/COUNTERSIGN_HOME/),
    })
  })

  it('a path too long for a socket works from end to end, with the socket elsewhere', async () => {
    const deep = path.join(home.home, 'a'.repeat(60), 'b'.repeat(60))
    const broker = await start({}, deep)
    const { socket } = layoutHere(deep)
    expect(socket.startsWith(deep)).toBe(false)
    expect(fs.statSync(path.dirname(socket)).mode & 0o777).toBe(0o700)
    const witness = createWitness()
    const agent = startRaw(proxied(witness.command), { env: { COUNTERSIGN_HOME: deep, ...witness.env } })
    const answer = agent.request('tools/call', { name: 'write_note', arguments: { n: 1 } })
    expect(await broker.approve(await broker.card())).toBe('ran')
    await answer
    expect(witness.calls()).toMatchObject([{ arguments: { n: 1 } }])
    agent.end()
    await agent.exited
    witness.remove()
    await broker.stop()
    fs.rmSync(path.dirname(socket), { recursive: true })
  })
})

describe('the socket file', () => {
  it('of a dead broker is replaced', async () => {
    fs.mkdirSync(layout.run, { mode: 0o700 })
    fs.writeFileSync(layout.socket, 'left behind')
    await start()
    expect(fs.statSync(layout.socket).isSocket()).toBe(true)
    ;(await openPeer(home.home)).end()
  })

  it('that somebody put a folder in the place of is named, and the start can be tried again', async () => {
    fs.mkdirSync(layout.socket, { recursive: true, mode: 0o700 })
    expect(await startError()).toMatchObject({
      code: 'home-unwritable',
      message: expect.stringMatching(/cannot listen at .*Remove what lies there/),
    })
    fs.rmdirSync(layout.socket)
    await start()
  })

  it('a squatter’s is taken over: proxies reach the broker', async () => {
    fs.mkdirSync(layout.run, { mode: 0o700 })
    const squatter = net.createServer().listen(layout.socket)
    await once(squatter, 'listening')
    await start()
    ;(await openPeer(home.home)).end()
    squatter.close()
  })
})

describe('one broker a folder', () => {
  it('the second is told, and the first goes on', async () => {
    const first = await start()
    expect(await startError()).toMatchObject({
      code: 'already-running',
      message: expect.stringMatching(/already running .* Use that one, or stop it first\./),
    })
    const peer = await openPeer(home.home)
    const held = peer.request({ n: 1 })
    expect(await first.approve(await first.card())).toBe('ran')
    expect(await held).toMatchObject({ outcome: 'approved' })
    peer.end()
  })

  it('of two started at the same moment, one starts', async () => {
    const both = await Promise.allSettled([start(), start()])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'already-running' } })
  })

  it('the lock of a killed one is free', async () => {
    const script = fileURLToPath(new URL('../fixtures/broker-process.ts', import.meta.url))
    const process_ = spawn(process.execPath, [script, home.home], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(process_.stdout, 'data')
    expect(await startError()).toMatchObject({ code: 'already-running' })
    process_.kill('SIGKILL')
    await once(process_, 'exit')
    await start()
  })

  it('a lock that is no database is named', async () => {
    fs.mkdirSync(layout.keys, { mode: 0o700 })
    fs.writeFileSync(path.join(layout.keys, 'broker.lock'), 'x'.repeat(4096))
    expect(await startError()).toMatchObject({
      code: 'home-unwritable',
      message: expect.stringMatching(/broker\.lock cannot be used: .*remove it and start again/),
    })
  })
})

describe('the keys', () => {
  it('stay the same from start to start; a lost or changed public half is restored', async () => {
    await (await start()).stop()
    const pem = fs.readFileSync(layout.publicKey, 'utf8')
    const token = fs.readFileSync(layout.proxyToken, 'utf8')
    fs.rmSync(layout.publicKey)
    await (await start()).stop()
    expect(fs.readFileSync(layout.publicKey, 'utf8')).toBe(pem)
    fs.writeFileSync(layout.publicKey, 'changed')
    await start()
    expect(fs.readFileSync(layout.publicKey, 'utf8')).toBe(pem)
    expect(fs.readFileSync(layout.proxyToken, 'utf8')).toBe(token)
  })

  it('an empty token file gets a new token', async () => {
    await (await start()).stop()
    fs.writeFileSync(layout.proxyToken, '\n')
    await start()
    expect(fs.readFileSync(layout.proxyToken, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    ;(await openPeer(home.home)).end()
  })

  it('are sealed where there is a keychain, and opened only there', async () => {
    const first = await start({ secretBox: box })
    expect(first.status().keyStorage).toBe('keychain')
    await first.stop()
    expect(fs.readFileSync(layout.privateKey, 'utf8')).toMatch(/^sealed:[A-Za-z0-9+/=]+$/)
    const pem = fs.readFileSync(layout.publicKey, 'utf8')
    const stored = fs.readFileSync(layout.privateKey, 'utf8')
    expect(await startError()).toMatchObject({
      code: 'key-unreadable',
      message: expect.stringMatching(/sealed by the desktop app.*Remove the folder/),
    })
    expect(fs.readFileSync(layout.privateKey, 'utf8')).toBe(stored)
    await start({ secretBox: box })
    expect(fs.readFileSync(layout.publicKey, 'utf8')).toBe(pem)
  })

  it.each([
    ['damaged', 'no key'],
    ['empty', ''],
    ['sealed by another keychain', 'sealed:AAAA'],
    [
      'of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('%s: no new one is made behind the proxies’ backs', async (_, stored) => {
    await (await start()).stop()
    fs.writeFileSync(layout.privateKey, stored)
    expect(await startError({ secretBox: box })).toMatchObject({
      code: 'key-unreadable',
      message: expect.stringContaining(layout.privateKey),
    })
    expect(fs.readFileSync(layout.privateKey, 'utf8')).toBe(stored)
  })
})

describe('the database', () => {
  it('newer than the program is left as it is', async () => {
    await (await start()).stop()
    const db = new Database(layout.database)
    db.pragma('user_version = 99')
    db.close()
    expect(await startError()).toMatchObject({ code: 'database-newer' })
    const after = new Database(layout.database, { readonly: true })
    expect(after.pragma('user_version', { simple: true })).toBe(99)
    after.close()
  })

  it('damaged is left as it is; moved away, the log comes back from the spools', async () => {
    await (await start()).stop()
    for (const ending of ['-wal', '-shm']) fs.rmSync(layout.database + ending, { force: true })
    fs.writeFileSync(layout.database, 'x'.repeat(8192))
    expect(await startError()).toMatchObject({
      code: 'database-corrupt',
      message: expect.stringMatching(/countersign audit rebuild --from-spools/),
    })
    expect(fs.readFileSync(layout.database, 'utf8')).toBe('x'.repeat(8192))
    fs.renameSync(layout.database, `${layout.database}.damaged`)
    for (const ending of ['-wal', '-shm']) fs.rmSync(layout.database + ending, { force: true })
    const broker = await start()
    expect(broker.status().auditHead).not.toBe('0'.repeat(64))
  })
})

it.each(['{"theme":', '[]', ''])(
  'settings that say %j are not used, said so, and replaced by the next change',
  async (text) => {
    fs.writeFileSync(layout.settings, text)
    const lines: string[] = []
    const broker = await start({ log: (line) => void lines.push(line) })
    expect((await broker.ask('snapshot', {})).settings).toMatchObject({ theme: 'system', notifications: true })
    expect(lines).toEqual([expect.stringMatching(/settings\.json cannot be read, the default settings are in use/)])
    await broker.ask('settings.set', { theme: 'dark' })
    expect(JSON.parse(fs.readFileSync(layout.settings, 'utf8'))).toMatchObject({ theme: 'dark', notifications: true })
  },
)

it('a damaged spool found at the start is shown, and starting goes on', async () => {
  fs.mkdirSync(layout.spool)
  fs.writeFileSync(path.join(layout.spool, 's1.jsonl'), 'no event\n')
  const broker = await start()
  expect(broker.status().alerts).toMatchObject([{ kind: 'spool-damaged', detail: expect.stringContaining('s1.jsonl') }])
})

describe('the record', () => {
  it('moved away: nothing is approved and the person is told; the next start settles what was open', async () => {
    const broker = await start()
    const peer = await openPeer(home.home, 'session')
    const held = peer.request({ n: 1 }).then(
      () => 'answered',
      () => 'lost',
    )
    const card = await broker.card()
    fs.renameSync(layout.spool, `${layout.spool}.away`)
    const reply = await broker.api.handle(
      'approvals.approve',
      { id: card.id, binding: card.binding, waiting: card.waiting },
      'me',
    )
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'internal', message: expect.stringMatching(/moved, replaced or deleted/) },
    })
    expect((await broker.ask('snapshot', {})).approvals).toMatchObject([{ id: card.id, caller: { state: 'waiting' } }])
    await broker.stop()
    expect(await held).not.toBe('approved')
    peer.end()

    fs.rmSync(layout.spool, { recursive: true, force: true })
    fs.renameSync(`${layout.spool}.away`, layout.spool)
    const next = await start()
    const { calls } = await next.ask('activity.search', newest(10))
    expect(calls).toMatchObject([{ call: 'session.1', outcome: 'cancelled' }])
    const { detail } = await next.ask('activity.get', { call: 'session.1' })
    expect(detail?.summary.decidedBy).toBe('restart')
  })
})
