// `**` can find thousands of texts. One search over all of them, joined, mostly tells that none of them can pass.
import type { PolicyTest } from '../schema/policy.ts'
import type { TextEngines } from './engines.ts'
import type { TextMatcher } from './glob.ts'

/** False only if no part of the joined text can pass the test. Nothing for tests of which that cannot be told. */
export function mayPass({ operator, operand }: PolicyTest, engines: () => TextEngines): TextMatcher | undefined {
  if (typeof operand !== 'string') return undefined
  switch (operator) {
    case 'equals':
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return (joined) => joined.includes(operand)
    case 'matches': {
      const start = literalStart(operand)
      if (start !== undefined) return (joined) => joined.includes(start)
      // What looks at the edges of a text sees others once texts are joined.
      return /[\^$]|\\[bBAzZ]/.test(operand) ? undefined : engines().regex(operand)
    }
    default:
      return undefined
  }
}

/** Letters and digits that every match of the pattern begins with. */
export function literalStart(pattern: string): string | undefined {
  if (pattern.includes('|')) return undefined
  const [run = ''] = /^[\w-]+/.exec(pattern) ?? []
  // What follows the last letter may make it optional.
  const sure = /^[?*+{]/.test(pattern.slice(run.length)) ? run.slice(0, -1) : run
  return sure.length >= 3 ? sure : undefined
}
