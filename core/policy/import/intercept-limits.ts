// Intercept's counters as limits. Its windows begin with each minute, hour and day (UTC); ours roll. No more fits into any
// rolling window than `max`, so no more fits into one of theirs.
import type { JsonObject } from '../../schema/json.ts'
import type { Place } from '../located.ts'
import { code } from '../read-values.ts'
import type { Counter, InterceptPolicy, InterceptRule, InterceptTool, StateCondition } from './intercept-policy.ts'
import { windows } from './intercept-policy.ts'

type Evaluating = Extract<InterceptRule, { action: 'evaluate' }>

/** A bound that a rule sets to a counter of its own tool. `max` below 0: nothing ever fits. */
export type Bound = {
  readonly tool: string
  readonly rule: Evaluating
  readonly at: Place
  readonly max: number
  readonly per: string
  readonly sum?: string
  /** What became of it, where that is not the same. */
  readonly remarks: readonly string[]
}

/** What a rule asks of counters: bounds, and `refused`: reasons why its tool has to be denied. */
export type Counted = {
  readonly bounds: readonly Bound[]
  readonly refused: readonly (Place & { readonly why: string })[]
  /** Tests that must hold of every call, or Intercept fails and denies. */
  readonly required: readonly JsonObject[]
  readonly remarks: readonly string[]
}

/** The name Intercept keeps a tool's counters under. */
const scopeOf = (tool: string): string => (tool === '*' ? '_global' : tool)

/** Counters that two tools share by accident of their names: `_global` and `*`, or names with dots. The later tools. */
export function clashes(policy: InterceptPolicy): ReadonlyMap<InterceptTool, string> {
  const owners = new Map<string, InterceptTool>()
  const found = new Map<InterceptTool, string>()
  for (const tool of policy.tools) {
    for (const { name } of countersOf(tool)) {
      const key = `${scopeOf(tool.name)}.${name}`
      const owner = owners.get(key) ?? tool
      owners.set(key, owner)
      if (owner !== tool)
        found.set(tool, `its counter ${JSON.stringify(name)} is also that of the tool ${JSON.stringify(owner.name)}`)
    }
  }
  return found
}

function countersOf(tool: InterceptTool): Counter[] {
  return tool.rules.flatMap((rule) => (rule.action === 'evaluate' && rule.counter ? [rule.counter] : []))
}

export function countedBy(rule: Evaluating, tool: InterceptTool): Counted {
  const bounds: Bound[] = []
  const refused: Counted['refused'][number][] = []
  const { counter } = rule
  const counters = countersOf(tool)
  const twice = counter && counters.some((other) => other !== counter && other.name === counter.name)
  const remarks = twice ? [`Intercept itself refuses a second counter ${JSON.stringify(counter.name)} of a tool.`] : []
  if (counter?.rate !== undefined) bounds.push(bound(tool.name, rule, counter, counter, counter.rate, remarks))
  for (const condition of rule.state) {
    const own = ownCounter(condition, tool.name, counters, counter)
    if (own === undefined)
      refused.push({ ...placeOf(condition), why: `\`state.${condition.key}\` is a counter of another tool or of none` })
    else if ((condition.op !== 'lt' && condition.op !== 'lte') || typeof condition.bound !== 'number') {
      refused.push({ ...placeOf(condition), why: `a counter cannot be compared with \`${condition.op}\`` })
    } else {
      const max = condition.bound < 0 ? -1 : Math.trunc(condition.bound) - (condition.op === 'lt' ? 1 : 0)
      const whole = Number.isInteger(condition.bound)
        ? []
        : [`The bound ${condition.bound} is taken as ${max}, as Intercept takes it.`]
      const later =
        own === counter ? [] : ['Intercept looks at this counter before it counts the call; here the call counts too.']
      const fractions =
        own.sum === undefined ? [] : [`Intercept adds up ${code(own.sum)} without fractions; here they count too.`]
      bounds.push(bound(tool.name, rule, condition, own, max, [...remarks, ...whole, ...later, ...fractions]))
    }
  }
  const unused = counter && bounds.length === 0 && refused.length === 0 && counter.sum === undefined
  return {
    bounds,
    refused,
    required: counter?.sum === undefined ? [] : [{ [counter.sum]: { type: 'number' } }],
    remarks: unused
      ? [...remarks, `The counter ${JSON.stringify(counter.name)} bounds nothing in this rule.`]
      : remarks,
  }
}

function ownCounter(
  condition: StateCondition,
  tool: string,
  counters: readonly Counter[],
  first: Counter | undefined,
): Counter | undefined {
  for (const scope of tool === '*' ? ['_global', '*'] : [tool]) {
    const name = condition.key.startsWith(`${scope}.`) ? condition.key.slice(scope.length + 1) : undefined
    if (name === undefined) continue
    return first?.name === name ? first : counters.find((counter) => counter.name === name)
  }
  return undefined
}

function bound(
  tool: string,
  rule: Evaluating,
  at: Place,
  counter: Counter,
  limit: number,
  remarks: readonly string[],
): Bound {
  const { sum, increment } = counter
  const common = { tool, rule, at: placeOf(at), per: windows[counter.window], remarks }
  if (sum !== undefined) return { ...common, max: limit, sum }
  return { ...common, max: limit < 0 ? -1 : Math.floor(limit / increment) }
}

const placeOf = ({ line, column }: Place): Place => ({ line, column })
