// What evaluation yields: a decision with its reasons.
import type { Confirmation, LimitGroup } from './policy-words.ts'
import type { RiskClass } from './risk-class.ts'

export type RuleRef = {
  readonly id: string
  /** Policy file name, relative to the policy folder. */
  readonly file: string
  /** 1-based line of the rule in that file, where known. */
  readonly line?: number
}

/** Where a decision comes from. `broken-file`: a policy file that governs the call could not be read. `no-policy`: there is none to judge by. `lockdown`, `session-refused`: a person refuses everything, or everything of this session. */
export type DecisionSource = 'rule' | 'default' | 'broken-file' | 'no-policy' | 'lockdown' | 'session-refused'

/** What a limit wants counted before the decision may be carried out. `amount`: 1, or the argument summed up. */
export type LimitClaim = {
  readonly rule: RuleRef
  readonly max: number
  /** Rolling window, in milliseconds. */
  readonly perMs: number
  readonly amount: number
  readonly by: readonly LimitGroup[]
}

/** Names a rule across files: the key of exhausted limits. */
export const ruleKey = ({ file, id }: Pick<RuleRef, 'file' | 'id'>): string => JSON.stringify([file, id])

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
  /** What approving a held call takes, where a rule asks for more than a click; the strictest of those that hold it. */
  readonly confirm?: Confirmation
  /**
   * Limits of the rules that won: all of them must be reserved before the call is sent or a person is asked. If one is
   * exhausted, or nobody can count, evaluate again with those rules named as exhausted.
   */
  readonly limits?: readonly LimitClaim[]
  /** Argument paths that must not reach the audit log: of every rule that named the call and did not surely miss it. */
  readonly redact?: readonly string[]
}
