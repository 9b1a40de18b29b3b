// The governed calls of a session: judged, recorded, then forwarded, held or refused. Everything a chunk from the
// client causes is gathered and leaves together in `flush`, after one write to the spool.
import type { Spool } from '../core/audit/spool.ts'
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import { evaluate } from '../core/policy/evaluate.ts'
import { classifyTool } from '../core/risk/classify.ts'
import type { Decision } from '../core/schema/decision.ts'
import { rpcCodes, type ToolCall } from '../core/wire/client-message.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import { type Answer, idKeyOf } from './answers.ts'
import { argumentsExcerpt, resultExcerpt } from './excerpt.ts'
import { advance, type GovernedCall } from './governed-call.ts'
import type { HoldEnd, Holder } from './hold.ts'
import type { PolicySource, PolicyState } from './policy-source.ts'
import { denied, errorLine, type Refusal, refusalLine } from './refusal.ts'
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
  /** The spool has grown. */
  ring(): void
  log(line: string): void
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
}

export type Calls = {
  /** A message that policy does not concern; `bytes` includes its line feed. */
  pass(bytes: Buffer): void
  receive(call: ToolCall, bytes: number): void
  /** A batch with calls in it runs whole, or not at all when any of its calls may not run. */
  receiveBatch(calls: ToolCall[], others: number, text: string, bytes: number): void
  reject(idText: string, code: number, problem: string, bytes: number): void
  /** Puts on record, with one write, and then sends out what the other methods have prepared. */
  flush(): void
  /** An answer of the upstream; the caller calls `flush` before the answer's line feed goes out. */
  answered(answer: Answer): void
  /** The client took a call back. True if the upstream has it and must be told. */
  cancelled(idText: string): boolean
  /** True while the upstream owes the answer to a governed call. */
  anyRunning(): boolean
  /** The client is gone: nothing that waits may still run. */
  clientGone(): void
  /** The upstream is gone: answers every call that waits for it. */
  upstreamGone(how: string): void
}

/** What `flush` does, in order, once the spool has been written. */
type Step =
  | { type: 'pass'; bytes: Buffer }
  | { type: 'send'; calls: GovernedCall[]; text: string }
  | { type: 'hold'; call: GovernedCall }
  | { type: 'line'; line: string }

