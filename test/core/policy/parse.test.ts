// Reading policy files: what comes out of good ones, and where and how bad ones are reported.
import { describe, expect, test } from 'vitest'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { policySetEntry } from '../../../core/schema/policy.ts'

const parse = (text: string) => parsePolicyText(text, 'p.yaml')
const rule = (lines: string) => `version: 1\nrules:\n  - id: r\n    effect: deny\n    tools: "*"\n${lines}`
/** `line:column message | suggestion` of each diagnostic. */
const said = (text: string) =>
  parse(text).diagnostics.map((d) => `${d.line}:${d.column} ${d.message}${d.suggestion ? ` | ${d.suggestion}` : ''}`)

test.each([
  ['version: 1\nserver: *\n', '2:9'],
  ['version: 1\nrules:\n  - { id: r, effect: deny, tools: * }', '3:35'],
  ['version: 1\nrules:\n  - id: r\n    effect: deny\n    tools:\n      - *\n', '6:9'],
  ['version: 1\nrules: [{ id: r, effect: deny, tools: [*, a] }]', '2:40'],
  ['version: 1\ndefault: { read: allow, *: deny }', '2:25'],
])('a star without quotes is one mistake, with what to write: %j', (text, place) => {
  expect(said(text)).toEqual([`${place} \`*\` alone is no text in YAML | Write \`"*"\` in quotes.`])
})

test('a glob without quotes is one mistake too', () => {
  expect(said('version: 1\nrules: [{ id: r, effect: deny, tools: *_admin* }]')).toEqual([
    '2:39 There is no anchor `&_admin*` before this alias | If it is to be a text, put it in quotes: `"*_admin*"`.',
  ])
})

test('a merge key is one mistake, and what it would have brought is not missed', () => {
  const text = 'version: 1\nbase: &b { id: r }\nrules: [{ <<: *b, effect: deny, tools: "*" }, { <<: *b, tools: x }]'
  expect(said(text)).toEqual(
    ['3:11', '3:49'].map(
      (place) =>
        `${place} Merge keys (\`<<\`) are not part of YAML 1.2 | Write the lines out, or use one alias for a whole map or list.`,
    ),
  )
  expect(parse(text).entry).toMatchObject({ status: 'broken', servers: ['*'] })
})

test('a file with everything, spelt out', () => {
  const { entry, diagnostics } = parse(`version: 1
name: " GitHub "
server: [github, "git*"]
default: { read: allow, "*": deny }
rules:
  - id: one
    effect: allow
    tools: create_issue
    server: github
    client: [cursor]
    risk: write
    when:
      owner: acme
      number: 5
      draft: false
      repo: { in: [site, 1, null, { a: [b] }] }
      amount: { gt: 1, lte: 5.5 }
      path: { inside: "~/code" }
    unless:
      'a["x.y"][*]': { equals: null }

  - { id: two, effect: require-approval, tools: ["a", "b*"], reason: "Because.\\n", approval: { timeout: 5m } }
`)
  expect(diagnostics).toEqual([])
  expect(policySetEntry.parse(entry)).toEqual({
    file: 'p.yaml',
    status: 'ok',
    policy: {
      version: 1,
      name: 'GitHub',
      servers: ['github', 'git*'],
      defaults: { read: 'allow', '*': 'deny' },
      rules: [
        {
          id: 'one',
          line: 6,
          effect: 'allow',
          tools: ['create_issue'],
          servers: ['github'],
          clients: ['cursor'],
          risk: ['write'],
          when: [
            { path: 'owner', tests: [{ operator: 'equals', operand: 'acme' }] },
            { path: 'number', tests: [{ operator: 'equals', operand: 5 }] },
            { path: 'draft', tests: [{ operator: 'equals', operand: false }] },
            { path: 'repo', tests: [{ operator: 'in', operand: ['site', 1, null, { a: ['b'] }] }] },
            {
              path: 'amount',
              tests: [
                { operator: 'gt', operand: 1 },
                { operator: 'lte', operand: 5.5 },
              ],
            },
            { path: 'path', tests: [{ operator: 'inside', operand: ['~/code'] }] },
          ],
          unless: [{ path: 'a["x.y"][*]', tests: [{ operator: 'equals', operand: null }] }],
        },
        {
          id: 'two',
          line: 22,
          effect: 'require-approval',
          tools: ['a', 'b*'],
          reason: 'Because.',
          approvalTimeoutMs: 300_000,
        },
      ],
    },
  })
  expect(JSON.parse(JSON.stringify(entry))).toEqual(entry)
})

