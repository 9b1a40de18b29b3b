// What a remembered approval covers: a call of the same kind, whose arguments its scopes allow. Everything that the person
// saw and did not choose to widen must be the same.
import { deceptiveIn } from '../core/approval/deceptive.ts'
import { type RiskLevel, riskLevel } from '../core/approval/risk-level.ts'
import { type ScopeMatcher, scopeMatcher } from '../core/approval/scope.ts'
import { scopeWords } from '../core/approval/scope-words.ts'
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import type { ArgumentScopes, Lifetime } from '../core/schema/grant.ts'
import type { JsonObject } from '../core/schema/json.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { Sentence } from '../core/wire/ui-contract.ts'
import type { CallFacts } from './approval-card.ts'
import { sha256 } from './sha256.ts'

/** What is to be remembered of an answer. */
export type Remembering = { readonly lifetime: Lifetime; readonly scopes: ArgumentScopes }

/** Whether a call is one that the grant lets through; `kind` is its `kindOf`, worked out once for many grants. */
export type GrantMatcher = (facts: CallFacts, kind: string) => boolean

/** Throws on scopes that cannot be conditions. `paths`: as the session of the call sees them. */
export function grantMatcher(
  made: CallFacts,
  { lifetime, scopes }: Remembering,
  paths: (session: CallFacts['session']) => PolicyPorts,
): GrantMatcher {
  const madeKind = kindOf(made)
  const session = lifetime === 'session' ? made.session.session : undefined
  const covers: ScopeMatcher = scopeMatcher(scopes, made.ask.arguments as JsonObject)
  const careful = staysPlain(made)
  const folders = foldersOf(scopes)
  const led = folders.map((folder) => paths(made.session).resolvePath(folder))
  /** A folder that leads elsewhere by now, or for another session, is not the one that was shown. */
  const leadTheSame = ({ session: asking }: CallFacts): boolean => {
    if (folders.length === 0) return true
    const ports = paths(asking)
    return folders.every((folder, index) => led[index] !== undefined && ports.resolvePath(folder) === led[index])
  }
  return (facts, kind) =>
    kind === madeKind &&
    (session === undefined || facts.session.session === session) &&
    besideOf(facts) === besideOf(made) &&
    covers(facts.ask.arguments as JsonObject, paths(facts.session)) &&
    leadTheSame(facts) &&
    (!careful || deceptiveOf(facts) === 0)
}

const foldersOf = (scopes: ArgumentScopes): string[] =>
  Object.values(scopes).flatMap((scope) => (scope.kind === 'inside' ? [scope.folder] : []))

/** Where folders lead that are links, or count from where the session works: what is matched is what is there. */
export function folderWords(scopes: ArgumentScopes, ports: PolicyPorts): Sentence[] {
  return [...new Set(foldersOf(scopes))].flatMap((folder): Sentence[] => {
    const real = ports.resolvePath(folder)
    const plain = folder.length > 1 ? folder.replace(/[/\\]$/, '') : folder
    // Where the disk does not tell case apart, neither does what is real.
    if (real === undefined || [plain, plain.normalize('NFC').toLowerCase()].includes(real)) return []
    return [[{ value: folder }, { text: ' is ' }, { value: real }, { text: ' now' }]]
  })
}

/** All of a call but its session and its arguments, in one text. Another class of risk is another kind of call. */
export const kindOf = ({ session, ask, basis }: CallFacts): string =>
  JSON.stringify([
    session.client,
    session.server,
    session.pin,
    ask.action,
    ask.tool,
    ask.definition?.hash ?? null,
    basis,
    ask.confirm ?? 'click',
    ask.risk.class,
  ])

const besides = new WeakMap<object, string>()

function besideOf({ ask: { beside } }: CallFacts): string | undefined {
  if (beside === undefined) return undefined
  const known = besides.get(beside)
  if (known !== undefined) return known
  const hash = sha256(canonicalJson(beside as JsonObject))
  besides.set(beside, hash)
  return hash
}

/** Hidden and look-alike characters raise the care a call asks for; a grant given with less does not cover them. */
const staysPlain = (made: CallFacts): boolean =>
  riskLevel(made.ask.risk.class, 0) !== 'critical' && deceptiveOf(made) === 0

function deceptiveOf({ session, ask }: CallFacts): number {
  return deceptiveIn({
    action: ask.action,
    tool: ask.tool,
    arguments: ask.arguments,
    beside: ask.beside,
    who: {
      client: session.client,
      clientInfo: session.clientInfo,
      process: session.parentProcess,
      folder: session.cwd,
    },
    where: { server: session.server, command: session.command },
  })
}

/** The care its card asks for. */
export const levelOf = (facts: CallFacts): RiskLevel => riskLevel(facts.ask.risk.class, deceptiveOf(facts))

/** What it matches, one sentence a line; that it is the same tool of the same server goes without saying. */
export function grantWords(made: CallFacts, { lifetime, scopes }: Remembering, ports: PolicyPorts): Sentence[] {
  const lines = scopeWords(scopes, made.ask.arguments as JsonObject)
  lines.push(...folderWords(scopes, ports))
  lines.push([{ text: 'only calls whose risk is ' }, { text: made.ask.risk.class }])
  if (staysPlain(made)) lines.push([{ text: 'nothing in it that hides or passes for something else' }])
  if (made.ask.beside !== undefined) lines.push([{ text: 'the same beside its arguments' }])
  if (lifetime === 'session') lines.push([{ text: 'only in this session' }])
  return lines
}
