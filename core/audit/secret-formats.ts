// Secrets by their shape, anywhere in a text. Every pattern is linear: none has a part that must follow an unbounded run,
// so a hostile text cannot make it look again from each position. What a shape alone cannot settle, `accept` does.
import { decodeBase64 } from './base64.ts'
import { lazily } from './lazily.ts'
import type { Clues } from './secret-clues.ts'

/** `secret`: what it means, where that is not what is written there. */
export type Span = { start: number; end: number; secret?: string }

type Format = {
  /** A text without this has none; found faster than the rest. */
  readonly hint: string
  readonly pattern: string
  readonly accept: Accept
}
/** `atEnd`: the text may have been cut here. */
type Accept = (found: string, atEnd: boolean) => boolean

/** Letters of both cases and digits: what random text of some length has and words do not. */
export const mixed = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text)
/** At least one digit among letters and no look of a word list. */
export const looksRandom = (text: string): boolean => /\d/.test(text) && /[A-Za-z]/.test(text)

/** Not inside a longer word, unless that is the end of a URL escape such as `%3D`, or of one of JSON such as `\n`. */
const before = String.raw`(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))`
const format = (hint: string, pattern: string, accept: Accept = () => true): Format => ({ hint, pattern, accept })
/** As the beginning of a word. */
const word = (hint: string, rest: string, accept?: Accept): Format => format(hint, before + hint + rest, accept)
/** As the whole of a word. */
const whole = (hint: string, rest: string, accept?: Accept): Format =>
  format(hint, `${before + hint + rest}(?![A-Za-z0-9])`, accept)
/** Wherever it stands. */
const anywhere = (hint: string, rest: string, accept?: Accept): Format => format(hint, hint + rest, accept)

