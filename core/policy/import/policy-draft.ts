// A policy on its way into a file: what importers hand to write-policy.ts.
import type { JsonObject } from '../../schema/json.ts'
import type { Effect } from '../../schema/policy-words.ts'

export type LimitDraft = { max: number; per: string; sum?: string; then: 'deny' }

export type RuleDraft = {
  readonly id: string
  readonly effect: Effect
  readonly tools: readonly string[]
  readonly server?: readonly string[]
  readonly client?: readonly string[]
  readonly when?: JsonObject
  readonly limit?: LimitDraft
  readonly hide?: true
  readonly reason?: string
  readonly approval?: { timeout: string }
  /** Lines above the rule. */
  readonly comments: readonly string[]
}

export type PolicyDraft = {
  /** Lines above everything. */
  readonly header: readonly string[]
  readonly name?: string
  readonly server?: string
  readonly default?: { readonly effect: Effect; readonly comments: readonly string[] }
  readonly rules: readonly RuleDraft[]
}

const maxSlug = 60

/** Hands out rule ids made of names: readable, allowed, and each only once. */
export function ruleIds(): (...names: readonly string[]) => string {
  const taken = new Set<string>()
  return (...names) => {
    const slug = names
      .map((name) =>
        (name === '*' ? 'all-tools' : name).replace(/[^A-Za-z0-9_.]+/g, '-').replace(/^[-_.]+|[-_.]+$/g, ''),
      )
      .filter((name) => name !== '')
      .join('-')
      .slice(0, maxSlug)
    const base = slug === '' ? 'rule' : slug
    let id = base
    for (let number = 2; taken.has(id); number++) id = `${base}-${number}`
    taken.add(id)
    return id
  }
}
