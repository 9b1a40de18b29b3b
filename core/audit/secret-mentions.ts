// Secrets in a text that are told by what stands before them: `Authorization: Bearer …`, `//user:pass@`, `PASSWORD '…'`.
// Linear like secret-formats.ts: each pattern starts at a literal and its runs are bounded or end the match.
import { decodeBase64 } from './base64.ts'
import { lazily } from './lazily.ts'
import { tellingName } from './secret-assignments.ts'
import type { Clues } from './secret-clues.ts'
import { looksRandom, mixed, type Span } from './secret-formats.ts'
import { isLabel, isMaybeSecret, isPlaceholder, isSecretName } from './secret-names.ts'

type Find = {
  /** Where this is false there is none; it costs next to nothing. */
  readonly when: (clues: Clues, text: string) => boolean
  /** Its last group is the secret, and the end of what it matches. */
  readonly pattern: RegExp
  readonly accept: (value: string, match: RegExpExecArray) => boolean
  /** Punctuation at its end belongs to the sentence. */
  readonly isProse?: true
  /** Only where long pieces are. */
  readonly isNear?: true
}

const any = (value: string): boolean => value.length >= 3 && !isLabel(value)
const random = (least: number) => (value: string) => value.length >= least && looksRandom(value)
const has = (word: string) => (_: Clues, text: string) => text.includes(word)
const hasWord = (word: string) => (clues: Clues) => clues.words.has(word)
const hasBoth = (word: string, part: string) => (clues: Clues) => clues.words.has(word) && clues.lower.includes(part)
const hasRun = ({ around }: Clues) => around.length > 0
const quote = String.raw`\\{0,4}["'\x60]`
const schemes = 'bearer|basic|token|apikey'

