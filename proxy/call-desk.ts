// What all parts of call handling share: the calls under way, how one begins, is decided, recorded, refused and ended.
import type { Spool } from '../core/audit/spool.ts'
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import type { RiskAssessment } from '../core/risk/classify.ts'
import type { Decision } from '../core/schema/decision.ts'
import type { Action } from '../core/schema/policy-words.ts'
import { type GovernedRequest, rpcCodes } from '../core/wire/governed-request.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import { idKeyOf } from './answers.ts'
import type { Continuations } from './continuations.ts'
import type { Dispatch } from './dispatch.ts'
import { advance, type GovernedCall, type Origin } from './governed-call.ts'
import type { DeclaredTasks } from './held-tasks-declared.ts'
import type { Holder } from './hold.ts'
import type { HoldStates } from './hold-states.ts'
import { decidedEvent, judgeCall, receivedData } from './judge-call.ts'
import type { LineEdits } from './line-edits.ts'
import type { PolicySource, PolicyState } from './policy-source.ts'
import { errorLine, type Refusal, refusalLine } from './refusal.ts'
import type { Reservations } from './reservations.ts'
import type { SessionRefusal } from './session-refusal.ts'
import { sha256 } from './sha256.ts'

export type DeskOptions = {
  session: string
  client: string
  server: string
  policy: PolicySource
  paths: PolicyPorts
  spool: Spool
  holder: Holder
  reservations: Reservations
  states: HoldStates
  continuations: Continuations
  edits: LineEdits
  declared: DeclaredTasks
  refusal: SessionRefusal
  /** The risk of a tool call. */
  classify(call: GovernedRequest): RiskAssessment
  log(line: string): void
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
}

export type Desk = DeskOptions & {
  dispatch: Dispatch
  /** By `keyOf`. */
  calls: Map<string, GovernedCall>
  /** True once nothing more comes from the client. */
  inputOver: boolean
  /** Nothing where its id belongs to a request that is still under way: that was answered then. */
  begin(rpc: GovernedRequest, bytes: number, origin: Origin, twice?: 'reject' | 'unwatched'): GovernedCall | undefined
  decide(call: GovernedCall, policy: PolicyState): Decision
  record(call: GovernedCall, decision: Decision, sent: boolean): void
  governs(policy: PolicyState, action: Action): boolean
  whenPolicyIsThere(act: (policy: PolicyState) => void, waiting?: readonly GovernedCall[]): void
  reject(idText: string, code: number, problem: string, bytes: number): void
  end(call: GovernedCall): void
  /** Ends a call and tells whoever asked. */
  refuse(call: GovernedCall, refusal: Refusal): void
  /** The client gets this result of a call, which may be a question that the call goes on after. */
  resulted(call: GovernedCall, result: unknown): void
  /** Ends a call that nobody waits for any more and that was not sent. */
  drop(call: GovernedCall): void
}

/** Requests of the server whose answers are still looked for. */
const maxServerRequests = 100

/** Where the ids of servers are kept apart from those of clients. */
export const serverKey = (idText: string): string => `server ${idKeyOf(idText)}`

export function createDesk(options: DeskOptions, dispatch: Dispatch): Desk {
  const { spool, session, client, server } = options
  const calls = new Map<string, GovernedCall>()
  let count = 0

  const keyOf = (rpc: GovernedRequest, origin: Origin): string => {
    if (origin === 'client') return idKeyOf(rpc.idText)
    return origin === 'server' ? serverKey(rpc.idText) : `input ${count}`
  }

  /** A client may leave requests of its server unanswered, and a server may ask for ever. */
  const watchFewer = () => {
    const open = [...calls.values()].filter((call) => call.origin === 'server' && call.state === 'running')
    const oldest = open.length > maxServerRequests ? open[0] : undefined
    if (oldest && advance(oldest, 'running', 'ended')) desk.end(oldest)
  }

  const desk: Desk = {
    ...options,
    dispatch,
    calls,
    inputOver: false,
    begin: (rpc, bytes, origin, twice = 'reject') => {
      const key = keyOf(rpc, origin)
      const known = calls.has(key)
      if (known && twice === 'reject') {
        const what = rpc.action === 'tools/call' ? 'call' : 'request'
        const problem = `the id ${rpc.idText} belongs to a ${what} that is still under way`
        if (origin === 'client') desk.reject(rpc.idText, rpcCodes.invalidRequest, problem, bytes)
        else dispatch.push({ type: 'reply', line: errorLine(rpc.idText, rpcCodes.invalidRequest, problem) })
        return undefined
      }
      count += 1
      const call: GovernedCall = {
        id: `${session}.${count}`,
        key,
        rpc,
        origin,
        request: {
          subject: { client, session },
          action: rpc.action,
          resource: { server, tool: rpc.tool },
          arguments: rpc.arguments,
          risk: rpc.action === 'tools/call' ? options.classify(rpc) : { class: 'unknown', evidence: [] },
        },
        argumentsHash: argumentsHash(rpc.arguments, sha256, rpc.beside),
        receivedAt: options.monotonic(),
        bytes,
        state: 'deciding',
        durable: false,
      }
      // Two answers to one id: nobody can tell which is which, so only the first request's is looked for.
      if (!known) calls.set(key, call)
      if (origin === 'server') watchFewer()
      return call
    },
    decide: (call, policy) => judgeCall(call, policy, options),
    record: (call, decision, sent) => spool.add('call.decided', decidedEvent(call, decision, sent)),
    // Without a policy nobody knows what it would say, so it is taken to have a word on everything.
    governs: (policy, action) =>
      !policy.ok || options.refusal.reason() !== undefined || policy.policy.governs(server, action),
    whenPolicyIsThere: (act, waiting = []) => {
      const policy = options.policy.current()
      if (!('then' in policy)) return act(policy)
      for (const call of waiting) spool.add('call.received', { call: call.id, ...receivedData(call) })
      dispatch.waitFor(
        policy.then((loaded) => {
          act(loaded)
          dispatch.flush()
        }),
      )
    },
    reject: (idText, code, problem, bytes) => {
      spool.add('message.rejected', { code, problem, bytes })
      dispatch.push({ type: 'line', line: errorLine(idText, code, problem) })
    },
    end: (call) => {
      if (calls.get(call.key) === call) calls.delete(call.key)
    },
    refuse: (call, refusal) => {
      desk.end(call)
      if (typeof call.origin === 'object') return call.origin.input.refused(call, refusal)
      const asksForTask = !call.task && !call.rpc.modern && options.declared.wanted(call.rpc) !== undefined
      const line = refusalLine(call.rpc, call.id, refusal, asksForTask)
      dispatch.push({ type: call.origin === 'client' ? 'line' : 'reply', line })
    },
    resulted: (call, result) => {
      if (!call.rpc.modern) return
      options.states.passed(result)
      options.continuations.opened(call, result)
    },
    drop: (call) => {
      if (call.state === 'holding') options.holder.withdraw(call, 'other')
      if (!advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) return
      spool.add('call.cancelled', { call: call.id, by: 'disconnect', forwarded: false })
      desk.end(call)
    },
  }
  return desk
}
