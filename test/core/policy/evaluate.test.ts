// How rules, files and defaults combine into one decision, and that explaining never disagrees with deciding.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../../../core/policy/compile.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { explain } from '../../../core/policy/explain.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import type { PolicyFile, PolicyRule, PolicySet } from '../../../core/schema/policy.ts'
import { type RiskClass, riskClasses } from '../../../core/schema/risk-class.ts'
import { call, compiled, noPaths, setOf } from './helpers.ts'

const file = (yaml: string) => `version: 1\n${yaml}`
const decide = (files: Record<string, string>, request = call()) => evaluate(compiled(files), request, noPaths)

const rules = (...effects: string[]) =>
  file(`rules:\n${effects.map((effect, i) => `  - { id: ${effect}-${i}, effect: ${effect}, tools: "*" }`).join('\n')}`)

describe('effects', () => {
  test.each([
    [['allow'], 'allow'],
    [['require-approval'], 'hold'],
    [['deny'], 'deny'],
    [['allow', 'require-approval'], 'hold'],
    [['require-approval', 'allow'], 'hold'],
    [['allow', 'deny'], 'deny'],
    [['deny', 'require-approval', 'allow'], 'deny'],
    [['allow', 'require-approval', 'deny'], 'deny'],
  ])('%j gives %s', (effects, kind) => {
    expect(decide({ 'a.yaml': rules(...effects) }).kind).toBe(kind)
    const split = Object.fromEntries(effects.map((effect, i) => [`${i}.yaml`, rules(effect)]))
    expect(decide(split).kind).toBe(kind)
  })

  test('several winners: all are named in order of file and id, the first one speaks', () => {
    const b = file(`rules:
  - { id: z, effect: deny, tools: "*", reason: from b z }
  - { id: a, effect: deny, tools: "do_*", reason: from b a }
  - { id: k, effect: allow, tools: "*" }`)
    const a = file(`rules:
  - { id: y, effect: deny, tools: do_it, reason: from a y }`)
    expect(decide({ 'b.yaml': b, 'a.yaml': a })).toEqual({
      kind: 'deny',
      source: 'rule',
      rules: [
        { id: 'y', file: 'a.yaml', line: 3 },
        { id: 'a', file: 'b.yaml', line: 4 },
        { id: 'z', file: 'b.yaml', line: 3 },
      ],
      reason: 'Rule y in a.yaml denies do_it',
      message: 'from a y',
      risk: 'write',
    })
  })

  test('the sentences for people', () => {
    expect(decide({ 'a.yaml': rules('allow') }).reason).toBe('Rule allow-0 in a.yaml allows do_it')
    expect(decide({ 'a.yaml': rules('require-approval') }).reason).toBe(
      'Rule require-approval-0 in a.yaml asks for approval of do_it',
    )
    const hostile = decide({ 'a.yaml': rules('deny') }, call({}, { tool: `x\n\u202E${'y'.repeat(500)}` }))
    expect(hostile.reason).toBe(`Rule deny-0 in a.yaml denies x\\u{a}\\u{202e}${'y'.repeat(77)}…`)
  })

  test('the most impatient of several asking rules sets the time', () => {
    const text = file(`rules:
  - { id: a, effect: require-approval, tools: "*", approval: { timeout: 1h } }
  - { id: b, effect: require-approval, tools: "*", approval: { timeout: 30s } }
  - { id: c, effect: require-approval, tools: "*" }`)
    expect(decide({ 'a.yaml': text }).approvalTimeoutMs).toBe(30_000)
    expect(decide({ 'a.yaml': rules('require-approval') })).not.toHaveProperty('approvalTimeoutMs')
  })
})

