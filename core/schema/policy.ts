// A policy file after reading: every shorthand spelt out, plain JSON, each rule with the line it stands on.
import * as z from 'zod'
import { confirmations, effects, limitGroups, operators, otherActions } from './policy-words.ts'
import { riskClasses } from './risk-class.ts'

const effect = z.enum(effects)

/** One test of an argument: `gt: 100`. */
const policyTest = z.strictObject({ operator: z.enum(operators), operand: z.json() })

/** What is asked of one argument path; all tests must hold of the same value. */
const policyArgumentCondition = z.strictObject({ path: z.string(), tests: z.array(policyTest).min(1) })

/** Conditions of which all must hold. */
export type PolicyConditions = PolicyCondition[]
/** `any`: one of the groups holds. `all`: every group does. `not`: the group does not. */
export type PolicyCondition =
  | z.infer<typeof policyArgumentCondition>
  | { any: PolicyConditions[] }
  | { all: PolicyConditions[] }
  | { not: PolicyConditions }

const policyConditions: z.ZodType<PolicyConditions> = z.lazy(() =>
  z
    .array(
      z.union([
        policyArgumentCondition,
        z.strictObject({ any: z.array(policyConditions).min(1) }),
        z.strictObject({ all: z.array(policyConditions).min(1) }),
        z.strictObject({ not: policyConditions }),
      ]),
    )
    .min(1),
)

const policyLimit = z.strictObject({
  /** How many calls, or how much of `sum`, within the window. */
  max: z.number().nonnegative(),
  /** Length of the rolling window, in milliseconds. */
  perMs: z.int().positive(),
  /** Path of the argument that is added up; without it calls are counted. */
  sum: z.string().optional(),
  /** Splits the count. */
  by: z.array(z.enum(limitGroups)).min(1).optional(),
  /** The rule's effect once the limit is reached; always stricter than the rule's own. */
  then: z.enum(['require-approval', 'deny']),
})

const policyRule = z.strictObject({
  id: z.string(),
  /** 1-based line in its file. */
  line: z.int().positive(),
  effect,
  /** What it is about where that is not `tools/call`: then `tools` is `['*']`, and conditions look at the request's `params`. */
  on: z.array(z.enum(otherActions)).min(1).optional(),
  /** Names or globs; `*` matches any text. */
  tools: z.array(z.string()).min(1),
  /** Narrows the file's servers further. Globs. */
  servers: z.array(z.string()).min(1).optional(),
  /** Globs over the client's configured name. */
  clients: z.array(z.string()).min(1).optional(),
  risk: z.array(z.enum(riskClasses)).min(1).optional(),
  when: policyConditions.optional(),
  unless: policyConditions.optional(),
  /** Never on a `deny`. */
  limit: policyLimit.optional(),
  /** Also drop the tools from `tools/list`. Only on a `deny` of tools without risk, conditions and limit. */
  hide: z.literal(true).optional(),
  /** Paths of arguments that never reach the audit log. */
  redact: z.array(z.string()).min(1).optional(),
  /** The author's words for the model. */
  reason: z.string().optional(),
  /** How long an approval may stay open, in milliseconds. */
  approvalTimeoutMs: z.int().positive().optional(),
  confirm: z.enum(confirmations).optional(),
})

export const policyFile = z.strictObject({
  version: z.literal(1),
  name: z.string().optional(),
  /** Globs of the servers the file governs; `['*']` where it names none. */
  servers: z.array(z.string()).min(1),
  /** One effect per risk class; `*` is the rest. Empty where the file gives no default. */
  defaults: z.partialRecord(z.enum([...riskClasses, '*']), effect),
  rules: z.array(policyRule),
})

export const policySetEntry = z.discriminatedUnion('status', [
  z.strictObject({ file: z.string(), status: z.literal('ok'), policy: policyFile }),
  /** `servers`: globs of what it governs, `['*']` when that cannot be told. All of it is denied. */
  z.strictObject({ file: z.string(), status: z.literal('broken'), servers: z.array(z.string()), problem: z.string() }),
])

/** What the broker publishes as JSON and the proxy compiles. */
export const policySet = z.strictObject({
  format: z.literal(1),
  files: z.array(policySetEntry),
  /** A person refuses everything: whatever the files say, every governed request is denied. */
  lockdown: z.strictObject({ since: z.int().nonnegative(), by: z.string() }).optional(),
})

export type PolicyTest = z.infer<typeof policyTest>
export type PolicyArgumentCondition = z.infer<typeof policyArgumentCondition>
export type PolicyLimit = z.infer<typeof policyLimit>
export type PolicyRule = z.infer<typeof policyRule>
export type PolicyFile = z.infer<typeof policyFile>
export type PolicySetEntry = z.infer<typeof policySetEntry>
export type PolicySet = z.infer<typeof policySet>
