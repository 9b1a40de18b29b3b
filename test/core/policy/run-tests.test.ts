// `tests:` blocks: judged by their own file and those beside it, with the risk and the paths of every machine.
import { describe, expect, test } from 'vitest'
import { runPolicyTests } from '../../../core/policy/run-tests.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'

const engines = () => textEngines
const head = 'version: 1\nserver: files\nrules:\n'
const run = (tests: string, rules = '', beside?: { file: string; text: string }[]) => {
  const text = `${head}${rules}\n  - { id: never-delete, effect: deny, tools: "delete_*" }\ntests:\n${tests}`
  const [result] = runPolicyTests([{ file: 'a.yaml', text }], { engines, ...(beside && { beside }) })
  if (!result) throw new Error('no result')
  expect(result.diagnostics).toEqual([])
  return result
}

const cases: [why: string, test: string, mismatches: string[], rules?: string][] = [
  ['the rule decides', 'call: delete_x, expect: deny, rule: never-delete', []],
  ['the decision is another', 'call: delete_x, expect: hold', ['expect']],
  ['the rule is another', 'call: read_text_file, expect: allow, rule: never-delete', ['rule']],
  ['both are', 'call: read_text_file, expect: hold, rule: never-delete', ['expect', 'rule']],
  ['the catalogue knows the tool by the alias', 'call: read_text_file, expect: allow', []],
  ['arguments raise the risk', 'call: { tool: read_text_file, arguments: { path: ~/.ssh/x } }, expect: hold', []],
  ['another server is not governed', 'call: { tool: delete_x, server: other }, expect: hold', []],
  [
    'the client is the one named',
    'call: { tool: delete_x, client: cursor }, expect: deny, rule: c',
    [],
    '  - { id: c, effect: deny, tools: "*", client: cursor }',
  ],
  [
    'paths are those of no machine',
    'call: { tool: write_file, arguments: { path: ../project/a } }, expect: allow',
    [],
    '  - { id: p, effect: allow, tools: write_file, when: { path: { inside: /home/dev/project } } }',
  ],
  [
    'a limit lets a call pass',
    'call: write_file, expect: allow, rule: l',
    [],
    '  - { id: l, effect: allow, tools: write_file, limit: { max: 1, per: 1h, then: deny } }',
  ],
  [
    'until it is taken as used up',
    'call: write_file, expect: deny, rule: l, exhausted: l',
    [],
    '  - { id: l, effect: allow, tools: write_file, limit: { max: 1, per: 1h, then: deny } }',
  ],
  [
    'a request that is no call',
    'call: { on: resources/read, params: { uri: file:///etc/passwd } }, expect: deny, rule: u',
    [],
    '  - { id: u, effect: deny, on: resources/read, when: { uri: { starts_with: file:///etc } } }',
  ],
]
test.each(cases)('%s: %s', (_why, one, mismatches, rules) => {
  const { ok, results } = run(`  - { ${one} }`, rules)
  expect(results.map((result) => result.mismatches)).toEqual([mismatches])
  expect([ok, results[0]?.ok]).toEqual([mismatches.length === 0, mismatches.length === 0])
})

test('a test says where it stands and keeps the trace', () => {
  const { results } = run('  - { call: read_text_file, expect: allow }\n  - { call: delete_x, expect: allow }')
  expect(results.map(({ test, trace }) => [test.line, trace.combined, trace.rules.map(({ id }) => id)])).toEqual([
    [7, 'default', []],
    [8, 'deny', ['never-delete']],
  ])
})

describe('other files', () => {
  const strict = (id: string) => `version: 1\nrules:\n  - { id: ${id}, effect: deny, tools: write_file }`

  test('count only where they are named', () => {
    const tests = '  - { call: write_file, expect: hold }'
    expect(run(tests).ok).toBe(true)
    expect(run(tests, '', [{ file: 'b.yaml', text: strict('b') }]).results[0]?.trace.decision).toMatchObject({
      kind: 'deny',
      rules: [{ file: 'b.yaml', id: 'b' }],
    })
  })

  test('are not each other’s: every file is judged by itself', () => {
    const tested = `${strict('a')}\ntests: [{ call: write_file, expect: deny, rule: a }, { call: x, expect: hold }]`
    const other = 'version: 1\nrules: []\ntests: [{ call: write_file, expect: hold }]'
    const results = runPolicyTests(
      [
        { file: 'a.yaml', text: tested },
        { file: 'b.yaml', text: other },
      ],
      { engines },
    )
    expect(results.map(({ file, ok, results: all }) => [file, ok, all.length])).toEqual([
      ['a.yaml', true, 2],
      ['b.yaml', true, 1],
    ])
  })

  test('that are broken deny, as they do in force', () => {
    const { results } = run('  - { call: read_text_file, expect: allow }', '', [{ file: 'b.yaml', text: 'version: 2' }])
    expect(results[0]?.trace.combined).toBe('broken-file')
  })
})

test('a file with mistakes is not run, and says what they are', () => {
  const [result] = runPolicyTests([{ file: 'a.yaml', text: 'version: 1\ntests: [{ call: x }]' }], { engines })
  expect(result).toMatchObject({
    ok: false,
    results: [],
    diagnostics: [{ line: 2, message: 'The test has no `expect`' }],
  })
})
