// The trace as a newcomer reads it: the decision first, then what every rule saw, then how that made the decision.
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { runCli, temporaryFolder } from './run-cli.ts'

const policy = `version: 1
name: Test
rules:
  - id: no-shell
    effect: deny
    tools: run
    when: { cmd: { not: 1 } }
  - id: ask-for-much
    effect: require-approval
    tools: [run, pay]
    when: { any: [{ amount: { gt: 100 } }, { to: { not_in: [savings] } }] }
    unless: { draft: true }
    approval: { confirm: type-name }
    redact: card
  - id: some
    effect: allow
    tools: pay
    limit: { max: 3, per: 1h }
  - id: inside
    effect: allow
    tools: write_file
    when: { path: { inside: "~/x" } }
  - id: no-passwd
    effect: deny
    on: resources/read
    when: { uri: { contains: passwd } }
    reason: Ask a person.
`.replace('{ not: 1 }', '{ command: [git] }')

const home = () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'policies'))
  writeFileSync(join(folder, 'policies', 'test.yaml'), policy)
  return folder
}
const explain = (args: string[], folder = home()) => runCli(['policy', 'explain', '--server', 'bank', ...args], folder)

it('says what was decided, what each rule saw, and how they combine', async () => {
  const args = '{"amount": "a lot", "to": "savings", "card": "x"}'
  expect(await explain(['--tool', 'pay', '--args', args, '--client', 'cursor'])).toEqual({
    code: 0,
    err: '',
    out: `hold: a person is asked before the call goes through
  Call          pay on server bank, called by cursor
  Risk          money; Its name says “pay” (money)
  Why           Rule ask-for-much in test.yaml asks for approval of pay: it could not be told whether amount is more than 100
  To approve    type the tool's name
  Not logged    card

Rules that name the call, the strictest first:

  ask-for-much: require-approval (test.yaml, line 8): could not tell, and therefore it counts for a require-approval
    when
      could not tell  any of these:
        could not tell  amount is more than 100 (it is "a lot")
        or
        did not hold    to is none of savings (it is "savings")
    unless
      did not hold    draft is true (there is no such argument)

  some: allow (test.yaml, line 15): applies to every such call, but a stricter rule than allow decides
    limit
      at most 3 calls in 1 hour; this call uses 1

ask-for-much decides: deny beats require-approval, which beats allow.
`,
  })
})

const decisions: [what: string, args: string[], wanted: RegExp[]][] = [
  ['a rule', ['--tool', 'pay', '--args', '{"draft": true}'], [/^allow: /, /did not hold\n {4}when/, /Uses limit of some/, /some decides: no other rule counts\./]],
  ['a used up limit', ['--tool', 'pay', '--args', '{"draft": true}', '--exhausted', 'some'], [/^hold: /, /some: require-approval/, /taken as used up/]],
  ['the default', ['--tool', 'get_x'], [/^allow: /, /No rule names get_x, so the default for read decides: allow \(built in\)\./]],
  ['paths by text', ['--tool', 'write_file', '--args', '{"path": "../x/a"}', '--cwd', `${homedir()}/y`], [/^allow: /, /inside ~\/x \(it is "\.\.\/x\/a"\)/, /Paths: relative ones begin at .*\/y, ~ is .*; links were not followed\./]],
  ['a command', ['--tool', 'run', '--args', '{"cmd": "git log $(x)", "draft": true}'], [/^deny: /, /could not tell, and therefore it counts for a deny/]],
  ['another request', ['--on', 'resources/read', '--params', '{"uri": "file:///etc/passwd"}'], [/^deny: the request does not go through\n {2}Call {10}resources\/read of file:\/\/\/etc\/passwd on server bank/, /To the model {2}Ask a person\./]],
  ['another request that no rule names', ['--on', 'prompts/get', '--params', '{"name": "p"}'], [/^allow: the request/, /No rule names prompts\/get of p; such requests are allowed/]],
] // biome-ignore format: a table
test.each(decisions)('explains %s', async (_what, args, wanted) => {
  const { code, out, err } = await explain(args)
  expect([code, err]).toEqual([0, ''])
  for (const pattern of wanted) expect(out).toMatch(pattern)
})

it('judges by named files and arguments from a file', async () => {
  const folder = temporaryFolder()
  const [file, args] = [join(folder, 'p.yaml'), join(folder, 'args.json')]
  writeFileSync(file, 'version: 1\nrules: [{ id: r, effect: deny, tools: x, when: { a: 1 } }]\n')
  writeFileSync(args, '{"a": 1}')
  const { out } = await explain(['--tool', 'x', '--args-file', args, '--policy', file, '--json'], folder)
  expect(JSON.parse(out)).toMatchObject({ combined: 'deny', decision: { kind: 'deny', rules: [{ id: 'r', file }] } })
})

it('denies with the reason what a broken file governs', async () => {
  const folder = home()
  writeFileSync(join(folder, 'policies', 'test.yaml'), 'version: 1\nrules: 5\n')
  const { code, out } = await explain(['--tool', 'x'], folder)
  expect(code).toBe(0)
  expect(out).toMatch(/^deny: .*\n[\s\S]*test\.yaml cannot be used, so it denies what it governs: line 2: /)
})

it('says so where there are no policies', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'policies'))
  expect((await explain(['--tool', 'get_x'], folder)).out).toContain('There are no policy files')
  expect(await explain(['--tool', 'x'], join(folder, 'none'))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/never started.*name policy files/),
  })
})

const slips: [args: string[], sentence: string][] = [
  [[], '--tool is missing.'],
  [['--tool', 'x', '--args', '{'], '--args is no JSON: '],
  [['--tool', 'x', '--args', '[1]'], '--args needs a JSON object such as {"path": "notes.txt"}.'],
  [['--tool', 'x', '--args', '{}', '--args-file', 'f'], '--args and --args-file exclude each other.'],
  [['--tool', 'x', '--params', '{}'], '--params needs --on; the arguments of a tool are --args.'],
  [['--on', 'resource/read'], 'No rule can be about "resource/read". Did you mean resources/read?'],
  [['--on', 'resources/read'], 'No server is sent that: '],
  [['--on', 'resources/read', '--tool', 'x'], '--on goes with --params, not with --tool and --args.'],
  [['--tool', 'x', '--exhausted', 'sme'], 'There is no rule "sme". Did you mean "some"?'],
  [['--tool', 'x', '--exhausted', 'inside'], 'The rule "inside" has no limit.'],
]
test.each(slips)('%j is answered with what to do', async (args, sentence) => {
  const { code, out, err } = await explain(args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(sentence)
})