describe('what a rule names', () => {
  const rule = (line: string) => ({ 'a.yaml': file(`rules: [{ id: r, effect: deny, tools: "*", ${line} }]`) })
  test.each<[string, Parameters<typeof call>[1], boolean]>([
    ['server: github', { server: 'github' }, true],
    ['server: github', { server: 'gitlab' }, false],
    ['server: ["git*", x]', { server: 'gitlab' }, true],
    ['client: cursor', { client: 'cursor' }, true],
    ['client: [zed, "claude-*"]', { client: 'claude-code' }, true],
    ['client: [zed, "claude-*"]', { client: 'cursor' }, false],
    ['risk: write', { risk: 'write' }, true],
    ['risk: [read, money]', { risk: 'write' }, false],
  ])('%s for %j: %s', (line, over, named) => {
    expect(decide(rule(line), call({}, over)).source).toBe(named ? 'rule' : 'default')
  })

  test.each([
    ['delete_*', 'delete_branch', true],
    ['delete_*', 'Delete_branch', false],
    ['delete_*', 'undelete_x', false],
    ['*_branch', 'delete_branch', true],
    ['delete_branch', 'delete_branch', true],
    ['delete_branch', 'delete_branches', false],
    ['d?lete*', 'delete', true],
    ['constructor', 'toString', false],
    ['constructor', 'constructor', true],
    ['__proto__', '__proto__', true],
  ])('tools: %s and %s: %s', (glob, tool, named) => {
    const files = { 'a.yaml': file(`rules: [{ id: r, effect: deny, tools: "${glob}" }]`) }
    expect(decide(files, call({}, { tool })).source).toBe(named ? 'rule' : 'default')
  })

  test("a rule's servers narrow its file's, they never widen them", () => {
    const files = {
      'a.yaml': file(`server: "git*"\nrules: [{ id: r, effect: deny, tools: "*", server: [github, slack] }]`),
    }
    expect(decide(files, call({}, { server: 'github' })).source).toBe('rule')
    expect(decide(files, call({}, { server: 'gitlab' })).source).toBe('default')
    expect(decide(files, call({}, { server: 'slack' })).source).toBe('default')
  })

  test('a tool name from Object.prototype finds no rule', () => {
    for (const tool of ['constructor', '__proto__', 'hasOwnProperty']) {
      expect(decide({ 'a.yaml': file('rules: [{ id: r, effect: allow, tools: x }]') }, call({}, { tool })).kind).toBe(
        'hold',
      )
    }
  })
})

describe('defaults', () => {
  const kinds = (files: Record<string, string>, over: Parameters<typeof call>[1] = {}) => {
    const policy = compiled(files)
    return riskClasses.map((risk) => evaluate(policy, call({}, { ...over, risk }), noPaths).kind)
  }
  const rest = (kind: string, read = kind) => riskClasses.map((risk) => (risk === 'read' ? read : kind))

  test('built in: reads pass, everything else asks', () => {
    expect(kinds({})).toEqual(rest('hold', 'allow'))
    expect(kinds({ 'a.yaml': file('name: says nothing') })).toEqual(rest('hold', 'allow'))
  })
  test('one effect for all', () => {
    expect(kinds({ 'a.yaml': file('default: deny') })).toEqual(rest('deny'))
    expect(kinds({ 'a.yaml': file('default: allow') })).toEqual(rest('allow'))
  })
  test('a class of its own before the rest', () => {
    expect(kinds({ 'a.yaml': file('default: { read: allow, "*": deny }') })).toEqual(rest('deny', 'allow'))
    expect(kinds({ 'a.yaml': file('default: { read: deny, "*": allow }') })).toEqual(rest('allow', 'deny'))
  })
  test('a map without the class and without a rest gives none', () => {
    expect(kinds({ 'a.yaml': file('default: { read: deny }') })).toEqual(rest('hold', 'deny'))
  })
  test('of several the strictest, in either order of files', () => {
    const loose = file('default: allow')
    const strict = file('default: { write: deny, "*": require-approval }')
    const both = riskClasses.map((risk) => (risk === 'write' ? 'deny' : 'hold'))
    expect(kinds({ 'a.yaml': loose, 'b.yaml': strict })).toEqual(both)
    expect(kinds({ 'a.yaml': strict, 'b.yaml': loose })).toEqual(both)
  })
  test('only for the servers the file governs', () => {
    const files = { 'a.yaml': file('server: slack\ndefault: deny') }
    expect(kinds(files)).toEqual(rest('hold', 'allow'))
    expect(kinds(files, { server: 'slack' })).toEqual(rest('deny'))
  })
  test.each([
    [{}, 'write', 'No rule names do_it; the default for write is to ask'],
    [{}, 'read', 'No rule names do_it; the default for read is to allow'],
    [{ 'a.yaml': file('default: deny') }, 'money', 'No rule names do_it; the default for money is to deny'],
    [
      { 'a.yaml': file('rules: [{ id: r, effect: allow, tools: do_it, when: { x: 1 } }]') },
      'write',
      'No rule covers this call of do_it; the default for write is to ask',
    ],
  ] as [Record<string, string>, RiskClass, string][])('%j, %s: %s', (files, risk, reason) => {
    expect(decide(files, call({}, { risk })).reason).toBe(reason)
  })
})

