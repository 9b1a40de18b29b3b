// From the published set to something fast to ask. Loaded by the proxy: plain code, no zod, no YAML.
import type { PolicyFile, PolicyRule, PolicySet, PolicySetEntry } from '../schema/policy.ts'
import { type Effect, effects } from '../schema/policy-words.ts'
import { type RiskClass, riskClasses } from '../schema/risk-class.ts'
import { type CompiledCondition, compileCondition } from './condition.ts'
import { compileGlobs, isLiteral, type TextMatcher } from './glob.ts'

export type CompiledRule = {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly effect: Effect
  readonly server: TextMatcher
  readonly client: TextMatcher | undefined
  readonly risk: readonly string[] | undefined
  readonly when: readonly CompiledCondition[]
  readonly unless: readonly CompiledCondition[]
  readonly reason: string | undefined
  readonly approvalTimeoutMs: number | undefined
}

type GovernedBy = { readonly file: string; readonly server: TextMatcher }
export type CompiledDefault = GovernedBy & { readonly effects: ReadonlyMap<string, Effect> }
export type BrokenFile = GovernedBy & { readonly problem: string }

/** All that can matter for one tool of one server. Rules strictest effect first, then by file and id. */
export type Candidates = {
  readonly broken: readonly BrokenFile[]
  readonly rules: readonly CompiledRule[]
  readonly defaults: readonly CompiledDefault[]
}

export type CompiledPolicy = { candidates(server: string, tool: string): Candidates }

/** How many (server, tool) pairs are remembered: more than a server has, bounded because callers make names up. */
const maxRemembered = 1024
const maxRememberedName = 256

/** Throws on a set this version does not fully understand; the caller must then refuse calls. */
export function compilePolicy(set: PolicySet): CompiledPolicy {
  if (set.format !== 1) throw new Error(`policy format ${String(set.format)} is not known to this version`)
  const broken: BrokenFile[] = []
  const defaults: CompiledDefault[] = []
  const byTool = new Map<string, CompiledRule[]>()
  const byGlob = new Map<string, { matches: TextMatcher; rules: CompiledRule[] }>()

  for (const entry of set.files) {
    onlyKnown(entry, entryKeys, 'entry')
    if (entry.status === 'broken') {
      broken.push({ file: entry.file, server: compileGlobs(entry.servers), problem: entry.problem })
      continue
    }
    if (entry.status !== 'ok') throw new Error(`policy entry status ${statusOf(entry)} is not known to this version`)
    const { policy, file } = entry
    onlyKnown(policy, fileKeys, 'file')
    if (policy.version !== 1) throw new Error(`policy version ${String(policy.version)} is not known to this version`)
    const server = compileGlobs(policy.servers)
    const given = Object.entries(policy.defaults).map(([risk, effect]) => {
      return [risk === '*' ? risk : knownRisk(risk), knownEffect(effect)] as const
    })
    if (given.length > 0) defaults.push({ file, server, effects: new Map(given) })
    for (const source of policy.rules) {
      const rule = compileRule(source, file, server)
      for (const tool of new Set(source.tools)) {
        if (isLiteral(tool)) listIn(byTool, tool).push(rule)
        else {
          const group = byGlob.get(tool) ?? { matches: compileGlobs([tool]), rules: [] }
          group.rules.push(rule)
          byGlob.set(tool, group)
        }
      }
    }
  }

  const gather = (server: string, tool: string): Candidates => {
    const rules = new Set(byTool.get(tool))
    for (const group of byGlob.values()) {
      if (group.matches(tool)) for (const rule of group.rules) rules.add(rule)
    }
    const governs = (one: GovernedBy) => one.server(server)
    return {
      broken: broken.filter(governs).sort(byFile),
      rules: [...rules].filter((rule) => rule.server(server)).sort(strictestFirst),
      defaults: defaults.filter(governs).sort(byFile),
    }
  }

  const remembered = new Map<string, Candidates>()
  return {
    candidates(server, tool) {
      if (tool.length > maxRememberedName) return gather(server, tool)
      const key = `${server}\0${tool}`
      const known = remembered.get(key)
      if (known) return known
      if (remembered.size >= maxRemembered) remembered.clear()
      const gathered = gather(server, tool)
      remembered.set(key, gathered)
      return gathered
    },
  }
}

function compileRule(source: PolicyRule, file: string, fileServer: TextMatcher): CompiledRule {
  onlyKnown(source, ruleKeys, `rule ${source.id}`)
  const ruleServer = source.servers && compileGlobs(source.servers)
  return {
    id: source.id,
    file,
    line: source.line,
    effect: knownEffect(source.effect),
    server: ruleServer ? (server) => fileServer(server) && ruleServer(server) : fileServer,
    client: source.clients && compileGlobs(source.clients),
    risk: source.risk?.map(knownRisk),
    when: (source.when ?? []).map(compileCondition),
    unless: (source.unless ?? []).map(compileCondition),
    reason: source.reason,
    approvalTimeoutMs: source.approvalTimeoutMs,
  }
}

// A newer broker may publish keys this proxy knows nothing of. Ignoring one could loosen a rule, so it is an error.
const keysOf = <T extends object>(keys: { [K in keyof Required<T>]: true }) => new Set(Object.keys(keys))
const entryKeys = new Set(['file', 'status', 'policy', 'servers', 'problem'])
const fileKeys = keysOf<PolicyFile>({ version: true, name: true, servers: true, defaults: true, rules: true })
const ruleKeys = keysOf<PolicyRule>({
  id: true,
  line: true,
  effect: true,
  tools: true,
  servers: true,
  clients: true,
  risk: true,
  when: true,
  unless: true,
  reason: true,
  approvalTimeoutMs: true,
})

function onlyKnown(value: object, known: ReadonlySet<string>, what: string): void {
  for (const key of Object.keys(value)) {
    if (!known.has(key)) throw new Error(`policy ${what} has \`${key}\`, which this version does not know`)
  }
}

function knownEffect(effect: string): Effect {
  const known = effects.find((one) => one === effect)
  if (!known) throw new Error(`policy effect \`${effect}\` is not known to this version`)
  return known
}

function knownRisk(risk: string): RiskClass {
  const known = riskClasses.find((one) => one === risk)
  if (!known) throw new Error(`policy risk class \`${risk}\` is not known to this version`)
  return known
}

const statusOf = (entry: never): string => String((entry as PolicySetEntry).status)

function listIn<V>(map: Map<string, V[]>, key: string): V[] {
  const list = map.get(key) ?? []
  map.set(key, list)
  return list
}

/** Code unit order: the same on every machine, whatever its language. */
const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byFile = (a: GovernedBy, b: GovernedBy): number => textOrder(a.file, b.file)
const strictestFirst = (a: CompiledRule, b: CompiledRule): number =>
  effects.indexOf(b.effect) - effects.indexOf(a.effect) || textOrder(a.file, b.file) || textOrder(a.id, b.id)
