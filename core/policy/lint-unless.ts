// Exceptions that never come to pass, and exceptions that leave nothing of the rule.
import type { JsonValue } from '../schema/json.ts'
import type { PolicyArgumentCondition, PolicyConditions, PolicyRule } from '../schema/policy.ts'
import { parsePath } from './argument-path.ts'
import { jsonEqual } from './json-equal.ts'
import { pathKey } from './lint-conditions.ts'
import { has } from './lint-cover.ts'
import type { Finding } from './lint-rule.ts'

export function unlessFindings({ when, unless }: PolicyRule): Finding[] {
  if (!when || !unless) return []
  if (unless.every((condition) => has(when, condition))) {
    return [
      {
        at: ['unless'],
        message: 'The rule applies to nothing: whenever `when` holds, `unless` holds too',
        suggestion: 'Take out of `unless` what is also in `when`.',
      },
    ]
  }
  const impossible = onArguments(unless).find((one) => {
    const values = valuesOf(one)
    return onArguments(when).some((other) => {
      const wanted = pathKey(other.path) === pathKey(one.path) ? valuesOf(other) : undefined
      return values && wanted && !values.some((value) => wanted.some((want) => jsonEqual(value, want)))
    })
  })
  if (!impossible) return []
  return [
    {
      at: ['unless', impossible.path],
      message: `\`unless\` never holds: \`when\` asks for other values of \`${impossible.path}\``,
      suggestion: 'Leave `unless` out, or correct the value in one of the two.',
    },
  ]
}

const onArguments = (conditions: PolicyConditions): PolicyArgumentCondition[] =>
  conditions.filter((condition) => 'path' in condition)

/** The only values for which the condition can hold, where it lists them and looks at one value. */
function valuesOf({ path, tests }: PolicyArgumentCondition): JsonValue[] | undefined {
  const parsed = parsePath(path)
  if (!parsed.ok || parsed.steps.some(({ kind }) => kind === 'some-element' || kind === 'some-string')) return undefined
  for (const { operator, operand } of tests) {
    if (operator === 'equals') return [operand]
    if (operator === 'in' && Array.isArray(operand)) return operand
  }
  return undefined
}
