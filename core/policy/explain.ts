// The decision with everything that led to it, for the card, the audit drawer and `policy explain`. Plain JSON.
import type { AccessRequest } from '../schema/access-request.ts'
import type { Decision } from '../schema/decision.ts'
import type { JsonValue } from '../schema/json.ts'
import type { PolicyTest } from '../schema/policy.ts'
import type { Effect } from '../schema/policy-words.ts'
import type { RiskClass } from '../schema/risk-class.ts'
import type { CompiledPolicy } from './compile.ts'
import type { Seen } from './condition.ts'
import { judge, type NotedCondition } from './judge.ts'
import type { Outcome } from './operators.ts'
import type { PolicyPorts } from './path-inside.ts'
import { conditionWords } from './words.ts'

export type TraceCondition = {
  list: 'when' | 'unless'
  path: string
  tests: PolicyTest[]
  words: string
  /** Long values are cut. */
  seen: Seen
  outcome: Outcome
}

export type TraceRule = {
  id: string
  file: string
  line: number
  effect: Effect
  /** Whether its conditions hold: all of `when`, and not `unless`. */
  outcome: Outcome
  /** Whether it takes part: a doubt counts for a deny or an ask, never for an allow. */
  counts: boolean
  conditions: TraceCondition[]
}

export type Trace = {
  server: string
  tool: string
  client: string
  risk: { class: RiskClass; evidence: string[] }
  /** Files that cannot be used and govern the call; if there is any, nothing else is looked at. */
  broken: { file: string; problem: string }[]
  /** Every rule that named the call, strictest effect first. */
  rules: TraceRule[]
  /** What settled it. */
  combined: 'broken-file' | 'deny' | 'require-approval' | 'allow' | 'default'
  /** The defaults that took part if it came to that, the strictest wins. No `file`: the built-in one. */
  defaults: { file?: string; effect: Effect }[]
  decision: Decision
}

const longestText = 500

/** Decides as `evaluate` does, and keeps what it saw. */
export function explain(policy: CompiledPolicy, request: AccessRequest, ports: PolicyPorts): Trace {
  const rules: TraceRule[] = []
  const defaults: Trace['defaults'] = []
  const decision = judge(policy, request, ports, {
    rule(rule, outcome, counts, conditions) {
      const { id, file, line, effect } = rule
      rules.push({ id, file, line, effect, outcome, counts, conditions: conditions.map(traceCondition) })
    },
    default(file, effect) {
      defaults.push(file === undefined ? { effect } : { file, effect })
    },
  })
  const { server, tool } = request.resource
  return {
    server,
    tool,
    client: request.subject.client,
    risk: { class: request.risk.class, evidence: [...request.risk.evidence] },
    broken: policy.candidates(server, tool).broken.map(({ file, problem }) => ({ file, problem })),
    rules,
    combined: combinedBy(decision, rules),
    defaults,
    decision,
  }
}

function combinedBy(decision: Decision, rules: readonly TraceRule[]): Trace['combined'] {
  if (decision.source === 'broken-file') return 'broken-file'
  return rules.find((rule) => rule.counts)?.effect ?? 'default'
}

function traceCondition({ list, condition, outcome, seen }: NotedCondition): TraceCondition {
  const { source } = condition
  const shown: Seen = seen.state === 'value' ? { state: 'value', value: cut(seen.value) } : seen
  return { list, path: source.path, tests: source.tests, words: conditionWords(source), seen: shown, outcome }
}

/** Keeps a trace small whatever the arguments: long texts are cut, large structures become their cut JSON text. */
function cut(value: JsonValue): JsonValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > longestText ? `${text.slice(0, longestText)}…` : value
}
