// Secrets that a text assigns to a telling name: in code, settings, environment files, YAML, JSON and JSON in JSON. Where
// a line could as well be prose or code that names a variable, only what looks random is taken for one.
import { lazily } from './lazily.ts'
import { looksRandom, type Span } from './secret-formats.ts'
import { isLabel, isPlaceholder, isSecretName } from './secret-names.ts'

/** How names end whose value is a secret. */
export const tellingName = [
  'passw(?:or)?d',
  'passphrase',
  'passcode',
  'pwd',
  '(?<![a-z])pass',
  'secret',
  'token',
  'credentials?',
  'cookie',
  '(?<![a-z])jwt',
  '(?:api|access|private|secret|account|signing|encryption|auth|master|shared|service|license|deploy|ssh|app)[-_ ]?key',
  'mnemonic',
  '(?:seed|recovery)[-_ ]?phrase',
  'authorization',
].join('|')

const tail = String.raw`(?:[-_]?\d{1,3}|[-_](?:value|string|base64|b64|plain(?:text)?|prod(?:uction)?|dev|staging|confirm(?:ation)?))?`
const quote = String.raw`\\{0,4}["'\x60]`
const assignment = lazily(
  () =>
    new RegExp(
      `(${tellingName})${tail}(${quote}|\\])?([ \\t]{0,4}(?:=>|:=|={1,3}|:)[ \\t]{0,4}|%3[Dd](?:%22)?|%3[Aa](?:%20)?(?:%22)?|,\\s{0,2}(?=["']))(?:[bru](?=["']))?(${quote})?(?=\\S)`,
      'gi',
    ),
)
const flag = lazily(
  () =>
    new RegExp(
      String.raw`(?<![-\w])--?(?:[a-z]+-){0,4}(?:${tellingName})(?:\s{1,4}|\\{0,4}["'],\s{0,2}(?=\\{0,4}["']))(${quote})?(?=[^\s])`,
      'gi',
    ),
)