export function createCalls(options: CallsOptions): Calls {
  const { spool, session, client, server } = options
  const calls = new Map<string, GovernedCall>()
  let steps: Step[] = []
  let count = 0
  let running = 0
  let recordProblem = ''

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
      argumentsHash: argumentsHash(rpc.arguments, sha256),
      receivedAt: options.monotonic(),
      state: 'deciding',
      durable: false,
    }
    calls.set(key, call)
    spool.add('call.received', { call: call.id, tool: rpc.tool, rpcId: rpc.idText, bytes })
    return call
  }

  const judge = (call: GovernedCall, policy: PolicyState): Decision => {
    if (!policy.ok) {
      const { class: risk } = call.request.risk
      return { kind: 'deny', source: 'no-policy', rules: [], reason: policy.problem, risk }
    }
    try {
      return evaluate(policy.policy, call.request, options.paths)
    } catch (error) {
      // A fault of ours while deciding must not let the call through.
      options.log(`deciding about ${JSON.stringify(call.rpc.tool)} failed: ${(error as Error).stack}`)
      const reason = `deciding about this call failed (${(error as Error).message})`
      return { kind: 'deny', source: 'no-policy', rules: [], reason, risk: call.request.risk.class }
    }
  }

  const decide = (call: GovernedCall, policy: PolicyState): Decision => {
    const decision = judge(call, policy)
    call.decision = decision
    call.revision = policy.ok ? policy.revision : 'none'
    spool.add('call.decided', {
      call: call.id,
      tool: call.rpc.tool,
      decision: decision.kind,
      source: decision.source,
      rules: decision.rules.map((rule) => ({ ...rule })),
      reason: decision.reason,
      risk: call.request.risk.class,
      revision: call.revision,
      argumentsHash: call.argumentsHash,
      arguments: argumentsExcerpt(call.rpc.arguments, call.argumentsHash),
    })
    return decision
  }

  const follow = (call: GovernedCall, decision: Decision) => {
    if (decision.kind === 'allow') forward(call, call.request.risk.class !== 'read')
    else if (decision.kind === 'hold') {
      advance(call, 'deciding', 'holding')
      spool.add('hold.opened', { call: call.id, budgetMs: options.holder.budgetMs() })
      steps.push({ type: 'hold', call })
    } else {
      advance(call, 'deciding', 'ended')
      refuse(call, denied(decision))
    }
  }

  const forward = (call: GovernedCall, durable: boolean) => {
    if (!advance(call, ['deciding', 'holding'], 'forwarding')) return
    call.durable = durable
    spool.add('call.forwarded', { call: call.id })
    steps.push({ type: 'send', calls: [call], text: call.rpc.text })
  }

  const whenPolicyIsThere = (act: (policy: PolicyState) => void) => {
    const policy = options.policy.current()
    if (!('then' in policy)) return act(policy)
    void policy.then((loaded) => {
      act(loaded)
      flush()
    })
  }

  const receive = (rpc: ToolCall, bytes: number) => {
    const call = begin(rpc, bytes)
    if (!call) return
    whenPolicyIsThere((policy) => {
      if (call.state === 'deciding') follow(call, decide(call, policy))
    })
  }

  const receiveBatch = (batch: ToolCall[], others: number, text: string, bytes: number) => {
    const members = batch.flatMap((rpc) => begin(rpc, bytes) ?? [])
    whenPolicyIsThere((policy) => {
      const judged = members.filter((call) => call.state === 'deciding')
      const verdicts = judged.map((call) => ({ call, decision: decide(call, policy) }))
      if (judged.length === batch.length && verdicts.every(({ decision }) => decision.kind === 'allow')) {
        for (const call of judged) {
          advance(call, 'deciding', 'forwarding')
          call.durable = call.request.risk.class !== 'read'
          spool.add('call.forwarded', { call: call.id })
        }
        steps.push({ type: 'send', calls: judged, text })
        return
      }
      // A person answers single calls, and half a batch is not what the client asked for.
      const lines = verdicts.map(({ call, decision }) => {
        advance(call, 'deciding', 'ended')
        end(call)
        if (decision.kind === 'deny') return refusalLine(call.rpc, call.id, denied(decision))
        spool.add('call.cancelled', { call: call.id, by: 'client', forwarded: false })
        const reason = `its batch also has ${others > 0 ? 'other messages and ' : ''}calls that may not run unasked; send this call by itself`
        return refusalLine(call.rpc, call.id, { decision: 'cancelled', reason, retry: 'identical' })
      })
      if (lines.length > 0) steps.push({ type: 'line', line: `[${lines.join(',')}]` })
    })
  }

  const reject = (idText: string, code: number, problem: string, bytes: number) => {
    spool.add('message.rejected', { code, problem, bytes })
    steps.push({ type: 'line', line: errorLine(idText, code, problem) })
  }

  const flush = () => {
    const error = spool.flush()
    if (error) reportRecordProblem(error)
    if (count > 0) options.ring()
    const todo = steps
    steps = []
    const out: (Buffer | string)[] = []
    for (const step of todo) {
      if (step.type === 'pass') out.push(step.bytes)
      else if (step.type === 'line') options.answer(step.line)
      else if (error) for (const call of step.type === 'send' ? step.calls : [step.call]) refuseUnrecorded(call, error)
      else if (step.type === 'hold') startHold(step.call)
      else if (step.calls.some((call) => call.durable)) sendWhenOnDisk(step.calls, step.text)
      else send(step.calls, step.text, out)
    }
    if (out.length === 1 && out[0] !== undefined) options.send(out[0])
    else if (out.length > 1)
      options.send(Buffer.concat(out.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))))
    if (steps.length > 0) flush()
  }

  const send = (members: GovernedCall[], text: string, out: (Buffer | string)[]) => {
    const live = members.filter((call) => advance(call, 'forwarding', 'running'))
    if (live.length !== members.length) return // taken back while on its way to disk
    for (const call of live) call.sentAt = options.monotonic()
    running += live.length
    out.push(`${text}\n`)
  }

  const sendWhenOnDisk = (members: GovernedCall[], text: string) => {
    void spool.sync().then((error) => {
      if (error) {
        reportRecordProblem(error)
        for (const call of members) refuseUnrecorded(call, error)
        flush()
        return
      }
      const out: string[] = []
      send(members, text, out)
      if (out[0] !== undefined) options.send(out[0])
    })
  }

  const refuseUnrecorded = (call: GovernedCall, error: Error) => {
    if (!advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) return
    const reason = `the call cannot be put on record (${error.message}), and nothing runs unrecorded`
    refuse(call, { decision: 'no-record', reason, retry: 'later' })
  }

  const reportRecordProblem = (error: Error) => {
    if (error.message !== recordProblem) options.log(`the audit record cannot be written: ${error.message}`)
    recordProblem = error.message
  }

  const startHold = (call: GovernedCall) => {
    void options.holder.hold(call).then((ended) => {
      finishHold(call, ended)
      flush()
    })
  }

  const finishHold = (call: GovernedCall, ended: HoldEnd) => {
    if (call.state !== 'holding') return // taken back, or its upstream died: already on record
    const afterMs = Math.round(options.monotonic() - (call.heldAt ?? call.receivedAt))
    spool.add('hold.closed', { call: call.id, afterMs, ...ended.record })
    if (!ended.run) {
      advance(call, 'holding', 'ended')
      refuse(call, ended.refusal)
      return
    }
    // Minutes may have passed: what was approved runs only if the policy still says no more than "ask".
    whenPolicyIsThere((policy) => {
      if (call.state !== 'holding') return
      const revision = policy.ok ? policy.revision : 'none'
      if (revision === call.revision) return forward(call, true)
      const decision = decide(call, policy)
      if (decision.kind === 'allow') return forward(call, true)
      advance(call, 'holding', 'ended')
      if (decision.kind === 'deny') return refuse(call, denied(decision))
      spool.add('call.cancelled', { call: call.id, by: 'client', forwarded: false })
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
      if (!call) return true
      const forwarded = call.state === 'running'
      spool.add('call.cancelled', { call: call.id, by: 'client', forwarded })
      if (!forwarded) {
        if (call.state === 'holding') options.holder.withdraw(call)
        advance(call, ['deciding', 'holding', 'forwarding'], 'ended')
        end(call)
      }
      return forwarded
    },
    anyRunning: () => running > 0,
    clientGone: () => {
      for (const call of [...calls.values()]) {
        if (!advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) continue
        spool.add('call.cancelled', { call: call.id, by: 'disconnect', forwarded: false })
        end(call)
      }
    },
    upstreamGone: (how) => {
      for (const call of [...calls.values()]) {
        if (advance(call, 'running', 'ended')) {
          running -= 1
          const durationMs = Math.round(options.monotonic() - (call.sentAt ?? call.receivedAt))
          spool.add('call.answered', { call: call.id, outcome: 'upstream-exited', bytes: 0, durationMs })
          const reason = `the MCP server ${how} before it answered`
          refuse(call, { decision: 'unknown-outcome', reason, retry: 'never' })
        } else if (advance(call, ['deciding', 'holding', 'forwarding'], 'ended')) {
          spool.add('call.cancelled', { call: call.id, by: 'disconnect', forwarded: false })
          refuse(call, { decision: 'cancelled', reason: `the MCP server ${how}`, retry: 'later' })
        }
      }
      flush()
    },
  }
}
