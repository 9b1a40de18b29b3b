// One data folder that lives through many crashes: a broker and proxies in processes of their own, killed and started
// again, with what the client was told and what the witness received.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openAuditDatabase } from '../../broker/audit/database.ts'
import { createIngest } from '../../broker/audit/ingest.ts'
import { layoutHere } from '../../broker/paths.ts'
import { createHome, proxied } from './countersign.ts'
import { disagreements, type SentCall, type Told } from './crash-check.ts'
import { waitForExit } from './processes.ts'
import { type RawClient, type RawExit, type RawLine, startRaw } from './raw-client.ts'
import { createWitness } from './witness.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))

/** Reads pass, `put_*` runs, `delete_*` never does, a person is asked about the rest. */
export const crashPolicy = `version: 1
default: { read: allow, "*": require-approval }
rules:
  - { id: never-delete, effect: deny, tools: delete_*, reason: Deleting is for people. }
  - { id: put-freely, effect: allow, tools: put_* }
`

/** A preload that makes a process crash, or its clock or disk go wrong. */
export type Preload = { file: 'kill-nth.cjs' | 'clock.cjs'; env: Record<string, string> }
export const killNth = (at: { kind: string; nth: number; when: string }): Preload => ({
  file: 'kill-nth.cjs',
  env: { KILL_NTH: JSON.stringify(at) },
})

const preloaded = (preload: Preload | undefined) => (preload ? ['--require', fixture(preload.file)] : [])

export type BrokerProcess = {
  readonly pid: number
  /** False where it ended before it said so. */
  readonly ready: Promise<boolean>
  readonly exited: Promise<void>
  readonly lines: readonly string[]
  /** The first line, past or to come, that begins so; rejects when it ends without. */
  line(start: string): Promise<string>
  kill(): Promise<void>
  stop(): Promise<void>
}

function startBroker(home: string, preload: Preload | undefined, wrapper: readonly string[]): BrokerProcess {
  const command = [...wrapper, process.execPath, ...preloaded(preload), fixture('answering-broker.ts'), home]
  const [program = '', ...args] = command
  const child: ChildProcess = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...preload?.env, NODE_NO_WARNINGS: '1' },
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  let errors = ''
  let over = false
  const told = () => {
    for (const look of [...waiting]) look()
  }
  if (!child.stdout || !child.stderr) throw new Error('no pipes')
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    told()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk
  })
  child.stdin?.on('error', () => undefined)
  const exited = once(child, 'close').then(() => {
    over = true
    told()
  })
  const line = (start: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = lines.find((one) => one.startsWith(start))
        if (found === undefined && !over) return
        waiting.delete(look)
        if (found === undefined) reject(new Error(`the broker ended without ${start}: ${lines.join(', ')}\n${errors}`))
        else resolve(found)
      }
      waiting.add(look)
      look()
    })
  return {
    pid: child.pid ?? 0,
    ready: line('ready').then(
      () => true,
      () => false,
    ),
    exited,
    lines,
    line,
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
    stop: async () => {
      child.stdin?.end()
      await exited
    },
  }
}

export type ProxyRun = {
  readonly client: RawClient
  /** Sends a call; resolves with what its client was told in the end. */
  call(tool: string, mark: string): Promise<Told>
  /** Closes its input, and resolves when it and its server are gone. */
  end(): Promise<RawExit>
}

export function createLane() {
  const home = createHome({ 'usual.yaml': crashPolicy })
  const layout = layoutHere(home.home)
  mkdirSync(layout.spool, { recursive: true })
  const witness = createWitness()
  const clock = `${home.home}/clock`
  const sent: SentCall[] = []

  const ran = () => {
    const times = new Map<string, number>()
    for (const { arguments: args } of witness.calls()) {
      const { mark } = args as { mark: string }
      times.set(mark, (times.get(mark) ?? 0) + 1)
    }
    return times
  }

  const startProxy = (preload?: Preload, wrapper: readonly string[] = []): ProxyRun => {
    const [node = '', ...rest] = proxied(witness.command)
    const client = startRaw([...wrapper, node, ...preloaded(preload), ...rest], {
      env: { ...home.env, ...witness.env, ...preload?.env },
    })
    const before = witness.events().length
    let id = 0
    return {
      client,
      call: async (tool, mark) => {
        const entry: SentCall = { mark, tool, told: 'nothing' }
        sent.push(entry)
        id += 1
        const answer = client.request('tools/call', { name: tool, arguments: { mark } }, `c${id}`)
        entry.told = await answer.then(toldBy, () => 'nothing' as const)
        return entry.told
      },
      end: async () => {
        client.end()
        const exit = await client.exited
        await client.closed
        for (const event of witness.events().slice(before)) if (event.event === 'started') await waitForExit(event.pid)
        return exit
      },
    }
  }

  return {
    ...{ home, layout, witness, sent, startProxy, ran },
    startBroker: (preload?: Preload, wrapper: readonly string[] = []) => startBroker(home.home, preload, wrapper),
    /** A clock that is off from the moment `shift` is called; the preload of whoever is to have it. */
    clock: {
      preload: { file: 'clock.cjs', env: { CLOCK_FILE: clock } } as const,
      shift: (ms: number) => writeFileSync(clock, `${ms}`),
    },
    /** Reads the spools as a second broker would, and compares all accounts. */
    check: (settled: boolean): string[] => {
      const db = openAuditDatabase(layout.database)
      try {
        const { damaged } = createIngest(db, { spoolFolder: layout.spool, now: () => Date.now() }).ingestAll()
        const real = damaged.filter(({ problem }) => problem !== 'unfinished')
        const said = real.map(({ file, line, problem }) => `ingest: ${file}, line ${line}: ${problem}`)
        return [...said, ...disagreements({ db, spoolFolder: layout.spool, sent, ran: ran(), settled })]
      } finally {
        db.close()
      }
    },
    remove: () => {
      witness.remove()
      home.remove()
    },
  }
}

export type Lane = ReturnType<typeof createLane>

type Answer = { result?: { isError?: boolean; _meta?: Record<string, { decision?: string }> } }

function toldBy(line: RawLine): Told {
  const { result } = line.message as Answer
  const decision = result?._meta?.['dev.countersign/decision']?.decision
  if (decision === 'no-record') return 'unrecorded'
  if (decision === 'unknown-outcome') return 'nothing'
  return decision === undefined && result && !result.isError ? 'ran' : 'blocked'
}
