// Reading `when` and `unless`: argument paths and their tests.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyCondition, PolicyTest } from '../schema/policy.ts'
import { type Operator, operators } from '../schema/policy-words.ts'
import { parsePath } from './argument-path.ts'
import { globProblem } from './glob.ts'
import { describe, type Located, type LocatedEntry, type Reporter } from './located.ts'
import { code, didYouMean, notYet, readJson, wrong } from './read-values.ts'

/** Operators and compositions of the language that this version does not know yet. */
const laterOperators = ['matches', 'length', 'type', 'host', 'command']
const laterCompositions = ['any', 'all', 'not']

/** The conditions of a `when` or `unless`, or nothing if any of them was wrong. */
export function readConditions(entry: LocatedEntry, report: Reporter): PolicyCondition[] | undefined {
  const { value } = entry
  if (value.kind !== 'map') {
    return wrong(
      value,
      code(entry.key),
      'a map from arguments to tests',
      report,
      'For example `path: { inside: ~/code }`.',
    )
  }
  if (value.entries.length === 0) {
    report.error(value, `${code(entry.key)} has no conditions; leave it out if there are none`)
    return undefined
  }
  const conditions = value.entries.map((condition) => readCondition(condition, report))
  return conditions.every((condition) => condition !== undefined) ? conditions : undefined
}

function readCondition({ key, at, value }: LocatedEntry, report: Reporter): PolicyCondition | undefined {
  if (laterCompositions.includes(key)) {
    report.error(
      at,
      `${code(key)} is not supported yet by this version`,
      `For an argument of that name write ${code(`$.${key}`)}.`,
    )
    return undefined
  }
  const path = parsePath(key)
  if (!path.ok) {
    report.error(at, `The argument path ${JSON.stringify(key)} ${path.problem}`)
    return undefined
  }
  const tests = readTests(key, value, report)
  return tests && { path: key, tests }
}

function readTests(path: string, value: Located, report: Reporter): PolicyTest[] | undefined {
  switch (value.kind) {
    case 'text':
    case 'boolean':
    case 'number': {
      const operand = readJson(value, report)
      return operand === undefined ? undefined : [{ operator: 'equals', operand }]
    }
    case 'nothing':
      return wrong(
        value,
        `The test of ${code(path)}`,
        'a value or a map of operators',
        report,
        'For JSON null write `{ equals: null }`.',
      )
    case 'list':
      return wrong(
        value,
        `The test of ${code(path)}`,
        'a value or a map of operators',
        report,
        'Did you mean `{ in: […] }`?',
      )
    case 'map': {
      if (value.entries.length === 0) {
        report.error(value, `The test of ${code(path)} has no operator`)
        return undefined
      }
      const tests = value.entries.map((entry) => readTest(entry, report))
      return tests.every((test) => test !== undefined) ? tests : undefined
    }
  }
}

function readTest({ key, at, value }: LocatedEntry, report: Reporter): PolicyTest | undefined {
  const operator = operators.find((one) => one === key)
  if (operator === undefined) {
    if (laterOperators.includes(key)) notYet(key, at, report)
    else report.error(at, `Unknown operator ${code(key)}`, didYouMean(key, operators))
    return undefined
  }
  const operand = readOperand(operator, value, report)
  return operand === undefined ? undefined : { operator, operand }
}

function readOperand(operator: Operator, value: Located, report: Reporter): JsonValue | undefined {
  switch (operator) {
    case 'equals':
    case 'not_equals':
      return readJson(value, report)
    case 'contains':
      // The empty text is in every text: surely a slip.
      return value.kind === 'text' && value.value === '' ? emptyText(operator, value, report) : readJson(value, report)
    case 'in':
    case 'not_in':
      if (value.kind !== 'list') return wrong(value, code(operator), 'a list', report)
      if (value.items.length > 0) return readJson(value, report)
      report.error(value, `${code(operator)} has an empty list, which nothing can be in`)
      return undefined
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return value.kind === 'number' ? readJson(value, report) : wrong(value, code(operator), 'a number', report)
    case 'starts_with':
    case 'ends_with':
      if (value.kind !== 'text') return wrong(value, code(operator), 'a text', report)
      return value.value === '' ? emptyText(operator, value, report) : value.value
    case 'glob': {
      if (value.kind !== 'text') return wrong(value, code(operator), 'a text', report)
      const problem = globProblem(value.value)
      if (problem === undefined) return value.value
      report.error(value, `The glob ${JSON.stringify(value.value)} ${problem}`)
      return undefined
    }
    case 'exists':
      return value.kind === 'boolean' ? value.value : wrong(value, code(operator), '`true` or `false`', report)
    case 'inside':
    case 'outside':
      return readFolders(operator, value, report)
  }
}

function readFolders(operator: Operator, value: Located, report: Reporter): JsonValue | undefined {
  const items = value.kind === 'list' ? value.items : [value]
  const folders: string[] = []
  for (const item of items) {
    if (item.kind === 'text' && item.value !== '') folders.push(item.value)
    else {
      // An unquoted `~` is YAML for null.
      const suggestion = item.kind === 'nothing' ? 'Put `"~"` in quotes.' : undefined
      return wrong(item, code(operator), 'a folder or a list of folders', report, suggestion)
    }
  }
  if (folders.length > 0) return folders
  report.error(value, `${code(operator)} names no folder (${describe(value)})`)
  return undefined
}

function emptyText(operator: Operator, value: Located, report: Reporter): undefined {
  report.error(value, `${code(operator)} has an empty text, which every text has`)
  return undefined
}
