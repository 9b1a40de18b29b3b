// Requests other than tool calls, and which tools a client is not to see.
import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../../../core/policy/compile.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { explain } from '../../../core/policy/explain.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import type { AccessRequest } from '../../../core/schema/access-request.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import type { PolicySet } from '../../../core/schema/policy.ts'
import { type Action, actions, otherActions } from '../../../core/schema/policy-words.ts'
import { call, compiled, noPaths } from './helpers.ts'

const ask = (action: Action, tool: string, params: JsonObject = {}, over: Parameters<typeof call>[1] = {}) =>
  ({ ...call(params, { ...over, tool }), action, risk: { class: 'unknown', evidence: [] } }) satisfies AccessRequest

const policy = compiled({
  'a.yaml': `version: 1
server: github
default: deny
rules:
  - { id: all-tools, effect: deny, tools: "*" }
  - { id: secrets, effect: deny, on: resources/read, when: { uri: { glob: "file:///etc/*" } }, redact: uri }
  - { id: model, effect: require-approval, on: [sampling/createMessage, elicitation/create], client: cursor }
`,
})

describe('other requests', () => {
  test.each<[string, AccessRequest, string, string]>([
    [
      'what nothing covers is allowed, whatever defaults say of tools',
      ask('prompts/get', 'daily'),
      'allow by default',
      'No rule covers this prompts/get; such requests are allowed unless a rule says otherwise',
    ],
    [
      'conditions look at the params',
      ask('resources/read', 'file:///etc/passwd', { uri: 'file:///etc/passwd' }),
      'deny by rule',
      'Rule secrets in a.yaml denies resources/read of file:///etc/passwd',
    ],
    [
      'and miss what they miss',
      ask('resources/read', 'file:///home/x', { uri: 'file:///home/x' }),
      'allow by default',
      'No rule covers this resources/read; such requests are allowed unless a rule says otherwise',
    ],
    [
      'a doubt counts for the deny',
      ask('resources/read', 'odd', { uri: 5 }),
      'deny by rule',
      'Rule secrets in a.yaml denies resources/read of odd: it could not be told whether uri matches file:///etc/*',
    ],
    [
      'a request that names nothing',
      ask('sampling/createMessage', 'sampling/createMessage'),
      'hold by rule',
      'Rule model in a.yaml asks for approval of sampling/createMessage',
    ],
    [
      'for another client',
      ask('elicitation/create', 'elicitation/create', {}, { client: 'zed' }),
      'allow by default',
      'No rule covers this elicitation/create; such requests are allowed unless a rule says otherwise',
    ],
    [
      'to another server',
      ask('sampling/createMessage', 'sampling/createMessage', {}, { server: 'slack' }),
      'allow by default',
      'No rule covers this sampling/createMessage; such requests are allowed unless a rule says otherwise',
    ],
  ])('%s', (_, request, expected, reason) => {
    const decision = evaluate(policy, request, noPaths)
    expect([`${decision.kind} by ${decision.source}`, decision.reason]).toEqual([expected, reason])
    expect(explain(policy, request, noPaths)).toMatchObject({ action: request.action, decision, defaults: [] })
  })

  test('what is redacted of them', () => {
    const request = ask('resources/read', 'file:///etc/passwd', { uri: 'file:///etc/passwd' })
    expect(evaluate(policy, request, noPaths).redact).toEqual(['uri'])
  })

  test('a rule with `on` is not about tool calls', () => {
    const others = compiled({ 'a.yaml': 'version: 1\nrules: [{ id: r, effect: deny, on: resources/read }]' })
    expect(evaluate(others, call({}, { risk: 'read' }), noPaths)).toMatchObject({ kind: 'allow', source: 'default' })
    expect(evaluate(others, ask('resources/read', 'x'), noPaths).kind).toBe('deny')
  })

  test('a broken file denies them too', () => {
    const broken = compiled({ 'a.yaml': 'version: 1\nserver: github\nrulez: []' })
    for (const action of otherActions) {
      expect(evaluate(broken, ask(action, 'x'), noPaths)).toMatchObject({ kind: 'deny', source: 'broken-file' })
      expect(evaluate(broken, ask(action, 'x', {}, { server: 'slack' }), noPaths).kind).toBe('allow')
    }
  })

  test('which kinds of request the policy has a say in', () => {
    const governed = (of: typeof policy, server: string) => actions.filter((action) => of.governs(server, action))
    expect(governed(policy, 'github')).toEqual([
      'tools/call',
      'resources/read',
      'sampling/createMessage',
      'elicitation/create',
    ])
    expect(governed(policy, 'slack')).toEqual(['tools/call'])
    expect(governed(compiled({ 'a.yaml': 'x' }), 'slack')).toEqual([...actions])
  })

  test('a kind of request that is not known is an error, not an allow', () => {
    const request = ask('resources/list' as Action, 'x')
    expect(() => evaluate(policy, request, noPaths)).toThrow('not known to this version')
  })
})

