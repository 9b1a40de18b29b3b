// Checks of what a rule asks of the arguments: tests that every text passes, arguments nobody has, and conditions that a
// caller gets around by one word more or one argument less.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyArgumentCondition, PolicyConditions, PolicyRule, PolicyTest } from '../schema/policy.ts'
import { type PathStep, parsePath } from './argument-path.ts'
import { compileGlobs } from './glob.ts'
import type { PlacePath } from './lint-places.ts'
import { regexBreadth } from './lint-regex.ts'
import type { Finding, LintedRule } from './lint-rule.ts'
import { slipFindings } from './lint-slips.ts'
import { entryText, nameList } from './lint-words.ts'
import { nearest } from './nearest.ts'

/** `restricts`: that it holds makes for a stricter decision, so a caller gains when it does not. */
export type PlacedCondition = { condition: PolicyArgumentCondition; at: PlacePath; restricts: boolean }

/** Every condition on an argument, however deep. */
export function argumentConditions({ effect, when = [], unless = [] }: PolicyRule): PlacedCondition[] {
  const strict = effect !== 'allow'
  return [...walk(when, ['when'], strict), ...walk(unless, ['unless'], !strict)]
}

function walk(conditions: PolicyConditions, at: PlacePath, restricts: boolean): PlacedCondition[] {
  return conditions.flatMap((condition): PlacedCondition[] => {
    if ('path' in condition) return [{ condition, at: [...at, condition.path], restricts }]
    if ('not' in condition) return walk(condition.not, [...at, 'not'], !restricts)
    const [key, groups] = 'any' in condition ? (['any', condition.any] as const) : (['all', condition.all] as const)
    return groups.flatMap((group, index) => walk(group, [...at, key, index], restricts))
  })
}

/** The paths that some rule says something of for calls without them, as `pathKey`. */
export function pathsAskedToExist(rules: readonly PolicyRule[]): Set<string> {
  const asked = rules
    .flatMap(argumentConditions)
    .filter(({ condition }) => condition.tests.some(({ operator }) => operator === 'exists'))
  return new Set(asked.map(({ condition }) => pathKey(condition.path)))
}

export function conditionFindings(linted: LintedRule, askedToExist: ReadonlySet<string>): Finding[] {
  return argumentConditions(linted.rule).flatMap((placed) => [
    ...unknownArgument(linted, placed),
    ...slipFindings(linted, placed),
    ...placed.condition.tests.flatMap((test) => [
      ...matchesAll(placed, test, linted),
      ...everyProgram(placed, test),
      ...falseWhenAbsent(linted, placed, test, askedToExist),
    ]),
  ])
}

function unknownArgument({ rule, known }: LintedRule, { condition, at }: PlacedCondition): Finding[] {
  const path = parsePath(condition.path)
  const [first] = path.ok ? path.steps : []
  if (!known || rule.on || first?.kind !== 'key') return []
  const matches = compileGlobs(rule.tools)
  const tools = [...known.tools].filter(([name]) => matches(name))
  const schemas = tools.map(([, tool]) => tool?.arguments)
  if (tools.length === 0 || schemas.some((names) => names === undefined)) return []
  const names = [...new Set(schemas.flatMap((some) => some ?? []))]
  if (names.includes(first.key)) return []
  const meant = nearest(first.key, names)
  const which = nameList(tools.map(([name]) => name))
  return [
    {
      at,
      message: `\`${first.key}\` is not a known argument of ${which} of ${nameList(known.servers)}`,
      suggestion: meant === undefined ? `Known arguments: ${nameList(names, 8)}.` : `Did you mean \`${meant}\`?`,
    },
  ]
}

function matchesAll({ condition, at }: PlacedCondition, test: PolicyTest, { engines }: LintedRule): Finding[] {
  const { operator, operand } = test
  const nested = typeof operand === 'object' && operand !== null && !Array.isArray(operand) ? operand : undefined
  const nests = operator === 'host' || operator === 'command'
  const pattern = operator === 'matches' ? operand : nests ? nested?.['matches'] : undefined
  const glob = operator === 'glob' ? operand : nests ? nested?.['glob'] : undefined
  const place = [...at, operator]
  const suggestion = nests
    ? `Leave it out, or write what the text has to look like.`
    : `To ask only that the argument is there, write \`${entryText(condition.path, { exists: true })}\`.`
  if (typeof glob === 'string' && /^\*+$/.test(glob)) {
    return [{ at: place, message: `The glob \`${glob}\` matches every text`, suggestion }]
  }
  if (typeof pattern !== 'string') return []
  const breadth = regexBreadth(pattern)
  if (breadth === 'nothing-found' || !engines.regex(pattern)('x')) return []
  const what = breadth === 'everything' ? 'every text' : 'every text of one line'
  return [{ at: place, message: `The pattern ${JSON.stringify(pattern)} matches ${what}`, suggestion }]
}

