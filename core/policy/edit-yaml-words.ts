// Rules and conditions as YAML text, the way people write them by hand. What is written is read again before it is used
// (edit-yaml.ts), so that a slip here refuses an edit and never changes what a file means.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyCondition, PolicyRule, PolicyTest } from '../schema/policy.ts'

/** A key and its value on one line. */
export type YamlEntry = readonly [key: string, value: string]

/** What a rule that is added can have. */
export type NewRule = Pick<PolicyRule, 'id' | 'effect'> &
  Partial<Pick<PolicyRule, 'on' | 'tools' | 'servers' | 'clients' | 'risk' | 'when' | 'reason'>>

/** `key: value` of each part of a rule; `when` is a list of such again. */
export type RuleEntries = {
  readonly plain: readonly YamlEntry[]
  readonly when: readonly YamlEntry[]
  readonly last: readonly YamlEntry[]
}

export function ruleEntries({
  id,
  effect,
  on,
  tools,
  servers,
  clients,
  risk,
  when = [],
  reason,
}: NewRule): RuleEntries {
  const list = (key: string, texts: readonly string[] | undefined): YamlEntry[] =>
    texts === undefined ? [] : [[key, flow(texts.length === 1 ? (texts[0] ?? '') : [...texts])]]
  return {
    plain: [
      ['id', scalar(id)],
      ['effect', effect],
      ...list('on', on),
      ...list('tools', tools),
      ...list('server', servers),
      ...list('client', clients),
      ...list('risk', risk),
    ],
    when: conditionEntries(when),
    last: reason === undefined ? [] : [['reason', scalar(reason)]],
  }
}

export const conditionEntries = (conditions: readonly PolicyCondition[]): YamlEntry[] => conditions.map(entryOf)

function entryOf(condition: PolicyCondition): YamlEntry {
  const groups = (lists: readonly PolicyCondition[][]) =>
    `[${lists.map((list) => flowMap(conditionEntries(list))).join(', ')}]`
  if ('any' in condition) return ['any', groups(condition.any)]
  if ('all' in condition) return ['all', groups(condition.all)]
  if ('not' in condition) return ['not', flowMap(conditionEntries(condition.not))]
  return [scalar(condition.path), testsText(condition.tests)]
}

function testsText(tests: readonly PolicyTest[]): string {
  const [first] = tests
  // A list, a map and null are no short form of `equals`.
  if (
    first?.operator === 'equals' &&
    tests.length === 1 &&
    first.operand !== null &&
    typeof first.operand !== 'object'
  ) {
    return flow(first.operand)
  }
  return flowMap(tests.map(({ operator, operand }) => [operator, flow(operandOf(operator, operand))]))
}

/** One folder needs no list. */
function operandOf(operator: string, operand: JsonValue): JsonValue {
  const folders = operator === 'inside' || operator === 'outside'
  return folders && Array.isArray(operand) && operand.length === 1 ? (operand[0] ?? null) : operand
}

export const flowMap = (entries: readonly YamlEntry[]): string =>
  entries.length === 0 ? '{}' : `{ ${entries.map(([key, value]) => `${key}: ${value}`).join(', ')} }`

/** A rule on one line, for a list that is written so. */
export const flowRule = ({ plain, when, last }: RuleEntries): string =>
  flowMap([...plain, ...(when.length > 0 ? [['when', flowMap(when)] as const] : []), ...last])

/** A rule as lines of a block list, the dash at `indent`. */
export function blockRule({ plain, when, last }: RuleEntries, indent: number): string[] {
  const lines = plain.map(line)
  if (when.length > 0) lines.push('when:', ...when.map((one) => `  ${line(one)}`))
  return dashed([...lines, ...last.map(line)], indent)
}

/** Conditions as one item of a block list. */
export const blockItem = (entries: readonly YamlEntry[], indent: number): string[] => dashed(entries.map(line), indent)

export const line = ([key, value]: YamlEntry): string => `${key}: ${value}`

const dashed = (lines: readonly string[], indent: number): string[] =>
  lines.map((one, index) => `${' '.repeat(indent)}${index === 0 ? '- ' : '  '}${one}`)

function flow(value: JsonValue): string {
  if (typeof value === 'string') return scalar(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  return flowMap(Object.entries(value).map(([key, inner]) => [scalar(key), flow(inner)]))
}

/** Words that YAML, or an older reader of it, takes for something else. */
const misread = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i
const plain = /^(?:[A-Za-z_]|~\/|\.?\/(?=.))[\w./@+-]*(?: [\w./@+(-][\w./@+()-]*)*$/

/** Without quotes where nothing else could be meant; else in double ones, with everything escaped that does not show. */
function scalar(text: string): string {
  if (text.length <= 200 && plain.test(text) && !misread.test(text)) return text
  return JSON.stringify(text).replace(/[^\x20-\x7e]/gu, (char) => (isPlainlySeen(char) ? char : escaped(char)))
}

const isPlainlySeen = (char: string): boolean =>
  /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(char) && !/^[\u115f\u1160\u3164\uffa0]$/.test(char)

function escaped(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16)
  return char.length > 1 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}
