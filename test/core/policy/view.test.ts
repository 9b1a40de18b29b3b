// A file as the policy screen shows it.
import { expect, test } from 'vitest'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { policyFileView } from '../../../core/policy/view.ts'
import { conditionWords, cutConditionWords, limitWords } from '../../../core/policy/words.ts'
import type { JsonValue } from '../../../core/schema/json.ts'
import type { PolicyCondition, PolicyLimit, PolicyTest } from '../../../core/schema/policy.ts'
import { uiRequests } from '../../../core/wire/ui-contract.ts'

const checked = (text: string) => {
  const view = policyFileView(text, parsePolicyText(text, 'a.yaml'))
  uiRequests['policies.list'].result.parse({ folder: '/', revision: '', files: [view] })
  return view
}

const is = (path: string, operand: JsonValue): PolicyCondition => ({ path, tests: [{ operator: 'equals', operand }] })

test('a good file', () => {
  const text = `version: 1
name: Site
server: files
default: { read: allow, "*": deny }
rules:
  - id: stay
    effect: allow
    tools: [write_file]
    client: [cursor, zed]
    risk: write
    when: { path: { inside: ~/code/site } }
    unless: { path: { ends_with: .env }, force: true }
    reason: Only the site.
  - { id: plain, effect: deny, tools: "*" }
`
  expect(checked(text)).toEqual({
    file: 'a.yaml',
    status: 'ok',
    name: 'Site',
    servers: ['files'],
    text,
    defaults: [
      { risk: 'read', effect: 'allow' },
      { risk: '*', effect: 'deny' },
    ],
    rules: [
      {
        id: 'stay',
        effect: 'allow',
        tools: ['write_file'],
        line: 6,
        conditions: [
          'client is cursor or zed',
          'risk is write',
          'path is inside ~/code/site',
          'unless path ends with .env and force is true',
        ],
        reason: 'Only the site.',
      },
      { id: 'plain', effect: 'deny', tools: ['*'], line: 14, conditions: [] },
    ],
    diagnostics: [],
  })
})

test('a broken file: its text and what is wrong, no rules', () => {
  const view = checked('version: 1\nserver: x\nrulez: []')
  expect(view).toMatchObject({ status: 'broken', servers: ['x'], rules: [], defaults: [] })
  expect(view.diagnostics.map((one) => one.line)).toEqual([3])
})

test.each<[string, PolicyTest[], string]>([
  ['path', [{ operator: 'inside', operand: ['~/a', './b'] }], 'path is inside ~/a or ./b'],
  ['$.any', [{ operator: 'equals', operand: 'x y' }], 'any is "x y"'],
  ['n', [{ operator: 'equals', operand: '5' }], 'n is "5"'],
  ['n', [{ operator: 'equals', operand: 5 }], 'n is 5'],
  ['n', [{ operator: 'equals', operand: 'true' }], 'n is "true"'],
  ['n', [{ operator: 'not_equals', operand: null }], 'n is not null'],
  ['n', [{ operator: 'in', operand: ['a', 1] }], 'n is one of a, 1'],
  ['n', [{ operator: 'not_in', operand: ['a'] }], 'n is none of a'],
  [
    'n',
    [
      { operator: 'gte', operand: 1 },
      { operator: 'lt', operand: 5 },
    ],
    'n is at least 1 and is less than 5',
  ],
  ['n', [{ operator: 'exists', operand: false }], 'n is absent'],
  ['n', [{ operator: 'exists', operand: true }], 'n is present'],
  ['**', [{ operator: 'glob', operand: '*.env' }], 'some text in the arguments matches *.env'],
  ['n', [{ operator: 'contains', operand: '' }], 'n contains ""'],
  ['n', [{ operator: 'matches', operand: '^a+$' }], 'n matches the pattern "^a+$"'],
  ['n', [{ operator: 'type', operand: 'string' }], 'n is of the type string'],
  ['n', [{ operator: 'length', operand: { gt: 5, lte: 10 } }], 'the length of n is more than 5 and is at most 10'],
  [
    'u',
    [{ operator: 'host', operand: { in: ['a.example', 'b.example'] } }],
    'the host of u is one of a.example, b.example',
  ],
  ['c', [{ operator: 'command', operand: { not_in: ['rm'] } }], 'every program in c is none of rm'],
  [
    'n',
    [
      { operator: 'type', operand: 'string' },
      { operator: 'starts_with', operand: 'a' },
      { operator: 'length', operand: { equals: 3 } },
      { operator: 'ends_with', operand: 'z' },
    ],
    'n is of the type string and starts with a and the length of n is 3 and n ends with z',
  ],
])('%s %j in words', (path, tests, words) => {
  expect(conditionWords({ path, tests })).toBe(words)
})

