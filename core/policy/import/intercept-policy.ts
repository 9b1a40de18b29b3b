// An Intercept policy as its author wrote it, before it is said in our words.
import type { JsonValue } from '../../schema/json.ts'
import type { Place } from '../located.ts'

export const interceptOperators = [
  'eq',
  'neq',
  'in',
  'not_in',
  'lt',
  'lte',
  'gt',
  'gte',
  'regex',
  'contains',
  'exists',
] as const
export type InterceptOperator = (typeof interceptOperators)[number]

/** A value of a policy. `whole`: written without a point or an exponent, which Go prints differently. */
export type Operand = { readonly value: JsonValue; readonly whole: boolean }

/** `path` in our words: an argument path. `operands`: one, or all of a list. */
export type ArgumentCondition = Place & {
  readonly path: string
  readonly op: InterceptOperator
  readonly operands: readonly Operand[]
}

/** `key`: what stands after `state.`, the counter that is asked about. */
export type StateCondition = Place & { readonly key: string; readonly op: InterceptOperator; readonly bound: JsonValue }

/** `sum`: our path of the argument that is added up, in place of `increment`. `rate`: the bound, where `rate_limit` gives it. */
export type Counter = Place & {
  readonly name: string
  readonly window: Window
  readonly increment: number
  readonly sum?: string
  readonly rate?: number
}

export const windows = { minute: '1m', hour: '1h', day: '1d' } as const
export type Window = keyof typeof windows

export type InterceptRule = Place & {
  readonly name: string
  readonly onDeny: string
} & (
    | { readonly action: 'deny' }
    | {
        readonly action: 'evaluate'
        readonly conditions: readonly ArgumentCondition[]
        readonly state: readonly StateCondition[]
        readonly counter?: Counter
      }
    | {
        readonly action: 'require_approval'
        /** Without any, every call asks. */
        readonly conditions: readonly ArgumentCondition[]
        readonly timeout?: string
      }
    /** Not understood, or refused by Intercept itself: whatever it was to forbid stays forbidden. */
    | { readonly action: 'not-understood'; readonly why: string }
  )

export type InterceptTool = Place & { readonly name: string; readonly rules: readonly InterceptRule[] }

export type InterceptPolicy = {
  readonly description: string
  readonly default: 'allow' | 'deny'
  readonly hidden: readonly (Place & { readonly name: string })[]
  /** `*` is every tool. */
  readonly tools: readonly InterceptTool[]
  /** What stands in the file and nobody knows the meaning of. */
  readonly unknown: readonly (Place & { readonly why: string })[]
}
