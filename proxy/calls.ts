// The governed requests of a session: judged, recorded, then forwarded, held or refused. Puts the parts together that do it.
import type { Doubt } from '../core/wire/client-message.ts'
import { type GovernedRequest, rpcCodes } from '../core/wire/governed-request.ts'
import { createBatches } from './batches.ts'
import { createDesk, type DeskOptions } from './call-desk.ts'
import { type CallEndings, createCallEndings } from './call-endings.ts'
import { type CallBatch, createDispatch, type HoldStep, type SendStep } from './dispatch.ts'
import { advance } from './governed-call.ts'
import { createHeldTasks, type HeldTasks } from './held-tasks.ts'
import { createInputRequests } from './input-requests.ts'
import type { Refusal } from './refusal.ts'
import { createServerRequests, type ServerRequests } from './server-requests.ts'
import { createVerdicts } from './verdicts.ts'

export type CallsOptions = DeskOptions & {
  /** Writes to the upstream. */
  send(data: Buffer | string): void
  /** Writes one line to the client. */
  answer(line: string | Buffer): void
  /** The upstream does not read what it is sent. */
  clogged(): boolean
  /** Milliseconds since the epoch. */
  now(): number
}

export type Calls = CallEndings & {
  /** A message that policy does not concern; `bytes` includes its line feed. */
  pass(bytes: Buffer): void
  /** `whole`: the line as it came, with its line feed. */
  receive(request: GovernedRequest, whole: Buffer): void
  /** What passes only where policy has no word on what it could be. */
  receiveDoubt(doubt: Doubt, whole: Buffer): void
  receiveBatch(batch: CallBatch, whole: Buffer): void
  reject(idText: string, code: number, problem: string, bytes: number): void
  /** Acts once the policy is there, which it nearly always is. */
  whenPolicyIsThere: ReturnType<typeof createDesk>['whenPolicyIsThere']
  /** Writes one line to the client, in order with our other answers. */
  line(line: string | Buffer): void
  /** Puts on record, with one write, and then sends out what the other methods have prepared. */
  flush(): void
  server: ServerRequests
  tasks: HeldTasks
}

export function createCalls(options: CallsOptions): Calls {
  const dispatch = createDispatch({
    ...options,
    answer: (line) => {
      const shown = tasks.toClient(line)
      if (shown !== undefined) options.answer(shown)
    },
    hold: (call) => verdicts.startHold(call),
    unrecorded: (step, error) => refuseUnrecorded(step, error),
    torn: (step, batch) => batches.torn(step, batch),
  })
  const desk = createDesk(options, dispatch)
  const tasks = createHeldTasks({ desk, now: options.now, receive: (rpc, whole) => receive(rpc, whole) })
  const verdicts = createVerdicts(desk, tasks.adopt)
  const batches = createBatches(desk)
  const inputs = createInputRequests(desk, verdicts)
  const server = createServerRequests(desk, verdicts, inputs)

  const refuseUnrecorded = (step: SendStep | HoldStep, error: Error) => {
    const reason = `the call cannot be put on record (${error.message}), and nothing runs unrecorded`
    const refusal: Refusal = { decision: 'no-record', reason, retry: 'later' }
    if (step.type === 'send' && step.batch) return batches.refuse(step.batch, step.calls, () => refusal)
    for (const call of step.type === 'send' ? step.calls : [step.call]) {
      if (advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) desk.refuse(call, refusal)
    }
  }

  const receive: Calls['receive'] = (asked, whole) => {
    const back = options.states.takeBack(asked)
    if (back && !back.ok) return desk.reject(asked.idText, rpcCodes.invalidParams, back.problem, whole.length - 1)
    const rpc = back?.request ?? asked
    inputs.answeredBy(rpc)
    const now = options.policy.current()
    const free = !('then' in now) && !desk.governs(now, rpc.action)
    const call = desk.begin(rpc, whole.length - 1, 'client', free ? 'unwatched' : 'reject')
    if (!call) return
    if (back) call.round = back.round
    const continued = options.continuations.take(rpc)
    desk.whenPolicyIsThere(
      (policy) => {
        if (call.state !== 'deciding') return
        if (!back && !desk.governs(policy, rpc.action)) call.raw = whole
        if (continued) verdicts.goOn(call, continued, policy)
        else verdicts.settle(call, policy)
      },
      [call],
    )
  }

  return {
    ...createCallEndings(desk, inputs, tasks),
    pass: (bytes) => dispatch.push({ type: 'pass', bytes }),
    receive,
    receiveDoubt: ({ actions, idText, code, problem }, whole) => {
      desk.whenPolicyIsThere((policy) => {
        if (actions.some((action) => desk.governs(policy, action))) {
          return desk.reject(idText, code, problem, whole.length - 1)
        }
        dispatch.push({ type: 'pass', bytes: whole })
      })
    },
    receiveBatch: batches.receive,
    reject: desk.reject,
    whenPolicyIsThere: (act) => desk.whenPolicyIsThere(act),
    line: (line) => dispatch.push({ type: 'line', line }),
    flush: dispatch.flush,
    server,
    tasks,
  }
}
