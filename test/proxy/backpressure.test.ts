// Whoever does not read slows down whoever writes, and nobody else; nothing piles up in the proxy. Told by the kernel's
// own count of what each process has read and written: it must come to a stop.
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { descendants } from '../support/processes.ts'
import { type RawClient, startRaw } from '../support/raw-client.ts'
import { allowAll, type Bench, createBench, proxyFile, toolCall, usual } from './support/proxy.ts'

let bench: Bench
const ends: (() => unknown)[] = []
beforeEach(() => {
  bench = createBench()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await bench.remove()
})

const counter = (pid: number, name: 'rchar' | 'wchar') =>
  Number(new RegExp(`${name}: (\\d+)`).exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
const peakMemory = (pid: number) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** Resolves with the count once it has stopped rising. */
async function standstill(count: () => number): Promise<number> {
  let last = -1
  let same = 0
  await expect
    .poll(
      () => {
        const now = count()
        same = now === last ? same + 1 : 0
        last = now
        return same
      },
      { interval: 50, timeout: 20_000 },
    )
    .toBeGreaterThanOrEqual(6)
  return last
}

/** A proxy whose stdout is a named pipe (pipes of `spawn` are sockets) that is only read when told to. */
function startUnread(policy: string, command: string[]) {
  const fifo = join(bench.home, 'stdout')
  execFileSync('mkfifo', [fifo])
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK)
  const own = ['--server', 'w', '--client', 't', '--policy', bench.writePolicy(policy)]
  const child = spawn(process.execPath, [proxyFile, ...own, '--', ...command], {
    stdio: ['pipe', fd, 'inherit'],
    env: { ...process.env, ...bench.witness.env, COUNTERSIGN_HOME: bench.home },
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const { stdin } = child
  if (!stdin) throw new Error('no stdin')
  stdin.on('error', () => undefined)
  ends.push(
    () => closeSync(fd),
    () => {
      child.kill('SIGKILL')
      return exited
    },
  )
  const buffer = Buffer.alloc(1 << 20)
  return {
    child,
    stdin,
    pid: child.pid ?? 0,
    exited,
    /** Reads what is there. */
    read: () => {
      try {
        return readSync(fd, buffer, 0, buffer.length, null)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
        throw error
      }
    },
  }
}

describe('a client that does not read', () => {
  it('stops a server that talks without end; the proxy still reads, and goes on when the client does', async () => {
    const { child, stdin, pid, read } = startUnread(allowAll, ['/bin/sh', '-c', 'exec yes "$(printf %01000d 7)"'])
    await expect.poll(() => descendants(pid).length).toBeGreaterThan(0)
    const [server = 0] = descendants(pid)
    expect(await standstill(() => counter(server, 'wchar'))).toBeLessThan(4_000_000)
    const before = counter(pid, 'rchar')
    stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/x' })}\n`)
    await expect.poll(() => counter(pid, 'rchar')).toBeGreaterThan(before)
    let drained = 0
    await expect.poll(() => (drained += read()), { interval: 1 }).toBeGreaterThan(8_000_000)
    child.kill('SIGKILL')
  })

  it('can still send: no deadlock while a big result waits', async () => {
    const { stdin } = startUnread(allowAll, bench.witness.command)
    stdin.write(`${JSON.stringify(toolCall(1, 'big_result', { bytes: 10_000_000 }))}\n`)
    await bench.witness.waitForLine((line) => line.text.includes('big_result'))
    stdin.write(`${JSON.stringify(toolCall(2, 'get_x'))}\n`)
    await bench.witness.waitForLine((line) => line.text.includes('get_x'))
  })

  it('is not read from for ever either when it only collects refusals', async () => {
    const { child, stdin, pid, read } = startUnread(usual, bench.witness.command)
    const lines = Array.from({ length: 60_000 }, (_, n) => JSON.stringify(toolCall(n, 'delete_x'))).join('\n')
    stdin.write(`${lines}\n`)
    const stopped = await standstill(() => counter(pid, 'rchar'))
    expect(stopped).toBeLessThan(lines.length / 2)
    let drained = 0
    await expect.poll(() => (drained += read()), { interval: 1, timeout: 20_000 }).toBeGreaterThan(60_000 * 300)
    child.kill('SIGKILL')
  })

  it('does not keep the proxy after a signal', async () => {
    const { child, stdin, exited } = startUnread(allowAll, bench.witness.command)
    stdin.write(`${JSON.stringify(toolCall(1, 'big_result', { bytes: 10_000_000 }))}\n`)
    await bench.witness.waitForLine((line) => line.text.includes('big_result'))
    child.kill('SIGTERM')
    expect(await exited).not.toBeNull()
  })
})

describe('a server that does not read', () => {
  it('stops the client, and memory stays where it is', async () => {
    const client = bench.start({ policy: allowAll, command: ['sleep', '1000'] })
    const pid = client.pid ?? 0
    const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'x', params: 'x'.repeat(10_000) })}\n`
    for (let n = 0; n < 5000; n++) client.write(line)
    expect(await standstill(() => counter(pid, 'rchar'))).toBeLessThan(15_000_000)
    expect(peakMemory(pid)).toBeLessThan(120_000_000)
  })
})

describe('big results', () => {
  const get = async (client: RawClient, bytes: number) => {
    client.send(toolCall(1, 'big_result', { bytes }))
    return client.next((line) => line.bytes.length > bytes)
  }

  it('of 10 MiB arrive as they were sent, with their outcome on record', async () => {
    const direct = startRaw(bench.witness.command, { env: bench.witness.env })
    ends.push(() => direct.stop())
    const client = bench.start({ policy: allowAll })
    const [expected, got] = await Promise.all([get(direct, 10 * 1024 * 1024), get(client, 10 * 1024 * 1024)])
    expect(got.bytes.equals(expected.bytes)).toBe(true)
    const answered = bench.events().find((event) => event.type === 'call.answered')?.data
    expect(answered).toMatchObject({ outcome: 'ok', bytes: expected.bytes.length, result: { truncated: true } })
  })

  it('of 128 MiB are never held', async () => {
    const client = bench.start({ policy: allowAll })
    await get(client, 128 * 1024 * 1024)
    expect(peakMemory(client.pid ?? 0)).toBeLessThan(128 * 1024 * 1024 + 40_000_000)
  })
})
