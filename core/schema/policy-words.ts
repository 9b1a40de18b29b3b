// The words of the policy language, apart from the zod schemas, so that the proxy can load them without zod.

/** Mildest first: of several effects the last one wins. */
export const effects = ['allow', 'require-approval', 'deny'] as const
export type Effect = (typeof effects)[number]

/** The tests a condition can make of an argument (policy.md). */
export const operators = [
  'equals',
  'not_equals',
  'in',
  'not_in',
  'gt',
  'gte',
  'lt',
  'lte',
  'contains',
  'starts_with',
  'ends_with',
  'glob',
  'exists',
  'inside',
  'outside',
] as const
export type Operator = (typeof operators)[number]
