// `npm start` and its demo as a newcomer runs them: a real tree of processes, a person who answers, and nothing left.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import type { UiEventEnvelope, UiReply } from '../../core/wire/ui-contract.ts'
import { descendants, waitForExit } from '../support/processes.ts'

const script = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url))

type Started = {
  child: ChildProcess
  pid: number
  /** What is left in the temporary folder that this run was given. */
  leftovers(): string[]
  printed(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<{ code: number | null; text: string }>
}

/** Starts it in a process group of its own, as a terminal does, and without a display. */
function start(args: string[], more: NodeJS.ProcessEnv = {}): Started {
  const folder = mkdtempSync(join(tmpdir(), 'cs-'))
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...env, TMPDIR: folder, COUNTERSIGN_HOME: join(folder, 'own-home'), NO_COLOR: '1', ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const { pid } = child
  if (pid === undefined) throw new Error('cannot start')
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  let text = ''
  const checks = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part
      for (const check of checks) check()
    })
  }
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, text }))
  })
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const check = () => {
        const match = pattern.exec(text)
        if (match !== null) resolve(match)
      }
      checks.add(check)
      void ended.then(() => reject(new Error(`ended without ${pattern}:\n${text}`)))
      check()
    })
  return {
    child,
    pid,
    printed,
    ended,
    leftovers: () => readdirSync(folder).filter((name) => name.startsWith('countersign')),
  }
}

/** A person with a browser: opens the link, waits for the card to appear, and answers it. */
async function answer(
  link: string,
  method: 'approvals.approve' | 'approvals.refuse',
  reason?: string,
): Promise<unknown> {
  const { origin } = new URL(link)
  const opened = await fetch(link, { redirect: 'manual' })
  const cookie = opened.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const key = opened.headers.get('location')?.split('#key=')[1] ?? ''
  const ask = async (name: string, params: unknown): Promise<{ [key: string]: unknown }> => {
    const headers = { cookie, origin, 'x-countersign-key': key, 'content-type': 'application/json' }
    const body = JSON.stringify({ method: name, params })
    const reply = (await (await fetch(`${origin}/api/request`, { method: 'POST', headers, body })).json()) as UiReply
    if (!reply.ok) throw new Error(reply.error.message)
    return reply.value as { [key: string]: unknown }
  }
  const card = await firstCard(
    `${origin}/api/events?key=${key}`,
    cookie,
    async () => (await ask('snapshot', {}))['approvals'],
  )
  const { id, binding, waiting } = card
  return (await ask(method, { id, binding, waiting, ...(reason === undefined ? {} : { reason }) }))['outcome']
}

type Card = { id: string; binding: string; waiting: number }

/** From the events, or from the snapshot taken after they began: whichever has it. */
async function firstCard(events: string, cookie: string, snapshot: () => Promise<unknown>): Promise<Card> {
  const stream = await fetch(events, { headers: { cookie } })
  const [already] = (await snapshot()) as Card[]
  if (already !== undefined) {
    await stream.body?.cancel()
    return already
  }
  let text = ''
  for await (const part of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    for (const [, data = ''] of text.matchAll(/^data: (.*)\n/gm)) {
      const { event } = JSON.parse(data) as UiEventEnvelope
      if (event.type === 'approval.changed') return event.card
    }
  }
  throw new Error('the events ended without a card')
}

const linkPattern = /^ {2}(http:\/\/127\.0\.0\.1:\d+\/launch\?code=\S+)$/m

