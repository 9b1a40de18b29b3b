// The one implementation of conditions, shared by deciding and by explaining, so that the two cannot disagree.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import type { PolicyCondition } from '../schema/policy.ts'
import { absent, type Found, lookUp, type PathStep, parsePath, unreachable } from './argument-path.ts'
import { type CompiledTest, compileTest, type Outcome } from './operators.ts'
import type { PathJudge } from './path-inside.ts'

export type CompiledCondition = {
  readonly source: PolicyCondition
  readonly steps: readonly PathStep[]
  readonly tests: readonly CompiledTest[]
}

/** What a condition saw. For `[*]` and `**`: the element that settled it. */
export type Seen = { state: 'value'; value: JsonValue } | { state: 'absent' } | { state: 'not-reachable' }

export type ConditionNote = (condition: CompiledCondition, outcome: Outcome, seen: Seen) => void

/** Throws on a path, operator or operand that this version does not understand. */
export function compileCondition(source: PolicyCondition): CompiledCondition {
  const path = parsePath(source.path)
  if (!path.ok) throw new Error(`policy path \`${source.path}\` ${path.problem}`)
  return { source, steps: path.steps, tests: source.tests.map((test) => compileTest(test.operator, test.operand)) }
}

/**
 * Whether all conditions hold: `did-not-hold` if one does not, else `could-not-tell` if one cannot be told, else `held`.
 * Stops at the first that does not hold, unless every one is to be noted.
 */
export function allHold(
  conditions: readonly CompiledCondition[],
  args: JsonObject,
  paths: PathJudge,
  note?: ConditionNote,
): Outcome {
  let result: Outcome = 'held'
  for (const condition of conditions) {
    const found = lookUp(condition.steps, args)
    const { outcome, settledBy } = someHolds(condition.tests, found, paths)
    note?.(condition, outcome, seen(settledBy))
    result = strictAnd(result, outcome)
    if (result === 'did-not-hold' && !note) return result
  }
  return result
}

/** Some one of the values must pass all the tests. */
function someHolds(
  tests: readonly CompiledTest[],
  found: readonly Found[],
  paths: PathJudge,
): { outcome: Outcome; settledBy: Found } {
  let outcome: Outcome = 'did-not-hold'
  let settledBy: Found = found[0] ?? absent
  for (const value of found) {
    let all: Outcome = 'held'
    for (const test of tests) {
      all = strictAnd(all, test(value, paths))
      if (all === 'did-not-hold') break
    }
    if (all === 'held') return { outcome: all, settledBy: value }
    if (all === 'could-not-tell' && outcome === 'did-not-hold') {
      outcome = all
      settledBy = value
    }
  }
  return { outcome, settledBy }
}

function strictAnd(a: Outcome, b: Outcome): Outcome {
  if (a === 'did-not-hold' || b === 'did-not-hold') return 'did-not-hold'
  return a === 'could-not-tell' || b === 'could-not-tell' ? 'could-not-tell' : 'held'
}

function seen(found: Found): Seen {
  if (found === absent) return { state: 'absent' }
  return found === unreachable ? { state: 'not-reachable' } : { state: 'value', value: found }
}
