// Edits of policy files that people write in, too: what was there stays to the byte, and says the same.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { addException, addRule, type NewRule } from '../../../core/policy/edit-yaml.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import type { PolicyConditions } from '../../../core/schema/policy.ts'

const file = 'x.yaml'
const rule: NewRule = { id: 'new', effect: 'allow', tools: ['t'], when: [{ path: 'p', tests: [{ operator: 'equals', operand: 1 }] }] } // biome-ignore format: one line
const ruleLines = '  - id: new\n    effect: allow\n    tools: t\n    when:\n      p: 1\n'
const flowRule = '{ id: new, effect: allow, tools: t, when: { p: 1 } }'

const done = (edited: ReturnType<typeof addRule>): string => {
  if (!edited.ok) throw new Error(edited.problem)
  return edited.text
}
const a = 'id: a, effect: deny, tools: x'
const blockA = '  - id: a\n    effect: deny\n    tools: x\n'

describe('a rule more', () => {
  test.each<[why: string, before: string, after: string]>([
    ['a file without rules', 'version: 1\n', `version: 1\nrules:\n${ruleLines}`],
    ['without a last line end', 'version: 1', `version: 1\nrules:\n${ruleLines}`],
    ['comments at the end stay there', 'version: 1\n# end\n', `version: 1\nrules:\n${ruleLines}# end\n`],
    ['an empty list', 'version: 1\nrules: [] # none yet\ntests: []\n', `version: 1\nrules:  # none yet\n${ruleLines}tests: []\n`],
    ['after the last', `version: 1\nrules:\n${blockA}tests: []\n`, `version: 1\nrules:\n${blockA}${ruleLines}tests: []\n`],
    ['with the space that others have', `version: 1\nrules:\n${blockA}\n${blockA.replace('a', 'b')}`, `version: 1\nrules:\n${blockA}\n${blockA.replace('a', 'b')}\n${ruleLines}`],
    ['dashes that are not indented', 'version: 1\nrules:\n- id: a\n  effect: deny\n  tools: x\n', `version: 1\nrules:\n- id: a\n  effect: deny\n  tools: x\n${ruleLines.replace(/^ {2}/gm, '')}`],
    ['behind the comments of the last', `version: 1\nrules:\n${blockA}    # of a\n\n    # too\n# of tests\ntests: []\n`, `version: 1\nrules:\n${blockA}    # of a\n\n    # too\n${ruleLines}# of tests\ntests: []\n`],
    ['a text of several lines at the end', `version: 1\nrules:\n${blockA}    reason: |\n      one\n      two\n\n`, `version: 1\nrules:\n${blockA}    reason: |\n      one\n      two\n${ruleLines}\n`],
    ['Windows line ends', `version: 1\r\nrules:\r\n${blockA.replaceAll('\n', '\r\n')}`, `version: 1\r\nrules:\r\n${(blockA + ruleLines).replaceAll('\n', '\r\n')}`],
    ['a byte order mark', `\ufeffversion: 1\nrules:\n${blockA}`, `\ufeffversion: 1\nrules:\n${blockA}${ruleLines}`],
    ['the end of a document', `version: 1\nrules:\n${blockA}...\n`, `version: 1\nrules:\n${blockA}${ruleLines}...\n`],
    ['a list on one line', `version: 1\nrules: [{ ${a} }, ] # x\n`, `version: 1\nrules: [{ ${a} }, ${flowRule}, ] # x\n`],
    ['a list on one line, of several lines', `version: 1\nrules: [\n  { ${a} }, # x\n]\n`, `version: 1\nrules: [\n  { ${a} }, ${flowRule}, # x\n]\n`],
    ['rules on one line in a list', `version: 1\nrules:\n  - { ${a} }\n`, `version: 1\nrules:\n  - { ${a} }\n${ruleLines}`],
    ['a map on one line', `{ version: 1, rules: [{ ${a} }] }`, `{ version: 1, rules: [{ ${a} }, ${flowRule}] }`],
    ['a map on one line without rules', '{ version: 1 }', `{ version: 1, rules: [${flowRule}] }`],
    ['a map on one line with none', '{ version: 1, rules: [] }', `{ version: 1, rules: [${flowRule}] }`],
    ['anchors and aliases of others', `version: 1\nrules:\n  - &a { ${a}, when: &w { p: 1 } }\n  - { id: b, effect: deny, tools: y, when: *w }\n`, `version: 1\nrules:\n  - &a { ${a}, when: &w { p: 1 } }\n  - { id: b, effect: deny, tools: y, when: *w }\n${ruleLines}`],
  ])('%s', (_why, before, after) => {
    expect(done(addRule(before, file, rule))).toBe(after)
  }) // biome-ignore format: a table

  test.each<[why: string, text: string, problem: RegExp]>([
    ['a file with mistakes', 'version: 1\nrulez: []\n', /^x\.yaml has mistakes; add this by hand:\n- id: new\n {2}effect: allow/],
    ['an id that is taken', 'version: 1\nrules:\n  - id: new\n    effect: deny\n    tools: x\n', /^x\.yaml is written in a way that cannot be edited safely; add this by hand:\n- id: new/],
  ])('refuses %s', (_why, text, problem) => {
    expect(addRule(text, file, rule)).toEqual({ ok: false, problem: expect.stringMatching(problem) })
  }) // biome-ignore format: a table

  test('refuses a number that a policy file does not take', () => {
    const large: NewRule = { ...rule, when: [{ path: 'p', tests: [{ operator: 'equals', operand: 1e21 }] }] }
    expect(addRule('version: 1\n', file, large).ok).toBe(false)
  })

  test.each<[why: string, rule: NewRule]>([
    ['texts that YAML takes for something else', { ...rule, reason: 'yes', when: ['true', 'null', '~', '1', '1.5', '0x1', '2020-01-01', '1:30', '', ' a ', '- a', 'a: b', 'a #b', '*a', '&a', '!a', '%a', '@a', '`a', '[a', '{a', '"a', "'a", '---', '...', 'a\nb', 'a\tb', '\\', '|', '>', '?', ':', ',', '.inf', '.nan', 'y', 'No', '=', '<<', '#a', 'a,b', 'é', '日本', 'a\u200bb', '\u202ea', '\ufeff', '\u2028', '😀', '\u{e0041}', '\ud800', '\u0085', '\u007f'].map((text, at) => ({ path: `p${at}`, tests: [{ operator: 'equals' as const, operand: text }] })) }],
    ['values of all kinds', { ...rule, when: [null, true, 0, -1.5, 1e20 / 3e20, 1e-21, [], {}, [1, ['a']], { a: { 'b c': [null] }, '': 1, '- x': 'y', line: 3 }].map((value, at) => ({ path: `p${at}`, tests: [{ operator: 'equals' as const, operand: value }] })) }],
    ['all that a rule can have', { id: 'new', effect: 'deny', tools: ['a', 'b*'], servers: ['s', 't'], clients: ['c'], risk: ['write', 'read'], reason: 'You chose: this.', when: [{ not: [{ any: [[{ path: 'p[*]', tests: [{ operator: 'outside', operand: ['/a b', '~/c'] }] }], [{ path: '$["x y"]', tests: [{ operator: 'in', operand: ['a', 1] }, { operator: 'exists', operand: true }] }]] }] }] }],
    ['a rule on other requests', { id: 'new', effect: 'allow', on: ['resources/read'], when: [{ path: 'uri', tests: [{ operator: 'starts_with', operand: 'file:///a#b: c' }] }] }],
  ])('is read back as it was meant: %s', (_why, meant) => {
    const broken = JSON.stringify(meant).includes('\\ud800')
    const texts = broken ? { ...meant, when: meant.when?.filter((one) => !JSON.stringify(one).includes('\\ud800')) } : meant
    const { entry } = parsePolicyText(done(addRule('version: 1\n', file, texts)), file)
    const [read] = entry.status === 'ok' ? entry.policy.rules : []
    expect(read).toEqual({ ...texts, tools: meant.tools ?? ['*'], line: 3 })
  }) // biome-ignore format: a table

  test('what does not show is written so that it does', () => {
    const text = done(addRule('version: 1\n', file, { ...rule, reason: 'a\u202eb\u200b\u{e0041} é ﬀ' }))
    expect(text).toContain('reason: "a\\u202eb\\u200b\\U000e0041 é ﬀ"')
  })
})

