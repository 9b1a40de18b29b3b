// What an approval rests on: an edit of the rule that asked voids it, an edit elsewhere does not.
import { describe, expect, it } from 'vitest'
import type { CallFacts } from '../../broker/approval-card.ts'
import { createPolicyBasis } from '../../broker/policy-basis.ts'
import { createPolicyInForce } from '../../broker/policy-in-force.ts'
import { createReevaluation } from '../../broker/reevaluate.ts'
import { sha256 } from '../../broker/sha256.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { askOf, sessionOf } from './approvals-fixture.ts'

const asks = `version: 1
rules:
  - id: ask-writes
    effect: require-approval
    tools: [write_note]
`
const defaults = 'version: 1\ndefault: require-approval\n'

/** Publishes these files, one set after the other, under the revisions r1, r2, … */
function published(...sets: Record<string, string>[]) {
  const inForce = createPolicyInForce()
  const judging = createReevaluation({
    inForce: inForce.now,
    wasInForce: inForce.was,
    paths: ({ cwd }) => lexicalPaths({ cwd }),
    log: () => undefined,
  })
  let revision = 0
  const publish = (files: Record<string, string>) => {
    const entries = Object.entries(files).map(([file, text]) => parsePolicyText(text, file).entry)
    inForce.compile({ format: 1, files: entries })
    revision += 1
    inForce.published(`r${revision}`)
  }
  for (const files of sets) publish(files)
  return {
    publish,
    judging,
    basis: createPolicyBasis(inForce.now),
    lasting: createPolicyBasis(inForce.now, inForce.was),
  }
}

const byRule = askOf({ n: 1 }, { source: 'rule', rules: [{ id: 'ask-writes', file: 'a.yaml', line: 3 }] })
const byDefault = askOf({ n: 1 })

describe('the basis', () => {
  it.each<[string, typeof byRule, Record<string, string>, Record<string, string>, boolean]>([
    ['another file', byRule, { 'a.yaml': asks }, { 'a.yaml': asks, 'b.yaml': defaults }, true],
    ['a line above the rule', byRule, { 'a.yaml': asks }, { 'a.yaml': `# hello\n\n${asks}` }, true],
    [
      'another rule beside it',
      byRule,
      { 'a.yaml': asks },
      { 'a.yaml': `${asks}  - { id: x, effect: deny, tools: [y] }\n` },
      true,
    ],
    ['the rule itself', byRule, { 'a.yaml': asks }, { 'a.yaml': `${asks}    when: { n: 1 }\n` }, false],
    ['its file’s name', byRule, { 'a.yaml': asks }, { 'b.yaml': asks }, false],
    [
      'the default, of a call that a rule holds',
      byRule,
      { 'a.yaml': asks },
      { 'a.yaml': `${asks}default: deny\n` },
      true,
    ],
    [
      'the default, of a call that the default holds',
      byDefault,
      { 'a.yaml': defaults },
      { 'a.yaml': 'version: 1\ndefault: deny\n' },
      false,
    ],
    ['a file without a default', byDefault, { 'a.yaml': defaults }, { 'a.yaml': defaults, 'b.yaml': asks }, true],
    [
      'a second file with a default',
      byDefault,
      { 'a.yaml': defaults },
      { 'a.yaml': defaults, 'b.yaml': defaults },
      false,
    ],
  ])('after an edit of %s is the same: %s', (_, ask, before, after, same) => {
    const policy = published(before)
    const first = policy.lasting({ ...ask, revision: 'r1' })
    policy.publish(after)
    expect(policy.lasting({ ...ask, revision: 'r1' }) === first).toBe(same)
    expect(policy.basis({ ...ask, revision: 'r2' }) === first).toBe(same)
  })

  it.each<[string, Partial<typeof byRule>]>([
    ['a proxy that has a policy of its own', { revision: 'own' }],
    ['a proxy that has not read the newest yet', { revision: 'r1' }],
    ['a rule that is not there', { revision: 'r2', rules: [{ id: 'other', file: 'a.yaml' }] }],
  ])('is the whole revision for %s', (_, changes) => {
    const policy = published({ 'a.yaml': asks }, { 'a.yaml': asks, 'b.yaml': defaults })
    const ask = { ...byRule, ...changes }
    expect(policy.basis(ask)).toBe(sha256(`revision:${ask.revision}`))
  })

  it('tells a rule from a default', () => {
    const policy = published({ 'a.yaml': asks })
    const [rule, byNone] = [policy.basis({ ...byRule, revision: 'r1' }), policy.basis({ ...byDefault, revision: 'r1' })]
    expect(rule).not.toBe(byNone)
  })
})

