// The proxy's end of the socket to the broker. A bundle of its own, loaded when a call first needs it: vscode-jsonrpc
// and zod would double the proxy's start-up time. Everything the broker says is parsed by the contract.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import * as net from 'node:net'
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node'
import {
  answerMessage,
  type BrokerMethod,
  type BrokerNotice,
  type BrokerNotification,
  type BrokerParams,
  type BrokerResult,
  brokerNotifications,
  brokerProtocolVersion,
  brokerRequests,
  type HoldBudget,
  helloMessage,
  type Introduction,
  sessionRefusalMessage,
} from '../core/wire/broker-contract.ts'
import type { RefusalWord } from './session-refusal.ts'

export type LinkOptions = {
  socket: string
  tokenFile: string
  publicKey: crypto.KeyObject
  /** Everything of `session.open` but the token. */
  session(): Introduction
  /** How long the broker says this client may be held, when the link opens and whenever that changes. */
  onBudget(budget: HoldBudget): void
  /** A person refuses everything of this session, or takes that back; surely the broker's word. */
  onRefusal(word: RefusalWord): void
  onClose(): void
}

export type BrokerLink = {
  /** Resolves when a person decided or the budget ended; rejects when the connection is lost first. */
  requestApproval(params: BrokerParams<'approval.request'>): Promise<BrokerResult<'approval.request'>>
  cancelApproval(params: BrokerParams<'approval.cancel'>): void
  /** Rejects when the connection is lost, the broker refuses, or a reservation is not signed by it. */
  reserveLimit(params: BrokerParams<'limit.reserve'>): Promise<BrokerResult<'limit.reserve'>>
  returnLimit(call: string): Promise<void>
  close(): void
}

/** Long enough for an app that a flood of calls keeps busy; a broker that hangs costs a call this much. */
const connectTimeoutMs = 5_000

/**
 * Connects, makes the broker prove that it holds the install's key, then introduces the session.
 * @throws if nobody listens, the proof fails, or the broker refuses the session; the message is fit for people.
 */
export async function openBrokerLink(options: LinkOptions): Promise<BrokerLink> {
  const socket = await connect(options.socket)
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket))
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    connection.dispose()
    socket.destroy()
    options.onClose()
  }
  connection.onClose(close)
  connection.onError(close)
  let late = false
  const nonce = crypto.randomBytes(24).toString('base64')
  const session = options.session()
  const isSignature = (message: string, signature: string): boolean =>
    crypto.verify(null, Buffer.from(message), options.publicKey, Buffer.from(signature, 'base64'))

  on(connection, 'session.budget', ({ holdBudget }) => options.onBudget(holdBudget))
  let lastSerial = 0
  on(connection, 'session.refusal', ({ serial, signature, ...word }) => {
    const covered = { nonce, session: session.session, serial, refusing: word.refusing }
    // An older word that somebody put in again, or one that the broker never said.
    if (serial <= lastSerial || !isSignature(sessionRefusalMessage(covered), signature)) return close()
    lastSerial = serial
    options.onRefusal(word)
  })
  connection.listen()
  const timer = setTimeout(() => {
    late = true
    close()
  }, connectTimeoutMs)
  try {
    const hello = await call(connection, 'hello', { protocol: brokerProtocolVersion, nonce })
    if (hello.protocol !== brokerProtocolVersion) {
      throw new Error(
        `the running Countersign app speaks protocol ${hello.protocol}, this proxy ${brokerProtocolVersion}: restart the client`,
      )
    }
    if (!isSignature(helloMessage(nonce), hello.signature)) {
      throw new Error('whatever listens on its socket is not the Countersign app of this installation')
    }
    const token = fs.readFileSync(options.tokenFile, 'utf8').trim()
    const { holdBudget } = await call(connection, 'session.open', { token, ...session })
    options.onBudget(holdBudget)
  } catch (error) {
    close()
    throw late ? new Error('Countersign did not answer in time') : error
  } finally {
    clearTimeout(timer)
  }
  const lost = new Promise<never>((_, reject) => {
    connection.onDispose(() => reject(new ConnectionLost()))
  })
  /** The library has words of its own for requests that a lost connection leaves unanswered. */
  const orLost = (error: unknown): never => {
    throw closed ? new ConnectionLost() : error
  }
  const isSigned = (
    asked: Parameters<typeof answerMessage>[0]['asked'],
    { signature, ...answer }: { outcome: string; edited?: Record<string, unknown> | undefined; signature: string },
  ): boolean => {
    const { outcome, edited } = answer
    const covered = { nonce, session, asked, outcome, ...(edited === undefined ? {} : { edited }) }
    return isSignature(answerMessage(covered), signature)
  }
  lost.catch(() => undefined) // each waiting request sees it through its own race
  socket.unref()
  return {
    requestApproval: async (params) => {
      const result = await Promise.race([call(connection, 'approval.request', params), lost]).catch(orLost)
      if (result.outcome !== 'approved' && result.outcome !== 'grant') return result
      if (isSigned(params, result)) return result
      close()
      throw new Error('an approval came that is not signed by the Countersign app')
    },
    reserveLimit: async (params) => {
      const result = await Promise.race([call(connection, 'limit.reserve', params), lost])
      if (result.outcome !== 'reserved') return result
      if (isSigned(params, result)) return result
      close()
      throw new Error('a count came that is not signed by the Countersign app')
    },
    returnLimit: async (id) => {
      await Promise.race([call(connection, 'limit.return', { call: id }), lost])
    },
    cancelApproval: (params) => {
      call(connection, 'approval.cancel', params).catch(() => undefined) // the broker is gone: so is its card
    },
    close,
  }
}

class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  constructor() {
    super('the connection to Countersign was lost')
  }
}

async function call<M extends BrokerMethod>(
  connection: MessageConnection,
  method: M,
  params: BrokerParams<M>,
): Promise<BrokerResult<M>> {
  const result = brokerRequests[method].result.safeParse(await connection.sendRequest(method, params))
  if (!result.success) throw new Error('Countersign gave an answer that this version does not know: restart the client')
  return result.data as BrokerResult<M>
}

/** What does not say what the contract says is of another version, and not acted on. */
function on<N extends BrokerNotification>(
  connection: MessageConnection,
  name: N,
  act: (notice: BrokerNotice<N>) => void,
) {
  connection.onNotification(name, (params: unknown) => {
    const read = brokerNotifications[name].safeParse(params)
    if (read.success) act(read.data as BrokerNotice<N>)
  })
}

function connect(path: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
