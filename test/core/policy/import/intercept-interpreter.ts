// PolicyLayer Intercept, as it is documented and built, in a few lines that share nothing with the importer: what an
// imported policy is held against.
//
// Where this comes from (github.com/PolicyLayer/Intercept, commit 7898b01; POLICY.md, internal/config, internal/engine,
// internal/conv, internal/proxy/handler.go, internal/state):
// - Hidden tools are denied first (`*` hides all); under `default: deny` a tool that is not listed is denied next, and
//   rules of `*` do not rescue it. `default` left out is `allow`.
// - Then all rules of the tool and all of `*` must pass: `deny` denies, `evaluate` denies unless all its conditions hold.
// - An absent argument fails every condition but `exists: false`; null counts as absent for `exists` only. Paths are keys
//   of objects joined by dots; there are no indexes.
// - Equality compares numbers as numbers and everything else by how Go prints it. Order needs numbers on both sides.
//   `regex` needs a text; `contains` takes parts of texts and elements of lists. Wrong types fail.
// - `rate_limit: N/window` is a counter `_rate_<window>` with `lte N`. Counters belong to `tool.counter`, those of `*` to
//   `_global.counter`. Conditions see a counter before the call is counted; then the call is counted if the sum stays
//   within the bound (`lte N`: N, `lt N`: N - 1), else it is denied and nothing is counted. A failed call is given back.
// - Windows begin with the minute, hour and day in UTC. `increment` is 1 unless said; `increment_from` takes an argument,
//   cut to a whole number, and denies where it is no number.
// - `action: require_approval` (pull request 3, March 2026; its engine could not be read): asks when its conditions hold.
//   Assumed, on the strict side: whatever else denies wins, and approved calls are counted too.
import { parse } from 'yaml'
import type { JsonObject, JsonValue } from '../../../../core/schema/json.ts'

export type Verdict = 'allow' | 'hold' | 'deny'

type Condition = { path: string; op: string; value?: JsonValue }
type State = { counter: string; window: string; increment?: number; increment_from?: string }
type Rule = { name: string; action?: string; rate_limit?: string; conditions?: Condition[]; state?: State }
type Policy = { default?: string; hide?: string[]; tools?: Record<string, { rules?: Rule[] | null } | null> }

const lengths: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

type Reservation = { key: string; amount: number; limit: number; from: number }

export class Intercept {
  readonly #policy: Policy
  readonly #counters = new Map<string, { value: number; from: number; length: number }>()

  constructor(text: string) {
    this.#policy = parse(text) as Policy
    for (const [tool, { rules } = { rules: [] }] of Object.entries(this.#policy.tools ?? {}).map(
      ([t, d]) => [t, d ?? {}] as const,
    )) {
      for (const rule of rules ?? []) desugar(rule, tool)
    }
  }

