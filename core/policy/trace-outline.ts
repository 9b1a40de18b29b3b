// A trace as an outline: lines with a depth, for windows. The command line has a layout of its own.
import type { TraceLine } from '../wire/log-contract.ts'
import type { Trace, TraceCondition, TraceRule } from './explain.ts'
import type { Outcome } from './outcome.ts'
import { combinedLines, decidedBy, groupWords, limitState, saw, verdict } from './trace-words.ts'

const holds = { held: 'yes', 'did-not-hold': 'no', 'could-not-tell': 'unknown' } as const satisfies Record<
  Outcome,
  string
>

/**
 * How the decision came about, then every rule that named the call with its conditions below it: those that decided first,
 * those that did not hold last.
 */
export function traceOutline(trace: Trace): TraceLine[] {
  const place = (rule: TraceRule) => (decidedBy(trace, rule) ? 0 : rule.outcome === 'did-not-hold' ? 2 : 1)
  return [
    ...combinedLines(trace).map((text): TraceLine => ({ depth: 0, text })),
    ...trace.rules.toSorted((a, b) => place(a) - place(b)).flatMap((rule) => ruleLines(rule, decidedBy(trace, rule))),
  ]
}

function ruleLines(rule: TraceRule, decided: boolean): TraceLine[] {
  const { id, file, line, effect, outcome, conditions, limit } = rule
  const lists = (['when', 'unless'] as const).flatMap((list): TraceLine[] => {
    const listed = conditions.filter((condition) => condition.list === list)
    return listed.length === 0
      ? []
      : [{ depth: 1, text: list }, ...listed.flatMap((condition) => conditionLines(condition, 2))]
  })
  return [
    { depth: 0, text: `${id}: ${effect} (${file}, line ${line}): ${verdict(rule, decided)}`, holds: holds[outcome] },
    ...lists,
    ...(limit ? [{ depth: 1, text: `limit ${limit.words}; ${limitState(limit)}` }] : []),
  ]
}

function conditionLines(condition: TraceCondition, depth: number): TraceLine[] {
  const mark = holds[condition.outcome]
  if (condition.kind === 'argument') {
    return [{ depth, text: `${condition.words} (${saw(condition)})`, holds: mark }]
  }
  const groups = condition.groups.flatMap((group, index): TraceLine[] => [
    ...(index > 0 ? [{ depth: depth + 1, text: condition.kind === 'any' ? 'or' : 'and' }] : []),
    ...group.flatMap((one) => conditionLines(one, depth + 1)),
  ])
  return [{ depth, text: `${groupWords[condition.kind]}:`, holds: mark }, ...groups]
}
