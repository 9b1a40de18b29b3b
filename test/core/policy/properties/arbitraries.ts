// Small worlds for the property suite: few names, so that rules and calls meet often.
import fc from 'fast-check'
import type { PolicyPorts } from '../../../../core/policy/evaluate.ts'
import type { AccessRequest } from '../../../../core/schema/access-request.ts'
import type { JsonObject, JsonValue } from '../../../../core/schema/json.ts'
import type {
  PolicyCondition,
  PolicyConditions,
  PolicyFile,
  PolicyLimit,
  PolicyRule,
  PolicySet,
  PolicyTest,
} from '../../../../core/schema/policy.ts'
import { actions } from '../../../../core/schema/policy-words.ts'
import { type RiskClass, riskClasses } from '../../../../core/schema/risk-class.ts'
import type { Meanings } from './naive.ts'

const hosts = new Map([
  ['https://a.example/x', 'a.example'],
  ['https://user@b.example:8443/', 'b.example'],
  ['HTTPS://A.EXAMPLE', 'a.example'],
])
const commands = new Map([
  ['git status', ['git']],
  ['ls -l | grep x', ['ls', 'grep']],
  ['ls; git log', ['ls', 'git']],
])
const paths = new Map([
  ['/p', '/p'],
  ['/p/a', '/p/a'],
  ['/p/a/../b', '/p/b'],
  ['/pq', '/pq'],
  ['~/x', '/home/x'],
])

export const meanings: Meanings = {
  host: (text) => hosts.get(text),
  programs: (line) => commands.get(line),
  path: (text) => paths.get(text),
}
/** Of all other texts nobody knows where they lead. */
export const ports: PolicyPorts = { separator: '/', resolvePath: (text) => paths.get(text) }

const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values)
const some = <T>(values: readonly T[]) => fc.uniqueArray(oneOf(values), { minLength: 1, maxLength: 3 })

const texts = ['a', 'ab', 'abc', '', 'x', '$(x)', 'not a url', ...hosts.keys(), ...commands.keys(), ...paths.keys()]
const scalar = fc.oneof(oneOf(texts), oneOf([0, 1, 2, -1, 1.5, 100]), fc.boolean(), fc.constant(null))
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.dictionary(oneOf(['a', 'b', 'A']), tie('value'), { maxKeys: 2 }) },
  ),
})).value

const args: fc.Arbitrary<JsonObject> = fc.dictionary(oneOf(['a', 'b', 'c', 'A', 'list', 'any']), value, { maxKeys: 4 })
const argumentPaths = ['a', 'b', 'c', 'list', 'a.b', 'list[*]', 'list[0]', 'list[*].a', '**', 'a.**', '$.any']

const numbers = oneOf([0, 1, 2, 50])
const nestedText: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ in: some(['a.example', 'b.example', 'git', 'ls', 'grep']) }),
  fc.record({ not_in: some(['a.example', 'git', 'ls']) }),
  fc.record({ equals: oneOf(['a.example', 'git']) }),
  fc.record({ glob: oneOf(['*.example', 'g*', '*']) }),
  fc.record({ ends_with: oneOf(['.example', 't']), not_equals: oneOf(['a.example', 'git']) }),
)
const operands: fc.Arbitrary<PolicyTest> = fc.oneof(
  fc.record({ operator: oneOf(['equals', 'not_equals', 'contains'] as const), operand: value }),
  fc.record({ operator: oneOf(['in', 'not_in'] as const), operand: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
  fc.record({ operator: oneOf(['gt', 'gte', 'lt', 'lte'] as const), operand: numbers }),
  fc.record({ operator: oneOf(['starts_with', 'ends_with'] as const), operand: oneOf(['a', 'b', 'https', '/p']) }),
  fc.record({ operator: fc.constant('glob' as const), operand: oneOf(['*', 'a*', '?', '*b*', 'https://*']) }),
  fc.record({
    operator: fc.constant('matches' as const),
    operand: oneOf(['a', '^a', 'b$', '^[a-z]+$', 'g|x', 'a{2}']),
  }),
  fc.record({ operator: fc.constant('exists' as const), operand: fc.boolean() }),
  fc.record({
    operator: oneOf(['inside', 'outside'] as const),
    operand: some(['/p', '/p/a', '~/x', '/nowhere/known']),
  }),
  fc.record({
    operator: fc.constant('type' as const),
    operand: oneOf(['string', 'number', 'boolean', 'object', 'array', 'null']),
  }),
  fc.record({
    operator: fc.constant('length' as const),
    operand: fc.oneof(
      fc.record({ gt: numbers }),
      fc.record({ gte: numbers, lt: numbers }),
      fc.record({ equals: numbers }),
    ),
  }),
  fc.record({ operator: oneOf(['host', 'command'] as const), operand: nestedText }),
)

const leaf = fc.record({ path: oneOf(argumentPaths), tests: fc.array(operands, { minLength: 1, maxLength: 2 }) })
export const conditions: fc.Arbitrary<PolicyConditions> = fc.letrec<{ one: PolicyCondition; group: PolicyConditions }>(
  (tie) => ({
    one: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: leaf },
      { weight: 1, arbitrary: fc.record({ any: fc.array(tie('group'), { minLength: 1, maxLength: 2 }) }) },
      { weight: 1, arbitrary: fc.record({ all: fc.array(tie('group'), { minLength: 1, maxLength: 2 }) }) },
      { weight: 1, arbitrary: fc.record({ not: tie('group') }) },
    ),
    group: fc.array(tie('one'), { minLength: 1, maxLength: 2 }),
  }),
).group

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const globs = ['*', 'do_*', '*_it', 'do_it', 'do_not', 'd?_it', 'read']
const limit = fc.record({
  max: oneOf([0, 5, 100]),
  perMs: oneOf([60_000, 3_600_000]),
  sum: maybe(oneOf(['a', 'list[*]', 'a.b'])),
  by: maybe(some(['client', 'tool', 'server', 'session'] as const)),
})

