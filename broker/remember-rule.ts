// The rule that "always" or "block" writes: worked out whole, read back, compiled and tried on the call before anything is
// written. What would not come out as promised is not offered.
import { declaredArguments } from '../core/approval/declared-arguments.ts'
import { absentConditions, scopeConditions } from '../core/approval/scope.ts'
import { isRedacted, secretScopes, withoutSecrets } from '../core/approval/secret-scopes.ts'
import { compilePolicy } from '../core/policy/compile.ts'
import { addException, addRule, type EditedPolicy, type NewRule } from '../core/policy/edit-yaml.ts'
import { evaluate, type PolicyPorts } from '../core/policy/evaluate.ts'
import { compileGlobs, globProblem, isLiteral } from '../core/policy/glob.ts'
import { parsePolicyText } from '../core/policy/parse.ts'
import { textEngines } from '../core/policy/text-engines.ts'
import type { Decision } from '../core/schema/decision.ts'
import type { ArgumentScopes } from '../core/schema/grant.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { PolicySetEntry } from '../core/schema/policy.ts'
import type { UiResult } from '../core/wire/ui-contract.ts'
import type { CallFacts } from './approval-card.ts'
import { type FileChange, isTooLarge, textOf } from './remember-files.ts'
import { type Exempted, exceptionProblem, ruleWords } from './remember-rule-words.ts'

export const rememberedFile = 'remembered.yaml'
export const emptyRemembered =
  '# What you chose to remember or to block in Countersign. The app adds rules here; change or remove them as you like.\n' +
  'version: 1\nname: Remembered\n'

export type RuleKind = 'always' | 'block'

export type RulePlan = {
  readonly rule: string
  readonly changes: readonly FileChange[]
  /** Arguments that must not be there. */
  readonly absent: readonly string[]
  readonly words: UiResult<'approvals.preview'>['words']
}

/** Policies as they are listed; those with mistakes that govern the server stand in the way. */
export type ListedPolicies = UiResult<'policies.list'>

export type PlannedRule = { ok: true; plan: RulePlan } | { ok: false; problems: string[] }

class NotPlanned extends Error {}

/** Changes nothing. `listed` is what is in force. */
export function planRule(
  facts: CallFacts,
  kind: RuleKind,
  scopes: ArgumentScopes,
  listed: ListedPolicies,
  ports: PolicyPorts,
): PlannedRule {
  try {
    return { ok: true, plan: new RulePlanner(facts, listed, ports).plan(kind, scopes) }
  } catch (error) {
    if (error instanceof NotPlanned) return { ok: false, problems: [error.message] }
    throw error
  }
}

class RulePlanner {
  readonly #facts: CallFacts
  readonly #folder: string
  readonly #ports: PolicyPorts
  /** As they were, and as they are to become. */
  readonly #before = new Map<string, string>()
  readonly #after = new Map<string, string>()

  constructor(facts: CallFacts, { folder, files }: ListedPolicies, ports: PolicyPorts) {
    this.#facts = facts
    this.#folder = folder
    this.#ports = ports
    for (const { file, status, servers, text } of files) {
      // Nothing of the others has a say, and there may be many.
      if (file !== rememberedFile && !compileGlobs(servers)(facts.session.server)) continue
      if (status === 'ok') this.#before.set(file, text)
      else {
        throw new NotPlanned(`${file} has mistakes or was removed. Mend it first: what it denies cannot be told.`)
      }
    }
  }

