// What a scope of one argument means, in our words; and whether it can be asked about at all.
import type { RiskLevel } from '../../../core/approval/risk-level.ts'
import type { ArgumentScope, ArgumentScopes, Lifetime } from '../../../core/schema/grant.ts'

/** Longest value that is repeated in the dialog; the card has it in full. */
const longestValue = 160

export type ScopeWords = { readonly before: string; readonly value?: string; readonly after?: string }

function valueWords(value: unknown): Pick<ScopeWords, 'value' | 'after'> {
  // Line breaks as JSON has them: in one line of a list they would be loud marks.
  const text = typeof value === 'string' && !/[\n\r\t]/.test(value) ? `“${value}”` : JSON.stringify(value)
  if (text.length <= longestValue) return { value: text }
  return {
    value: `${text.slice(0, 60)}…`,
    after: `(${text.length.toLocaleString('en-US')} characters, all of them, as on the card)`,
  }
}

export function scopeWords(scope: ArgumentScope): ScopeWords {
  switch (scope.kind) {
    case 'fixed':
      return { before: 'exactly', ...valueWords(scope.value) }
    case 'prefix':
      return { before: 'begins with', value: scope.prefix }
    case 'inside':
      return { before: 'inside the folder', value: scope.folder }
    case 'one-of': {
      const shown = scope.values.slice(0, 8).map((value) => valueWords(value).value)
      const rest = scope.values.length - shown.length
      return { before: 'one of', value: shown.join(', '), ...(rest > 0 ? { after: `and ${rest} more` } : {}) }
    }
    case 'anything':
      return { before: 'anything, or left out' }
  }
}

/** What is wrong with it as typed; nothing where it can be asked about. */
export function scopeProblem(scope: ArgumentScope): string | undefined {
  if (scope.kind === 'prefix' && scope.prefix === '') return 'Write what it has to begin with.'
  if (scope.kind === 'inside' && scope.folder === '') return 'Write the folder.'
  const text = scope.kind === 'prefix' ? scope.prefix : scope.kind === 'inside' ? scope.folder : ''
  return text.length > 4096 ? 'Too long.' : undefined
}

export const sameScope = (a: ArgumentScope, b: ArgumentScope): boolean => JSON.stringify(a) === JSON.stringify(b)

export const lifetimeChoices: readonly { readonly value: Lifetime; readonly word: string; readonly about: string }[] = [
  { value: 'session', word: 'Until this session ends', about: 'forgotten with it' },
  { value: 'hour', word: 'For an hour', about: 'every session of this client' },
  { value: 'day', word: 'For today', about: 'until midnight, every session of this client' },
  { value: 'always', word: 'Always', about: 'writes a rule into the policy' },
]

type LifetimeChoice = (typeof lifetimeChoices)[number] & { readonly possible: boolean }

/** What can be chosen for a call of this level; the broker holds to the same. */
export function lifetimesFor(level: RiskLevel): LifetimeChoice[] {
  return lifetimeChoices.map((choice) =>
    level === 'critical' && (choice.value === 'hour' || choice.value === 'day')
      ? { ...choice, about: 'not for a critical call', possible: false }
      : { ...choice, possible: true },
  )
}

const how: Record<Lifetime, string> = {
  session: 'until this session ends',
  hour: 'for an hour',
  day: 'for today',
  always: 'always',
}

/** `exactly this call`, `calls inside ~/code/site`, `any call of this tool`. */
export function reachWords(scopes: ArgumentScopes): string {
  const all = Object.values(scopes)
  if (all.every(({ kind }) => kind === 'fixed')) return 'exactly this call'
  if (all.every(({ kind }) => kind === 'anything')) return 'any call of this tool'
  const [folder, ...others] = all.flatMap((scope) => (scope.kind === 'inside' ? [scope.folder] : []))
  return folder !== undefined && others.length === 0 ? `such calls inside ${folder}` : 'calls like this'
}

/** What the button does, as a verb with its scope. */
export function approveVerb(lifetime: Lifetime, scopes: ArgumentScopes): string {
  const reach = reachWords(scopes)
  return lifetime === 'always' ? `Approve, always allow ${reach}` : `Approve, allow ${reach} ${how[lifetime]}`
}

export const blockVerb = (scopes: ArgumentScopes): string => `Refuse, block ${reachWords(scopes)} from now on`
