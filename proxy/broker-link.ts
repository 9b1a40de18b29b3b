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
  type BrokerParams,
  type BrokerResult,
  brokerProtocolVersion,
  brokerRequests,
  helloMessage,
  type Introduction,
} from '../core/wire/broker-contract.ts'

export type LinkOptions = {
  socket: string
  tokenFile: string
  publicKey: crypto.KeyObject
  /** Everything of `session.open` but the token. */
  session(): Introduction
  onClose(): void
}

export type BrokerLink = {
  /** Resolves when a person decided or the budget ended; rejects when the connection is lost first. */
  requestApproval(params: BrokerParams<'approval.request'>): Promise<BrokerResult<'approval.request'>>
  cancelApproval(call: string): void
  /** Rejects when the connection is lost, the broker refuses, or a reservation is not signed by it. */
  reserveLimit(params: BrokerParams<'limit.reserve'>): Promise<BrokerResult<'limit.reserve'>>
  returnLimit(call: string): Promise<void>
  close(): void
}

const connectTimeoutMs = 2_000

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
  connection.listen()
  let late = false
  const nonce = crypto.randomBytes(24).toString('base64')
  const session = options.session()
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
    const signature = Buffer.from(hello.signature, 'base64')
    if (!crypto.verify(null, Buffer.from(helloMessage(nonce)), options.publicKey, signature)) {
      throw new Error('whatever listens on its socket is not the Countersign app of this installation')
    }
    const token = fs.readFileSync(options.tokenFile, 'utf8').trim()
    await call(connection, 'session.open', { token, ...session })
  } catch (error) {
    close()
    throw late ? new Error('Countersign did not answer in time') : error
  } finally {
    clearTimeout(timer)
  }
  const lost = new Promise<never>((_, reject) => {
    connection.onDispose(() => reject(new Error('the connection to Countersign was lost')))
  })
  const isSigned = (
    asked: Parameters<typeof answerMessage>[0]['asked'],
    { outcome, signature }: { outcome: string; signature: string },
  ): boolean => {
    const message = Buffer.from(answerMessage({ nonce, session, asked, outcome }))
    return crypto.verify(null, message, options.publicKey, Buffer.from(signature, 'base64'))
  }
  lost.catch(() => undefined) // each waiting request sees it through its own race
  socket.unref()
  return {
    requestApproval: async (params) => {
      const result = await Promise.race([call(connection, 'approval.request', params), lost])
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
    cancelApproval: (id) => {
      call(connection, 'approval.cancel', { call: id }).catch(() => undefined) // the broker is gone: so is its card
    },
    close,
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
