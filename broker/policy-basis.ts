// What the policy says about one call: the part of it that an approval binds to. An edit of anything else voids nothing.

import type { JsonValue } from '../core/schema/json.ts'
import type { PolicyRule, PolicySet } from '../core/schema/policy.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { Ask } from './approval-card.ts'
import { sha256 } from './sha256.ts'

/** The policy in force, as it was published. */
export type Published = { revision: string; set: PolicySet }

/** What holds a call, as the proxy or a decision of our own names it. */
export type HeldBy = Pick<Ask, 'source'> & { rules: readonly { file: string; id: string }[] }

/**
 * SHA-256 over the definitions of the rules that hold the call, or over all defaults, in the policy in force. Where the
 * proxy judged by a revision that is not `ours` that revision as a whole.
 */
export function createPolicyBasis(
  published: () => Published | undefined,
  ours = (revision: string) => revision === published()?.revision,
): (ask: Ask) => string {
  return (ask) => {
    const now = published()
    const known = now && ours(ask.revision) ? basisIn(now.set, ask) : undefined
    return known ?? sha256(`revision:${ask.revision}`)
  }
}

/** Nothing where a rule that it names is not in the set. */
export function basisIn(set: PolicySet, { source, rules }: HeldBy): string | undefined {
  const said = source === 'default' ? defaultsOf(set) : rulesOf(set, rules)
  return said && sha256(canonicalJson({ source, said }))
}

function defaultsOf(set: PolicySet): JsonValue[] {
  return set.files.flatMap((entry) => {
    if (entry.status !== 'ok' || Object.keys(entry.policy.defaults).length === 0) return []
    const { servers, defaults } = entry.policy
    return [json({ file: entry.file, servers, defaults })]
  })
}

function rulesOf(set: PolicySet, rules: HeldBy['rules']): JsonValue[] | undefined {
  const said: string[] = []
  for (const { file, id } of rules) {
    const entry = set.files.find((one) => one.file === file)
    const found = entry?.status === 'ok' ? entry.policy.rules.filter((rule) => rule.id === id) : []
    if (found.length === 0) return undefined
    for (const rule of found) said.push(canonicalJson({ file, rule: withoutLine(rule) }))
  }
  return said.sort()
}

/** Lines move when something above is edited. */
function withoutLine({ line: _line, ...rule }: PolicyRule): JsonValue {
  return json(rule)
}

/** As it is published: members that are undefined are none. */
const json = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue
