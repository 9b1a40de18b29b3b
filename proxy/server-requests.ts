// What the server asks of the client (sampling, elicitation): always on record, and where policy has a word on it, read
// whole, judged and, if need be, held back before the client sees any of it.
import { withoutDepths } from '../core/audit/secret-json.ts'
import type { JsonValue } from '../core/schema/json.ts'
import { type GovernedRequest, idTextOf, isObject, rpcCodes } from '../core/wire/governed-request.ts'
import { readServerLine, requestsIn, type ServerMessage, serverActions } from '../core/wire/server-message.ts'
import { type Desk, serverKey } from './call-desk.ts'
import { resultExcerpt } from './excerpt.ts'
import { advance, type GovernedCall } from './governed-call.ts'
import type { InputRequests } from './input-requests.ts'
import type { PolicyState } from './policy-source.ts'
import { errorLine } from './refusal.ts'
import type { Verdicts } from './verdicts.ts'

/** What a line is taken for: `act` instead of passing it on. `answers`: it is an answer to a request as well. */
export type TakenLine = { act(): void; answers: boolean }

export type ServerRequests = {
  /** Whether lines of the server may only pass once they were read. */
  governed(policy: PolicyState): boolean
  /** Nothing where the line, which is whole, may pass as it is. */
  read(line: Buffer): TakenLine | undefined
  /** A message that passes as it is, for the record. */
  noticed(message: JsonValue, bytes: number): void
  /** The same for a whole line. */
  noticedLine(line: Buffer): void
  /** Whether the client owes an answer. */
  pending(): boolean
  /** A line of the client that may be one. */
  answered(text: string): void
}

export function createServerRequests(desk: Desk, verdicts: Verdicts, inputs: InputRequests): ServerRequests {
  const { spool, dispatch, calls } = desk
  let warned = false

  const governed = (policy: PolicyState) => serverActions.some((action) => desk.governs(policy, action))

  const receive = (request: GovernedRequest, line: Buffer, alone: boolean) => {
    const call = desk.begin(request, line.length - 1, 'server')
    if (!call) return
    desk.whenPolicyIsThere(
      (policy) => {
        if (call.state !== 'deciding') return
        if (alone && !desk.governs(policy, request.action)) call.raw = line
        verdicts.settle(call, policy)
      },
      [call],
    )
  }

  const refuseDoubt = (message: Extract<ServerMessage, { kind: 'doubtful' }>, bytes: number) => {
    const { idText, code, problem } = message
    spool.add('message.rejected', { code, problem: `from the server: ${problem}`, bytes })
    if (idText === 'null') desk.log(`a message of the server was not passed on: ${problem}`)
    else dispatch.push({ type: 'reply', line: errorLine(idText, code, problem) })
  }

  const dropTorn = (bytes: number) => {
    const problem = 'from the server: not one whole JSON value'
    spool.add('message.rejected', { code: rpcCodes.parseError, problem, bytes })
    if (!warned) desk.log('the server writes lines that are not JSON; with this policy they are not passed on')
    warned = true
  }

  /** Clients that read JSON as a stream would join such lines into a message that none of them shows. */
  const torn = (line: Buffer): TakenLine | undefined => {
    if (!line.includes('{') && !line.includes('"')) return undefined
    return { act: () => dropTorn(line.length - 1), answers: false }
  }

  const takeBack = (call: GovernedCall) => {
    if (call.state === 'holding') desk.holder.withdraw(call, 'other')
    if (!advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) return
    spool.add('call.cancelled', { call: call.id, by: 'server', forwarded: false })
    desk.end(call)
  }

  const taken = (message: ServerMessage, line: Buffer, alone = true): TakenLine | undefined => {
    const bytes = line.length - 1
    switch (message.kind) {
      case 'other':
        return undefined
      case 'torn':
        return torn(line)
      case 'request':
        return { act: () => receive(message.request, line, alone), answers: false }
      case 'doubtful':
        return { act: () => refuseDoubt(message, bytes), answers: false }
      case 'inputs':
        return { act: () => inputs.receive(message, line), answers: true }
      case 'doubtful-inputs': {
        const { idText, problem } = message
        return { act: () => inputs.reject(idText, problem, bytes), answers: true }
      }
      case 'cancelled': {
        const call = calls.get(serverKey(message.idText))
        if (!call) return undefined
        if (call.state !== 'running') return { act: () => takeBack(call), answers: false }
        spool.add('call.cancelled', { call: call.id, by: 'server', forwarded: true })
        return undefined
      }
      case 'batch': {
        const members = message.members.flatMap((member) => taken(member, line, false) ?? [])
        const act = () => {
          for (const member of members) member.act()
          if (message.rest !== undefined) dispatch.push({ type: 'line', line: message.rest })
        }
        return { act, answers: true }
      }
    }
  }

  const noticed = (message: JsonValue, bytes: number) => {
    // A server can nest as deep as it likes what passes as it is.
    for (const request of requestsIn(withoutDepths(message))) {
      const policy = desk.policy.current()
      const call = desk.begin(request, bytes, 'server', 'unwatched')
      if (!call || 'then' in policy) continue
      desk.record(call, desk.decide(call, policy), true)
      advance(call, 'deciding', 'running')
      call.sentAt = desk.monotonic()
    }
  }

  return {
    governed,
    // Without a line feed it is the torn end of what the server wrote.
    read: (line) => (line.at(-1) === 0x0a ? taken(readServerLine(line.toString('utf8').trimEnd()), line) : torn(line)),
    noticed,
    noticedLine: (line) => {
      const message = parsed(line.toString('utf8'))
      if (message !== undefined) noticed(message, line.length - 1)
    },
    pending: () => [...calls.values()].some(({ origin, state }) => origin === 'server' && state === 'running'),
    answered: (text) => {
      const read = parsed(text)
      for (const message of Array.isArray(read) ? read : [read]) {
        if (!isObject(message) || 'method' in message) continue
        const call = calls.get(serverKey(idTextOf(message['id'])))
        if (!call || !advance(call, 'running', 'ended')) continue
        desk.end(call)
        const failed = 'error' in message
        const bytes = Buffer.byteLength(text)
        const value = failed ? message['error'] : message['result']
        const durationMs = Math.round(desk.monotonic() - (call.sentAt ?? call.receivedAt))
        const result = resultExcerpt({ bytes, value }, call.hidden)
        const outcome = failed ? 'protocol-error' : 'ok'
        spool.add('call.answered', { call: call.id, outcome, bytes, durationMs, result })
      }
    },
  }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined // it was passed on as what it is: no JSON
  }
}
