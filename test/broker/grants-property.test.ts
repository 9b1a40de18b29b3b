// A grant lets through what its words say and nothing else: against a second reading of the words, on a real folder with
// links in it, over random calls that try to get around it.
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallFacts } from '../../broker/approval-card.ts'
import { realPaths } from '../../broker/real-paths.ts'
import { scopeConditions } from '../../core/approval/scope.ts'
import { compilePolicy } from '../../core/policy/compile.ts'
import { addRule } from '../../core/policy/edit-yaml.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import type { ArgumentScope, ArgumentScopes } from '../../core/schema/grant.ts'
import type { JsonObject, JsonValue } from '../../core/schema/json.ts'
import { createTestGrants, type FactsChanges, factsOf, type GrantLifetime, given } from './grants-fixture.ts'
import { coveredNaively } from './grants-naive.ts'

const rounds = 4_000
const callsEach = 12

let root: string
let project: string

beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'grants-')))
  project = path.join(root, 'project')
  for (const folder of ['project/in/sub', 'project/into', 'project/out', 'elsewhere']) {
    fs.mkdirSync(path.join(root, folder), { recursive: true })
  }
  fs.writeFileSync(path.join(project, 'in/file'), '')
  const links = { 'in/away': '../out', 'in/deeper': 'sub', 'in/up': '..', 'in/lost': '../out/none', 'in/round': 'round', back: 'in/sub', 'in/far': path.join(root, 'elsewhere') } // biome-ignore format: one line
  for (const [link, to] of Object.entries(links)) fs.symlinkSync(to, path.join(project, link))
})
afterAll(() => {
  fs.rmSync(root, { recursive: true, force: true })
})

const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const part = fc.oneof(
  { weight: 6, arbitrary: oneOf('in', 'sub', 'file', 'new.txt', 'deeper', 'a b') },
  { weight: 4, arbitrary: oneOf('..', '.', '', 'away', 'up', 'lost', 'round', 'far', 'into', 'out', 'back') },
  { weight: 2, arbitrary: oneOf('ｉｎ', '．．', '%2e%2e', '..%2f..', '%252e%252e', '..\\..', 'in\\sub', '\u200b..', '..\u200b', 'і' + 'n', 'IN', '*', '$HOME', 'n\u0301', '..⁄..', '"', '~', 'file\u0000') },
) // biome-ignore format: a table
const pathText: fc.Arbitrary<string> = fc
  .tuple(
    oneOf('', '', 'in/', '@/', '@/in/', '@/in/sub/', './', ' @/in/', '"@/in/', '../project/in/', '/', 'file://@/in/', '\u200bin/'),
    fc.array(part, { minLength: 1, maxLength: 4 }),
    oneOf('', '', '', '/', ' ', '"'),
  )
  .map(([start, parts, end]) => start + parts.join('/') + end) // biome-ignore format: a table

const text = fc.oneof(
  pathText,
  oneOf('feat/a', 'feat/', 'feat', 'Feat/a', 'ｆeat/a', ' feat/a', 'main', '', '5', 'true'),
)
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 2, arbitrary: fc.array(pathText, { maxLength: 3 }) },
  { weight: 1, arbitrary: oneOf<JsonValue>(5, 0, null, true, {}, { a: 1 }, { a: 1, b: [2] }, ['main'], [[]], [5]) },
)
const names = ['path', 'paths', 'mode', 'content'] as const
const others = ['Path', 'MODE', 'pathſ', 'x', '__proto__x', 'constructor', 'path.y', '']
const args: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.dictionary(oneOf(...names), value, { maxKeys: 4, noNullPrototype: true }),
    fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.dictionary(oneOf(...others), value, { minKeys: 1, maxKeys: 1, noNullPrototype: true }) }),
  )
  .map(([some, more]) => ({ ...some, ...more })) // biome-ignore format: a table

