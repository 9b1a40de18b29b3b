// The policy that proxies have by now, compiled: what held calls and grants are judged by here. Kept from the moment it is
// published, not from the moment it could be compiled.
import { type CompiledPolicy, compilePolicy } from '../core/policy/compile.ts'
import { textEngines } from '../core/policy/text-engines.ts'
import type { PolicySet } from '../core/schema/policy.ts'
import type { InForce } from './reevaluate.ts'

export type PolicyInForce = {
  /** Throws on a set that the proxies could not carry out. */
  compile(set: PolicySet): void
  /** What was compiled last is published now. */
  published(revision: string): void
  now(): InForce | undefined
  /** Whether this revision is in force, or was in this run. */
  was(revision: string): boolean
}

/** Far more than anybody saves while a call is held. */
const revisionsKept = 200

export function createPolicyInForce(): PolicyInForce {
  let compiled: { set: PolicySet; compiled: CompiledPolicy } | undefined
  let inForce: InForce | undefined
  const revisions = new Set<string>()
  return {
    compile: (set) => {
      compiled = { set, compiled: compilePolicy(set, () => textEngines) }
    },
    published: (revision) => {
      if (compiled) inForce = { revision, ...compiled }
      // Anew at its end, where it was in force before.
      revisions.delete(revision)
      revisions.add(revision)
      const [oldest] = revisions
      if (revisions.size > revisionsKept && oldest !== undefined) revisions.delete(oldest)
    },
    now: () => inForce,
    was: (revision) => revisions.has(revision),
  }
}