const formats = lazily((): readonly Format[] => [
  // Code hosts
  anywhere('gh[pousr]_', '[A-Za-z0-9]{30,}'),
  anywhere('github_pat_', '[A-Za-z0-9_]{22,}'),
  anywhere('gl(?:pat|ptt|rt|dt|cbt|soat|ft|imt|agent|oas|wt)-', '[A-Za-z0-9_.-]{20,}', looksRandom),
  word('AT(?:ATT|CTT)3x', '[A-Za-z0-9_=-]{40,}'),
  word('ATBB', '[A-Za-z0-9]{28,}', mixed),
  // Chat
  anywhere('xox[abeoprs]', '(?:\\.xox[bp])?-[A-Za-z0-9-]{10,}', looksRandom),
  anywhere('xapp-', '\\d-[A-Za-z0-9-]{10,}'),
  anywhere('hooks\\.slack', '\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{20,}'),
  format('/webhooks/\\d', 'discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/\\d{15,22}/[A-Za-z0-9_-]{40,}'),
  anywhere('webhook\\.office', '\\.com/webhookb2/[A-Za-z0-9@/-]{40,}'),
  whole('[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.', '[A-Za-z0-9_-]{27,}', mixed),
  format(':AA', '(?<!\\d)\\d{8,10}:AA[A-Za-z0-9_-]{33}'),
  // Clouds
  format('AKIA|ASIA', '(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])'),
  word('(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)', '[A-Za-z0-9+/%]{60,}={0,2}'),
  word('ABSK', '[A-Za-z0-9+/]{80,}={0,2}'),
  anywhere('AIza', '[A-Za-z0-9_-]{35}'),
  anywhere('ya29\\.', '[A-Za-z0-9_-]{20,}'),
  anywhere('GOCSPX-', '[A-Za-z0-9_-]{20,}'),
  word('1//0', '[A-Za-z0-9_-]{35,}'),
  format('\\dQ~', '(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}\\dQ~[A-Za-z0-9_~.-]{30,36}'),
  format('AZDO', '(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])'),
  anywhere('do[opr]_v1_', '[a-f0-9]{64}'),
  whole('LTAI', '[A-Za-z0-9]{16,22}', mixed),
  word('HRKU-AA', '[A-Za-z0-9_-]{40,}'),
  word('tskey-', '[a-z]{3,10}-[A-Za-z0-9-]{15,}', looksRandom),
  word('FlyV1 fm', '\\d_[A-Za-z0-9+/=,_]{40,}'),
  format('\\.atlasv1\\.', '(?<![A-Za-z0-9])[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{40,}'),
  anywhere('hv[sbr]\\.', '[A-Za-z0-9_-]{20,}', looksRandom),
  word('dapi[a-f0-9]', '[a-f0-9]{31}(?:-\\d)?'),
  word('pul-', '[a-f0-9]{40}'),
  word('dp\\.(?:pt|st|ct|sa|scim|audit)\\.', '[A-Za-z0-9._-]{40,}'),
  anywhere('ops_eyJ', '[A-Za-z0-9+/=_-]{40,}'),
  // Payment
  anywhere('[sr]k_(?:live|test)_', '[A-Za-z0-9]{10,}'),
  anywhere('whsec_', '[A-Za-z0-9+/=]{20,}'),
  word('sq0(?:csp|atp)-', '[A-Za-z0-9_-]{20,}'),
  anywhere('access_token\\$', '(?:production|sandbox)\\$[a-z0-9]{16}\\$[a-f0-9]{32}'),
  // Models; `task-force-…` is none
  word('sk-', '[A-Za-z0-9_-]{20,}', (text) => mixed(text) || /^sk-(?:ant-|(?:[a-z]+-v\d-)?[a-f0-9]{32,}$)/.test(text)),
  anywhere('hf_', '[A-Za-z0-9]{30,}'),
  word('(?:gsk_|pplx-|xai-|r8_|csk-|nvapi-)', '[A-Za-z0-9_-]{30,}', mixed),
  // Package registries
  anywhere('npm_', '[A-Za-z0-9]{36}'),
  anywhere('pypi-', '[A-Za-z0-9_-]{40,}', mixed),
  word('rubygems_', '[a-f0-9]{48}'),
  word('dckr_[op]at_', '[A-Za-z0-9_-]{20,}'),
  whole('cio[A-Za-z0-9]{8}', '[A-Za-z0-9]{24}', mixed),
  whole('oy2[a-z0-9]{8}', '[a-z0-9]{35}', looksRandom),
  // Mail and messages
  anywhere('SG\\.', '[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}'),
  whole('SK[a-f0-9]{8}', '[a-f0-9]{24}'),
  whole('key-[a-f0-9]{8}', '[a-f0-9]{24}'),
  format('-us\\d', '(?<![A-Za-z0-9])[a-f0-9]{32}-us\\d{1,2}(?![A-Za-z0-9])'),
  word('xkeysib-', '[a-f0-9]{64}-[A-Za-z0-9]{16}'),
  word('re_[A-Za-z0-9]{8}_', '[A-Za-z0-9]{20,}', mixed),
  // Everything else with a name of its own
  anywhere('shp(?:at|ca|pa|ss)_', '[a-fA-F0-9]{32}'),
  anywhere('figd_', '[A-Za-z0-9_-]{20,}'),
  anywhere('lin_(?:api|oauth)_', '[A-Za-z0-9]{32,}'),
  anywhere('ntn_', '[A-Za-z0-9]{40,}'),
  whole('secret_[A-Za-z0-9]{8}', '[A-Za-z0-9]{35}', mixed),
  whole('pat[A-Za-z0-9]{14}\\.', '[a-f0-9]{64}'),
  word('pat-(?:na|eu)\\d', '-[a-f0-9-]{36}'),
  word('gl(?:sa|c)_', '[A-Za-z0-9_+/=]{32,}', looksRandom),
  word('sntry[su]_', '[A-Za-z0-9_+/=]{40,}'),
  word('sq[apu]_', '[a-f0-9]{40}'),
  word('sb(?:p|_secret)_', '(?:[a-f0-9]{40}|[A-Za-z0-9_-]{20,})', looksRandom),
  word('nfp_', '[A-Za-z0-9]{36}'),
  word('NRAK-', '[A-Z0-9]{27}'),
  word('(?:CCIPAT|CLOJARS|pscale_tkn|pscale_pw|phx|bkua|CFPAT)[_-]', '[A-Za-z0-9_-]{30,}', looksRandom),
  anywhere('AGE-SECRET-KEY-1', '[A-Z0-9]{50,}'),
  // Hashes of passwords: whoever has one can try
  anywhere('\\$2[abxy]\\$', '\\d\\d\\$[./A-Za-z0-9]{53}'),
  anywhere('\\$(?:[156y]|apr1)\\$', '[./A-Za-z0-9=,$-]{20,}', looksRandom),
  anywhere('\\$argon2', '(?:id|i|d)\\$[A-Za-z0-9+/=,$-]{20,}'),
  // JWT: three parts, the first two base64url of `{"`
  anywhere('eyJ', '[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*){0,4}', (text, atEnd) => {
    return /^[^.]+\.eyJ[^.]+\./.test(text) || text.split('.').length === 5 || (atEnd && /^[^.]+\.eyJ/.test(text))
  }),
  // A private key in Base64, as in a kubeconfig
  anywhere('LS0tLS1CRUdJTi', '[A-Za-z0-9+/]{20,}={0,2}', (text) => {
    return decodeBase64(text.slice(0, 64)).includes('PRIVATE KEY')
  }),
])

/** Checked first because most texts have no secret of a known shape. */
const hints = lazily(() => new RegExp([...new Set(formats().map(({ hint }) => hint))].join('|')))

/** UUIDs and hashes, of which there are many: no secret is all digits of that kind. */
const isHex = /^[0-9a-f\s"',-]*$/i

const made = lazily(() =>
  formats().map(({ hint, pattern, accept }) => {
    return { hint: new RegExp(hint), pattern: new RegExp(pattern, 'g'), accept }
  }),
)

/** Adds where secrets of a known shape stand. */
export function findFormats(text: string, { around }: Pick<Clues, 'around'>, spans: Span[]): void {
  const isLikely = around.some(({ start, end }) => {
    const part = text.slice(start, end)
    return !isHex.test(part) && hints().test(part)
  })
  if (!isLikely && !(text.includes('$') && hints().test(text)) && !text.includes('Q~')) return
  for (const { hint, pattern, accept } of made()) {
    if (!hint.test(text)) continue
    for (const match of text.matchAll(pattern)) {
      const until = match.index + match[0].length
      if (accept(match[0], until === text.length)) spans.push({ start: match.index, end: until })
    }
  }
}