const finds = lazily((): readonly Find[] => [
  // User and password, or a token alone, in a URL or what databases take for one
  { when: has('://'), pattern: /:\/\/[^\s/:@"'<>]{0,256}:([^\s/"'<>]{1,512})(?=@)/g, accept: () => true },
  { when: has('://'), pattern: /:\/\/([A-Za-z0-9_-]{20,256})(?=@)/g, accept: random(20), isNear: true },
  { when: has('@'), pattern: /[\w.-]{1,64}:([^\s@"':]{1,128})(?=@(?:tcp|unix)\()/g, accept: any },
  { when: has(':thin:'), pattern: /:thin:[^/\s"']{1,64}\/([^\s@"']{1,128})(?=@)/g, accept: any },
  // What a signed or confidential URL has in its query
  {
    isNear: true,
    when: has('='),
    pattern:
      /(?:[?&;#]|\\u0026|%3F|%26)(?:sig|signature|x-(?:amz|goog)-signature|key|auth|code|assertion|client_assertion|hmac)=([^\s&"'<>#\\]{16,})/gi,
    accept: (value) => looksRandom(value) && (mixed(value) || /^[0-9a-f]{32,}$/i.test(value) || value.includes('%')),
  },
  // Headers
  {
    when: ({ words }) => words.has('auth') || words.has('bearer'),
    pattern: new RegExp(String.raw`\b(?:${schemes})\s{1,4}([A-Za-z0-9._~+/=:-]+)`, 'gi'),
    accept: (value, match) => {
      const told = /authorization(?:\\{0,4}["'])?\s{0,4}(?:=>|[:=])\s{0,4}(?:\\{0,4}["'[])?$/i
      if (told.test(match.input.slice(Math.max(0, match.index - 48), match.index))) return !isLabel(value)
      const isBearer = /^bearer/i.test(match[0])
      return isBearer && value.length >= 8 && (looksRandom(value) || value.length >= 40)
    },
  },
  {
    when: hasBoth('auth', 'authorization'),
    pattern: new RegExp(
      String.raw`authorization(?:${quote})?\s{0,4}(?:=>|[:=])\s{0,4}(?:${quote}|\[)?(?!(?:${schemes})\s)(?:[A-Za-z][\w-]{1,30}\s{1,4})?([^\s"'\\,\]}]+)`,
      'gi',
    ),
    accept: random(8),
  },
  { when: hasWord('auth'), pattern: /AUTH (?:PLAIN|LOGIN) ([A-Za-z0-9+/]{8,}={0,2})/g, accept: () => true },
  // Base64 of `user:password`, as Docker keeps it
  {
    when: hasWord('auth'),
    pattern: new RegExp(String.raw`auth(?:${quote})?\s{0,3}[:=]\s{0,3}(?:${quote})?([A-Za-z0-9+/]{8,}={0,2})`, 'g'),
    accept: (value) => /^[\x21-\x39\x3b-\x7e]+:[\x20-\x7e]+$/.test(decodeBase64(value.slice(0, 512))),
  },
  // What looks random under names of which not every value is a secret
  {
    isNear: true,
    when: hasRun,
    pattern: new RegExp(
      String.raw`(?:key(?:[-_]?data)?|sig(?:nature)?|auth|pat|dsn|hmac|seed)(?:${quote})?[ \t]{0,3}(?:=>|[:=])[ \t]{0,3}(?:${quote})?([A-Za-z0-9+/=_.~%-]{16,})`,
      'gi',
    ),
    accept: (value, { index, input, 0: all }) => {
      const name = /^[\w-]*/.exec(all)?.[0] ?? ''
      return isMaybeSecret((/[\w-]*$/.exec(input.slice(Math.max(0, index - 32), index))?.[0] ?? '') + name, value)
    },
  },
  {
    when: (clues) => hasRun(clues) && clues.lower.includes('kty'),
    pattern: /["'](?:d|p|q|dp|dq|qi|k)["']\s{0,4}:\s{0,4}["']([A-Za-z0-9_-]{16,})/g,
    accept: () => true,
  },
  // Files of programs
  {
    when: hasBoth('pass', 'password'),
    pattern: /\b(?:login|account)[\s>]{1,12}[^\s]{1,200}[\s>]{1,12}password[\s>]{1,12}([^\s"\\]+)/g,
    accept: any,
  },
  {
    when: ({ signs }, text) => signs && /:[56]\d{3}:|:\*:/.test(text),
    pattern: /(?<![\w.:/-])[\w.*-]{1,100}:(?:[56]\d{3}|\*):[\w*-]{1,63}:[\w*-]{1,63}:([^\s:"']{6,200})/g,
    accept: looksRandom,
  },
  // SQL, XML
  {
    when: ({ signs, lower }) => signs && lower.includes('identified'),
    pattern: /\bidentified\s{1,4}by\s{1,4}'([^'\n]+)/gi,
    accept: any,
  },
  {
    when: hasBoth('pass', "'"),
    pattern: /\bpassword\s{0,4}(?:\(|=|\s)\s{0,4}(?:\(\s{0,4})?(?:N?')([^'\n]{3,})(?=')/gi,
    accept: (value) => any(value) && (!/\s/.test(value) || /\d/.test(value)),
  },
  {
    when: ({ words }, text) => words.size > 0 && text.includes('</'),
    pattern: new RegExp(String.raw`<[\w:.-]{0,60}(?:${tellingName})[\w.-]{0,10}>([^<\s]{3,4096})(?=<\/)`, 'gi'),
    accept: (value) => any(value) && looksRandom(value),
  },
  // `name: X-Api-Key, value: …`, also as attributes and with JSON in JSON
  {
    when: ({ words, lower }) => words.size > 0 && lower.includes('value'),
    pattern: new RegExp(
      String.raw`\b(?:name|key|header)(?:${quote})?\s{0,3}[:=]\s{0,3}(?:${quote})?([\w.-]{3,64})(?:${quote})?[\s,>]{1,30}(?:${quote})?value(?:${quote})?\s{0,3}[:=]\s{0,3}(?:${quote})?([^\s"'\\\x60<>{}()[\]]{3,})`,
      'gi',
    ),
    accept: (_, match) => isSecretName(match[1] ?? ''),
  },
  // Prose: "the password is hunter2"
  {
    isProse: true,
    when: ({ words, lower }) => words.size > 0 && / (?:is|was|to) /.test(lower),
    pattern: new RegExp(
      String.raw`(?:${tellingName}|\bpin)\s{1,2}(?:is|was|to)\s{1,2}["'\x60“]?([^\s"'\x60“”,;()]{4,200})`,
      'gi',
    ),
    accept: (value, match) => {
      const said = value.replace(/[.!?:]+$/, '')
      if (/^\d{4,12}$/.test(said)) return /^(?:pass|pin)/i.test(match[0])
      return said.length >= 7 && looksRandom(said) && !notASecret.test(said)
    },
  },
])

/** Names of formats and algorithms, amounts, versions. */
const notASecret =
  /^(?:base\d\d(?:url)?(?:-\w+)?|(?:hmac-?)?sha-?\d{1,3}(?:-\w+)?|(?:hs|rs|es|ps)\d{3}|ed25519|argon2\w*|bcrypt\d*|pbkdf2\w*|oauth\d?|utf-?\d+|\d+[\s-]?[a-z]{1,12}|v?\d+(?:\.\d+)+\w*|0x[0-9a-f]{1,8})$/i

/** Adds where secrets stand that the words around them tell of. */
export function findMentions(text: string, clues: Clues, spans: Span[]): void {
  for (const find of finds()) {
    if (!find.when(clues, text)) continue
    if (!find.isNear) findIn(text, 0, find, spans)
    else {
      for (const { start, end } of clues.around) {
        const part = text.slice(start, end + 64)
        if (/[:=]/.test(part)) findIn(part, start, find, spans)
      }
    }
  }
}

function findIn(part: string, offset: number, { pattern, accept, isProse }: Find, spans: Span[]): void {
  for (const match of part.matchAll(pattern)) {
    const value = match.at(-1) ?? ''
    if (!accept(value, match) || isPlaceholder(value)) continue
    const until = offset + match.index + match[0].length
    const end = isProse ? until - (/[.!?:]*$/.exec(value)?.[0].length ?? 0) : until
    spans.push({ start: until - value.length, end })
  }
}
