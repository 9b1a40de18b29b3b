// From the published set to something fast to ask. Loaded by the proxy: plain code, no zod, no YAML.
import type { PolicyFile, PolicySet, PolicySetEntry } from '../schema/policy.ts'
import { type Action, type Effect, effects, type OtherAction, otherActions } from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'
import { type CompiledRule, compileRule, globs, knownEffect } from './compile-rule.ts'
import type { TextEngines } from './engines.ts'
import { compileGlobs, type TextMatcher } from './glob.ts'
import { keysOf, knownWord, onlyKnown } from './known.ts'
import { lockdownWords } from './lockdown-words.ts'
import { rememberedEngines } from './remembered-engines.ts'
import { toolIndex } from './tool-index.ts'

export type { CompiledRule } from './compile-rule.ts'

type GovernedBy = { readonly file: string; readonly server: TextMatcher }
export type CompiledDefault = GovernedBy & { readonly effects: ReadonlyMap<string, Effect> }
export type BrokenFile = GovernedBy & { readonly problem: string }

/** All that can matter for one tool of one server, or for one other kind of request to it. */
export type Candidates = {
  readonly broken: readonly BrokenFile[]
  /** By the strictest they can become, then by file and id. */
  readonly rules: readonly CompiledRule[]
  readonly defaults: readonly CompiledDefault[]
  /** Whether a rule among them keeps arguments out of the audit log. */
  readonly redacts: boolean
}

export type CompiledPolicy = {
  /** Why everything is denied, where a person locked everything down. */
  readonly lockdown: string | undefined
  /** For `tools/call`. */
  candidates(server: string, tool: string): Candidates
  /** For any other request: only rules with that `on`, and no defaults. */
  others(server: string, action: OtherAction): Candidates
  /** Whether the policy has a say in such requests at all; in `tools/call` it always has, under lockdown in everything. */
  governs(server: string, action: Action): boolean
  /** Whether the client is not to see the tool in `tools/list`. */
  hides(server: string, client: string, tool: string): boolean
  /** Whether there is any tool that the client is not to see. */
  hidesAny(server: string, client: string): boolean
}

/** How many tools of a server are remembered: more than one has, bounded because callers make names up. */
const maxRemembered = 1024
/** Of all of them together: a list for each name is long where thousands of rules are about every tool. */
const maxRememberedRules = 500_000
const maxRememberedName = 256
/** A proxy has one server; the broker and the tools ask about many. */
const maxServers = 64

/**
 * Throws on a set this version does not fully understand; the caller must then refuse calls. `engines` is called once,
 * and only for a set that uses `matches` or `command`.
 */
export function compilePolicy(set: PolicySet, engines: () => TextEngines): CompiledPolicy {
  if (set.format !== 1) throw new Error(`policy format ${String(set.format)} is not known to this version`)
  onlyKnown(set, setKeys, 'set')
  const broken: BrokenFile[] = []
  const defaults: CompiledDefault[] = []
  const rules: CompiledRule[] = []
  const shared = rememberedEngines(engines)

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
    const server = globs(policy.servers, `file ${file}`)
    const given = Object.entries(policy.defaults).map(([risk, effect]) => {
      return [risk === '*' ? risk : knownWord(risk, riskClasses, 'risk class'), knownEffect(effect)] as const
    })
    if (given.length > 0) defaults.push({ file, server, effects: new Map(given) })
    for (const rule of policy.rules) rules.push(compileRule(rule, file, server, shared))
  }
  broken.sort(byFile)
  defaults.sort(byFile)
  rules.sort(strictestFirst)

  const views = new Map<string, ServerView>()
  const viewOf = (server: string): ServerView => {
    const known = views.get(server)
    if (known) return known
    if (views.size >= maxServers) views.clear()
    const governs = (one: Pick<GovernedBy, 'server'>) => one.server(server)
    const view = serverView(broken.filter(governs), rules.filter(governs), defaults.filter(governs))
    views.set(server, view)
    return view
  }
  const othersOf = (server: string, action: OtherAction): Candidates => {
    const others = viewOf(server).others.get(action)
    if (!others) throw new Error(`requests of the kind \`${String(action)}\` are not known to this version`)
    return others
  }
  const lockdown = lockdownReason(set)
  return {
    lockdown,
    candidates: (server, tool) => viewOf(server).candidates(tool),
    others: othersOf,
    governs(server, action) {
      if (action === 'tools/call' || lockdown !== undefined) return true
      const others = othersOf(server, action)
      return others.broken.length > 0 || others.rules.length > 0
    },
    hides: (server, client, tool) => viewOf(server).hiding(tool).some(about(client)),
    hidesAny: (server, client) => viewOf(server).hidden.some(about(client)),
  }
}

