// A trace in words, for `policy explain` and for tests that fail: what each rule saw, and how it came to the decision.
import type { Trace, TraceCondition, TraceRule } from '../../core/policy/explain.ts'
import type { Outcome } from '../../core/policy/outcome.ts'
import { requestWords } from '../../core/policy/words.ts'
import { harmless, type Terminal } from './terminal.ts'

const longestValue = 100

const outcomeWords: Record<Outcome, string> = {
  held: 'held',
  'did-not-hold': 'did not hold',
  'could-not-tell': 'could not tell',
}
const outcomeColours = { held: 'green', 'did-not-hold': 'dim', 'could-not-tell': 'yellow' } as const
const widest = Math.max(...Object.values(outcomeWords).map((words) => words.length))

/** Lines on every rule that named the call, each with its conditions below it. */
export function ruleLines(out: Terminal, { rules, decision }: Trace, indent = '  '): string[] {
  return rules.flatMap((rule) => {
    const decided = decision.rules.some(({ id, file }) => id === rule.id && file === rule.file)
    return [...oneRule(out, rule, decided, indent), '']
  })
}

function oneRule(out: Terminal, rule: TraceRule, decided: boolean, indent: string): string[] {
  const { id, file, line, effect, conditions, limit } = rule
  const lines = [
    `${indent}${out.paint('bold', id)}: ${effect} (${harmless(file)}, line ${line}): ${verdict(rule, decided)}`,
    ...(['when', 'unless'] as const).flatMap((list) => {
      const listed = conditions.filter((condition) => condition.list === list)
      return listed.length === 0
        ? []
        : [`${indent}  ${list}`, ...listed.flatMap((one) => oneCondition(out, one, `${indent}    `))]
    }),
  ]
  if (limit) {
    const { exhausted, amount } = limit
    const state = exhausted
      ? 'taken as used up'
      : amount === 'cannot-be-counted'
        ? 'cannot be counted'
        : `this call uses ${amount}`
    lines.push(`${indent}  limit`, `${indent}    ${harmless(limit.words)}; ${state}`)
  }
  return lines
}

function verdict({ outcome, counts, therefore, conditions, effect }: TraceRule, decided: boolean): string {
  if (outcome === 'could-not-tell') return therefore ?? outcomeWords[outcome]
  if (outcome === 'did-not-hold') return 'did not hold'
  const held = conditions.length === 0 ? 'applies to every such call' : 'held'
  return decided || !counts ? held : `${held}, but a stricter rule than ${effect} decides`
}

function oneCondition(out: Terminal, condition: TraceCondition, indent: string): string[] {
  const { outcome, words } = condition
  const mark = `${indent}${out.paint(outcomeColours[outcome], outcomeWords[outcome].padEnd(widest))}  `
  if (condition.kind === 'argument') return [`${mark}${harmless(words)} ${out.paint('dim', `(${saw(condition)})`)}`]
  const heading = { any: 'any of these', all: 'all of these', not: 'not this' }[condition.kind]
  const groups = condition.groups.flatMap((group, index) => [
    ...(index > 0 ? [`${indent}  ${condition.kind === 'any' ? 'or' : 'and'}`] : []),
    ...group.flatMap((one) => oneCondition(out, one, `${indent}  `)),
  ])
  return [`${mark}${heading}:`, ...groups]
}

function saw({ seen, path }: Extract<TraceCondition, { kind: 'argument' }>): string {
  switch (seen.state) {
    case 'absent':
      return 'there is no such argument'
    case 'not-reachable':
      return 'the arguments have another shape there'
    case 'value': {
      const text = JSON.stringify(seen.value)
      const cut = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
      return `${path === '**' ? 'it saw' : 'it is'} ${harmless(cut)}`
    }
  }
}

/** How what the rules said became the decision, in a sentence or two. */
export function combinedLines(trace: Trace): string[] {
  const { combined, rules, defaults, decision, action, tool, broken } = trace
  if (combined === 'broken-file') {
    return broken.map(
      ({ file, problem }) => `${harmless(file)} cannot be used, so it denies what it governs: ${harmless(problem)}`,
    )
  }
  if (combined !== 'default') {
    const ids = decision.rules.map(({ id }) => id)
    const one = ids.length === 1
    const who = `${ids.join(' and ')} ${one ? 'decides' : 'decide together'}`
    const milder = rules.some(({ counts, effect }) => counts && effect !== combined)
    if (milder) return [`${who}: deny beats require-approval, which beats allow.`]
    return [one ? `${who}: no other rule counts.` : `${who}: all of them say ${combined}.`]
  }
  const start = rules.length === 0 ? `No rule names ${requestWords(action, tool)}` : 'None of these rules counts'
  if (action !== 'tools/call') return [`${start}; such requests are allowed unless a rule says otherwise.`]
  const given = defaults.map(({ file, effect }) => `${effect} (${file === undefined ? 'built in' : harmless(file)})`)
  const most = given.length > 1 ? '; the strictest wins' : ''
  return [`${start}, so the default for ${trace.risk.class} decides: ${given.join(', ')}${most}.`]
}

/** Whether some condition looked at where a path leads. */
export function looksAtPaths({ rules }: Trace): boolean {
  const looks = (condition: TraceCondition): boolean =>
    condition.kind === 'argument'
      ? condition.tests.some(({ operator }) => operator === 'inside' || operator === 'outside')
      : condition.groups.flat().some(looks)
  return rules.some(({ conditions }) => conditions.some(looks))
}
