// Reading `tests:`: what comes out, and that tests name only what the file has.
import { describe, expect, test } from 'vitest'
import { parsePolicyText } from '../../../core/policy/parse.ts'

const rules =
  'rules: [{ id: first, effect: deny, tools: x }, { id: few, effect: allow, tools: y, limit: { max: 1, per: 1h } }]'
const parse = (entry: string) => parsePolicyText(`version: 1\n${rules}\ntests:\n- ${entry}`, 'p.yaml')
const said = (entry: string) =>
  parse(entry).diagnostics.map((d) => `${d.column} ${d.message}${d.suggestion ? ` | ${d.suggestion}` : ''}`)

test.each([
  ['{ call: x, expect: deny }', { action: 'tools/call', tool: 'x', arguments: {}, expect: 'deny' }],
  [
    '{ name: " Never ", call: { tool: x, arguments: { a: [1, null] }, server: s, client: c }, expect: deny, rule: first }',
    {
      name: 'Never',
      action: 'tools/call',
      tool: 'x',
      server: 's',
      client: 'c',
      arguments: { a: [1, null] },
      expect: 'deny',
      rule: 'first',
    },
  ],
  [
    '{ call: y, expect: hold, exhausted: few }',
    { action: 'tools/call', tool: 'y', arguments: {}, expect: 'hold', exhausted: ['few'] },
  ],
  [
    '{ call: { tool: y }, expect: allow, exhausted: [few] }',
    { action: 'tools/call', tool: 'y', arguments: {}, expect: 'allow', exhausted: ['few'] },
  ],
  [
    '{ call: { on: resources/read, params: { uri: "file:///x" } }, expect: allow }',
    { action: 'resources/read', tool: 'file:///x', arguments: { uri: 'file:///x' }, expect: 'allow' },
  ],
  [
    '{ call: { on: prompts/get, server: s, params: { name: p, arguments: { a: b } } }, expect: deny }',
    { action: 'prompts/get', tool: 'p', server: 's', arguments: { name: 'p', arguments: { a: 'b' } }, expect: 'deny' },
  ],
  [
    '{ call: { on: sampling/createMessage }, expect: allow }',
    { action: 'sampling/createMessage', tool: 'sampling/createMessage', arguments: {}, expect: 'allow' },
  ],
])('%s', (entry, expected) => {
  const parsed = parse(entry)
  expect(parsed.diagnostics).toEqual([])
  expect(parsed.tests).toEqual([{ line: 4, exhausted: [], ...expected }])
  // What is published does not have them.
  expect(JSON.stringify(parsed.entry)).not.toContain('tests')
})

describe('mistakes, with their place', () => {
  test.each([
    ['x', '3 A test must be a map, found the text "x" | For example `{ call: x, expect: deny }`.'],
    ['{ call: x }', '3 The test has no `expect`'],
    ['{ expect: deny }', '3 The test has no `call`'],
    ['{ call: x, expected: deny, expect: deny }', '14 Unknown key `expected` in a test | Did you mean `expect`?'],
    [
      '{ call: x, expect: require-approval }',
      '22 `expect` must be one of `allow`, `deny`, `hold`, found the text "require-approval" | Did you mean `hold`?',
    ],
    [
      '{ call: x, expect: ask }',
      '22 `expect` must be one of `allow`, `deny`, `hold`, found the text "ask" | Did you mean `hold`?',
    ],
    [
      '{ call: x, expect: block }',
      '22 `expect` must be one of `allow`, `deny`, `hold`, found the text "block" | Did you mean `deny`?',
    ],
    ['{ call: [x], expect: deny }', '11 `call` must be the name of a tool or a map, found a list'],
    [
      '{ call: { arguments: {} }, expect: deny }',
      '11 `call` has no `tool` | For another request than a tool call write `on`.',
    ],
    ['{ call: { tool: x, args: {} }, expect: deny }', '22 Unknown key `args` in `call`'],
    ['{ call: { tool: x, params: {} }, expect: deny }', '22 Unknown key `params` in `call`'],
    ['{ call: { tool: x, arguments: [1] }, expect: deny }', '33 `arguments` must be a map, found a list'],
    [
      '{ call: { tool: x, arguments: { a: 12345678901234567890 } }, expect: deny }',
      '38 This number cannot be kept exactly | If the argument is a text, put it in quotes.',
    ],
    [
      '{ call: { on: tools/call }, expect: deny }',
      '17 `on` must be one of `resources/read`, `prompts/get`, `sampling/createMessage`, `elicitation/create`, found the text "tools/call"',
    ],
    ['{ call: { on: resources/read }, expect: deny }', '11 `resources/read` needs a text as `uri` in its `params`'],
    [
      '{ call: { on: prompts/get, params: { uri: x } }, expect: deny }',
      '38 `prompts/get` needs a text as `name` in its `params`',
    ],
    ['{ call: x, expect: deny, rule: frist }', '34 The file has no rule `frist` | Did you mean `first`?'],
    ['{ call: x, expect: deny, exhausted: [other] }', '40 The file has no rule `other`'],
    ['{ call: x, expect: deny, exhausted: first }', '39 The rule `first` has no `limit` that could be exhausted'],
  ])('%s', (entry, expected) => {
    expect(said(entry)).toEqual([expected])
    expect(parse(entry)).toMatchObject({ entry: { status: 'broken' }, tests: [] })
  })
  test('a map instead of a list', () => {
    const { diagnostics } = parsePolicyText('version: 1\ntests: { call: x, expect: deny }', 'p.yaml')
    expect(diagnostics).toMatchObject([
      { message: '`tests` must be a list, found a map', suggestion: 'Begin each test with `- `.' },
    ])
  })
})
