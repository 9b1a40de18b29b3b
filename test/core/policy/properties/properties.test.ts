// What must be true of every policy and every call. Seeds are printed, so that a failure elsewhere can be run again:
// COUNTERSIGN_TEST_SEED=… does. `--long` runs ten times as many cases.
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type CompiledPolicy, compilePolicy } from '../../../../core/policy/compile.ts'
import type { TextEngines } from '../../../../core/policy/engines.ts'
import { evaluate } from '../../../../core/policy/evaluate.ts'
import { explain } from '../../../../core/policy/explain.ts'
import { parsePolicyText } from '../../../../core/policy/parse.ts'
import { textEngines } from '../../../../core/policy/text-engines.ts'
import type { AccessRequest } from '../../../../core/schema/access-request.ts'
import type { Decision } from '../../../../core/schema/decision.ts'
import { type PolicyFile, type PolicyRule, type PolicySet, policySet } from '../../../../core/schema/policy.ts'
import { conditions, meanings, ports, request, ruleBody, world } from './arbitraries.ts'
import { decideNaively, type NaiveDecision } from './naive.ts'

const seed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const times = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 10 : 1
let ran = 0

/** What the texts of the small worlds mean is not under test here, only what follows from it. */
const engines: TextEngines = { regex: textEngines.regex, shellPrograms: meanings.programs }
const compile = (set: PolicySet): CompiledPolicy => compilePolicy(set, () => engines)
const decide = (set: PolicySet, call: AccessRequest, exhausted: ReadonlySet<string>): Decision =>
  evaluate(compile(set), call, ports, exhausted)

/** Runs one property `runs` times and counts what ran. */
function holds<T>(arbitrary: fc.Arbitrary<T>, runs: number, check: (value: T) => void): void {
  fc.assert(
    fc.property(arbitrary, (value) => {
      ran += 1
      check(value)
    }),
    { numRuns: runs * times, seed },
  )
}

/** What a decision comes to, without its words. */
function essence(decision: Decision): NaiveDecision {
  const name = ({ file, id }: { file: string; id: string }) => `${file}/${id}`
  const { kind, source } = decision
  if (source === 'no-policy' || source === 'lockdown' || source === 'session-refused') {
    throw new Error(`nothing here leads to ${source}`)
  }
  return {
    kind,
    source,
    rules: decision.rules.map(name).sort(),
    confirm: decision.confirm,
    timeoutMs: decision.approvalTimeoutMs,
    limits: (decision.limits ?? [])
      .map(({ rule, amount }) => ({ rule: name(rule), amount }))
      .sort((a, b) => (a.rule < b.rule ? -1 : 1)),
    redact: [...(decision.redact ?? [])].sort(),
  }
}

const strictness = { allow: 0, hold: 1, deny: 2 } as const
const okFiles = (set: PolicySet) => set.files.flatMap((entry) => (entry.status === 'ok' ? [entry.policy] : []))

function withRules(set: PolicySet, change: (rules: PolicyRule[], file: PolicyFile) => PolicyRule[]): PolicySet {
  const files = set.files.map((entry) =>
    entry.status === 'ok'
      ? { ...entry, policy: { ...entry.policy, rules: change(entry.policy.rules, entry.policy) } }
      : entry,
  )
  return { ...set, files }
}

afterAll(() => {
  console.log(`policy properties: ${ran} cases, seed ${seed}`)
})

