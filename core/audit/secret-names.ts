// Names that say their value is a secret: object keys, headers, flags, environment variables.

const whole = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'cookies',
  'secret',
  'token',
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'apikey',
  'credential',
  'credentials',
  'jwt',
  'bearer',
  'otp',
  'totp',
  'pass',
  'passwords',
  'secrets',
  'mnemonic',
  'seedphrase',
  'recoveryphrase',
  'recoverycodes',
  'backupcodes',
  'userpass',
])
/** Last words of longer names: `GITHUB_TOKEN`, `clientSecret`, `x-api-key`. `PWD` alone is a folder. */
const last = new Set([
  'authorization',
  'cookie',
  'secret',
  'token',
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'pass',
  'jwt',
  'credentials',
])
const lastApart = new Set([
  'apikey',
  'accesskey',
  'privatekey',
  'secretkey',
  'authtoken',
  'accesstoken',
  'clientsecret',
  'authkey',
  'masterkey',
])
/** What makes a secret of a `key` (a `primary_key` or `sort_key` is none). */
const keyKinds = new Set([
  'api',
  'access',
  'private',
  'secret',
  'auth',
  'account',
  'encryption',
  'decryption',
  'signing',
  'ssh',
  'master',
  'shared',
  'service',
  'license',
  'deploy',
])
/** Tokens that only say where a list goes on, count something, or are words of a language model. */
const otherTokens = new Set([
  'page',
  'next',
  'previous',
  'prev',
  'continuation',
  'continue',
  'sync',
  'cursor',
  'progress',
  'max',
  'min',
  'num',
  'per',
  'total',
  'eos',
  'bos',
  'pad',
  'unk',
  'mask',
  'sep',
  'cls',
  'stop',
  'special',
  'design',
])
/** What may follow the telling words and changes nothing. */
const trailing = new Set([
  'value',
  'string',
  'base64',
  'b64',
  'plain',
  'plaintext',
  'prod',
  'production',
  'dev',
  'staging',
])

const maxName = 100
const quick = /pass|pwd|secret|token|key|authorization|cookie|cred|jwt|bearer|otp|mnemonic|phrase|codes/i

/** Whether a value under this name is to be treated as a secret. */
export function isSecretName(name: string): boolean {
  if (name.length > maxName || !quick.test(name)) return false
  const words = wordsOf(name)
  if (whole.has(words.join(''))) return true
  const end = words.at(-1) ?? ''
  const before = words.at(-2) ?? ''
  if (words.length === 1) return lastApart.has(end) || /(?:password|passwd|secret|apikey)$/.test(end)
  if (end === 'token') return !otherTokens.has(before)
  if (end === 'key') return keyKinds.has(before)
  if (end === 'keys' || end === 'id') return false
  return last.has(end) || lastApart.has(end) || /(?:password|passwd|secret)$/.test(end)
}

function wordsOf(name: string): string[] {
  // `password2`, `password_confirmation`
  const words = name.replace(/[_-]?(?:\d+|confirm(?:ation)?)$/i, '').match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) ?? []
  const lower = words.map((word) => word.toLowerCase())
  while (lower.length > 1 && trailing.has(lower.at(-1) ?? '')) lower.pop()
  return lower
}

/** Names under which secrets stand, and other things too: what looks random there is one. */
const maybe =
  /^(?:key|auth|sig|signature|pat|dsn|hmac|seed|credential|(?:x-)?(?:amz|goog)-signature|(?:shared|sas|access)[-_]?signature|(?:[a-z]{1,12}[-_]){0,3}(?:client|tls|server|host|user|pass|app|application|session|storage|consumer|subscription|functions|integration|webhook)[-_]?key(?:[-_]?data)?)$/i
/** How all of them end. */
const maybeEnd = /(?:key|data|auth|sig|signature|pat|dsn|hmac|seed|credential|pin|code|cv[vc])$/i
const code = /^(?:pin|(?:auth|verification|security|confirmation|mfa|2fa|sms)[-_]?code|cvv|cvc)$/i

/** Whether a value is a secret that stands under a name of which not every value is one. */
export function isMaybeSecret(name: string, value: string): boolean {
  if (value.length < 3 || name.length > 40 || !maybeEnd.test(name)) return false
  if (value.length < 16) return /^\d{3,8}$/.test(value) && code.test(name)
  return maybe.test(name) && looksSecret(value)
}

/** Long, of one piece, and of more kinds of characters than words or identifiers have. */
export function looksSecret(text: string): boolean {
  if (text.length < 16 || text.length > 4096 || !/^[A-Za-z0-9+/=_.~%-]+$/.test(text)) return false
  // `users/2026/report.pdf`, `release-2026-11-final`, UUIDs
  if (/[/.-]/.test(text) && /[a-z]{4,}[/.-]|[/.-][a-z]{4,}|\.[a-z]{2,4}$/.test(text)) return false
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)) return false
  if (/^[0-9a-f]+$/i.test(text)) return text.length >= 32 && /\d/.test(text) && /[a-f]/i.test(text)
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && (text.match(/\d/g)?.length ?? 0) >= 2
}

/** Texts that stand where a secret would, but are none: placeholders, references to the environment, earlier marks. */
export function isPlaceholder(given: string): boolean {
  const text = given.trim()
  return (
    text === '' ||
    /^(?:true|false|null|none|undefined|nil|required|optional|string|redacted|n\/a|yes|no|on|off)$/i.test(text) ||
    /^(?:\$\{[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|%\w+%|%[sdvqr]|\$\w+|<[^>]*>|\[redacted[^\]]*\]|[*•.x…]+)$/i.test(
      text,
    ) ||
    /^(?:\[(?:hidden|masked|filtered|removed|secret)\]|\(?(?:hidden|masked)\)?|your[-_ ][\w -]{0,40})$/i.test(text)
  )
}

/** What a form or a translation says beside a field: "Enter your password". Only words, and one of them tells. */
export function isLabel(text: string): boolean {
  return (
    text.length <= 200 &&
    /^[A-Za-z][A-Za-z ,'()-]*[.:!?…*]{0,3}$/.test(text) &&
    /\b(?:passwords?|passphrase|secrets?|tokens?|keys?|credentials?|cookies?|authorization|characters?)\b/i.test(text)
  )
}
