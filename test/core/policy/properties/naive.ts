// A second evaluator, written from the language's description and sharing nothing with the first but the schemas and the
// paths' port: slow, without an index, every rule looked at in full. Where the two differ, one of them is wrong.
import type { AccessRequest } from '../../../../core/schema/access-request.ts'
import type { JsonObject, JsonValue } from '../../../../core/schema/json.ts'
import type { PolicyCondition, PolicyConditions, PolicyRule, PolicySet } from '../../../../core/schema/policy.ts'

/** What texts of the generated arguments mean to `host`, `command` and `inside`; `undefined` is "cannot be told". */
export type Meanings = {
  host(text: string): string | undefined
  programs(line: string): readonly string[] | undefined
  path(text: string): string | undefined
}

export type NaiveDecision = {
  kind: 'allow' | 'deny' | 'hold'
  source: 'rule' | 'default' | 'broken-file'
  /** `file/id`, sorted; so are the rules of `limits`. */
  rules: string[]
  confirm: string | undefined
  timeoutMs: number | undefined
  limits: { rule: string; amount: number }[]
  redact: string[]
}

type Truth = 'yes' | 'no' | 'unsure'
const nothing = Symbol('nothing there')
const anyonesGuess = Symbol('what a server reads there is anyone’s guess')
type Value = JsonValue | typeof nothing | typeof anyonesGuess

const harshness = ['allow', 'require-approval', 'deny']

export function decideNaively(
  set: PolicySet,
  request: AccessRequest,
  meanings: Meanings,
  exhausted: ReadonlySet<string> = new Set(),
): NaiveDecision {
  const { server, tool } = request.resource
  const governing = set.files.filter((entry) =>
    wild(entry.status === 'ok' ? entry.policy.servers : entry.servers, server),
  )
  const named: { name: string; rule: PolicyRule; truth: Truth; effect: string; amount: number | undefined }[] = []
  for (const entry of governing) {
    if (entry.status !== 'ok') continue
    for (const rule of entry.policy.rules) {
      const about: readonly string[] = rule.on ?? ['tools/call']
      if (!about.includes(request.action)) continue
      if (request.action === 'tools/call' && !wild(rule.tools, tool)) continue
      if (rule.servers && !wild(rule.servers, server)) continue
      if (rule.clients && !wild(rule.clients, request.subject.client)) continue
      if (rule.risk && !rule.risk.includes(request.risk.class)) continue
      const truth = and([
        all(rule.when ?? [], request.arguments, meanings),
        rule.unless ? not(all(rule.unless, request.arguments, meanings)) : 'yes',
      ])
      const amount = rule.limit && amountOf(rule.limit.sum, request.arguments)
      const usedUp = exhausted.has(JSON.stringify([entry.file, rule.id])) || (rule.limit && amount === undefined)
      const effect = rule.limit && usedUp ? rule.limit.then : rule.effect
      named.push({ name: `${entry.file}/${rule.id}`, rule, truth, effect, amount: usedUp ? undefined : amount })
    }
  }
  // A rule whose limit is used up is as if it were written with `then` for its effect.
  const counting = named.filter(({ effect, truth }) => (effect === 'allow' ? truth === 'yes' : truth !== 'no'))
  const redact = [...new Set(named.flatMap(({ rule, truth }) => (truth === 'no' ? [] : (rule.redact ?? []))))].sort()
  if (governing.some((entry) => entry.status === 'broken')) return { ...settled('deny', 'broken-file'), redact }
  if (counting.length === 0) return { ...settled(byDefault(set, request), 'default'), redact }

  const harshest = harshness[Math.max(...counting.map(({ effect }) => harshness.indexOf(effect)))]
  const winners = counting.filter(({ effect }) => effect === harshest)
  const kind = harshest === 'allow' ? 'allow' : harshest === 'deny' ? 'deny' : 'hold'
  const asked = winners.flatMap(({ rule }) => rule.confirm ?? [])
  const strictest = ['type-name', 'os-auth'].findLast((word) => asked.some((one) => one === word))
  const timeouts = winners.flatMap(({ rule }) => rule.approvalTimeoutMs ?? [])
  return {
    kind,
    source: 'rule',
    rules: winners.map(({ name }) => name).sort(),
    confirm: kind === 'hold' ? strictest : undefined,
    timeoutMs: kind === 'hold' && timeouts.length > 0 ? Math.min(...timeouts) : undefined,
    limits:
      kind === 'deny'
        ? []
        : winners
            .flatMap(({ name, amount }) => (amount === undefined ? [] : [{ rule: name, amount }]))
            .sort((a, b) => (a.rule < b.rule ? -1 : 1)),
    redact,
  }
}

