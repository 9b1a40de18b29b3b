// Checks beyond syntax: what reads without a mistake and yet cannot be meant. Warnings only; they change nothing that is
// in force. Each says what to write instead.
import type { PolicyRule, PolicySetEntry } from '../schema/policy.ts'
import type { Diagnostic } from '../wire/ui-contract.ts'
import type { TextEngines } from './engines.ts'
import { conditionFindings, pathsAskedToExist } from './lint-conditions.ts'
import { coverFinder, type PlacedRule } from './lint-cover.ts'
import { knownFinder, type SeenTools } from './lint-known.ts'
import { placeFinder } from './lint-places.ts'
import type { Finding, LintedRule } from './lint-rule.ts'
import { toolFindings } from './lint-tools.ts'
import { unlessFindings } from './lint-unless.ts'

export type LintFile = { text: string; entry: PolicySetEntry }
export type LintOptions = {
  engines: TextEngines
  /** Tools that servers are known to have besides those of the catalogue. */
  seen?: SeenTools
}

/** More than anyone mends in one go; checking on would only take time. */
const mostFindings = 200

/**
 * The warnings on files that are used together, by file and place. `text` must be what `entry` was read from. Files with
 * mistakes are left to those.
 */
export function lintPolicies(files: readonly LintFile[], options: LintOptions): Diagnostic[] {
  const all = files.flatMap(({ entry }) => placedRules(entry))
  const cover = coverFinder(all)
  const known = knownFinder(options.seen)
  const askedToExist = pathsAskedToExist(all.map(({ rule }) => rule))
  const firstWithId = new Map<string, PlacedRule>()
  return files.flatMap(({ text, entry }) => {
    const findings: Finding[] = []
    for (const placed of placedRules(entry)) {
      const { rule, policy } = placed
      const linted: LintedRule = {
        ...placed,
        known: known(policy, rule),
        engines: options.engines,
      }
      const first = firstWithId.get(rule.id)
      if (!first) firstWithId.set(rule.id, placed)
      const found = [
        ...(first && first.file !== placed.file ? [sameId(rule, first)] : []),
        ...covered(rule, placed, cover(placed)),
        ...toolFindings(linted),
        ...conditionFindings(linted, askedToExist),
        ...unlessFindings(rule),
        ...limitFindings(rule),
      ]
      findings.push(...found.map((finding) => ({ ...finding, at: ['rules', placed.index, ...finding.at] })))
      if (findings.length >= mostFindings) break
    }
    return findings.length === 0 ? [] : placedDiagnostics(entry.file, text, findings)
  })
}

function placedRules(entry: PolicySetEntry): PlacedRule[] {
  if (entry.status !== 'ok') return []
  const { file, policy } = entry
  return policy.rules.map((rule, index) => ({ file, policy, rule, index }))
}

function placedDiagnostics(file: string, text: string, findings: readonly Finding[]): Diagnostic[] {
  const placeOf = placeFinder(text)
  return findings
    .flatMap(({ at, message, suggestion, unquoted }): Diagnostic[] => {
      const { place, quoted } = placeOf(at)
      return unquoted && quoted ? [] : [{ severity: 'warning', file, ...place, message, suggestion }]
    })
    .sort((a, b) => a.line - b.line || a.column - b.column)
}

const sameId = (rule: PolicyRule, { file, rule: first }: PlacedRule): Finding => ({
  at: ['id'],
  message: `Another rule has the id \`${rule.id}\` too: line ${first.line} of ${file}`,
  suggestion: 'Give each its own id, so that the log says which of them decided.',
})

function covered(rule: PolicyRule, { file }: PlacedRule, by: PlacedRule | undefined): Finding[] {
  if (!by) return []
  const where = by.file === file ? `line ${by.rule.line}` : `line ${by.rule.line} of ${by.file}`
  return [
    {
      at: ['id'],
      message: `\`${rule.id}\` never decides: whenever it holds, so does \`${by.rule.id}\` (${where}), and ${by.rule.effect} beats ${rule.effect}`,
      suggestion: `Remove \`${rule.id}\`, or narrow \`${by.rule.id}\` with \`unless:\`.`,
    },
  ]
}

function limitFindings({ limit, effect }: PolicyRule): Finding[] {
  if (limit?.max !== 0) return []
  return [
    {
      at: ['limit', 'max'],
      message: `\`max: 0\` leaves no call to \`${effect}\`: \`then\` (${limit.then}) always applies`,
      suggestion: `Write \`effect: ${limit.then}\` without a limit, or a \`max\` above 0.`,
    },
  ]
}
