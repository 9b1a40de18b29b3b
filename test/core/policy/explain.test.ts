// The trace: what each rule saw and what came of it, as plain JSON.
import { expect, test } from 'vitest'
import { explain } from '../../../core/policy/explain.ts'
import { call, compiled, noPaths } from './helpers.ts'

const policy = compiled({
  'pay.yaml': `version: 1
default: { money: deny }
rules:
  - id: big
    effect: require-approval
    tools: [pay]
    when: { amount: { gt: 100 } }
    unless: { to: { in: [savings] } }
  - id: small
    effect: allow
    tools: ["p*"]
    when: { amount: { lte: 100 }, "tags[*]": { starts_with: ok } }
  - { id: elsewhere, effect: deny, tools: refund }
`,
})
const trace = (args: Parameters<typeof call>[0]) => explain(policy, call(args, { tool: 'pay', risk: 'money' }), noPaths)

test('every rule that names the call with every condition, the combining step and the decision', () => {
  expect(trace({ amount: '500', tags: ['no', 'ok-1'] })).toEqual({
    server: 'github',
    tool: 'pay',
    client: 'cursor',
    risk: { class: 'money', evidence: [] },
    broken: [],
    rules: [
      {
        id: 'big',
        file: 'pay.yaml',
        line: 4,
        effect: 'require-approval',
        outcome: 'could-not-tell',
        counts: true,
        conditions: [
          {
            list: 'when',
            path: 'amount',
            tests: [{ operator: 'gt', operand: 100 }],
            words: 'amount is more than 100',
            seen: { state: 'value', value: '500' },
            outcome: 'could-not-tell',
          },
          {
            list: 'unless',
            path: 'to',
            tests: [{ operator: 'in', operand: ['savings'] }],
            words: 'to is one of savings',
            seen: { state: 'absent' },
            outcome: 'did-not-hold',
          },
        ],
      },
      {
        id: 'small',
        file: 'pay.yaml',
        line: 9,
        effect: 'allow',
        outcome: 'could-not-tell',
        counts: false,
        conditions: [
          {
            list: 'when',
            path: 'amount',
            tests: [{ operator: 'lte', operand: 100 }],
            words: 'amount is at most 100',
            seen: { state: 'value', value: '500' },
            outcome: 'could-not-tell',
          },
          {
            list: 'when',
            path: 'tags[*]',
            tests: [{ operator: 'starts_with', operand: 'ok' }],
            words: 'tags[*] starts with ok',
            seen: { state: 'value', value: 'ok-1' },
            outcome: 'held',
          },
        ],
      },
    ],
    combined: 'require-approval',
    defaults: [],
    decision: {
      kind: 'hold',
      source: 'rule',
      rules: [{ id: 'big', file: 'pay.yaml', line: 4 }],
      reason: 'Rule big in pay.yaml asks for approval of pay: it could not be told whether amount is more than 100',
      risk: 'money',
    },
  })
})

test('a condition that does not hold does not hide the ones after it', () => {
  const [, small] = trace({ amount: 500, to: 'savings' }).rules
  expect(small?.conditions.map((condition) => condition.outcome)).toEqual(['did-not-hold', 'did-not-hold'])
})

test('it came to a default: which files gave one', () => {
  const seen = trace({ amount: 500, to: 'savings' })
  expect(seen.combined).toBe('default')
  expect(seen.defaults).toEqual([{ file: 'pay.yaml', effect: 'deny' }])
  const builtIn = explain(policy, call({}, { tool: 'x', risk: 'read' }), noPaths)
  expect(builtIn.defaults).toEqual([{ effect: 'allow' }])
})

test('a broken file ends it', () => {
  const broken = explain(compiled({ 'a.yaml': 'x' }), call(), noPaths)
  expect(broken.combined).toBe('broken-file')
  expect(broken.broken.map((one) => one.file)).toEqual(['a.yaml'])
  expect(broken.rules).toEqual([])
})

test('a trace is JSON and stays small whatever the arguments', () => {
  const big = trace({ amount: 'x'.repeat(1_000_000), tags: [{ deep: 'y'.repeat(1_000_000) }] })
  const text = JSON.stringify(big)
  expect(text.length).toBeLessThan(10_000)
  expect(JSON.parse(text)).toEqual(big)
})