/** `command` is about every program of a line: one more program in the line makes it false. */
function everyProgram({ condition, at, restricts }: PlacedCondition, { operator, operand }: PolicyTest): Finding[] {
  if (operator !== 'command' || !restricts) return []
  const nested =
    typeof operand === 'object' && operand !== null && !Array.isArray(operand) ? Object.entries(operand) : []
  const [only] = nested
  const opposite = nested.length === 1 && only ? oppositeTest(only) : undefined
  const safe = opposite === undefined ? undefined : entryText('not', { [condition.path]: { command: opposite } })
  return [
    {
      at: [...at, operator],
      message:
        '`command` holds when every program of the line passes, so one more program in the line gets around this',
      suggestion:
        safe === undefined
          ? `Say which programs may run, and that some program is another one: \`${entryText('not', { [condition.path]: { command: { in: ['git', 'ls'] } } })}\`.`
          : `For "some program of the line" write \`${safe}\`.`,
    },
  ]
}

const opposites: Readonly<Record<string, string>> = {
  in: 'not_in',
  not_in: 'in',
  equals: 'not_equals',
  not_equals: 'equals',
}

function oppositeTest([operator, operand]: [string, JsonValue]): JsonValue | undefined {
  const opposite = opposites[operator]
  return opposite === undefined ? undefined : { [opposite]: operand }
}

/** `not_in` is false of an argument that is not there, and so is the rule. */
function falseWhenAbsent(
  linted: LintedRule,
  { condition, at, restricts }: PlacedCondition,
  { operator, operand }: PolicyTest,
  askedToExist: ReadonlySet<string>,
): Finding[] {
  if (!restricts || askedToExist.has(pathKey(condition.path))) return []
  const path = parsePath(condition.path)
  if (!path.ok || path.steps.some(({ kind }) => kind === 'some-element' || kind === 'some-string')) return []
  const positive = positiveTest(operator, operand)
  if (positive === undefined || (operator === 'outside' && isOnlyPath(linted, path.steps))) return []
  const instead = entryText('not', { [condition.path]: positive })
  const also = entryText(condition.path, { exists: false })
  return [
    {
      at: [...at, operator],
      message: `\`${operator}\` is false of an argument that is absent: a call without \`${condition.path}\` gets past this`,
      suggestion: `Write \`${instead}\`, which also holds when it is absent, or add a rule for \`${also}\`.`,
    },
  ]
}

/** What a tool has one path of, it has to be given; of several, any may be left out. */
function isOnlyPath({ rule, known }: LintedRule, [first, second]: readonly PathStep[]): boolean {
  if (first?.kind !== 'key' || second !== undefined || rule.on) return false
  const named = [...(known?.tools ?? [])].filter(([name]) => compileGlobs(rule.tools)(name))
  const isOnly = (names: readonly string[] = []) => names.filter((name) => pathName.test(name)).join() === first.key
  return named.length > 0 && named.every(([, tool]) => isOnly(tool?.arguments))
}

const pathName = /path|file|folder|dir|root|cwd|source|destination|location|uri/i

function positiveTest(operator: string, operand: JsonValue): JsonValue | undefined {
  if (operator === 'outside')
    return { inside: Array.isArray(operand) && operand.length === 1 ? (operand[0] ?? null) : operand }
  if (operator === 'not_in' || operator === 'not_equals') return oppositeTest([operator, operand])
  if (operator !== 'host' || typeof operand !== 'object' || operand === null || Array.isArray(operand)) return undefined
  const [only, ...more] = Object.entries(operand)
  if (!only || more.length > 0 || !only[0].startsWith('not_')) return undefined
  return { host: oppositeTest(only) ?? null }
}

export const pathKey = (path: string): string => {
  const parsed = parsePath(path)
  return JSON.stringify(parsed.ok ? parsed.steps : path)
}
