// The governed calls of a session: judged, recorded, then forwarded, held or refused. Everything a chunk from the
// client causes is gathered and leaves together in `flush`, after one write to the spool.
import type { Spool } from '../core/audit/spool.ts'
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import { classifyTool } from '../core/risk/classify.ts'
import type { Decision } from '../core/schema/decision.ts'
import { type ClientMessage, rpcCodes, type ToolCall } from '../core/wire/client-message.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import { type Answer, idKeyOf } from './answers.ts'
import { redactedText, resultExcerpt } from './excerpt.ts'
import { advance, type GovernedCall } from './governed-call.ts'
import type { HoldEnd, Holder } from './hold.ts'
import { decidedEvent, judgeCall, sameReason } from './judge-call.ts'
import { createOutbox } from './outbox.ts'
import type { PolicySource, PolicyState } from './policy-source.ts'
import { blockedCode, denied, errorLine, type Refusal, refusalLine } from './refusal.ts'
import { sha256 } from './sha256.ts'

export type CallsOptions = {
  session: string
  client: string
  server: string
  policy: PolicySource
  paths: PolicyPorts
  spool: Spool
  holder: Holder
  /** Writes to the upstream. */
  send(data: Buffer | string): void
  /** Writes one line to the client. */
  answer(line: string): void
  log(line: string): void
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
}

export type Calls = {
  /** A message that policy does not concern; `bytes` includes its line feed. */
  pass(bytes: Buffer): void
  receive(call: ToolCall, bytes: number): void
  /** A batch with calls in it runs whole, or not at all when any of its calls may not run. */
  receiveBatch(batch: CallBatch, bytes: number): void
  reject(idText: string, code: number, problem: string, bytes: number): void
  /** Puts on record, with one write, and then sends out what the other methods have prepared. */
  flush(): void
  /** An answer of the upstream; the caller calls `flush` before the answer's line feed goes out. */
  answered(answer: Answer): void
  /** The client took a call back. True if the upstream has it and must be told. */
  cancelled(idText: string): boolean
  /** True while the upstream owes the answer to a governed call. */
  anyRunning(): boolean
  /**
   * Nothing more comes from the client: what waits for a person may no longer run. Resolves once everything that policy
   * allowed has been sent.
   */
  inputEnded(): Promise<void>
  /** The client is gone: nothing that waits, for whatever, may still run. */
  clientGone(): void
  /** The upstream is gone: answers every call that waits for it. */
  upstreamGone(how: string): void
}

type SendStep = Extract<Step, { type: 'send' }>
type HoldStep = Extract<Step, { type: 'hold' }>
type CallBatch = Extract<ClientMessage, { kind: 'batch' }>

/** Calls taken back after they were sent whose answers are still looked for. */
const maxTakenBack = 32

/** What `flush` does, in order, once the spool has been written. */
type Step =
  | { type: 'pass'; bytes: Buffer }
  | { type: 'send'; calls: GovernedCall[]; text: string; batch?: CallBatch }
  | { type: 'hold'; call: GovernedCall }
  | { type: 'line'; line: string }

