// What the explorer, the command line and the log's reader mean by a selection of calls. Its text form, which people type
// and which stands in the address, is in call-query.ts.
import * as z from 'zod'

/** What calls can be told apart by. `session` has too many values to list. */
export const dimensions = ['outcome', 'client', 'server', 'tool', 'risk', 'rule', 'decided-by', 'session'] as const
export type Dimension = (typeof dimensions)[number]

/** The dimensions with counts of their values: all but `session`. */
export const facets = ['outcome', 'client', 'server', 'tool', 'risk', 'rule', 'decided-by'] as const

const time = z.int().nonnegative()

/** The value of `rule` and `decided-by` where there is none. */
export const noValue = ''

const term = z.strictObject({
  dimension: z.enum(dimensions),
  /** One of them, exactly; in `tool` `*` stands for any characters. */
  values: z.array(z.string().max(300)).min(1).max(50),
  exclude: z.literal(true).optional(),
})

const word = z.strictObject({
  text: z.string().min(1).max(300),
  /** The characters stand together in the record, not only the words in it. */
  exact: z.literal(true).optional(),
  exclude: z.literal(true).optional(),
})

/** All of it must be so. */
export const callFilter = z.strictObject({
  terms: z.array(term).max(50),
  /** Looked for in tool, arguments, result and reason; each in any of them. Without `exact` a word may go on. */
  words: z.array(word).max(20),
  /** Received at or after, in milliseconds since the epoch. */
  from: time.optional(),
  /** Received before. */
  to: time.optional(),
})

export type CallFilter = z.infer<typeof callFilter>
export type FilterTerm = z.infer<typeof term>
export type FilterWord = z.infer<typeof word>

export const everyCall: CallFilter = { terms: [], words: [] }
