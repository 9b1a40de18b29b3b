// A rule made from what is on record of one call: as narrow as the record allows, and plain about what it cannot say.
import { argumentPath } from '../approval/scope.ts'
import { recordedArguments } from '../audit/recorded-arguments.ts'
import type { JsonValue } from '../schema/json.ts'
import type { PolicyCondition, PolicyRule } from '../schema/policy.ts'
import type { Action } from '../schema/policy-words.ts'
import type { RiskClass } from '../schema/risk-class.ts'
import { foldKey } from '../wire/json-line.ts'
import { blockRule, ruleEntries } from './edit-yaml-words.ts'
import { keptExactly } from './exact-number.ts'
import { globProblem, isLiteral } from './glob.ts'

/** What the log has of a call. */
export type RecordedCall = {
  readonly client: string
  readonly server: string
  readonly action: Action
  /** The tool, or what another action names. */
  readonly tool: string
  readonly risk?: RiskClass | undefined
  /** JSON text without secrets, cut where it was long. Nothing where none was recorded. */
  readonly arguments?: { readonly text: string; readonly truncated: boolean } | undefined
}

export type DraftEffect = PolicyRule['effect']

/**
 * `rule`: an item of the list `rules:`. `file`: a whole policy file with nothing else in it. `wider`: sentences that say
 * where it covers more than this call. `problem`: why there is no such rule.
 */
export type RuleDraft =
  | { readonly ok: true; readonly rule: string; readonly file: string; readonly wider: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/** Longest value that is written into a rule, in characters of JSON: people have to be able to read the file. */
const longestValue = 4096
/** Longest name of an argument; a path of the language has to hold it. */
const longestName = 300

export function draftRule(call: RecordedCall, effect: DraftEffect): RuleDraft {
  const isTool = call.action === 'tools/call'
  const names: readonly (readonly [string, string])[] = [
    ['server', call.server],
    ['client', call.client],
    ...(isTool ? [['tool', call.tool] as const] : []),
  ]
  for (const [what, name] of names) {
    if (globProblem(name) !== undefined || !isLiteral(name) || name.trim() !== name)
      return { ok: false, problem: `The name of the ${what} has characters that a rule cannot name exactly.` }
  }
  const { when, wider } = conditionsOf(call)
  const rule = blockRule(
    ruleEntries({
      id: idOf(call, effect),
      effect,
      ...(isTool ? { tools: [call.tool] } : { on: [call.action] }),
      servers: [call.server],
      clients: [call.client],
      ...(effect === 'allow' && isTool && call.risk !== undefined ? { risk: [call.risk] } : {}),
      ...(when.length > 0 ? { when } : {}),
    }),
    0,
  )
  const lines = (indent: string): string => rule.map((line) => `${indent}${line}\n`).join('')
  return { ok: true, rule: lines(''), file: `version: 1\nrules:\n${lines('  ')}`, wider }
}

function conditionsOf({ arguments: recorded, action }: RecordedCall): { when: PolicyCondition[]; wider: string[] } {
  const { seen, unseen, complete } = recordedArguments(recorded?.text ?? '', recorded?.truncated ?? false)
  const when: PolicyCondition[] = []
  const wider: string[] = []
  const leftOut = (name: string, why: string): void => {
    wider.push(`It holds whatever ${quoted(name)} is: ${why}.`)
  }
  const names = [...Object.keys(seen), ...unseen]
  for (const [name, value] of Object.entries(seen)) {
    const alike = names.some((other) => other !== name && foldKey(other) === foldKey(name))
    if (name.length > longestName) leftOut(name, 'its name is too long for a rule')
    else if (alike)
      leftOut(name, 'another argument has the same name in other letters, and a rule cannot tell which counts')
    else if (JSON.stringify(value).length > longestValue) leftOut(name, 'its value is too long for a rule')
    else if (!isSayable(value)) leftOut(name, 'it holds a number that a policy file cannot say exactly')
    else when.push({ path: argumentPath(name), tests: [{ operator: 'equals', operand: value }] })
  }
  for (const name of unseen) leftOut(name, 'the record does not have it whole (it was cut, or held a secret)')
  if (!complete) wider.push('The record does not have all arguments, and the rule says nothing of the missing ones.')
  const what = action === 'tools/call' ? 'arguments' : 'parameters'
  wider.push(`It says nothing of ${what} that this call did not have: another call may have more of them.`)
  return { when, wider }
}

/** Whether every number in it comes back from a policy file as it is. */
function isSayable(value: JsonValue): boolean {
  if (typeof value === 'number') return keptExactly(JSON.stringify(value), value) && !Object.is(value, -0)
  if (typeof value !== 'object' || value === null) return true
  return (Array.isArray(value) ? value : Object.values(value)).every(isSayable)
}

const starts: Record<DraftEffect, string> = { allow: 'allow', 'require-approval': 'ask', deny: 'deny' }

function idOf({ action, tool }: RecordedCall, effect: DraftEffect): string {
  const slug = (action === 'tools/call' ? tool : action)
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
  return slug === '' ? `${starts[effect]}-this` : `${starts[effect]}-${slug}`
}

const quoted = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
