// Checks for the mistakes that are made first: tests that read like another language's and that here never hold, or say
// less than they seem to.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyTest } from '../schema/policy.ts'
import { operators } from '../schema/policy-words.ts'
import { type PathStep, parsePath } from './argument-path.ts'
import type { PlacedCondition } from './lint-conditions.ts'
import type { Finding, LintedRule } from './lint-rule.ts'
import { entryText, flowText, nameList } from './lint-words.ts'
import { launcherOf } from './shell-launchers.ts'

export function slipFindings(linted: LintedRule, placed: PlacedCondition): Finding[] {
  const { condition, at } = placed
  const path = parsePath(condition.path)
  const steps = path.ok ? path.steps : []
  return [
    ...wrappedPath(linted, placed, steps),
    ...boundsApart(condition.tests, at),
    ...condition.tests.flatMap((test) => [
      ...starInFolder(placed, test),
      ...homeInGlob(placed, test, steps),
      ...notOfTexts(placed, test, steps),
      ...launcher(placed, test),
      ...otherYaml(placed, test),
      ...(test.operator === 'length' ? boundsApart(nestedTests(test.operand), [...at, 'length']) : []),
    ]),
  ]
}

const wrappers: readonly string[] = ['args', 'arguments', 'params', 'input']

/** Other languages name arguments from the request on; here paths begin at the arguments. */
function wrappedPath({ rule, known }: LintedRule, { condition, at }: PlacedCondition, steps: PathStep[]): Finding[] {
  const [first, second] = steps
  if (rule.on || condition.path.startsWith('$') || first?.kind !== 'key' || second?.kind !== 'key') return []
  if (!wrappers.includes(first.key)) return []
  if ([...(known?.tools.values() ?? [])].some((tool) => tool?.arguments?.includes(first.key))) return []
  const meant = condition.path.slice(first.key.length).replace(/^\./, '').replace(/^\[/, '$[')
  return [
    {
      at,
      message: `Paths begin at the arguments: \`${condition.path}\` is within an argument that is called \`${first.key}\``,
      suggestion: `Write \`${meant}\`, or, if the tool has that argument, \`$.${condition.path}\`.`,
    },
  ]
}

/** No number is above the one bound and below the other. */
function boundsApart(tests: readonly PolicyTest[], at: Finding['at']): Finding[] {
  const bound = (...operators: string[]) =>
    tests.flatMap(({ operator, operand }) =>
      operators.includes(operator) && typeof operand === 'number' ? [{ operator, operand }] : [],
    )
  for (const low of bound('gt', 'gte')) {
    for (const high of bound('lt', 'lte')) {
      const together = low.operator === 'gte' && high.operator === 'lte'
      if (low.operand < high.operand || (together && low.operand === high.operand)) continue
      const both = `\`${entryText(low.operator, low.operand)}\` and \`${entryText(high.operator, high.operand)}\``
      return [
        {
          at: [...at, high.operator],
          message: `No number passes ${both}, so this never holds`,
          suggestion: 'For numbers outside of a range write `any: [{ … }, { … }]` with one of the two in each.',
        },
      ]
    }
  }
  return []
}

function starInFolder({ condition, at }: PlacedCondition, { operator, operand }: PolicyTest): Finding[] {
  if (operator !== 'inside' && operator !== 'outside') return []
  const starred = textsOf(operand).find((folder) => folder.includes('*'))
  if (starred === undefined) return []
  const above = starred.slice(0, starred.indexOf('*')).replace(/[^/\\]*$/, '')
  const folder = above.length > 1 ? above.replace(/[/\\]$/, '') : above
  const write = entryText(condition.path, { [operator]: folder })
  return [
    {
      at: [...at, operator],
      message: `\`*\` is an ordinary character in \`${operator}\`: no folder is called \`${starred}\``,
      suggestion: /^\*+$/.test(starred.slice(above.length))
        ? `Write \`${write}\`, which is about everything below it.`
        : `Name each folder${folder === '' ? '' : `, or the one above them: \`${write}\``}.`,
    },
  ]
}

function homeInGlob(
  { condition, at }: PlacedCondition,
  { operator, operand }: PolicyTest,
  steps: PathStep[],
): Finding[] {
  // Texts in general may well begin so; what is one argument's whole text is a path.
  if (steps.at(-1)?.kind === 'some-string') return []
  if ((operator !== 'glob' && operator !== 'starts_with') || typeof operand !== 'string') return []
  const [folder] = /^~[/\\](?:[^*?]*[/\\])?/.exec(operand) ?? []
  if (folder === undefined) return []
  return [
    {
      at: [...at, operator],
      message: `\`${operator}\` compares texts as they are: \`~\` is not the home folder here, and \`..\` leads out`,
      suggestion: `Write \`${entryText(condition.path, { inside: folder.slice(0, -1) })}\`.`,
    },
  ]
}

