// The measuring client: as little work as possible between the clock and the pipe, so that what it measures is the
// path to the server and not itself. It frames by counting newlines and parses nothing while a clock runs.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

type Child = ChildProcessByStdio<Writable, Readable, Readable>

export type LeanClient = {
  pid: number
  child: Child
  /** The last 4,000 characters of stderr, for error messages. */
  stderr(): string
  /** Milliseconds (performance.now) just before the process was spawned. */
  spawnedAt: number
  /** Who gets the bytes; set by the function that is measuring. */
  sink: (chunk: Buffer) => void
  /** Rejects when the process ends; measurements race against it so that a crash is an error and not a wait. */
  died: Promise<never>
  exited: Promise<void>
}

const newline = 10

export function startLean(command: readonly string[], env: Record<string, string>): LeanClient {
  const [program = '', ...args] = command
  const spawnedAt = performance.now()
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let stderrTail = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderrTail = (stderrTail + chunk.toString('utf8')).slice(-4000)
  })
  // The exit says more than the broken pipe that follows from it.
  child.stdin.on('error', () => undefined)
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  const died = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      reject(new Error(`${command.join(' ')} ended (${signal ?? code}) while being measured. stderr:\n${stderrTail}`)),
    )
  })
  // Ending it on purpose rejects too, with nobody listening by then.
  died.catch(() => undefined)
  const client: LeanClient = {
    pid: child.pid ?? 0,
    child,
    stderr: () => stderrTail,
    spawnedAt,
    sink: () => undefined,
    died,
    exited,
  }
  child.stdout.on('data', (chunk: Buffer) => client.sink(chunk))
  return client
}

/** Ends stdin and waits until the process has gone by itself. */
export async function stopLean(client: LeanClient): Promise<void> {
  client.child.stdin.end()
  await client.exited
}

export type Exchange = { startedAt: number; endedAt: number; bytes: number }

/** One request, one answer line: when it was written, when the newline came, and how many bytes came. */
export function exchange(client: LeanClient, request: Buffer): Promise<Exchange> {
  const answered = new Promise<Exchange>((resolve) => {
    let bytes = 0
    client.sink = (chunk) => {
      const end = chunk.indexOf(newline)
      if (end === -1) {
        bytes += chunk.length
        return
      }
      const endedAt = performance.now()
      client.sink = () => undefined
      resolve({ startedAt, endedAt, bytes: bytes + end + 1 })
    }
  })
  const startedAt = performance.now()
  client.child.stdin.write(request)
  return Promise.race([answered, client.died])
}

/** The same with the answer kept: as the text of its line, and when the last of it came. */
export function ask(client: LeanClient, request: Buffer): Promise<Exchange & { text: string }> {
  const answered = new Promise<Exchange & { text: string }>((resolve) => {
    const chunks: Buffer[] = []
    client.sink = (chunk) => {
      chunks.push(chunk)
      if (!chunk.includes(newline)) return
      client.sink = () => undefined
      const text = Buffer.concat(chunks).toString('utf8')
      resolve({ startedAt, endedAt: performance.now(), bytes: Buffer.byteLength(text), text })
    }
  })
  const startedAt = performance.now()
  client.child.stdin.write(request)
  return Promise.race([answered, client.died])
}

/**
 * Sends `requests`, keeping `inFlight` of them open, and resolves with milliseconds and bytes when all are answered.
 * Requests that become due in one turn are written together.
 */
export function flood(
  client: LeanClient,
  requests: readonly Buffer[],
  inFlight: number,
): Promise<{ ms: number; bytes: number }> {
  let sent = Math.min(inFlight, requests.length)
  let answers = 0
  let bytes = 0
  const finished = new Promise<{ ms: number; bytes: number }>((resolve) => {
    client.sink = (chunk) => {
      bytes += chunk.length
      let came = 0
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) came++
      answers += came
      if (answers >= requests.length) {
        const ms = performance.now() - startedAt
        client.sink = () => undefined
        resolve({ ms, bytes })
        return
      }
      const upTo = Math.min(sent + came, requests.length)
      if (upTo > sent) client.child.stdin.write(Buffer.concat(requests.slice(sent, upTo)))
      sent = upTo
    }
  })
  const startedAt = performance.now()
  client.child.stdin.write(Buffer.concat(requests.slice(0, sent)))
  return Promise.race([finished, client.died])
}
