// How a call is decided: broken files, then rules by the strictest effect, then defaults. Deciding and explaining both
// run this; explaining only asks for notes on the way.
import type { AccessRequest } from '../schema/access-request.ts'
import type { Decision, RuleRef } from '../schema/decision.ts'
import { type Effect, effects } from '../schema/policy-words.ts'
import type { CompiledDefault, CompiledPolicy, CompiledRule } from './compile.ts'
import { allHold, type CompiledCondition, type ConditionNote, type Seen } from './condition.ts'
import type { Outcome } from './operators.ts'
import { type PathJudge, type PolicyPorts, pathJudge } from './path-inside.ts'
import { conditionWords, plainName } from './words.ts'

export type JudgeNotes = {
  /** A rule that named the call: whether its conditions hold, and whether it counts (a doubt never helps an `allow`). */
  rule(rule: CompiledRule, outcome: Outcome, counts: boolean, conditions: readonly NotedCondition[]): void
  default(file: string | undefined, effect: Effect): void
}
export type NotedCondition = {
  list: 'when' | 'unless'
  condition: CompiledCondition
  outcome: Outcome
  seen: Seen
}

const kinds = { allow: 'allow', deny: 'deny', 'require-approval': 'hold' } as const
const ruleVerbs = { allow: 'allows', deny: 'denies', 'require-approval': 'asks for approval of' } as const
const defaultVerbs = { allow: 'allow', deny: 'deny', 'require-approval': 'ask' } as const

export function judge(
  policy: CompiledPolicy,
  request: AccessRequest,
  ports: PolicyPorts,
  notes?: JudgeNotes,
): Decision {
  const { server, tool } = request.resource
  const risk = request.risk.class
  const { broken, rules, defaults } = policy.candidates(server, tool)
  const [firstBroken] = broken
  if (firstBroken) {
    const reason = `${firstBroken.file} cannot be used (${firstBroken.problem}), so everything it governs is denied`
    return { kind: 'deny', source: 'broken-file', rules: [], reason, risk }
  }

  const paths = pathJudge(ports)
  const winners: CompiledRule[] = []
  let named = false
  for (const rule of rules) {
    const winner = winners[0]
    // Rules come strictest first, so a milder one cannot matter once a stricter one counts.
    if (winner && winner.effect !== rule.effect && !notes) break
    if (rule.client && !rule.client(request.subject.client)) continue
    if (rule.risk && !rule.risk.includes(risk)) continue
    named = true
    const noted: NotedCondition[] | undefined = notes && []
    const outcome = ruleOutcome(rule, request, paths, noted)
    const counts = rule.effect === 'allow' ? outcome === 'held' : outcome !== 'did-not-hold'
    if (noted) notes?.rule(rule, outcome, counts, noted)
    if (counts && (!winner || winner.effect === rule.effect)) winners.push(rule)
  }
  const [winner] = winners
  if (winner) return byRules(winner, winners, request, paths)

  const effect = defaultEffect(defaults, risk, notes)
  const start = named ? 'No rule covers this call of' : 'No rule names'
  const reason = `${start} ${plainName(tool)}; the default for ${risk} is to ${defaultVerbs[effect]}`
  return { kind: kinds[effect], source: 'default', rules: [], reason, risk }
}

function ruleOutcome(
  rule: CompiledRule,
  request: AccessRequest,
  paths: PathJudge,
  noted: NotedCondition[] | undefined,
): Outcome {
  const when = allHold(rule.when, request.arguments, paths, noted && noteIn(noted, 'when'))
  if (rule.unless.length === 0 || (when === 'did-not-hold' && !noted)) return when
  const unless = allHold(rule.unless, request.arguments, paths, noted && noteIn(noted, 'unless'))
  if (when === 'did-not-hold' || unless === 'held') return 'did-not-hold'
  return when === 'held' && unless === 'did-not-hold' ? 'held' : 'could-not-tell'
}

const noteIn =
  (noted: NotedCondition[], list: 'when' | 'unless'): ConditionNote =>
  (condition, outcome, seen) =>
    noted.push({ list, condition, outcome, seen })

function byRules(
  first: CompiledRule,
  winners: readonly CompiledRule[],
  request: AccessRequest,
  paths: PathJudge,
): Decision {
  const verb = ruleVerbs[first.effect]
  const timeouts = winners.flatMap((rule) => rule.approvalTimeoutMs ?? [])
  return {
    kind: kinds[first.effect],
    source: 'rule',
    rules: winners.map((rule): RuleRef => ({ id: rule.id, file: rule.file, line: rule.line })),
    reason: `Rule ${first.id} in ${first.file} ${verb} ${plainName(request.resource.tool)}${doubt(first, request, paths)}`,
    ...(first.reason === undefined ? {} : { message: first.reason }),
    risk: request.risk.class,
    // Several askers: the most impatient one, whatever the order of rules.
    ...(first.effect === 'require-approval' && timeouts.length > 0 ? { approvalTimeoutMs: Math.min(...timeouts) } : {}),
  }
}

/** Says which condition a rule that counts could not settle, because "denies" alone would then puzzle people. */
function doubt(rule: CompiledRule, request: AccessRequest, paths: PathJudge): string {
  if (rule.effect === 'allow') return ''
  let unsure: CompiledCondition | undefined
  const note: ConditionNote = (condition, outcome) => {
    if (outcome === 'could-not-tell') unsure ??= condition
  }
  allHold(rule.when, request.arguments, paths, note)
  if (!unsure) allHold(rule.unless, request.arguments, paths, note)
  return unsure ? `: it could not be told whether ${conditionWords(unsure.source)}` : ''
}

const builtIn = (risk: string): Effect => (risk === 'read' ? 'allow' : 'require-approval')

/** The strictest default of the files that govern the server and give one for the class, else the built-in one. */
function defaultEffect(defaults: readonly CompiledDefault[], risk: string, notes: JudgeNotes | undefined): Effect {
  let strictest: Effect | undefined
  for (const { file, effects: given } of defaults) {
    const effect = given.get(risk) ?? given.get('*')
    if (effect === undefined) continue
    notes?.default(file, effect)
    if (strictest === undefined || effects.indexOf(effect) > effects.indexOf(strictest)) strictest = effect
  }
  if (strictest !== undefined) return strictest
  notes?.default(undefined, builtIn(risk))
  return builtIn(risk)
}
