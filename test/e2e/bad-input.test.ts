// Bad input, on the programs as they are built: a sentence, the right exit code, nothing run and nothing lost.
//
// Covered next to the part that answers, and not repeated here: unknown flags and a missing or unrunnable command of the
// proxy (test/proxy/lifecycle.test.ts), typing mistakes on the command line (test/broker/cli/main.test.ts), a second
// instance (second-instance.test.ts), every bad state of the data folder (test/broker/start.test.ts), every bad line from
// a client (test/proxy/session.test.ts, test/core/wire/client-message.test.ts).
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { layoutHere } from '../../broker/paths.ts'
import { createHome, proxied, startTestBroker, type TestHome } from '../support/countersign.ts'
import { startRaw } from '../support/raw-client.ts'
import { createWitness, type Witness } from '../support/witness.ts'

const cliFile = fileURLToPath(new URL('../../out/bin/countersign.cjs', import.meta.url))

let home: TestHome
let witness: Witness
const cleanUp: (() => Promise<unknown>)[] = []

beforeEach(() => {
  home = createHome({ 'policy.yaml': 'version: 1\ndefault: allow\n' })
  witness = createWitness()
})
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step()
  home.remove()
  witness.remove()
})

type End = { code: number | null; out: string; err: string }

async function cli(args: string[], env: Record<string, string> = home.env): Promise<End> {
  const program = startRaw([process.execPath, cliFile, ...args], { env })
  const { code } = await program.exited
  await program.closed
  return { code, out: program.stdout().toString(), err: program.stderr() }
}

function agent(options: string[] = [], env: Record<string, string> = home.env) {
  const client = startRaw(proxied(witness.command, options), { env: { ...env, ...witness.env } })
  cleanUp.push(async () => {
    client.end()
    await client.exited
  })
  return client
}

const refusalOf = (message: unknown) =>
  (message as { result: { isError?: boolean; content: { text: string }[] } }).result

describe('from the client', () => {
  it.each([
    ['malformed JSON', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note",}', -32700],
    ['a cut line', '{"jsonrpc":"2.0","id":1,"method":"tools/call"', -32700],
    [
      'a duplicate key',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note","name":"write_note"}}',
      -32600,
    ],
    [
      'a key duplicated by an escape',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note","\\u006eame":"write_note"}}',
      -32600,
    ],
    [
      'duplicate keys in the arguments',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note","arguments":{"a":1,"a":2}}}',
      -32600,
    ],
  ])('%s: an error, a line in the log, and the next call runs', async (_, line, code) => {
    const broker = await startTestBroker(home.home)
    cleanUp.push(broker.stop)
    const client = agent()
    client.send(line)
    const answer = await client.next(({ message }) => (message as { error?: unknown }).error !== undefined)
    const { error } = answer.message as { error: { code: number; message: string } }
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/\w+ .*\w/)
    const next = await client.request('tools/call', { name: 'get_note', arguments: { n: 2 } }, 'next')
    expect(refusalOf(next.message).isError).not.toBe(true)
    expect(witness.calls()).toMatchObject([{ name: 'get_note', arguments: { n: 2 } }])
    client.end()
    await client.exited
    const spool = readSpools()
    expect(spool).toMatch(/"type":"message.rejected"/)
    expect(spool.match(/"type":"call.decided"/g)).toHaveLength(1)
  })
})

/** What the proxies of this test put on record. */
function readSpools(): string {
  const { spool } = layoutHere(home.home)
  const names = readdirSync(spool).filter((name) => !name.startsWith('broker-'))
  return names.map((name) => readFileSync(join(spool, name), 'utf8')).join('')
}

