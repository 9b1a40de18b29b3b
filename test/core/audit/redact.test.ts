// What is a secret and what is not. Every fake secret is put together here, so that no scanner takes it for a real one.
import { describe, expect, test } from 'vitest'
import { redact } from '../../../core/audit/redact.ts'
import type { JsonValue } from '../../../core/schema/json.ts'

const alnum = 'aB3dE5gH7jK9mN1pQ2sT4vW6yZ8cD0fG2hJ4kL6nP8rS0tU2wX4zA6bC8eF0gI2' // 64, mixed
const upper = alnum.toUpperCase()
const hex = '0123456789abcdef'.repeat(4)
const cut = (text: string, length: number) => text.slice(0, length)
const jwt = `ey${'JhbGciOiJIUzI1NiJ9'}.ey${'JzdWIiOiIxMjM0NTY3ODkwIn0'}.${cut(alnum, 43)}`
const pem = (kind: string, body = cut(alnum, 40)) =>
  `-----BEGIN ${kind}PRIVATE ${'KEY'}-----\n${body}\n-----END ${kind}PRIVATE ${'KEY'}-----`

const mark = (secret: string) => `[redacted:${secret.length}]`
const run = (value: JsonValue) => redact(value, mark)

/** Each alone is a secret, wherever it stands in a text. */
const shapes: Record<string, string> = {
  'GitHub personal': `gh${'p_'}${cut(alnum, 36)}`,
  'GitHub OAuth': `gh${'o_'}${cut(alnum, 36)}`,
  'GitHub server': `gh${'s_'}${cut(alnum, 36)}`,
  'GitHub fine-grained': `github${'_pat_'}${cut(alnum, 22)}_${cut(alnum, 59)}`,
  GitLab: `gl${'pat-'}${cut(alnum, 20)}`,
  'GitLab runner': `gl${'rt-'}${cut(alnum, 20)}`,
  'Slack bot': `xo${'xb-'}123456789012-123456789012-${cut(alnum, 24)}`,
  'Slack user': `xo${'xp-'}123456789012-${cut(alnum, 24)}`,
  'Slack app': `xa${'pp-'}1-A0123456789-${cut(alnum, 20)}`,
  'Slack hook': `hooks.slack${'.com/services/'}T0123ABCD/B0123ABCD/${cut(alnum, 24)}`,
  'AWS key': `AK${'IA'}${cut(upper.replace(/[^A-Z2-7]/g, 'A'), 16)}`,
  'AWS session key': `AS${'IA'}${cut(upper.replace(/[^A-Z2-7]/g, 'A'), 16)}`,
  Google: `AI${'za'}${cut(alnum, 35)}`,
  'Google OAuth': `ya${'29.'}${cut(alnum, 60)}`,
  'Google client': `GOC${'SPX-'}${cut(alnum, 28)}`,
  'Stripe live': `sk${'_live_'}${cut(alnum, 24)}`,
  'Stripe restricted': `rk${'_live_'}${cut(alnum, 24)}`,
  'Stripe test': `sk${'_test_'}${cut(alnum, 24)}`,
  'Stripe hook': `wh${'sec_'}${cut(alnum, 32)}`,
  OpenAI: `sk${'-'}${cut(alnum, 48)}`,
  'OpenAI project': `sk${'-proj-'}${cut(alnum, 20)}-${cut(alnum, 40)}`,
  Anthropic: `sk${'-ant-'}api03-${cut(alnum, 40)}`,
  OpenRouter: `sk${'-or-v1-'}${hex}`,
  'sk with hex': `sk${'-'}${cut(hex, 32)}`,
  'Hugging Face': `hf${'_'}${cut(alnum, 34)}`,
  npm: `npm${'_'}${cut(alnum, 36)}`,
  PyPI: `pypi${'-'}AgEIcHlwaS5vcmc${cut(alnum, 60)}`,
  SendGrid: `SG${'.'}${cut(alnum, 22)}.${cut(alnum, 43)}`,
  Shopify: `shp${'at_'}${cut(hex, 32)}`,
  DigitalOcean: `do${'p_v1_'}${hex}`,
  Figma: `fig${'d_'}${cut(alnum, 40)}`,
  Linear: `lin${'_api_'}${cut(alnum, 40)}`,
  Notion: `nt${'n_'}${cut(alnum, 46)}`,
  Vault: `hv${'s.'}${cut(alnum, 24)}`,
  Telegram: `123456789${':AA'}${cut(alnum, 33)}`,
  age: `AGE-SECRET${'-KEY-1'}${cut(upper, 58)}`,
  JWT: jwt,
  'RSA key': pem('RSA '),
  'PKCS8 key': pem(''),
  'OpenSSH key': pem('OPENSSH '),
  'PGP key': `-----BEGIN PGP PRIVATE ${'KEY'} BLOCK-----\nx\n-----END PGP PRIVATE ${'KEY'} BLOCK-----`,
}

