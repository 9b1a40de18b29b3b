// Conditions and names in words for people: the reasons of decisions, the trace and the policy screen use the same ones.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyCondition, PolicyTest } from '../schema/policy.ts'
import type { Operator } from '../schema/policy-words.ts'

const longestName = 80

/** A name from a call, made safe to put into a sentence: control, invisible and non-ASCII characters as escapes, cut when long. */
export function plainName(name: string): string {
  const cut = name.length > longestName ? `${name.slice(0, longestName)}…` : name
  if (/^[\x20-\x7e]*…?$/.test(cut)) return cut
  return Array.from(cut, (char) =>
    /^[\x20-\x7e…]$/.test(char) ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  ).join('')
}

/** `path is inside ~/code/site`; several tests are joined by `and`. */
export function conditionWords(condition: PolicyCondition): string {
  const subject = condition.path === '**' ? 'some text in the arguments' : condition.path.replace(/^\$\./, '')
  return `${subject} ${condition.tests.map(testWords).join(' and ')}`
}

function testWords({ operator, operand }: PolicyTest): string {
  if (operator === 'exists') return operand === false ? 'is absent' : 'is present'
  return `${verbs[operator]} ${operandWords(operand, operator)}`
}

const verbs: Record<Exclude<Operator, 'exists'>, string> = {
  equals: 'is',
  not_equals: 'is not',
  in: 'is one of',
  not_in: 'is none of',
  gt: 'is more than',
  gte: 'is at least',
  lt: 'is less than',
  lte: 'is at most',
  contains: 'contains',
  starts_with: 'starts with',
  ends_with: 'ends with',
  glob: 'matches',
  inside: 'is inside',
  outside: 'is outside',
}

function operandWords(operand: JsonValue, operator: Operator): string {
  if (!Array.isArray(operand)) return valueWords(operand)
  if (operator === 'inside' || operator === 'outside') return operand.map(valueWords).join(' or ')
  return operator === 'in' || operator === 'not_in' ? operand.map(valueWords).join(', ') : JSON.stringify(operand)
}

/** Texts without quotes where nothing else could be meant. */
function valueWords(value: JsonValue): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  const plain = /^[\w@~./:*?\\-]+$/.test(value) && !/^(?:true|false|null|[-+]?\.?\d.*)$/.test(value)
  return plain || /^\.{1,2}[\\/]/.test(value) ? value : JSON.stringify(value)
}