describe('a held call', () => {
  const factsOf = (policy: ReturnType<typeof published>, ask: CallFacts['ask']): CallFacts => ({
    session: sessionOf(),
    ask,
    binding: 'b',
    basis: policy.basis(ask),
  })

  it.each<[string, Record<string, string>, boolean]>([
    [
      'an edit elsewhere',
      { 'a.yaml': asks, 'b.yaml': `version: 1\nrules:\n  - { id: x, effect: deny, tools: [y] }\n` },
      true,
    ],
    [
      'a rule that denies it',
      { 'a.yaml': asks, 'b.yaml': 'version: 1\nrules:\n  - { id: x, effect: deny, tools: [write_note] }\n' },
      false,
    ],
    ['an exception in the rule that held it', { 'a.yaml': `${asks}    unless: { n: 1 }\n` }, false],
    ['a second rule that asks as well', { 'a.yaml': asks, 'b.yaml': asks }, false],
    ['more to confirm', { 'a.yaml': `${asks}    confirm: type-name\n` }, false],
    ['a file that cannot be read', { 'a.yaml': asks, 'b.yaml': 'version: 1\nrulez: []\n' }, false],
  ])('after %s is still held for the same: %s', (_, after, held) => {
    const policy = published({ 'a.yaml': asks })
    const facts = factsOf(policy, { ...byRule, revision: 'r1' })
    expect(policy.judging.stillHeld(facts)).toBe(true)
    policy.publish(after)
    expect(policy.judging.stillHeld(facts)).toBe(held)
  })

  it('of a policy that is not ours is left alone', () => {
    const policy = published({ 'a.yaml': asks })
    const facts = factsOf(policy, { ...byRule, revision: 'own' })
    policy.publish({ 'a.yaml': 'version: 1\ndefault: allow\n' })
    expect(policy.judging.stillHeld(facts)).toBe(true)
    expect(policy.judging.behind(facts)).toBe(false)
  })

  it('by an earlier policy of ours is sent back once a session, so that nobody asks in circles', () => {
    const policy = published({ 'a.yaml': asks }, { 'a.yaml': defaults })
    const facts = factsOf(policy, { ...byRule, revision: 'r1' })
    expect([policy.judging.behind(facts), policy.judging.behind(facts)]).toEqual([true, false])
    expect(policy.judging.behind({ ...facts, session: sessionOf({ session: 's2' }) })).toBe(true)
    expect(policy.judging.behind(factsOf(policy, { ...byDefault, revision: 'r2' }))).toBe(false)
    policy.publish({ 'a.yaml': asks })
    expect(policy.judging.behind(facts)).toBe(true)
  })

  it('counts limits that are used up as used up', () => {
    const limited = `version: 1
rules:
  - id: few
    effect: allow
    tools: [write_note]
    limit: { max: 1, per: 1h, then: require-approval }
`
    const policy = published({ 'a.yaml': limited })
    const exhausted = [JSON.stringify(['a.yaml', 'few'])]
    const rules = [{ id: 'few', file: 'a.yaml' }]
    const ask = askOf({ n: 1 }, { source: 'rule', rules, revision: 'r1', exhausted })
    expect(policy.judging.stillHeld(factsOf(policy, ask))).toBe(true)
    const { exhausted: _, ...unlimited } = ask
    expect(policy.judging.stillHeld(factsOf(policy, unlimited))).toBe(false)
  })

  it('tells which arguments stay off the record', () => {
    const policy = published({ 'a.yaml': `${asks}    redact: [secret]\n` })
    const facts = factsOf(policy, { ...byRule, revision: 'r1' })
    expect(policy.judging.hides(facts, { secret: 'x' })).toBe(true)
    policy.publish({ 'a.yaml': asks })
    expect(policy.judging.hides(facts, { secret: 'x' })).toBe(false)
  })
})
