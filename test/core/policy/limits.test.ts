// Limits as evaluation sees them (the counting is the broker's), and what else winning rules ask for.
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { ruleKey } from '../../../core/schema/decision.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import { call, compiled, noPaths } from './helpers.ts'

const file = (rules: string) => ({ 'a.yaml': `version: 1\nrules:\n${rules}` })
const key = (id: string) => ruleKey({ file: 'a.yaml', id })
const decide = (rules: string, args: JsonObject = {}, exhausted: string[] = []) =>
  evaluate(compiled(file(rules)), call(args), noPaths, new Set(exhausted.map(key)))

const calls = '  - { id: few, effect: allow, tools: "*", limit: { max: 20, per: 1h } }'
const sums = '  - { id: sum, effect: allow, tools: "*", limit: { sum: amount, max: 500, per: 1d, by: [tool, client] } }'

describe('what is to be counted', () => {
  test('one call', () => {
    expect(decide(calls)).toEqual({
      kind: 'allow',
      source: 'rule',
      rules: [{ id: 'few', file: 'a.yaml', line: 3 }],
      reason: 'Rule few in a.yaml allows do_it',
      risk: 'write',
      limits: [{ rule: { id: 'few', file: 'a.yaml', line: 3 }, max: 20, perMs: 3_600_000, amount: 1, by: [] }],
    })
  })

  test.each<[string, string, JsonObject, number | undefined]>([
    ['an argument', 'amount', { amount: 12.5 }, 12.5],
    ['zero', 'amount', { amount: 0 }, 0],
    ['all elements', 'items[*].price', { items: [{ price: 1 }, { price: 2.5 }] }, 3.5],
    ['absent', 'amount', {}, undefined],
    ['a text', 'amount', { amount: '12' }, undefined],
    ['null', 'amount', { amount: null }, undefined],
    ['negative, which would buy back what was used', 'amount', { amount: -1 }, undefined],
    ['negative among others', 'items[*]', { items: [5, -5] }, undefined],
    ['more than a number can hold', 'items[*]', { items: [1e308, 1e308] }, undefined],
    ['one element without', 'items[*].price', { items: [{ price: 1 }, {}] }, undefined],
    ['no element', 'items[*]', { items: [] }, undefined],
    ['spelt twice', 'amount', { amount: 1, Amount: 1000 }, undefined],
  ])('a sum: %s', (_, path, args, amount) => {
    const decision = decide(
      `  - { id: r, effect: allow, tools: "*", limit: { sum: "${path}", max: 500, per: 1d } }`,
      args,
    )
    expect(decision.limits?.map((claim) => claim.amount)).toEqual(amount === undefined ? undefined : [amount])
    expect(decision.kind).toBe(amount === undefined ? 'hold' : 'allow')
  })

  test('what it is split by has one order, so that one split has one count', () => {
    expect(decide(sums, { amount: 5 }).limits?.map((claim) => claim.by)).toEqual([['client', 'tool']])
  })

  test('every limit of the rules that win, and of no other', () => {
    const rules = `${calls}
${sums}
  - { id: missed, effect: allow, tools: "*", when: { amount: 0 }, limit: { max: 1, per: 1h } }
  - { id: unlimited, effect: allow, tools: "*" }`
    expect(decide(rules, { amount: 5 }).limits?.map((claim) => claim.rule.id)).toEqual(['few', 'sum'])
    const asked = decide(`${calls}\n  - { id: ask, effect: require-approval, tools: "*" }`)
    expect(asked).not.toHaveProperty('limits')
    const held = decide('  - { id: r, effect: require-approval, tools: "*", limit: { max: 1, per: 1m, then: deny } }')
    expect([held.kind, held.limits?.length]).toEqual(['hold', 1])
    expect(decide(`${calls}\n  - { id: no, effect: deny, tools: "*" }`)).not.toHaveProperty('limits')
  })
})