  /** What it says of a call; nothing is counted. */
  judge(tool: string, args: JsonObject, now: number): Verdict {
    const { hide, tools } = this.#policy
    if (hide?.some((name) => name === tool || name === '*')) return 'deny'
    if (this.#policy.default === 'deny' && !Object.hasOwn(tools ?? {}, tool)) return 'deny'
    const rules = this.#rulesOf(tool).map(({ rule }) => rule)
    if (rules.some(({ action }) => action === 'deny')) return 'deny'
    const holds = (rule: Rule) => (rule.conditions ?? []).every((one) => this.#holds(one, args, now))
    if (rules.some((rule) => (rule.action ?? 'evaluate') === 'evaluate' && !holds(rule))) return 'deny'
    if (rules.some((rule) => rule.action === 'require_approval' && holds(rule))) return 'hold'
    return this.reserve(tool, args, now, false) ? 'allow' : 'deny'
  }

  /** Whether the call can be counted; counts it if so, unless only asked. */
  reserve(tool: string, args: JsonObject, now: number, really: boolean): boolean {
    const values = new Map([...this.#counters].map(([key, counter]) => [key, { ...counter }]))
    for (const { rule, scope } of this.#rulesOf(tool)) {
      if (!rule.state) continue
      const wanted = reservation(rule, rule.state, scope, args, now)
      if (wanted === 'error') return false
      if (wanted === 'none') continue
      const before = values.get(wanted.key)
      const value = before?.from === wanted.from ? before.value : 0
      if (value + wanted.amount > wanted.limit) return false
      values.set(wanted.key, {
        value: value + wanted.amount,
        from: wanted.from,
        length: lengths[rule.state.window] ?? 0,
      })
    }
    if (really) for (const [key, counter] of values) this.#counters.set(key, counter)
    return true
  }

  #rulesOf(tool: string): { rule: Rule; scope: string }[] {
    const of = (name: string, scope: string) =>
      (Object.hasOwn(this.#policy.tools ?? {}, name) ? (this.#policy.tools?.[name]?.rules ?? []) : []).map((rule) => ({
        rule,
        scope,
      }))
    return [...of(tool, tool), ...(tool === '*' ? [] : of('*', '_global'))]
  }

  #holds({ path, op, value: wanted = null }: Condition, args: JsonObject, now: number): boolean {
    const found = path.startsWith('state.') ? this.#counter(path.slice(6), now) : walk(args, path.slice(5))
    if (op === 'exists') return (found !== undefined && found !== null) === wanted
    if (found === undefined) return false
    const ordered = typeof found === 'number' && typeof wanted === 'number'
    switch (op) {
      case 'eq':
        return same(found, wanted)
      case 'neq':
        return !same(found, wanted)
      case 'in':
        return Array.isArray(wanted) && wanted.some((one) => same(found, one))
      case 'not_in':
        return !(Array.isArray(wanted) && wanted.some((one) => same(found, one)))
      case 'lt':
        return ordered && found < wanted
      case 'lte':
        return ordered && found <= wanted
      case 'gt':
        return ordered && found > wanted
      case 'gte':
        return ordered && found >= wanted
      case 'regex':
        return typeof found === 'string' && new RegExp(String(wanted), 'u').test(found)
      case 'contains':
        if (typeof found === 'string') return typeof wanted === 'string' && found.includes(wanted)
        return Array.isArray(found) && found.some((one) => same(one, wanted))
      default:
        return false
    }
  }

  #counter(key: string, now: number): number {
    const counter = this.#counters.get(key)
    return counter && counter.from === windowStart(now, counter.length) ? counter.value : 0
  }
}

function desugar(rule: Rule, tool: string): void {
  if (rule.rate_limit === undefined) return
  const [count, window = ''] = rule.rate_limit.split('/')
  const scope = tool === '*' ? '_global' : tool
  rule.conditions = [{ path: `state.${scope}._rate_${window}`, op: 'lte', value: Number(count) }]
  rule.state = { counter: `_rate_${window}`, window }
}

function reservation(
  rule: Rule,
  state: State,
  scope: string,
  args: JsonObject,
  now: number,
): Reservation | 'none' | 'error' {
  const { counter, window, increment_from: from } = state
  const argument = from === undefined ? state.increment || 1 : walk(args, from.slice(5))
  if (typeof argument !== 'number') return 'error'
  for (const { path, op, value } of rule.conditions ?? []) {
    if (path !== `state.${scope}.${counter}` || typeof value !== 'number' || (op !== 'lt' && op !== 'lte')) continue
    const limit = Math.trunc(value) - (op === 'lt' ? 1 : 0)
    return {
      key: `${scope}.${counter}`,
      amount: Math.trunc(argument),
      limit,
      from: windowStart(now, lengths[window] ?? 0),
    }
  }
  return 'none'
}

const windowStart = (now: number, length: number): number => now - (now % length)

function walk(args: JsonObject, path: string): JsonValue | undefined {
  let current: JsonValue | undefined = args
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || Array.isArray(current) || !Object.hasOwn(current, key))
      return undefined
    current = current[key]
  }
  return current
}

function same(found: JsonValue, wanted: JsonValue): boolean {
  if (typeof found === 'number' && typeof wanted === 'number') return found === wanted
  return print(found, true) === print(wanted, false)
}

/** Go's `%v`. Every number of a call is a float64; whole numbers of a YAML file are ints. */
function print(value: JsonValue, fromCall: boolean): string {
  if (value === null) return '<nil>'
  if (typeof value === 'number') return fromCall || !Number.isInteger(value) ? printFloat(value) : String(value)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map((one) => print(one, fromCall)).join(' ')}]`
  const keys = Object.keys(value).sort()
  return `map[${keys.map((key) => `${key}:${print(value[key] ?? null, fromCall)}`).join(' ')}]`
}

/** `%v` of a float64: an exponent of at least two digits below 1e-4 and from 1e6 on. */
function printFloat(value: number): string {
  if (Object.is(value, -0)) return '-0'
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-4 && size < 1e6)) return String(value)
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2')
}
