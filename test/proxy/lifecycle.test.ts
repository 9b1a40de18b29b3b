// How a session begins and ends: exit codes, signals, and that nothing of the server outlives the proxy.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { descendants, isAlive, waitForExit } from '../support/processes.ts'
import { startRaw } from '../support/raw-client.ts'
import {
  allowAll,
  answerTo,
  type Bench,
  callTool,
  createBench,
  decisionOf,
  proxyFile,
  textOf,
  toolCall,
  usual,
} from './support/proxy.ts'

let bench: Bench
const use = (options = {}) => {
  bench = createBench(options)
  return bench
}
beforeEach(() => {
  use()
})
afterEach(() => bench.remove())

describe('wrong usage starts nothing', () => {
  it.each([
    ['no command', ['--server', 'a', '--client', 'b'], 2, 'the command of the MCP server is missing'],
    ['nothing after --', ['--server', 'a', '--client', 'b', '--'], 2, 'the command of the MCP server is missing'],
    [
      'an unknown flag',
      ['--server', 'a', '--client', 'b', '--frobnicate', '--', 'true'],
      2,
      "Unknown option '--frobnicate'",
    ],
    ['no server', ['--client', 'b', '--', 'true'], 2, '--server needs a name'],
    ['a name with a slash', ['--server', '../a', '--client', 'b', '--', 'true'], 2, '--server needs a name'],
    [
      'a budget in words',
      ['--server', 'a', '--client', 'b', '--hold-budget', 'long', '--', 'true'],
      2,
      '--hold-budget needs',
    ],
    ['half a fingerprint', ['--server', 'a', '--client', 'b', '--trust', 'abc', '--', 'true'], 2, '--trust needs'],
    [
      'a command that does not exist',
      ['--server', 'a', '--client', 'b', '--', '/no/such/server'],
      127,
      "the MCP server's command was not found: /no/such/server",
    ],
    [
      'a command that is a folder',
      ['--server', 'a', '--client', 'b', '--', '/tmp'],
      126,
      'the MCP server cannot be started',
    ],
  ])('%s', async (_, args, code, problem) => {
    const client = startRaw([process.execPath, proxyFile, ...args], { env: { COUNTERSIGN_HOME: bench.home } })
    expect(await client.exited).toEqual({ code, signal: null })
    await client.closed
    expect(client.stderr()).toContain(problem)
    expect(client.stderr().trim().split('\n').length).toBeLessThanOrEqual(2)
    expect(client.stdout()).toHaveLength(0)
  })

  it('a file without the right to run', async () => {
    const file = join(bench.home, 'server')
    writeFileSync(file, '', { mode: 0o600 })
    expect(await bench.start({ command: [file] }).exited).toEqual({ code: 126, signal: null })
  })

  it.each(['--help', '--version'])('%s says so on stdout', async (flag) => {
    const client = startRaw([process.execPath, proxyFile, flag])
    expect((await client.exited).code).toBe(0)
    await client.closed
    expect(client.stdout().toString()).toMatch(
      flag === '--help' ? /^Usage: countersign-proxy --server/ : /^\d+\.\d+\.\d+\n$/,
    )
  })
})

describe('the end', () => {
  it.each([
    ['exit code 0', 'process.exit(0)', 0],
    ['exit code 7', 'process.exit(7)', 7],
    ['SIGTERM', 'process.kill(process.pid, "SIGTERM")', 143],
    ['SIGSEGV', 'process.kill(process.pid, "SIGSEGV")', 139],
    ['SIGABRT', 'process.abort()', 134],
  ])('a server that ends by %s ends the proxy alike', async (_, script, code) => {
    const client = bench.start({ command: [process.execPath, '-e', script] })
    expect(await client.exited).toEqual({ code, signal: null })
  })

  it('the client closing its end ends the server, and then the proxy', async () => {
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'get_x')
    client.end()
    expect(await client.exited).toEqual({ code: 0, signal: null })
    expect(bench.witness.events().map((event) => event.event)).toContain('stdin-end')
    expect(bench.events().at(-1)).toMatchObject({
      type: 'session.ended',
      data: { reason: 'the client closed its end' },
    })
  })

  it('calls sent just before the client closes its end still run when policy allows them', async () => {
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'put_x'))
    client.send(toolCall(2, 'get_x'))
    client.end()
    await client.closed
    expect(
      bench.witness
        .calls()
        .map((call) => call.name)
        .sort(),
    ).toEqual(['get_x', 'put_x'])
    expect(client.lines).toHaveLength(2)
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s reaches the server', async (signal) => {
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'get_x')
    client.kill(signal)
    const numbers = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }
    expect(await client.exited).toEqual({ code: numbers[signal], signal: null })
    expect(bench.witness.events().find((event) => event.event === 'signal')).toMatchObject({ signal })
    expect(bench.events().at(-1)).toMatchObject({ type: 'session.ended', data: { reason: signal } })
  })

  it('a server that goes away answers every call that waits, each in its words', async () => {
    const client = bench.start({ policy: usual })
    client.send(toolCall(1, 'slow_get', { release: bench.witness.releasePath('never') }))
    await bench.witness.waitForLine((line) => line.text.includes('slow_get'))
    client.send(toolCall(2, 'die_now'))
    expect((await client.exited).code).toBe(3)
    await client.closed
    const answers = await Promise.all([1, 2].map((id) => client.next(answerTo(id))))
    for (const answer of answers) {
      expect(decisionOf(answer)).toMatchObject({ decision: 'unknown-outcome' })
      expect(textOf(answer)).toContain(
        'the MCP server ended with exit code 3 before it answered. It may or may not have taken effect',
      )
    }
    expect(bench.events().filter((event) => event.data['outcome'] === 'upstream-exited')).toHaveLength(2)
  })

  it('what the server had said before it went away still arrives, and nothing is added', async () => {
    const client = bench.start({
      command: [process.execPath, '-e', 'require("fs").writeSync(1, "x".repeat(50000) + "\\nhalf")'],
    })
    await client.closed
    expect(client.stdout().toString()).toBe(`${'x'.repeat(50_000)}\nhalf`)
  })
})

