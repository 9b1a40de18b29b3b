// The broker's end of the socket. Proxies prove that they run as the same user, then ask, wait and cancel. Nothing that
// arrives here can approve; a verb that does not exist closes the connection and raises an alert.
import * as fs from 'node:fs'
import * as net from 'node:net'
import {
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node'
import {
  type BrokerMethod,
  type BrokerParams,
  type BrokerResult,
  brokerProtocolVersion,
  brokerRequests,
  helloMessage,
} from '../core/wire/broker-contract.ts'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import type { Approvals, Session } from './approvals.ts'
import { isBrokerSession, isSessionName } from './audit/spool-file.ts'
import type { InstallKeys } from './keys.ts'

export type SocketServer = {
  connected(session: string): boolean
  stop(): Promise<void>
}

export type SocketServerOptions = {
  layout: HomeLayout
  keys: InstallKeys
  version: string
  approvals: Approvals
  /** The session's spool must be read now: a card is about to be made of what it says. */
  catchUp(session: string): void
  closed(session: string): void
  alert(kind: string, detail: string): void
}

/** How long connections stay open for answers that are being written when the broker stops, in milliseconds. */
const lastWordsMs = 50

/** One connection: what it said about itself, once it has. */
type Peer = { greeted: boolean; session: Session | undefined }

type Handlers = {
  [M in BrokerMethod]: (peer: Peer, params: BrokerParams<M>) => Promise<BrokerResult<M>> | BrokerResult<M>
}

/** Listens on the socket of `layout`; the caller holds the lock, so that a socket file found there is a dead one's. */
export async function startSocketServer(options: SocketServerOptions): Promise<SocketServer> {
  const { layout, keys, approvals } = options
  const connections = new Map<MessageConnection, { peer: Peer; socket: net.Socket }>()
  const sessions = () => [...connections.values()].flatMap(({ peer }) => peer.session ?? [])

  const handlers: Handlers = {
    hello: (peer, { nonce }) => {
      peer.greeted = true
      return { protocol: brokerProtocolVersion, signature: keys.sign(helloMessage(nonce)), version: options.version }
    },
    'session.open': (peer, { token, ...session }) => {
      if (!keys.isToken(token)) throw refused('wrong token')
      if (!isSessionName(session.session) || isBrokerSession(session.session)) throw refused('not a session name')
      if (peer.session || sessions().some((other) => other.session === session.session)) {
        throw refused('this session is already connected')
      }
      peer.session = session
      return {}
    },
    'approval.request': (peer, params) => {
      const session = introduced(peer)
      options.catchUp(session.session)
      return approvals.request(session, params)
    },
    'approval.cancel': (peer, { call }) => {
      approvals.withdraw(introduced(peer).session, call)
      return {}
    },
  }

  const answer = async (peer: Peer, method: string, params: unknown, drop: () => void): Promise<unknown> => {
    if (!isMethod(method) || (!peer.greeted && method !== 'hello')) {
      options.alert('unknown-verb', `a program on our socket asked for ${JSON.stringify(method.slice(0, 100))}`)
      setImmediate(drop)
      throw refused('there is no such verb')
    }
    const parsed = brokerRequests[method].params.safeParse(params)
    if (!parsed.success) {
      setImmediate(drop)
      throw refused(`bad parameters for ${method}: ${parsed.error.issues[0]?.message ?? 'invalid'}`)
    }
    try {
      return await (handlers[method] as (peer: Peer, params: unknown) => unknown)(peer, parsed.data)
    } catch (error) {
      if (error instanceof ResponseError) throw error
      throw new ResponseError(ErrorCodes.InternalError, (error as Error).message)
    }
  }

  const serve = (socket: net.Socket) => {
    const peer: Peer = { greeted: false, session: undefined }
    const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket))
    connections.set(connection, { peer, socket })
    const drop = () => {
      if (!connections.delete(connection)) return
      connection.dispose()
      socket.destroy()
      if (!peer.session) return
      approvals.sessionGone(peer.session.session)
      options.closed(peer.session.session)
    }
    connection.onRequest((method, params) => answer(peer, method, params, drop))
    connection.onNotification((method) => {
      // The library's own cancellation is answered by the reply that follows it anyway.
      if (method === '$/cancelRequest') return
      options.alert('unknown-verb', `a program on our socket sent ${JSON.stringify(method.slice(0, 100))}`)
      drop()
    })
    connection.onClose(drop)
    connection.onError(drop)
    socket.on('error', drop)
    connection.listen()
  }

  if (process.platform !== 'win32') fs.rmSync(layout.socket, { force: true })
  const server = net.createServer(serve)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(layout.socket, resolve)
  })
  if (process.platform !== 'win32') fs.chmodSync(layout.socket, 0o600)

  return {
    connected: (session) => sessions().some((one) => one.session === session),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // Answers to what waited are on their way: let them out before the connections go.
      await new Promise((resolve) => setTimeout(resolve, lastWordsMs))
      for (const { socket } of connections.values()) socket.destroy()
      await closed
    },
  }
}

const refused = (why: string) => new ResponseError(ErrorCodes.InvalidRequest, why)

function introduced(peer: Peer): Session {
  if (!peer.session) throw refused('open a session first')
  return peer.session
}

function isMethod(method: string): method is BrokerMethod {
  return Object.hasOwn(brokerRequests, method)
}
