// Clients as they are out there, each with a limit of its own after which it gives up on a call. One attempt of a call
// ends with an answer or with the client's having given up; what to do then is for the story to say.
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { startRaw } from '../support/raw-client.ts'

export type Attempt = { state: 'answered'; isError: boolean; text: string } | { state: 'gave-up'; why: string }

export type Peer = {
  attempt(name: string, args: Record<string, unknown>): Promise<Attempt>
  close(): Promise<void>
}

export type Launch = { command: string; args: string[]; env: Record<string, string> }

const info = { name: 'patience', version: '1.0.0' }

type Result = { isError?: boolean | undefined; content?: unknown }

function answered({ isError, content }: Result): Attempt {
  const [first] = Array.isArray(content) ? content : []
  return { state: 'answered', isError: isError === true, text: (first as { text?: string } | undefined)?.text ?? '' }
}

/** A time-out is how this client gives up; any other failure is a defect. */
async function attempted(call: Promise<Result>): Promise<Attempt> {
  try {
    return answered(await call)
  } catch (error) {
    const { message } = error as Error
    if (!/time(?:d )?out/i.test(message)) throw error
    return { state: 'gave-up', why: message }
  }
}

type LimitV1 = {
  timeout: number
  resetTimeoutOnProgress?: boolean
  maxTotalTimeout?: number
  onprogress?: () => void
}

const v1 =
  (limit: LimitV1) =>
  async (launch: Launch): Promise<Peer> => {
    const client = new ClientV1(info)
    await client.connect(new StdioV1({ ...launch, stderr: 'ignore' }))
    return {
      attempt: (name, args) =>
        attempted(client.callTool({ name, arguments: args }, undefined, limit) as Promise<Result>),
      close: () => client.close(),
    }
  }

const v2 =
  (mode: 'legacy' | 'auto', timeout: number) =>
  async (launch: Launch): Promise<Peer> => {
    const client = new Client(info, { versionNegotiation: { mode } })
    await client.connect(new StdioClientTransport({ ...launch, stderr: 'ignore' }))
    return {
      attempt: (name, args) => attempted(client.callTool({ name, arguments: args }, { timeout })),
      close: () => client.close(),
    }
  }

/** Makes each call a task (2025-11-25): its limit is for each request about it. */
const v1Tasks =
  (timeout: number) =>
  async (launch: Launch): Promise<Peer> => {
    const client = new ClientV1(info)
    await client.connect(new StdioV1({ ...launch, stderr: 'ignore' }))
    const called = async (name: string, args: Record<string, unknown>): Promise<Result> => {
      const params = { name, arguments: args }
      const stream = client.experimental.tasks.callToolStream(params, CallToolResultSchema, { timeout, task: {} })
      for await (const message of stream) {
        if (message.type === 'error') throw message.error
        if (message.type === 'result') return message.result
      }
      throw new Error('the stream of the task ended with nothing')
    }
    return { attempt: (name, args) => attempted(called(name, args)), close: () => client.close() }
  }

/** Says nothing when it gives up: it just does not look at the answer any more. */
const raw =
  (limit: number) =>
  async ({ command, args, env }: Launch): Promise<Peer> => {
    const client = startRaw([command, ...args], { env })
    await client.request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: info })
    client.send('{"jsonrpc":"2.0","method":"notifications/initialized"}')
    return {
      attempt: (name, given) => {
        const call = client.request('tools/call', { name, arguments: given })
        const late = Promise.withResolvers<Attempt>()
        const timer = setTimeout(() => late.resolve({ state: 'gave-up', why: 'its own limit' }), limit)
        call.catch(() => undefined)
        const result = call.then(({ message }) => answered((message as { result: Result }).result))
        return Promise.race([result, late.promise]).finally(() => clearTimeout(timer))
      },
      close: async () => {
        client.end()
        await client.exited
      },
    }
  }

const onprogress = (): void => undefined

/** By name; `limit` in milliseconds. */
export const peers = {
  'SDK v1, as it comes': (limit: number) => v1({ timeout: limit }),
  'SDK v1, progress resets its clock': (limit: number) =>
    v1({ timeout: limit, resetTimeoutOnProgress: true, onprogress }),
  'SDK v1, with a limit in all': (limit: number) =>
    v1({ timeout: limit, resetTimeoutOnProgress: true, onprogress, maxTotalTimeout: limit }),
  'SDK v1, tasks': v1Tasks,
  'SDK v2, legacy': (limit: number) => v2('legacy', limit),
  'SDK v2, modern': (limit: number) => v2('auto', limit),
  'raw script': raw,
} as const satisfies Record<string, (limit: number) => (launch: Launch) => Promise<Peer>>

export type PeerName = keyof typeof peers

/** Which of the fixtures it talks to: one has tasks. */
export const serverOf = (name: PeerName): string => (name === 'SDK v1, tasks' ? 'task-server.mjs' : 'modern-server.mjs')
