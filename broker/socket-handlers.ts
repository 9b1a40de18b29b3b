// The verbs of the broker's socket. A proxy can introduce itself, ask, take back and count; there is none that approves.
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node'
import {
  answerMessage,
  type BrokerMethod,
  type BrokerNotice,
  type BrokerNotification,
  type BrokerParams,
  type BrokerResult,
  brokerProtocolVersion,
  brokerRequests,
  helloMessage,
} from '../core/wire/broker-contract.ts'
import type { Session } from './approval-card.ts'
import type { Approvals } from './approvals.ts'
import type { BudgetsPort } from './approvals-ports.ts'
import { isBrokerSession, isSessionName } from './audit/spool-file.ts'
import type { InstallKeys } from './keys.ts'
import type { Limits } from './limits.ts'

/** One connection: what it said about itself, once it has. */
export type Peer = {
  nonce: string | undefined
  session: Session | undefined
  drop(): void
  /** Must not throw. */
  notify<N extends BrokerNotification>(name: N, params: BrokerNotice<N>): void
}

export type Handlers = {
  [M in BrokerMethod]: (peer: Peer, params: BrokerParams<M>) => Promise<BrokerResult<M>> | BrokerResult<M>
}

export type HandlersOptions = {
  keys: InstallKeys
  version: string
  approvals: Approvals
  limits: Limits
  budgets: BudgetsPort
  /** The session's spool must be read now: a card is about to be made of what it says. */
  catchUp(session: string): void
  connected(session: string): boolean
  /** The session was opened; the answer that says so is on its way. */
  opened(peer: Peer, session: Session): void
  /** Must not throw. */
  alert(kind: string, detail: string): void
}

export function createHandlers(options: HandlersOptions): Handlers {
  const { keys, approvals, limits, budgets } = options

  const signed = <A extends { outcome: string; edited?: Record<string, unknown> | undefined }>(
    { nonce = '' }: Peer,
    session: Session,
    asked: Parameters<typeof answerMessage>[0]['asked'],
    answer: A,
  ) => {
    const { outcome, edited } = answer
    const message = answerMessage({ nonce, session, asked, outcome, ...(edited === undefined ? {} : { edited }) })
    return { ...answer, signature: keys.sign(message) }
  }

  return {
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
      if (peer.session || options.connected(session.session)) throw refused('this session is already connected')
      peer.session = session
      options.opened(peer, session)
      return { holdBudget: budgets.for(session.client, session.clientInfo?.name) }
    },
    'approval.request': async (peer, params) => {
      // Else a card of one session could be put on record as that of another one's call.
      const session = ownerOf(peer, params.call)
      options.catchUp(session.session)
      const answer = await approvals.request(session, params)
      if (answer.outcome !== 'approved' && answer.outcome !== 'grant') return answer
      return signed(peer, session, params, answer)
    },
    'approval.cancel': (peer, { call, why, waitedMs }) => {
      const { session, client, clientInfo } = introduced(peer)
      const waited = approvals.withdraw(session, call)
      // Only what a held call showed: else a program could say of any client that it gives up at once.
      if (waited && why !== 'other') {
        const clientInfoName = clientInfo === undefined ? {} : { clientInfoName: clientInfo.name }
        budgets.observed({ client, ...clientInfoName, why, waitedMs })
      }
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
}

export const refused = (why: string) => new ResponseError(ErrorCodes.InvalidRequest, why)

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

export function isMethod(method: string): method is BrokerMethod {
  return Object.hasOwn(brokerRequests, method)
}