describe('hidden tools', () => {
  const hiding = compiled({
    'a.yaml': `version: 1
server: github
rules:
  - { id: a, effect: deny, tools: ["delete_*", exact, "*_secret"], hide: true }
  - { id: b, effect: deny, tools: only_cursor, hide: true, client: cursor }
  - { id: c, effect: deny, tools: shown }
`,
    'b.yaml': 'version: 1\nrules: [{ id: d, effect: deny, tools: elsewhere, hide: true, server: slack }]',
  })
  test.each([
    ['delete_branch', 'cursor', 'github', true],
    ['undelete_branch', 'cursor', 'github', false],
    ['exact', 'zed', 'github', true],
    ['exact_not', 'zed', 'github', false],
    ['read_secret', 'zed', 'github', true],
    ['only_cursor', 'cursor', 'github', true],
    ['only_cursor', 'zed', 'github', false],
    ['shown', 'cursor', 'github', false],
    ['delete_branch', 'cursor', 'gitlab', false],
    ['elsewhere', 'cursor', 'slack', true],
    ['elsewhere', 'cursor', 'github', false],
    ['constructor', 'cursor', 'github', false],
  ])('%s from %s at %s: %s', (tool, client, server, hidden) => {
    expect(hiding.hides(server, client, tool)).toBe(hidden)
    if (hidden) expect(evaluate(hiding, call({}, { tool, client, server }), noPaths).kind).toBe('deny')
  })

  test('whether there is anything to hide at all', () => {
    expect([hiding.hidesAny('github', 'zed'), hiding.hidesAny('gitlab', 'zed')]).toEqual([true, false])
    const forOne = compiled({
      'a.yaml': 'version: 1\nrules: [{ id: r, effect: deny, tools: x, hide: true, client: cursor }]',
    })
    expect([forOne.hidesAny('x', 'cursor'), forOne.hidesAny('x', 'zed')]).toEqual([true, false])
  })
})

describe('rules of a published set that do not go together', () => {
  test.each<[string, object]>([
    ['an action of another version', { on: ['resources/list'] }],
    ['no action', { on: [] }],
    ['tools/call as an other action', { on: ['tools/call'] }],
    ['on with tools', { on: ['prompts/get'], tools: ['x'] }],
    ['on with risk', { on: ['prompts/get'], risk: ['read'] }],
    ['on with a limit', { on: ['prompts/get'], limit: { max: 1, perMs: 1000, then: 'deny' } }],
    ['on with hide', { on: ['prompts/get'], effect: 'deny', hide: true }],
    ['hide on an allow', { hide: true }],
    ['hide that is no true', { effect: 'deny', hide: 'yes' }],
    [
      'hide with conditions',
      { effect: 'deny', hide: true, when: [{ path: 'a', tests: [{ operator: 'exists', operand: true }] }] },
    ],
    ['hide with risk', { effect: 'deny', hide: true, risk: ['read'] }],
    ['no tools', { tools: [] }],
    ['tools that are no list', { tools: 'x' }],
    ['clients that are null', { clients: null }],
    ['servers that are none', { servers: [] }],
    ['risk that is null', { risk: null }],
    ['a confirmation of another version', { confirm: 'fingerprint' }],
    ['a time that is none', { approvalTimeoutMs: 0 }],
    ['a limit that is null', { limit: null }],
    ['a limit with a key of another version', { limit: { max: 1, perMs: 1000, then: 'deny', burst: 5 } }],
    ['a limit without a number', { limit: { max: '1', perMs: 1000, then: 'deny' } }],
    ['a negative limit', { limit: { max: -1, perMs: 1000, then: 'deny' } }],
    ['a limit without a window', { limit: { max: 1, then: 'deny' } }],
    ['a limit without a then', { limit: { max: 1, perMs: 1000 } }],
    ['a then that is milder', { effect: 'require-approval', limit: { max: 1, perMs: 1000, then: 'require-approval' } }],
    ['a limit on a deny', { effect: 'deny', limit: { max: 1, perMs: 1000, then: 'deny' } }],
    ['a split of another version', { limit: { max: 1, perMs: 1000, then: 'deny', by: ['country'] } }],
    ['a sum that is no path', { limit: { max: 1, perMs: 1000, then: 'deny', sum: 'a[' } }],
    ['a redaction that is no path', { redact: ['a['] }],
    ['a redaction of everything', { redact: ['**'] }],
    ['redactions that are no list', { redact: 'a' }],
  ])('%s', (_, change) => {
    const compile = (rule: object) => {
      const policy = { version: 1, servers: ['*'], defaults: {}, rules: [rule] }
      const set = { format: 1, files: [{ file: 'a', status: 'ok', policy }] } as unknown as PolicySet
      return compilePolicy(set, () => textEngines)
    }
    const good = { id: 'r', line: 1, effect: 'allow', tools: ['*'] }
    expect(() => compile(good)).not.toThrow()
    expect(() => compile({ ...good, ...change })).toThrow(/policy/)
  })
})