describe('broken files', () => {
  const broken = 'version: 1\nserver: github\nrulez: []'
  test('deny what they govern and nothing else', () => {
    const files = { 'bad.yaml': broken, 'good.yaml': rules('allow') }
    expect(decide(files)).toEqual({
      kind: 'deny',
      source: 'broken-file',
      rules: [],
      reason:
        'bad.yaml cannot be used (line 3: Unknown key `rulez` in a policy file), so everything it governs is denied',
      risk: 'write',
    })
    expect(decide(files, call({}, { server: 'slack' })).kind).toBe('allow')
  })
  test.each([
    ['no server named', 'version: 1\nrulez: []'],
    ['not YAML', 'server: github\nrules: [\n'],
    ['server given twice', 'version: 1\nserver: github\nserver: slack'],
    ['server misspelt beside it', 'version: 1\nserver: github\nservers: slack'],
    ['server misspelt', 'version: 1\nServer: github'],
    ['a server that is no name', 'version: 1\nserver: { github: yes }'],
    ['a server glob that is none', 'version: 1\nserver: ["github", "[x]"]'],
    ['emptied', ''],
    ['only a comment', '# gone'],
  ])('%s: in doubt everything is denied', (_, text) => {
    expect(decide({ 'bad.yaml': text }, call({}, { server: 'anything' })).source).toBe('broken-file')
  })
})

describe('compiling fails closed on what it does not understand', () => {
  const good = setOf({ 'a.yaml': rules('allow') })
  const withFile = (change: (policy: PolicyFile) => unknown): PolicySet => {
    const [entry] = structuredClone(good.files)
    if (entry?.status !== 'ok') throw new Error('expected a good entry')
    return { format: 1, files: [{ ...entry, policy: change(entry.policy) as PolicyFile }] }
  }
  const withRule = (change: object) =>
    withFile((policy) => ({ ...policy, rules: policy.rules.map((rule) => ({ ...rule, ...change })) }))
  test.each([
    ['another format', { ...good, format: 2 } as unknown as PolicySet],
    ['another status', { format: 1, files: [{ file: 'a', status: 'stale', servers: [] }] } as unknown as PolicySet],
    ['another version', withFile((policy) => ({ ...policy, version: 2 }))],
    ['a file key of a newer version', withFile((policy) => ({ ...policy, subjects: [] }))],
    ['a rule key of a newer version', withRule({ since: '2030' })],
    ['a set key of a newer version', { ...good, overrides: [] } as unknown as PolicySet],
    ['an unknown effect', withRule({ effect: 'confuse' })],
    ['an unknown risk class', withRule({ risk: ['scary'] })],
    ['an unknown default', withFile((policy) => ({ ...policy, defaults: { read: 'confuse' } }))],
    ['an unknown operator', withRule({ when: [{ path: 'a', tests: [{ operator: 'resembles', operand: 'x' }] }] })],
    ['an unreadable path', withRule({ when: [{ path: 'a[', tests: [{ operator: 'equals', operand: 'x' }] }] })],
  ])('%s', (_, set) => {
    expect(() => compilePolicy(set, () => textEngines)).toThrow(/not known|does not know|argument|policy/)
  })
})

