// One client session: the client on our stdin and stdout, the upstream as our child, and everything between them.
import * as fs from 'node:fs'
import * as os from 'node:os'
import { createSpool, type Spool } from '../core/audit/spool.ts'
import { identifyServer } from '../core/risk/catalogue.ts'
import { classifyTool } from '../core/risk/classify.ts'
import { createBrokerClient } from './broker-client.ts'
import { createCalls } from './calls.ts'
import { createClientInput } from './client-input.ts'
import type { ClientInfo } from './client-lines.ts'
import { createClientWriter } from './client-writer.ts'
import { createContinuations } from './continuations.ts'
import { redactedText, redactedValue } from './excerpt.ts'
import { createDeclaredTasks } from './held-tasks-declared.ts'
import { createHolder } from './hold.ts'
import { createHoldBudgets } from './hold-budgets.ts'
import { createHoldStates } from './hold-states.ts'
import { createLineEdits } from './line-edits.ts'
import { log, logThrough } from './log.ts'
import type { ProxyOptions } from './options.ts'
import { layoutHere } from './place.ts'
import { policyFromYaml, publishedPolicy, readTrustedKey } from './policy-source.ts'
import { watchPolicy } from './policy-watch.ts'
import { createProgress } from './progress.ts'
import { publishedLockdown } from './published-lockdown.ts'
import { realPaths } from './real-paths.ts'
import { createReservations } from './reservations.ts'
import { createServerSide } from './server-side.ts'
import { parentProcess, sessionId } from './session-facts.ts'
import { createSessionRefusal } from './session-refusal.ts'
import { sha256 } from './sha256.ts'
import { createToolLists } from './tool-lists.ts'
import type { Upstream } from './upstream-stdio.ts'
import { version } from './version.ts'

/** Bytes of our own answers that may wait for a client that does not read, before we stop reading from it. */
const maxUnread = 1024 * 1024
/** Bytes that may wait for an upstream that does not read: more than the longest line of a client. */
const maxUnsent = 32 * 1024 * 1024
/** How long a client may take to read the last lines after a signal, in milliseconds. */
const unreadGraceMs = 1_000
/** How long what was counted for nothing may take to be given back when the session ends, in milliseconds. */
const returnGraceMs = 500

logThrough(redactedText)

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
  const shownCommand = redactedValue([command, ...args])
  const [shownProgram, ...shownArgs] = shownCommand
  // Over marks in place of secrets: equal launches have equal pins, and none can be found out by trying.
  const pin = sha256(JSON.stringify({ command: shownProgram, args: shownArgs, envNames }))
  let clientInfo: ClientInfo | undefined
  let stopWatching: () => void = () => undefined
  const budgets = createHoldBudgets({
    client,
    clientInfoName: () => clientInfo?.name,
    ...(options.holdBudgetMs === undefined ? {} : { flagMs: options.holdBudgetMs }),
  })
  const refusal = createSessionRefusal(() => void broker.link())
  const states = createHoldStates({ client, session, now })
  const edits = createLineEdits()

  const spool = withOpening(
    withoutSecrets(createSpool({ fs, encode: Buffer.from, sha256, folder: layout.spool, session, now })),
    (begun) => {
      begun.add('session.started', {
        client,
        server,
        command: shownCommand,
        cwd: redactedText(cwd),
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
      onBudget: budgets.learned,
      onRefusal: refusal.heard,
    },
    trusted,
  )
  const policy = options.policyFile
    ? policyFromYaml(options.policyFile, publishedLockdown(layout.published, trusted))
    : publishedPolicy(layout.published, trusted)
  const lists = createToolLists({
    server,
    client,
    tell: writer.line,
    watch: () => {
      stopWatching()
      if (!options.policyFile) stopWatching = watchPolicy(layout.published, lookAtPolicy)
    },
    listed: (data) => spool.add('tools.listed', data),
  })
  const lookAtPolicy = () => {
    const state = policy.current()
    if (!('then' in state)) lists.policyNow(state)
  }
  let identified: { server: ReturnType<typeof identifyServer> } | undefined
  const catalogue = () => {
    identified ??= { server: identifyServer([command, ...args]) }
    return identified.server
  }
  const holder = createHolder({
    budgets,
    states,
    progress: createProgress({ edits, answer: writer.line }),
    broker,
    definitionOf: lists.definitionOf,
    monotonic,
  })
  const reservations = createReservations({ broker, now, log })
  const calls = createCalls({
    session,
    client,
    server,
    policy,
    paths: realPaths(cwd),
    spool,
    holder,
    reservations,
    states,
    continuations: createContinuations({ monotonic, definitionOf: lists.definitionOf }),
    edits,
    declared: createDeclaredTasks(),
    refusal,
    classify: ({ tool, arguments: given }) => {
      const catalogued = catalogue()?.tools[tool]
      return classifyTool(tool, given, { catalogued, annotations: lists.annotationsOf(tool) })
    },
    send: (data) => {
      if (upstream.stdin.destroyed || upstream.stdin.writableEnded) return
      upstream.stdin.write(data)
      regulate()
    },
    answer: writer.line,
    clogged: () => upstream.stdin.writableLength > maxUnsent,
    log,
    monotonic,
    now,
  })

  /** Reads from the client only while the upstream takes what it sends, and the client what we answer. */
  const regulate = () => {
    if (upstream.stdin.writableNeedDrain || process.stdout.writableLength > maxUnread) process.stdin.pause()
    else process.stdin.resume()
  }
  const fromClient = createClientInput({
    calls,
    lists,
    introduced: (info) => {
      clientInfo = info
      spool.add('session.client', info)
    },
  })
  const fromServer = createServerSide({ policy, calls, lists, writer, edits, log })

  upstream.stdin.on('drain', regulate)
  process.stdout.on('drain', regulate)
  // What one chunk causes is put on record by one write, then goes out.
  const onData = (chunk: Buffer) => {
    fromClient.push(chunk)
    calls.flush()
    regulate()
  }
  process.stdin.on('data', onData)
  upstream.stdout.on('data', (chunk: Buffer) => {
    fromServer.push(chunk)
    regulate()
  })
  // Finding the server in the catalogue takes a moment: better now than in the first call.
  upstream.stdout.once('data', () => setImmediate(catalogue))

  let ending = ''
  let hurry: () => void = () => undefined
  const hurried = new Promise<void>((resolve) => {
    hurry = resolve
  })
  process.stdin.once('end', () => {
    ending ||= 'the client closed its end'
    fromClient.end()
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
  fromServer.end()
  writer.upstreamEnded()
  spool.add('upstream.exited', exit)
  calls.upstreamGone(how)
  spool.add('session.ended', { reason: ending || `the MCP server ${how}` })
  spool.flush()
  upstream.sweep()
  process.stdin.off('data', onData)
  process.stdin.pause()
  stopWatching()
  await Promise.race([writer.finished(), hurried])
  await Promise.race([reservations.returned(), new Promise((resolve) => setTimeout(resolve, returnGraceMs).unref())])
  spool.close()
  broker.close()
  return exit.code ?? 128 + os.constants.signals[exit.signal ?? 'SIGKILL']
}

const lookedThrough = /^(?:call\.|hold\.|session\.started$)/

/** What calls leave on record, and how the session began, was looked through where it was made; the rest is here. */
function withoutSecrets(spool: Spool): Spool {
  return {
    ...spool,
    add: (type, data) => spool.add(type, lookedThrough.test(type) ? data : redactedValue(data)),
  }
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
