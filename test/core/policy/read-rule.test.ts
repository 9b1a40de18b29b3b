// What rules say beside conditions: limits, approvals, hiding, redacting, other requests than tool calls; and what cannot
// stand together.
import { describe, expect, test } from 'vitest'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { policySetEntry } from '../../../core/schema/policy.ts'

const parse = (fields: string) => parsePolicyText(`version: 1\nrules: [{ id: r, ${fields} }]`, 'p.yaml')
const said = (fields: string) =>
  parse(fields).diagnostics.map((d) => `${d.column} ${d.message}${d.suggestion ? ` | ${d.suggestion}` : ''}`)
/** The rule without what every one here has. */
const read = (fields: string) => {
  const { entry, diagnostics } = parse(fields)
  expect(diagnostics).toEqual([])
  expect(policySetEntry.parse(entry)).toEqual(entry)
  const [rule] = entry.status === 'ok' ? entry.policy.rules : []
  if (!rule) return undefined
  const { id, line, ...rest } = rule
  return rest
}

describe('limits', () => {
  const hour = 3_600_000
  test.each([
    ['max: 20, per: 1h', { max: 20, perMs: hour, then: 'require-approval' }],
    ['max: 0, per: 1d, then: deny', { max: 0, perMs: 24 * hour, then: 'deny' }],
    ['max: 5, per: 1h, by: client', { max: 5, perMs: hour, by: ['client'], then: 'require-approval' }],
    [
      'max: 99.5, per: 1h, sum: "items[*].price", by: [tool, session]',
      { max: 99.5, perMs: hour, sum: 'items[*].price', by: ['tool', 'session'], then: 'require-approval' },
    ],
  ])('allow, { %s }', (text, limit) => {
    expect(read(`effect: allow, tools: x, limit: { ${text} }`)).toEqual({ effect: 'allow', tools: ['x'], limit })
  })
  test('a rule that asks can only turn into one that denies', () => {
    expect(read('effect: require-approval, tools: x, limit: { max: 1, per: 1h, then: deny }')?.limit?.then).toBe('deny')
  })

  const allow = (limit: string) => `effect: allow, tools: x, limit: ${limit}`
  test.each([
    [allow('5'), '50 `limit` must be a map, found 5 | For example `{ max: 20, per: 1h }`.'],
    [allow('{ max: 1 }'), '50 The limit has no `per`'],
    [allow('{ per: 1h }'), '50 The limit has no `max`'],
    [allow('{ max: 1, per: 1h, every: 5 }'), '69 Unknown key `every` in `limit`'],
    [allow('{ max: -1, per: 1h }'), '57 `max` must be 0 or more, found -1'],
    [
      allow('{ max: 1.5, per: 1h }'),
      '57 `max` must be a whole number of calls, found 1.5 | To add up an argument write `sum` too.',
    ],
    [allow('{ max: "1", per: 1h }'), '57 `max` must be a number, found the text "1"'],
    [
      allow('{ max: 12345678901234567890, per: 1h }'),
      '57 This number cannot be kept exactly | If the argument is a text, put it in quotes.',
    ],
    [
      allow('{ max: 1, per: hour }'),
      '65 `per` must be a duration such as `30s`, `5m`, `1h` or `1d`, up to 7 days, found the text "hour"',
    ],
    [
      allow('{ max: 1, per: 3600 }'),
      '65 `per` must be a duration such as `30s`, `5m`, `1h` or `1d`, up to 7 days, found 3600 | Write the unit too: `3600s` for seconds.',
    ],
    [
      allow('{ max: 1, per: 30d }'),
      '65 `per` must be a duration such as `30s`, `5m`, `1h` or `1d`, up to 7 days, found the text "30d"',
    ],
    [allow('{ max: 1, per: 1h, sum: "a.**" }'), '74 `sum` cannot take `**`; name the argument'],
    [
      allow('{ max: 1, per: 1h, sum: "a[" }'),
      '74 The argument path "a[" has a `[` that is not `[0]`, `[*]` or `["name"]`',
    ],
    [
      allow('{ max: 1, per: 1h, by: user }'),
      '73 `by` must be one of `client`, `server`, `tool`, `session`, found the text "user"',
    ],
    [
      allow('{ max: 1, per: 1h, then: allow }'),
      '75 `then` must be one of `require-approval`, `deny`, found the text "allow"',
    ],
    [
      allow('{ max: 1, per: 1h, then: ask }'),
      '75 `then` must be one of `require-approval`, `deny`, found the text "ask" | Did you mean `require-approval`?',
    ],
    [
      'effect: deny, tools: x, limit: { max: 1, per: 1h }',
      '42 `limit` has no meaning in a rule whose effect is `deny`',
    ],
    [
      'effect: require-approval, tools: x, limit: { max: 1, per: 1h }',
      '61 `then` must be stricter than the effect of the rule, which is `require-approval` | Write `then: deny`.',
    ],
    [
      'effect: require-approval, tools: x, limit: { max: 1, per: 1h, then: require-approval }',
      '86 `then` must be stricter than the effect of the rule, which is `require-approval` | Write `then: deny`.',
    ],
  ])('%s', (fields, expected) => {
    expect(said(fields)).toEqual([expected])
  })
})

