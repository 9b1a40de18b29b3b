// Secrets in a text that are told by what stands before them: `password=…`, `Authorization: Bearer …`, `//user:pass@`.
// Linear like secret-formats.ts: each pattern starts at a literal and its runs are bounded or end the match.
import { looksRandom, type Span } from './secret-formats.ts'
import { isPlaceholder } from './secret-names.ts'

const telling = [
  'passw(?:or)?d',
  'passphrase',
  'pwd',
  'secret',
  'token',
  'credentials?',
  'cookie',
  '(?:api|access|private|secret|account|signing|encryption)[-_ ]?key',
  'authorization',
].join('|')

// `name = value`, `"name": "value"`, also when JSON stands inside JSON with its quotes escaped.
const assignment = new RegExp(
  String.raw`(${telling})(?:\\{0,4}["'])?(\s{0,4}[:=]\s{0,4})(\\{0,4}["'])?([^\s"'\\&;,<>(){}[\]|\x60]+)`,
  'gi',
)
const quotedRest = /[^"'\\\n]*/y
const flag = new RegExp(String.raw`(?<!-)--[a-z-]{0,30}(?:${telling})\s{1,4}([^\s"'=-][^\s"']*)`, 'gi')
const scheme = /\b(bearer|basic|token|apikey)\s{1,4}([A-Za-z0-9._~+/=:-]+)/gi
const authorizationBefore = /authorization\\{0,4}["']?\s{0,4}[:=]\s{0,4}\\{0,4}["']?$/i
const userInfo = /:\/\/[^\s/:@"'<>]{0,256}:([^\s/"'<>]{1,512})@/g

const hints = new RegExp(`${telling}|bearer|basic|apikey|:\\/\\/`, 'i')

/** Adds where secrets stand that the words around them tell of. */
export function findMentions(text: string, spans: Span[]): void {
  if (!hints.test(text)) return
  for (const match of text.matchAll(userInfo)) add(text, match.index + match[0].length - 1, match[1] ?? '', spans)
  for (const match of text.matchAll(flag)) add(text, match.index + match[0].length, match[1] ?? '', spans)
  for (const match of text.matchAll(scheme)) {
    const [all, , value = ''] = match
    const before = text.slice(Math.max(0, match.index - 40), match.index)
    const told = authorizationBefore.test(before)
    const bearer = /^bearer/i.test(all) && value.length >= 8 && (looksRandom(value) || value.length >= 40)
    if (told || bearer) add(text, match.index + all.length, value, spans)
  }
  for (const match of text.matchAll(assignment)) findAssigned(text, match, spans)
}

function findAssigned(text: string, match: RegExpExecArray, spans: Span[]): void {
  const [all, name = '', sign = '', quote, first = ''] = match
  const before = text.slice(Math.max(0, match.index - 16), match.index)
  if (/(?:page|next|prev|previous|continuation|sync|cursor|progress)[-_]?$/i.test(before)) return
  const end = match.index + all.length
  const start = end - first.length
  let value = first
  if (quote !== undefined) {
    quotedRest.lastIndex = start
    value = quotedRest.exec(text)?.[0] ?? first
  } else if (/^(?:bearer|basic|token|apikey|digest|negotiate)$/i.test(value)) {
    return
  } else if (/^(?:token|cookie|credentials?|authorization)$/i.test(name) || !/^[:=]$/.test(sign) || text[end] === '(') {
    // Prose ("token: none"), code (`password = read()`) and settings all look like this; only random text is a secret.
    if (!(value.length >= 6 && looksRandom(value)) || text[end] === '(') return
  }
  if (value.length < 3 || isReference(value, name)) return
  add(text, start + value.length, value, spans)
}

/** Code that names where the secret comes from: `self.password`, `db_password`, `$TOKEN`. */
function isReference(value: string, name: string): boolean {
  return (
    /^[$%]/.test(value) ||
    // The working folder of a shell.
    (/^pwd$/i.test(name) && /^[~/.]/.test(value)) ||
    /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(value) ||
    (value.toLowerCase().endsWith(name.toLowerCase()) && /^\w*$/.test(value))
  )
}

function add(text: string, end: number, value: string, spans: Span[]): void {
  const start = end - value.length
  if (value !== '' && !isPlaceholder(value) && text.slice(start, end) === value) spans.push({ start, end })
}