const scope: fc.Arbitrary<ArgumentScope> = fc.oneof(
  { weight: 3, arbitrary: oneOf<ArgumentScope>({ kind: 'inside', folder: '@/in' }, { kind: 'inside', folder: '@/in/sub' }, { kind: 'inside', folder: '@' }) },
  { weight: 2, arbitrary: value.map((one): ArgumentScope => ({ kind: 'fixed', value: one })) },
  { weight: 2, arbitrary: oneOf<ArgumentScope>({ kind: 'prefix', prefix: 'feat/' }, { kind: 'prefix', prefix: '@/in/' }, { kind: 'prefix', prefix: 'in/' }) },
  { weight: 2, arbitrary: fc.array(value, { minLength: 1, maxLength: 4 }).map((values): ArgumentScope => ({ kind: 'one-of', values })) },
  { weight: 2, arbitrary: fc.constant<ArgumentScope>({ kind: 'anything' }) },
) // biome-ignore format: a table
const scopes: fc.Arbitrary<ArgumentScopes> = fc.dictionary(oneOf(...names), scope, {
  maxKeys: 3,
  noNullPrototype: true,
})

/** `@` stands for the project, which has another name on every run. */
const placed = <T>(json: T): T => JSON.parse(JSON.stringify(json).replaceAll('@', project)) as T

/** Calls that are like the scopes, and calls that only look it. */
const world = fc.record({ made: args, scopes, calls: fc.array(args, { minLength: callsEach, maxLength: callsEach }) })

/** Puts values that fit in the place of random ones, so that many calls are near to being covered. */
function near(calls: readonly JsonObject[], wanted: ArgumentScopes): JsonObject[] {
  return calls.map((call, index) => {
    if (index % 3 === 0) return call
    const close = Object.entries(wanted).map(([name, one]): [string, JsonValue] => {
      const given = call[name]
      if (one.kind === 'fixed' && index % 4 < 3) return [name, one.value]
      if (one.kind === 'one-of' && index % 4 < 3) return [name, one.values[index % one.values.length] ?? null]
      if (one.kind === 'prefix' && typeof given === 'string') return [name, one.prefix + given]
      if (one.kind === 'inside' && typeof given === 'string' && index % 2 === 0) return [name, `${one.folder}/${given}`]
      return [name, given ?? 'in/file']
    })
    return index % 5 === 0 ? { ...call, ...Object.fromEntries(close) } : Object.fromEntries(close)
  })
}

const seen = { covered: 0, not: 0 }
const coveredBy = new Map<ArgumentScope['kind'], number>()

test('a grant covers a call exactly where its words do', { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(world, ({ made, scopes: random, calls }) => {
      const wanted = placed(random)
      const like = placed(made)
      // Hidden characters are looked at apart (grants.test.ts); at this risk a grant covers them.
      const risk = { ask: { risk: { class: 'execute' as const, evidence: [] } }, session: { cwd: project } }
      const grants = createTestGrants({ paths: ({ cwd }) => realPaths(cwd) })
      grants.remember(factsOf(like, risk), { lifetime: 'session', scopes: wanted }, given)
      for (const call of near(placed(calls), wanted)) {
        const expected = coveredNaively(wanted, like, call, project)
        expect(grants.covers(factsOf(call, risk)), JSON.stringify([wanted, like, call])).toBe(expected)
        seen[expected ? 'covered' : 'not'] += 1
        const kinds = new Set(Object.values(wanted).map(({ kind }) => kind))
        if (expected) for (const kind of kinds) coveredBy.set(kind, (coveredBy.get(kind) ?? 0) + 1)
      }
      grants.stop()
    }),
    { numRuns: rounds },
  )
  expect(seen.covered + seen.not).toBeGreaterThanOrEqual(20_000)
  // A test of calls that are all refused would show nothing.
  expect(seen.covered).toBeGreaterThan(2_000)
  for (const kind of ['fixed', 'prefix', 'inside', 'one-of', 'anything'] as const) {
    expect(coveredBy.get(kind), kind).toBeGreaterThan(500)
  }
})

