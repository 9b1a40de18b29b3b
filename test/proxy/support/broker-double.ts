// A broker of the test's own on the proxy's socket, speaking the real protocol: honest, hanging or lying as told.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node'
import {
  answerMessage,
  type BrokerNotification,
  brokerProtocolVersion,
  helloMessage,
  type Introduction,
  sessionRefusalMessage,
} from '../../../core/wire/broker-contract.ts'

export type Heard = { method: string; params: Record<string, unknown> }

export type BrokerDouble = {
  heard: Heard[]
  /** Names of the requests so far, doorbells left out. */
  methods(): string[]
  /** Sends a notification on every connection; `refusals` are signed where they are not yet. */
  tell(method: BrokerNotification, params: Record<string, unknown>): void
  /** Ends every connection. */
  hangUp(): void
  close(): void
}

/**
 * Listens under `home`, whose keys must be there. `sign` signs a text with the key it pretends to have. `answer` says what
 * requests after `hello` get, `{}` where it gives nothing; an approval or a reservation without a signature gets one.
 */
export async function startBrokerDouble(
  home: string,
  sign: (text: string) => string,
  answer: (heard: Heard) => unknown = () => ({}),
): Promise<BrokerDouble> {
  const heard: Heard[] = []
  const sockets = new Set<Socket>()
  const peers = new Set<{ connection: MessageConnection; said(): { nonce: string; session: Introduction } }>()
  mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 })
  writeFileSync(join(home, 'keys/proxy.token'), 'the-token\n')
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket))
    let nonce = ''
    let session = {} as Introduction
    connection.onRequest(async (method, params) => {
      const message = { method, params: params as Record<string, unknown> }
      heard.push(message)
      if (method === 'hello') {
        nonce = String(message.params['nonce'])
        return { protocol: brokerProtocolVersion, version: '0.0.0', signature: sign(helloMessage(nonce)) }
      }
      if (method === 'session.open') {
        const { token: _, ...introduction } = message.params
        session = introduction as Introduction
      }
      const given = ((await answer(message)) ?? {}) as Record<string, unknown>
      if (method === 'session.open') return { holdBudget: { ms: 45_000, source: 'default' }, ...given }
      const { outcome, edited } = given as { outcome?: unknown; edited?: Record<string, unknown> }
      if ('signature' in given) return given
      if (outcome !== 'approved' && outcome !== 'grant' && outcome !== 'reserved') return given
      const asked = message.params as Parameters<typeof answerMessage>[0]['asked']
      return { ...given, signature: sign(answerMessage({ nonce, session, asked, outcome, ...(edited && { edited }) })) }
    })
    connection.onNotification((method, params) => {
      heard.push({ method, params: params as Record<string, unknown> })
    })
    peers.add({ connection, said: () => ({ nonce, session }) })
    connection.listen()
  })
  await new Promise<void>((resolve) => server.listen(join(home, 'run/broker.sock'), resolve))
  const tell: BrokerDouble['tell'] = (method, params) => {
    for (const { connection, said } of peers) {
      const { nonce, session } = said()
      const { serial, refusing } = params as { serial: number; refusing: boolean }
      const words = sessionRefusalMessage({ nonce, session: session.session, serial, refusing })
      const signed = method === 'session.refusal' ? { signature: sign(words), ...params } : params
      void connection.sendNotification(method, signed)
    }
  }
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    peers.clear()
  }
  return {
    heard,
    methods: () => heard.map((message) => message.method).filter((method) => method !== 'spool.ring'),
    tell,
    hangUp,
    close: () => {
      hangUp()
      server.close()
    },
  }
}