describe('a policy', () => {
  it.each([
    ['that is broken YAML', 'version: 1\nrules: [', /policy\.yaml:2:\d+/],
    ['with a duplicate key', 'version: 1\nversion: 1\n', /policy\.yaml:2:1.*Duplicate key/],
    ['with an unknown key', 'version: 1\nrulez: []\n', /policy\.yaml:2:1.*rule/],
  ])('%s: `policy check` says where, with 1; published, it denies', async (_, text, message) => {
    home.writePolicy('policy.yaml', text)
    const file = join(home.home, 'policies', 'policy.yaml')
    const checked = await cli(['policy', 'check', file])
    expect(checked.code).toBe(1)
    expect(`${checked.out}${checked.err}`).toMatch(message)

    const broker = await startTestBroker(home.home)
    cleanUp.push(broker.stop)
    const { message: answer } = await agent().request('tools/call', { name: 'get_note' })
    expect(refusalOf(answer)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('policy.yaml') }],
    })
    expect(witness.calls()).toEqual([])
  })

  it('that is not there: `policy check` says so, and `--policy` denies', async () => {
    const missing = join(home.home, 'none.yaml')
    const checked = await cli(['policy', 'check', missing])
    expect(checked.code).not.toBe(0)
    expect(`${checked.out}${checked.err}`).toContain('none.yaml')
    const { message } = await agent(['--policy', missing]).request('tools/call', { name: 'get_note' })
    expect(refusalOf(message)).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('ENOENT') }] })
    expect(witness.calls()).toEqual([])
  })
})

describe('`countersign serve`', () => {
  it('with an unknown flag: 2, and nothing was started', async () => {
    expect(await cli(['serve', '--prot', '1'])).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/--prot.*--port.*\nTry: countersign serve --help\n$/s),
    })
    expect(() => readFileSync(layoutHere(home.home).publicKey)).toThrow()
  })

  it('on a port in use: 6, the port is named, and the data folder is free again', async () => {
    const taken: Server = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    cleanUp.push(() => new Promise((resolve) => taken.close(resolve)))
    const { port } = taken.address() as AddressInfo
    const end = await cli(['serve', '--port', String(port)])
    expect(end).toMatchObject({ code: 6, out: '', err: expect.stringMatching(new RegExp(`Port ${port} .*--port`)) })
    cleanUp.push((await startTestBroker(home.home)).stop)
  })

  it('in a data folder that cannot be one: 4, and what to do', async () => {
    const file = join(home.home, 'file')
    writeFileSync(file, 'mine')
    const end = await cli(['serve', '--port', '0'], { COUNTERSIGN_HOME: file })
    expect(end).toMatchObject({ code: 4, out: '', err: expect.stringMatching(/cannot be used.*COUNTERSIGN_HOME/s) })
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  it.each([
    ['newer than the program', 99, /newer/],
    ['damaged', undefined, /damaged.*audit rebuild --from-spools/s],
  ])('on a database that is %s: 5, and it is left as it was', async (_, version, sentence) => {
    await (await startTestBroker(home.home)).stop()
    const { database } = layoutHere(home.home)
    if (version === undefined) writeFileSync(database, 'x'.repeat(8192))
    else {
      const db = new Database(database)
      db.pragma(`user_version = ${version}`)
      db.close()
    }
    const before = readFileSync(database)
    const end = await cli(['serve', '--port', '0'])
    expect(end).toMatchObject({ code: 5, out: '', err: expect.stringMatching(sentence) })
    expect(readFileSync(database).equals(before)).toBe(true)
  })

  it('with a key that cannot be used: 4, and the key is left as it was', async () => {
    await (await startTestBroker(home.home)).stop()
    const { privateKey } = layoutHere(home.home)
    writeFileSync(privateKey, 'sealed:AAAA')
    const end = await cli(['serve', '--port', '0'])
    expect(end).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringMatching(/signing key .* sealed by the desktop app/),
    })
    expect(readFileSync(privateKey, 'utf8')).toBe('sealed:AAAA')
  })
})

describe('the proxy without a usable data folder', () => {
  it('with a file in its place: lists go on, calls are refused with the reason', async () => {
    await (await startTestBroker(home.home)).stop()
    const file = join(home.home, 'file')
    writeFileSync(file, '')
    const client = agent([], { COUNTERSIGN_HOME: file })
    expect((await client.request('tools/list')).text).toContain('get_thing')
    const { message } = await client.request('tools/call', { name: 'get_note' })
    expect(refusalOf(message)).toMatchObject({ isError: true })
    expect(witness.calls()).toEqual([])
  })

  it('with a spool folder that cannot be written: nothing runs unrecorded', async () => {
    await (await startTestBroker(home.home)).stop()
    const { spool } = layoutHere(home.home)
    rmSync(spool, { recursive: true })
    writeFileSync(spool, '')
    const { message } = await agent().request('tools/call', { name: 'get_note' })
    expect(refusalOf(message)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/cannot be put on record/) }],
    })
    expect(witness.calls()).toEqual([])
  })
})
