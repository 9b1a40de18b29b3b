// Judging one call under one policy, and what goes on record about it.
import { evaluate, type PolicyPorts } from '../core/policy/evaluate.ts'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { Decision } from '../core/schema/decision.ts'
import { argumentsExcerpt } from './excerpt.ts'
import type { GovernedCall } from './governed-call.ts'
import type { PolicyState } from './policy-source.ts'

/** The decision; a policy that cannot be used, and a fault of ours while deciding, deny. */
export function judgeCall(
  { request, rpc }: GovernedCall,
  policy: PolicyState,
  paths: PolicyPorts,
  log: (line: string) => void,
): Decision {
  const deny = (reason: string): Decision => ({
    kind: 'deny',
    source: 'no-policy',
    rules: [],
    reason,
    risk: request.risk.class,
  })
  if (!policy.ok) return deny(policy.problem)
  try {
    return evaluate(policy.policy, request, paths)
  } catch (error) {
    log(`deciding about ${JSON.stringify(rpc.tool)} failed: ${(error as Error).stack}`)
    return deny(`deciding about this call failed (${(error as Error).message})`)
  }
}

/** `sent`: the call goes out right after this line. */
export function decidedEvent(call: GovernedCall, decision: Decision, sent: boolean): AuditEventData<'call.decided'> {
  const { rpc, argumentsHash } = call
  return {
    call: call.id,
    tool: rpc.tool,
    rpcId: rpc.idText,
    bytes: call.bytes,
    decision: decision.kind,
    source: decision.source,
    rules: decision.rules as AuditEventData<'call.decided'>['rules'],
    reason: decision.reason,
    risk: call.request.risk.class,
    revision: call.revision ?? 'none',
    argumentsHash,
    arguments: argumentsExcerpt(rpc.arguments, argumentsHash),
    ...(rpc.beside === undefined ? {} : { beside: argumentsExcerpt(rpc.beside, argumentsHash) }),
    ...(sent ? { forwarded: true } : {}),
  }
}

/** Whether both decisions hold a call by the same rules and in the same words. */
export function sameReason(a: Decision, b: Decision): boolean {
  const named = ({ rules, reason }: Decision) => JSON.stringify([rules.map(({ id, file }) => [file, id]), reason])
  return named(a) === named(b)
}