describe('approvals', () => {
  test.each([
    ['effect: require-approval, tools: x, approval: { timeout: 5m }', { approvalTimeoutMs: 300_000 }],
    [
      'effect: require-approval, tools: x, approval: { confirm: os-auth, timeout: 1d }',
      { approvalTimeoutMs: 86_400_000, confirm: 'os-auth' },
    ],
    ['effect: allow, tools: x, limit: { max: 1, per: 1h }, approval: { confirm: type-name }', { confirm: 'type-name' }],
  ])('%s', (fields, expected) => {
    expect(read(fields)).toMatchObject(expected)
  })
  test.each([
    [
      'effect: deny, tools: x, approval: { confirm: click }',
      '42 `approval` has no meaning in a rule whose effect is `deny`',
    ],
    [
      'effect: allow, tools: x, approval: { confirm: click }',
      '43 `approval` has no meaning in a rule whose effect is `allow`',
    ],
    [
      'effect: allow, tools: x, limit: { max: 1, per: 1h, then: deny }, approval: { confirm: click }',
      '83 `approval` has no meaning in a rule whose effect is `allow`',
    ],
    [
      'effect: require-approval, tools: x, approval: {}',
      '64 `approval` must be a map with `timeout` or `confirm`, found a map | For example `{ timeout: 5m }`.',
    ],
    [
      'effect: require-approval, tools: x, approval: { confirm: typename }',
      '75 `confirm` must be one of `click`, `type-name`, `os-auth`, found the text "typename" | Did you mean `type-name`?',
    ],
  ])('%s', (fields, expected) => {
    expect(said(fields)).toEqual([expected])
  })
  test('a rule whose effect cannot be read is not told more than that', () => {
    expect(said('effect: ask, tools: x, approval: { confirm: click }')).toHaveLength(1)
    expect(said('effect: allow, tools: x, limit: 5, approval: { confirm: click }')).toHaveLength(1)
  })
})

describe('hiding and redacting', () => {
  test('what comes out', () => {
    expect(
      read('effect: deny, tools: "delete_*", server: a, client: b, hide: true, redact: [a.b, "c[*].d", $.any]'),
    ).toEqual({
      effect: 'deny',
      tools: ['delete_*'],
      servers: ['a'],
      clients: ['b'],
      hide: true,
      redact: ['a.b', 'c[*].d', '$.any'],
    })
    expect(read('effect: allow, tools: x, redact: password')?.redact).toEqual(['password'])
  })
  test.each([
    ['effect: allow, tools: x, hide: true', '43 `hide` has no meaning in a rule whose effect is `allow`'],
    [
      'effect: deny, tools: x, hide: false',
      '48 `hide` must be `true`, found false | Leave it out if nothing is to be hidden.',
    ],
    ...['when: { a: 1 }', 'unless: { a: 1 }', 'risk: write'].map((beside) => [
      `effect: deny, tools: x, hide: true, ${beside}`,
      `42 \`hide\` cannot stand with \`${beside.split(':')[0]}\`: a tool is hidden before any call is known | Make it a rule of its own without conditions.`,
    ]),
    ['effect: deny, tools: x, redact: "**"', '50 `redact` cannot take `**`; name the argument'],
    [
      'effect: deny, tools: x, redact: [a, "b["]',
      '54 The argument path "b[" has a `[` that is not `[0]`, `[*]` or `["name"]`',
    ],
    [
      'effect: deny, tools: x, redact: []',
      '50 `redact` is an empty list, which would match nothing; name something or leave the key out',
    ],
    [
      'effect: deny, tools: x, redact: 5',
      '50 `redact` must be an argument path, or a list of them, found 5 | Put it in quotes.',
    ],
  ] as [string, string][])('%s', (fields, expected) => {
    expect(said(fields)).toEqual([expected])
  })
})

describe('other requests than tool calls', () => {
  test.each([
    ['on: resources/read', ['resources/read']],
    [
      'on: [elicitation/create, sampling/createMessage, elicitation/create]',
      ['sampling/createMessage', 'elicitation/create'],
    ],
  ])('%s', (on, expected) => {
    expect(read(`effect: deny, ${on}`)).toEqual({ effect: 'deny', on: expected, tools: ['*'] })
  })
  test('`tools/call` is the same as nothing', () => {
    for (const on of ['tools/call', '[tools/call]']) {
      expect(read(`effect: deny, on: ${on}, tools: x`)).toEqual({ effect: 'deny', tools: ['x'] })
    }
  })
  test.each([
    ['effect: deny, on: tools/call', '9 The rule has no `tools` | For all tools write `tools: "*"`.'],
    [
      'effect: deny, on: [tools/call, prompts/get]',
      '36 `tools/call` cannot stand with other methods | Write a rule for each.',
    ],
    [
      'effect: deny, on: resource/read',
      '36 `on` must be one of `tools/call`, `resources/read`, `prompts/get`, `sampling/createMessage`, `elicitation/create`, found the text "resource/read" | Did you mean `resources/read`?',
    ],
    [
      'effect: deny, on: prompts/get, tools: x',
      '49 `tools` is about tool calls and cannot stand with `on` | Leave it out; conditions look at the params of the request.',
    ],
    [
      'effect: deny, on: prompts/get, risk: read',
      '49 `risk` is about tool calls and cannot stand with `on` | Leave it out.',
    ],
    [
      'effect: deny, on: prompts/get, hide: true',
      '49 `hide` is about tool calls and cannot stand with `on` | Leave it out.',
    ],
    [
      'effect: allow, on: prompts/get, limit: { max: 1, per: 1h }',
      '50 `limit` is about tool calls and cannot stand with `on` | Leave it out.',
    ],
  ])('%s', (fields, expected) => {
    expect(said(fields)).toEqual([expected])
  })
})
