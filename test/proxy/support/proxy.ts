// The built proxy in front of a witness, in a data folder of its own, below any SDK; with what went into its spool.
import { generateKeyPairSync, hash, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chainStart, checkLine } from '../../../core/audit/chain.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { type AuditEventType, auditEventData, spoolLine } from '../../../core/schema/audit-event.ts'
import type { PolicySet } from '../../../core/schema/policy.ts'
import { joinPublished, signedText } from '../../../core/wire/published-policy.ts'
import { waitForExit } from '../../support/processes.ts'
import { type RawClient, type RawClientOptions, type RawLine, startRaw } from '../../support/raw-client.ts'
import { createWitness, type Witness, type WitnessOptions } from '../../support/witness.ts'

const fromRoot = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
export const proxyFile = fromRoot('out/bin/countersign-proxy.cjs')
export const fixture = (name: string) => fromRoot(`test/fixtures/${name}`)

export const allowAll = 'version: 1\ndefault: allow\n'
/** Reads pass, `delete_*` never runs, the rest needs a person. */
export const usual = `version: 1
default: { read: allow, "*": require-approval }
rules:
  - id: never-delete
    effect: deny
    tools: delete_*
    reason: Deleting is for people.
  - id: put-freely
    effect: allow
    tools: [put_*, slow_put, big_result, fail_*, error_*, die_*, noise_*, stderr_*]
`

export type SpoolEvent = { n: number; type: AuditEventType; data: Record<string, unknown> }

export type Bench = {
  home: string
  witness: Witness
  /** Starts the proxy; `policy` (YAML text) is given with --policy. */
  start(options?: StartOptions): RawClient
  writePolicy(yaml: string): string
  /** Every event of every spool; checks chain, numbering and schema on the way. */
  events(): SpoolEvent[]
  /** Types of the events, without the session's own. */
  callEvents(): string[]
  remove(): Promise<void>
}

export type StartOptions = {
  policy?: string
  args?: string[]
  command?: string[]
  node?: string[]
  env?: Record<string, string | undefined>
  timeoutMs?: number
}

export function createBench(witnessOptions: WitnessOptions = {}): Bench {
  const home = mkdtempSync(join(tmpdir(), 'countersign-home-'))
  const witness = createWitness(witnessOptions)
  const clients: RawClient[] = []
  const writePolicy = (yaml: string) => {
    const file = join(home, 'policy.yaml')
    writeFileSync(file, yaml)
    return file
  }
  return {
    home,
    witness,
    writePolicy,
    start: ({ policy, args = [], command, node = [], env = {}, timeoutMs } = {}) => {
      const own = ['--server', 'witness', '--client', 'test']
      if (policy !== undefined) own.push('--policy', writePolicy(policy))
      const line = [process.execPath, ...node, proxyFile, ...own, ...args, '--', ...(command ?? witness.command)]
      const options: RawClientOptions = {
        env: { ...witness.env, COUNTERSIGN_HOME: home, ...env },
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }
      const client = startRaw(line, options)
      clients.push(client)
      return client
    },
    events: () => readSpools(join(home, 'spool')),
    callEvents: () =>
      readSpools(join(home, 'spool'))
        .map((event) => event.type)
        .filter((type) => type.startsWith('call.') || type.startsWith('hold.')),
    remove: async () => {
      for (const client of clients) await client.stop()
      for (const event of witness.events()) {
        if (event.event === 'started') await waitForExit(event.pid)
        if (event.event === 'spawned-child') await waitForExit(event.childPid)
      }
      witness.remove()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function readSpools(folder: string): SpoolEvent[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
  return names.sort().flatMap((name) => readSpool(readFileSync(join(folder, name), 'utf8')))
}

/** @throws if the chain is broken, a number is missing, or an event is not what the schema says. */
export function readSpool(text: string): SpoolEvent[] {
  let prev = chainStart
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, n) => {
      const checked = checkLine(line, prev, (body) => hash('sha256', body))
      if (!checked.ok) throw new Error(`line ${n} of the spool: ${checked.problem}\n${line}`)
      prev = checked.hash
      const event = spoolLine.parse(JSON.parse(line))
      if (event.n !== n) throw new Error(`line ${n} of the spool has the number ${event.n}`)
      const type = event.type as AuditEventType
      return { n, type, data: auditEventData[type].parse(event.data) as Record<string, unknown> }
    })
}

export const toolCall = (id: number | string, name: string, args: object = {}, more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...more },
})

/** Calls a tool and takes its answer. */
export function callTool(client: RawClient, id: number | string, name: string, args: object = {}): Promise<RawLine> {
  client.send(toolCall(id, name, args))
  return client.next(answerTo(id))
}

export const answerTo = (id: unknown) => (line: RawLine) => {
  const message = line.message as { id?: unknown; method?: unknown } | undefined
  return message !== undefined && message.id === id && message.method === undefined
}

type Answer = {
  result?: { isError?: boolean; content?: { type: string; text: string }[]; _meta?: Record<string, unknown> }
  error?: { code: number; message: string }
}
export const answerOf = (line: RawLine) => line.message as Answer
/** The text the model reads. */
export const textOf = (line: RawLine) => answerOf(line).result?.content?.[0]?.text ?? ''
export const decisionOf = (line: RawLine) =>
  answerOf(line).result?._meta?.['dev.countersign/decision'] as Record<string, unknown> | undefined

/** An installation's keys and its published policy, written as the app would. */
export function createInstall(home: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  mkdirSync(join(home, 'keys'), { recursive: true, mode: 0o700 })
  mkdirSync(join(home, 'published'), { recursive: true })
  writeFileSync(join(home, 'keys/signing.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const file = join(home, 'published/policy.json')
  const signature = (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64')
  const textOfSet = (set: unknown, header: object = {}) => {
    const payload = JSON.stringify(set)
    const revision = hash('sha256', payload)
    return joinPublished({ format: 1, revision, signature: signature(signedText(payload)), ...header }, payload)
  }
  const put = (text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  return {
    file,
    fingerprint: hash('sha256', der, 'hex'),
    sign: signature,
    setOf: (yaml: string): PolicySet => ({ format: 1, files: [parsePolicyText(yaml, 'usual.yaml').entry] }),
    textOfSet,
    put,
    publish: (yaml: string) => put(textOfSet({ format: 1, files: [parsePolicyText(yaml, 'usual.yaml').entry] })),
  }
}
