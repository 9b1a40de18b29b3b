// Lockdown: whatever the files say, every governed request is denied, and the reason says since when.
import { describe, expect, it } from 'vitest'
import { compilePolicy } from '../../../core/policy/compile.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { explain } from '../../../core/policy/explain.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import type { AccessRequest } from '../../../core/schema/access-request.ts'
import { type PolicySet, policySet } from '../../../core/schema/policy.ts'
import { type Action, actions } from '../../../core/schema/policy-words.ts'
import { call, noPaths, setOf } from './helpers.ts'

const since = new Date(2026, 10, 22, 14, 5, 59).getTime()
const reason =
  'Everything is locked down in Countersign since 14:05 (2026-11-22); nothing runs until a person lifts that there'

const locked = (set: PolicySet, lockdown: unknown = { since, by: 'desktop' }) =>
  compilePolicy({ ...set, lockdown } as PolicySet, () => textEngines)
const allowing = setOf({
  'a.yaml': 'version: 1\ndefault: allow\nrules: [{ id: yes, effect: allow, tools: "*", redact: [token] }]\n',
})
const files: [what: string, set: PolicySet][] = [
  ['allows everything', allowing],
  ['says nothing', { format: 1, files: [] }],
  ['asks about everything', setOf({ 'a.yaml': 'version: 1\ndefault: require-approval\n' })],
  ['is broken', setOf({ 'a.yaml': 'version: 1\nrulez: []\n' })],
]
const requests: [Action, AccessRequest][] = actions.map((action) => [action, { ...call({ token: 'x' }), action }])

describe('under lockdown', () => {
  it.each(files.flatMap(([what, set]) => requests.map(([action, request]) => [what, action, set, request] as const)))(
    'a policy that %s denies %s',
    (_what, action, set, request) => {
      const policy = locked(policySet.parse(set))
      expect(evaluate(policy, request, noPaths)).toMatchObject({ kind: 'deny', source: 'lockdown', rules: [], reason })
      expect(policy.governs('any-server', action)).toBe(true)
    },
  )

  it('what is kept out of the log still is', () => {
    expect(evaluate(locked(allowing), call({ token: 'x' }), noPaths).redact).toEqual(['token'])
  })

  it('the tools that clients see stay as they are', () => {
    const hiding = setOf({ 'a.yaml': 'version: 1\nrules: [{ id: h, effect: deny, tools: drop, hide: true }]\n' })
    const policy = locked(hiding)
    expect([policy.hides('s', 'c', 'drop'), policy.hides('s', 'c', 'get')]).toEqual([true, false])
  })

  it('the trace says that no rule was looked at', () => {
    const trace = explain(locked(allowing), call(), noPaths)
    expect(trace).toMatchObject({ combined: 'lockdown', rules: [], defaults: [], decision: { reason } })
  })

  it('is over without a trace', () => {
    const policy = compilePolicy(allowing, () => textEngines)
    expect(policy.lockdown).toBeUndefined()
    expect(evaluate(policy, call(), noPaths).kind).toBe('allow')
    expect(policy.governs('any-server', 'resources/read')).toBe(false)
  })
})

it.each<[string, unknown]>([
  ['null', null],
  ['true', true],
  ['an empty object', {}],
  ['a time that is a text', { since: '2026', by: 'x' }],
  ['a key of the future', { since, by: 'x', until: 5 }],
])('a lockdown that is %s cannot be carried out, so that every call is refused', (_what, lockdown) => {
  expect(() => locked(allowing, lockdown)).toThrow(/policy lockdown/)
})
