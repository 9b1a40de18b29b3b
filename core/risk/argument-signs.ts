// What arguments say of a call's risk. They may raise it, never lower it. Signs for people and for defaults, not a wall:
// what must be stopped is the business of rules.
import type { JsonObject, JsonValue } from '../schema/json.ts'
import type { RiskClass } from '../schema/risk-class.ts'

export type ArgumentSign = { readonly class: RiskClass; readonly evidence: string }

/** Longer texts are content, not paths or statements, and would cost time on every call. */
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

/** Between SQL words: spaces or a comment standing in for them. */
const gap = String.raw`(?:\s|/\*|\*/|--)+`
const object = '(?:table|database|schema|view|index|column|user|role|function|trigger|sequence|extension)'
const sqlSigns: readonly { class: RiskClass; words: RegExp }[] = [
  {
    class: 'execute',
    words: /\b(?:xp_cmdshell|lo_import|lo_export|into\s+(?:out|dump)file|load_file|to\s+program)\b/i,
  },
  { class: 'credentials', words: new RegExp(`\\b(?:grant|revoke)${gap}\\w`, 'i') },
  {
    class: 'destructive',
    words: new RegExp(`\\b(?:drop${gap}${object}|truncate${gap}\\w|alter${gap}${object}|delete${gap}from)`, 'i'),
  },
  { class: 'write', words: new RegExp(`\\b(?:insert${gap}into|create${gap}|replace${gap}into|merge${gap}into)`, 'i') },
  { class: 'write', words: new RegExp(`\\bupdate${gap}[^\\s;]{1,200}${gap}set\\b`, 'i') },
]

const sqlKeys = new Set(['sql', 'query', 'statement', 'statements'])
const commandKeys = new Set(['command', 'cmd', 'shell', 'script', 'shell_command'])
const urlKeys = new Set(['url', 'uri', 'urls'])
const stageKeys: ReadonlyMap<string, RiskClass> = new Map([
  ['$out', 'destructive'],
  ['$merge', 'destructive'],
  ['$where', 'execute'],
  ['$function', 'execute'],
  ['$accumulator', 'execute'],
])

/** The signs found in the arguments, at most one of a kind. */
export function argumentSigns(args: JsonObject): ArgumentSign[] {
  const signs = new Map<string, ArgumentSign>()
  look(args, '', signs)
  return [...signs.values()]
}

function look(value: JsonValue, key: string, signs: Map<string, ArgumentSign>): void {
  if (typeof value === 'string') {
    if (value.length <= longestLooked) lookAtText(value, key.toLowerCase(), signs)
  } else if (Array.isArray(value)) {
    for (const element of value) look(element, key, signs)
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.keys(value)) {
      const stage = stageKeys.get(inner)
      if (stage) note(signs, stage, `An argument has a ${inner} stage`)
      look(value[inner] ?? null, inner, signs)
    }
  }
}

function lookAtText(text: string, key: string, signs: Map<string, ArgumentSign>): void {
  const place = secretPlace.exec(text)?.[1]
  if (place !== undefined) note(signs, 'credentials', `An argument mentions ${place.toLowerCase()}`)
  if (commandKeys.has(key) && text !== '') note(signs, 'execute', `It takes a ${key} to run`)
  if (urlKeys.has(key) && /^https?:/i.test(text)) note(signs, 'network', 'An argument is a web address')
  if (!sqlKeys.has(key)) return
  for (const sign of sqlSigns) {
    if (sign.words.test(text)) note(signs, sign.class, `Its SQL can ${sqlVerbs[sign.class] ?? 'change data'}`)
  }
}

const sqlVerbs: Partial<Record<RiskClass, string>> = {
  write: 'change data',
  destructive: 'delete data or change its structure',
  execute: 'reach files or programs',
  credentials: 'change who has access',
}

function note(signs: Map<string, ArgumentSign>, riskClass: RiskClass, evidence: string): void {
  if (!signs.has(evidence)) signs.set(evidence, { class: riskClass, evidence })
}
