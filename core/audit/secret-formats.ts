// Secrets by their shape, anywhere in a text. Every pattern is linear: none has a part that must follow an unbounded run,
// so a hostile text cannot make it look again from each position. What a shape alone cannot settle, `accept` does.

export type Span = { start: number; end: number }

type Format = {
  readonly pattern: RegExp
  readonly accept?: (text: string) => boolean
}

/** Letters of both cases and digits: what random text of some length has and words do not. */
const mixed = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text)
/** At least one digit among letters and no look of a word list. */
export const looksRandom = (text: string): boolean => /\d/.test(text) && /[A-Za-z]/.test(text)
/** Not inside a longer word, unless that is the end of a URL escape such as `%3D`. */
const wordStart = '(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))'

const formats: readonly Format[] = [
  // GitHub, GitLab
  { pattern: /gh[pousr]_[A-Za-z0-9]{30,}/g },
  { pattern: /github_pat_[A-Za-z0-9_]{22,}/g },
  { pattern: /gl(?:pat|ptt|rt|dt|cbt|soat|ft|imt|agent)-[A-Za-z0-9_.-]{20,}/g, accept: looksRandom },
  // Slack
  { pattern: /xox[abeoprs]-[A-Za-z0-9-]{10,}/g, accept: looksRandom },
  { pattern: /xapp-\d-[A-Za-z0-9-]{10,}/g },
  { pattern: /hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/g },
  // AWS, Google
  { pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g },
  { pattern: /AIza[A-Za-z0-9_-]{35}/g },
  { pattern: /ya29\.[A-Za-z0-9_-]{20,}/g },
  { pattern: /GOCSPX-[A-Za-z0-9_-]{20,}/g },
  // Stripe
  { pattern: /(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}/g },
  { pattern: /whsec_[A-Za-z0-9+/=]{20,}/g },
  // OpenAI, Anthropic and others of that form; `task-force-…` is none
  {
    pattern: new RegExp(`${wordStart}sk-[A-Za-z0-9_-]{20,}`, 'g'),
    accept: (text) => mixed(text) || /^sk-(?:ant-|(?:[a-z]+-v\d-)?[a-f0-9]{32,}$)/.test(text),
  },
  { pattern: /hf_[A-Za-z0-9]{30,}/g },
  // Package registries
  { pattern: /npm_[A-Za-z0-9]{36}/g },
  { pattern: /pypi-[A-Za-z0-9_-]{40,}/g, accept: mixed },
  // SendGrid, Shopify, DigitalOcean, Figma, Linear, Notion, Vault, Telegram, age
  { pattern: /SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/g },
  { pattern: /shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g },
  { pattern: /do[opr]_v1_[a-f0-9]{64}/g },
  { pattern: /figd_[A-Za-z0-9_-]{20,}/g },
  { pattern: /lin_api_[A-Za-z0-9]{32,}/g },
  { pattern: /ntn_[A-Za-z0-9]{40,}/g },
  { pattern: /hvs\.[A-Za-z0-9_-]{20,}/g },
  { pattern: /(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}/g },
  { pattern: /AGE-SECRET-KEY-1[A-Z0-9]{50,}/g },
  // JWT: three parts, the first two base64url of `{"`
  {
    pattern: /eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}/g,
    accept: (text) => /^[^.]+\.eyJ[^.]+\./.test(text) || text.split('.').length === 5,
  },
]

/** A text without any of these has no secret of a known shape; checked first because most texts have none. */
const formatHints =
  /gh[pousr]_|github_pat_|gl(?:pat|ptt|rt|dt|cbt|soat|ft|imt|agent)-|xox|xapp-|hooks\.slack|AKIA|ASIA|AIza|ya29|GOCSPX|[sr]k_|whsec_|sk-|hf_|npm_|pypi-|SG\.|shp|_v1_|figd_|lin_api|ntn_|hvs\.|:AA|AGE-SECRET|eyJ/

/** Adds where secrets of a known shape stand. */
export function findFormats(text: string, spans: Span[]): void {
  if (!formatHints.test(text)) return
  for (const { pattern, accept } of formats) {
    for (const match of text.matchAll(pattern)) {
      if (!accept || accept(match[0])) spans.push({ start: match.index, end: match.index + match[0].length })
    }
  }
}

const keyBegin = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g

/** Adds PEM and PGP private keys; one that is cut off is a secret to the end of the text. */
export function findPrivateKeys(text: string, spans: Span[]): void {
  if (!text.includes('PRIVATE KEY')) return
  let from = 0
  for (const match of text.matchAll(keyBegin)) {
    if (match.index < from) continue
    const end = text.indexOf('-----END ', match.index)
    const close = end < 0 ? -1 : text.indexOf('-----', end + 9)
    from = close < 0 ? text.length : close + 5
    spans.push({ start: match.index, end: from })
  }
}
