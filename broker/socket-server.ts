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
  answerMessage,
  type BrokerMethod,
  type BrokerParams,
  type BrokerResult,
  brokerProtocolVersion,
  brokerRequests,
  helloMessage,
} from '../core/wire/broker-contract.ts'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import type { Session } from './approval-card.ts'
import type { Approvals } from './approvals.ts'
import { isBrokerSession, isSessionName } from './audit/spool-file.ts'
import { createFrameGuard } from './frame-guard.ts'
import { BrokerStartError } from './host-contract.ts'
import type { InstallKeys } from './keys.ts'
import type { Limits } from './limits.ts'

export type SocketServer = {
  connected(session: string): boolean
  stop(): Promise<void>
}

export type SocketServerOptions = {
  layout: HomeLayout
  keys: InstallKeys
  version: string
  approvals: Approvals
  limits: Limits
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

/** One connection: what it said about itself, once it has. */
type Peer = { nonce: string | undefined; session: Session | undefined; drop(): void }

type Handlers = {
  [M in BrokerMethod]: (peer: Peer, params: BrokerParams<M>) => Promise<BrokerResult<M>> | BrokerResult<M>
}

/** Listens on the socket of `layout`; the caller holds the lock, so that a socket file found there is a dead one's. */
export async function startSocketServer(options: SocketServerOptions): Promise<SocketServer> {
  const { layout, keys, approvals, limits } = options
  const connections = new Map<MessageConnection, { peer: Peer; socket: net.Socket }>()
  const sessions = () => [...connections.values()].flatMap(({ peer }) => peer.session ?? [])

  const signed = <A extends { outcome: string }>(
    { nonce = '' }: Peer,
    session: Session,
    asked: Parameters<typeof answerMessage>[0]['asked'],
    answer: A,
  ) => ({ ...answer, signature: keys.sign(answerMessage({ nonce, session, asked, outcome: answer.outcome })) })

  const handlers: Handlers = {
    hello: (peer, { nonce }) => {
      if (peer.nonce !== undefined) throw refused('already greeted')
      peer.nonce = nonce
      return { protocol: brokerProtocolVersion, signature: keys.sign(helloMessage(nonce)), version: options.version }
    },
    'session.open': (peer, { token, ...session }) => {
      if (!keys.isToken(token)) {
        options.alert('wrong-token', 'a program on our socket showed a token that is not ours')
        setImmediate(peer.drop)
        throw refused('wrong token')
      }
      if (!isSessionName(session.session) || isBrokerSession(session.session)) throw refused('not a session name')
      if (peer.session || sessions().some((other) => other.session === session.session)) {
        throw refused('this session is already connected')
      }
      peer.session = session
      return {}
    },
    'approval.request': async (peer, params) => {
      // Else a card of one session could be put on record as that of another one's call.
      const session = ownerOf(peer, params.call)
      options.catchUp(session.session)
      const answer = await approvals.request(session, params)
      if (answer.outcome !== 'approved' && answer.outcome !== 'grant') return answer
      return signed(peer, session, params, answer)
    },
    'approval.cancel': (peer, { call }) => {
      approvals.withdraw(introduced(peer).session, call)
      return {}
    },
    'limit.reserve': (peer, params) => {
      const session = ownerOf(peer, params.call)
      const answer = limits.reserve(session, params)
      return answer.outcome === 'reserved' ? signed(peer, session, params, answer) : answer
    },
    'limit.return': (peer, { call }) => {
      limits.giveBack(ownerOf(peer, call).session, call)
      return {}
    },
  }

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
    const peer: Peer = { nonce: undefined, session: undefined, drop }
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

const refused = (why: string) => new ResponseError(ErrorCodes.InvalidRequest, why)

function introduced(peer: Peer): Session {
  if (!peer.session) throw refused('open a session first')
  return peer.session
}

/** The peer's session, which the call must be of. */
function ownerOf(peer: Peer, call: string): Session {
  const session = introduced(peer)
  if (!call.startsWith(`${session.session}.`)) throw refused('this call is not of this session')
  return session
}

function isMethod(method: string): method is BrokerMethod {
  return Object.hasOwn(brokerRequests, method)
}
