// How a request is decided: lockdown, broken files, then rules by the strictest effect, then defaults. Deciding and explaining both
// run this; explaining only asks for notes on the way.
import type { AccessRequest } from '../schema/access-request.ts'
import type { Decision, LimitClaim, RuleRef } from '../schema/decision.ts'
import { confirmations, type Effect, effects } from '../schema/policy-words.ts'
import { finder, otherSpelling } from './argument-path.ts'
import {
  byFileAndId,
  type Candidates,
  type CompiledDefault,
  type CompiledPolicy,
  type CompiledRule,
} from './compile.ts'
import { allHold, type CallView, doubtful, type NotedCondition } from './condition.ts'
import { amountOf, type LimitState } from './limit.ts'
import type { Outcome } from './outcome.ts'
import { type PolicyPorts, pathJudge } from './path-inside.ts'
import { conditionWords, limitReason, plainName, requestWords } from './words.ts'

/** A rule that named the request, with the effect it has for it: its own, or `then` of a limit that is used up. */
export type JudgedRule = {
  readonly rule: CompiledRule
  readonly effect: Effect
  readonly outcome: Outcome
  /** Whether it takes part: a doubt counts for a deny or an ask, never for an allow. */
  readonly counts: boolean
  readonly limit: LimitState | undefined
}

export type JudgeNotes = {
  rule(judged: JudgedRule, when: readonly NotedCondition[], unless: readonly NotedCondition[]): void
  default(file: string | undefined, effect: Effect): void
}

const kinds = { allow: 'allow', deny: 'deny', 'require-approval': 'hold' } as const
const ruleVerbs = { allow: 'allows', deny: 'denies', 'require-approval': 'asks for approval of' } as const
const defaultVerbs = { allow: 'allow', deny: 'deny', 'require-approval': 'ask' } as const

const none: ReadonlySet<string> = new Set()
const rank = (effect: Effect): number => effects.indexOf(effect)

/** `exhausted`: `ruleKey` of every rule whose limit is used up, or that nobody can count. */
export function judge(
  policy: CompiledPolicy,
  request: AccessRequest,
  ports: PolicyPorts,
  exhausted: ReadonlySet<string> = none,
  notes?: JudgeNotes,
): Decision {
  const risk = request.risk.class
  const candidates = candidatesFor(policy, request)
  const call: CallView = { find: finder(request.arguments), paths: pathJudge(ports) }
  const [broken] = candidates.broken
  const settled = policy.lockdown !== undefined || broken !== undefined
  const { winners, named, redact } = judgeRules(candidates, request, call, exhausted, settled ? undefined : notes)
  const redacted = redact.size > 0 ? { redact: [...redact].sort() } : {}
  if (policy.lockdown !== undefined) {
    return { kind: 'deny', source: 'lockdown', rules: [], reason: policy.lockdown, risk, ...redacted }
  }
  if (broken) {
    const reason = `${broken.file} cannot be used (${broken.problem}), so everything it governs is denied`
    return { kind: 'deny', source: 'broken-file', rules: [], reason, risk, ...redacted }
  }
  const [first] = winners
  if (first) return { ...byRules(first, winners, request, call), ...redacted }

  if (request.action !== 'tools/call') {
    const reason = `No rule covers this ${request.action}; such requests are allowed unless a rule says otherwise`
    return { kind: 'allow', source: 'default', rules: [], reason, risk, ...redacted }
  }
  const effect = defaultEffect(candidates.defaults, risk, notes)
  const start = named ? 'No rule covers this call of' : 'No rule names'
  const reason = `${start} ${plainName(request.resource.tool)}; the default for ${risk} is to ${defaultVerbs[effect]}`
  return { kind: kinds[effect], source: 'default', rules: [], reason, risk, ...redacted }
}

export function candidatesFor(policy: CompiledPolicy, { action, resource }: AccessRequest): Candidates {
  return action === 'tools/call'
    ? policy.candidates(resource.server, resource.tool)
    : policy.others(resource.server, action)
}

function judgeRules(
  { rules, redacts }: Candidates,
  request: AccessRequest,
  call: CallView,
  exhausted: ReadonlySet<string>,
  notes: JudgeNotes | undefined,
): { winners: JudgedRule[]; named: boolean; redact: ReadonlySet<string> } {
  let winners: JudgedRule[] = []
  let named = false
  const redact = new Set<string>()
  for (const rule of rules) {
    // Rules come strictest first, so a milder one cannot matter once a stricter one counts, save for what it redacts.
    const beaten = winners[0] !== undefined && rank(winners[0].effect) > rank(rule.strictest)
    if (beaten && !notes) {
      if (!redacts) break
      if (!rule.redact) continue
    }
    if (rule.client && !rule.client(request.subject.client)) continue
    if (rule.risk && !rule.risk.includes(request.risk.class)) continue
    named = true
    const when: NotedCondition[] | undefined = notes && []
    const unless: NotedCondition[] | undefined = notes && []
    const outcome = ruleOutcome(rule, call, when, unless)
    const judged = judgedRule(rule, outcome, call, exhausted)
    if (when && unless) notes?.rule(judged, when, unless)
    if (outcome !== 'did-not-hold') for (const path of rule.redact ?? []) redact.add(path)
    if (!judged.counts) continue
    const ahead = winners[0] ? rank(judged.effect) - rank(winners[0].effect) : 1
    if (ahead > 0) winners = [judged]
    else if (ahead === 0) winners.push(judged)
  }
  winners.sort((a, b) => byFileAndId(a.rule, b.rule))
  return { winners, named, redact }
}

