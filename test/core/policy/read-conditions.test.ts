// Reading `when` and `unless`: compositions, the operators with texts of their own syntax, and slips that would make a rule
// that never applies.
import { describe, expect, test } from 'vitest'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { policySetEntry } from '../../../core/schema/policy.ts'

const parse = (when: string) =>
  parsePolicyText(`version: 1\nrules:\n- id: r\n  effect: deny\n  tools: x\n  when: ${when}`, 'p.yaml')
const said = (when: string) =>
  parse(when).diagnostics.map((d) => `${d.column} ${d.message}${d.suggestion ? ` | ${d.suggestion}` : ''}`)
const read = (when: string) => {
  const { entry, diagnostics } = parse(when)
  expect(diagnostics).toEqual([])
  expect(policySetEntry.parse(entry)).toEqual(entry)
  return entry.status === 'ok' ? entry.policy.rules[0]?.when : undefined
}
const is = (path: string, operand: unknown) => ({ path, tests: [{ operator: 'equals', operand }] })

describe('compositions', () => {
  test.each([
    ['{ any: [{ a: 1, b: 2 }, { c: 3 }] }', [{ any: [[is('a', 1), is('b', 2)], [is('c', 3)]] }]],
    ['{ all: [{ a: 1 }] }', [{ all: [[is('a', 1)]] }]],
    ['{ not: { a: 1, b: 2 } }', [{ not: [is('a', 1), is('b', 2)] }]],
    [
      '{ x: 0, not: { any: [{ all: [{ not: { a: 1 } }] }] }, any: [{ $.any: 2 }] }',
      [is('x', 0), { not: [{ any: [[{ all: [[{ not: [is('a', 1)] }]] }]] }] }, { any: [[is('$.any', 2)]] }],
    ],
  ])('%s', (when, expected) => {
    expect(read(when)).toEqual(expected)
  })
  test('eight within each other, no more', () => {
    const nested = (depth: number) => `${'{ not: '.repeat(depth)}{ a: 1 }${' }'.repeat(depth)}`
    expect(said(nested(8))).toEqual([])
    expect(said(nested(9))).toEqual(['67 `any`, `all` and `not` are nested more than 8 deep'])
  })
  test.each([
    ['{ any: [] }', '16 `any` has an empty list; leave it out if there are no conditions'],
    ['{ any: { a: 1 } }', '16 `any` must be a list of maps of conditions, found a map | Begin each map with `- `.'],
    [
      '{ all: x }',
      '16 `all` must be a list of maps of conditions, found the text "x" | For an argument of that name write `$.all`.',
    ],
    [
      '{ not: [{ a: 1 }] }',
      '16 `not` must be a map of conditions, found a list | For several write `not: { any: […] }`.',
    ],
    ['{ not: true }', '16 `not` must be a map of conditions, found true | For an argument of that name write `$.not`.'],
    ['{ not: {} }', '16 `not` has no conditions; leave it out if there are none'],
    ['{ any: [{}] }', '17 A part of `any` has no conditions; leave it out if there are none'],
    [
      '{ any: [a] }',
      '17 A part of `any` must be a map from arguments to tests, found the text "a" | For example `path: { inside: ~/code }`.',
    ],
    ['{ a: { not: { in: [1] } } }', '16 Unknown operator `not`'],
  ])('%s', (when, expected) => {
    expect(said(when)).toEqual([expected])
  })
})

