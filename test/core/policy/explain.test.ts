// The trace: what each rule saw and what came of it, as plain JSON.
import { expect, test } from 'vitest'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { explain } from '../../../core/policy/explain.ts'
import { ruleKey } from '../../../core/schema/decision.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
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
    action: 'tools/call',
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
        therefore: 'could not tell, and therefore it counts for a require-approval',
        conditions: [
          {
            list: 'when',
            kind: 'argument',
            path: 'amount',
            tests: [{ operator: 'gt', operand: 100 }],
            words: 'amount is more than 100',
            seen: { state: 'value', value: '500' },
            outcome: 'could-not-tell',
          },
          {
            list: 'unless',
            kind: 'argument',
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
        therefore: 'could not tell, and therefore it does not help an allow',
        conditions: [
          {
            list: 'when',
            kind: 'argument',
            path: 'amount',
            tests: [{ operator: 'lte', operand: 100 }],
            words: 'amount is at most 100',
            seen: { state: 'value', value: '500' },
            outcome: 'could-not-tell',
          },
          {
            list: 'when',
            kind: 'argument',
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

test('any, all and not are told as a tree, and the doubt names the argument that caused it', () => {
  const deep = compiled({
    'a.yaml': `version: 1
rules:
  - id: deep
    effect: deny
    tools: "*"
    when:
      any:
        - { a: 1, b: { gt: 5 } }
        - { not: { c: { gt: 5 } } }
`,
  })
  const seen = explain(deep, call({ a: 2, b: 9, c: 'x' }), noPaths)
  expect(seen.decision.reason).toBe('Rule deep in a.yaml denies do_it: it could not be told whether c is more than 5')
  expect(seen.rules[0]).toMatchObject({
    outcome: 'could-not-tell',
    therefore: 'could not tell, and therefore it counts for a deny',
    conditions: [
      {
        list: 'when',
        kind: 'any',
        words: 'any of: (a is 1 and b is more than 5) or (not (c is more than 5))',
        outcome: 'could-not-tell',
        groups: [
          [
            { kind: 'argument', path: 'a', seen: { state: 'value', value: 2 }, outcome: 'did-not-hold' },
            { kind: 'argument', path: 'b', seen: { state: 'value', value: 9 }, outcome: 'held' },
          ],
          [
            {
              kind: 'not',
              words: 'not (c is more than 5)',
              outcome: 'could-not-tell',
              groups: [[{ kind: 'argument', path: 'c', outcome: 'could-not-tell' }]],
            },
          ],
        ],
      },
    ],
  })
  expect(JSON.parse(JSON.stringify(seen))).toEqual(seen)
})

test('limits: what the call uses of them, and the effect the rule has once they are used up', () => {
  const limited = compiled({
    'a.yaml': `version: 1
rules:
  - { id: calls, effect: allow, tools: "*", limit: { max: 20, per: 1h } }
  - { id: sums, effect: allow, tools: "*", limit: { sum: amount, max: 500, per: 1d, by: client, then: deny } }
  - { id: missed, effect: allow, tools: "*", when: { amount: 0 }, limit: { max: 1, per: 1h } }
`,
  })
  const limitsOf = (args: JsonObject, ...exhausted: string[]) => {
    const keys = new Set(exhausted.map((id) => ruleKey({ file: 'a.yaml', id })))
    const { rules, decision } = explain(limited, call(args), noPaths, keys)
    expect(decision).toEqual(evaluate(limited, call(args), noPaths, keys))
    return rules.map(({ id, effect, limit }) => [id, effect, limit?.amount, limit?.exhausted])
  }
  expect(limitsOf({ amount: 7 })).toEqual([
    ['calls', 'allow', 1, false],
    ['missed', 'allow', undefined, undefined],
    ['sums', 'allow', 7, false],
  ])
  expect(limitsOf({ amount: 'all' }, 'calls')).toEqual([
    ['sums', 'deny', 'cannot-be-counted', false],
    ['calls', 'require-approval', 1, true],
    ['missed', 'allow', undefined, undefined],
  ])
  const [sums] = explain(limited, call({ amount: 'all' }), noPaths).rules
  expect(sums?.limit).toMatchObject({
    words: 'amount adds up to at most 500 in 1 day, per client',
    max: 500,
    perMs: 86_400_000,
  })
})