test('YAML 1.2: `no` and `on` are texts, a BOM and CRLF do no harm, aliases work', () => {
  const { entry } = parse(
    '\uFEFFversion: 1\r\nrules:\r\n  - id: a\r\n    effect: deny\r\n    tools: &t [x, y]\r\n    when: { country: no }\r\n  - id: b\r\n    effect: deny\r\n    tools: *t\r\n',
  )
  expect(entry.status === 'ok' && entry.policy.rules.map((one) => [one.line, one.tools, one.when])).toEqual([
    [3, ['x', 'y'], [{ path: 'country', tests: [{ operator: 'equals', operand: 'no' }] }]],
    [7, ['x', 'y'], undefined],
  ])
})

describe('unknown words, with their place and what was meant', () => {
  test.each([
    ['version: 1\nrulse: []', '2:1 Unknown key `rulse` in a policy file | Did you mean `rules`?'],
    ['version: 1\nxyzzy: []', '2:1 Unknown key `xyzzy` in a policy file'],
    [rule('    tool: x'), '6:5 Unknown key `tool` in a rule | Did you mean `tools`?'],
    [rule('    wehn: { a: 1 }'), '6:5 Unknown key `wehn` in a rule | Did you mean `when`?'],
    [rule('    action: deny'), '6:5 Unknown key `action` in a rule | Did you mean `effect`?'],
    [rule('    when: { a: { eqals: 1 } }'), '6:18 Unknown operator `eqals` | Did you mean `equals`?'],
    [rule('    when: { a: { constructor: 1 } }'), '6:18 Unknown operator `constructor`'],
    [rule('    when: { a: { startswith: x } }'), '6:18 Unknown operator `startswith` | Did you mean `starts_with`?'],
    ['version: 1\ndefault: { reed: allow }', '2:12 Unknown key `reed` in `default` | Did you mean `read`?'],
    [
      'version: 1\nrules: [{ id: r, effect: ask, tools: x }]',
      '2:26 `effect` must be one of `allow`, `require-approval`, `deny`, found the text "ask" | Did you mean `require-approval`?',
    ],
    [
      rule('    risk: [write, destructiv]'),
      '6:19 `risk` must be one of `read`, `unknown`, `write`, `network`, `destructive`, `execute`, `credentials`, `money`, found the text "destructiv" | Did you mean `destructive`?',
    ],
    ['version: 1\n__proto__: {}', '2:1 Unknown key `__proto__` in a policy file'],
    ['version: 1\nconstructor: {}', '2:1 Unknown key `constructor` in a policy file'],
  ])('%j', (text, expected) => {
    expect(said(text)).toEqual([expected])
  })
})

test('`$.any` is an argument of that name', () => {
  expect(said(rule('    when: { $.any: 1 }'))).toEqual([])
})

