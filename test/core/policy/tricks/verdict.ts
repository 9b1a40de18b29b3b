// What a condition says of an argument, asked the way a call asks: as the condition of an `allow`, which what cannot be
// told must not help, and of a `deny`, for which it must count.
import { evaluate, type PolicyPorts } from '../../../../core/policy/evaluate.ts'
import type { JsonValue } from '../../../../core/schema/json.ts'
import { call, compiled, noPaths, ruleText } from '../helpers.ts'

export type Verdict = 'held' | 'did-not-hold' | 'could-not-tell'

/** One text, what the condition must say of it, and the trick (or why it is none). */
export type Trick = readonly [text: string, verdict: Verdict, why: string]

/** Asks `when` of calls with the argument `it`. Throws if an `allow` and a `deny` cannot both be right. */
export function asking(when: object, ports: PolicyPorts = noPaths): (it: JsonValue) => Verdict {
  const [allow, deny] = (['allow', 'deny'] as const).map((effect) => {
    const policy = compiled({ 'a.yaml': ruleText({ effect, when }) })
    return (it: JsonValue) => evaluate(policy, call({ it }), ports).source === 'rule'
  })
  if (!allow || !deny) throw new Error('two effects, two policies')
  return (it) => {
    const [allows, denies] = [allow(it), deny(it)]
    if (allows && !denies) throw new Error('allowed, and not denied by the same condition')
    return allows ? 'held' : denies ? 'could-not-tell' : 'did-not-hold'
  }
}

/** Texts for one verdict and reason, one a line. */
export const tricks = (verdict: Verdict, why: string, ...texts: string[]): Trick[] =>
  texts.map((text) => [text, verdict, why] as const)