/** A value without quotes: to where a separator, or another assignment, begins. */
const bare = /(?:[^\s"'\\&;,<>(){}[\]|\x60]|[&;,](?![\w.%-]{0,40}[=:])(?=[^\s&;,"'\\])|\\(?![nrtu"'\\/]))+/y
/** One that has its line to itself, as in an environment file. */
const alone = /(?:[^\s"'\\&;]|&(?![\w.%-]{0,40}=)|;(?![\w ]{0,40}=)|\\(?![nrtu"'\\/]))+/y
const inUrl = /(?:(?!%26|%22|%2C|%20|%0A|%0D|%5C)[^\s&"'\\<>#])+/iy
const restOfLine = /[^"'\\\n\r]+/y
const blockLine = /[|>][-+]?\d?[ \t]*(?:\r?\n|\\n)(?:[ \t]|\\t)*/y

/** So much of a value is looked at to decide what it is: a hostile text can have one begin at every word. */
const decisive = 256

/** Adds where values stand that are assigned to telling names. */
export function findAssignments(whole: string, spans: Span[]): void {
  const text: Text = { whole, ends: new Map() }
  let until = 0
  for (const match of whole.matchAll(assignment())) {
    if (match.index < until) continue
    const found = assigned(text, match)
    if (!found) continue
    spans.push(found)
    until = found.end
  }
  until = 0
  for (const match of whole.matchAll(flag())) {
    if (match.index < until) continue
    const at = match.index + match[0].length
    const span = match[1] === undefined ? taken(text, at, bare) : quoted(text, at, match[1])
    const value = startOf(text, span)
    if (value === '' || /^[-=]/.test(value) || isReference(value, '') || isPlaceholder(value)) continue
    spans.push(span)
    until = span.end
  }
}

/** `ends`: where values were found to end, by what ends them. One that begins within another ends with it. */
type Text = { readonly whole: string; readonly ends: Map<RegExp | string, Span> }

const startOf = ({ whole }: Text, { start, end }: Span): string => whole.slice(start, Math.min(end, start + decisive))

function assigned(text: Text, match: RegExpExecArray): Span | undefined {
  const [all, name = '', , sign = '', opening] = match
  const at = match.index + all.length
  const before = text.whole.slice(Math.max(0, match.index - 80), match.index)
  const prefix = /(?:%[\dA-F]{2}|\\[nrt])?([\w.-]*)$/i.exec(before)?.[1] ?? ''
  if (prefix !== '' && isOther(prefix + name)) return undefined
  if (sign.startsWith(',') && !isPair(prefix, before, opening)) return undefined
  if (/^cookie$/i.test(name)) return undefined
  // A part of a longer name: `arn:aws:…:secret:db`.
  if (sign === ':' && before.endsWith(`:${prefix}`)) return undefined
  if (sign.startsWith('%')) return valueIf(text, taken(text, at, inUrl), name)
  if (opening !== undefined) return valueIf(text, quoted(text, at, opening), name, true)
  if (/^authorization$/i.test(name)) return undefined
  if (/[|>]/.test(text.whole.charAt(at))) return block(text, at, name)
  const where: Where = { before, prefix, isNameQuoted: match[2] !== undefined, sign, startsText: match.index <= 80 }
  return bareValue(text, at, name, where)
}

type Where = { before: string; prefix: string; isNameQuoted: boolean; sign: string; startsText: boolean }

const lineStart =
  /(?:^|[\n\r]|\\[nr])(?:[ \t]|\\t)*(?:[-+>][ \t]*){0,4}(?:(?:export|set|ENV|ARG|-e|--env|\$env:)[ \t]*|config(?::| )set[ \t]+)?[\w.-]*$/i

/** Without quotes: a setting, or a word of prose or code. */
function bareValue(text: Text, at: number, name: string, where: Where): Span | undefined {
  const { before, prefix, isNameQuoted, sign, startsText } = where
  const ownsLine = lineStart.test(startsText ? before : `\u0001${before}`) && !isNameQuoted
  const isTight = !/\s/.test(sign)
  const isYaml = ownsLine && sign.includes(':')
  const isEnvironment = isTight && sign === '=' && /^[A-Z][A-Z0-9_]{2,}$/.test(prefix + name)
  const span = taken(text, at, isTight && (ownsLine || isEnvironment) ? alone : bare)
  const written = startOf(text, span)
  const value = written.replace(/[;,.]{1,3}$/, '')
  const found: Span = { start: at, end: span.end - (written.length - value.length) }
  const next = text.whole[span.end] ?? '\n'
  if (value.length < 3 || isReference(value, name) || isPlaceholder(value)) return undefined
  if (/^<[^<>\n]{0,80}>/.test(text.whole.slice(at, at + 90))) return undefined
  const isRandom = value.length >= 6 && looksRandom(value)
  const isStrong = !/^(?:token|credentials?|pass|jwt)$/i.test(name)
  // A call, a type, a member: code.
  if (/^[\w.]+$/.test(value) && (next === '(' || next === '[')) return undefined
  if (/^(?:str|bytes|number|boolean|bool|int|any|unknown|text|Buffer|SecretStr|z\.\w+)$/i.test(value)) return undefined
  if (/^pass$/i.test(name) && sign.includes(':') && !/[_.-]$/.test(prefix)) return undefined
  if (/^\d+$/.test(value))
    return isStrong && value.length >= 4 && (isTight || ownsLine || isNameQuoted) ? found : undefined
  if (isNameQuoted) return isRandom ? found : undefined
  if (/phrase|mnemonic/i.test(name) && ownsLine) return valueIf(text, taken(text, at, restOfLine), name)
  if (ownsLine && isTight && !isYaml) return isRandom || isStrong || isEnvironment ? found : undefined
  if (isYaml) {
    const isWhole = /[\n\r\\]/.test(next) || /^[ \t]*(?:#|\n|\r|$)/.test(text.whole.slice(span.end, span.end + 40))
    const isWord = /^[A-Z][A-Za-z]*$/.test(value) || written !== value
    return isRandom || (isStrong && isWhole && !isWord) ? found : undefined
  }
  if (ownsLine && isStrong && /\[[\w .:-]{1,80}\][ \t]*$/m.test(text.whole.slice(Math.max(0, at - 4096), at)))
    return found
  if (!isStrong || !isTight) return isRandom ? found : undefined
  return found
}

function block(text: Text, at: number, name: string): Span | undefined {
  blockLine.lastIndex = at
  const [skipped] = blockLine.exec(text.whole) ?? []
  return skipped === undefined ? undefined : valueIf(text, taken(text, at + skipped.length, restOfLine), name)
}

/** What a quoted or delimited value is taken for. */
function valueIf(text: Text, span: Span, name: string, isQuoted = false): Span | undefined {
  const value = startOf(text, span)
  if (value.length < 3 || isPlaceholder(value) || isLabel(value) || isReference(value, name)) return undefined
  if (!isQuoted) return span
  // An authorization keeps its scheme, so that equal tokens are seen to be equal.
  const scheme = /^(?:bearer|basic|token|apikey)\s+/i.exec(value)?.[0].length ?? 0
  return { start: span.start + scheme, end: span.end }
}

/** `("password", "hunter2")`, `['token', 'abc']`: a name and its value, and not a list of names. */
function isPair(prefix: string, before: string, opening: string | undefined): boolean {
  return (
    opening !== undefined &&
    /(?:set(?:env|_?header|_?item|_?property|Cookie)?|put|add|append|header|config|env)\s{0,2}[(]\s{0,2}["'`]$/i.test(
      before.slice(0, before.length - prefix.length),
    )
  )
}

/** A name that only ends like a telling one: `page_token`, `max_token`. */
function isOther(name: string): boolean {
  return /token$/i.test(name) && !isSecretName(name.replace(/^.*[.]/, ''))
}

/** Code that names where the secret comes from: `self.password`, `db_password`, `$TOKEN`. */
function isReference(value: string, name: string): boolean {
  return (
    /^\$(?:\{|\(|[A-Za-z_]\w*$)|^%\w+%/.test(value) ||
    // The working folder of a shell.
    (/^pwd$/i.test(name) && /^[~/.]/.test(value)) ||
    /^[A-Za-z_]\w*(?:\??\.[A-Za-z_]\w*)+$/.test(value) ||
    (name !== '' && value.toLowerCase().endsWith(name.toLowerCase()) && /^[\w-]*$/.test(value))
  )
}

function taken({ whole, ends }: Text, at: number, pattern: RegExp): Span {
  const known = ends.get(pattern)
  if (known && known.start <= at && at < known.end) return { start: at, end: known.end }
  pattern.lastIndex = at
  const found = { start: at, end: at + (pattern.exec(whole)?.[0].length ?? 0) }
  ends.set(pattern, found)
  return found
}

/** To the closing quote: one with as many backslashes as the opening one, or to the end of the line. */
function quoted({ whole, ends }: Text, at: number, opening: string): Span {
  const known = ends.get(opening)
  if (known && known.start <= at && at < known.end) return { start: at, end: known.end }
  const mark = opening.at(-1) ?? '"'
  const depth = opening.length - 1
  let end = at
  let run = 0
  for (; end < whole.length; end++) {
    const char = whole[end]
    if (char === '\n' || (char === mark && (run <= depth || (depth === 0 && run % 2 === 0)))) break
    run = char === '\\' ? run + 1 : 0
  }
  const found = { start: at, end: whole[end] === mark && depth > 0 ? end - run : end }
  ends.set(opening, found)
  return found
}
