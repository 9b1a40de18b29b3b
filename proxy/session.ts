// One client session: the client on our stdin and stdout, the upstream as our child, and everything between them.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { createSpool, type Spool } from '../core/audit/spool.ts'
import { readClientLine, rpcCodes } from '../core/wire/client-message.ts'
import { maxClientLineBytes } from '../core/wire/limits.ts'
import { createAnswerWatcher } from './answers.ts'
import { createBrokerClient } from './broker-client.ts'
import { createCalls } from './calls.ts'
import { cancelledIds, readableText, readClientInfo } from './client-lines.ts'
import { createClientWriter } from './client-writer.ts'
import { redactedWords } from './excerpt.ts'
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

/** Bytes of our own answers that may wait for a client that does not read, before we stop reading from it. */
const maxUnread = 1024 * 1024
/** How long a client may take to read the last lines after a signal, in milliseconds. */
const unreadGraceMs = 1_000

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
  const shownCommand = redactedWords([command, ...args])
  let clientInfo: { name: string; version: string; protocolVersion: string } | undefined

  const spool = withOpening(
    createSpool({ fs, encode: Buffer.from, sha256, folder: layout.spool, session, now }),
    (begun) => {
      begun.add('session.started', {
        client,
        server,
        command: shownCommand,
        cwd,
        envNames,
        pin,
        pid: process.pid,
        parentPid: process.ppid,
        proxyVersion: version,
        nodeVersion: process.version,
      })
      if (clientInfo) begun.add('session.client', clientInfo)
    },
  )
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
        command: shownCommand,
        cwd,
        pid: process.pid,
        parentPid: process.ppid,
        ...parentProcess(),
        startedAt,
        ...(clientInfo && { clientInfo: { name: clientInfo.name, version: clientInfo.version } }),
      }),
    },
    trusted,
  )
  const holder = createHolder({
    client,
    clientInfoName: () => clientInfo?.name,
    ...(options.holdBudgetMs === undefined ? {} : { budgetMs: options.holdBudgetMs }),
    broker,
    answer: writer.line,
    monotonic,
  })
  const policy = options.policyFile ? policyFromYaml(options.policyFile) : publishedPolicy(layout.published, trusted)
  const calls = createCalls({
    session,
    client,
    server,
    policy,
    paths: filePaths(cwd),
    spool,
    holder,
    send: (data) => {
      if (upstream.stdin.destroyed || upstream.stdin.writableEnded) return
      upstream.stdin.write(data)
      regulate()
    },
    answer: writer.line,
    log,
    monotonic,
  })

  /** Reads from the client only while the upstream takes what it sends, and the client what we answer. */
  const regulate = () => {
    if (upstream.stdin.writableNeedDrain || process.stdout.writableLength > maxUnread) process.stdin.pause()
    else process.stdin.resume()
  }
  const introduce = (text: string) => {
    clientInfo = readClientInfo(text)
    if (clientInfo) spool.add('session.client', clientInfo)
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
        return calls.receiveBatch(message, line.length)
      case 'rejected':
        return calls.reject(message.idText, message.code, message.problem, line.length)
      case 'other': {
        if (clientInfo === undefined && text.includes('initialize')) introduce(text)
        const taken = text.includes('cancelled') ? cancelledIds(text) : []
        const toTell = taken.filter(calls.cancelled)
        // A cancellation of what the upstream never got is dropped; any other line passes as it is.
        if (taken.length === 0 || toTell.length > 0) calls.pass(whole)
      }
    }
  }
  /** Text after the last line feed is no message; a server that takes it for one may have it, unless it is a call. */
  const onTorn = (rest: Buffer) => {
    const text = readableText(rest)
    if (text !== undefined && readClientLine(text).kind === 'other') calls.pass(rest)
    else calls.reject('null', rpcCodes.invalidRequest, 'the last line has no end', rest.length)
  }
  const splitter = createLineSplitter(maxClientLineBytes, onLine, (bytes) => {
    const problem = `the line has ${bytes} bytes, and ${maxClientLineBytes} are allowed`
    calls.reject('null', rpcCodes.invalidRequest, problem, bytes)
  })
  const answers = createAnswerWatcher(calls.anyRunning, calls.answered)

  upstream.stdin.on('drain', regulate)
  process.stdout.on('drain', regulate)
  // What one chunk causes is put on record by one write, then goes out.
  const onData = (chunk: Buffer) => {
    splitter.push(chunk)
    calls.flush()
    regulate()
  }
  process.stdin.on('data', onData)
  upstream.stdout.on('data', (chunk: Buffer) => {
    // A line feed that completes an answer never leaves before the answer is on record.
    if (answers.push(chunk)) calls.flush()
    writer.pass(chunk, answers.midLine())
    regulate()
  })
  // Reading the policy takes milliseconds: better while the client is busy with the first answer than in the first call.
  upstream.stdout.once('data', () => setImmediate(policy.current))

  let ending = ''
  let hurry: () => void = () => undefined
  const hurried = new Promise<void>((resolve) => {
    hurry = resolve
  })
  process.stdin.once('end', () => {
    ending ||= 'the client closed its end'
    const rest = splitter.rest()
    if (rest) onTorn(rest)
    const sent = calls.inputEnded()
    calls.flush()
    void sent.then(upstream.endInput)
  })
  const clientGone = () => {
    ending ||= 'the client is gone'
    calls.clientGone()
    calls.flush()
    upstream.endInput()
  }
  process.stdin.once('error', clientGone)
  process.stdout.once('error', clientGone)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      ending ||= signal
      calls.clientGone()
      calls.flush()
      upstream.signal(signal)
      setTimeout(hurry, unreadGraceMs).unref()
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
  process.stdin.off('data', onData)
  process.stdin.pause()
  await Promise.race([writer.finished(), hurried])
  spool.close()
  broker.close()
  return exit.code ?? 128 + os.constants.signals[exit.signal ?? 'SIGKILL']
}

/** The spool, with `open` adding the first events again for as long as they could not be written. */
function withOpening(spool: Spool, open: (spool: Spool) => void): Spool {
  let opened = false
  open(spool)
  return {
    ...spool,
    flush: () => {
      const error = spool.flush()
      if (!error) opened = true
      else if (!opened) open(spool)
      return error
    },
  }
}

/** Sorts by time, and cannot be guessed: `20261122-174751-9f3b2c4d5e6f`. */
function sessionId(at: number): string {
  const time = new Date(at).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${time}-${crypto.randomBytes(6).toString('hex')}`
}

/** The name of the program that started us, where the system tells. */
function parentProcess(): { parentProcess?: string } {
  try {
    return { parentProcess: path.basename(fs.readlinkSync(`/proc/${process.ppid}/exe`)) }
  } catch {
    return {} // not Linux: the process id alone has to do
  }
}
