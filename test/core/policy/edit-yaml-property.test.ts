// Random policy files in random layouts: after an edit only the calls that it is about are decided otherwise.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Document, visit } from 'yaml'
import { conditionsMatcher } from '../../../core/approval/scope.ts'
import { compilePolicy } from '../../../core/policy/compile.ts'
import { addException, addRule, type NewRule } from '../../../core/policy/edit-yaml.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { compileGlobs } from '../../../core/policy/glob.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import type { AccessRequest } from '../../../core/schema/access-request.ts'
import type { Decision } from '../../../core/schema/decision.ts'
import type { PolicyCondition, PolicyConditions, PolicyFile, PolicyRule } from '../../../core/schema/policy.ts'
import { ports, request, ruleBody, world } from './properties/arbitraries.ts'

const runs = 200
const file = 'f0.yaml'

/** Conditions as a file writes them. One path can stand in a map only once. */
function written(conditions: PolicyConditions): Record<string, unknown> {
  const entry = (condition: PolicyCondition): [string, unknown] => {
    if ('any' in condition) return ['any', condition.any.map(written)]
    if ('all' in condition) return ['all', condition.all.map(written)]
    if ('not' in condition) return ['not', written(condition.not)]
    return [condition.path, Object.fromEntries(condition.tests.map(({ operator, operand }) => [operator, operand]))]
  }
  return Object.fromEntries(conditions.map(entry))
}

function writtenRule({ id, effect, on, tools, servers, clients, risk, when, unless, limit, ...rest }: PolicyRule) {
  const approval = { timeout: rest.approvalTimeoutMs && `${rest.approvalTimeoutMs / 1000}s`, confirm: rest.confirm }
  return {
    id,
    effect,
    ...(on ? { on } : { tools }),
    server: servers,
    client: clients,
    risk,
    when: when && written(when),
    unless: unless && written(unless),
    limit: limit && { max: limit.max, per: `${limit.perMs / 60_000}m`, sum: limit.sum, by: limit.by, then: limit.then },
    redact: rest.redact,
    approval: approval.timeout || approval.confirm ? approval : undefined,
  }
}

/** Nodes take the styles in turn, so that maps on one line stand in blocks and the other way round. */
function layOut(
  { servers, defaults, rules }: PolicyFile,
  { flows, indent, indentSeq, comments, crlf }: Layout,
): string {
  const plain: unknown = JSON.parse(
    JSON.stringify({
      version: 1,
      server: servers,
      ...(Object.keys(defaults).length > 0 ? { default: defaults } : {}),
      ...(rules.length > 0 ? { rules: rules.map(writtenRule) } : {}),
    }),
  )
  const document = new Document(plain)
  let at = 0
  visit(document, {
    Collection(key, node) {
      node.flow = key !== null && flows[at++ % flows.length] === true
    },
    Pair(_, { key }) {
      if (comments && typeof key === 'object' && key !== null && 'commentBefore' in key) key.commentBefore = ' so'
    },
  })
  const text = document.toString({ indent, indentSeq, lineWidth: 0 })
  return crlf ? text.replaceAll('\n', '\r\n') : text
}

type Layout = { flows: boolean[]; indent: number; indentSeq: boolean; comments: boolean; crlf: boolean }
const layout: fc.Arbitrary<Layout> = fc.record({
  flows: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }), {
    minLength: 7,
    maxLength: 7,
  }),
  indent: fc.constantFrom(2, 2, 3, 4),
  indentSeq: fc.boolean(),
  comments: fc.boolean(),
  crlf: fc.boolean(),
})

/** A good file of the world, as text. */
const policyText = fc
  .tuple(world, layout)
  .map(([{ set }, style]) => {
    const [entry] = set.files
    return entry?.status === 'ok' ? layOut(entry.policy, style) : ''
  })
  .filter((text) => parsePolicyText(text, file).entry.status === 'ok')

const scopeLike: fc.Arbitrary<PolicyConditions> = fc.constantFrom<PolicyConditions>(
  [{ path: 'a', tests: [{ operator: 'inside', operand: ['/p'] }] }],
  [{ path: 'a', tests: [{ operator: 'starts_with', operand: 'a' }] }, { path: 'b', tests: [{ operator: 'exists', operand: false }] }],
  [{ path: 'a', tests: [{ operator: 'in', operand: ['a', 1, null] }] }],
  [{ path: 'b', tests: [{ operator: 'equals', operand: 'x' }] }],
  [{ not: [{ path: 'list[*]', tests: [{ operator: 'outside', operand: ['/p/a'] }] }] }, { path: 'list', tests: [{ operator: 'type', operand: 'array' }] }],
) // biome-ignore format: a table

