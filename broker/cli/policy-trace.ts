// A trace in words, for `policy explain` and for tests that fail: what each rule saw, and how it came to the decision.
import type { Trace, TraceCondition, TraceRule } from '../../core/policy/explain.ts'
import type { Outcome } from '../../core/policy/outcome.ts'
import { cutConditionWords, requestWords } from '../../core/policy/words.ts'
import type { PolicyCondition } from '../../core/schema/policy.ts'
import { harmless, shortened, type Terminal, wrapped } from './terminal.ts'

const longestValue = 100
/** Where operands are cut, unless all is asked for: patterns can be hundreds of characters long. */
const longestOperand = 60
/** Of a rule's one line, where nobody's terminal says. */
const lineWidth = 100

const outcomeWords: Record<Outcome, string> = {
  held: 'held',
  'did-not-hold': 'did not hold',
  'could-not-tell': 'could not tell',
}
const outcomeColours = { held: 'green', 'did-not-hold': 'dim', 'could-not-tell': 'yellow' } as const
const widest = Math.max(...Object.values(outcomeWords).map((words) => words.length))

type Shown = {
  /** Those of the trace to show; all where left out. */
  rules?: readonly TraceRule[]
  indent?: string
  /** Cuts long operands. */
  cut?: boolean
}

/** Lines on rules that named the call, each with its conditions below it, and an empty one after each. */
export function ruleLines(out: Terminal, trace: Trace, shown: Shown = {}): string[] {
  const { rules = trace.rules, indent = '  ', cut = false } = shown
  return rules.flatMap((rule) => {
    const decided = trace.decision.rules.some(({ id, file }) => id === rule.id && file === rule.file)
    return [...oneRule(out, rule, decided, indent, cut), '']
  })
}

/** A line for each rule that did not hold: where it stands, and the first condition that kept it from holding. */
export function summaryLines(out: Terminal, rules: readonly TraceRule[]): string[] {
  const idWidth = Math.max(...rules.map(({ id }) => id.length))
  const lineNumberWidth = Math.max(...rules.map(({ line }) => String(line).length))
  const files = [...new Set(rules.map(({ file }) => file))]
  return files.flatMap((file) => [
    `  ${harmless(file)}`,
    ...rules
      .filter((rule) => rule.file === file)
      .map((rule) => {
        const start = `    ${String(rule.line).padStart(lineNumberWidth)}  ${rule.id.padEnd(idWidth)}  `
        const why = shortened(harmless(whyNot(rule)), (out.width ?? lineWidth) - start.length)
        return `${start}${out.paint('dim', why)}`
      }),
  ])
}

function whyNot({ conditions }: TraceRule): string {
  const failed = conditions.find(({ list, outcome }) => list === 'when' && outcome === 'did-not-hold')
  if (failed) return summary(failed)
  const unless = conditions.filter(({ list }) => list === 'unless')
  return `unless ${unless.map(summary).join(' and ')}`
}

/** What says most comes first, because the line ends early: folders and names before patterns, lengths last. */
function summary(condition: TraceCondition): string {
  const words = cutConditionWords(tellingFirst(sourceOf(condition)), longestOperand)
  const short = words.replaceAll('some text in the arguments', 'some text')
  return condition.kind === 'argument' && condition.path !== '**' ? `${short} (${saw(condition)})` : short
}

function tellingFirst(condition: PolicyCondition): PolicyCondition {
  const inside = (groups: readonly PolicyCondition[][]) => groups.map((group) => group.map(tellingFirst))
  if ('any' in condition) return { any: inside(condition.any) }
  if ('all' in condition) return { all: inside(condition.all) }
  if ('not' in condition) return { not: condition.not.map(tellingFirst) }
  const rank = (operator: string) => ['matches', 'length'].indexOf(operator)
  return { ...condition, tests: condition.tests.toSorted((a, b) => rank(a.operator) - rank(b.operator)) }
}

function sourceOf(condition: TraceCondition): PolicyCondition {
  if (condition.kind === 'argument') return { path: condition.path, tests: condition.tests }
  const groups = condition.groups.map((group) => group.map(sourceOf))
  if (condition.kind === 'not') return { not: groups.flat() }
  return condition.kind === 'any' ? { any: groups } : { all: groups }
}

const cutWords = (condition: TraceCondition): string => cutConditionWords(sourceOf(condition), longestOperand)

/** The reason of the decision, with long operands cut in the condition that it quotes. */
export function reasonWords({ decision, rules }: Trace): string {
  const unsure = rules.flatMap(({ conditions }) => conditions).filter(({ outcome }) => outcome === 'could-not-tell')
  const quoted = unsure.flatMap(withParts).find(({ words }) => decision.reason.endsWith(` whether ${words}`))
  return quoted ? `${decision.reason.slice(0, -quoted.words.length)}${cutWords(quoted)}` : decision.reason
}

const withParts = (condition: TraceCondition): TraceCondition[] =>
  condition.kind === 'argument' ? [condition] : [condition, ...condition.groups.flat().flatMap(withParts)]

function oneRule(out: Terminal, rule: TraceRule, decided: boolean, indent: string, cut: boolean): string[] {
  const { id, file, line, effect, conditions, limit } = rule
  const said = `${id}: ${effect} (${harmless(file)}, line ${line}): ${verdict(rule, decided)}`
  const heading = wrapped(said, out.width && out.width - indent.length - 2)
  const lines = [
    ...heading.map((text, index) => `${indent}${index === 0 ? text.replace(id, out.paint('bold', id)) : `  ${text}`}`),
    ...(['when', 'unless'] as const).flatMap((list) => {
      const listed = conditions.filter((condition) => condition.list === list)
      return listed.length === 0
        ? []
        : [`${indent}  ${list}`, ...listed.flatMap((one) => oneCondition(out, one, `${indent}    `, cut))]
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

function oneCondition(out: Terminal, condition: TraceCondition, indent: string, cut: boolean): string[] {
  const { outcome } = condition
  const words = cut ? cutWords(condition) : condition.words
  const mark = `${indent}${out.paint(outcomeColours[outcome], outcomeWords[outcome].padEnd(widest))}  `
  if (condition.kind === 'argument') {
    const start = indent.length + widest + 2
    const lines = wrapped(`${harmless(words)} (${saw(condition)})`, out.width && out.width - start)
    return lines.map((line, index) => `${index === 0 ? mark : ' '.repeat(start)}${line}`)
  }
  const heading = { any: 'any of these', all: 'all of these', not: 'not this' }[condition.kind]
  const groups = condition.groups.flatMap((group, index) => [
    ...(index > 0 ? [`${indent}  ${condition.kind === 'any' ? 'or' : 'and'}`] : []),
    ...group.flatMap((one) => oneCondition(out, one, `${indent}  `, cut)),
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
      return `${path === '**' ? 'it saw' : 'it is'} ${harmless(shortened(text, longestValue))}`
    }
  }
}

/** How what the rules said became the decision, in a sentence or two. */
export function combinedLines(trace: Trace): string[] {
  const { combined, rules, defaults, decision, action, tool, broken } = trace
  if (combined === 'lockdown') return [`No rule is looked at: ${decision.reason}.`]
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