function settled(kind: NaiveDecision['kind'], source: NaiveDecision['source']): NaiveDecision {
  return { kind, source, rules: [], confirm: undefined, timeoutMs: undefined, limits: [], redact: [] }
}

function byDefault(set: PolicySet, request: AccessRequest): NaiveDecision['kind'] {
  if (request.action !== 'tools/call') return 'allow'
  const given = set.files.flatMap((entry) => {
    if (entry.status !== 'ok' || !wild(entry.policy.servers, request.resource.server)) return []
    const { defaults } = entry.policy
    return defaults[request.risk.class] ?? defaults['*'] ?? []
  })
  if (given.length === 0) return request.risk.class === 'read' ? 'allow' : 'hold'
  const harshest = harshness[Math.max(...given.map((effect) => harshness.indexOf(effect)))]
  return harshest === 'allow' ? 'allow' : harshest === 'deny' ? 'deny' : 'hold'
}

/** Globs as regular expressions: the texts of these tests are plain letters. */
function wild(globs: readonly string[], text: string): boolean {
  return globs.some((glob) => {
    const escaped = glob.replace(/[.+^${}()|[\]\\/]/g, '\\$&')
    return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`).test(text)
  })
}

const and = (truths: readonly Truth[]): Truth =>
  truths.includes('no') ? 'no' : truths.includes('unsure') ? 'unsure' : 'yes'
const or = (truths: readonly Truth[]): Truth =>
  truths.includes('yes') ? 'yes' : truths.includes('unsure') ? 'unsure' : 'no'
const not = (truth: Truth): Truth => (truth === 'yes' ? 'no' : truth === 'no' ? 'yes' : 'unsure')
const truthOf = (holds: boolean): Truth => (holds ? 'yes' : 'no')

function all(conditions: PolicyConditions, args: JsonObject, meanings: Meanings): Truth {
  return and(conditions.map((condition) => one(condition, args, meanings)))
}

function one(condition: PolicyCondition, args: JsonObject, meanings: Meanings): Truth {
  if ('any' in condition) return or(condition.any.map((group) => all(group, args, meanings)))
  if ('all' in condition) return and(condition.all.map((group) => all(group, args, meanings)))
  if ('not' in condition) return not(all(condition.not, args, meanings))
  const values = valuesAt(condition.path, args)
  return or(
    values.map((value) => and(condition.tests.map((test) => passes(test.operator, test.operand, value, meanings)))),
  )
}

/** Paths of these tests: names, `[*]`, `[0]` and `**`. */
function valuesAt(path: string, args: JsonObject): Value[] {
  let values: Value[] = [args]
  for (const step of path.replace(/^\$\./, '').match(/\*\*|\[\*\]|\[\d+\]|[A-Za-z]+/g) ?? []) {
    values = values.flatMap((value): Value[] => {
      if (value === nothing || value === anyonesGuess) return [value]
      if (step === '**') return textsIn(value)
      if (value === null) return step === '[*]' ? [] : [nothing]
      if (step === '[*]') return Array.isArray(value) ? value : [anyonesGuess]
      if (step.startsWith('[')) {
        if (!Array.isArray(value)) return [anyonesGuess]
        const element = value[Number(step.slice(1, -1))]
        return [element === undefined ? nothing : element]
      }
      if (typeof value !== 'object' || Array.isArray(value)) return [anyonesGuess]
      const spelt = Object.keys(value).filter((key) => key.toLowerCase() === step.toLowerCase())
      if (spelt.some((key) => key !== step)) return [anyonesGuess]
      const found = value[step]
      return [found === undefined ? nothing : found]
    })
  }
  return values.length === 0 ? [nothing] : values
}

function textsIn(value: JsonValue): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((inner) => textsIn(inner ?? null))
}

function passes(operator: string, operand: JsonValue, value: Value, meanings: Meanings): Truth {
  if (value === anyonesGuess) return 'unsure'
  if (operator === 'exists') return truthOf((value !== nothing) === operand)
  if (value === nothing) return 'no'
  const list = Array.isArray(operand) ? operand : [operand]
  switch (operator) {
    case 'equals':
      return truthOf(same(value, operand))
    case 'not_equals':
      return truthOf(!same(value, operand))
    case 'in':
      return truthOf(list.some((each) => same(value, each)))
    case 'not_in':
      return truthOf(!list.some((each) => same(value, each)))
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return typeof value === 'number' && typeof operand === 'number'
        ? truthOf(compares(operator, value, operand))
        : 'unsure'
    case 'contains':
      if (Array.isArray(value)) return truthOf(value.some((each) => same(each, operand)))
      return typeof value === 'string' && typeof operand === 'string' ? truthOf(value.includes(operand)) : 'unsure'
    case 'starts_with':
      return typeof value === 'string' ? truthOf(value.indexOf(String(operand)) === 0) : 'unsure'
    case 'ends_with':
      return typeof value === 'string' ? truthOf(value.endsWith(String(operand))) : 'unsure'
    case 'glob':
      return typeof value === 'string' ? truthOf(wild([String(operand)], value)) : 'unsure'
    case 'matches':
      // The patterns of these tests mean the same in both dialects.
      return typeof value === 'string' ? truthOf(new RegExp(String(operand)).test(value)) : 'unsure'
    case 'type':
      return truthOf(
        value === null ? operand === 'null' : Array.isArray(value) ? operand === 'array' : typeof value === operand,
      )
    case 'length': {
      if (typeof value !== 'object' && typeof value !== 'string') return 'unsure'
      if (value === null) return 'unsure'
      const length = typeof value === 'string' ? [...value].length : Object.keys(value).length
      return nested(operand, length, meanings)
    }
    case 'host': {
      const host = typeof value === 'string' ? meanings.host(value) : undefined
      return host === undefined ? 'unsure' : nested(operand, host, meanings)
    }
    case 'command': {
      const programs = typeof value === 'string' ? meanings.programs(value) : undefined
      return programs === undefined ? 'unsure' : and(programs.map((program) => nested(operand, program, meanings)))
    }
    case 'inside':
    case 'outside': {
      const path = typeof value === 'string' ? meanings.path(value) : undefined
      if (path === undefined) return 'unsure'
      const lies = or(
        list.map((folder) => {
          const root = meanings.path(String(folder))
          return root === undefined ? 'unsure' : truthOf(path === root || path.startsWith(`${root}/`))
        }),
      )
      return operator === 'inside' ? lies : not(lies)
    }
    default:
      throw new Error(`the naive evaluator does not know ${operator}`)
  }
}

function nested(tests: JsonValue, value: JsonValue, meanings: Meanings): Truth {
  return and(
    Object.entries(tests as JsonObject).map(([operator, operand]) =>
      passes(operator, operand ?? null, value, meanings),
    ),
  )
}

function compares(operator: string, value: number, bound: number): boolean {
  if (operator === 'gt') return value > bound
  if (operator === 'gte') return value >= bound
  return operator === 'lt' ? value < bound : value <= bound
}

function same(a: JsonValue, b: JsonValue): boolean {
  return sorted(a) === sorted(b)
}

function sorted(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${sorted(value[key] ?? null)}`).join()}}`
}

/** One, or what the argument adds up to; nothing where that cannot be told. */
function amountOf(sum: string | undefined, args: JsonObject): number | undefined {
  if (sum === undefined) return 1
  let total = 0
  for (const value of valuesAt(sum, args)) {
    if (typeof value !== 'number' || value < 0) return undefined
    total += value
  }
  return total
}