const ofNumbers: readonly string[] = ['gt', 'gte', 'lt', 'lte']
const ofValues: readonly string[] = ['equals', 'not_equals', 'in', 'not_in', 'contains']

/** `**` is the texts in the arguments, so what asks for another kind of value asks in vain. */
function notOfTexts({ at }: PlacedCondition, { operator, operand }: PolicyTest, steps: PathStep[]): Finding[] {
  if (steps.at(-1)?.kind !== 'some-string') return []
  const wanted = Array.isArray(operand) ? operand : [operand]
  const inVain =
    ofNumbers.includes(operator) ||
    (operator === 'type' && operand !== 'string') ||
    (ofValues.includes(operator) && wanted.every((value) => typeof value !== 'string'))
  if (!inVain) return []
  return [
    {
      at: [...at, operator],
      message: `\`**\` is about texts only, and none of them is what \`${entryText(operator, operand)}\` asks for`,
      suggestion: ofValues.includes(operator)
        ? 'Name the argument instead of `**`, or put the value in quotes.'
        : 'Name the argument instead of `**`.',
    },
  ]
}

/** A program in a list of what may run, though no line with it can be told. */
function launcher({ at, restricts }: PlacedCondition, { operator, operand }: PolicyTest): Finding[] {
  if (operator !== 'command' || restricts) return []
  const listed = nestedTests(operand).filter((test) => test.operator === 'in' || test.operator === 'equals')
  const idle = listed.flatMap((test) => textsOf(test.operand)).filter(neverTold)
  const [first] = idle
  if (first === undefined) return []
  return [
    {
      at: [...at, operator],
      message: `A line with ${nameList(idle)} can never be told: \`${first}\` ${launcherOf(first)?.why ?? ''}`,
      suggestion: 'Leave it out, and name the programs that may run.',
    },
  ]
}

const neverTold = (program: string): boolean => {
  const found = launcherOf(program)
  return found !== undefined && found.safe === undefined
}

const yes = /^(?:yes|on)$/i
const no = /^(?:no|off)$/i
const number = /^[-+]?\d[\d_]*_[\d_]*$/

/** What YAML 1.1 and other readers take for a boolean or a number, and YAML 1.2 for a text. */
function otherYaml({ at }: PlacedCondition, { operator, operand }: PolicyTest): Finding[] {
  if (!['equals', 'not_equals', 'in', 'not_in'].includes(operator)) return []
  const values = Array.isArray(operand)
    ? operand.map((value, index) => ({ value, at: [index] }))
    : [{ value: operand, at: [] }]
  return values.flatMap(({ value, at: item }): Finding[] => {
    if (typeof value !== 'string') return []
    const boolean = yes.test(value) || (no.test(value) ? false : undefined)
    const meant = boolean ?? (number.test(value) ? Number(value.replaceAll('_', '')) : undefined)
    if (meant === undefined) return []
    return [
      {
        at: [...at, operator, ...item],
        message: `\`${value}\` is a text here`,
        suggestion: `Write \`${flowText(meant)}\`, or \`"${value}"\` if the argument is that text.`,
        unquoted: true,
      },
    ]
  })
}

const textsOf = (value: JsonValue): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')

const nestedTests = (operand: JsonValue): PolicyTest[] =>
  typeof operand === 'object' && operand !== null && !Array.isArray(operand)
    ? Object.entries(operand).flatMap(([name, inner]) => {
        const operator = operators.find((one) => one === name)
        return operator ? [{ operator, operand: inner }] : []
      })
    : []
