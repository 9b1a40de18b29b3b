// The 2026-07-28 era, and clients that count silence: real SDK clients and a real SDK server on both sides of the proxy.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, type VersionNegotiationMode } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHome, proxied, startTestBroker, type TestBroker, type TestHome } from '../support/countersign.ts'

const serverFile = fileURLToPath(new URL('../fixtures/modern-server.mjs', import.meta.url))
const policy = `version: 1
default: { read: allow, "*": require-approval }
rules:
  - id: never-delete
    effect: deny
    tools: ["delete_*"]
    reason: Deleting is done by people here.
`

let home: TestHome
let broker: TestBroker
let folder: string
let close: () => Promise<void>

beforeEach(async () => {
  home = createHome({ 'policy.yaml': policy })
  broker = await startTestBroker(home.home)
  folder = mkdtempSync(join(tmpdir(), 'countersign-modern-'))
  close = async () => undefined
})
afterEach(async () => {
  await close()
  await broker.stop()
  home.remove()
  rmSync(folder, { recursive: true, force: true })
})

const log = () => join(folder, 'calls.jsonl')
/** What reached the server. */
function ran(): { era: string; name: string; text: string }[] {
  if (!existsSync(log())) return []
  return readFileSync(log(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function launch(options: string[] = []) {
  const [command = '', ...args] = proxied([process.execPath, serverFile], options)
  const env = { PATH: process.env['PATH'] ?? '', MODERN_LOG: log(), ...home.env }
  return { command, args, env, stderr: 'ignore' as const }
}

const info = { name: 'e2e', version: '1.0.0' }
type Result = { isError?: boolean | undefined; content: unknown[] }
const textOf = ({ content }: Result) => (content[0] as { text?: string } | undefined)?.text ?? ''

const modes: [name: string, mode: VersionNegotiationMode, era: string][] = [
  ['auto', 'auto', 'modern'],
  ['pinned', { pin: '2026-07-28' }, 'modern'],
  ['legacy', 'legacy', 'legacy'],
]

describe.each(modes)('SDK v2, %s', (_, mode, era) => {
  it('allowed runs, denied is a result the client takes, held runs once approved', async () => {
    const client = new Client(info, { versionNegotiation: { mode } })
    close = () => client.close()
    await client.connect(new StdioClientTransport(launch()))
    expect(client.getServerVersion()).toMatchObject({ name: 'modern' })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['get_note', 'write_note', 'delete_note'])

    const call = (name: string, text: string) => client.callTool({ name, arguments: { text } })
    const allowed = await call('get_note', 'a')
    expect([allowed.isError ?? false, textOf(allowed)]).toEqual([false, 'get_note got a'])

    const denied = await call('delete_note', 'b')
    expect(denied.isError).toBe(true)
    expect(textOf(denied)).toContain('Deleting is done by people here.')

    const held = call('write_note', 'c')
    const card = await broker.card()
    expect(card).toMatchObject({ tool: 'write_note', arguments: { text: 'c' } })
    expect(ran()).toEqual([{ era, name: 'get_note', text: 'a' }])
    expect(await broker.approve(card)).toBe('ran')
    expect(textOf(await held)).toBe('write_note got c')
    expect(ran()).toEqual([
      { era, name: 'get_note', text: 'a' },
      { era, name: 'write_note', text: 'c' },
    ])
  })

  it('refused is a result the client takes', async () => {
    const client = new Client(info, { versionNegotiation: { mode } })
    close = () => client.close()
    await client.connect(new StdioClientTransport(launch()))
    const held = client.callTool({ name: 'write_note', arguments: { text: 'c' } })
    await broker.refuse(await broker.card(), 'Not now.')
    const refused = await held
    expect([refused.isError, textOf(refused)]).toEqual([true, expect.stringContaining('Not now.')])
    expect(ran()).toEqual([])
  })

  it('held for longer than it waits: it asks again by itself, or is given a ticket', async () => {
    const client = new Client(info, { versionNegotiation: { mode } })
    close = () => client.close()
    await client.connect(new StdioClientTransport(launch(['--hold-budget', '1'])))
    const call = () => client.callTool({ name: 'write_note', arguments: { text: 'd' } }, { timeout: 3_000 })
    const first = call()
    const card = await broker.card()
    const released = await broker.card(({ id, caller }) => id === card.id && caller.state === 'released')
    let answer: Promise<Result> = first
    if (era === 'legacy') {
      const ticket = await first
      expect([ticket.isError, textOf(ticket)]).toEqual([true, expect.stringMatching(/ticket [0-9A-F]{4}/)])
    } else {
      // Held in the third round, which nobody but the client's own library has begun.
      const again = ({ id, caller }: typeof card) => id === card.id && caller.state === 'waiting'
      let seen = 0
      await broker.event('approval.changed', (event) => again(event.card) && ++seen === 3)
    }
    expect(ran()).toEqual([])
    const shown = era === 'legacy' ? released : ((await broker.ask('snapshot', {})).approvals[0] ?? card)
    expect(['ran', 'granted']).toContain(await broker.approve(shown))
    if (era === 'legacy') answer = call()
    expect(textOf(await answer)).toBe('write_note got d')
    expect(ran()).toEqual([{ era, name: 'write_note', text: 'd' }])
  })
})

// The heartbeat comes every 5 s: a client that gives up after 6 s of silence is kept by it, and by nothing else.
describe('a client whose limit is shorter than the hold, and counts from the last progress', () => {
  const limit = { timeout: 6_000, resetTimeoutOnProgress: true }

  it.each(['SDK v1', 'SDK v2'] as const)('%s: still waits when the approval comes', async (kind) => {
    const beats: number[] = []
    let arrived: (() => void) | undefined
    const second = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const onprogress = ({ progress }: { progress: number }) => {
      beats.push(progress)
      if (beats.length === 2) arrived?.()
    }
    const params = { name: 'write_note', arguments: { text: 'late' } }
    let answer: Promise<Result>
    if (kind === 'SDK v1') {
      const client = new ClientV1(info)
      close = () => client.close()
      await client.connect(new StdioV1(launch()))
      answer = client.callTool(params, undefined, { ...limit, onprogress }) as Promise<Result>
    } else {
      const client = new Client(info)
      close = () => client.close()
      await client.connect(new StdioClientTransport(launch()))
      answer = client.callTool(params, { ...limit, onprogress }) as Promise<Result>
    }
    const card = await broker.card()
    // Ten seconds: the limit is long over.
    await second
    expect(ran()).toEqual([])
    expect(await broker.approve(card)).toBe('ran')
    expect(textOf(await answer)).toBe('write_note got late')
    expect(ran()).toMatchObject([{ name: 'write_note', text: 'late' }])
    expect(beats).toEqual([1, 2])
  })
})
