// Conditions, limits and names in words for people: the reasons of decisions, the trace and the policy screen use the
// same ones.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyArgumentCondition, PolicyCondition, PolicyLimit, PolicyTest } from '../schema/policy.ts'
import { type Action, nestedOperators, type Operator } from '../schema/policy-words.ts'
import { counted, durationWords, perWords } from './duration-words.ts'

const longestName = 80

/** A name from a call, made safe to put into a sentence: control, invisible and non-ASCII characters as escapes, cut when long. */
export function plainName(name: string): string {
  const cut = name.length > longestName ? `${name.slice(0, longestName)}…` : name
  if (/^[\x20-\x7e]*…?$/.test(cut)) return cut
  return Array.from(cut, (char) =>
    /^[\x20-\x7e…]$/.test(char) ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  ).join('')
}

/** What a request asks for: the tool's name, `resources/read of file:///x`. */
export function requestWords(action: Action, name: string): string {
  if (action === 'tools/call') return plainName(name)
  return name === action ? action : `${action} of ${plainName(name)}`
}

/** `at most 20 calls in 1 hour`, `amount adds up to at most 500 in 1 day, per client`. */
export function limitWords({ max, perMs, sum, by }: PolicyLimit): string {
  const most = sum === undefined ? `at most ${counted(max, 'call')}` : `${pathWords(sum)} adds up to at most ${max}`
  return `${most} in ${durationWords(perMs)}${by ? `, per ${by.join(' and ')}` : ''}`
}

/** What follows "Rule r allows" when its limit no longer lets it. */
export function limitReason({ max, perMs, sum }: PolicyLimit, exhausted: boolean): string {
  const per = perWords(perMs)
  if (sum === undefined) return `${counted(max, 'call')} ${per}, which ${max === 1 ? 'is' : 'are'} used up`
  const most = `${pathWords(sum)} up to ${max} ${per} in all`
  return exhausted ? `${most}, which is used up` : `${most}, but ${pathWords(sum)} of this call cannot be counted`
}

/** All of a list of conditions: `a is 1 and b is 2`. */
export const conditionsWords = (conditions: readonly PolicyCondition[]): string =>
  conditions.map(conditionWords).join(' and ')

/** `path is inside ~/code/site`; several tests are joined by `and`. */
export function conditionWords(condition: PolicyCondition): string {
  return cutConditionWords(condition, Number.POSITIVE_INFINITY)
}

/** The same, with each operand cut after `longest` characters. */
export function cutConditionWords(condition: PolicyCondition, longest: number): string {
  const words = (list: readonly PolicyCondition[]) => list.map((one) => cutConditionWords(one, longest)).join(' and ')
  const groups = (lists: readonly PolicyCondition[][]) => lists.map((list) => `(${words(list)})`)
  if ('any' in condition) return `any of: ${groups(condition.any).join(' or ')}`
  if ('all' in condition) return `all of: ${groups(condition.all).join(' and ')}`
  if ('not' in condition) return `not ${groups([condition.not]).join()}`
  return argumentWords(condition, longest)
}

function argumentWords({ path, tests }: PolicyArgumentCondition, longest: number): string {
  const subject = pathWords(path)
  let named = false
  const words = tests.map((test) => {
    const own = readOut(test, subject, longest)
    const said = own ?? (named ? testWords(test, longest) : `${subject} ${testWords(test, longest)}`)
    named = own === undefined
    return said
  })
  return words.join(' and ')
}

const pathWords = (path: string): string => (path === '**' ? 'some text in the arguments' : path.replace(/^\$\./, ''))

/** Tests of what is read out of the argument have a subject of their own. */
function readOut({ operator, operand }: PolicyTest, subject: string, longest: number): string | undefined {
  if (!(operator in nestedOperators) || typeof operand !== 'object' || operand === null) return undefined
  const of = operator === 'command' ? 'every program in' : `the ${operator} of`
  const tests = Object.entries(operand).map(([inner, value]) => {
    return testWords({ operator: inner as Operator, operand: value }, longest)
  })
  return `${of} ${subject} ${tests.join(' and ')}`
}

function testWords({ operator, operand }: PolicyTest, longest: number): string {
  if (operator === 'exists') return operand === false ? 'is absent' : 'is present'
  const words = operandWords(operand, operator)
  return `${verbs[operator]} ${words.length > longest ? `${words.slice(0, longest)}…` : words}`
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
  matches: 'matches the pattern',
  type: 'is of the type',
  inside: 'is inside',
  outside: 'is outside',
  length: 'has a length that is',
  host: 'has a host that is',
  command: 'runs only what is',
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
