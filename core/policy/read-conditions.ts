// Reading `when` and `unless`: argument paths with their tests, and `any`, `all`, `not` around them.
import type { PolicyCondition, PolicyConditions, PolicyTest } from '../schema/policy.ts'
import type { Located, LocatedEntry, Reporter } from './located.ts'
import { readOperators } from './read-operands.ts'
import { code, readJson, readPath, wrong } from './read-values.ts'

/** How deep `any`, `all` and `not` may stand within each other; nobody can follow more. */
const maxNesting = 8

/** The conditions of a `when` or `unless`, or nothing if any of them was wrong. */
export function readConditions({ key, value }: LocatedEntry, report: Reporter): PolicyConditions | undefined {
  return readGroup(code(key), value, 0, report)
}

function readGroup(subject: string, value: Located, depth: number, report: Reporter): PolicyConditions | undefined {
  if (value.kind !== 'map') {
    const suggestion = 'For example `path: { inside: ~/code }`.'
    return wrong(value, subject, 'a map from arguments to tests', report, suggestion)
  }
  if (value.entries.length === 0) {
    report.error(value, `${subject} has no conditions; leave it out if there are none`)
    return undefined
  }
  const conditions = value.entries.map((condition) => readCondition(condition, depth, report))
  return conditions.every((condition) => condition !== undefined) ? conditions : undefined
}

function readCondition(entry: LocatedEntry, depth: number, report: Reporter): PolicyCondition | undefined {
  const { key, at, value } = entry
  if (key === 'any' || key === 'all' || key === 'not') {
    if (depth < maxNesting) return readComposition(key, value, depth + 1, report)
    report.error(at, `\`any\`, \`all\` and \`not\` are nested more than ${maxNesting} deep`)
    return undefined
  }
  const steps = readPath(key, at, report)
  const tests = readTests(key, value, report)
  return steps && tests && { path: key, tests }
}

function readComposition(
  key: 'any' | 'all' | 'not',
  value: Located,
  depth: number,
  report: Reporter,
): PolicyCondition | undefined {
  const argument = `For an argument of that name write ${code(`$.${key}`)}.`
  if (key === 'not') {
    if (value.kind !== 'map') {
      const suggestion = value.kind === 'list' ? 'For several write `not: { any: […] }`.' : argument
      return wrong(value, code(key), 'a map of conditions', report, suggestion)
    }
    const group = readGroup(code(key), value, depth, report)
    return group && { not: group }
  }
  if (value.kind !== 'list') {
    const suggestion = value.kind === 'map' ? 'Begin each map with `- `.' : argument
    return wrong(value, code(key), 'a list of maps of conditions', report, suggestion)
  }
  if (value.items.length === 0) {
    report.error(value, `${code(key)} has an empty list; leave it out if there are no conditions`)
    return undefined
  }
  const groups = value.items.map((item) => readGroup(`A part of ${code(key)}`, item, depth, report))
  if (!groups.every((group) => group !== undefined)) return undefined
  return key === 'any' ? { any: groups } : { all: groups }
}

function readTests(path: string, value: Located, report: Reporter): PolicyTest[] | undefined {
  const subject = `The test of ${code(path)}`
  const expected = 'a value or a map of operators'
  switch (value.kind) {
    case 'text':
    case 'boolean':
    case 'number': {
      const operand = readJson(value, report)
      return operand === undefined ? undefined : [{ operator: 'equals', operand }]
    }
    case 'nothing':
      return wrong(value, subject, expected, report, 'For JSON null write `{ equals: null }`.')
    case 'list':
      return wrong(value, subject, expected, report, 'Did you mean `{ in: […] }`?')
    case 'map':
      return readOperators(subject, value, 'argument', report)
  }
}
