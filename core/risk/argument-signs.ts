// What arguments say of a call's risk. They may raise it, never lower it. Signs for people and for defaults, not a wall:
// what must be stopped is the business of rules.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import type { RiskClass } from '../schema/risk-class.ts'
import { sqlSigns } from './sql-signs.ts'

export type ArgumentSign = { readonly class: RiskClass; readonly evidence: string }

/** Longer texts are content, not paths, and would cost time on every call. */
const longestLooked = 4096

const secretPlace = new RegExp(
  [
    // Start of the text or something that ends the word before.
    String.raw`(?:^|[\s/\\~"'=:(,])(`,
    [
      String.raw`\.(?:ssh|aws|gnupg|azure|kube|netrc|pgpass|git-credentials|htpasswd|vault-token)`,
      String.raw`\.env(?!\.(?:example|sample|template|dist)\b)(?:\.[\w-]+)?`,
      'id_(?:rsa|dsa|ecdsa|ed25519)',
      String.raw`\.config[/\\](?:gcloud|gh)`,
      String.raw`\.docker[/\\]config\.json`,
      String.raw`etc[/\\]shadow`,
      String.raw`proc[/\\][\w-]+[/\\]environ`,
      String.raw`[\w-]{1,100}\.(?:kdbx|p12|pfx)`,
    ].join('|'),
    String.raw`)(?=$|[\s/\\"'=:),;])`,
  ].join(''),
  'i',
)

/** Where cloud machines hand out their own keys. */
const metadataHost = /(?:169\.254\.169\.254|\[?fd00:ec2::254\]?|100\.100\.100\.200|metadata\.google\.internal)/i

const commandKeys = new Set(['command', 'cmd', 'shell', 'script', 'shellcommand', 'commandline', 'bash', 'powershell'])
const codeKeys = new Set(['code', 'javascript', 'js', 'python', 'function', 'expression', 'sourcecode', 'initscript'])
const urlKeys = /(?:^|[a-z])(?:url|uri|urls|endpoint|webhook|href)$/
const resourceKeys = new Set(['resourcetype', 'resource', 'kind'])
const stages: Readonly<Record<string, RiskClass>> = {
  out: 'destructive',
  merge: 'destructive',
  where: 'execute',
  function: 'execute',
  accumulator: 'execute',
}
const stageKey = /^\$(out|merge|where|function|accumulator)$/
/** The same in a pipeline written as text. */
const stageInText = /(?:\$|\\u0024)(out|merge|where|function|accumulator)["']?\s*:/

/** The signs found in the arguments, at most one of a kind. */
export function argumentSigns(args: JsonObject): ArgumentSign[] {
  const signs = new Map<string, ArgumentSign>()
  look(args, '', signs)
  return [...signs.values()]
}

function look(value: JsonValue, key: string, signs: Map<string, ArgumentSign>): void {
  if (typeof value === 'string') {
    lookAtText(value, key.toLowerCase().replace(/[-_]/g, ''), signs)
  } else if (Array.isArray(value)) {
    for (const element of value) look(element, key, signs)
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.keys(value)) {
      noteStage(stageKey.exec(inner)?.[1], signs)
      look(value[inner] ?? null, inner, signs)
    }
  }
}

function lookAtText(text: string, key: string, signs: Map<string, ArgumentSign>): void {
  if (commandKeys.has(key) && text !== '') note(signs, 'execute', `It takes a ${key} to run`)
  if (codeKeys.has(key) && /[;(){}=\n]/.test(text)) note(signs, 'execute', 'An argument is code to run')
  if (urlKeys.test(key) && /^\s*(?:https?|wss?|ftps?):/i.test(text)) {
    note(signs, 'network', 'An argument is a web address')
  }
  const namedSql = key.includes('sql') || key === 'statement' || key === 'statements'
  if (namedSql || key.endsWith('query')) {
    for (const sign of sqlSigns(text, namedSql)) note(signs, sign.class, sign.evidence)
  }
  const mayBeGraphql = key.endsWith('query') || key === 'graphql' || key === 'mutation'
  if (text.length > longestLooked) {
    if (mayBeGraphql && /\bmutation\b/.test(text)) note(signs, 'unknown', 'Its GraphQL is too long to look at')
    return
  }
  const place = secretPlace.exec(text)?.[1]
  if (place !== undefined) note(signs, 'credentials', `An argument mentions ${place.toLowerCase()}`)
  if (metadataHost.test(text)) note(signs, 'credentials', 'An argument names an address that hands out cloud keys')
  if (resourceKeys.has(key) && /(?:^|,)\s*secrets?(?:$|[\s,/.])/i.test(text)) {
    note(signs, 'credentials', 'An argument asks for secrets')
  }
  if (mayBeGraphql) lookAtGraphql(text, signs)
  if (key.endsWith('method')) lookAtMethod(text, signs)
  noteStage(stageInText.exec(text)?.[1], signs)
}

function lookAtGraphql(text: string, signs: Map<string, ArgumentSign>): void {
  // Blanks up to the last line end only: across line ends the search would take the square of their number.
  const body = /(?:^|[}\n])[^\S\n]*mutation\b[^{]{0,500}\{([\s\S]*)/.exec(text)?.[1]
  if (body === undefined) return
  const removes = /delete|remove|destroy|purge|archive|cancel/i.test(body)
  note(signs, removes ? 'destructive' : 'write', `Its GraphQL can ${removes ? 'delete' : 'change'} data`)
}

function lookAtMethod(text: string, signs: Map<string, ArgumentSign>): void {
  const method = /^(?:put|post|patch|delete)$/i.exec(text)?.[0].toUpperCase()
  if (method) note(signs, method === 'DELETE' ? 'destructive' : 'write', `It is a ${method} request`)
}

function noteStage(stage: string | undefined, signs: Map<string, ArgumentSign>): void {
  const riskClass = stage === undefined ? undefined : stages[stage]
  if (riskClass) note(signs, riskClass, `An argument has a $${stage} stage`)
}

function note(signs: Map<string, ArgumentSign>, riskClass: RiskClass, evidence: string): void {
  if (!signs.has(evidence)) signs.set(evidence, { class: riskClass, evidence })
}
