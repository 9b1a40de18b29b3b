// The promise of the importer, over policies and calls that nobody thought of: whatever ours lets through, Intercept lets
// through too after the same calls, at least to a person.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../../../core/schema/json.ts'
import { BothSides, strictness } from './both-sides.ts'

const tools = ['a', 'b', 'c']
const keys = ['x', 'y', 'n']

/** Values of policies and of calls: few, so that they meet, and with every way for two kinds to print alike. */
const scalars: JsonValue[] = [0, 1, 5, -1, 1.5, 1000000, '', '0', '1', '5', '1.5', '1e+06', '1000000', 'a', 'b', 'ab']
const odd: JsonValue[] = [true, false, 'true', 'false', null, '<nil>', '[a b]', '[1]', 'map[x:1]', '-1', '05', '[]']
const nested: JsonValue[] = [
  [],
  ['a', 'b'],
  ['a b'],
  [1],
  ['1'],
  [true],
  [null],
  {},
  { x: 1 },
  { x: '1' },
  { y: 'a' },
  [['a']],
]
const value = fc.constantFrom(...scalars, ...scalars, ...odd, ...nested)
const number = fc.constantFrom(0, 1, 2, 5, -1, 1.5)
const path = fc.constantFrom('args.x', 'args.y', 'args.n', 'args.x.y', 'args.y.x', 'args.x.0')

const argumentCondition = fc.oneof(
  fc.record({ path, op: fc.constantFrom('eq', 'neq', 'contains'), value }),
  fc.record({ path, op: fc.constantFrom('in', 'not_in'), value: fc.array(value, { maxLength: 3 }) }),
  fc.record({ path, op: fc.constantFrom('lt', 'lte', 'gt', 'gte'), value: number }),
  fc.record({ path, op: fc.constant('regex'), value: fc.constantFrom('', 'a', '^a$', '[0-9]+', '^(a|1)') }),
  fc.record({ path, op: fc.constant('exists'), value: fc.boolean() }),
)
const bound = fc.constantFrom(0, 1, 2, 3, 6, 1.5, -1)
const window = fc.constantFrom('minute', 'hour')

/** `counter`: made unique below, because Intercept refuses two of one name. */
const rule = fc.oneof(
  { weight: 4, arbitrary: fc.record({ conditions: fc.array(argumentCondition, { minLength: 1, maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ action: fc.constant('deny') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      action: fc.constant('require_approval'),
      conditions: fc.array(argumentCondition, { maxLength: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ rate: fc.record({ count: fc.integer({ min: 1, max: 4 }), window }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      counted: fc.record({
        window,
        increment: fc.constantFrom(undefined, 0, 1, 2),
        from: fc.constantFrom(undefined, 'args.n', 'args.x'),
        op: fc.constantFrom('lt', 'lte', 'lte', 'lte', 'gte', 'eq'),
        bound,
        of: fc.constantFrom('own', 'own', 'own', 'own', 'a.c0', 'b.c1', '_global.c0'),
      }),
      conditions: fc.array(argumentCondition, { maxLength: 1 }),
    }),
  },
)
type Drafted = typeof rule extends fc.Arbitrary<infer T> ? T : never

const policy = fc
  .record({
    default: fc.constantFrom(undefined, 'allow', 'allow', 'deny'),
    hide: fc.array(fc.constantFrom('c', 'd'), { maxLength: 1 }),
    tools: fc.dictionary(fc.constantFrom(...tools, '*'), fc.array(rule, { maxLength: 3 }), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  })
  .map((drafted) => JSON.stringify({ version: '1', ...drafted, tools: writtenTools(drafted.tools) }))

function writtenTools(drafted: Record<string, Drafted[]>): JsonObject {
  return Object.fromEntries(
    Object.entries(drafted).map(([tool, rules]) => {
      const windows = new Set<string>()
      const written = rules.flatMap((one, index): JsonObject | [] => {
        if (!('rate' in one)) return writtenRule(tool, one, index)
        if (windows.has(one.rate.window)) return []
        windows.add(one.rate.window)
        return { name: `r${index}`, rate_limit: `${one.rate.count}/${one.rate.window}` }
      })
      return [tool, { rules: written }]
    }),
  )
}

function writtenRule(tool: string, one: Exclude<Drafted, { rate: unknown }>, index: number): JsonObject {
  const name = `r${index}`
  if (!('counted' in one)) return { name, ...one }
  const { window: length, increment, from, op, bound: limit, of } = one.counted
  const counter = `c${index}`
  const path = `state.${of === 'own' ? `${tool === '*' ? '_global' : tool}.${counter}` : of}`
  const state = {
    counter,
    window: length,
    ...(increment === undefined ? {} : { increment }),
    ...(from && { increment_from: from }),
  }
  return { name, state, conditions: [...one.conditions, { path, op, value: limit }] }
}

const args = fc.dictionary(fc.constantFrom(...keys, 'X'), fc.oneof(value, number), {
  maxKeys: 4,
  noNullPrototype: true,
})
const calls = fc.array(
  fc.record({ tool: fc.constantFrom(...tools, 'd'), args, wait: fc.constantFrom(0, 0, 1, 20, 59, 60, 61, 1800, 3600) }),
  { minLength: 1, maxLength: 15 },
)

const seed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const runs = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 20_000 : 1500
const start = Date.UTC(2026, 2, 1, 10, 59, 30)

describe('an imported policy', () => {
  it(`is never looser than the original, in ${runs} sequences of calls`, () => {
    const seen = { allow: 0, hold: 0, deny: 0, stricter: 0 }
    fc.assert(
      fc.property(policy, calls, (text, sequence) => {
        const sides = new BothSides(text)
        let now = start
        for (const { tool, args: given, wait } of sequence) {
          now += wait * 1000
          const { theirs, ours } = sides.judge(tool, given, now)
          seen[ours]++
          if (strictness[ours] > strictness[theirs]) seen.stricter++
          if (strictness[ours] >= strictness[theirs]) continue
          const at = new Date(now).toISOString()
          throw new Error(
            `${ours} instead of ${theirs} for ${tool} ${JSON.stringify(given)} at ${at}\n${text}\n${sides.text}`,
          )
        }
      }),
      { numRuns: runs, seed },
    )
    // Not by denying everything.
    const all = seen.allow + seen.hold + seen.deny
    expect(seen.allow).toBeGreaterThan(all / 10)
    expect(seen.hold).toBeGreaterThan(0)
    expect(seen.stricter).toBeLessThan(all / 3)
    console.log(
      `${all} generated calls: ${seen.allow} allowed, ${seen.hold} held, ${seen.deny} denied, ${seen.stricter} of them stricter (seed ${seed})`,
    )
  }, 600_000)
})