describe('secrets by their shape', () => {
  test.each(Object.entries(shapes))('%s', (_, secret) => {
    const gone = mark(secret)
    expect(run(secret)).toEqual({ value: gone, count: 1 })
    expect(run(`before ${secret} after`).value).toBe(`before ${gone} after`)
    expect(run(`("${secret}",)`).value).toBe(`("${gone}",)`)
    expect(run({ list: [{ text: `\n${secret}\n` }] }).value).toEqual({ list: [{ text: `\n${gone}\n` }] })
  })
  test.each(Object.entries(shapes).filter(([name]) => !/key$|Slack hook|AWS|Telegram/.test(name)))(
    '%s, URL-escaped before it',
    (_, secret) => {
      expect(run(`q%3D${secret}`).value).toBe(`q%3D${mark(secret)}`)
    },
  )
  test('several in one text, each for itself', () => {
    const [a, b] = [shapes['npm'] ?? '', shapes['JWT'] ?? '']
    expect(run(`${a} and ${b}, again ${a}`)).toEqual({ value: `${mark(a)} and ${mark(b)}, again ${mark(a)}`, count: 3 })
  })
  test('found in several ways at once, it is still one', () => {
    const secret = shapes['GitHub personal'] ?? ''
    expect(run(`token=${secret} Authorization: Bearer ${secret}`)).toEqual({
      value: `token=${mark(secret)} Authorization: Bearer ${mark(secret)}`,
      count: 2,
    })
    expect(run(`password=x${secret}!`)).toEqual({ value: `password=${mark(`x${secret}!`)}`, count: 1 })
    expect(run(`key="${pem('RSA ', `password=hunter2`)}"`).count).toBe(1)
  })
  test('a private key that is cut off is a secret to the end', () => {
    const torn = cut(pem('RSA '), 60)
    expect(run(`key: ${torn}`).value).toBe(`key: ${mark(torn)}`)
  })
  test('in the name of a key', () => {
    expect(run({ [shapes['npm'] ?? '']: 1 }).value).toEqual({ '[redacted:40]': 1 })
  })
})

describe('secrets by the name of their key', () => {
  const names = `password passwd passphrase secret token api_key apiKey apikey API-KEY x-api-key Authorization
    proxy-authorization cookie Set-Cookie private_key privateKey client_secret clientSecret access_key
    AWS_SECRET_ACCESS_KEY GITHUB_TOKEN accessToken refresh_token id_token db_password dbPassword DB_PASS smtp_pass
    PGPASSWORD mysqlpassword signing_key encryptionKey auth_key credentials jwt csrfToken master_key`
  test.each(names.split(/\s+/))('%s', (name) => {
    expect(run({ [name]: 'hunter2' })).toEqual({ value: { [name]: mark('hunter2') }, count: 1 })
  })

  const others = `token_count max_tokens tokenizer tokens next_page_token pageToken continuation_token progressToken
    password_hint secret_name key primary_key sort_key public_key keys keyboard monkey author authority cookies_enabled
    passenger compass passed bypass token_type api_key_id PWD OLDPWD pwd hash sha id name`
  test.each(others.split(/\s+/))('%s is none', (name) => {
    const value = { [name]: 'hunter2' }
    expect(run(value).value).toBe(value)
  })

  test.each([
    '',
    ' ',
    '$TOKEN',
    '$' + '{input:token}',
    '$' + '{env:TOKEN}',
    '{{ token }}',
    '<your token>',
    '%TOKEN%',
    '****',
    'xxxx',
    'null',
    '[redacted:ab12]',
  ])('the placeholder %j stays', (text) => {
    const value = { token: text, list: { password: [text] } }
    expect(run(value)).toEqual({ value, count: 0 })
    expect(run(value).value).toBe(value)
  })

  test('the scheme of an authorization stays, so that equal tokens are seen to be equal', () => {
    const secret = cut(alnum, 30)
    expect(run({ Authorization: `Bearer ${secret}`, token: secret }).value).toEqual({
      Authorization: `Bearer ${mark(secret)}`,
      token: mark(secret),
    })
  })
  test('lists under a telling name, pairs of name and value, flags of a command line', () => {
    expect(run({ password: ['a1', 'b22'] }).value).toEqual({ password: [mark('a1'), mark('b22')] })
    expect(
      run({
        headers: [
          { name: 'X-Api-Key', value: 'abc' },
          { name: 'Accept', value: 'abc' },
        ],
      }).value,
    ).toEqual({
      headers: [
        { name: 'X-Api-Key', value: mark('abc') },
        { name: 'Accept', value: 'abc' },
      ],
    })
    expect(run(['curl', '--api-key', 'abc', '--file', 'abc']).value).toEqual([
      'curl',
      '--api-key',
      mark('abc'),
      '--file',
      'abc',
    ])
    expect(run({ token: { type: 'x', value: 'abc' } }).value).toEqual({ token: { type: 'x', value: mark('abc') } })
  })
  test('numbers, booleans and schemas under a telling name stay', () => {
    const value = { token: 5, password: { type: 'string', description: 'The password' }, secret: true, cookie: null }
    expect(run(value).value).toBe(value)
  })
})

