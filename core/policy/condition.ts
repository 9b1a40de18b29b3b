// The one implementation of conditions, shared by deciding and by explaining, so that the two cannot disagree.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyArgumentCondition, PolicyCondition } from '../schema/policy.ts'
import {
  absent,
  type Finder,
  type Found,
  type LookedUp,
  type PathStep,
  parsePath,
  unreachable,
} from './argument-path.ts'
import type { TextEngines } from './engines.ts'
import type { TextMatcher } from './glob.ts'
import { onlyKnown } from './known.ts'
import { type CompiledTest, compileTest } from './operators.ts'
import { both, either, type Outcome, opposite } from './outcome.ts'
import type { PathJudge } from './path-inside.ts'
import { mayPass } from './prefilter.ts'

export type CompiledArgument = {
  readonly kind: 'argument'
  readonly source: PolicyArgumentCondition
  readonly steps: readonly PathStep[]
  readonly tests: readonly CompiledTest[]
  /** Of `**`: searches that must find something in all its texts, joined, if one of them is to pass. */
  readonly mayPass: readonly TextMatcher[]
}

/** `not` has one group. */
export type CompiledGroups = {
  readonly kind: 'any' | 'all' | 'not'
  readonly source: PolicyCondition
  readonly groups: readonly (readonly CompiledCondition[])[]
}

export type CompiledCondition = CompiledArgument | CompiledGroups

/** One call as conditions see it. */
export type CallView = { readonly find: Finder; readonly paths: PathJudge }

/** What a condition saw. For `[*]` and `**`: the element that settled it. */
export type Seen = { state: 'value'; value: JsonValue } | { state: 'absent' } | { state: 'not-reachable' }

export type NotedCondition =
  | { readonly condition: CompiledArgument; readonly outcome: Outcome; readonly seen: Seen }
  | {
      readonly condition: CompiledGroups
      readonly outcome: Outcome
      readonly groups: readonly (readonly NotedCondition[])[]
    }

/** Throws on anything this version does not understand, and on a list without a condition, which would always hold. */
export function compileConditions(
  list: readonly PolicyCondition[],
  engines: () => TextEngines,
): readonly CompiledCondition[] {
  if (!Array.isArray(list) || list.length === 0) throw new Error('policy conditions are no list or an empty one')
  return list.map((source) => compileCondition(source, engines))
}

function compileCondition(source: PolicyCondition, engines: () => TextEngines): CompiledCondition {
  if ('path' in source) {
    onlyKnown(source, argumentKeys, 'condition')
    const path = parsePath(source.path)
    if (!path.ok) throw new Error(`policy path \`${source.path}\` ${path.problem}`)
    if (source.tests.length === 0) throw new Error(`policy condition on \`${source.path}\` tests nothing`)
    const tests = source.tests.map((test) => {
      onlyKnown(test, testKeys, 'test')
      if (test.operand === undefined) throw new Error(`policy operator \`${test.operator}\` has no operand`)
      return compileTest(test.operator, test.operand, engines)
    })
    const ofTexts = path.steps.at(-1)?.kind === 'some-string'
    const searches = ofTexts ? source.tests.flatMap((test) => mayPass(test, engines) ?? []) : []
    return { kind: 'argument', source, steps: path.steps, tests, mayPass: searches }
  }
  const groups = (kind: CompiledGroups['kind'], lists: readonly PolicyCondition[][]): CompiledGroups => {
    onlyKnown(source, new Set([kind]), 'condition')
    if (lists.length === 0) throw new Error(`policy condition \`${kind}\` is empty`)
    return { kind, source, groups: lists.map((list) => compileConditions(list, engines)) }
  }
  if ('any' in source) return groups('any', source.any)
  if ('all' in source) return groups('all', source.all)
  return groups('not', [source.not])
}

const argumentKeys = new Set(['path', 'tests'])
const testKeys = new Set(['operator', 'operand'])

/**
 * Whether all conditions hold: `did-not-hold` if one does not, else `could-not-tell` if one cannot be told, else `held`.
 * Stops at the first that does not hold, unless every one is to be noted.
 */
export function allHold(conditions: readonly CompiledCondition[], call: CallView, notes?: NotedCondition[]): Outcome {
  let result: Outcome = 'held'
  for (const condition of conditions) {
    result = both(result, holds(condition, call, notes))
    if (result === 'did-not-hold' && !notes) return result
  }
  return result
}

function holds(condition: CompiledCondition, call: CallView, notes: NotedCondition[] | undefined): Outcome {
  if (condition.kind === 'argument') {
    const found = call.find(condition.source.path, condition.steps)
    const { outcome, settledBy } = someHolds(condition, found, call.paths)
    notes?.push({ condition, outcome, seen: seen(settledBy) })
    return outcome
  }
  const groups: NotedCondition[][] = []
  const some = condition.kind === 'any'
  let outcome: Outcome = some ? 'did-not-hold' : 'held'
  for (const group of condition.groups) {
    const noted: NotedCondition[] | undefined = notes && []
    if (noted) groups.push(noted)
    const one = allHold(group, call, noted)
    outcome = some ? either(outcome, one) : both(outcome, one)
    if (outcome === (some ? 'held' : 'did-not-hold') && !notes) break
  }
  if (condition.kind === 'not') outcome = opposite(outcome)
  notes?.push({ condition, outcome, groups })
  return outcome
}

/** Some one of the values must pass all the tests. */
function someHolds(
  { tests, mayPass }: CompiledArgument,
  found: LookedUp,
  paths: PathJudge,
): { outcome: Outcome; settledBy: Found } {
  let outcome: Outcome = 'did-not-hold'
  let settledBy: Found = found.values[0] ?? absent
  const joined = mayPass.length > 0 ? found.joined() : undefined
  if (joined !== undefined && !mayPass.every((search) => search(joined))) return { outcome, settledBy }
  for (const value of found.values) {
    let all: Outcome = 'held'
    for (const test of tests) {
      all = both(all, test(value, paths))
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

/** The condition on an argument that left a list of conditions in doubt. */
export function doubtful(notes: readonly NotedCondition[]): CompiledArgument | undefined {
  const unsure = notes.find(({ outcome }) => outcome === 'could-not-tell')
  if (!unsure || 'seen' in unsure) return unsure?.condition
  for (const group of unsure.groups) {
    // A group with one condition that surely does not hold is in no doubt.
    if (group.some(({ outcome }) => outcome === 'did-not-hold')) continue
    const found = doubtful(group)
    if (found) return found
  }
  return undefined
}

function seen(found: Found): Seen {
  if (found === absent) return { state: 'absent' }
  return found === unreachable ? { state: 'not-reachable' } : { state: 'value', value: found }
}