describe('wrong values, with their place and what was expected', () => {
  test.each([
    ['', '1:1 The file is empty; it must at least say `version: 1`'],
    ['- 1', '1:1 A policy file must be a map; it must at least say `version: 1`'],
    ['name: x', '1:1 `version` is missing | Add `version: 1`.'],
    ['version: 2', '1:10 `version` must be 1, found 2'],
    ['version: "1"', '1:10 `version` must be 1, found the text "1"'],
    ['version: 1\nserver:', '2:8 `server` must be a name or glob, or a list of them, found nothing'],
    [
      'version: 1\nserver: []',
      '2:9 `server` is an empty list, which would match nothing; name something or leave the key out',
    ],
    ['version: 1\nserver: 5', '2:9 `server` must be a name or glob, or a list of them, found 5 | Put it in quotes.'],
    ['version: 1\nserver: "a[bc]"', '2:9 The glob "a[bc]" has `[`; only `*` and `?` are special in a glob'],
    ['version: 1\nname: 5', '2:7 `name` must be a text, found 5'],
    ['version: 1\ndefault: []', '2:10 `default` must be an effect or a map from risk classes to effects, found a list'],
    ['version: 1\ndefault: {}', '2:10 `default` must be an effect or a map from risk classes to effects, found a map'],
    ['version: 1\nrules: { id: r }', '2:8 `rules` must be a list, found a map | Begin each rule with `- `.'],
    ['version: 1\nrules: [x]', '2:9 A rule must be a map, found the text "x"'],
    ['version: 1\nrules: [{ effect: deny, tools: x }]', '2:9 The rule has no `id`'],
    ['version: 1\nrules: [{ id: r, tools: x }]', '2:9 The rule has no `effect`'],
    ['version: 1\nrules: [{ id: r, effect: deny }]', '2:9 The rule has no `tools` | For all tools write `tools: "*"`.'],
    [
      'version: 1\nrules: [{ id: "a b", effect: deny, tools: x }]',
      '2:15 `id` must be made of letters, digits, `-`, `_` and `.`, found the text "a b"',
    ],
    [
      'version: 1\nrules:\n  - { id: a, effect: deny, tools: x }\n  - { id: a, effect: deny, tools: y }',
      '4:11 The rule id `a` is already used on line 3',
    ],
    [
      rule('    when: x'),
      '6:11 `when` must be a map from arguments to tests, found the text "x" | For example `path: { inside: ~/code }`.',
    ],
    [rule('    when: {}'), '6:11 `when` has no conditions; leave it out if there are none'],
    [rule('    unless: {}'), '6:13 `unless` has no conditions; leave it out if there are none'],
    [
      rule('    when:\n      owner:'),
      '7:13 The test of `owner` must be a value or a map of operators, found nothing | For JSON null write `{ equals: null }`.',
    ],
    [
      rule('    when: { a: [1] }'),
      '6:16 The test of `a` must be a value or a map of operators, found a list | Did you mean `{ in: […] }`?',
    ],
    [rule('    when: { a: {} }'), '6:16 The test of `a` has no operator'],
    [rule('    when: { "a[": 1 }'), '6:13 The argument path "a[" has a `[` that is not `[0]`, `[*]` or `["name"]`'],
    [rule('    when: { a: { gt: "5" } }'), '6:22 `gt` must be a number, found the text "5"'],
    [rule('    when: { a: { in: x } }'), '6:22 `in` must be a list, found the text "x"'],
    [rule('    when: { a: { in: [] } }'), '6:22 `in` has an empty list, which nothing can be in'],
    [rule('    when: { a: { contains: "" } }'), '6:28 `contains` has an empty text, which every text has'],
    [rule('    when: { a: { starts_with: "" } }'), '6:31 `starts_with` has an empty text, which every text has'],
    [rule('    when: { a: { exists: maybe } }'), '6:26 `exists` must be `true` or `false`, found the text "maybe"'],
    [
      rule('    when: { a: { inside: ~ } }'),
      '6:26 `inside` must be a folder or a list of folders, found nothing | Put `"~"` in quotes.',
    ],
    [
      rule('    when: { a: 12345678901234567890 }'),
      '6:16 This number cannot be kept exactly | If the argument is a text, put it in quotes.',
    ],
    [
      rule('    when: { a: .inf }'),
      '6:16 This number cannot be kept exactly | If the argument is a text, put it in quotes.',
    ],
    [
      rule('    when: { a: { equals: { __proto__: 1 } } }'),
      '6:28 A call with a `__proto__` key is always refused; no rule can match one',
    ],
    [rule('    approval: { timeout: 5m }'), '6:5 `approval` has no meaning in a rule whose effect is `deny`'],
    [
      'version: 1\nrules: [{ id: r, effect: require-approval, tools: x, approval: { timeout: 5 } }]',
      '2:75 `timeout` must be a duration such as `30s`, `5m`, `1h` or `1d`, up to 7 days, found 5 | Write the unit too: `5s` for seconds.',
    ],
    ['version: 1\nversion: 1', '2:1 Duplicate key `version`, first on line 1'],
    [rule('    when: { a: 1, "a": 2 }'), '6:19 Duplicate key `a`, first on line 6'],
    ['version: 1\n5: x', '2:1 A key must be a text | Put it in quotes.'],
    ['version: 1\nname: !!binary aGk=', '2:16 The tag tag:yaml.org,2002:binary is not allowed'],
    [rule('    client: *'), '6:13 `*` alone is no text in YAML | Write `"*"` in quotes.'],
    [
      'version: 1\nname: *x',
      '2:7 There is no anchor `&x` before this alias | If it is to be a text, put it in quotes: `"*x"`.',
    ],
  ])('%j', (text, expected) => {
    expect(said(text)).toContain(expected)
    expect(parse(text).entry.status).toBe('broken')
  })

  test.each([
    ['not closed', 'version: 1\nrules: ['],
    ['a tab', 'version: 1\nrules:\n\t- x'],
    ['two documents', 'version: 1\n---\nversion: 1'],
    ['an older YAML', '%YAML 1.1\n---\nversion: 1'],
    ['a tag of its own', 'version: 1\nname: !x y'],
    ['a NUL', 'version: 1\nname: "a\\0b"'],
    ['a merge key', 'version: 1\nx: &x { name: y }\n<<: *x'],
    ['a list as key', 'version: 1\n? [a]\n: b'],
  ])('%s is an error', (_, text) => {
    expect(parse(text).entry.status).toBe('broken')
    expect(parse(text).diagnostics[0]?.severity).toBe('error')
  })

  test('all of them, in the order of the text; the problem names the first and counts the rest', () => {
    const text = 'version: 1\nrules:\n  - { id: a, effekt: deny, tools: x }\n  - { id: b, effect: deny }\nname: 5'
    expect(said(text).map((one) => one.split(' ')[0])).toEqual(['3:5', '3:14', '4:5', '5:7'])
    const { entry } = parse(text)
    expect(entry.status === 'broken' && entry.problem).toBe('line 3: The rule has no `effect` (and 3 more)')
  })
})

