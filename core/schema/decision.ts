// What evaluation yields: a decision with its reasons.
import type { RiskClass } from './risk-class.ts'

export type RuleRef = {
  readonly id: string
  /** Policy file name, relative to the policy folder. */
  readonly file: string
  /** 1-based line of the rule in that file, where known. */
  readonly line?: number
}

/** Where a decision comes from. `broken-file`: a policy file that governs the call could not be read. `no-policy`: there is none to judge by. */
export type DecisionSource = 'rule' | 'default' | 'broken-file' | 'no-policy'

export type Decision = {
  readonly kind: 'allow' | 'deny' | 'hold'
  readonly source: DecisionSource
  /** The rules whose effect won; empty for a default. */
  readonly rules: readonly RuleRef[]
  /** One sentence for people: why. */
  readonly reason: string
  /** The rule author's own words for the model (`reason:` in the policy), if any. */
  readonly message?: string
  readonly risk: RiskClass
  /** How long a held call may stay in the queue, in milliseconds, where the rule says so. */
  readonly approvalTimeoutMs?: number
}