describe('for every policy and call', () => {
  test('the worlds are good policies, and interesting: every kind and source of decision comes up', () => {
    const seen = new Map<string, number>()
    holds(fc.tuple(world, request), 2000, ([{ set, exhausted }, call]) => {
      policySet.parse(set)
      const { kind, source, limits, redact, confirm } = decideNaively(set, call, meanings, exhausted)
      const words = [
        `${kind} by ${source}`,
        limits.length > 0 ? 'limits' : '',
        redact.length > 0 ? 'redact' : '',
        confirm,
      ]
      for (const word of words) if (word) seen.set(word, (seen.get(word) ?? 0) + 1)
    })
    const wanted = ['allow by rule', 'hold by rule', 'deny by rule', 'allow by default', 'hold by default']
    for (const word of [...wanted, 'deny by default', 'deny by broken-file', 'limits', 'redact', 'os-auth']) {
      expect(seen.get(word) ?? 0, word).toBeGreaterThan(3)
    }
  })

  test('the decision is that of a second evaluator, written without the first', () => {
    holds(fc.tuple(world, request), 50_000, ([{ set, exhausted }, call]) => {
      expect(essence(decide(set, call, exhausted))).toEqual(decideNaively(set, call, meanings, exhausted))
    })
  })

  test('explaining decides the same, in the same words', () => {
    holds(fc.tuple(world, request), 5_000, ([{ set, exhausted }, call]) => {
      const policy = compile(set)
      expect(explain(policy, call, ports, exhausted).decision).toEqual(evaluate(policy, call, ports, exhausted))
    })
  })

  test('under lockdown it is denied, and as little of it gets into the log', () => {
    holds(fc.tuple(world, request), 5_000, ([{ set, exhausted }, call]) => {
      const found = decide({ ...set, lockdown: { since: 0, by: 'desktop' } }, call, exhausted)
      expect([found.kind, found.source, found.rules]).toEqual(['deny', 'lockdown', []])
      expect(found.redact).toEqual(decide(set, call, exhausted).redact)
    })
  })

  test('the order of rules and of files does not matter', () => {
    holds(fc.tuple(world, request, fc.infiniteStream(fc.nat())), 10_000, ([{ set, exhausted }, call, numbers]) => {
      const shuffled = <T>(items: readonly T[]): T[] =>
        items
          .map((item) => ({ item, at: numbers.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item)
      const other = withRules({ ...set, files: shuffled(set.files) }, shuffled)
      expect(decide(other, call, exhausted)).toEqual(decide(set, call, exhausted))
    })
  })

  test('how rules are split over files does not matter', () => {
    holds(fc.tuple(world, request, fc.nat(5)), 10_000, ([{ set, exhausted }, call, at]) => {
      const files = set.files.flatMap((entry): PolicySet['files'] => {
        if (entry.status !== 'ok') return [entry]
        const { policy } = entry
        const rest = { ...policy, defaults: {}, rules: policy.rules.slice(at) }
        const part = { ...policy, rules: policy.rules.slice(0, at) }
        return [
          { ...entry, policy: part },
          { ...entry, file: `${entry.file}.more`, policy: rest },
        ]
      })
      const moved = [...exhausted].map((key) => {
        const [file, id] = JSON.parse(key) as [string, string]
        return Number(id.slice(1)) < at ? key : JSON.stringify([`${file}.more`, id])
      })
      const { kind, source, confirm, timeoutMs, redact } = essence(decide(set, call, exhausted))
      expect(essence(decide({ ...set, files }, call, new Set(moved)))).toMatchObject({ kind, source, redact })
      expect(essence(decide({ ...set, files }, call, new Set(moved)))).toMatchObject({ confirm, timeoutMs })
    })
  })

  test('a deny that is added never allows more, nor an ask', () => {
    const added = fc.tuple(ruleBody, fc.constantFrom('deny' as const, 'require-approval' as const))
    holds(fc.tuple(world, request, added), 15_000, ([{ set, exhausted }, call, [body, effect]]) => {
      const { limit: _, ...rest } = body
      const rule: PolicyRule = { ...rest, effect, id: 'added', line: 99 }
      const more = withRules(set, (rules) => [...rules, rule])
      const [before, after] = [decide(set, call, exhausted), decide(more, call, exhausted)]
      // An ask may take the place of a default that denies: rules always go before defaults.
      if (effect === 'deny') expect(strictness[after.kind]).toBeGreaterThanOrEqual(strictness[before.kind])
      else if (before.kind !== 'allow') expect(after.kind).not.toBe('allow')
    })
  })

  test('a condition that is added to an allow never allows more', () => {
    holds(
      fc.tuple(world, request, conditions, fc.boolean(), fc.nat(20)),
      15_000,
      ([{ set, exhausted }, call, extra, asUnless, pick]) => {
        const allows = okFiles(set).flatMap(({ rules }) => rules.filter(({ effect }) => effect === 'allow'))
        const chosen = allows[pick % Math.max(1, allows.length)]
        const narrowed = withRules(set, (rules) =>
          rules.map((rule) => {
            if (rule !== chosen) return rule
            if (!asUnless) return { ...rule, when: [...(rule.when ?? []), ...extra] }
            // Whatever cancelled it still does.
            return { ...rule, unless: rule.unless ? [{ any: [rule.unless, extra] }] : extra }
          }),
        )
        const [before, after] = [decide(set, call, exhausted), decide(narrowed, call, exhausted)]
        if (before.kind !== 'allow') {
          // With the default's allow behind it, narrowing an exhausted allow may uncover that default: it is no allow then.
          const usedUp = chosen?.limit !== undefined
          if (!usedUp) expect(after.kind === 'allow').toBe(false)
        }
      },
    )
  })

  test('a condition that cannot be understood never allows, in a file or in a published set', () => {
    const broken = fc.constantFrom<Record<string, unknown>[]>(
      { a: { equal: 1 } },
      { a: { gt: 'ten' } },
      { a: { in: 'x' } },
      { a: { matches: '(' } },
      { a: { matches: '(?=x)' } },
      { a: { inside: 5 } },
      { a: { host: { gt: 1 } } },
      { a: { command: { inside: '/' } } },
      { a: { length: { contains: 1 } } },
      { a: { type: 'integer' } },
      { a: { exists: 'yes' } },
      { 'a[': 1 },
      { 'a..b': 1 },
      { '**.a': 1 },
      { a: {} },
      { any: {} },
      { any: [] },
      { not: [] },
      { all: [{}] },
    )
    holds(fc.tuple(broken, request, fc.boolean()), 3_000, ([when, call, nested]) => {
      const rule = {
        id: 'r',
        effect: 'allow',
        tools: '*',
        when: nested ? { any: [when, { b: { exists: true } }] } : when,
      }
      const text = JSON.stringify({ version: 1, default: 'deny', rules: [rule, { ...rule, id: 's', when: { b: 1 } }] })
      const { entry } = parsePolicyText(text, 'f.yaml')
      expect(entry.status).toBe('broken')
      expect(decide({ format: 1, files: [entry] }, call, new Set()).kind).toBe('deny')
    })
    const malformed = fc.constantFrom<unknown[]>(
      { path: 'a', tests: [{ operator: 'equal', operand: 1 }] },
      { path: 'a', tests: [{ operator: 'matches', operand: '(' }] },
      { path: 'a', tests: [{ operator: 'host', operand: { gt: 1 } }] },
      { path: 'a', tests: [{ operator: 'length', operand: 'x' }] },
      { path: 'a', tests: [{ operator: 'type', operand: 'integer' }] },
      { path: 'a[', tests: [{ operator: 'equals', operand: 1 }] },
      { path: 'a', tests: [{ operator: 'equals', operand: 1 }], negate: true },
      { none: [[{ path: 'a', tests: [{ operator: 'equals', operand: 1 }] }]] },
      { any: 'a' },
      {},
    )
    holds(fc.tuple(world, malformed, fc.nat(5)), 2_000, ([{ set }, condition, depth]) => {
      let when = [condition]
      for (let level = 0; level < depth; level += 1) when = [level % 2 === 0 ? { not: when } : { any: [when] }]
      const rule = { id: 'odd', line: 1, effect: 'allow', tools: ['*'], when } as unknown as PolicyRule
      const policy: PolicyFile = { version: 1, servers: ['*'], defaults: {}, rules: [rule] }
      const files: PolicySet['files'] = [...set.files, { file: 'odd.yaml', status: 'ok', policy }]
      expect(() => compile({ ...set, files })).toThrow()
    })
  })

  test('a hundred thousand cases ran', () => {
    expect(ran).toBeGreaterThanOrEqual(100_000)
  })
})
