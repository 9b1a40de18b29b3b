// Whether a person still has to be asked: open cards are judged again by each policy that is published, so that what a new
// rule settles leaves the queue.
import type { CompiledPolicy } from '../core/policy/compile.ts'
import { evaluate, type PolicyPorts } from '../core/policy/evaluate.ts'
import type { Decision } from '../core/schema/decision.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { Ask, CallFacts, Session } from './approval-card.ts'
import { basisIn, type Published } from './policy-basis.ts'

export type InForce = Published & { compiled: CompiledPolicy }

export type Reevaluation = {
  /**
   * Whether the policy in force holds this call for the same basis. True where that is not ours to tell: the proxy judged
   * by a policy of its own, or the call cannot be judged here.
   */
  stillHeld(facts: CallFacts): boolean
  /**
   * Whether its proxy judged by a policy that is not in force any more, and has to be told so once it has had time to read
   * the new one. Said once a session and revision: a proxy that cannot read it would ask for ever.
   */
  behind(facts: CallFacts): boolean
  /** Whether a rule keeps a part of these arguments out of the log. True where that cannot be told. */
  hides(facts: CallFacts, args: JsonObject): boolean
}

export type ReevaluationOptions = {
  inForce(): InForce | undefined
  /** Whether this revision is in force, or was in this run. */
  wasInForce(revision: string): boolean
  /** As the session's proxy sees them. */
  paths(session: Session): PolicyPorts
  log(line: string): void
}

export function createReevaluation({ inForce, wasInForce, paths, log }: ReevaluationOptions): Reevaluation {
  const judge = (policy: InForce, { session, ask }: CallFacts, args: JsonObject): Decision =>
    evaluate(policy.compiled, requestOf(session, ask, args), paths(session), new Set(ask.exhausted))

  let told = { revision: '', sessions: new Set<string>() }
  return {
    behind: ({ session, ask }) => {
      const revision = inForce()?.revision
      if (revision === undefined || revision === ask.revision || !wasInForce(ask.revision)) return false
      if (told.revision !== revision) told = { revision, sessions: new Set() }
      if (told.sessions.has(session.session)) return false
      told.sessions.add(session.session)
      return true
    },
    stillHeld: (facts) => {
      const { ask } = facts
      const policy = inForce()
      if (!policy || !wasInForce(ask.revision)) return true
      try {
        const { kind, source, rules } = judge(policy, facts, ask.arguments as JsonObject)
        if (kind !== 'hold' || (source !== 'rule' && source !== 'default')) return false
        return basisIn(policy.set, { source, rules }) === facts.basis
      } catch (error) {
        // The proxy judges again before anything runs.
        log(`a held call cannot be judged again: ${(error as Error).message}`)
        return true
      }
    },
    hides: (facts, args) => {
      const policy = inForce()
      if (!policy) return true
      try {
        return judge(policy, facts, args).redact !== undefined
      } catch {
        return true
      }
    },
  }
}

function requestOf({ client, server, session }: Session, { action, tool, risk }: Ask, args: JsonObject) {
  return { subject: { client, session }, action, resource: { server, tool }, arguments: args, risk }
}