test('the rule that is written decides like the scopes, of the arguments that the tool declares', {
  timeout: 300_000,
}, () => {
  let held = 0
  fc.assert(
    fc.property(world, ({ made, scopes: random, calls }) => {
      const wanted = placed(random)
      const like = placed(made)
      const absent = names.filter((name) => !Object.hasOwn(wanted, name))
      const when = [
        ...scopeConditions(wanted, like),
        ...absent.map((name) => ({ path: name, tests: [{ operator: 'exists' as const, operand: false }] })),
      ]
      const rule = { id: 'r', effect: 'allow' as const, tools: ['t'], ...(when.length > 0 ? { when } : {}) }
      const text = addRule('version: 1\n', 'r.yaml', rule)
      // A policy file takes no NUL, and then nothing is written.
      fc.pre(!JSON.stringify(wanted).includes('\\u0000'))
      if (!text.ok) throw new Error(text.problem)
      const policy = compilePolicy(
        { format: 1, files: [parsePolicyText(text.text, 'r.yaml').entry] },
        () => textEngines,
      )
      const declared = near(placed(calls), wanted).map((call) =>
        Object.fromEntries(Object.entries(call).filter(([name]) => names.some((one) => one === name))),
      )
      for (const call of declared) {
        const request = { subject: { client: 'c', session: 's' }, action: 'tools/call' as const, resource: { server: 's', tool: 't' }, arguments: call, risk: { class: 'write' as const, evidence: [] } } // biome-ignore format: one line
        const decision = evaluate(policy, request, realPaths(project))
        const expected = coveredNaively(wanted, like, call, project)
        expect(decision.kind, `${text.text}${JSON.stringify(call)}`).toBe(expected ? 'allow' : 'hold')
        if (expected) held += 1
      }
    }),
    { numRuns: 1_000 },
  )
  expect(held).toBeGreaterThan(800)
})

const differences: [what: string, changes: FactsChanges][] = [
  ['pin', { session: { pin: 'c'.repeat(64) } }],
  ['client', { session: { client: 'zed' } }],
  ['server', { session: { server: 'other' } }],
  ['session', { session: { session: 's2' } }],
  ['definition', { ask: { definition: { hash: 'e'.repeat(64) } } }],
  ['no definition', { ask: { definition: undefined } }],
  ['action', { ask: { action: 'prompts/get' } }],
  ['tool', { ask: { tool: 'edit_file' } }],
  ['confirm', { ask: { confirm: 'type-name' } }],
  ['stricter confirm', { ask: { confirm: 'os-auth' } }],
  ['basis', { basis: 'c'.repeat(64) }],
  ['risk', { ask: { risk: { class: 'money', evidence: [] } } }],
  ['what is beside the arguments', { ask: { beside: { task: {} } } }],
]
test('whatever its scopes, a grant covers its own call again, and never one that differs in anything else', {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(args, oneOf<GrantLifetime>('session', 'hour', 'day'), fc.subarray(differences, { minLength: 1 }), (made, lifetime, changed) => {
      const anything = Object.fromEntries(Object.keys(made).map((name) => [name, { kind: 'anything' as const }]))
      const risk = { ask: { risk: { class: 'execute' as const, evidence: [] } } }
      const grants = createTestGrants()
      grants.remember(factsOf(made, risk), { lifetime, scopes: anything }, given)
      expect(grants.covers(factsOf(made, risk))).toBe(true)
      const all = changed.reduce<FactsChanges>((sum, [, one]) => ({ session: { ...sum.session, ...one.session }, ask: { ...sum.ask, ...one.ask }, ...(one.basis ?? sum.basis ? { basis: one.basis ?? sum.basis ?? '' } : {}) }), risk)
      const other: CallFacts = factsOf(made, all)
      const onlySession = changed.every(([what]) => what === 'session')
      const why = JSON.stringify([made, lifetime, changed])
      expect(grants.covers(other), why).toBe(onlySession && lifetime !== 'session')
      grants.revokeAll('test')
      grants.once(factsOf(made, risk), given)
      // The class of risk follows from the tool and the arguments, which are the same then.
      const onlyRisk = changed.every(([what]) => what === 'risk')
      expect(grants.use(other, 's1.2') !== undefined, why).toBe(onlyRisk)
      grants.stop()
    }),
    { numRuns: 1_500 },
  ) // biome-ignore format: long lines
})
