// Batches (2025-03-26): one runs whole, or not at all when any of its requests may not run unasked. A person answers
// single calls, and half a batch is not what the client asked for: each member gets its own answer.
import type { Desk } from './call-desk.ts'
import type { CallBatch, SendStep } from './dispatch.ts'
import { advance, type GovernedCall } from './governed-call.ts'
import type { PolicyState } from './policy-source.ts'
import { blockedCode, denied, errorLine, type Refusal, refusalLine } from './refusal.ts'

export type Batches = {
  /** `whole`: the line as it came, with its line feed. */
  receive(batch: CallBatch, whole: Buffer): void
  refuse(batch: CallBatch, members: readonly GovernedCall[], why: (call: GovernedCall) => Refusal): void
  /** One of its calls was taken back while the batch waited for the disk. */
  torn(step: SendStep, batch: CallBatch): void
}

export function createBatches(desk: Desk): Batches {
  const { spool, dispatch } = desk

  const judge = (batch: CallBatch, members: readonly GovernedCall[], whole: Buffer, policy: PolicyState) => {
    const bytes = whole.length - 1
    const { doubt } = batch
    if (doubt?.actions.some((action) => desk.governs(policy, action))) {
      for (const call of members) end(call)
      return desk.reject(doubt.idText, doubt.code, doubt.problem, bytes)
    }
    const judged = members.filter((call) => call.state === 'deciding')
    const verdicts = judged.map((call) => ({ call, decision: desk.decide(call, policy) }))
    const runs = ({ decision }: (typeof verdicts)[number]) => decision.kind === 'allow' && decision.limits === undefined
    const all = judged.length === batch.calls.length && verdicts.every(runs)
    for (const { call, decision } of verdicts) desk.record(call, decision, all)
    if (all) {
      for (const call of judged) {
        advance(call, 'deciding', 'forwarding')
        call.durable = call.rpc.action === 'tools/call' && call.request.risk.class !== 'read'
      }
      const governed = batch.calls.some(({ action }) => desk.governs(policy, action))
      dispatch.push({ type: 'send', calls: judged, line: governed ? `${batch.text}\n` : whole, batch })
      return
    }
    const denials = new Map(
      verdicts.map(({ call, decision }) => [call, decision.kind === 'deny' ? decision : undefined]),
    )
    refuse(batch, judged, (call) => {
      const decision = denials.get(call)
      if (decision) return denied(decision)
      spool.add('call.cancelled', { call: call.id, by: 'batch', forwarded: false })
      const reason = `its batch also has ${batch.others > 0 ? 'other messages and ' : ''}calls that may not run unasked; send this call by itself`
      return { decision: 'cancelled', reason, retry: 'identical' }
    })
  }

  const end = (call: GovernedCall) => {
    if (!advance(call, ['deciding', 'forwarding'], 'ended')) return
    spool.add('call.cancelled', { call: call.id, by: 'batch', forwarded: false })
    desk.end(call)
  }

  const refuse: Batches['refuse'] = (batch, members, why) => {
    const answers = members.flatMap((call) => {
      if (!advance(call, ['deciding', 'forwarding'], 'ended')) return []
      desk.end(call)
      return [refusalLine(call.rpc, call.id, why(call))]
    })
    const problem = 'its batch has calls that may not run'
    answers.push(...batch.otherIds.map((idText) => errorLine(idText, blockedCode, problem)))
    if (answers.length > 0) dispatch.push({ type: 'line', line: `[${answers.join(',')}]` })
  }

  return {
    receive: (batch, whole) => {
      const members = batch.calls.flatMap((rpc) => desk.begin(rpc, whole.length - 1, 'client') ?? [])
      desk.whenPolicyIsThere((policy) => judge(batch, members, whole, policy), members)
    },
    refuse,
    torn: (step, batch) => {
      refuse(batch, step.calls, (call) => {
        spool.add('call.cancelled', { call: call.id, by: 'batch', forwarded: false })
        const reason = 'another call of its batch was taken back'
        return { decision: 'cancelled', reason, retry: 'identical' }
      })
    },
  }
}
