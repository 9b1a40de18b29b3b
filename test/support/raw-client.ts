// A stdio client below any SDK: it sends exactly the bytes a test says and keeps exactly the bytes that came back, so
// that transparency can be compared byte by byte.

import { type ChildProcess, spawn } from 'node:child_process'

/** One line as it came, without its newline. `message` is parsed when first asked for; undefined when not JSON. */
export type RawLine = { readonly bytes: Buffer; readonly text: string; readonly message: unknown }

export type RawExit = {
  code: number | null
  signal: NodeJS.Signals | null
  /** Set when the program could not be started. */
  error?: Error
}

export type RawClientOptions = {
  /** Merged over this process's environment; undefined removes a variable. */
  env?: Record<string, string | undefined>
  cwd?: string
  /** How long `next` and `request` wait at most, in milliseconds (20,000). */
  timeoutMs?: number
}

export type RawClient = {
  readonly pid: number | undefined
  /** All lines received so far, in order, taken or not. */
  readonly lines: readonly RawLine[]
  /** Sends an object as JSON, or a string or bytes as they are, and a newline. */
  send(message: object | string | Uint8Array): void
  /** Writes these bytes and no newline, for broken framing and split lines. */
  write(bytes: string | Uint8Array): void
  /** Sends a request and takes its answer (result or error), matched by id with its type. Ids count up from 1. */
  request(method: string, params?: unknown, id?: number | string): Promise<RawLine>
  notify(method: string, params?: unknown): void
  /**
   * Takes the first line, past or to come, that satisfies and that no earlier `next` took. Rejects when stdout has
   * ended without one, or in the end with what was received.
   */
  next(predicate: (line: RawLine) => boolean): Promise<RawLine>
  /** Ends the program's stdin. */
  end(): void
  kill(signal?: NodeJS.Signals): void
  /** Never rejects. The last lines may still come after it: await `closed` before counting them. */
  readonly exited: Promise<RawExit>
  /** Resolves when stdout and stderr have ended too (an orphan holding them open delays this). */
  readonly closed: Promise<void>
  /** Every byte received on stdout so far. */
  stdout(): Buffer
  stderr(): string
  /** Kills with SIGKILL if still running and waits for the exit: for afterEach. */
  stop(): Promise<void>
}

type Waiter = { predicate: (line: RawLine) => boolean; resolve: (line: RawLine) => void; reject: (e: Error) => void }

export function startRaw(command: readonly string[], options: RawClientOptions = {}): RawClient {
  const [program, ...args] = command
  if (program === undefined) throw new Error('startRaw needs a command')
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: mergedEnv(options.env ?? {}),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })

  const inbox = createInbox(options.timeoutMs ?? 20_000, () => `${command.join(' ')}\nstderr: ${stderr()}`)
  const stdoutChunks: Buffer[] = []
  const stderrChunks: Buffer[] = []
  const stderr = () => Buffer.concat(stderrChunks).toString('utf8')
  child.stdout.on('data', (chunk: Buffer) => {
    stdoutChunks.push(chunk)
    inbox.feed(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => stderrChunks.push(chunk))
  // Writing to a program that has gone is what many tests do on purpose; `next` reports the closed stream instead.
  child.stdin.on('error', (error) => stderrChunks.push(Buffer.from(`[stdin: ${error.message}]\n`)))

  const { exited, closed } = endings(child)
  child.on('close', () => inbox.close('its stdout ended'))
  child.on('error', (error) => inbox.close(error.message))

  let lastId = 0
  const write = (bytes: string | Uint8Array) => void child.stdin.write(bytes)
  const send = (message: object | string | Uint8Array) => {
    if (message instanceof Uint8Array) write(Buffer.concat([message, Buffer.from('\n')]))
    else write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`)
  }
  return {
    pid: child.pid,
    lines: inbox.lines,
    send,
    write,
    request: (method, params, id = ++lastId) => {
      send({ jsonrpc: '2.0', id, method, params })
      return inbox.next((line) => isAnswerTo(line.message, id))
    },
    notify: (method, params) => send({ jsonrpc: '2.0', method, params }),
    next: inbox.next,
    end: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    exited,
    closed,
    stdout: () => Buffer.concat(stdoutChunks),
    stderr,
    stop: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Splits lines and hands each to at most one waiter. */
function createInbox(timeoutMs: number, describe: () => string) {
  const lines: RawLine[] = []
  const taken = new Set<RawLine>()
  const waiters = new Set<Waiter>()
  let held: Buffer[] = []
  let closedBecause: string | undefined

  function deliver(line: RawLine): void {
    lines.push(line)
    for (const waiter of waiters) {
      if (!waiter.predicate(line)) continue
      taken.add(line)
      waiters.delete(waiter)
      waiter.resolve(line)
      return
    }
  }

  const report = (why: string) => {
    const seen = lines.map((line) => `  ${line.text.slice(0, 300)}`).join('\n')
    return new Error(`no such line: ${why}; received:\n${seen || '  (nothing)'}\nfrom ${describe()}`)
  }

  return {
    lines,
    feed(chunk: Buffer): void {
      let start = 0
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        const bytes = Buffer.concat([...held, chunk.subarray(start, end)])
        held = []
        start = end + 1
        deliver(rawLine(bytes))
      }
      if (start < chunk.length) held.push(chunk.subarray(start))
    },
    close(why: string): void {
      closedBecause ??= why
      for (const waiter of waiters) waiter.reject(report(closedBecause))
      waiters.clear()
    },
    next(predicate: (line: RawLine) => boolean): Promise<RawLine> {
      const already = lines.find((line) => !taken.has(line) && predicate(line))
      if (already !== undefined) {
        taken.add(already)
        return Promise.resolve(already)
      }
      if (closedBecause !== undefined) return Promise.reject(report(closedBecause))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter)
          reject(report(`none within ${timeoutMs} ms`))
        }, timeoutMs)
        const settle =
          <T>(then: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer)
            then(value)
          }
        const waiter: Waiter = { predicate, resolve: settle(resolve), reject: settle(reject) }
        waiters.add(waiter)
      })
    },
  }
}

function rawLine(bytes: Buffer): RawLine {
  let parsed: { message: unknown } | undefined
  return {
    bytes,
    get text() {
      return bytes.toString('utf8')
    },
    get message() {
      parsed ??= { message: parseOrUndefined(bytes.toString('utf8')) }
      return parsed.message
    },
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isAnswerTo(message: unknown, id: number | string): boolean {
  return (
    typeof message === 'object' && message !== null && 'id' in message && message.id === id && !('method' in message)
  )
}

function endings(child: ChildProcess): { exited: Promise<RawExit>; closed: Promise<void> } {
  const exited = new Promise<RawExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error })
    })
  })
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  return { exited, closed }
}

function mergedEnv(env: Record<string, string | undefined>): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...process.env, ...env }
  for (const [name, value] of Object.entries(env)) if (value === undefined) delete merged[name]
  return merged
}
