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
  'matches',
  'length',
  'type',
  'host',
  'command',
] as const
export type Operator = (typeof operators)[number]

/** Operators whose operand is itself a map of tests, made of the length, of the host, of every program. */
export const nestedOperators = {
  length: ['equals', 'not_equals', 'in', 'not_in', 'gt', 'gte', 'lt', 'lte'],
  host: ['equals', 'not_equals', 'in', 'not_in', 'starts_with', 'ends_with', 'glob', 'matches'],
  command: ['equals', 'not_equals', 'in', 'not_in', 'starts_with', 'ends_with', 'glob', 'matches'],
} as const satisfies Partial<Record<Operator, readonly Operator[]>>

/** What `type` can ask for. An integer is a `number` too; nothing tells them apart in JSON. */
export const jsonTypes = ['string', 'number', 'boolean', 'object', 'array', 'null'] as const

/** The MCP requests that rules can name. A rule without `on` is about `tools/call`; the others are allowed by default. */
export const actions = [
  'tools/call',
  'resources/read',
  'prompts/get',
  'sampling/createMessage',
  'elicitation/create',
] as const
export type Action = (typeof actions)[number]
export type OtherAction = Exclude<Action, 'tools/call'>
export const otherActions: readonly OtherAction[] = actions.filter((action) => action !== 'tools/call')

/** What a person has to do to approve: press a button, type the tool's name, or prove to the system who they are. Mildest first. */
export const confirmations = ['click', 'type-name', 'os-auth'] as const
export type Confirmation = (typeof confirmations)[number]

/** What the count of a limit can be split by. */
export const limitGroups = ['client', 'server', 'tool', 'session'] as const
export type LimitGroup = (typeof limitGroups)[number]
