// One published rule made ready to run. Throws on whatever this version does not fully understand.
import { ruleKey } from '../schema/decision.ts'
import type { PolicyLimit, PolicyRule } from '../schema/policy.ts'
import {
  type Confirmation,
  confirmations,
  type Effect,
  effects,
  type LimitGroup,
  limitGroups,
  type OtherAction,
  otherActions,
} from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'
import { type PathStep, parsePath } from './argument-path.ts'
import { type CompiledCondition, compileConditions } from './condition.ts'
import type { TextEngines } from './engines.ts'
import { compileGlobs, type TextMatcher } from './glob.ts'
import { keysOf, knownWord, onlyKnown } from './known.ts'

export type CompiledLimit = {
  readonly source: PolicyLimit
  /** `ruleKey` of its rule: what it is called when it is exhausted. */
  readonly key: string
  readonly sum: { readonly path: string; readonly steps: readonly PathStep[] } | undefined
  readonly by: readonly LimitGroup[]
}

export type CompiledRule = {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly effect: Effect
  /** The strictest it can become: `then` of its limit, else its effect. */
  readonly strictest: Effect
  readonly on: readonly OtherAction[] | undefined
  readonly tools: readonly string[]
  readonly server: TextMatcher
  readonly client: TextMatcher | undefined
  readonly risk: readonly string[] | undefined
  readonly when: readonly CompiledCondition[]
  readonly unless: readonly CompiledCondition[]
  readonly limit: CompiledLimit | undefined
  readonly hide: boolean
  readonly redact: readonly string[] | undefined
  readonly reason: string | undefined
  readonly approvalTimeoutMs: number | undefined
  readonly confirm: Confirmation | undefined
}

export function compileRule(
  source: PolicyRule,
  file: string,
  fileServer: TextMatcher,
  engines: () => TextEngines,
): CompiledRule {
  const what = `rule ${source.id}`
  onlyKnown(source, ruleKeys, what)
  const { id, line, reason, approvalTimeoutMs } = source
  const effect = knownEffect(source.effect)
  const server = given(source.servers, (list) => globs(list, what))
  const limit = given(source.limit, (one) => compileLimit(one, effect, ruleKey({ file, id }), what))
  const rule: CompiledRule = {
    id,
    file,
    line,
    effect,
    strictest: limit?.source.then ?? effect,
    on: given(source.on, (list) => some(list, what).map((one) => knownWord(one, otherActions, 'action'))),
    tools: some(source.tools, what),
    server: server ? (name) => fileServer(name) && server(name) : fileServer,
    client: given(source.clients, (list) => globs(list, what)),
    risk: given(source.risk, (list) => some(list, what).map((one) => knownWord(one, riskClasses, 'risk class'))),
    when: given(source.when, (list) => compileConditions(list, engines)) ?? [],
    unless: given(source.unless, (list) => compileConditions(list, engines)) ?? [],
    limit,
    hide: source.hide !== undefined,
    redact: given(source.redact, (list) => some(list, what).map(redactedPath)),
    reason,
    approvalTimeoutMs: given(approvalTimeoutMs, (ms) => positive(ms, what)),
    confirm: given(source.confirm, (word) => knownWord(word, confirmations, 'confirmation')),
  }
  const bare = !rule.risk && !rule.limit && rule.when.length === 0 && rule.unless.length === 0
  if (rule.hide && (source.hide !== true || effect !== 'deny' || rule.on || !bare)) {
    throw new Error(`policy ${what} has what does not go with \`hide\``)
  }
  if (rule.on && (rule.risk || rule.limit || rule.tools.join() !== '*')) {
    throw new Error(`policy ${what} has what does not go with \`on\``)
  }
  return rule
}

const ruleKeys = keysOf<PolicyRule>({
  id: true,
  line: true,
  effect: true,
  on: true,
  tools: true,
  servers: true,
  clients: true,
  risk: true,
  when: true,
  unless: true,
  limit: true,
  hide: true,
  redact: true,
  reason: true,
  approvalTimeoutMs: true,
  confirm: true,
})
const limitKeys = keysOf<PolicyLimit>({ max: true, perMs: true, sum: true, by: true, then: true })

function compileLimit(source: PolicyLimit, effect: Effect, key: string, what: string): CompiledLimit {
  onlyKnown(source, limitKeys, `limit of ${what}`)
  const then = knownWord(source.then, effects, 'effect')
  if (effects.indexOf(then) <= effects.indexOf(effect)) throw new Error(`policy limit of ${what} is no stricter after`)
  positive(source.perMs, what)
  if (!Number.isFinite(source.max) || source.max < 0) throw new Error(`policy limit of ${what} has no number`)
  const by = given(source.by, (list) => some(list, what).map((one) => knownWord(one, limitGroups, 'limit group')))
  return {
    source,
    key,
    sum: given(source.sum, (path) => ({ path, steps: stepsOf(path) })),
    // In one order, so that the same split has one name.
    by: limitGroups.filter((group) => by?.includes(group)),
  }
}

export const knownEffect = (effect: string): Effect => knownWord(effect, effects, 'effect')

/** Only what is left out is nothing: `null` or a wrong type must not read as a rule without the restriction. */
function given<T, R>(value: T | undefined, read: (value: T) => R): R | undefined {
  return value === undefined ? undefined : read(value)
}

function some(list: readonly string[], what: string): readonly string[] {
  const texts = Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === 'string')
  if (!texts) throw new Error(`policy ${what} has something other than a list of names`)
  return list
}

export const globs = (list: readonly string[], what: string): TextMatcher => compileGlobs(some(list, what))

function positive(value: number, what: string): number {
  if (!(Number.isSafeInteger(value) && value > 0)) throw new Error(`policy ${what} has a time that is none`)
  return value
}

function stepsOf(text: string): readonly PathStep[] {
  const path = parsePath(text)
  if (!path.ok) throw new Error(`policy path \`${text}\` ${path.problem}`)
  return path.steps
}

function redactedPath(text: string): string {
  if (stepsOf(text).some((step) => step.kind === 'some-string')) {
    throw new Error(`policy path \`${text}\` cannot be redacted by this version`)
  }
  return text
}
