// What the importer of Intercept policies writes and says, beside the decisions (intercept-differential.test.ts): rules,
// comments, warnings with their place, and refusals.
import { describe, expect, it, test } from 'vitest'
import { importPolicy } from '../../../../core/policy/import/import-policy.ts'
import { parsePolicyText } from '../../../../core/policy/parse.ts'
import type { PolicyFile } from '../../../../core/schema/policy.ts'

const options = { file: 'intercept.yaml', server: 'stripe' }

function imported(source: string, over: Partial<typeof options> = {}) {
  const result = importPolicy(source, { ...options, ...over })
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  return result
}

function policyOf(source: string): PolicyFile {
  const { entry } = parsePolicyText(imported(source).text, 'x.yaml')
  if (entry.status !== 'ok') throw new Error(entry.problem)
  return entry.policy
}

const warningsOf = (source: string) =>
  imported(source).warnings.map(({ line, column, message }) => `${line}:${column} ${message}`)

const refusalOf = (source: string, over: Parameters<typeof importPolicy>[1] = options) => {
  const result = importPolicy(source, over)
  return result.ok ? 'imported' : result.errors.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

/** A file with one rule of the tool `t`; the rule's name stands in line 6. */
const withRule = (...lines: string[]) =>
  `version: "1"\ntools:\n  t:\n    rules:\n      -\n        name: odd\n${lines.map((line) => `        ${line}\n`).join('')}`

it('writes a policy that people can read, with what it came from beside each rule', () => {
  const source = `version: "1"
description: Stripe limits
hide: [transfer]
tools:
  create_charge:
    rules:
      - name: max single charge
        conditions:
          - { path: args.amount, op: gt, value: 0 }
          - { path: args.amount, op: lte, value: 50000 }
          - { path: args.currency, op: in, value: [usd, eur] }
        on_deny: "Too much: ask a person"
      - name: daily spend
        state: { counter: spend, window: day, increment_from: args.amount }
        conditions: [{ path: state.create_charge.spend, op: lt, value: 1000001 }]
  "*":
    rules:
      - { name: all, rate_limit: 60/minute }
`
  const { text, warnings, format, rules } = imported(source)
  expect([format, rules]).toEqual(['intercept', 4])
  expect(warnings.map(({ line, message }) => [line, message])).toEqual([
    [15, 'Intercept adds up `amount` without fractions; here they count too.'],
  ])
  expect(text).toBe(`# Imported from an Intercept policy. Rules that differ from the original are stricter, and say so.

version: 1
name: Stripe limits
server: stripe
# What no rule names is allowed, as in the original. Another file for the same server can set a stricter default.
default: { "*": allow }
rules:
  # Intercept: hide (line 3)
  - id: hidden
    effect: deny
    tools: transfer
    hide: true
    reason: This tool is hidden by policy.

  # Intercept: create_charge, rule "max single charge" (line 7)
  - id: create_charge-max-single-charge
    effect: deny
    tools: create_charge
    when:
      not:
        amount: { gt: 0, lte: 50000 }
        currency: { in: [usd, eur] }
    reason: "Too much: ask a person"

  # Intercept: create_charge, rule "daily spend" (line 13)
  # Intercept adds up \`amount\` without fractions; here they count too.
  - id: create_charge-daily-spend
    effect: allow
    tools: create_charge
    limit: { max: 1000000, per: 1d, sum: amount, then: deny }
    reason: The limit of 1000000 per 1d is reached.

  # Intercept: *, rule "all" (line 18)
  - id: all-tools-all
    effect: allow
    tools: "*"
    limit: { max: 60, per: 1m, then: deny }
    reason: The limit of 60 per 1m is reached.
`)
})

it('hides tools, keeps the reason, takes the server, and lists what a default of deny lets through', () => {
  const policy = policyOf(
    'version: "1"\ndefault: deny\nhide: [a, b]\ntools:\n  c: { rules: [{ name: n, action: deny, on_deny: Not here }] }\n  d:\n',
  )
  expect(policy.servers).toEqual(['stripe'])
  expect(policy.defaults).toEqual({ '*': 'deny' })
  expect(policy.rules.map(({ effect, tools, hide, reason }) => [effect, tools, hide, reason])).toEqual([
    ['deny', ['a', 'b'], true, 'This tool is hidden by policy.'],
    ['allow', ['c', 'd'], undefined, undefined],
    ['deny', ['c'], undefined, 'Not here'],
  ])
})

it('says that a policy without a server governs every server', () => {
  const result = importPolicy('version: "1"\ndefault: deny\n', { file: 'intercept.yaml' })
  expect(result.ok && [result.warnings.map(({ message }) => message), result.text.includes('server:')]).toEqual([
    ['The policy governs every server; name the one it is for with --server'],
    true, // in the comment that says so
  ])
  const { entry } = parsePolicyText(result.ok ? result.text : '', 'x.yaml')
  expect(entry.status === 'ok' && entry.policy.servers).toEqual(['*'])
})

it('takes the timeout of an approval over as far as ours go', () => {
  const timeoutOf = (timeout: string) =>
    policyOf(withRule('action: require_approval', `approval_timeout: ${timeout}`)).rules.map((r) => r.approvalTimeoutMs)
  expect(timeoutOf('30m')).toEqual([1_800_000])
  expect(timeoutOf('1h30m10.5s')).toEqual([5_410_000])
  expect(timeoutOf('720h')).toEqual([7 * 86_400_000])
  expect(timeoutOf('soon')).toEqual([undefined])
  expect(warningsOf(withRule('action: require_approval', 'approval_timeout: soon'))).toEqual([
    '6:9 The timeout "soon" is no duration and was left out',
  ])
})

describe('what cannot be said denies the tool, with a comment and a warning', () => {
  const cases: [about: string, lines: string[], warning: string][] = [
    ['an unknown key of a rule', ['condtions: []'], '6:9 Nobody knows what `condtions` means in a rule'],
    ['an unknown action', ['action: audit'], '6:9 The action `audit` is not known'],
    ['no conditions', ['action: evaluate'], '6:9 A rule that evaluates needs a condition'],
    [
      'conditions of a deny',
      ['action: deny', 'conditions: [{ path: args.x, op: eq, value: 1 }]'],
      '6:9 A rule whose action is `deny` cannot have conditions',
    ],
    [
      'an unknown operator',
      ['conditions: [{ path: args.x, op: like, value: 1 }]'],
      '6:9 The operator `like` is not known',
    ],
    [
      'an unknown key of a condition',
      ['conditions: [{ path: args.x, op: eq, value: 1, not: true }]'],
      '6:9 Nobody knows what `not` means in a condition',
    ],
    [
      'a path of something else',
      ['conditions: [{ path: user.name, op: eq, value: 1 }]'],
      '6:9 The path `user.name` begins with neither `args.` nor `state.`',
    ],
    [
      'in without a list',
      ['conditions: [{ path: args.x, op: in, value: a }]'],
      '6:9 `in` needs a list, found the text "a"',
    ],
    [
      'lt with a text',
      ['conditions: [{ path: args.x, op: lt, value: "5" }]'],
      '6:9 `lt` needs a number, found the text "5"',
    ],
    [
      'a regular expression that is none',
      ['conditions: [{ path: args.x, op: regex, value: "(" }]'],
      '7:22 The regular expression is not RE2 syntax',
    ],
    [
      'a lookahead, which Go has not either',
      ['conditions: [{ path: args.x, op: regex, value: "(?=a)" }]'],
      '7:22 The regular expression is not RE2 syntax',
    ],
    [
      'a counter of another tool',
      ['conditions: [{ path: state.u.c, op: lte, value: 1 }]'],
      '7:22 `state.u.c` is a counter of another tool or of none',
    ],
    [
      'a counter compared',
      ['state: { counter: c, window: day }', 'conditions: [{ path: state.t.c, op: gte, value: 1 }]'],
      '8:22 A counter cannot be compared with `gte`',
    ],
    [
      'a counter that counts down',
      ['state: { counter: c, window: day, increment: -1 }', 'conditions: [{ path: state.t.c, op: lte, value: 1 }]'],
      '6:9 A counter that counts down cannot be said',
    ],
    ['a window of a week', ['rate_limit: 5/week'], '6:9 A window is one of `minute`, `hour`, `day`, found "week"'],
    ['a rate of nothing', ['rate_limit: 0/hour'], '6:9 `rate_limit` must look like `5/hour`, found "0/hour"'],
    [
      'a rate and conditions',
      ['rate_limit: 5/hour', 'conditions: [{ path: args.x, op: eq, value: 1 }]'],
      '6:9 `rate_limit` cannot stand with `conditions` or `state`',
    ],
    ['a rate and deny', ['rate_limit: 5/hour', 'action: deny'], '6:9 `rate_limit` cannot stand with the action `deny`'],
    [
      'an approval that counts',
      ['action: require_approval', 'state: { counter: c, window: day }'],
      '6:9 An approval that depends on a counter cannot be said',
    ],
    ['conditions that are no list', ['conditions: { path: args.x }'], '6:9 `conditions` must be a list, found a map'],
  ]
  test.each(cases)('%s', (_, lines, warning) => {
    const source = withRule(...lines)
    const [given = ''] = warningsOf(source)
    expect(given.slice(0, warning.length)).toBe(warning)
    expect(given).toContain('every call of "t" is denied until you decide what it was to mean')
    expect(imported(source).text).toContain('until you decide what it was to mean')
    const { rules } = policyOf(source)
    expect(rules.map(({ effect, tools, when }) => [effect, tools, when])).toEqual([['deny', ['t'], undefined]])
  })

  it('for all tools, where it stands at the top or under *', () => {
    for (const source of [
      'version: "1"\ndefault: allow\nmode: strict\n',
      'version: "1"\ntools: { "*": { rule: [] } }\n',
    ]) {
      expect(policyOf(source).rules.map(({ effect, tools }) => [effect, tools])).toEqual([['deny', ['*']]])
      expect(warningsOf(source)).toHaveLength(1)
    }
  })

  it('for a tool that shares a counter by accident', () => {
    const source = `version: "1"
tools:
  "*": { rules: [{ name: all, rate_limit: 5/hour }] }
  _global: { rules: [{ name: own, rate_limit: 5/hour }] }
`
    expect(policyOf(source).rules.map(({ effect, tools }) => [effect, tools])).toEqual([
      ['deny', ['_global']],
      ['allow', ['*']],
    ])
    expect(warningsOf(source)[0]).toMatch(/^4:3 Its counter "_rate_hour" is also that of the tool "\*"/)
  })
})

describe('what is refused as a whole', () => {
  const deep = '['.repeat(10_000)
  const laughs = `version: "1"\na0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`).join('')}`
  const value = (text: string) => withRule(`conditions: [{ path: args.x, op: eq, value: ${text} }]`)
  const pairs = `version: "1"\ntools:\n  t:\n    rules:\n${Array.from({ length: 40 }, (_, n) =>
    [
      `      - { name: a${n}, action: require_approval }`,
      `      - { name: c${n}, state: { counter: c${n}, window: day }, conditions: [{ path: state.t.c${n}, op: lte, value: 5 }] }`,
    ].join('\n'),
  ).join('\n')}\n`
  const numbers = Array.from({ length: 100_000 }, (_, n) => n).join(', ')
  const longLists = withRule(`conditions: [{ path: args.x, op: in, value: [${numbers}] }]`)
  const cases: [about: string, source: string, refusal: RegExp][] = [
    ['another version', 'version: "2"\ntools: {}\n', /^1:10 An Intercept policy says `version: "1"`/],
    ['no version', 'tools: {}\n', /^1:1 An Intercept policy says `version: "1"`/],
    ['duplicate keys', 'version: "1"\ntools: {}\ntools: {}\n', /^3:1 Duplicate key `tools`, first on line 2/],
    ['a duplicate tool', 'version: "1"\ntools:\n  a: { rules: [] }\n  a: { rules: [] }\n', /^4:3 Duplicate key `a`/],
    ['brackets', `version: "1"\ntools: ${deep}`, /nested too deeply/],
    ['a million laughs', laughs, /^\d+:\d+ (?:More than 100 aliases|The aliases of this file)/],
    ['a megabyte', `version: "1"\ndescription: "${'x'.repeat(1_100_000)}"\ntools: {}\n`, /larger than 1048576 bytes/],
    ['no YAML', 'version: "1\ntools: {', /./],
    ['a NUL', 'version: "1"\ntools: {}\n# \0\n', /NUL/],
    ['tools that are a list', 'version: "1"\ntools: [a]\n', /^2:8 `tools` must be a map/],
    ['hide that is no list', 'version: "1"\nhide: a\n', /^2:7 `hide` must be a list/],
    ['a name of nothing', 'version: "1"\ntools: { "": { rules: [] } }\n', /empty name/],
    [
      'a name without end',
      `version: "1"\ntools: { ? "${'x'.repeat(1001)}" : { rules: [] } }\n`,
      /longer than 1000 characters/,
    ],
    ['a number beyond what is exact', value('9007199254740993'), /^7:53 This number cannot be kept exactly/],
    ['a fraction beyond what is exact', value('0.12345678901234567891'), /cannot be kept exactly/],
    ['infinity', value('.inf'), /cannot be kept exactly/],
    ['octal to Go, decimal to others', value('010'), /This number/],
    ['hexadecimal', value('0x10'), /plain decimal|form that YAML readers/],
    ['a number with underscores', value('1_000'), /reads "1_000" as a number or a date/],
    ['a date', value('2026-03-01'), /reads "2026-03-01" as a number or a date/],
    ['binary', value('0b101'), /as a number or a date/],
    ["the hosted gateway's policy", '{"version":"1","default":"deny","tools":{"t":{"deny_if":[]}}}', /hosted gateway/],
    ['its all_tools', '{"version":"1","all_tools":{"limits":[]},"tools":{}}', /hosted gateway/],
    ['one of ours', 'version: 1\nserver: x\nrules: []\n', /needs no import/],
    ['something else', 'a: 1\n', /^1:1 This is neither an Intercept policy/],
    ['more pairs of counters and approvals than rules can be made of', pairs, /each pair of them would be a rule/],
    ['a list of values that is too long twice over', longLists, /larger than a policy file may be/],
    ['nothing', '', /./],
    ['a list', '- 1\n', /./],
  ]
  test.each(cases)('%s', (_, source, refusal) => {
    const problems = refusalOf(source)
    expect(problems).not.toBe('imported')
    expect(problems[0]).toMatch(refusal)
  })

  it('a server name that is no glob', () => {
    expect(refusalOf('version: "1"\ndefault: deny\n', { file: 'x', server: '[a]' })[0]).toMatch(
      /server "\[a\]" has `\[`/,
    )
  })

  it('the wrong format, where it is said', () => {
    expect(refusalOf('version: "1"\ndefault: deny\n', { file: 'x', from: 'claude-code' })[0]).toMatch(
      /no part of a permissions object/,
    )
  })
})

it('puts no text of the original where it could be anything but text', () => {
  const hostile = 'x\n- id: evil\n  effect: allow\u2028\u0085\u202e # "'
  const source = JSON.stringify({
    version: '1',
    description: hostile,
    tools: {
      [`t ${hostile}`]: {
        rules: [
          { name: hostile, action: 'deny', on_deny: hostile },
          { name: hostile, [hostile]: 1 },
        ],
      },
    },
  })
  const { text } = imported(source)
  const policy = policyOf(source)
  expect(policy.rules.map(({ effect }) => effect)).toEqual(['deny', 'deny'])
  expect(policy.rules[0]?.reason).toBe(hostile.trim())
  for (const line of text.split(/[\n\u0085\u2028]/)) expect(line).not.toMatch(/^\s*- id: evil/)
})

it('cuts texts that ours do not hold', () => {
  const [rule] = policyOf(withRule('action: deny', `on_deny: "${'é'.repeat(3000)}"`)).rules
  expect(rule?.reason).toHaveLength(2000)
  expect(policyOf(`version: "1"\ndescription: "${'x '.repeat(300)}"\ndefault: deny\n`).name).toHaveLength(200)
})

it('imports a thousand tools, within what a policy file may be', () => {
  const tools = Array.from(
    { length: 1000 },
    (_, n) => `  tool_${n}: { rules: [{ name: n, conditions: [{ path: args.x, op: lte, value: ${n} }] }] }\n`,
  )
  expect(policyOf(`version: "1"\ntools:\n${tools.join('')}`).rules).toHaveLength(1000)
})