describe('durations', () => {
  const timeout = (text: string) => {
    const { entry } = parse(
      `version: 1\nrules: [{ id: r, effect: require-approval, tools: x, approval: { timeout: ${text} } }]`,
    )
    return entry.status === 'ok' ? entry.policy.rules[0]?.approvalTimeoutMs : undefined
  }
  test.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['8d', undefined],
    ['0s', undefined],
    ['-5m', undefined],
    ['1.5h', undefined],
    ['5 m', undefined],
    ['5M', undefined],
    ['1w', undefined],
  ])('%s', (text, milliseconds) => expect(timeout(text)).toBe(milliseconds))
})

test('a broken file keeps the servers it surely governs', () => {
  const { entry } = parse('version: 1\nserver: [github, "git*"]\nrulez: []')
  expect(entry).toEqual({
    file: 'p.yaml',
    status: 'broken',
    servers: ['github', 'git*'],
    problem: 'line 3: Unknown key `rulez` in a policy file',
  })
})

test('a file that is bad YAML, or says a thing twice, may govern anything', () => {
  for (const text of [
    'server: github\nversion: 1\nversion: 1',
    'server: github\nname: !x y',
    'server: github\nrules: [',
  ]) {
    expect(parse(text).entry).toMatchObject({ status: 'broken', servers: ['*'] })
  }
})
