// The decision on one request: the hot path of the proxy. No zod, no YAML at run time.
import type { AccessRequest } from '../schema/access-request.ts'
import type { Decision } from '../schema/decision.ts'
import type { CompiledPolicy } from './compile.ts'
import { judge } from './judge.ts'
import type { PolicyPorts } from './path-inside.ts'

export type { PolicyPorts } from './path-inside.ts'

/**
 * Decides a request. Order of rules and their split over files never matter. `exhausted` names rules (`ruleKey`) whose
 * limits are used up or that nobody can count: they take `then` as their effect. Throws what a port throws, and on a kind
 * of request it does not know; refuse then.
 */
export function evaluate(
  policy: CompiledPolicy,
  request: AccessRequest,
  ports: PolicyPorts,
  exhausted?: ReadonlySet<string>,
): Decision {
  return judge(policy, request, ports, exhausted)
}