function ruleOutcome(
  rule: CompiledRule,
  call: CallView,
  whenNotes?: NotedCondition[],
  unlessNotes?: NotedCondition[],
): Outcome {
  const when = allHold(rule.when, call, whenNotes)
  if (rule.unless.length === 0 || (when === 'did-not-hold' && !unlessNotes)) return when
  const unless = allHold(rule.unless, call, unlessNotes)
  if (when === 'did-not-hold' || unless === 'held') return 'did-not-hold'
  return when === 'held' && unless === 'did-not-hold' ? 'held' : 'could-not-tell'
}

/** A rule whose limit is used up, or whose sum cannot be counted, is as if it were written with `then` as its effect. */
function judgedRule(rule: CompiledRule, outcome: Outcome, call: CallView, exhausted: ReadonlySet<string>): JudgedRule {
  const { limit: source } = rule
  // Nothing is added up for a rule that misses the call.
  const limit: LimitState | undefined =
    source && outcome !== 'did-not-hold'
      ? { amount: amountOf(source, call), exhausted: exhausted.has(source.key) }
      : undefined
  const over = source && limit && (limit.exhausted || limit.amount === 'cannot-be-counted')
  const effect = over ? source.source.then : rule.effect
  const counts = effect === 'allow' ? outcome === 'held' : outcome !== 'did-not-hold'
  return { rule, effect, outcome, counts, limit }
}

function byRules(first: JudgedRule, winners: readonly JudgedRule[], request: AccessRequest, call: CallView): Decision {
  const { rule, effect } = first
  const timeouts = winners.flatMap((winner) => winner.rule.approvalTimeoutMs ?? [])
  const asked = winners.map((winner) => confirmations.indexOf(winner.rule.confirm ?? 'click'))
  const confirm = confirmations[Math.max(...asked)]
  const limits = effect === 'deny' ? [] : winners.flatMap(claimOf)
  const message = rule.reason
  return {
    kind: kinds[effect],
    source: 'rule',
    rules: winners.map((winner) => refOf(winner.rule)),
    reason: `${sentence(first, request)}${doubt(first, request, call)}`,
    ...(message === undefined ? {} : { message }),
    risk: request.risk.class,
    // Several askers: the most impatient and the most demanding one, whatever the order of rules.
    ...(effect === 'require-approval' && timeouts.length > 0 ? { approvalTimeoutMs: Math.min(...timeouts) } : {}),
    ...(effect === 'require-approval' && confirm && confirm !== 'click' ? { confirm } : {}),
    ...(limits.length > 0 ? { limits } : {}),
  }
}

const refOf = ({ id, file, line }: CompiledRule): RuleRef => ({ id, file, line })

function claimOf({ rule, limit }: JudgedRule): LimitClaim | [] {
  if (!rule.limit || !limit || limit.exhausted || limit.amount === 'cannot-be-counted') return []
  const { source, by } = rule.limit
  return { rule: refOf(rule), max: source.max, perMs: source.perMs, amount: limit.amount, by }
}

function sentence({ rule, effect, limit }: JudgedRule, request: AccessRequest): string {
  const what = requestWords(request.action, request.resource.tool)
  const start = `Rule ${rule.id} in ${rule.file} ${ruleVerbs[rule.effect]}`
  if (!rule.limit || effect === rule.effect) return `${start} ${what}`
  const why = limitReason(rule.limit.source, limit?.exhausted === true)
  return `${start} ${why}, so it ${ruleVerbs[effect]} ${what}`
}

/** Says which condition a rule that counts could not settle, because "denies" alone would then puzzle people. */
function doubt({ rule, outcome }: JudgedRule, request: AccessRequest, call: CallView): string {
  if (outcome !== 'could-not-tell') return ''
  const when: NotedCondition[] = []
  const unless: NotedCondition[] = []
  ruleOutcome(rule, call, when, unless)
  const unsure = doubtful(when) ?? doubtful(unless)
  if (!unsure) return ''
  const other = otherSpelling(unsure.steps, request.arguments)
  const because = other === undefined ? '' : `the arguments also have ${plainName(other)}, so `
  return `: ${because}it could not be told whether ${conditionWords(unsure.source)}`
}

const builtIn = (risk: string): Effect => (risk === 'read' ? 'allow' : 'require-approval')

/** The strictest default of the files that govern the server and give one for the class, else the built-in one. */
function defaultEffect(defaults: readonly CompiledDefault[], risk: string, notes: JudgeNotes | undefined): Effect {
  let strictest: Effect | undefined
  for (const { file, effects: given } of defaults) {
    const effect = given.get(risk) ?? given.get('*')
    if (effect === undefined) continue
    notes?.default(file, effect)
    if (strictest === undefined || rank(effect) > rank(strictest)) strictest = effect
  }
  if (strictest !== undefined) return strictest
  notes?.default(undefined, builtIn(risk))
  return builtIn(risk)
}
