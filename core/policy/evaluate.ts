// The decision on one call: the hot path of the proxy. No zod, no YAML at run time.
import type { AccessRequest } from '../schema/access-request.ts'
import type { Decision } from '../schema/decision.ts'
import type { CompiledPolicy } from './compile.ts'
import { judge } from './judge.ts'
import type { PolicyPorts } from './path-inside.ts'

export type { PolicyPorts } from './path-inside.ts'

/** Decides a call. Order of rules and their split over files never matter. Throws only what a port throws; refuse then. */
export function evaluate(policy: CompiledPolicy, request: AccessRequest, ports: PolicyPorts): Decision {
  return judge(policy, request, ports)
}
