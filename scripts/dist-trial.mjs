// A trial of the packed programs without Electron: the packed broker serves the page, and the packed proxy carries a
// call to an upstream and back under the policy that broker published.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { atRoot } from './lib.mjs'

const limitMs = 20_000

/** @returns {Promise<{ fault?: string, detail?: string }>} */
export async function trial(resources) {
  const home = mkdtempSync(path.join(tmpdir(), 'countersign-trial-'))
  const node = path.join(resources, 'runtime', process.platform === 'win32' ? 'node.exe' : 'node')
  const running = []
  const start = (...args) => {
    const env = { HOME: home, PATH: process.env.PATH, COUNTERSIGN_HOME: home }
    const child = spawn(node, args, { env, stdio: ['pipe', 'pipe', 'ignore'], timeout: limitMs, killSignal: 'SIGKILL' })
    running.push(child)
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
  }
  const packed = (file) => path.join(resources, 'runtime', file)
  try {
    const broker = start(packed('countersign.cjs'), 'serve', '--json', '--port', '0')
    const { link } = JSON.parse((await broker.lines.next()).value ?? '{}')
    if (link === undefined) return { fault: 'the packed broker does not start' }
    const page = await fetch(new URL('/', link))
    if (!(await page.text()).includes('<script')) return { fault: 'the packed broker does not serve the page' }

    const upstream = [node, atRoot('test/fixtures/echo-server.mjs')]
    const proxy = start(packed('countersign-proxy.cjs'), '--server', 'echo', '--client', 'trial', '--', ...upstream)
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_echo', arguments: { text: 'there and back' } },
    }
    proxy.child.stdin.write(`${JSON.stringify(call)}\n`)
    const answer = (await proxy.lines.next()).value ?? 'nothing'
    if (!answer.includes('there and back')) return { fault: `the packed proxy answered ${answer.slice(0, 200)}` }
    return { detail: 'serve gives the page, a call goes there and back' }
  } finally {
    for (const child of running) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(home, { recursive: true, force: true })
  }
}
