// One sequence of calls, judged by Intercept and by what its policy was imported as. Both count the calls that ours lets
// through, so that "never looser" means: whatever ours forwards, Intercept would have forwarded after the same calls.
import { type CompiledPolicy, compilePolicy } from '../../../../core/policy/compile.ts'
import { evaluate } from '../../../../core/policy/evaluate.ts'
import { importPolicy } from '../../../../core/policy/import/import-policy.ts'
import { parsePolicyText } from '../../../../core/policy/parse.ts'
import { textEngines } from '../../../../core/policy/text-engines.ts'
import { type Decision, type LimitClaim, ruleKey } from '../../../../core/schema/decision.ts'
import type { JsonObject } from '../../../../core/schema/json.ts'
import { call, noPaths } from '../helpers.ts'
import { Intercept, type Verdict } from './intercept-interpreter.ts'

export const strictness: Record<Verdict, number> = { allow: 0, hold: 1, deny: 2 }

/** Ours, with limits counted in rolling windows as the broker does. */
class Ours {
  readonly #policy: CompiledPolicy
  readonly #uses: { key: string; at: number; amount: number }[] = []

  constructor(text: string) {
    const { entry, diagnostics } = parsePolicyText(text, 'imported.yaml')
    if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics))
    this.#policy = compilePolicy({ format: 1, files: [entry] }, () => textEngines)
  }

  judge(tool: string, args: JsonObject, now: number): Decision {
    const request = call(args, { tool })
    const exhausted = new Set<string>()
    for (;;) {
      const decision = evaluate(this.#policy, request, noPaths, exhausted)
      const over = (decision.limits ?? []).filter((claim) => this.#used(claim, now) + claim.amount > claim.max)
      if (over.length === 0) return decision
      for (const { rule } of over) exhausted.add(ruleKey(rule))
    }
  }

  count(decision: Decision, now: number): void {
    for (const { rule, amount } of decision.limits ?? []) this.#uses.push({ key: ruleKey(rule), at: now, amount })
  }

  #used({ rule, perMs }: LimitClaim, now: number): number {
    const key = ruleKey(rule)
    return this.#uses.reduce((sum, use) => (use.key === key && use.at > now - perMs ? sum + use.amount : sum), 0)
  }
}

export type Compared = { theirs: Verdict; ours: Verdict }

export class BothSides {
  readonly warnings: readonly string[]
  readonly text: string
  readonly #theirs: Intercept
  readonly #ours: Ours

  constructor(text: string) {
    const imported = importPolicy(text, { file: 'intercept.yaml', server: 'github' })
    if (!imported.ok) throw new Error(`not imported: ${JSON.stringify(imported.errors)}`)
    this.text = imported.text
    this.warnings = imported.warnings.map(({ message }) => message)
    this.#theirs = new Intercept(text)
    this.#ours = new Ours(imported.text)
  }

  judge(tool: string, args: JsonObject, now: number): Compared {
    const theirs = this.#theirs.judge(tool, args, now)
    const decision = this.#ours.judge(tool, args, now)
    if (decision.kind !== 'deny') {
      this.#ours.count(decision, now)
      const counted = this.#theirs.reserve(tool, args, now, true)
      // Approved, the call would go out; Intercept would then still refuse to count it.
      if (!counted && theirs !== 'deny') return { theirs: 'deny', ours: decision.kind }
    }
    return { theirs, ours: decision.kind }
  }
}