/** A rule as reading would give it: what the language forbids does not come up. The id is given later. */
export const ruleBody: fc.Arbitrary<Omit<PolicyRule, 'id' | 'line'>> = fc
  .record({
    effect: oneOf(['allow', 'allow', 'require-approval', 'deny'] as const),
    on: seldom(some(actions.filter((action) => action !== 'tools/call'))),
    tools: some(globs),
    servers: seldom(some(['github', 'git*', 'files'])),
    clients: seldom(some(['cursor', 'c*', 'zed'])),
    risk: seldom(some(riskClasses)),
    when: maybe(conditions),
    unless: seldom(conditions),
    limit: maybe(limit),
    then: oneOf(['require-approval', 'deny'] as const),
    redact: seldom(some(['a', 'b', 'a.b', 'list[*]'])),
    approvalTimeoutMs: maybe(oneOf([30_000, 60_000])),
    confirm: maybe(oneOf(['click', 'type-name', 'os-auth'] as const)),
  })
  .map(({ then, limit: asked, on, tools, risk, approvalTimeoutMs, confirm, ...body }) => {
    const stricter = body.effect === 'require-approval' ? 'deny' : then
    const counted =
      asked && body.effect !== 'deny' && on === undefined
        ? defined<PolicyLimit>({ ...asked, then: stricter })
        : undefined
    const asks = body.effect === 'require-approval' || counted?.then === 'require-approval'
    return defined<Omit<PolicyRule, 'id' | 'line'>>({
      ...body,
      on,
      tools: on ? ['*'] : tools,
      risk: on ? undefined : risk,
      limit: counted,
      approvalTimeoutMs: asks ? approvalTimeoutMs : undefined,
      confirm: asks ? confirm : undefined,
      hide: undefined,
      reason: undefined,
    })
  })

/** Without the members that are undefined, as JSON would have it. */
function defined<T extends object>(object: { [K in keyof T]-?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, member]) => member !== undefined)) as T
}

const defaults: fc.Arbitrary<PolicyFile['defaults']> = fc.dictionary(
  oneOf([...riskClasses, '*'] as const),
  oneOf(['allow', 'require-approval', 'deny'] as const),
  { maxKeys: 3 },
)

export type World = { set: PolicySet; exhausted: ReadonlySet<string> }

/** A set of up to three files, one of them now and then broken, with some of its limits used up. */
export const world: fc.Arbitrary<World> = fc
  .record({
    files: fc.array(
      fc.record({
        servers: oneOf([['*'], ['github'], ['git*'], ['files', 'github']]),
        defaults,
        bodies: fc.array(ruleBody, { maxLength: 5 }),
        broken: fc.boolean().chain((first) => (first ? oneOf([true, false, false, false, false]) : fc.constant(false))),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    usedUp: fc.uniqueArray(fc.nat(9), { maxLength: 4 }),
  })
  .map(({ files, usedUp }) => {
    const keys: string[] = []
    const entries = files.map(({ servers, defaults: given, bodies, broken }, index): PolicySet['files'][number] => {
      const file = `f${index}.yaml`
      if (broken) return { file, status: 'broken', servers, problem: 'line 1: nonsense' }
      const rules = bodies.map((body, at): PolicyRule => {
        if (body.limit) keys.push(JSON.stringify([file, `r${at}`]))
        return { ...body, id: `r${at}`, line: at + 1 }
      })
      return { file, status: 'ok', policy: { version: 1, servers, defaults: given, rules } }
    })
    return { set: { format: 1, files: entries }, exhausted: new Set(usedUp.flatMap((at) => keys[at] ?? [])) }
  })

export const request: fc.Arbitrary<AccessRequest> = fc
  .record({
    client: oneOf(['cursor', 'zed', 'claude']),
    server: oneOf(['github', 'github', 'files', 'other']),
    tool: oneOf(['do_it', 'do_it', 'do_not', 'read', 'other']),
    action: seldom(oneOf(actions)).map((action) => action ?? 'tools/call'),
    args,
    risk: oneOf(riskClasses) as fc.Arbitrary<RiskClass>,
  })
  .map(({ client, server, tool, action, args: given, risk }) => ({
    subject: { client, session: 's1' },
    action,
    resource: { server, tool },
    arguments: given,
    risk: { class: action === 'tools/call' ? risk : 'unknown', evidence: [] },
  }))
