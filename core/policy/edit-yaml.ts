// Edits of a policy file that people also write in: a rule more, or an exception more, and every other byte as it was.
// Whatever way the file is written in, the result is read again and must say what it said before plus exactly that.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyConditions, PolicyRule } from '../schema/policy.ts'
import type { PolicyTestCase } from '../schema/policy-test.ts'
import { PolicyTextPlaces, type TextEdit } from './edit-yaml-places.ts'
import { blockRule, conditionEntries, line, type NewRule, ruleEntries } from './edit-yaml-words.ts'
import { jsonEqual } from './json-equal.ts'
import { parsePolicyText } from './parse.ts'

export type { NewRule } from './edit-yaml-words.ts'

/** `problem`: a sentence for people, with what to add by hand. */
export type EditedPolicy = { ok: true; text: string } | { ok: false; problem: string }

/** Puts the rule after the last one of the file. */
export function addRule(text: string, file: string, rule: NewRule): EditedPolicy {
  const entries = ruleEntries(rule)
  const byHand = blockRule(entries, 0)
  const meant = meaningOf(text, file)
  if (meant === undefined) return refused(file, 'has mistakes', byHand)
  const added: Meant['rules'][number] = { ...rule, tools: rule.tools ?? ['*'] }
  return edited(text, file, byHand, new PolicyTextPlaces(text).afterLastRule(entries), {
    ...meant,
    rules: [...meant.rules, added],
  })
}

/** Adds to the `unless` of the rule: it no longer counts where these conditions hold either. */
export function addException(text: string, file: string, ruleId: string, conditions: PolicyConditions): EditedPolicy {
  const entries = conditionEntries(conditions)
  const byHand = ['unless:', ...entries.map((one) => `  ${line(one)}`)]
  const meant = meaningOf(text, file)
  if (meant === undefined) return refused(file, 'has mistakes', byHand)
  const place = entries.length === 0 ? undefined : new PolicyTextPlaces(text).exception(ruleId, entries)
  const rules = meant.rules.map((rule) => {
    if (rule.id !== ruleId || !place) return rule
    return { ...rule, unless: withException(rule.unless, conditions, place.joins) }
  })
  return edited(text, file, byHand, place?.edits, { ...meant, rules })
}

function withException(
  before: PolicyConditions | undefined,
  conditions: PolicyConditions,
  joins: 'new' | 'one-more' | 'wrapped',
): PolicyConditions {
  if (before === undefined || joins === 'new') return conditions
  const [only] = before
  const groups = joins === 'one-more' && only && 'any' in only ? only.any : [before]
  return [{ any: [...groups, conditions] }]
}

function edited(
  text: string,
  file: string,
  byHand: readonly string[],
  edits: readonly TextEdit[] | undefined,
  wanted: Meant,
): EditedPolicy {
  if (edits) {
    const after = applied(text, edits)
    const meant = meaningOf(after, file)
    if (meant !== undefined && jsonEqual(plain(meant), plain(wanted))) return { ok: true, text: after }
  }
  return refused(file, 'is written in a way that cannot be edited safely', byHand)
}

function applied(text: string, edits: readonly TextEdit[]): string {
  let result = ''
  let at = 0
  for (const { from, to, text: put } of edits.toSorted((a, b) => a.from - b.from)) {
    result += text.slice(at, from) + put
    at = to
  }
  return result + text.slice(at)
}

function refused(file: string, why: string, byHand: readonly string[]): EditedPolicy {
  return { ok: false, problem: `${file} ${why}; add this by hand:\n${byHand.join('\n')}` }
}

type Meant = {
  name: string | undefined
  servers: string[]
  defaults: object
  rules: Omit<PolicyRule, 'line'>[]
  tests: Omit<PolicyTestCase, 'line'>[]
}

/** Without where it stands; nothing for a file with mistakes. */
function meaningOf(text: string, file: string): Meant | undefined {
  const { entry, tests } = parsePolicyText(text, file)
  if (entry.status !== 'ok') return undefined
  const { name, servers, defaults, rules } = entry.policy
  return { name, servers, defaults, rules: rules.map(withoutLine), tests: tests.map(withoutLine) }
}

function withoutLine<T extends { line: number }>({ line: _line, ...rest }: T): Omit<T, 'line'> {
  return rest
}

/** As JSON: members that are undefined are none. */
const plain = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue
