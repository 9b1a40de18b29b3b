// What reads without a mistake and cannot be meant: each check with its place and what to write, and, as important, the
// policies that look alike and about which nothing must be said.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lintPolicies } from '../../../core/policy/lint.ts'
import { globCovers } from '../../../core/policy/lint-cover.ts'
import { regexBreadth } from '../../../core/policy/lint-regex.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'

const seen = new Map([['own', ['read_a', 'read_b', 'delete_a', 'run']]])

function lint(files: Record<string, string>) {
  const read = Object.entries(files).map(([file, text]) => {
    const { entry, diagnostics } = parsePolicyText(text, file)
    expect(diagnostics).toEqual([])
    return { text, entry }
  })
  return lintPolicies(read, { engines: textEngines, seen })
}

/** A file of rules for server `own`, one rule a line from line 4 on; `§` marks where a warning is to stand. */
const own = (...rules: string[]) =>
  ['version: 1', 'server: own', 'rules:', ...rules.map((rule) => `  - { ${rule} }`)].join('\n')
const deny = 'id: r, effect: deny, tools: run'

const found: [what: string, rule: string, message: RegExp, fix: RegExp | string][] = [
  [
    'a tool nobody has',
    'id: r, effect: deny, tools: [run, §raed_a]',
    /^No known tool of `own` matches `raed_a`$/,
    'Did you mean `read_a`?',
  ],
  ['a glob nothing matches', 'id: r, effect: deny, §tools: "write_*"', /matches `write_\*`$/, /^Known tools: `read_a`/],
  [
    'a glob for one tool',
    'id: r, effect: deny, tools: [§"delete_*"]',
    /^`delete_\*` matches one known tool of `own` only: `delete_a`$/,
    /^Write `delete_a`/,
  ],
  [
    'a server the file does not govern',
    `${deny}, §server: other`,
    /never applies: its file governs `own`, and the rule only `other`/,
    /move the rule/,
  ],
  [
    'leave to delete',
    'id: r, §effect: allow, tools: delete_a',
    /^This allows `delete_a` \(destructive\) with any arguments$/,
    /`when:`.*`effect: require-approval`/,
  ],
  [
    'leave to do everything',
    'id: r, §effect: allow, tools: "*"',
    /^This allows `delete_a` and `run` \(destructive, execute\)/,
    /./,
  ],
  ['leave by risk', 'id: r, §effect: allow, tools: "*", risk: [execute]', /^This allows `run` \(execute\)/, /./],
  [
    'a pattern for everything',
    `${deny}, when: { a: { §matches: ".*" } }`,
    /^The pattern "\.\*" matches every text$/,
    'To ask only that the argument is there, write `a: { exists: true }`.',
  ],
  [
    'a pattern for everything, deeper',
    `${deny}, when: { any: [{ u: { §host: { matches: "a*" } } }] }`,
    /^The pattern "a\*" matches every text$/,
    /Leave it out/,
  ],
  [
    'a glob for everything',
    `${deny}, when: { a: { §glob: "*" } }`,
    /^The glob `\*` matches every text$/,
    /exists: true/,
  ],
  [
    'some program, said as every program',
    `${deny}, when: { c: { §command: [rm] } }`,
    /every program.*one more program/,
    'For "some program of the line" write `not: { c: { command: { not_in: [rm] } } }`.',
  ],
  [
    'any other program, said as every program',
    `${deny}, when: { c: { §command: { not_in: [ls] } } }`,
    /one more program/,
    'For "some program of the line" write `not: { c: { command: { in: [ls] } } }`.',
  ],
  [
    'an exception that one more program makes',
    'id: r, effect: allow, tools: run, unless: { c: { §command: rm } }',
    /one more program/,
    /not: \{ c: \{ command: \{ not_equals: rm \} \} \}/,
  ],
  [
    'a program by its shape',
    `${deny}, when: { c: { §command: { glob: "rm*" } } }`,
    /one more program/,
    /not: \{ c: \{ command: \{ in: \[git, ls\] \} \} \}/,
  ],
  [
    'a list that an absent argument is not missing from',
    `${deny}, when: { to: { §not_in: [savings] } }`,
    /^`not_in` is false of an argument that is absent: a call without `to`/,
    'Write `not: { to: { in: [savings] } }`, which also holds when it is absent, or add a rule for `to: { exists: false }`.',
  ],
  [
    'the same of a host',
    `${deny}, when: { u: { §host: { not_equals: a.example } } }`,
    /^`host` is false/,
    /not: \{ u: \{ host: \{ equals: "?a.example"? \} \} \}/,
  ],
  [
    'the same of an exception',
    'id: r, effect: allow, tools: read_a, unless: { to: { §not_equals: me } }',
    /^`not_equals` is false/,
    /./,
  ],
  [
    'an exception that takes everything back',
    `${deny}, when: { a: 1, b: 2 }, §unless: { b: 2 }`,
    /applies to nothing/,
    /Take out of `unless`/,
  ],
  [
    'an exception that never comes',
    `${deny}, when: { a: 1 }, unless: { §$.a: { in: [2, 3] } }`,
    /^`unless` never holds: `when` asks for other values of `\$\.a`/,
    /./,
  ],
  [
    'a limit of nothing',
    'id: r, effect: allow, tools: run, limit: { §max: 0, per: 1h }',
    /^`max: 0` leaves no call to `allow`: `then` \(require-approval\) always applies/,
    /Write `effect: require-approval`/,
  ],
  [
    'a stricter rule in the same file',
    `id: r, effect: deny, tools: "*", when: { a: 1 } }\n  - { §id: s, effect: allow, tools: run, when: { b: 2, a: 1 }`,
    /^`s` never decides: whenever it holds, so does `r` \(line 4\), and deny beats allow$/,
    'Remove `s`, or narrow `r` with `unless:`.',
  ],
]
test.each(found)('%s: %s', (_what, rule, message, fix) => {
  const marked = own(rule).split('\n')
  const line = marked.findIndex((text) => text.includes('§'))
  const warnings = lint({ 'a.yaml': own(rule.replace('§', '')) })
  expect(warnings).toEqual([
    {
      severity: 'warning',
      file: 'a.yaml',
      line: line + 1,
      column: (marked[line]?.indexOf('§') ?? -1) + 1,
      message: expect.stringMatching(message),
      suggestion: typeof fix === 'string' ? fix : expect.stringMatching(fix),
    },
  ])
})

const quiet: [why: string, ...rules: string[]][] = [
  ['all tools, whether known or not', 'id: r, effect: deny, tools: "*"'],
  ['a glob for several', 'id: r, effect: deny, tools: "read_*"'],
  ['leave to read', 'id: r, effect: allow, tools: "read_*"'],
  ['leave on a condition', 'id: r, effect: allow, tools: delete_a, when: { a: 1 }'],
  ['leave with a limit', 'id: r, effect: allow, tools: run, limit: { max: 3, per: 1h }'],
  ['leave for what only reads', 'id: r, effect: allow, tools: "*", risk: read'],
  ['a pattern that wants something', `${deny}, when: { a: { matches: "^a|b+" } }`],
  ['some program is rm', `${deny}, when: { not: { c: { command: { not_in: [rm] } } } }`],
  ['every program is known', 'id: r, effect: allow, tools: run, when: { c: { command: [git, ls] } }'],
  ['unless every program is known', `${deny}, unless: { c: { command: [git, ls] } }`],
  ['a list for leave', 'id: r, effect: allow, tools: run, when: { to: { not_in: [savings] } }'],
  ['absence was thought of', `${deny}, when: { any: [{ to: { not_in: [a] } }, { to: { exists: false } }] }`],
  [
    'absence was thought of in another rule',
    `${deny}, when: { to: { not_in: [a] } }`,
    'id: s, effect: deny, tools: run, when: { to: { exists: false } }',
  ],
  ['some element', `${deny}, when: { "to[*]": { not_in: [a] } }`],
  ['an exception of another argument', `${deny}, when: { a: 1 }, unless: { b: 2 }`],
  ['an exception that can come', `${deny}, when: { a: { in: [1, 2] } }, unless: { a: 1 }`],
  ['an exception of another element', `${deny}, when: { "a[*]": 1 }, unless: { "a[*]": 2 }`],
  ['part of when', `${deny}, when: { a: 1 }, unless: { a: 1, b: 2 }`],
  // Never called idle, because they may decide:
  [
    'a stricter one that wants more',
    `${deny}, when: { a: 1, b: 2 }`,
    'id: s, effect: allow, tools: run, when: { a: 1 }',
  ],
  ['a stricter one with an exception', `${deny}, unless: { a: 1 }`, 'id: s, effect: allow, tools: run, when: { a: 2 }'],
  ['a stricter one for a client', `${deny}, client: cursor`, 'id: s, effect: allow, tools: run, when: { a: 2 }'],
  ['a stricter one for a risk', `${deny}, risk: execute`, 'id: s, effect: allow, tools: run, when: { a: 2 }'],
  ['a stricter one for fewer tools', deny, 'id: s, effect: allow, tools: [run, read_a], when: { a: 2 }'],
  ['one of the same effect', deny, 'id: s, effect: deny, tools: run'],
  [
    'one whose limit is stricter',
    'id: r, effect: require-approval, tools: run',
    'id: s, effect: allow, tools: run, limit: { max: 1, per: 1h, then: deny }',
  ],
  ['one that redacts', deny, 'id: s, effect: allow, tools: run, when: { a: 1 }, redact: a'],
  ['one about other requests', 'id: r, effect: deny, tools: "*"', 'id: s, effect: allow, on: resources/read'],
]
test.each(quiet)('says nothing of %s', (_why, ...rules) => {
  expect(lint({ 'a.yaml': own(...rules) })).toEqual([])
})

test('says of servers it does not know only what the names say', () => {
  const file = (rule: string) => `version: 1\nserver: ["o*", own]\nrules:\n  - { id: r, ${rule} }`
  expect(lint({ 'a.yaml': file('effect: deny, tools: [raed_a, "delete_*"]') })).toEqual([])
  expect(lint({ 'a.yaml': file('effect: allow, tools: [go, "remove_*"]') })).toEqual([
    expect.objectContaining({ message: 'This allows `remove_*` (destructive) with any arguments' }),
  ])
  expect(lint({ 'a.yaml': file('effect: allow, tools: "*"') })).toEqual([
    expect.objectContaining({ message: 'This allows every tool, whatever it does, with any arguments' }),
  ])
})

test('looks at the files together', () => {
  const narrow = 'version: 1\nserver: own\nrules:\n  - { id: r, effect: allow, tools: "read_*", server: "o*" }'
  const wide = 'version: 1\nrules:\n  - { id: r, effect: require-approval, tools: "*", server: [own, x] }'
  expect(lint({ 'a.yaml': narrow, 'b.yaml': wide })).toEqual([
    expect.objectContaining({
      file: 'a.yaml',
      line: 4,
      message: expect.stringMatching(/so does `r` \(line 3 of b\.yaml\)/),
    }),
    expect.objectContaining({ file: 'b.yaml', line: 3, message: 'Another rule has the id `r` too: line 4 of a.yaml' }),
  ])
  expect(lint({ 'a.yaml': narrow })).toEqual([])
})

test('knows the arguments of catalogued tools', () => {
  const file = (path: string) =>
    `version: 1\nserver: filesystem\nrules:\n  - { id: r, effect: allow, tools: [write_file, read_text_file], when: { ${path}: { inside: ~/x } } }`
  expect(lint({ 'a.yaml': file('pth') })).toEqual([
    expect.objectContaining({
      message: '`pth` is not a known argument of `read_text_file` and `write_file` of `filesystem`',
      suggestion: 'Did you mean `path`?',
    }),
  ])
  expect(lint({ 'a.yaml': file('path') })).toEqual([])
  expect(lint({ 'a.yaml': file('"**"') })).toEqual([])
})

test('leaves files with mistakes to those', () => {
  const { entry } = parsePolicyText('version: 2', 'a.yaml')
  expect(lintPolicies([{ text: 'version: 2', entry }], { engines: textEngines })).toEqual([])
})

test('finds nothing to say of the policies that are shipped', () => {
  const folder = path.join(import.meta.dirname, '../../../policies')
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file))
  expect(files.length).toBeGreaterThan(1)
  expect(lint(Object.fromEntries(files.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')])))).toEqual(
    [],
  )
})

const patterns: [pattern: string, breadth: ReturnType<typeof regexBreadth>][] = [
  ...[
    '',
    '.*',
    '^.*',
    '.*$',
    'a*',
    '^',
    '$',
    'a|',
    '(a|b*)',
    '(?:)',
    '(?i)x?',
    'a{0,3}',
    '(a?){2}',
    '\\Q\\E',
    '[a-z]*',
    '^\\s*',
    '(?P<n>a*)',
    '\\p{Greek}*',
    '[]a]*',
    '[[:alpha:]]*b?',
    '(?s:.*)',
    '\\A',
    'x*?',
    '^a*|b',
  ].map((pattern): [string, 'everything'] => [pattern, 'everything']),
  ...['.', '.+', '^.*$', '^.+$', '(?s)^.*$', '[\\s\\S]+', '^(.*)$'].map((pattern): [string, 'every-line'] => [
    pattern,
    'every-line',
  ]),
  ...[
    'a',
    'a+',
    '^a*$',
    '^$',
    '\\b',
    '(a|b)',
    'a{1,3}',
    '\\.\\*',
    '[.*]',
    '\\Qa*\\E',
    'ghp_[A-Za-z0-9]{36}',
    '^[^;|&]*$',
    '.a',
    '^(?:git|ls)\\b',
    '[*]',
    '\\*',
    '(a*)b',
    '\\x{61}',
    '[]*]',
    '..',
  ].map((pattern): [string, 'nothing-found'] => [pattern, 'nothing-found']),
]
test.each(patterns)('the pattern %j matches %s', (pattern, breadth) => {
  expect(regexBreadth(pattern)).toBe(breadth)
  // What is claimed holds for the engine too, on texts that are hard to please.
  const matches = textEngines.regex(pattern)
  const lines = ['x', '§', ' ', ';|&', 'a'.repeat(2000), '\u0000']
  if (breadth !== 'nothing-found') for (const text of lines) expect(matches(text)).toBe(true)
  if (breadth === 'everything') for (const text of ['', '\n', 'x\ny\n']) expect(matches(text)).toBe(true)
})

const globs: [wide: string, narrow: string, covers: boolean][] = [
  ['*', 'a*b?', true],
  ['a*', 'a*b', true],
  ['a*', 'ab', true],
  ['a*', '*', false],
  ['a*b', 'a*', false],
  ['a*b', 'a*xb', true],
  ['a?', 'a?', true],
  ['a?', 'a*', false],
  ['a??*', 'a😀*', false], // one character
  ['a?*', 'a😀*', true],
  ['?*', 'a*', true],
  ['?*', '*a', false], // it does, but that is not needed
  ['ab', 'ab', true],
  ['ab', 'a?', false],
  ['*a*b*', '*xa?b*', true],
]
test.each(globs)('whether %s covers %s: %s', (wide, narrow, covers) => expect(globCovers(wide, narrow)).toBe(covers))
