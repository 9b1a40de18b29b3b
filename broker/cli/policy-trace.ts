// A trace in words, for `policy explain` and for tests that fail: what each rule saw, and how it came to the decision.
import type { Trace, TraceCondition, TraceRule } from '../../core/policy/explain.ts'
import { decidedBy, groupWords, limitState, outcomeWords, saw, verdict } from '../../core/policy/trace-words.ts'
import { cutConditionWords } from '../../core/policy/words.ts'
import type { PolicyCondition } from '../../core/schema/policy.ts'
import { harmless, shortened, type Terminal, wrapped } from './terminal.ts'

/** Where operands are cut, unless all is asked for: patterns can be hundreds of characters long. */
const longestOperand = 60
/** Of a rule's one line, where nobody's terminal says. */
const lineWidth = 100

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
  return rules.flatMap((rule) => [...oneRule(out, rule, decidedBy(trace, rule), indent, cut), ''])
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
    lines.push(`${indent}  limit`, `${indent}    ${harmless(limit.words)}; ${limitState(limit)}`)
  }
  return lines
}

function oneCondition(out: Terminal, condition: TraceCondition, indent: string, cut: boolean): string[] {
  const { outcome } = condition
  const words = cut ? cutWords(condition) : condition.words
  const mark = `${indent}${out.paint(outcomeColours[outcome], outcomeWords[outcome].padEnd(widest))}  `
  if (condition.kind === 'argument') {
    const start = indent.length + widest + 2
    const lines = wrapped(harmless(`${words} (${saw(condition)})`), out.width && out.width - start)
    return lines.map((line, index) => `${index === 0 ? mark : ' '.repeat(start)}${line}`)
  }
  const groups = condition.groups.flatMap((group, index) => [
    ...(index > 0 ? [`${indent}  ${condition.kind === 'any' ? 'or' : 'and'}`] : []),
    ...group.flatMap((one) => oneCondition(out, one, `${indent}  `, cut)),
  ])
  return [`${mark}${groupWords[condition.kind]}:`, ...groups]
}

/** Whether some condition looked at where a path leads. */
export function looksAtPaths({ rules }: Trace): boolean {
  const looks = (condition: TraceCondition): boolean =>
    condition.kind === 'argument'
      ? condition.tests.some(({ operator }) => operator === 'inside' || operator === 'outside')
      : condition.groups.flat().some(looks)
  return rules.some(({ conditions }) => conditions.some(looks))
}