describe('a limit that is used up', () => {
  const denies = '  - { id: r, effect: allow, tools: "*", limit: { max: 1, per: 90m, then: deny } }'
  const asks = '  - { id: r, effect: require-approval, tools: "*", limit: { max: 3, per: 1d, then: deny } }'
  const most = '  - { id: r, effect: allow, tools: "*", limit: { sum: $.amount, max: 500, per: 1d } }'
  test.each<[string, string, JsonObject, string[], string, string]>([
    [
      'asks unless told otherwise',
      calls,
      {},
      ['few'],
      'hold',
      'Rule few in a.yaml allows 20 calls an hour, which are used up, so it asks for approval of do_it',
    ],
    [
      'denies if told so',
      denies,
      {},
      ['r'],
      'deny',
      'Rule r in a.yaml allows 1 call in 90 minutes, which is used up, so it denies do_it',
    ],
    [
      'of a rule that asks',
      asks,
      {},
      ['r'],
      'deny',
      'Rule r in a.yaml asks for approval of 3 calls a day, which are used up, so it denies do_it',
    ],
    [
      'a sum',
      most,
      { amount: 1 },
      ['r'],
      'hold',
      'Rule r in a.yaml allows amount up to 500 a day in all, which is used up, so it asks for approval of do_it',
    ],
    [
      'a sum that cannot be counted',
      most,
      { amount: '1' },
      [],
      'hold',
      'Rule r in a.yaml allows amount up to 500 a day in all, but amount of this call cannot be counted, so it asks for approval of do_it',
    ],
    ['of another rule', calls, {}, ['other'], 'allow', 'Rule few in a.yaml allows do_it'],
  ])('%s', (_, rules, args, exhausted, kind, reason) => {
    const decision = decide(rules, args, exhausted)
    expect([decision.kind, decision.reason]).toEqual([kind, reason])
    if (kind !== 'allow') expect(decision).not.toHaveProperty('limits')
  })

  test('the file counts, not the id alone', () => {
    const policy = compiled({ ...file(calls), 'b.yaml': file(calls)['a.yaml'] })
    const { rules, kind, limits } = evaluate(policy, call(), noPaths, new Set([ruleKey({ file: 'b.yaml', id: 'few' })]))
    expect([kind, rules.map((rule) => rule.file), limits]).toEqual(['hold', ['b.yaml'], undefined])
  })

  test('is as if the rule were written with `then` as its effect, wherever the other rules stand', () => {
    const limited = (effect: string, limit: string) => `
  - { id: a, effect: require-approval, tools: "*", when: { x: { gt: 1 } } }
  - { id: m, effect: ${effect}, tools: "*", when: { x: { gt: 0 } }${limit} }
  - { id: z, effect: deny, tools: "*", when: { x: { gt: 2 } } }
  - { id: b, effect: allow, tools: "*" }`
    for (const then of ['require-approval', 'deny']) {
      const text = limited('allow', `, limit: { max: 1, per: 1h, then: ${then} }`)
      for (const x of [0, 1, 2, 3, 'text', null]) {
        const { reason: _, ...used } = decide(text, { x }, ['m'])
        const { reason: __, ...written } = decide(limited(then, ''), { x })
        expect([then, x, used]).toEqual([then, x, written])
      }
    }
  })

  test('a limit of a rule that was beaten anyway changes nothing', () => {
    const rules = `${calls}\n  - { id: no, effect: deny, tools: "*" }`
    expect(decide(rules, {}, ['few'])).toEqual(decide(rules))
  })

  test('several exhausted ones: each is taken at its word', () => {
    const rules = `${calls}
  - { id: strict, effect: allow, tools: "*", limit: { max: 5, per: 1h, then: deny } }`
    const kindOf = (...exhausted: string[]) => decide(rules, {}, exhausted).kind
    expect([kindOf(), kindOf('few'), kindOf('strict'), kindOf('few', 'strict')]).toEqual([
      'allow',
      'hold',
      'deny',
      'deny',
    ])
    expect(decide(rules, {}, ['few']).limits).toBeUndefined()
  })
})

describe('how a person is asked', () => {
  const asking = (confirm: string, more = '') =>
    `  - { id: ${confirm}, effect: require-approval, tools: "*", approval: { confirm: ${confirm} }${more} }`
  test.each<[string, string[], string | undefined]>([
    ['a click is what there is anyway', [asking('click')], undefined],
    ['more than a click', [asking('type-name')], 'type-name'],
    ['the most demanding one', [asking('click'), asking('os-auth'), asking('type-name')], 'os-auth'],
    ['in any order', [asking('type-name'), asking('os-auth')], 'os-auth'],
    ['only of rules that cover the call', [asking('type-name'), asking('os-auth', ', when: { a: 1 }')], 'type-name'],
    ['of a default there is none', [], undefined],
  ])('%s', (_, rules, confirm) => {
    const decision = decide(rules.length === 0 ? '  []' : rules.join('\n'))
    expect([decision.kind, decision.confirm]).toEqual(['hold', confirm])
  })

  test('a rule that asks once its limit is used up says how, and before that says nothing', () => {
    const rules = `
  - { id: r, effect: allow, tools: "*", limit: { max: 1, per: 1h }, approval: { confirm: type-name, timeout: 5m } }`
    expect(decide(rules)).not.toHaveProperty('confirm')
    expect(decide(rules)).not.toHaveProperty('approvalTimeoutMs')
    expect(decide(rules, {}, ['r'])).toMatchObject({ kind: 'hold', confirm: 'type-name', approvalTimeoutMs: 300_000 })
  })
})

describe('what is kept out of the audit log', () => {
  const hides = (id: string, effect: string, path: string, more = '') =>
    `  - { id: ${id}, effect: ${effect}, tools: "*", redact: ${path}${more} }`
  test.each<[string, string[], JsonObject, string[] | undefined]>([
    ['the paths of all rules, once, sorted', [hides('a', 'allow', '[b, a]'), hides('b', 'allow', 'b')], {}, ['a', 'b']],
    ['also of a rule that lost', [hides('a', 'allow', 'x'), '  - { id: d, effect: deny, tools: "*" }'], {}, ['x']],
    ['not of a rule that missed', [hides('a', 'deny', 'x', ', when: { n: { gt: 5 } }')], { n: 1 }, undefined],
    ['of a rule in doubt', [hides('a', 'allow', 'x', ', when: { n: { gt: 5 } }')], { n: '9' }, ['x']],
    ['not of one for another client', [hides('a', 'allow', 'x', ', client: zed')], {}, undefined],
    ['not of one for another class', [hides('a', 'allow', 'x', ', risk: money')], {}, undefined],
    ['when it comes to a default', [hides('a', 'allow', 'x', ', when: { n: { gt: 5 } }')], { n: '9' }, ['x']],
  ])('%s', (_, rules, args, redact) => {
    expect(decide(rules.join('\n'), args).redact).toEqual(redact)
  })

  test('also of a call that is denied because another file is broken', () => {
    const policy = compiled({ ...file(hides('a', 'allow', 'x')), 'broken.yaml': 'x' })
    expect(evaluate(policy, call(), noPaths)).toMatchObject({ source: 'broken-file', redact: ['x'] })
  })
})
