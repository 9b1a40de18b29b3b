// The decision with everything that led to it, for the card, the audit drawer and `policy explain`. Plain JSON.
import type { AccessRequest } from '../schema/access-request.ts'
import type { Decision } from '../schema/decision.ts'
import type { JsonValue } from '../schema/json.ts'
import type { PolicyTest } from '../schema/policy.ts'
import { type Action, type Effect, effects } from '../schema/policy-words.ts'
import type { RiskClass } from '../schema/risk-class.ts'
import { byFileAndId, type CompiledPolicy } from './compile.ts'
import type { NotedCondition, Seen } from './condition.ts'
import { candidatesFor, type JudgedRule, judge } from './judge.ts'
import type { Outcome } from './outcome.ts'
import type { PolicyPorts } from './path-inside.ts'
import { conditionWords, limitWords } from './words.ts'

/** One condition; `any`, `all` and `not` (which has one group) with all that stands in them. */
export type TraceCondition =
  | {
      kind: 'argument'
      path: string
      tests: PolicyTest[]
      words: string
      /** Long values are cut. */
      seen: Seen
      outcome: Outcome
    }
  | { kind: 'any' | 'all' | 'not'; words: string; outcome: Outcome; groups: TraceCondition[][] }

export type TraceLimit = {
  words: string
  max: number
  perMs: number
  /** What this call uses of it: 1, or what the argument adds up to. */
  amount: number | 'cannot-be-counted'
  exhausted: boolean
}

export type TraceRule = {
  id: string
  file: string
  line: number
  /** The effect it has here: `then` of its limit where that is used up or cannot be counted. */
  effect: Effect
  /** Whether its conditions hold: all of `when`, and not `unless`. */
  outcome: Outcome
  /** Whether it takes part: a doubt counts for a deny or an ask, never for an allow. */
  counts: boolean
  /** What followed from an outcome that could not be told. */
  therefore?: string
  conditions: (TraceCondition & { list: 'when' | 'unless' })[]
  /** Where the rule has one and did not surely miss the call. */
  limit?: TraceLimit
}

export type Trace = {
  action: Action
  server: string
  /** The tool, or what another action names (`Resource`). */
  tool: string
  client: string
  risk: { class: RiskClass; evidence: string[] }
  /** Files that cannot be used and govern the call; if there is any, no rule is looked at. */
  broken: { file: string; problem: string }[]
  /** Every rule that named the call, strictest effect first, then by file and id. */
  rules: TraceRule[]
  /** What settled it. */
  combined: 'lockdown' | 'broken-file' | 'deny' | 'require-approval' | 'allow' | 'default'
  /** The defaults that took part if it came to that, the strictest wins. No `file`: the built-in one. */
  defaults: { file?: string; effect: Effect }[]
  decision: Decision
}

const longestText = 500

/** Decides as `evaluate` does, and keeps what it saw. */
export function explain(
  policy: CompiledPolicy,
  request: AccessRequest,
  ports: PolicyPorts,
  exhausted?: ReadonlySet<string>,
): Trace {
  const rules: TraceRule[] = []
  const defaults: Trace['defaults'] = []
  const decision = judge(policy, request, ports, exhausted, {
    rule(judged, when, unless) {
      rules.push(traceRule(judged, when, unless))
    },
    default(file, effect) {
      defaults.push(file === undefined ? { effect } : { file, effect })
    },
  })
  // A limit that is used up moves its rule up.
  rules.sort((a, b) => effects.indexOf(b.effect) - effects.indexOf(a.effect) || byFileAndId(a, b))
  const { action, resource, subject, risk } = request
  return {
    action,
    server: resource.server,
    tool: resource.tool,
    client: subject.client,
    risk: { class: risk.class, evidence: [...risk.evidence] },
    broken: candidatesFor(policy, request).broken.map(({ file, problem }) => ({ file, problem })),
    rules,
    combined: combinedBy(decision, rules),
    defaults,
    decision,
  }
}

function combinedBy(decision: Decision, rules: readonly TraceRule[]): Trace['combined'] {
  if (decision.source === 'lockdown' || decision.source === 'broken-file') return decision.source
  return rules.find((rule) => rule.counts)?.effect ?? 'default'
}

function traceRule(
  { rule, effect, outcome, counts, limit }: JudgedRule,
  when: readonly NotedCondition[],
  unless: readonly NotedCondition[],
): TraceRule {
  const { id, file, line } = rule
  const listed = (list: 'when' | 'unless', noted: readonly NotedCondition[]) =>
    noted.map((one) => ({ list, ...traceCondition(one) }))
  const source = rule.limit?.source
  return {
    id,
    file,
    line,
    effect,
    outcome,
    counts,
    ...(outcome === 'could-not-tell' ? { therefore: therefore[effect] } : {}),
    conditions: [...listed('when', when), ...listed('unless', unless)],
    ...(source && limit
      ? { limit: { words: limitWords(source), max: source.max, perMs: source.perMs, ...limit } }
      : {}),
  }
}

const therefore: Record<Effect, string> = {
  allow: 'could not tell, and therefore it does not help an allow',
  'require-approval': 'could not tell, and therefore it counts for a require-approval',
  deny: 'could not tell, and therefore it counts for a deny',
}

function traceCondition(noted: NotedCondition): TraceCondition {
  const { condition, outcome } = noted
  const words = conditionWords(condition.source)
  if ('groups' in noted) {
    const groups = noted.groups.map((group) => group.map(traceCondition))
    return { kind: noted.condition.kind, words, outcome, groups }
  }
  const { path, tests } = noted.condition.source
  const seen: Seen = noted.seen.state === 'value' ? { state: 'value', value: cut(noted.seen.value) } : noted.seen
  return { kind: 'argument', path, tests, words, seen, outcome }
}

/** Keeps a trace small whatever the arguments: long texts are cut, large structures become their cut JSON text. */
function cut(value: JsonValue): JsonValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > longestText ? `${text.slice(0, longestText)}…` : value
}