describe('no orphans', () => {
  it('a server that ignores the end of its input is asked, then ended, with its children', async () => {
    use({ ignoreEof: true, spawnChild: true })
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'get_x')
    const family = descendants(client.pid ?? 0)
    expect(family.length).toBeGreaterThanOrEqual(2)
    client.end()
    expect(await client.exited).toEqual({ code: 143, signal: null })
    for (const pid of family) await waitForExit(pid)
  })

  it('a server that ignores SIGTERM too is killed', async () => {
    use({ ignoreEof: true, ignoreSigterm: true })
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'get_x')
    client.kill('SIGTERM')
    expect(await client.exited).toEqual({ code: 137, signal: null })
  })

  it.each([
    ['', {}],
    [' even when it ignores EOF and has children', { ignoreEof: true, spawnChild: true }],
    [' even when it ignores SIGTERM as well', { ignoreEof: true, ignoreSigterm: true, spawnChild: true }],
  ])('kill -9 of the proxy takes the server along%s; the watchdog leaves too', async (_, options) => {
    use(options)
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'get_x')
    // Witness (and its child) and the watchdog's shell.
    const expected = 'spawnChild' in options ? 3 : 2
    await expect.poll(() => descendants(client.pid ?? 0).length).toBe(expected)
    const family = descendants(client.pid ?? 0)
    client.kill('SIGKILL')
    for (const pid of family) await waitForExit(pid)
  })

  it('children that keep the output of an ended server open are ended', async () => {
    const script =
      'require("child_process").spawn("sleep", ["100"], { stdio: "inherit" }); console.log("up"); setTimeout(() => process.exit(4), 50)'
    const client = bench.start({ command: [process.execPath, '-e', script] })
    await client.next((line) => line.text === 'up')
    const family = descendants(client.pid ?? 0)
    expect(await client.exited).toEqual({ code: 4, signal: null })
    for (const pid of family) await waitForExit(pid)
  })

  it('children that left the group do not keep the proxy', async () => {
    const script = `const c = require("child_process").spawn("sleep", ["100"], { stdio: "inherit", detached: true });
      console.log(JSON.stringify({ pid: c.pid })); setTimeout(() => process.exit(4), 50)`
    const client = bench.start({ command: [process.execPath, '-e', script] })
    const { pid } = (await client.next((line) => line.text.includes('pid'))).message as { pid: number }
    try {
      expect(await client.exited).toEqual({ code: 4, signal: null })
    } finally {
      process.kill(pid, 'SIGKILL')
    }
  })

  it('the watchdog kills nobody when the server ended first', async () => {
    use({ spawnChild: true })
    const client = bench.start({ policy: usual })
    await callTool(client, 1, 'get_x')
    await expect.poll(() => descendants(client.pid ?? 0).length).toBe(3)
    const family = descendants(client.pid ?? 0)
    const watched = bench.witness.events().find((event) => event.event === 'started')?.pid ?? 0
    client.send(toolCall(2, 'die_now'))
    await client.exited
    for (const pid of family) await waitForExit(pid)
    expect(isAlive(watched)).toBe(false)
    expect(bench.witness.events().filter((event) => event.event === 'signal')).toEqual([])
  })
})

it('a home that cannot be written refuses calls and lets the rest go on', async () => {
  writeFileSync(join(bench.home, 'file'), '')
  const client = bench.start({ policy: allowAll, env: { COUNTERSIGN_HOME: join(bench.home, 'file') } })
  expect((await client.request('initialize', { protocolVersion: '2025-11-25' }, 'i')).text).toContain('witness')
  expect((await client.request('tools/list', {}, 'l')).text).toContain('write_thing')
  const answer = await callTool(client, 1, 'get_x')
  expect(decisionOf(answer)).toMatchObject({ decision: 'no-record', retry: 'later' })
  expect(textOf(answer)).toContain('cannot be put on record')
  expect(client.stderr()).toContain('the audit record cannot be written')
  expect(bench.witness.calls()).toEqual([])
})

it("a data folder given as a relative path is the broker's as well", async () => {
  mkdirSync(join(bench.home, 'sub'))
  const client = startRaw(
    [process.execPath, proxyFile, '--server', 'a', '--client', 'b', '--', ...bench.witness.command],
    {
      env: { ...bench.witness.env, COUNTERSIGN_HOME: './sub/../' },
      cwd: bench.home,
    },
  )
  await callTool(client, 1, 'get_x')
  client.end()
  await client.exited
  expect(bench.callEvents()).toEqual(['call.decided'])
})