export function createCalls(options: CallsOptions): Calls {
  const { spool, session, client, server } = options
  const calls = new Map<string, GovernedCall>()
  let steps: Step[] = []
  let count = 0
  let running = 0
  let recordProblem = ''
  let inputOver = false
  const takenBack: GovernedCall[] = []
  const outbox = createOutbox(options.send)
  const waits = new Set<Promise<void>>()

  /** Remembers what a call waits for that is not a person. */
  const waitFor = (wait: Promise<void>) => {
    waits.add(wait)
    void wait.finally(() => waits.delete(wait))
  }

  const end = (call: GovernedCall) => {
    calls.delete(call.key)
  }

  const refuse = (call: GovernedCall, refusal: Refusal) => {
    end(call)
    steps.push({ type: 'line', line: refusalLine(call.rpc, call.id, refusal) })
  }

  const begin = (rpc: ToolCall, bytes: number): GovernedCall | undefined => {
    const key = idKeyOf(rpc.idText)
    if (calls.has(key)) {
      reject(
        rpc.idText,
        rpcCodes.invalidRequest,
        `the id ${rpc.idText} belongs to a call that is still under way`,
        bytes,
      )
      return undefined
    }
    count += 1
    const call: GovernedCall = {
      id: `${session}.${count}`,
      key,
      rpc,
      request: {
        subject: { client, session },
        action: 'tools/call',
        resource: { server, tool: rpc.tool },
        arguments: rpc.arguments,
        risk: classifyTool(rpc.tool, rpc.arguments),
      },
      argumentsHash: argumentsHash(rpc.arguments, sha256, rpc.beside),
      receivedAt: options.monotonic(),
      bytes,
      state: 'deciding',
      durable: false,
    }
    calls.set(key, call)
    return call
  }

  const decide = (call: GovernedCall, policy: PolicyState): Decision => {
    const decision = judgeCall(call, policy, options.paths, options.log)
    call.decision = decision
    call.revision = policy.ok ? policy.revision : 'none'
    return decision
  }

  const recordDecision = (call: GovernedCall, decision: Decision, sent: boolean) => {
    spool.add('call.decided', decidedEvent(call, decision, sent))
  }

  /** Does what the decision says; both on record in one line where the call is sent at once. */
  const follow = (call: GovernedCall, decision: Decision) => {
    const allowed = decision.kind === 'allow'
    recordDecision(call, decision, allowed)
    if (allowed) {
      advance(call, ['deciding', 'holding'], 'forwarding')
      call.durable = call.request.risk.class !== 'read' || call.heldAt !== undefined
      steps.push({ type: 'send', calls: [call], text: call.rpc.text })
    } else if (decision.kind === 'hold' && inputOver) {
      drop(call)
    } else if (decision.kind === 'hold') {
      advance(call, 'deciding', 'holding')
      spool.add('hold.opened', { call: call.id, budgetMs: options.holder.budgetMs() })
      steps.push({ type: 'hold', call })
    } else {
      advance(call, ['deciding', 'holding'], 'ended')
      refuse(call, denied(decision))
    }
  }

  const whenPolicyIsThere = (act: (policy: PolicyState) => void, waiting: readonly GovernedCall[] = []) => {
    const policy = options.policy.current()
    if (!('then' in policy)) return act(policy)
    for (const { id, rpc, bytes } of waiting) {
      spool.add('call.received', { call: id, tool: rpc.tool, rpcId: rpc.idText, bytes })
    }
    waitFor(
      policy.then((loaded) => {
        act(loaded)
        flush()
      }),
    )
  }

  const forwardApproved = (call: GovernedCall) => {
    advance(call, 'holding', 'forwarding')
    call.durable = true
    spool.add('call.forwarded', { call: call.id })
    steps.push({ type: 'send', calls: [call], text: call.rpc.text })
  }

  const receive = (rpc: ToolCall, bytes: number) => {
    const call = begin(rpc, bytes)
    if (!call) return
    whenPolicyIsThere(
      (policy) => {
        if (call.state === 'deciding') follow(call, decide(call, policy))
      },
      [call],
    )
  }

  const receiveBatch = (batch: CallBatch, bytes: number) => {
    const members = batch.calls.flatMap((rpc) => begin(rpc, bytes) ?? [])
    whenPolicyIsThere((policy) => {
      const judged = members.filter((call) => call.state === 'deciding')
      const verdicts = judged.map((call) => ({ call, decision: decide(call, policy) }))
      const all = judged.length === batch.calls.length && verdicts.every(({ decision }) => decision.kind === 'allow')
      for (const { call, decision } of verdicts) recordDecision(call, decision, all)
      if (all) {
        for (const call of judged) {
          advance(call, 'deciding', 'forwarding')
          call.durable = call.request.risk.class !== 'read'
        }
        steps.push({ type: 'send', calls: judged, text: batch.text, batch })
        return
      }
      const denials = new Map(
        verdicts.map(({ call, decision }) => [call, decision.kind === 'deny' ? decision : undefined]),
      )
      refuseBatch(batch, judged, (call) => {
        const decision = denials.get(call)
        if (decision) return denied(decision)
        spool.add('call.cancelled', { call: call.id, by: 'batch', forwarded: false })
        const reason = `its batch also has ${batch.others > 0 ? 'other messages and ' : ''}calls that may not run unasked; send this call by itself`
        return { decision: 'cancelled', reason, retry: 'identical' }
      })
    }, members)
  }

  /** A person answers single calls, and half a batch is not what the client asked for: each member gets its answer. */
  const refuseBatch = (batch: CallBatch, members: GovernedCall[], why: (call: GovernedCall) => Refusal) => {
    const answers = members.flatMap((call) => {
      if (!advance(call, ['deciding', 'forwarding'], 'ended')) return []
      end(call)
      return [refusalLine(call.rpc, call.id, why(call))]
    })
    const problem = 'its batch has calls that may not run'
    answers.push(...batch.otherIds.map((idText) => errorLine(idText, blockedCode, problem)))
    if (answers.length > 0) steps.push({ type: 'line', line: `[${answers.join(',')}]` })
  }

  const reject = (idText: string, code: number, problem: string, bytes: number) => {
    spool.add('message.rejected', { code, problem: redactedText(problem), bytes })
    steps.push({ type: 'line', line: errorLine(idText, code, problem) })
  }

  const flush = () => {
    const error = spool.flush()
    if (error) reportRecordProblem(error)
    const todo = steps
    steps = []
    for (const step of todo) {
      if (step.type === 'pass') outbox.add(() => step.bytes)
      else if (step.type === 'line') options.answer(step.line)
      else if (error) refuseUnrecorded(step, error)
      else if (step.type === 'hold') startHold(step.call)
      else if (step.calls.some((call) => call.durable)) sendWhenOnDisk(step)
      else outbox.add(() => sent(step))
    }
    outbox.drain()
    if (steps.length > 0) flush()
  }

  /** The line to send, its calls marked as running; nothing if one was taken back while it waited. */
  const sent = ({ calls: members, text, batch }: SendStep): string | undefined => {
    if (members.some((call) => call.state !== 'forwarding')) {
      if (batch) refuseBatch(batch, members, takenBackWithBatch)
      return undefined
    }
    for (const call of members) {
      advance(call, 'forwarding', 'running')
      call.sentAt = options.monotonic()
    }
    running += members.length
    return `${text}\n`
  }

  const takenBackWithBatch = (call: GovernedCall): Refusal => {
    spool.add('call.cancelled', { call: call.id, by: 'batch', forwarded: false })
    const reason = 'another call of its batch was taken back'
    return { decision: 'cancelled', reason, retry: 'identical' }
  }

  const sendWhenOnDisk = (step: SendStep) => {
    const release = outbox.addWaiting(() => sent(step))
    for (const call of step.calls) call.release = release
    const onDisk = (error: Error | undefined) => {
      if (error) {
        reportRecordProblem(error)
        refuseUnrecorded(step, error)
      }
      release()
      flush()
    }
    waitFor(spool.sync().then(onDisk))
  }

  const refuseUnrecorded = (step: SendStep | HoldStep, error: Error) => {
    const reason = `the call cannot be put on record (${error.message}), and nothing runs unrecorded`
    const refusal: Refusal = { decision: 'no-record', reason, retry: 'later' }
    if (step.type === 'send' && step.batch) refuseBatch(step.batch, step.calls, () => refusal)
    else {
      for (const call of step.type === 'send' ? step.calls : [step.call]) {
        if (advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) refuse(call, refusal)
      }
    }
  }

  /** Ends a call that nobody waits for any more and that was not sent. */
  const drop = (call: GovernedCall) => {
    if (call.state === 'holding') options.holder.withdraw(call)
    if (!advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) return
    spool.add('call.cancelled', { call: call.id, by: 'disconnect', forwarded: false })
    end(call)
  }

  const reportRecordProblem = (error: Error) => {
    if (error.message !== recordProblem) options.log(`the audit record cannot be written: ${error.message}`)
    recordProblem = error.message
  }

  const startHold = (call: GovernedCall) => {
    if (call.state !== 'holding') return
    void options.holder.hold(call).then((ended) => {
      finishHold(call, ended)
      flush()
    })
  }

  const finishHold = (call: GovernedCall, ended: HoldEnd) => {
    if (call.state !== 'holding') return // taken back, or its upstream died: already on record
    const afterMs = Math.round(options.monotonic() - (call.heldAt ?? call.receivedAt))
    const { reason } = ended.record
    const kept = reason === undefined ? {} : { reason: redactedText(reason) }
    spool.add('hold.closed', { call: call.id, afterMs, ...ended.record, ...kept })
    if (!ended.run) {
      advance(call, 'holding', 'ended')
      refuse(call, ended.refusal)
      return
    }
    // Minutes may have passed, and links may have moved: what was approved is judged again. It runs if it would be held
    // for the same reason now; a policy that asks for another reason asks about something the person was not told.
    whenPolicyIsThere((policy) => {
      if (call.state !== 'holding') return
      const before = call.decision
      const decision = decide(call, policy)
      if (decision.kind === 'hold' && before !== undefined && sameReason(before, decision)) return forwardApproved(call)
      if (decision.kind !== 'hold') return follow(call, decision)
      recordDecision(call, decision, false)
      advance(call, 'holding', 'ended')
      spool.add('call.cancelled', { call: call.id, by: 'policy', forwarded: false })
      const reason = 'the policy changed while this call was waiting, so its approval no longer applies'
      refuse(call, { decision: 'cancelled', reason, retry: 'identical' })
    })
  }

  return {
    pass: (bytes) => steps.push({ type: 'pass', bytes }),
    receive,
    receiveBatch,
    reject,
    flush,
    answered: (answer) => {
      const call = calls.get(answer.idKey)
      if (!call || !advance(call, 'running', 'ended')) return
      end(call)
      running -= 1
      const durationMs = Math.round((options.monotonic() - (call.sentAt ?? call.receivedAt)) * 1000) / 1000
      const { outcome, bytes } = answer
      spool.add('call.answered', { call: call.id, outcome, bytes, durationMs, result: resultExcerpt(answer) })
    },
    cancelled: (idText) => {
      const call = calls.get(idKeyOf(idText))
      if (!call || call.takenBack) return true
      const forwarded = call.state === 'running'
      spool.add('call.cancelled', { call: call.id, by: 'client', forwarded })
      if (forwarded) {
        call.takenBack = true
        takenBack.push(call)
        // Most servers do not answer what was taken back: only the latest are waited for.
        const oldest = takenBack.length > maxTakenBack ? takenBack.shift() : undefined
        if (oldest && advance(oldest, 'running', 'ended')) {
          running -= 1
          end(oldest)
        }
      } else {
        if (call.state === 'holding') options.holder.withdraw(call)
        advance(call, ['deciding', 'holding', 'forwarding'], 'ended')
        end(call)
      }
      return forwarded
    },
    anyRunning: () => running > 0,
    inputEnded: async () => {
      inputOver = true
      for (const call of [...calls.values()]) if (call.state === 'holding') drop(call)
      while (waits.size > 0) await Promise.all(waits)
    },
    clientGone: () => {
      inputOver = true
      for (const call of [...calls.values()]) drop(call)
    },
    upstreamGone: (how) => {
      for (const call of [...calls.values()]) {
        if (advance(call, 'running', 'ended')) {
          running -= 1
          const durationMs = Math.round(options.monotonic() - (call.sentAt ?? call.receivedAt))
          spool.add('call.answered', { call: call.id, outcome: 'upstream-exited', bytes: 0, durationMs })
          const reason = `the MCP server ${how} before it answered`
          if (call.takenBack) end(call)
          else refuse(call, { decision: 'unknown-outcome', reason, retry: 'never' })
        } else if (advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) {
          spool.add('call.cancelled', { call: call.id, by: 'disconnect', forwarded: false })
          refuse(call, { decision: 'cancelled', reason: `the MCP server ${how}`, retry: 'later' })
        }
      }
      flush()
    },
  }
}