const decider = (text: string): ((asked: AccessRequest) => Decision) => {
  const policy = compilePolicy({ format: 1, files: [parsePolicyText(text, file).entry] }, () => textEngines)
  return (asked) => evaluate(policy, asked, ports)
}
/** Without the lines, which an edit moves. */
const judged = (decision: Decision) => ({
  ...decision,
  rules: decision.rules.map(({ id }) => id),
  limits: decision.limits?.map((limit) => ({ ...limit, rule: limit.rule.id })),
})
const textOf = (edited: ReturnType<typeof addRule>, before: string): string => {
  if (!edited.ok) throw new Error(`${edited.problem}\n\nin\n\n${before}`)
  return edited.text
}

test('a rule that is added decides its calls, and no others', { timeout: 120_000 }, () => {
  const about = { servers: ['github'], clients: ['cursor'], tools: ['do_it'], risk: ['write' as const] }
  fc.assert(
    fc.property(
      policyText,
      fc.constantFrom<'allow' | 'deny'>('allow', 'deny'),
      scopeLike,
      fc.array(request, { minLength: 40, maxLength: 40 }),
      (before, effect, when, calls) => {
        const rule: NewRule = { id: 'new', effect, ...about, when }
        const after = textOf(addRule(before, file, rule), before)
        const [decideBefore, decideAfter] = [decider(before), decider(after)]
        for (const call of calls) {
          const named =
            call.action === 'tools/call' &&
            call.subject.client === 'cursor' &&
            call.resource.server === 'github' &&
            call.resource.tool === 'do_it' &&
            call.risk.class === 'write' &&
            governs(before, 'github')
          const outcome = named ? conditionsMatcher(when)(call.arguments, ports) : 'did-not-hold'
          const [was, is] = [decideBefore(call), decideAfter(call)]
          const counts = effect === 'deny' ? outcome !== 'did-not-hold' : outcome === 'held'
          if (!counts) expect({ ...judged(is), reason: '' }).toEqual({ ...judged(was), reason: '' })
          else if (effect === 'deny') expect(is.kind).toBe('deny')
          else if (was.source === 'default' || was.kind === 'allow') expect(is.kind).toBe('allow')
          else expect(judged(is)).toEqual(judged(was))
        }
      },
    ),
    { numRuns: runs },
  )
})

const governs = (text: string, server: string): boolean => {
  const { entry } = parsePolicyText(text, file)
  return entry.status === 'ok' && compileGlobs(entry.policy.servers)(server)
}

test('an exception takes its calls out of the one rule, and nothing else', { timeout: 120_000 }, () => {
  /** The same file without the rule. */
  const without = (text: string, id: string): Parameters<typeof compilePolicy>[0] => {
    const { entry } = parsePolicyText(text, file)
    if (entry.status !== 'ok') throw new Error(entry.problem)
    const { policy } = entry
    return {
      format: 1,
      files: [{ ...entry, policy: { ...policy, rules: policy.rules.filter((one) => one.id !== id) } }],
    }
  }
  fc.assert(
    fc.property(
      policyText,
      fc.nat(),
      scopeLike,
      fc.array(request, { minLength: 40, maxLength: 40 }),
      (before, pick, exception, calls) => {
        const { entry } = parsePolicyText(before, file)
        const asking =
          entry.status === 'ok' ? entry.policy.rules.filter((one) => one.effect === 'require-approval') : []
        const rule = asking[pick % Math.max(1, asking.length)]
        fc.pre(rule !== undefined)
        const { id } = rule ?? { id: '' }
        const after = textOf(addException(before, file, id, exception), before)
        const rest = compilePolicy(without(before, id), () => textEngines)
        const [decideBefore, decideAfter] = [decider(before), decider(after)]
        for (const call of calls) {
          const outcome = conditionsMatcher(exception)(call.arguments, ports)
          const [was, is] = [decideBefore(call), decideAfter(call)]
          const plain = (one: Decision) => ({ ...judged(one), reason: '', redact: [] })
          if (outcome === 'held') expect(plain(is)).toEqual(plain(evaluate(rest, call, ports)))
          else expect(plain(is)).toEqual(plain(was))
        }
      },
    ),
    { numRuns: runs },
  )
})

test('every layout of these tests can be edited', () => {
  fc.assert(
    fc.property(policyText, ruleBody, (text, body) => {
      const { entry } = parsePolicyText(text, file)
      fc.pre(entry.status === 'ok' && body.on === undefined)
      const ids = entry.status === 'ok' ? entry.policy.rules.map(({ id }) => id) : []
      for (const id of ids)
        textOf(addException(text, file, id, [{ path: 'z', tests: [{ operator: 'equals', operand: 'z' }] }]), text)
    }),
    { numRuns: runs },
  )
})