  plan(kind: RuleKind, scopes: ArgumentScopes): RulePlan {
    const { session, ask } = this.#facts
    for (const [what, name] of [
      ['server', session.server],
      ['client', session.client],
      ...(ask.action === 'tools/call' ? [['tool', ask.tool] as const] : []),
    ] as const) {
      if (globProblem(name) !== undefined || !isLiteral(name)) {
        throw new NotPlanned(`The name of the ${what} has characters that a rule cannot name exactly.`)
      }
      if (isRedacted(name)) {
        throw new NotPlanned(`The name of the ${what} seems to have a secret in it, which a rule would write down.`)
      }
    }
    const now = this.#decide()
    this.#keepSecrets(kind, scopes, now)
    const held = kind === 'always' ? this.#held(now) : []
    const conditions = scopeConditions(scopes, ask.arguments as JsonObject, kind === 'block')
    const absent = kind === 'always' ? this.#othersDeclared(scopes) : []
    const when = [...conditions, ...absentConditions(absent)]
    const rule: NewRule = {
      id: this.#newId(kind),
      effect: kind === 'always' ? 'allow' : 'deny',
      ...(ask.action === 'tools/call' ? { tools: [ask.tool] } : { on: [ask.action] }),
      servers: [session.server],
      clients: [session.client],
      ...(kind === 'always' && ask.action === 'tools/call' ? { risk: [ask.risk.class] } : {}),
      ...(when.length > 0 ? { when } : {}),
      ...(kind === 'block' ? { reason: 'You chose to block calls like this.' } : {}),
    }
    if (this.#before.has(rememberedFile)) this.#edit(rememberedFile, (text) => addRule(text, rememberedFile, rule))
    else this.#put(rememberedFile, made(addRule(emptyRemembered, rememberedFile, rule)))
    for (const { file, rule: asking } of held) {
      if (when.length === 0) {
        throw new NotPlanned(
          `The rule ${asking.id} in ${file} asks about it; an exception for whatever it says would switch it off.`,
        )
      }
      this.#edit(file, (text) => addException(text, file, asking.id, when))
    }
    const then = this.#decide()
    if (then.kind !== (kind === 'always' ? 'allow' : 'deny')) {
      throw new NotPlanned(`It would not be ${kind === 'always' ? 'allowed' : 'denied'} all the same: ${then.reason}.`)
    }
    const changes = [...this.#after].map(([file, after]): FileChange => {
      const before = this.#before.get(file)
      return before === undefined ? { file, after } : { file, before, after }
    })
    return { rule: rule.id, changes, absent, words: ruleWords(this.#facts, kind, scopes, absent, held) }
  }

  /** A policy file is read by editors, put under version control and published to every proxy. */
  #keepSecrets(kind: RuleKind, scopes: ArgumentScopes, { redact }: Decision): void {
    const secret = secretScopes(scopes, this.#facts.ask.arguments as JsonObject, redact)
    if (secret.length === 0) return
    const names = secret.map((name) => JSON.stringify(withoutSecrets(name))).join(', ')
    throw new NotPlanned(
      `What is said of ${names} seems to be a secret, or is kept out of the log, and a rule would write it into a policy file. Choose "anything" for it${kind === 'always' ? ', or remember the call for a session, an hour or a day' : ''}.`,
    )
  }

  /** The rules that hold the call, each of which needs an exception: of several effects the strictest wins. */
  #held(now: Decision): Exempted[] {
    if (now.kind !== 'hold')
      throw new NotPlanned(`By the policy as it is now this call is not asked about: ${now.reason}.`)
    return now.rules.map(({ file, id }) => {
      const entry = this.#entry(file)
      const rule = entry?.status === 'ok' ? entry.policy.rules.find((one) => one.id === id) : undefined
      if (!rule) throw new NotPlanned(`The rule ${id} in ${file} cannot be found.`)
      const exempted = { file, rule, servers: entry?.status === 'ok' ? entry.policy.servers : [] }
      const problem = exceptionProblem(exempted, this.#facts)
      if (problem !== undefined) throw new NotPlanned(problem)
      return exempted
    })
  }

  #othersDeclared(scopes: ArgumentScopes): string[] {
    const { ask } = this.#facts
    if (ask.action !== 'tools/call') return []
    const declared = declaredArguments(ask.definition?.inputSchema)
    if (declared === undefined) {
      throw new NotPlanned(
        'The server did not say which arguments this tool takes, so a rule could not leave the others out. Remember it for a session, an hour or a day.',
      )
    }
    if (declared.some(isRedacted)) {
      throw new NotPlanned('The server declares an argument whose name seems to have a secret in it.')
    }
    return declared.filter((name) => !Object.hasOwn(scopes, name))
  }

  #decide(): Decision {
    const { session, ask } = this.#facts
    const files = [...new Set([...this.#before.keys(), ...this.#after.keys()])].sort()
    const set = { format: 1 as const, files: files.flatMap((file) => this.#entry(file) ?? []) }
    const request = {
      subject: { client: session.client, session: session.session },
      action: ask.action,
      resource: { server: session.server, tool: ask.tool },
      arguments: ask.arguments as JsonObject,
      risk: ask.risk,
    }
    return evaluate(
      compilePolicy(set, () => textEngines),
      request,
      this.#ports,
      new Set(ask.exhausted),
    )
  }

  #entry(file: string): PolicySetEntry | undefined {
    const text = this.#after.get(file) ?? this.#before.get(file)
    return text === undefined ? undefined : entryOf(file, text)
  }

  #edit(file: string, edit: (text: string) => EditedPolicy): void {
    if (!this.#after.has(file)) {
      const onDisk = textOf(this.#folder, file)
      if (onDisk === undefined || onDisk.replace(/^\ufeff/, '') !== this.#before.get(file)?.replace(/^\ufeff/, '')) {
        throw new NotPlanned(`${file} is being changed by somebody else right now. Try again in a moment.`)
      }
      this.#before.set(file, onDisk)
    }
    this.#put(file, made(edit(this.#after.get(file) ?? this.#before.get(file) ?? '')))
  }

  #put(file: string, text: string): void {
    if (isTooLarge(text)) throw new NotPlanned(`${file} would become too large for a policy file.`)
    this.#after.set(file, text)
  }

  #newId(kind: RuleKind): string {
    const { action, tool } = this.#facts.ask
    const named = action === 'tools/call' ? tool : action
    const slug = named
      .replace(/([a-z\d])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .replace(/[^a-z\d]+/g, '-')
      .slice(0, 60)
      .replace(/^-+|-+$/g, '')
    const start = `${kind === 'always' ? 'remembered' : 'blocked'}${slug === '' ? '' : `-${slug}`}`
    const entry = this.#entry(rememberedFile)
    const taken = new Set(entry?.status === 'ok' ? entry.policy.rules.map(({ id }) => id) : [])
    if (!taken.has(start)) return start
    for (let number = 2; ; number++) if (!taken.has(`${start}-${number}`)) return `${start}-${number}`
  }
}

function made(edited: EditedPolicy): string {
  if (!edited.ok) throw new NotPlanned(edited.problem)
  return edited.text
}

/** Texts change seldom, and a preview is asked for at every key. */
const parsedTexts = new Map<string, { text: string; entry: PolicySetEntry }>()
const mostParsed = 200

function entryOf(file: string, text: string): PolicySetEntry {
  const known = parsedTexts.get(file)
  if (known?.text === text) return known.entry
  const { entry } = parsePolicyText(text, file)
  if (parsedTexts.size >= mostParsed) parsedTexts.clear()
  parsedTexts.set(file, { text, entry })
  return entry
}
