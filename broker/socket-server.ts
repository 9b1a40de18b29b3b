// The broker's end of the socket. Proxies prove that they run as the same user, then ask, wait, cancel and count. Nothing
// that arrives here can approve; a verb that does not exist closes the connection and raises an alert.
import * as fs from 'node:fs'
import * as net from 'node:net'
import { pipeline } from 'node:stream'
import {
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
  SocketMessageWriter,
  StreamMessageReader,
} from 'vscode-jsonrpc/node'
import {
  type BrokerNotice,
  type BrokerNotification,
  brokerRequests,
  sessionRefusalMessage,
} from '../core/wire/broker-contract.ts'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import type { Approvals } from './approvals.ts'
import type { BudgetsPort } from './approvals-ports.ts'
import { createFrameGuard } from './frame-guard.ts'
import { BrokerStartError } from './host-contract.ts'
import type { InstallKeys } from './keys.ts'
import type { Limits } from './limits.ts'
import type { RefusalNotice } from './session-refusals.ts'
import { createHandlers, isMethod, type Peer, refused } from './socket-handlers.ts'

export type SocketServer = {
  connected(session: string): boolean
  /** Tells every proxy of this client how long it may hold from now on. */
  budgetChanged(client: string): void
  /** Tells this session's proxy, if it is connected. */
  tellRefusal(session: string, notice: RefusalNotice): void
  stop(): Promise<void>
}

export type SocketServerOptions = {
  layout: HomeLayout
  keys: InstallKeys
  version: string
  approvals: Approvals
  limits: Limits
  budgets: BudgetsPort
  /** What a proxy that connects must be told about refusals of its session. */
  refusal(session: string): RefusalNotice | undefined
  /** The session's spool must be read now: a card is about to be made of what it says. */
  catchUp(session: string): void
  closed(session: string): void
  /** Must not throw. */
  alert(kind: string, detail: string): void
  log(line: string): void
}

/** How long connections stay open for answers that are being written when the broker stops, in milliseconds. */
const lastWordsMs = 50
/** Far more than one person's clients make, and few enough that nobody can use up our file descriptors. */
const maxConnections = 500
/** How long a program may be connected without opening a session, in milliseconds. */
const introductionMs = 10_000

/** Listens on the socket of `layout`; the caller holds the lock, so that a socket file found there is a dead one's. */
export async function startSocketServer(options: SocketServerOptions): Promise<SocketServer> {
  const { layout, keys, approvals, budgets } = options
  const connections = new Map<MessageConnection, { peer: Peer; socket: net.Socket }>()
  const peers = () => [...connections.values()].map(({ peer }) => peer)
  const connected = (session: string) => peers().some((peer) => peer.session?.session === session)

  const budgetOf = ({ session }: Peer) => budgets.for(session?.client ?? '', session?.clientInfo?.name)

  const tell = (peer: Peer, notice: RefusalNotice) => {
    if (!peer.session || peer.nonce === undefined) return
    const { serial, refusing } = notice
    const message = sessionRefusalMessage({ nonce: peer.nonce, session: peer.session.session, serial, refusing })
    peer.notify('session.refusal', { ...notice, signature: keys.sign(message) })
  }
  const handlers = createHandlers({
    ...options,
    connected,
    opened: (peer, session) => {
      // Behind the answer to `session.open`: nobody listens before that.
      setImmediate(() => {
        const notice = options.refusal(session.session)
        if (notice) tell(peer, notice)
      })
    },
  })

  const answer = async (peer: Peer, method: string, params: unknown): Promise<unknown> => {
    if (!isMethod(method) || (peer.nonce === undefined && method !== 'hello')) {
      options.alert('unknown-verb', `a program on our socket asked for ${JSON.stringify(method.slice(0, 100))}`)
      setImmediate(peer.drop)
      throw refused('there is no such verb')
    }
    const parsed = brokerRequests[method].params.safeParse(params)
    if (!parsed.success) {
      setImmediate(peer.drop)
      throw refused(`bad parameters for ${method}: ${parsed.error.issues[0]?.message ?? 'invalid'}`)
    }
    try {
      return await (handlers[method] as (peer: Peer, params: unknown) => unknown)(peer, parsed.data)
    } catch (error) {
      if (error instanceof ResponseError) throw error
      options.log(`${method} failed: ${(error as Error).message}`)
      throw new ResponseError(ErrorCodes.InternalError, (error as Error).message)
    }
  }

  const serve = (socket: net.Socket) => {
    const guard = createFrameGuard((problem) => {
      options.alert('bad-frame', `a program on our socket sent a message that cannot be taken: ${problem}`)
    })
    const connection = createMessageConnection(new StreamMessageReader(guard), new SocketMessageWriter(socket))
    const drop = () => {
      if (!connections.delete(connection)) return
      clearTimeout(introduction)
      connection.dispose()
      socket.destroy()
      if (!peer.session) return
      approvals.sessionGone(peer.session.session)
      options.closed(peer.session.session)
    }
    const notify = <N extends BrokerNotification>(name: N, params: BrokerNotice<N>) => {
      connection.sendNotification(name, params).catch((error: Error) => {
        options.log(`a proxy cannot be told of ${name}: ${error.message}`)
      })
    }
    const peer: Peer = { nonce: undefined, session: undefined, drop, notify }
    connections.set(connection, { peer, socket })
    const introduction = setTimeout(() => {
      if (!peer.session) drop()
    }, introductionMs)
    introduction.unref()
    connection.onRequest((method, params) => answer(peer, method, params))
    connection.onNotification((method) => {
      // The library's own cancellation is answered by the reply that follows it anyway.
      if (method === '$/cancelRequest') return
      options.alert('unknown-verb', `a program on our socket sent ${JSON.stringify(method.slice(0, 100))}`)
      drop()
    })
    connection.onClose(drop)
    connection.onError(drop)
    connection.listen()
    pipeline(socket, guard, drop)
  }

  const server = net.createServer(serve)
  server.maxConnections = maxConnections
  await listen(server, layout.socket)
  server.on('error', (error) => options.log(`the socket does not take a connection: ${error.message}`))

  return {
    connected,
    budgetChanged: (client) => {
      for (const peer of peers()) {
        if (peer.session?.client === client) peer.notify('session.budget', { holdBudget: budgetOf(peer) })
      }
    },
    tellRefusal: (session, notice) => {
      for (const peer of peers()) if (peer.session?.session === session) tell(peer, notice)
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // Answers to what waited are on their way: let them out before the connections go.
      await new Promise((resolve) => setTimeout(resolve, lastWordsMs))
      for (const { socket } of connections.values()) socket.destroy()
      await closed
    },
  }
}

async function listen(server: net.Server, socket: string): Promise<void> {
  try {
    if (process.platform !== 'win32') fs.rmSync(socket, { force: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(socket, () => {
        server.off('error', reject)
        resolve()
      })
    })
    if (process.platform !== 'win32') fs.chmodSync(socket, 0o600)
  } catch (error) {
    server.close()
    throw new BrokerStartError(
      'home-unwritable',
      `Countersign cannot listen at ${socket}: ${(error as Error).message}. Nothing was started. Remove what lies there, ` +
        'or name another data folder in COUNTERSIGN_HOME.',
      { cause: error },
    )
  }
}