describe('shorthands of nested operators are spelt out', () => {
  test.each([
    ['{ length: 3 }', 'length', { equals: 3 }],
    ['{ length: { gt: 1, in: [2, 3] } }', 'length', { gt: 1, in: [2, 3] }],
    ['{ host: API.example.com }', 'host', { equals: 'API.example.com' }],
    ['{ host: [a.example, "::1", bücher.example] }', 'host', { in: ['a.example', '::1', 'bücher.example'] }],
    ['{ host: { glob: "*.example.com" } }', 'host', { glob: '*.example.com' }],
    ['{ command: git }', 'command', { equals: 'git' }],
    ['{ command: [git, ./run.sh] }', 'command', { in: ['git', './run.sh'] }],
    ['{ command: { not_in: [rm], matches: "^g" } }', 'command', { not_in: ['rm'], matches: '^g' }],
  ])('%s', (test, operator, operand) => {
    expect(read(`{ a: ${test} }`)).toEqual([{ path: 'a', tests: [{ operator, operand }] }])
  })
  test.each([
    ['length: -1', '24 The length after `equals` must be a whole number from 0 on, found -1'],
    ['length: { gt: 1.5 }', '30 The length after `gt` must be a whole number from 0 on, found 1.5'],
    ['length: [1]', '24 `length` must be a map of operators, found a list'],
    ['length: {}', '24 `length` has no operator'],
    [
      'length: { glob: x }',
      '26 `glob` cannot be asked of a length; it takes `equals`, `not_equals`, `in`, `not_in`, `gt`, `gte`, `lt`, `lte`',
    ],
    ['host: { eq: x }', '24 Unknown operator `eq` | Did you mean `equals`?'],
    [
      'command: { gt: 1 }',
      '27 `gt` cannot be asked of a command; it takes `equals`, `not_equals`, `in`, `not_in`, `starts_with`, `ends_with`, `glob`, `matches`',
    ],
    ['host: []', '22 `in` has an empty list, which nothing can be in'],
    ['host: 5', '22 `equals` must be a text, found 5'],
    ['command: { in: [5] }', '32 `in` must be a text, found 5'],
    ['command: { equals: "" }', '35 `equals` has an empty text, which is no name'],
  ])('%s', (test, expected) => {
    expect(said(`{ a: { ${test} } }`)).toEqual([expected])
  })
})

describe('hosts and programs must look like some', () => {
  const more = (text: string) => `"${text}" is more than a host; write only the host`
  test.each([
    ['host: "https://a.example/x"', `${more('https://a.example/x')} | Did you mean \`a.example\`?`],
    ['host: "https://me@a.example:443"', `${more('https://me@a.example:443')} | Did you mean \`a.example\`?`],
    ['host: "a.example:443"', `${more('a.example:443')} | Did you mean \`a.example\`?`],
    ['host: a.example/x', `${more('a.example/x')} | Did you mean \`a.example\`?`],
    ['host: { ends_with: .example/ }', `${more('.example/')} | Did you mean \`.example\`?`],
    ['host: { glob: "https://*.a.example" }', `${more('https://*.a.example')} | Did you mean \`*.a.example\`?`],
    [
      'host: { glob: "*.bücher.example" }',
      'A part of a host is compared in plain letters, not "*.bücher.example" | Write `xn--…`.',
    ],
    ['host: "*.a.example"', '"*.a.example" is not the name of a host | Write `{ glob: "*.a.example" }`.'],
    ['host: { in: ["a*"] }', '"a*" is not the name of a host | Write `{ glob: "a*" }`.'],
    ['host: a..example', '"a..example" is not the name of a host'],
    ['host: "0x7f.1"', '"0x7f.1" is not the name of a host'],
    [
      'command: git push',
      '`command` looks at programs without their arguments; name the program only | Did you mean `git`?',
    ],
    [
      'command: { not_in: ["rm -rf"] }',
      '`command` looks at programs without their arguments; name the program only | Did you mean `rm`?',
    ],
    [
      'command: { glob: "git *" }',
      '`command` looks at programs without their arguments; name the program only | Did you mean `git`?',
    ],
    ['command: /usr/bin/git', 'Programs in `/usr/bin` are known by their bare name | Did you mean `git`?'],
    ['command: Git', 'No program is known as "Git" | Did you mean `git`?'],
    ['command: $(id)', 'No program is known as "$(id)"'],
  ])('%s', (test, expected) => {
    expect(said(`{ a: { ${test} } }`).map((one) => one.replace(/^\d+ /, ''))).toEqual([expected])
  })
})

