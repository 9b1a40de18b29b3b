// A program on the broker's socket: one that speaks as a proxy does, or one that says whatever the test wants.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as net from 'node:net'
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node'
import { layoutHere } from '../../broker/paths.ts'
import {
  type BrokerNotice,
  type BrokerNotification,
  brokerNotifications,
  type Introduction,
} from '../../core/wire/broker-contract.ts'
import { askOf, sessionOf } from './approvals-fixture.ts'

export type Peer = {
  /** What `hello` sends. */
  nonce: string
  /** What `open` said last, without the token. */
  introduction(): Introduction
  ask(method: string, params: unknown): Promise<unknown>
  notify(method: string, params: unknown): Promise<void>
  /** What the broker told it unasked, past or to come: the first such that satisfies. */
  told<N extends BrokerNotification>(
    name: N,
    satisfies?: (notice: BrokerNotice<N>) => boolean,
  ): Promise<BrokerNotice<N>>
  hello(): Promise<unknown>
  open(session?: string, changes?: object): Promise<unknown>
  /** Asks for approval of the call `<session>.1` with these arguments. */
  request(args: Parameters<typeof askOf>[0], changes?: Parameters<typeof askOf>[1]): Promise<unknown>
  end(): void
  closed: Promise<void>
}

export async function connectTo(socketFile: string): Promise<net.Socket> {
  const socket = net.connect(socketFile)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket
}

/** Connected, and nothing said yet. */
export async function peerOf(home: string): Promise<Peer> {
  const layout = layoutHere(home)
  const socket = await connectTo(layout.socket)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket))
  connection.onError(() => undefined)
  const told: { name: string; params: unknown }[] = []
  const listeners = new Set<() => void>()
  connection.onNotification((name: string, params: unknown) => {
    told.push({ name, params })
    for (const look of [...listeners]) look()
  })
  connection.listen()
  const nonce = randomBytes(24).toString('base64')
  let own = ''
  let introduction = sessionOf({})
  const ask = (method: string, params: unknown) =>
    Promise.race([
      connection.sendRequest(method, params),
      closed.then(() => {
        throw new Error('the connection was closed')
      }),
    ])
  return {
    nonce,
    introduction: () => introduction,
    ask,
    notify: (method, params) => connection.sendNotification(method, params),
    told: (name, satisfies = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const found = told.find((one) => one.name === name && satisfies(one.params as never))
          if (!found) return
          listeners.delete(look)
          resolve(brokerNotifications[name].parse(found.params) as never)
        }
        listeners.add(look)
        look()
      }),
    hello: () => ask('hello', { protocol: 1, nonce }),
    open: (session = `rogue-${randomBytes(4).toString('hex')}`, changes = {}) => {
      own = session
      const token = readFileSync(layout.proxyToken, 'utf8').trim()
      introduction = { ...sessionOf({ session, pid: process.pid }), ...changes }
      return ask('session.open', { token, ...introduction })
    },
    request: (args, changes = {}) => ask('approval.request', askOf(args, { call: `${own}.1`, ...changes })),
    end: () => void socket.destroy(),
    closed,
  }
}

/** As a proxy is once it has introduced itself. */
export async function openPeer(home: string, session?: string, changes?: object): Promise<Peer> {
  const peer = await peerOf(home)
  await peer.hello()
  await peer.open(session, changes)
  return peer
}
