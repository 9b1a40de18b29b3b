// A trace in plain words, for whoever shows one: the command line, the window, tests that fail. Texts from outside stand in
// them as they are: a terminal or a window makes them harmless.
import type { Trace, TraceCondition, TraceRule } from './explain.ts'
import type { Outcome } from './outcome.ts'
import { requestWords } from './words.ts'

export const outcomeWords: Record<Outcome, string> = {
  held: 'held',
  'did-not-hold': 'did not hold',
  'could-not-tell': 'could not tell',
}

export const groupWords = { any: 'any of these', all: 'all of these', not: 'not this' } as const

const longestValue = 100

/** What became of a rule. `decided`: it is one of those that the decision names. */
export function verdict({ outcome, counts, therefore, conditions, effect }: TraceRule, decided: boolean): string {
  if (outcome === 'could-not-tell') return therefore ?? outcomeWords[outcome]
  if (outcome === 'did-not-hold') return 'did not hold'
  const held = conditions.length === 0 ? 'applies to every such call' : 'held'
  return decided || !counts ? held : `${held}, but a stricter rule than ${effect} decides`
}

export const decidedBy = (trace: Trace, rule: TraceRule): boolean =>
  trace.decision.rules.some(({ id, file }) => id === rule.id && file === rule.file)

/** What a condition found in the arguments. */
export function saw({ seen, path }: Extract<TraceCondition, { kind: 'argument' }>): string {
  switch (seen.state) {
    case 'absent':
      return 'there is no such argument'
    case 'not-reachable':
      return 'the arguments have another shape there'
    case 'value': {
      const text = JSON.stringify(seen.value)
      const short = text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text
      return `${path === '**' ? 'it saw' : 'it is'} ${short}`
    }
  }
}

export function limitState({ exhausted, amount }: NonNullable<TraceRule['limit']>): string {
  if (exhausted) return 'taken as used up'
  return amount === 'cannot-be-counted' ? 'cannot be counted' : `this call uses ${amount}`
}

/** How what the rules said became the decision, in a sentence or two. */
export function combinedLines(trace: Trace): string[] {
  const { combined, rules, defaults, decision, action, tool, broken } = trace
  if (combined === 'lockdown') return [`No rule is looked at: ${decision.reason}.`]
  if (combined === 'broken-file') {
    return broken.map(({ file, problem }) => `${file} cannot be used, so it denies what it governs: ${problem}`)
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
  const given = defaults.map(({ file, effect }) => `${effect} (${file ?? 'built in'})`)
  const most = given.length > 1 ? '; the strictest wins' : ''
  return [`${start}, so the default for ${trace.risk.class} decides: ${given.join(', ')}${most}.`]
}