const arbitraryRule = fc.record({
  effect: fc.constantFrom('allow', 'require-approval', 'deny' as const),
  tools: fc.subarray(['do_it', 'do_*', '*', 'other'], { minLength: 1 }),
  when: fc.option(fc.constantFrom({ a: { gt: 1 } }, { a: 1 }, { b: { exists: false } }, { '**': { contains: 'x' } }), {
    nil: undefined,
  }),
  unless: fc.option(fc.constantFrom({ a: { lt: 1 } }, { 'b.c': 'x' }, { b: { starts_with: 'x' } }), { nil: undefined }),
  client: fc.option(fc.constantFrom('cursor', 'zed'), { nil: undefined }),
  file: fc.integer({ min: 0, max: 2 }),
})
const arbitraryDefault = fc.option(fc.constantFrom('allow', 'require-approval', 'deny'), { nil: undefined })
const arbitraryArgs = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(fc.constantFrom<JsonObject[string]>(0, 1, 2, 'x', '2', null), fc.constant({ c: 'x' })),
) as fc.Arbitrary<JsonObject>

test('order and split of rules and files never matter, and explaining agrees with deciding', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryRule, { maxLength: 8 }),
      fc.array(arbitraryDefault, { minLength: 3, maxLength: 3 }),
      arbitraryArgs,
      fc.infiniteStream(fc.nat()),
      (given, defaults, args, shuffle) => {
        const named = given.map((rule, index) => ({ ...rule, id: `r${index}` }))
        const build = (list: typeof named, files: number[]) =>
          Object.fromEntries(
            files.map((number) => {
              const own = list.filter((rule) => rule.file === number).map(({ file: _, ...rule }) => rule)
              return [`${number}.yaml`, JSON.stringify({ version: 1, default: defaults[number], rules: own })]
            }),
          )
        // Lines follow the order in the text, so they alone may differ.
        const judged = (files: Record<string, string>) => {
          const policy = compiled(files)
          const decision = evaluate(policy, call(args), noPaths)
          const trace = explain(policy, call(args), noPaths)
          expect(trace.decision).toEqual(decision)
          return { ...decision, rules: decision.rules.map(({ id, file: name }) => `${name} ${id}`) }
        }
        const mixed = named.map((rule) => ({ rule, at: shuffle.next().value })).sort((a, b) => a.at - b.at)
        expect(
          judged(
            build(
              mixed.map(({ rule }) => rule),
              [2, 0, 1],
            ),
          ),
        ).toEqual(judged(build(named, [0, 1, 2])))
        const inOne = named.map((rule) => ({ ...rule, file: 0 }))
        if (defaults.every((one) => one === defaults[0])) {
          expect(judged(build(inOne, [0])).kind).toBe(judged(build(named, [0, 1, 2])).kind)
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('an answer does not depend on the calls before it', () => {
  const policy = compiled({ 'a.yaml': rules('deny') })
  for (let index = 0; index < 3000; index++) evaluate(policy, call({}, { tool: `made_up_${index}` }), noPaths)
  expect(evaluate(policy, call({}, { server: 'x', tool: 'y' }), noPaths).kind).toBe('deny')
})

test('rules built of thousands of files and globs are found', () => {
  const many: PolicyRule[] = Array.from({ length: 5000 }, (_, index) => ({
    id: `r${index}`,
    line: 1,
    effect: index === 4321 ? 'deny' : 'allow',
    tools: [index % 2 === 0 ? `tool_${index}` : `tool_${index}*`],
  }))
  const policy = compilePolicy(
    {
      format: 1,
      files: [{ file: 'a', status: 'ok', policy: { version: 1, servers: ['*'], defaults: {}, rules: many } }],
    },
    () => textEngines,
  )
  expect(evaluate(policy, call({}, { tool: 'tool_4321' }), noPaths).rules).toEqual([
    { id: 'r4321', file: 'a', line: 1 },
  ])
  expect(evaluate(policy, call({}, { tool: 'tool_4320' }), noPaths).kind).toBe('allow')
})
