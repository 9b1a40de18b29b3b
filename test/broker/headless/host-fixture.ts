// A real headless host over an API in memory, a browser that keeps a cookie, and a socket for what no browser would send.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HeadlessHost, startHeadlessHost } from '../../../broker/headless/server.ts'
import type { UiApi } from '../../../broker/host-contract.ts'
import type { UiEventEnvelope, UiReply } from '../../../core/wire/ui-contract.ts'

export type FakeApi = UiApi & {
  /** Everything that reached the broker. */
  asked: { method: string; params: unknown; actor: string }[]
  send(envelope: UiEventEnvelope): void
  listeners(): number
}

export function createFakeApi(reply: () => UiReply = () => ({ ok: true, value: 'done' })): FakeApi {
  const listeners = new Set<(envelope: UiEventEnvelope) => void>()
  const asked: FakeApi['asked'] = []
  return {
    asked,
    handle: async (method, params, actor) => {
      asked.push({ method, params, actor })
      return reply()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    send: (envelope) => {
      for (const listener of listeners) listener(envelope)
    },
    listeners: () => listeners.size,
  }
}

export type RunningHost = HeadlessHost & {
  api: FakeApi
  port: number
  logged: string[]
  /** Removes the files and stops the host. */
  end(): Promise<void>
}

export async function runHost(api = createFakeApi()): Promise<RunningHost> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-headless-'))
  const rendererFolder = join(folder, 'renderer')
  mkdirSync(join(rendererFolder, 'assets'), { recursive: true })
  writeFileSync(join(rendererFolder, 'index.html'), '<!doctype html><title>Countersign</title>')
  writeFileSync(join(rendererFolder, 'assets', 'main.js'), 'export {}')
  writeFileSync(join(rendererFolder, 'assets', 'main.js.map'), '{}')
  writeFileSync(join(folder, 'secret.json'), '{"secret":true}')
  const logged: string[] = []
  const host = await startHeadlessHost({
    api,
    rendererFolder,
    port: 0,
    bind: '127.0.0.1',
    log: (line) => logged.push(line),
  })
  const end = async () => {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...host, api, port: Number(new URL(host.url).port), logged, end }
}

export type SignedIn = { cookie: string; key: string; headers: Record<string, string> }

/** Opens a fresh link and keeps both halves of the session, as the browser does. `headers` are those of a good request. */
export async function signIn(host: HeadlessHost): Promise<SignedIn> {
  const opened = await fetch(host.launchLink(), { redirect: 'manual' })
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  const key = (opened.headers.get('location') ?? '').split('#key=')[1] ?? ''
  const origin = host.url.slice(0, -1)
  const headers = { cookie, origin, 'x-countersign-key': key, 'content-type': 'application/json' }
  return { cookie, key, headers }
}

/** Sends exactly these bytes and gives everything that came back until the other end closed. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.setEncoding('utf8')
    socket.on('data', (part) => {
      received += part
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}