const exception: PolicyConditions = [
  { path: 'p', tests: [{ operator: 'inside', operand: ['/x'] }] },
  { path: 'm', tests: [{ operator: 'exists', operand: false }] },
]
const flow = '{ p: { inside: /x }, m: { exists: false } }'

describe('an exception more', () => {
  test.each<[why: string, before: string, after: string]>([
    ['a rule without any', blockA, `${blockA}    unless:\n      p: { inside: /x }\n      m: { exists: false }\n`],
    ['a rule on one line', `  - { ${a} }\n`, `  - { ${a}, unless: ${flow} }\n`],
    ['a rule on one line that ends in a comma', `  - { ${a}, }\n`, `  - { ${a}, unless: ${flow}, }\n`],
    ['the other half of a map', `${blockA}    unless:\n      # why\n      q: 1 # so\n\n      r: { gt: 1 }\n    reason: z\n`, `${blockA}    unless:\n      # why\n      any:\n        - q: 1 # so\n\n          r: { gt: 1 }\n        - p: { inside: /x }\n          m: { exists: false }\n    reason: z\n`],
    ['of a map at the end of the file', `${blockA}    unless:\n      q: 1`, `${blockA}    unless:\n      any:\n        - q: 1\n        - p: { inside: /x }\n          m: { exists: false }\n`],
    ['of a map with a text of several lines', `${blockA}    unless:\n      q:\n        equals: |\n          a\n           b\n`, `${blockA}    unless:\n      any:\n        - q:\n            equals: |\n              a\n               b\n        - p: { inside: /x }\n          m: { exists: false }\n`],
    ['of a map on one line', `${blockA}    unless: { q: 1 } # so\n`, `${blockA}    unless: { any: [{ q: 1 }, ${flow}] } # so\n`],
    ['of an alias', `  - { id: b, effect: deny, tools: y, when: &w { q: 1 } }\n${blockA}    unless: *w\n`, `  - { id: b, effect: deny, tools: y, when: &w { q: 1 } }\n${blockA}    unless: { any: [*w , ${flow}] }\n`],
    ['of an anchor that nothing else uses', `${blockA}    unless: &w { q: 1 }\n`, `${blockA}    unless: &w { any: [{ q: 1 }, ${flow}] }\n`],
    ['one more of any', `${blockA}    unless:\n      any:\n        - q: 1\n        - { r: 1 } # so\n    reason: z\n`, `${blockA}    unless:\n      any:\n        - q: 1\n        - { r: 1 } # so\n        - p: { inside: /x }\n          m: { exists: false }\n    reason: z\n`],
    ['one more of any on one line', `${blockA}    unless: { any: [{ q: 1 }] }\n`, `${blockA}    unless: { any: [{ q: 1 }, ${flow}] }\n`],
    ['any beside something else is a half', `${blockA}    unless: { any: [{ q: 1 }], r: 1 }\n`, `${blockA}    unless: { any: [{ any: [{ q: 1 }], r: 1 }, ${flow}] }\n`],
    ['a rule among others', `  - { id: b, effect: deny, tools: y }\n${blockA}  - { id: c, effect: deny, tools: z }\n`, `  - { id: b, effect: deny, tools: y }\n${blockA}    unless:\n      p: { inside: /x }\n      m: { exists: false }\n  - { id: c, effect: deny, tools: z }\n`],
  ])('%s', (_why, before, after) => {
    const head = 'version: 1\nrules:\n'
    expect(done(addException(head + before, file, 'a', exception))).toBe(head + after)
    const windows = (text: string) => (head + text).replaceAll('\n', '\r\n')
    expect(done(addException(windows(before), file, 'a', exception))).toBe(windows(after))
  }) // biome-ignore format: a table

  test.each<[why: string, rules: string]>([
    ['a rule that is not there', '  - { id: b, effect: deny, tools: y }\n'],
    ['a rule that is an alias', `  - &r { id: b, effect: deny, tools: y }\n  - *r\n`],
    ['an unless that another rule uses', `${blockA}    unless: &w { q: 1 }\n  - { id: b, effect: deny, tools: y, unless: *w }\n`],
    ['an any that another rule uses', `${blockA}    unless:\n      any: &w [{ q: 1 }]\n  - { id: b, effect: deny, tools: y, unless: { any: *w } }\n`],
    ['nesting that nobody can follow', `${blockA}    unless: ${'{ not: '.repeat(8)}{ q: 1 }${' }'.repeat(8)}\n`],
  ])('refuses %s', (_why, rules) => {
    const problem = /^x\.yaml (?:is written in a way that cannot be edited safely|has mistakes); add this by hand:\nunless:\n {2}p: \{ inside: \/x \}\n {2}m: /
    expect(addException(`version: 1\nrules:\n${rules}`, file, 'a', exception)).toEqual({ ok: false, problem: expect.stringMatching(problem) })
  }) // biome-ignore format: a table

  test('refuses an exception for whatever there is', () => {
    expect(addException(`version: 1\nrules:\n${blockA}`, file, 'a', []).ok).toBe(false)
  })
})

const folder = path.join(import.meta.dirname, '../../../policies')
const shipped = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => /\.ya?ml$/.test(one))
const policies = shipped.filter((one) => {
  return parsePolicyText(readFileSync(path.join(folder, one), 'utf8'), one).entry.status === 'ok'
})
test.each(policies)('%s takes a rule and an exception to every rule, and keeps every other line', (name) => {
  const text = readFileSync(path.join(folder, name), 'utf8')
  const { entry } = parsePolicyText(text, name)
  const rules = entry.status === 'ok' ? entry.policy.rules : []
  /** All that was there, in order: what an edit may move is white space. */
  const keeps = (after: string): boolean => {
    const signs = text.replace(/\s/g, '')
    let at = 0
    for (const sign of after) if (sign === signs[at]) at++
    return at === signs.length && after.length > text.length
  }
  expect(keeps(done(addRule(text, name, rule)))).toBe(true)
  for (const { id, hide } of rules) {
    if (hide) expect(addException(text, name, id, exception).ok).toBe(false)
    else expect(keeps(done(addException(text, name, id, exception)))).toBe(true)
  }
})