test.each<[PolicyCondition, string]>([
  [{ any: [[is('a', 1)], [is('b', 2), is('c', 3)]] }, 'any of: (a is 1) or (b is 2 and c is 3)'],
  [{ all: [[is('a', 1)], [is('b', 2)]] }, 'all of: (a is 1) and (b is 2)'],
  [{ not: [is('a', 1), is('b', 2)] }, 'not (a is 1 and b is 2)'],
  [{ not: [{ any: [[is('a', 1)], [{ not: [is('$.any', 2)] }]] }] }, 'not (any of: (a is 1) or (not (any is 2)))'],
])('%j in words', (condition, words) => {
  expect(conditionWords(condition)).toBe(words)
})

test('operands are cut each on its own', () => {
  const tests: PolicyTest[] = [
    { operator: 'inside', operand: ['~/a', '~/bcdef'] },
    { operator: 'matches', operand: '^aaaaaaaaaa$' },
    { operator: 'length', operand: { lte: 4096 } },
  ]
  const words = cutConditionWords({ not: [{ any: [[{ path: 'p', tests }], [is('a', 'b')]] }] }, 8)
  expect(words).toBe(
    'not (any of: (p is inside ~/a or ~… and matches the pattern "^aaaaaa… and the length of p is at most 4096) or (a is b))',
  )
})

test.each<[Omit<PolicyLimit, 'then'>, string]>([
  [{ max: 20, perMs: 3_600_000 }, 'at most 20 calls in 1 hour'],
  [{ max: 1, perMs: 90_000 }, 'at most 1 call in 90 seconds'],
  [{ max: 0, perMs: 7 * 86_400_000, by: ['client', 'tool'] }, 'at most 0 calls in 7 days, per client and tool'],
  [
    { max: 500, perMs: 86_400_000, sum: 'amount', by: ['client'] },
    'amount adds up to at most 500 in 1 day, per client',
  ],
  [{ max: 0.5, perMs: 1500, sum: '$.any' }, 'any adds up to at most 0.5 in 1500 milliseconds'],
])('the limit %j in words', (limit, words) => {
  expect(limitWords({ ...limit, then: 'deny' })).toBe(words)
})

test('all that goes with a rule, a line each', () => {
  const { rules } = checked(`version: 1
rules:
  - id: all
    effect: allow
    tools: pay
    server: [bank, shop]
    when: { any: [{ a: 1 }, { b: 2 }] }
    unless: { not: { c: 3 } }
    limit: { max: 5, per: 1h, by: client }
    redact: [token, card.number]
    approval: { timeout: 5m, confirm: type-name }
  - { id: hidden, effect: deny, tools: "delete_*", hide: true, redact: token }
  - { id: reads, effect: require-approval, on: [resources/read, prompts/get], approval: { confirm: os-auth } }
  - { id: asks, effect: require-approval, tools: x, limit: { max: 1, per: 1d, then: deny }, approval: { confirm: click } }
`)
  expect(rules.map(({ id, on, hide }) => [id, on, hide])).toEqual([
    ['all', undefined, undefined],
    ['hidden', undefined, true],
    ['reads', ['resources/read', 'prompts/get'], undefined],
    ['asks', undefined, undefined],
  ])
  expect(rules.map((rule) => rule.conditions)).toEqual([
    [
      'server is bank or shop',
      'any of: (a is 1) or (b is 2)',
      'unless not (c is 3)',
      'at most 5 calls in 1 hour, per client; after that it asks',
      'token and card.number are kept out of the audit log',
      'an approval may wait for 5 minutes',
      "approving takes typing the tool's name",
    ],
    ['hidden from the list of tools', 'token is kept out of the audit log'],
    ['approving takes proving to the system who you are'],
    ['at most 1 call in 1 day; after that it denies', 'approving takes a click'],
  ])
})
