// The test's side of the witness server (test/fixtures/witness-server.mjs): starts nothing itself, but says how to
// start it and reads its log, which is the proof of what reached an upstream.

import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const serverFile = fileURLToPath(new URL('../fixtures/witness-server.mjs', import.meta.url))

type Stamp = { /** Milliseconds since the epoch. */ time: number /** Of the witness process. */; pid: number }
/** One line as it arrived, without its newline. `message` is the parsed JSON, undefined when it is not JSON. */
export type WitnessLine = Stamp & { event: 'line'; bytes: Buffer; text: string; message: unknown }
export type WitnessEvent =
  | WitnessLine
  | (Stamp & { event: 'started' })
  | (Stamp & { event: 'spawned-child'; childPid: number })
  | (Stamp & { event: 'signal'; signal: string })
  | (Stamp & { event: 'stdin-end' })
  | (Stamp & { event: 'stdout-error'; code: string })
  | (Stamp & { event: 'exiting'; code: number })

export type WitnessCall = { id: unknown; name: string; arguments: unknown; line: WitnessLine }

export type WitnessOptions = {
  /** Stays when its stdin ends (at most 120 s), to show that whoever started it ends it. */
  ignoreEof?: boolean
  /** Records SIGTERM and stays, to show that whoever started it goes on to SIGKILL. */
  ignoreSigterm?: boolean
  /** Starts a child of its own, whose pid is in the `spawned-child` event. */
  spawnChild?: boolean
  /** JSON texts of the results of methods, by method. */
  replies?: Record<string, string>
  /** JSON texts of the results of tools/list, taken in turn; the last stays. */
  lists?: string[]
  /** Declares that it tells of changed lists. */
  listChanged?: boolean
}

export type Witness = {
  logFile: string
  /** To be merged over the environment of whoever starts the witness. */
  env: Record<string, string>
  /** Program and arguments. */
  command: string[]
  /** Everything recorded so far, of all processes that ran with this log. */
  events(): WitnessEvent[]
  /** The lines received so far, in order. */
  lines(): WitnessLine[]
  /** The `tools/call` requests received so far, those in batches included. */
  calls(): WitnessCall[]
  /** The first event, past or to come, that satisfies; rejects after `timeoutMs` (20 s) with what was seen. */
  waitForEvent(predicate: (event: WitnessEvent) => boolean, timeoutMs?: number): Promise<WitnessEvent>
  /** The same over received lines. */
  waitForLine(predicate: (line: WitnessLine) => boolean, timeoutMs?: number): Promise<WitnessLine>
  /** The path to pass as `args.release` of a slow_* call. */
  releasePath(name: string): string
  /** Lets the slow_* calls that wait for `releasePath(name)` answer. */
  release(name: string): void
  /** Deletes the log and the release files. */
  remove(): void
}

export function createWitness(options: WitnessOptions = {}): Witness {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-witness-'))
  const logFile = join(folder, 'witness.jsonl')
  const events = () => readEvents(logFile)
  const lines = () => events().filter((event) => event.event === 'line')

  function waitFor<T>(look: () => T | undefined, timeoutMs = 20_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const watcher = watch(folder, check)
      const timer = setTimeout(() => {
        watcher.close()
        const seen = existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''
        reject(new Error(`the witness did not see it within ${timeoutMs} ms; it saw:\n${seen || '(nothing)'}`))
      }, timeoutMs)
      function check(): void {
        const found = look()
        if (found === undefined) return
        clearTimeout(timer)
        watcher.close()
        resolve(found)
      }
      // The watch is in place, so a record that lands during this look is not missed.
      check()
    })
  }

  return {
    logFile,
    env: {
      WITNESS_LOG: logFile,
      ...(options.ignoreEof ? { WITNESS_IGNORE_EOF: '1' } : {}),
      ...(options.ignoreSigterm ? { WITNESS_IGNORE_SIGTERM: '1' } : {}),
      ...(options.spawnChild ? { WITNESS_SPAWN_CHILD: '1' } : {}),
      ...(options.replies ? { WITNESS_REPLIES: JSON.stringify(options.replies) } : {}),
      ...(options.lists ? { WITNESS_LISTS: JSON.stringify(options.lists) } : {}),
      ...(options.listChanged ? { WITNESS_LIST_CHANGED: '1' } : {}),
    },
    command: [process.execPath, serverFile],
    events,
    lines,
    calls: () => lines().flatMap(callsIn),
    waitForEvent: (predicate, timeoutMs) => waitFor(() => events().find(predicate), timeoutMs),
    waitForLine: (predicate, timeoutMs) => waitFor(() => lines().find(predicate), timeoutMs),
    releasePath: (name) => join(folder, `release-${name}`),
    release: (name) => writeFileSync(join(folder, `release-${name}`), ''),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function readEvents(logFile: string): WitnessEvent[] {
  if (!existsSync(logFile)) return []
  const text = readFileSync(logFile, 'utf8')
  // A record that is being written has no newline yet.
  const complete = text.slice(0, text.lastIndexOf('\n') + 1)
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => withBytes(JSON.parse(line)))
}

type LoggedLine = Stamp & { event: 'line'; text?: string; base64?: string }

function withBytes(logged: LoggedLine | Exclude<WitnessEvent, WitnessLine>): WitnessEvent {
  if (logged.event !== 'line') return logged
  const bytes = logged.base64 === undefined ? Buffer.from(logged.text ?? '') : Buffer.from(logged.base64, 'base64')
  const text = bytes.toString('utf8')
  return { event: 'line', time: logged.time, pid: logged.pid, bytes, text, message: parseOrUndefined(text) }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function callsIn(line: WitnessLine): WitnessCall[] {
  const members: unknown[] = Array.isArray(line.message) ? line.message : [line.message]
  return members.flatMap((member) => {
    if (!isObject(member) || member['method'] !== 'tools/call' || !isObject(member['params'])) return []
    const { name, arguments: args } = member['params']
    return [{ id: member['id'], name: String(name), arguments: args, line }]
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
