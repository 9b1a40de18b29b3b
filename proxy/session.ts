// One client session: the client on our stdin and stdout, the upstream as our child, and everything between them.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { createSpool } from '../core/audit/spool.ts'
import { readClientLine, rpcCodes } from '../core/wire/client-message.ts'
import { maxClientLineBytes } from '../core/wire/limits.ts'
import { createAnswerWatcher } from './answers.ts'
import { createBrokerClient } from './broker-client.ts'
import { createCalls } from './calls.ts'
import { createClientWriter } from './client-writer.ts'
import { filePaths } from './file-paths.ts'
import { createHolder } from './hold.ts'
import { createLineSplitter } from './lines.ts'
import { log } from './log.ts'
import type { ProxyOptions } from './options.ts'
import { layoutHere } from './place.ts'
import { policyFromYaml, publishedPolicy, readTrustedKey } from './policy-source.ts'
import { sha256 } from './sha256.ts'
import type { Upstream } from './upstream-stdio.ts'
import { version } from './version.ts'

/** Runs until the upstream is gone; resolves with our exit code. */
export async function runSession(options: ProxyOptions, upstream: Upstream): Promise<number> {
  const { client, server, command, args } = options
  const layout = layoutHere()
  const now = () => Date.now()
  const monotonic = () => performance.now()
  const startedAt = now()
  const session = sessionId(startedAt)
  const cwd = process.cwd()
  const envNames = Object.keys(process.env).sort()
  const pin = sha256(JSON.stringify({ command, args, envNames }))
  let clientInfo: { name: string; version: string } | undefined

  const spool = createSpool({ fs, encode: Buffer.from, sha256, folder: layout.spool, session, now })
  const trusted = () => readTrustedKey(layout.publicKey, options.trust)
  const writer = createClientWriter(process.stdout, upstream.stdout)
  const broker = createBrokerClient(
    {
      socket: layout.socket,
      tokenFile: layout.proxyToken,
      session: () => ({
        session,
        client,
        server,
        pin,
        command: [command, ...args],
        cwd,
        pid: process.pid,
        parentPid: process.ppid,
        ...parentProcess(),
        startedAt,
        ...(clientInfo === undefined ? {} : { clientInfo }),
      }),
    },
    trusted,
    monotonic,
  )
  const holder = createHolder({
    client,
    clientInfoName: () => clientInfo?.name,
    ...(options.holdBudgetMs === undefined ? {} : { budgetMs: options.holdBudgetMs }),
    broker,
    answer: writer.line,
    monotonic,
  })
  const calls = createCalls({
    session,
    client,
    server,
    policy: options.policyFile ? policyFromYaml(options.policyFile) : publishedPolicy(layout.published, trusted),
    paths: filePaths(cwd),
    spool,
    holder,
    send: (data) => {
      if (upstream.stdin.destroyed || upstream.stdin.writableEnded) return
      if (!upstream.stdin.write(data)) process.stdin.pause()
    },
    answer: writer.line,
    ring: broker.ring,
    log,
    monotonic,
  })

  spool.add('session.started', {
    client,
    server,
    command: [command, ...args],
    cwd,
    envNames,
    pin,
    pid: process.pid,
    parentPid: process.ppid,
    proxyVersion: version,
    nodeVersion: process.version,
  })

  const introduce = (text: string) => {
    const info = readClientInfo(text)
    if (!info) return
    clientInfo = { name: info.name, version: info.version }
    spool.add('session.client', info)
  }
  const onLine = (whole: Buffer) => {
    const line = whole.subarray(0, -1)
    const text = readableText(line)
    if (text === undefined) {
      const problem = 'the line is not valid UTF-8 text without byte order mark and NUL'
      return calls.reject('null', rpcCodes.parseError, problem, line.length)
    }
    const message = readClientLine(text)
    switch (message.kind) {
      case 'call':
        return calls.receive(message.call, line.length)
      case 'batch':
        return calls.receiveBatch(message.calls, message.others, message.text, line.length)
      case 'rejected':
        return calls.reject(message.idText, message.code, message.problem, line.length)
      case 'other': {
        if (clientInfo === undefined && text.includes('initialize')) introduce(text)
        const taken = text.includes('cancelled') ? cancelledId(text) : undefined
        if (taken === undefined || calls.cancelled(taken)) calls.pass(whole)
      }
    }
  }
  const splitter = createLineSplitter(maxClientLineBytes, onLine, (bytes) => {
    const problem = `the line has ${bytes} bytes, and ${maxClientLineBytes} are allowed`
    calls.reject('null', rpcCodes.invalidRequest, problem, bytes)
  })
  const answers = createAnswerWatcher(calls.anyRunning, calls.answered)

  upstream.stdin.on('drain', () => process.stdin.resume())
  process.stdin.on('data', (chunk: Buffer) => {
    splitter.push(chunk)
    calls.flush()
  })
  upstream.stdout.on('data', (chunk: Buffer) => {
    answers.push(chunk)
    calls.flush()
    writer.pass(chunk, answers.midLine())
  })

  let ending = ''
  const clientGone = (reason: string) => {
    if (ending) return
    ending = reason
    calls.clientGone()
    calls.flush()
    upstream.endInput()
  }
  process.stdin.once('end', () => clientGone('the client closed its end'))
  process.stdin.once('error', () => clientGone('the client is gone'))
  process.stdout.once('error', () => clientGone('the client is gone'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      ending ||= signal
      calls.clientGone()
      calls.flush()
      upstream.signal(signal)
    })
  }

  const exit = await upstream.exited
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`
  writer.upstreamEnded()
  spool.add('upstream.exited', exit)
  calls.upstreamGone(how)
  spool.add('session.ended', { reason: ending || `the MCP server ${how}` })
  spool.flush()
  upstream.sweep()
  process.stdin.pause()
  await writer.finished()
  spool.close()
  broker.close()
  return exit.code ?? 128 + (signalNumbers[exit.signal ?? 'SIGKILL'] ?? 9)
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** Sorts by time, and cannot be guessed: `20261122-174751-9f3b2c4d5e6f`. */
function sessionId(at: number): string {
  const time = new Date(at).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${time}-${crypto.randomBytes(6).toString('hex')}`
}