describe('regular expressions are checked when the file is read', () => {
  test.each([
    'ghp_[A-Za-z0-9]{36}',
    '(?i)^secret\\b',
    '(?P<year>\\d{4})-\\d\\d',
    '[[:alpha:]]\\pL\\p{Greek}',
    'a{2,}?b*?',
    'x{1000}',
    '\\x{10FFFF}',
  ])('%s', (pattern) => {
    const quoted = `'${pattern}'`
    expect(read(`{ a: { matches: ${quoted} } }`)).toEqual([
      { path: 'a', tests: [{ operator: 'matches', operand: pattern }] },
    ])
    expect(said(`{ a: { host: { matches: ${quoted} } } }`)).toEqual([])
  })
  test.each([
    ['a(?=b)', /lookahead/],
    ['a(?!b)', /lookahead/],
    ['(?<=a)b', /lookbehind/],
    ['(?<!a)b', /lookbehind/],
    ['(a)\\1', /backreferences/],
    ['(?<n>a)\\k<n>', /backreferences/],
    ['(?P<n>a)(?P=n)', /backreferences/],
    ['(?>a)', /atomic/],
    ['a*+', /possessive/],
    ['a++', /possessive/],
    ['a{2}+', /possessive/],
    ['a\\Z', /`\\z`/],
    ['\\u0041', /`\\x\{…\}`/],
    ['(?R)', /recursion/],
    ['a(?#why)', /comments/],
    ['a{2,1}', undefined],
    ['(', undefined],
    ['a)', undefined],
    ['[', undefined],
    ['*', undefined],
    ['\\', undefined],
    ['[z-a]', undefined],
    ['\\h', undefined],
  ])('%s is no RE2', (pattern, hint) => {
    for (const test of [`matches: '${pattern}'`, `command: { matches: '${pattern}' }`]) {
      const { diagnostics } = parse(`{ a: { ${test} } }`)
      expect(diagnostics).toHaveLength(1)
      expect(diagnostics[0]?.message).toMatch(/^The regular expression is not RE2 syntax: [a-z]/)
      expect(diagnostics[0]).toMatchObject({ line: 6, column: test.indexOf("'") + 16 })
      if (hint) expect(diagnostics[0]?.suggestion).toMatch(hint)
      else expect(diagnostics[0]?.suggestion).toBeUndefined()
    }
  })
  test.each([
    [`matches: ${'x'.repeat(1001)}`, '25 The regular expression is longer than 1000 characters'],
    ['matches: ""', '25 `matches` has an empty text, which every text has'],
    ['matches: [a]', '25 `matches` must be a text, found a list'],
    ['regex: x', '16 Unknown operator `regex` | Did you mean `matches`?'],
    ['neq: x', '16 Unknown operator `neq` | Did you mean `not_equals`?'],
  ])('%s', (test, expected) => {
    expect(said(`{ a: { ${test} } }`)).toEqual([expected])
  })
})

describe('types and folders', () => {
  test.each(['string', 'number', 'boolean', 'object', 'array', '"null"'])('type: %s', (word) => {
    expect(said(`{ a: { type: ${word} } }`)).toEqual([])
  })
  const types = '`type` must be one of `string`, `number`, `boolean`, `object`, `array`, `null`, found'
  test.each([
    ['type: integer', `22 ${types} the text "integer" | Did you mean \`number\`?`],
    ['type: map', `22 ${types} the text "map" | Did you mean \`object\`?`],
    ['type: list', `22 ${types} the text "list" | Did you mean \`array\`?`],
    ['type: bool', `22 ${types} the text "bool" | Did you mean \`boolean\`?`],
    ['type: null', '22 `type` must be a text, found nothing | Put `"null"` in quotes.'],
    ['inside: "~bob/x"', '24 "~bob/x": only your own home is known, as `~` | Write the whole path.'],
    ['outside: [/a, "~bob"]', '30 "~bob": only your own home is known, as `~` | Write the whole path.'],
  ])('%s', (test, expected) => {
    expect(said(`{ a: { ${test} } }`)).toEqual([expected])
  })
})
