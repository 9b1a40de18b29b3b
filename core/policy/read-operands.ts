// Reading the tests of one argument: operators and what each of them takes.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import type { PolicyTest } from '../schema/policy.ts'
import { jsonTypes, nestedOperators, type Operator, operators } from '../schema/policy-words.ts'
import { globProblem } from './glob.ts'
import { describe, type Located, type LocatedEntry, quoted, type Reporter } from './located.ts'
import { hostProblem, programProblem } from './name-problem.ts'
import { patternProblem } from './pattern-problem.ts'
import { code, didYouMean, readBoolean, readJson, readNumber, readWord, wrong } from './read-values.ts'

/** What the tests are made of: an argument, or what a nested operator takes out of it. */
type Of = 'argument' | keyof typeof nestedOperators

/** A map of operators, each with its operand. */
export function readOperators(subject: string, value: Located, of: Of, report: Reporter): PolicyTest[] | undefined {
  if (value.kind !== 'map') return wrong(value, subject, 'a map of operators', report)
  if (value.entries.length === 0) {
    report.error(value, `${subject} has no operator`)
    return undefined
  }
  const tests = value.entries.map((entry) => readTest(entry, of, report))
  return tests.every((test) => test !== undefined) ? tests : undefined
}

function readTest({ key, at, value }: LocatedEntry, of: Of, report: Reporter): PolicyTest | undefined {
  const allowed: readonly Operator[] = of === 'argument' ? operators : nestedOperators[of]
  const operator = allowed.find((one) => one === key)
  if (operator === undefined) {
    if (report.full) return undefined
    if (operators.some((one) => one === key)) {
      report.error(at, `${code(key)} cannot be asked of a ${of}; it takes ${allowed.map(code).join(', ')}`)
    } else report.error(at, `Unknown operator ${code(key)}`, didYouMean(key, allowed))
    return undefined
  }
  const operand = readOperand(operator, value, of, report)
  return operand === undefined ? undefined : { operator, operand }
}

function readOperand(operator: Operator, value: Located, of: Of, report: Reporter): JsonValue | undefined {
  switch (operator) {
    case 'equals':
    case 'not_equals':
      return readOne(operator, value, of, report)
    case 'contains':
      // The empty text is in every text: surely a slip.
      return value.kind === 'text' && value.value === '' ? emptyText(operator, value, report) : readJson(value, report)
    case 'in':
    case 'not_in': {
      if (value.kind !== 'list') return wrong(value, code(operator), 'a list', report)
      if (value.items.length === 0) {
        report.error(value, `${code(operator)} has an empty list, which nothing can be in`)
        return undefined
      }
      const items = value.items.map((item) => readOne(operator, item, of, report))
      return items.every((item) => item !== undefined) ? items : undefined
    }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return of === 'length' ? readLength(operator, value, report) : readNumber(value, code(operator), report)
    case 'starts_with':
    case 'ends_with':
      if (value.kind !== 'text') return wrong(value, code(operator), 'a text', report)
      return value.value === '' ? emptyText(operator, value, report) : checkName(operator, value, of, report)
    case 'glob': {
      if (value.kind !== 'text') return wrong(value, code(operator), 'a text', report)
      const problem = globProblem(value.value)
      if (problem === undefined) return checkName(operator, value, of, report)
      report.error(value, `The glob ${quoted(value.value)} ${problem}`)
      return undefined
    }
    case 'matches': {
      if (value.kind !== 'text') return wrong(value, code(operator), 'a text', report)
      if (value.value === '') return emptyText(operator, value, report)
      const problem = patternProblem(value.value, report.patterns)
      if (problem === undefined) return value.value
      report.error(value, problem.message, problem.suggestion)
      return undefined
    }
    case 'exists':
      return readBoolean(value, code(operator), report)
    case 'type':
      if (value.kind === 'nothing') return wrong(value, code(operator), 'a text', report, 'Put `"null"` in quotes.')
      return readWord(value, code(operator), jsonTypes, report)
    case 'inside':
    case 'outside':
      return readFolders(operator, value, report)
    case 'length':
    case 'host':
    case 'command':
      return readNested(operator, value, report)
  }
}

/** A value compared with the whole of what is looked at. */
function readOne(operator: Operator, value: Located, of: Of, report: Reporter): JsonValue | undefined {
  switch (of) {
    case 'argument':
      return readJson(value, report)
    case 'length':
      return readLength(operator, value, report)
    case 'host':
    case 'command': {
      if (value.kind !== 'text') return wrong(value, code(operator), 'a text', report)
      if (value.value === '') return emptyText(operator, value, report)
      return checkName(operator, value, of, report)
    }
  }
}

function readLength(operator: Operator, value: Located, report: Reporter): number | undefined {
  if (value.kind === 'number' && Number.isInteger(value.value) && value.value >= 0) {
    return readNumber(value, code(operator), report)
  }
  return wrong(value, `The length after ${code(operator)}`, 'a whole number from 0 on', report)
}

/** `length: 3`, `host: a.example`, `command: [git, ls]` and the map they are short for. */
function readNested(operator: keyof typeof nestedOperators, value: Located, report: Reporter): JsonValue | undefined {
  const short =
    value.kind === 'text' || value.kind === 'number' || value.kind === 'boolean'
      ? 'equals'
      : value.kind === 'list' && operator !== 'length'
        ? 'in'
        : undefined
  const tests = short
    ? [readTest({ key: short, at: value, value }, operator, report)]
    : readOperators(code(operator), value, operator, report)
  if (!tests) return undefined
  const operand: JsonObject = {}
  for (const test of tests) {
    if (!test) return undefined
    operand[test.operator] = test.operand
  }
  return operand
}

/** A text that is compared with what is looked at, or with a part of it. */
function checkName(
  operator: Operator,
  value: Extract<Located, { kind: 'text' }>,
  of: Of,
  report: Reporter,
): string | undefined {
  const text = value.value
  const problem =
    of === 'host' ? hostProblem(operator, text) : of === 'command' ? programProblem(operator, text) : undefined
  if (!problem) return text
  report.error(value, problem.message, problem.suggestion)
  return undefined
}

function readFolders(operator: Operator, value: Located, report: Reporter): JsonValue | undefined {
  const items = value.kind === 'list' ? value.items : [value]
  const folders: string[] = []
  for (const item of items) {
    if (item.kind !== 'text' || item.value === '') {
      // An unquoted `~` is YAML for null.
      const suggestion = item.kind === 'nothing' ? 'Put `"~"` in quotes.' : undefined
      return wrong(item, code(operator), 'a folder or a list of folders', report, suggestion)
    }
    if (/^~[^/\\]/.test(item.value)) {
      report.error(item, `${quoted(item.value)}: only your own home is known, as \`~\``, 'Write the whole path.')
      return undefined
    }
    folders.push(item.value)
  }
  if (folders.length > 0) return folders
  report.error(value, `${code(operator)} names no folder (${describe(value)})`)
  return undefined
}

function emptyText(operator: Operator, value: Located, report: Reporter): undefined {
  const why = operator === 'equals' || operator === 'not_equals' || operator === 'in' || operator === 'not_in'
  report.error(value, `${code(operator)} has an empty text, which ${why ? 'is no name' : 'every text has'}`)
  return undefined
}
