// Finding rules that can never decide, because a stricter one counts whenever they do. Only what is certain is said: that
// a rule is called idle must never get one removed that was of use.
import type { PolicyCondition, PolicyConditions, PolicyFile, PolicyRule } from '../schema/policy.ts'
import { effects } from '../schema/policy-words.ts'
import { compileGlob, isLiteral } from './glob.ts'
import { jsonEqual } from './json-equal.ts'

export type PlacedRule = { file: string; policy: PolicyFile; rule: PolicyRule; index: number }

/** For any rule, a stricter one of all the files that counts whenever it does. */
export function coverFinder(all: readonly PlacedRule[]): (placed: PlacedRule) => PlacedRule | undefined {
  const byPattern = new Map<string, PlacedRule[]>()
  for (const placed of all) {
    if (placed.rule.effect === 'allow') continue
    for (const pattern of placed.rule.tools)
      byPattern
        .set(pattern, byPattern.get(pattern) ?? [])
        .get(pattern)
        ?.push(placed)
  }
  const patterns = [...byPattern.keys()]
  const wider = new Map<string, readonly string[]>()
  const widerThan = (tool: string): readonly string[] => {
    const found = wider.get(tool) ?? patterns.filter((pattern) => globCovers(pattern, tool))
    wider.set(tool, found)
    return found
  }
  return (placed) => {
    for (const pattern of widerThan(placed.rule.tools[0] ?? '')) {
      const found = byPattern.get(pattern)?.find((other) => covers(other, placed))
      if (found) return found
    }
    return undefined
  }
}

function covers(wide: PlacedRule, narrow: PlacedRule): boolean {
  const [strict, mild] = [wide.rule, narrow.rule]
  if (effects.indexOf(strict.effect) <= effects.indexOf(mild.effect)) return false
  // What it redacts counts even where it does not decide, and an exhausted limit may make it the stricter one.
  if (mild.redact || (mild.limit && effects.indexOf(mild.limit.then) > effects.indexOf(strict.effect))) return false
  return (
    (mild.on ?? ['tools/call']).every((action) => (strict.on ?? ['tools/call']).some((one) => one === action)) &&
    globsCover(strict.tools, mild.tools) &&
    serversCover(wide, narrow) &&
    (!strict.clients || (mild.clients !== undefined && globsCover(strict.clients, mild.clients))) &&
    (!strict.risk || (mild.risk?.every((risk) => strict.risk?.includes(risk)) ?? false)) &&
    (strict.when ?? []).every((condition) => has(mild.when, condition)) &&
    (!strict.unless || same(strict.unless, mild.unless))
  )
}

/** A rule's servers are those of its file and its own: either may lie within what must be covered. */
function serversCover(wide: PlacedRule, narrow: PlacedRule): boolean {
  const named = [narrow.policy.servers, narrow.rule.servers ?? ['*']]
  const within = (globs: readonly string[]) => named.some((narrower) => globsCover(globs, narrower))
  return within(wide.policy.servers) && within(wide.rule.servers ?? ['*'])
}

export const globsCover = (wide: readonly string[], narrow: readonly string[]): boolean =>
  narrow.every((one) => wide.some((other) => globCovers(other, one)))

/** Whether surely every text that `narrow` matches is one that `wide` matches: its wildcards are matched as characters. */
export function globCovers(wide: string, narrow: string): boolean {
  if (wide === narrow || /^\*+$/.test(wide)) return true
  if (isLiteral(narrow)) return compileGlob(wide)(narrow)
  if (isLiteral(wide)) return false
  const chars = [...narrow]
  // For each rest of `narrow`: whether the part of `wide` looked at so far covers it. From the end to the start.
  let covered = Array.from({ length: chars.length + 1 }, (_, n) => n === chars.length)
  for (const want of [...wide].reverse()) {
    const next: boolean[] = Array.from({ length: chars.length + 1 }, () => false)
    for (let n = chars.length; n >= 0; n--) {
      const char = chars[n]
      if (want === '*') next[n] = covered[n] === true || next[n + 1] === true
      else if (char !== undefined && char !== '*' && (want === '?' || want === char)) next[n] = covered[n + 1] === true
    }
    covered = next
  }
  return covered[0] === true
}

export const has = (conditions: PolicyConditions | undefined, wanted: PolicyCondition): boolean =>
  conditions?.some((condition) => jsonEqual(condition, wanted)) ?? false

const same = (a: PolicyConditions, b: PolicyConditions | undefined): boolean =>
  a.length === b?.length && a.every((condition) => has(b, condition))
