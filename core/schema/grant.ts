// What a person may remember of an answer: which calls it is about, and for how long. One type for what the window offers,
// what a grant matches and what a rule is written from.
import * as z from 'zod'

/** What one top-level argument may be. */
export const argumentScope = z.discriminatedUnion('kind', [
  /** Exactly this JSON value. */
  z.strictObject({ kind: z.literal('fixed'), value: z.json() }),
  /** A text that begins like this. */
  z.strictObject({ kind: z.literal('prefix'), prefix: z.string().min(1).max(4096) }),
  /** A path, or a list of paths, inside of this folder: the policy's `inside`. */
  z.strictObject({ kind: z.literal('inside'), folder: z.string().min(1).max(4096) }),
  /** One of these JSON values. */
  z.strictObject({ kind: z.literal('one-of'), values: z.array(z.json()).min(1).max(50) }),
  /** Whatever it is, also absent. */
  z.strictObject({ kind: z.literal('anything') }),
])

/** By name of the top-level argument. One that is not named here must be absent. */
export const argumentScopes = z.record(z.string(), argumentScope)

/**
 * `session`: until the client session is over. `hour`, `day`: a grant with an end (core/approval/lifetime.ts says which).
 * `always`: no grant but a rule in a policy file.
 */
export const lifetimes = ['session', 'hour', 'day', 'always'] as const

export type ArgumentScope = z.infer<typeof argumentScope>
export type ArgumentScopes = z.infer<typeof argumentScopes>
export type Lifetime = (typeof lifetimes)[number]
