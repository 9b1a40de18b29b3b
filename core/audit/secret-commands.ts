// Secrets on command lines, under flags that tell nothing by themselves: `mysql -pXXX`, `curl -u user:pass`. Each command
// is looked at from its name to the end of its line or the next command, so that all of them together are one pass.
import { lazily } from './lazily.ts'
import type { Span } from './secret-formats.ts'
import { isPlaceholder, isSecretName } from './secret-names.ts'

const value = String.raw`\\{0,3}["']?([^\s"'\\]+)`
/** The last group is the secret, and the end of what is matched. */
const userAndPassword = String.raw`[\s=]{0,3}\\{0,3}["']?[^\s:"'\\]{0,128}:([^\s"'\\]+)`

type Command = { readonly names: string; readonly finds: () => readonly RegExp[] }

const commands: readonly Command[] = [
  {
    names: 'curl',
    finds: () => [
      new RegExp(String.raw`\s(?:-[a-zA-Z]{0,8}u|--user|-U|--proxy-user)${userAndPassword}`, 'g'),
      /\s(?:-b|--cookie)[\s=]{1,3}\\{0,3}["']?[\w.%-]{1,64}=([^\s;"'\\]+)/g,
    ],
  },
  { names: 'http|https|xh', finds: () => [new RegExp(String.raw`\s(?:-a|--auth)${userAndPassword}`, 'g')] },
  {
    names: 'mysql(?:dump|admin|import|show|check)?|mariadb(?:-dump|-admin)?',
    finds: () => [/\s-p\\{0,3}["']?([^\s"'\\]+)/g],
  },
  { names: 'sshpass|plink|pscp|psftp', finds: () => [new RegExp(String.raw`\s-(?:p|pw)\s{0,3}${value}`, 'g')] },
  {
    names: 'docker|podman|buildah|skopeo|helm|oc|az|nerdctl',
    finds: () => [new RegExp(String.raw`\slogin\b[^\n]{0,300}?\s-p[\s=]{1,3}${value}`, 'g')],
  },
  { names: 'redis-cli', finds: () => [new RegExp(String.raw`\s-a\s{1,3}${value}`, 'g')] },
  {
    names: 'mongo(?:sh|dump|restore|export|import)?|cqlsh|clickhouse-client|cypher-shell',
    finds: () => [new RegExp(String.raw`\s-p[\s=]{1,3}${value}`, 'g')],
  },
  {
    names: 'ldap(?:search|add|modify|delete|whoami|passwd)|security',
    finds: () => [new RegExp(String.raw`\s-w\s{1,3}${value}`, 'g')],
  },
  { names: 'sqlcmd|bcp|osql|isql|tsql', finds: () => [new RegExp(String.raw`\s-P\s{0,3}${value}`, 'g')] },
  { names: 'unzip|zip', finds: () => [new RegExp(String.raw`\s-P\s{1,3}${value}`, 'g')] },
  { names: '7z[ar]?|rar|unrar', finds: () => [/\s-(?:h?p)\\{0,3}["']?([^\s"'\\]+)/g] },
  {
    names: 'smbclient|rpcclient|winexe|net',
    finds: () => [
      /\s(?:-U|\/user:\S{1,64})\s{0,3}\\{0,3}["']?[^\s%"'\\]{1,64}%([^\s"'\\]+)/g,
      /\suse\s{1,3}\S{1,200}\s{1,3}(?!\/|\*)([^\s"'\\]+)(?=\s{1,3}\/user:)/g,
    ],
  },
  { names: 'openssl', finds: () => [/\bpass:([^\s"'\\]+)/g] },
  {
    names: 'htpasswd',
    finds: () => [/\s-[a-zA-Z]{0,6}b[a-zA-Z]{0,6}\s{1,3}\S{1,200}\s{1,3}\S{1,100}\s{1,3}\\{0,3}["']?([^\s"'\\]+)/g],
  },
  { names: 'vault', finds: () => [/\slogin\s{1,3}(?!-)([^\s"'\\=]{8,})/g] },
  {
    names: 'echo|printf',
    finds: () => [
      /^\w+\s{1,3}(?:-\w\s{1,3})?\\{0,3}["']?(?:[\w.-]{1,64}:(?=[^\n]{0,200}chpasswd))?([^\s"'|\\]+)(?=\\{0,3}["']?\s{0,3}\|[^\n]{0,200}(?:--password-stdin|sudo\s{1,3}-S|chpasswd|--with-token|--stdin|passwd))/g,
    ],
  },
]

const names = commands.map((one) => one.names).join('|')
const command = lazily(() => new RegExp(String.raw`(?<![\w.-])(?:${names})(?:\.exe)?(?=\s)`, 'g'))
const program = lazily(() => new RegExp(`^(?:${names})(?:\\.exe)?$`))
const byName = lazily(() =>
  commands.map((one) => ({ name: new RegExp(`^(?:${one.names})(?:\\.exe)?\\s`), finds: lazily(one.finds) })),
)
/** `aws configure set aws_secret_access_key XXX`, `setx TOKEN XXX` */
const setting =
  /\b(?:config(?:ure)?\s{1,3}(?:--\w{1,20}\s{1,3})?(?:set\s{1,3})?|setx\s{1,3})([\w.:/-]{3,200})\s{1,3}\\{0,3}["']?([^\s"'\\]{3,})/g

/** A text without any of these has none; they are rarer than the names of programs. */
const quick =
  /\s-(?:[a-zA-Z]{0,8}[uUpPwab]|hp|-user|-auth|-cookie|-proxy-user|passin|passout)|\|\s?sudo|passwd|-stdin|-token|\/user:|setx|config|login\s/
const longestCommand = 4096
const longestPipe = 512

/** The name of a program of which flags tell of secrets, where a word is one. */
export function commandOf(word: string): string | undefined {
  const name = /[^/\\]{1,40}$/.exec(word)?.[0] ?? ''
  return program().test(name) ? name : undefined
}

/** Adds where secrets stand on command lines. */
export function findInCommands(text: string, spans: Span[]): void {
  if (!quick.test(text)) return
  const found = [...text.matchAll(command())]
  for (const [index, { index: start }] of found.entries()) {
    const next = found[index + 1]?.index ?? text.length
    // A program that others run has its own flags; what is piped into one is said before it.
    const until = /^(?:echo|printf)/.test(text.slice(start, start + 6)) ? start + longestPipe : next
    const line = text.slice(start, Math.min(until, start + longestCommand))
    const end = line.search(/[\n\r]|\\[nr]/)
    findIn(end < 0 ? line : line.slice(0, end), start, spans)
  }
  for (const match of text.matchAll(setting)) {
    const [whole, name = '', secret = ''] = match
    const last = /[^./:]+$/.exec(name)?.[0] ?? name
    if (isSecretName(last)) add(match.index + whole.length, secret, spans)
  }
}

function findIn(line: string, start: number, spans: Span[]): void {
  for (const { name, finds } of byName()) {
    if (!name.test(line)) continue
    for (const pattern of finds()) {
      for (const match of line.matchAll(pattern)) add(start + match.index + match[0].length, match.at(-1) ?? '', spans)
    }
  }
}

function add(end: number, secret: string, spans: Span[]): void {
  if (secret.length < 3 || isPlaceholder(secret) || /^[$%-]/.test(secret)) return
  spans.push({ start: end - secret.length, end })
}
