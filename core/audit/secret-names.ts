// Names that say their value is a secret: object keys, headers, flags, environment variables.

const whole = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'secret',
  'token',
  'password',
  'passwd',
  'passphrase',
  'apikey',
  'credential',
  'credentials',
  'jwt',
  'bearer',
  'otp',
  'pass',
  'passwords',
  'secrets',
])
/** Last words of longer names: `GITHUB_TOKEN`, `clientSecret`, `x-api-key`. `PWD` alone is a folder. */
const last = new Set(['authorization', 'cookie', 'secret', 'token', 'password', 'passwd', 'passphrase', 'pwd', 'pass'])
const lastApart = new Set([
  'apikey',
  'accesskey',
  'privatekey',
  'secretkey',
  'authtoken',
  'accesstoken',
  'clientsecret',
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
  'signing',
  'ssh',
  'master',
  'shared',
  'service',
  'license',
  'deploy',
])
/** Tokens that only say where a list goes on. */
const cursorKinds = new Set([
  'page',
  'next',
  'previous',
  'prev',
  'continuation',
  'continue',
  'sync',
  'cursor',
  'progress',
])

const maxName = 100
const quick = /pass|pwd|secret|token|key|authorization|cookie|cred|jwt|bearer|otp/i

/** Whether a value under this name is to be treated as a secret. */
export function isSecretName(name: string): boolean {
  if (name.length > maxName || !quick.test(name)) return false
  // `password2`, `password_confirmation`
  const words = (
    name.replace(/[_-]?(?:\d+|confirm(?:ation)?)$/i, '').match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) ?? []
  ).map((word) => word.toLowerCase())
  if (whole.has(words.join(''))) return true
  const end = words.at(-1) ?? ''
  const before = words.at(-2) ?? ''
  if (words.length === 1) return lastApart.has(end) || /(?:password|passwd|secret|apikey)$/.test(end)
  if (end === 'token') return !cursorKinds.has(before)
  if (end === 'key') return keyKinds.has(before)
  if (end === 'keys' || end === 'id') return false
  return last.has(end) || lastApart.has(end) || /(?:password|passwd|secret)$/.test(end)
}

/** Texts that stand where a secret would, but are none: placeholders, references to the environment, earlier marks. */
export function isPlaceholder(text: string): boolean {
  return (
    text.trim() === '' ||
    /^(?:true|false|null|none|undefined|nil|required|optional|string|redacted)$/i.test(text) ||
    /^(?:\$\{[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|%\w+%|\$\w+|<[^>]*>|\[redacted[^\]]*\]|[*•.x…]+)$/i.test(text)
  )
}