function lockdownReason({ lockdown }: PolicySet): string | undefined {
  if (lockdown === undefined) return undefined
  onlyKnown(lockdown, lockdownKeys, 'lockdown')
  if (typeof lockdown.since !== 'number') throw new Error('policy lockdown does not say since when')
  return lockdownWords(lockdown.since)
}

const about = (client: string) => (rule: CompiledRule) => rule.client === undefined || rule.client(client)

/** What concerns one server, made when it is first asked about. */
type ServerView = {
  candidates(tool: string): Candidates
  readonly others: ReadonlyMap<OtherAction, Candidates>
  readonly hidden: readonly CompiledRule[]
  hiding(tool: string): readonly CompiledRule[]
}

function serverView(
  broken: readonly BrokenFile[],
  rules: readonly CompiledRule[],
  defaults: readonly CompiledDefault[],
): ServerView {
  const some = (ofThose: readonly CompiledRule[], theirDefaults: readonly CompiledDefault[]): Candidates => {
    return { broken, rules: ofThose, defaults: theirDefaults, redacts: ofThose.some((rule) => rule.redact) }
  }
  const toolsOf = (rule: CompiledRule) => rule.tools
  const ofTools = toolIndex(
    rules.filter((rule) => !rule.on),
    toolsOf,
  )
  const hidden = rules.filter((rule) => rule.hide)
  const remembered = new Map<string, Candidates>()
  let rememberedRules = 0
  return {
    candidates(tool) {
      const known = remembered.get(tool)
      if (known) return known
      const found = some(ofTools(tool), defaults)
      if (tool.length > maxRememberedName) return found
      if (remembered.size >= maxRemembered || rememberedRules > maxRememberedRules) {
        remembered.clear()
        rememberedRules = 0
      }
      rememberedRules += found.rules.length
      remembered.set(tool, found)
      return found
    },
    others: new Map(
      otherActions.map((action) => {
        return [
          action,
          some(
            rules.filter((rule) => rule.on?.includes(action)),
            [],
          ),
        ]
      }),
    ),
    hidden,
    hiding: toolIndex(hidden, toolsOf),
  }
}

const setKeys = keysOf<PolicySet>({ format: true, files: true, lockdown: true })
const lockdownKeys = keysOf<NonNullable<PolicySet['lockdown']>>({ since: true, by: true })
const entryKeys = new Set(['file', 'status', 'policy', 'servers', 'problem'])
const fileKeys = keysOf<PolicyFile>({ version: true, name: true, servers: true, defaults: true, rules: true })

const statusOf = (entry: never): string => String((entry as PolicySetEntry).status)

/** Code unit order: the same on every machine, whatever its language. */
const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byFile = (a: GovernedBy, b: GovernedBy): number => textOrder(a.file, b.file)
type Named = Pick<CompiledRule, 'file' | 'id'>
export const byFileAndId = (a: Named, b: Named): number => textOrder(a.file, b.file) || textOrder(a.id, b.id)
const strictestFirst = (a: CompiledRule, b: CompiledRule): number =>
  effects.indexOf(b.strictest) - effects.indexOf(a.strictest) || byFileAndId(a, b)
