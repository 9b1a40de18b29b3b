// Judging one request under one policy, and what goes on record about it.
import { evaluate, type PolicyPorts } from '../core/policy/evaluate.ts'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { Decision, DecisionSource } from '../core/schema/decision.ts'
import type { JsonObject } from '../core/schema/json.ts'
import { type TraceContext, traceContextOf } from '../core/wire/trace-context.ts'
import { redactedText, requestExcerpts } from './excerpt.ts'
import type { GovernedCall } from './governed-call.ts'
import { hideValues } from './hidden-values.ts'
import { mark } from './marks.ts'
import type { PolicyState } from './policy-source.ts'
import type { SessionRefusal } from './session-refusal.ts'

/** A URI can be as long as a document. */
const longestKeptName = 1024

export type JudgePorts = {
  paths: PolicyPorts
  refusal: SessionRefusal
  log(line: string): void
}

/**
 * Decides and remembers it in the call. A session that a person refuses, a policy that cannot be used, and a fault of ours
 * while deciding, deny.
 */
export function judgeCall(call: GovernedCall, policy: PolicyState, ports: JudgePorts): Decision {
  const decision = judged(call, policy, ports)
  const { redact = [] } = decision
  const known = call.hidden?.paths ?? []
  // What one policy hid, a later one does not show.
  if (redact.some((path) => !known.includes(path))) {
    const hidden = hideValues([...known, ...redact], call.rpc.arguments, mark)
    if (hidden) call.hidden = hidden
  }
  call.decision = decision
  call.revision = policy.ok ? policy.revision : 'none'
  return decision
}

function judged({ request, rpc, exhausted }: GovernedCall, policy: PolicyState, ports: JudgePorts): Decision {
  const { paths, log } = ports
  const deny = (reason: string, source: DecisionSource = 'no-policy'): Decision => ({
    kind: 'deny',
    source,
    rules: [],
    reason,
    risk: request.risk.class,
  })
  const refused = ports.refusal.reason()
  if (refused !== undefined) {
    ports.refusal.applied()
    return deny(refused, 'session-refused')
  }
  if (!policy.ok) return deny(policy.problem)
  try {
    const decision = evaluate(policy.policy, request, paths, exhausted?.keys)
    const why = decision.kind === 'allow' ? undefined : exhausted?.note
    return why === undefined ? decision : { ...decision, reason: `${decision.reason}. ${why}` }
  } catch (error) {
    log(`deciding about ${JSON.stringify(rpc.tool)} failed: ${(error as Error).stack}`)
    return deny(`deciding about this call failed (${(error as Error).message})`)
  }
}

/** `sent`: the call goes out right after this line. */
export function decidedEvent(call: GovernedCall, decision: Decision, sent: boolean): AuditEventData<'call.decided'> {
  const { rpc, argumentsHash, hidden, limits } = call
  return {
    call: call.id,
    ...receivedData(call),
    decision: decision.kind,
    source: decision.source,
    rules: decision.rules as AuditEventData<'call.decided'>['rules'],
    // Of a tool call only rule, tool and limit are named.
    reason: call.rpc.action === 'tools/call' ? redactedText(decision.reason) : keptText(call, decision.reason),
    risk: call.request.risk.class,
    revision: call.revision ?? 'none',
    ...requestExcerpts(rpc, argumentsHash, hidden),
    ...(limits === undefined ? {} : { limits }),
    ...(sent ? { forwarded: true } : {}),
    ...(rpc.meta === undefined ? {} : traceData(rpc.meta)),
  }
}

/** A vendor can have put anything into its part of a trace state: one with a secret in it is not kept. */
function traceData(meta: JsonObject): { trace?: TraceContext } {
  const trace = traceContextOf(meta)
  if (!trace) return {}
  const { traceparent, tracestate } = trace
  const kept = tracestate !== undefined && redactedText(tracestate) === tracestate
  return { trace: kept ? trace : { traceparent } }
}

/**
 * What is on record of every request. The name of a tool is kept as it is: a hidden value that happens to be part of it must
 * not hide what was called. A URI can have a secret in it.
 */
export function receivedData(call: GovernedCall): Omit<AuditEventData<'call.received'>, 'call'> {
  const { rpc, bytes } = call
  const action = rpc.action === 'tools/call' ? {} : { action: rpc.action }
  const tool = rpc.action === 'tools/call' ? redactedText(rpc.tool) : keptText(call, rpc.tool)
  return { ...action, tool: tool.slice(0, longestKeptName), rpcId: redactedText(rpc.idText), bytes }
}

function keptText(call: GovernedCall, text: string): string {
  return redactedText(call.hidden?.text(text) ?? text)
}

/** Whether both decisions are the same by the same rules and in the same words, with the same to be confirmed and counted. */
export function sameReason(a: Decision, b: Decision): boolean {
  const named = ({ rules, reason, confirm = 'click' }: Decision) =>
    JSON.stringify([rules.map(({ id, file }) => [file, id]), reason, confirm])
  return named(a) === named(b) && sameLimits(a, b)
}

export function sameLimits(a: Decision, b: Decision): boolean {
  const counted = ({ limits = [] }: Decision) =>
    JSON.stringify(limits.map(({ rule: { file, id }, ...claim }) => [file, id, claim]))
  return counted(a) === counted(b)
}