it('demo: reads pass, the write waits and runs once approved, the move is denied, nothing is left', async () => {
  const demo = start(['--demo', '--once', '--port', '0'])
  const [, link = ''] = await demo.printed(linkPattern)
  expect(await answer(link, 'approvals.approve')).toBe('ran')
  const { code, text } = await demo.ended
  expect(text).toMatch(/^Serving Countersign to your browser, because there is no display\.$/m)
  expect(text).toMatch(/^ {2}read_text_file {2}notes\.txt +✓ ran /m)
  expect(text).toMatch(/^ +✓ ran +you approved it; the file now has 4 lines$|write_file .*✓ ran +you approved it/m)
  expect(text).toMatch(/^ {2}move_file +notes\.txt → archive\.txt +✗ denied .*Rule never-move in demo\.yaml/m)
  expect([code, demo.leftovers()]).toEqual([0, []])
}, 60_000)

it('demo: a refusal reaches the agent with its reason, and the file is not written', async () => {
  const demo = start(['--demo', '--once', '--port', '0'])
  const [, link = ''] = await demo.printed(linkPattern)
  expect(await answer(link, 'approvals.refuse', 'keep it short')).toBe('refused')
  const { code, text } = await demo.ended
  expect(text).toMatch(/✗ refused +a person refused this call: keep it short\. Held because: Rule hold-changes/m)
  expect([code, demo.leftovers()]).toEqual([0, []])
}, 60_000)

it.each([
  ['Ctrl+C (the whole group)', (pid: number) => process.kill(-pid, 'SIGINT'), 0, []],
  ['SIGTERM to the script alone', (pid: number) => process.kill(pid, 'SIGTERM'), 0, []],
  // Nobody is left to remove the folders; what matters is that nothing goes on running.
  [
    'kill -9 of the script',
    (pid: number) => process.kill(pid, 'SIGKILL'),
    null,
    [expect.stringMatching(/^countersign-demo-/)],
  ],
])(
  'demo: %s while a call is held ends every process',
  async (_name, end, code, leftovers) => {
    const demo = start(['--demo', '--port', '0'])
    await demo.printed(/… held/)
    const tree = descendants(demo.pid)
    // The host, the proxy, its watchdog's shell and the real server.
    expect(tree.length).toBeGreaterThanOrEqual(3)
    end(demo.pid)
    const ended = await demo.ended
    await Promise.all(tree.map((pid) => waitForExit(pid)))
    expect([ended.code, demo.leftovers()]).toEqual([code, leftovers])
  },
  60_000,
)

it('opens the app where there is a display, and runs the demo beside it', async () => {
  // Stands in for Electron: a program that is given the project's folder and runs the broker for COUNTERSIGN_HOME.
  const folder = mkdtempSync(join(tmpdir(), 'electron-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const cli = fileURLToPath(new URL('../../out/bin/countersign.cjs', import.meta.url))
  const program = `#!/bin/sh\ntest -f "$1/package.json" && exec "${process.execPath}" "${cli}" serve --json --port 0\n`
  writeFileSync(join(folder, 'electron'), program, { mode: 0o755 })
  const demo = start(['--demo', '--once'], { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: folder })
  const [line] = await demo.printed(/^\{"url".*\}$/m)
  expect(await answer(JSON.parse(line).link, 'approvals.approve')).toBe('ran')
  const { code, text } = await demo.ended
  expect(text).toMatch(/^Opening Countersign\.$/m)
  expect(text).toMatch(/✗ denied/)
  expect([code, demo.leftovers()]).toEqual([0, []])
}, 60_000)

it('serves on the port that was asked for, and says when it is in use', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const busy = await start(['--port', String(port)]).ended
  expect(busy).toMatchObject({ code: 6, text: expect.stringContaining(`Port ${port} `) })
  await new Promise((resolve) => server.close(resolve))
  const free = start(['--port', String(port)])
  expect((await free.printed(linkPattern))[1]).toContain(`:${port}/`)
  process.kill(-free.pid, 'SIGINT')
  expect((await free.ended).code).toBe(0)
}, 60_000)

it('answers an unknown option with a sentence, before it installs anything', async () => {
  const { code, text } = await start(['--dmeo']).ended
  expect([code, text]).toEqual([2, "npm start: Unknown option '--dmeo'.\nTry: npm start -- --help\n"])
})
