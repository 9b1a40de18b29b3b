// A file as the policy screen shows it.
import { expect, test } from 'vitest'
import { policyFileView } from '../../../core/policy/view.ts'
import { conditionWords } from '../../../core/policy/words.ts'
import type { PolicyTest } from '../../../core/schema/policy.ts'
import { uiRequests } from '../../../core/wire/ui-contract.ts'

const checked = (text: string) => {
  const view = policyFileView(text, 'a.yaml')
  uiRequests['policies.list'].result.parse({ folder: '/', revision: '', files: [view] })
  return view
}

test('a good file', () => {
  const text = `version: 1
name: Site
server: files
default: { read: allow, "*": deny }
rules:
  - id: stay
    effect: allow
    tools: [write_file]
    client: [cursor, zed]
    risk: write
    when: { path: { inside: ~/code/site } }
    unless: { path: { ends_with: .env }, force: true }
    reason: Only the site.
  - { id: plain, effect: deny, tools: "*" }
`
  expect(checked(text)).toEqual({
    file: 'a.yaml',
    status: 'ok',
    name: 'Site',
    servers: ['files'],
    text,
    defaults: [
      { risk: 'read', effect: 'allow' },
      { risk: '*', effect: 'deny' },
    ],
    rules: [
      {
        id: 'stay',
        effect: 'allow',
        tools: ['write_file'],
        line: 6,
        conditions: [
          'client is cursor or zed',
          'risk is write',
          'path is inside ~/code/site',
          'unless path ends with .env and force is true',
        ],
        reason: 'Only the site.',
      },
      { id: 'plain', effect: 'deny', tools: ['*'], line: 14, conditions: [] },
    ],
    diagnostics: [],
  })
})

test('a broken file: its text and what is wrong, no rules', () => {
  const view = checked('version: 1\nserver: x\nrulez: []')
  expect(view).toMatchObject({ status: 'broken', servers: ['x'], rules: [], defaults: [] })
  expect(view.diagnostics.map((one) => one.line)).toEqual([3])
})

test.each<[string, PolicyTest[], string]>([
  ['path', [{ operator: 'inside', operand: ['~/a', './b'] }], 'path is inside ~/a or ./b'],
  ['$.any', [{ operator: 'equals', operand: 'x y' }], 'any is "x y"'],
  ['n', [{ operator: 'equals', operand: '5' }], 'n is "5"'],
  ['n', [{ operator: 'equals', operand: 5 }], 'n is 5'],
  ['n', [{ operator: 'equals', operand: 'true' }], 'n is "true"'],
  ['n', [{ operator: 'not_equals', operand: null }], 'n is not null'],
  ['n', [{ operator: 'in', operand: ['a', 1] }], 'n is one of a, 1'],
  ['n', [{ operator: 'not_in', operand: ['a'] }], 'n is none of a'],
  [
    'n',
    [
      { operator: 'gte', operand: 1 },
      { operator: 'lt', operand: 5 },
    ],
    'n is at least 1 and is less than 5',
  ],
  ['n', [{ operator: 'exists', operand: false }], 'n is absent'],
  ['n', [{ operator: 'exists', operand: true }], 'n is present'],
  ['**', [{ operator: 'glob', operand: '*.env' }], 'some text in the arguments matches *.env'],
  ['n', [{ operator: 'contains', operand: '' }], 'n contains ""'],
])('%s %j in words', (path, tests, words) => {
  expect(conditionWords({ path, tests })).toBe(words)
})