describe('secrets that the words around them tell of', () => {
  test.each([
    ['password=hunter2', 'hunter2'],
    ['Server=x;User=y;Password=Hunter2!;Db=z', 'Hunter2!'],
    ['Uid=sa;Pwd=sesame;', 'sesame'],
    ['password: hunter2', 'hunter2'],
    ['"password": "correct horse battery"', 'correct horse battery'],
    ["{'client_secret': 'abcdef'}", 'abcdef'],
    ['{\\"api_key\\": \\"abcdef\\"}', 'abcdef'],
    ['export AWS_SECRET_ACCESS_KEY=abc/def+ghi', 'abc/def+ghi'],
    ['PGPASSWORD=sesame psql', 'sesame'],
    ['https://example.org/?access_token=abc123def&x=1', 'abc123def'],
    ['token: 9f8e7d6c5b4a', '9f8e7d6c5b4a'],
    [`token=${cut(hex, 40)}`, cut(hex, 40)],
    ['mysql --password sesame -u root', 'sesame'],
    ['deploy --auth-token abcdef --force', 'abcdef'],
    ['curl -H "Authorization: Bearer abcdefgh"', 'abcdefgh'],
    ['authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['Authorization: token abcdef', 'abcdef'],
    ['sent with bearer abc123def456', 'abc123def456'],
    ['X-Api-Key: abc123def', 'abc123def'],
    ['postgres://user:sesame@db.example.org/x', 'sesame'],
    ['redis://:sesame@localhost:6379', 'sesame'],
    ['https://user:p@ss@example.org', 'p@ss'],
    ['Cookie: session=abc123', 'abc123'],
    ['Cookie: lang=de; session=abc123; theme=dark', 'abc123'],
  ])('%j', (text, secret) => {
    expect(run(text)).toEqual({ value: text.replace(secret, mark(secret)), count: 1 })
  })
})

describe('ordinary values stay', () => {
  const ordinary = [
    'd670460b4b4aece5915caf5c68d12f560a9fe3e4',
    'commit d670460b4b4aece5915caf5c68d12f560a9fe3e4 by someone',
    '123e4567-e89b-12d3-a456-426614174000',
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '/home/someone/.ssh/id_rsa',
    '/home/someone/src/tokens/secret-santa/password_reset.ts',
    'C:\\Users\\someone\\AppData\\Local\\token.json',
    'The token is checked before the password prompt.',
    'A token: a piece of text. The secret: practice.',
    'password: required',
    'Password must be at least 8 characters.',
    'Bearer authentication is required for this endpoint',
    'Basic authentication and TypeScript basics',
    'basic knowledge of tokens',
    'const password = readPassword(file)',
    'password = getPassword()',
    'connect(user=user, password=password)',
    'connect(password=self.password, token=config.auth.token)',
    'password=$DB_PASSWORD token=$' + '{TOKEN}',
    'secret=None',
    'token=token',
    'db_password=db_password',
    'PWD=/home/someone/project',
    'next_page_token=abc123def456',
    'pageToken: abc123def456',
    'max_tokens: 4096, token_count: 17',
    'tokens=[1,2,3]',
    'https://example.org:8080/@scope/package',
    'git@github.com:someone/project.git',
    'ssh://git@example.org:22/project',
    'https://user@example.org/',
    'https://user:$' + '{TOKEN}@example.org/',
    'someone@example.org',
    'risk-assessment-for-the-third-quarter-of-2026',
    'task-list-with-a-very-long-name-in-it-2026',
    'class="sk-loading-indicator-large-blue-2"',
    'npm_config_registry npm_lifecycle_event npm_package_version',
    'glpat-terns are not a word list of note here',
    'eyJ is how a token begins',
    'eyJhbGciOiJIUzI1NiJ9 alone is only a header',
    `-----BEGIN PUBLIC ${'KEY'}-----\nabc\n-----END PUBLIC ${'KEY'}-----`,
    'The PRIVATE KEY goes into the vault.',
    'AKIA is a prefix',
    'ASIAN MARKETS AND THEIR HISTORY',
    '2026-11-22T10:11:12.123Z',
    'aGVsbG8gd29ybGQsIHRoaXMgaXMganVzdCBhIHRleHQ=',
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ',
    'token',
    '',
    'x',
  ]
  test.each(ordinary)('%j', (text) => {
    const value = { text, list: [text] }
    expect(run(value).value).toBe(value)
    expect(run(text)).toEqual({ value: text, count: 0 })
  })
})

describe('how it goes about it', () => {
  test('only what changed is copied', () => {
    const same = { deep: [1, { a: 'b' }] }
    const before = { same, token: 'abc', n: 1, nothing: null }
    const { value } = run(before)
    expect(value).toEqual({ same, token: mark('abc'), n: 1, nothing: null })
    expect((value as typeof before).same).toBe(same)
    expect(before.token).toBe('abc')
    expect(Object.keys(value as object)).toEqual(Object.keys(before))
  })
  test('once is enough', () => {
    const once = run({
      password: 'abc',
      text: `Authorization: Bearer ${cut(alnum, 40)} password=sesame`,
      list: Object.values(shapes),
    })
    expect(once.count).toBeGreaterThan(40)
    expect(run(once.value)).toEqual({ value: once.value, count: 0 })
  })
  test('a key called __proto__ stays a key', () => {
    const { value } = run(JSON.parse('{"__proto__":{"token":"abc"},"a":"b"}'))
    expect(JSON.stringify(value)).toBe('{"__proto__":{"token":"[redacted:3]"},"a":"b"}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
  test('other kinds of values', () => {
    for (const value of [null, true, 5, [], {}]) expect(run(value)).toEqual({ value, count: 0 })
  })
})

describe('a hostile megabyte comes to an end', () => {
  const pieces = {
    'key ends': `-----END PRIVATE ${'KEY'}-----`,
    'PuTTY keys': 'Private-Lines: 1\n',
    references: 'password=$',
    'escaped quotes': 'secret:\\"secret:\\\\\\"',
    'mixed quotes': `secret:"secret:'`,
    cookies: 'cookie: a=b;',
    'curl after curl': 'curl -u a:',
    pipes: 'echo a | ',
    'open commands': 'docker login ',
    'settings on lines': 'password: a\n',
    blocks: 'password: |\n  a',
    elements: '<password>a',
    'names and values': 'name: token, ',
    'JSON that does not end': '{"a":',
    'escaped line ends': '\\n',
    'Base64 without a break': 'YWFh',
    'signed URLs': '?sig=aaaaaaaaaaaaaaaa1',
    'percent signs': '%41',
    prose: 'the password is ',
    'jwt starts': 'eyJ',
    'jwt parts': 'eyJaaaaaaaa.',
    'key beginnings': `-----BEGIN PRIVATE ${'KEY'}-----`,
    'open quotes': 'password:"',
    assignments: 'password=',
    'apart by spaces': 'token : ',
    flags: '--',
    'flags with words': '--password-',
    schemes: 'bearer ',
    authorizations: 'authorization: basic ',
    urls: '://a:',
    'url users': '://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
    'one word': 'a',
    'one word of sk': 'sk-',
    gitlab: 'glpat-',
    backslashes: 'secret\\\\\\',
    'send grid': 'SG.aaaaaaaaaaaaaaaa.',
    digits: '1',
    spaces: ' ',
    'secret then spaces': 'secret     ',
    dashes: '-----BEGIN ',
    dots: 'password=a.',
    underscores: 'github_pat_',
  }
  test.each(Object.entries(pieces))(
    '%s',
    (_, piece) => {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
      expect(typeof run(text).value).toBe('string')
      expect(typeof run(`token ${text}`).value).toBe('string')
      expect(typeof run({ [text]: text }).value).toBe('object')
      expect(typeof run({ token: text }).value).toBe('object')
    },
    20_000,
  )
})