/** The line as text, or nothing where two readers could see different text. A carriage return before the line feed goes. */
function readableText(line: Buffer): string | undefined {
  if (line.includes(0) || (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf)) return undefined
  const text = line.toString('utf8')
  // U+FFFD is also what the decoder puts for invalid bytes; encoding it again tells which.
  if (text.includes('\ufffd') && !Buffer.from(text).equals(line)) return undefined
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

function readClientInfo(text: string): { name: string; version: string; protocolVersion: string } | undefined {
  const message = parse(text)
  if (message?.['method'] !== 'initialize') return undefined
  const params = message['params'] as Record<string, unknown> | undefined
  const info = params?.['clientInfo'] as Record<string, unknown> | undefined
  const words = [info?.['name'], info?.['version'], params?.['protocolVersion']]
  const [name, version, protocolVersion] = words.map((word) => (typeof word === 'string' ? word.slice(0, 200) : ''))
  return name ? { name, version: version ?? '', protocolVersion: protocolVersion ?? '' } : undefined
}

/** JSON text of the id that a cancellation names. */
function cancelledId(text: string): string | undefined {
  const message = parse(text)
  if (message?.['method'] !== 'notifications/cancelled') return undefined
  const id = (message['params'] as Record<string, unknown> | undefined)?.['requestId']
  return typeof id === 'string' || typeof id === 'number' ? JSON.stringify(id) : undefined
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // passed on as it is: what to make of it is the upstream's to say
  }
}

/** The name of the program that started us, where the system tells. */
function parentProcess(): { parentProcess?: string } {
  try {
    return { parentProcess: fs.readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trim() }
  } catch {
    return {} // not Linux: the process id alone has to do
  }
}
