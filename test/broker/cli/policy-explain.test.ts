// The trace as a newcomer reads it: the decision first, then what every rule saw, then how that made the decision.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { showExplained } from '../../../broker/cli/policy-explained.ts'
import type { JudgedBy } from '../../../broker/cli/policy-to-judge-by.ts'
import { createTerminal } from '../../../broker/cli/terminal.ts'
import { loadKeys } from '../../../broker/keys.ts'
import { layoutHere, writeAtomically } from '../../../broker/paths.ts'
import { policyNames, readPolicy } from '../../../broker/policy-folder.ts'
import { sha256 } from '../../../broker/sha256.ts'
import { compilePolicy } from '../../../core/policy/compile.ts'
import { explain as trace } from '../../../core/policy/explain.ts'
import { lexicalPaths } from '../../../core/policy/lexical-paths.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { offlineRequest } from '../../../core/policy/run-tests.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import { joinPublished, signedText } from '../../../core/wire/published-policy.ts'
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
  for (const one of ['policies', 'published', 'keys']) mkdirSync(join(folder, one))
  writeFileSync(join(folder, 'policies', 'test.yaml'), policy)
  return folder
}
const run = (args: string[], folder: string) => runCli(['policy', 'explain', '--server', 'bank', ...args], folder)
const explain = (args: string[], folder = home()) => {
  const revision = publish(folder)
  return run(args, folder).then((end) => ({ ...end, out: end.out.replace(revision.slice(0, 8), 'REVISION') }))
}

/** Puts the folder's files in force, as the broker does. Gives the revision. */
function publish(folder: string): string {
  const layout = layoutHere(folder)
  const files = policyNames(layout.policies).flatMap((file) => readPolicy(layout.policies, file)?.entry ?? [])
  const payload = JSON.stringify({ format: 1, files })
  const header = {
    format: 1,
    revision: sha256(payload),
    signature: loadKeys(layout).sign(signedText(payload)),
  } as const
  writeAtomically(layout.published, joinPublished(header, payload))
  return header.revision
}

it('says what was decided, what each rule saw, and how they combine', async () => {
  const args = '{"amount": "a lot", "to": "savings", "card": "x"}'
  expect(await explain(['--tool', 'pay', '--args', args, '--client', 'cursor'])).toEqual({
    code: 0,
    err: '',
    out: `hold: a person is asked before the call goes through
  Call          pay on server bank, called by cursor
  Judged by     the policy in force, revision REVISION
  Risk          money; Its name says “pay” (money)
  Why           Rule ask-for-much in test.yaml asks for approval of pay: it could not be told whether amount is more than 100
  To approve    type the tool's name
  Not logged    card

The rules that count, the strictest first:

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
  ['a rule', ['--tool', 'pay', '--args', '{"draft": true}'], [/^allow: /, /Did not hold, with the first condition that failed \(--all shows every one\):\n\n {2}test\.yaml\n {4}8 {2}ask-for-much {2}any of: \(amount is more than 100\) or/, /Uses limit of some/, /some decides: no other rule counts\./]],
  ['a used up limit', ['--tool', 'pay', '--args', '{"draft": true}', '--exhausted', 'some'], [/^hold: /, /some: require-approval/, /taken as used up/]],
  ['the default', ['--tool', 'get_x'], [/^allow: /, /No rule names get_x, so the default for read decides: allow \(built in\)\./]],
  ['paths by text', ['--tool', 'write_file', '--args', '{"path": "../x/a"}', '--cwd', `${homedir()}/y`], [/^allow: /, /inside ~\/x \(it is "\.\.\/x\/a"\)/, /Paths: relative ones begin at .*\/y, ~ is .*; links were not followed\./]],
  ['a command', ['--tool', 'run', '--args', '{"cmd": "git log $(x)", "draft": true}'], [/^deny: /, /could not tell, and therefore it counts for a deny/]],
  ['another request', ['--on', 'resources/read', '--params', '{"uri": "file:///etc/passwd"}'], [/^deny: the request does not go through\n {2}Call {10}resources\/read of file:\/\/\/etc\/passwd on server bank\n/, /To the model {2}Ask a person\./]],
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
  const { out } = await run(['--tool', 'x', '--args-file', args, '--policy', file, '--json'], folder)
  expect(JSON.parse(out)).toMatchObject({ combined: 'deny', decision: { kind: 'deny', rules: [{ id: 'r', file }] } })
})

it('says that a named file has mistakes, whichever server that governs, and exits with 1', async () => {
  const folder = temporaryFolder()
  const [good, other] = [join(folder, 'good.yaml'), join(folder, 'other.yaml')]
  writeFileSync(good, 'version: 1\nrules:\n  - { id: a, effect: allow, tools: pay }\n')
  writeFileSync(other, 'version: 1\nserver: other\nrulez: []\n')
  const args = ['--tool', 'pay', '--policy', good, '--policy', other]
  const { code, out, err } = await run(args, folder)
  expect([code, out]).toEqual([1, expect.stringMatching(/^allow: /)])
  const problem = 'line 3: Unknown key `rulez` in a policy file'
  expect(err).toBe(
    `${other}: error: ${problem}. It denies all that it governs. Run: countersign policy check ${other}\n`,
  )
  const json = await run([...args, '--json'], folder)
  expect([json.code, JSON.parse(json.out).judgedBy.broken]).toEqual([1, [{ file: other, problem }]])
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
  expect((await run(['--tool', 'get_x'], folder)).out).toContain('There are no policy files')
  expect(await run(['--tool', 'x'], join(folder, 'none'))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/never started.*name policy files/),
  })
})

/** Of a read of this path under the policy that comes along, in a terminal of this width. */
function underBaseline(path: string, columns: number | undefined, all = false): string[] {
  const file = 'baseline.yaml'
  const text = readFileSync(join(import.meta.dirname, '../../../policies', file), 'utf8')
  const policy = compilePolicy({ format: 1, files: [parsePolicyText(text, file).entry] }, () => textEngines)
  const call = { action: 'tools/call', server: 'filesystem', tool: 'read_file', arguments: { path } } as const
  const request = offlineRequest(call)
  const paths = { home: '/home/dev', cwd: '/home/dev/project' }
  let shown = ''
  const stream = {
    ...(columns === undefined ? {} : { isTTY: true, columns }),
    write: (part: string) => (shown += part),
  }
  const explained = { trace: trace(policy, request, lexicalPaths(paths)), request, files: 1, paths, all }
  const judgedBy: JudgedBy = { what: 'policy-in-force', revision: '1a2b3c4d5e', folder: '/p', differences: [] }
  showExplained(createTerminal(stream, { NO_COLOR: '1' }), { ...explained, judgedBy })
  return shown.trimEnd().split('\n')
}

test.each([80, 120])('a call under the baseline can be read at a sitting, in %i columns', (columns) => {
  const lines = underBaseline('~/.ssh/id_ed25519', columns)
  expect(lines.slice(0, 2)).toEqual([expect.stringMatching(/^hold: /), expect.stringMatching(/^ {2}Call /)])
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
  expect(lines.length).toBeLessThan(45)
  const place = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line))
  const inOrder = [
    place(/^The rules that count/),
    place(/^ {2}ask-before-key-folders: require-approval \(baseline\.yaml, line \d+\): held$/),
    place(/^ask-before-key-folders and ask-before-secret-files decide together/),
    place(/^Did not hold/),
    place(/^ +\d+ {2}never-change-countersign +some text is inside ~\/\.local/),
  ]
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
  expect(inOrder[0]).toBeGreaterThan(0)
})

test('operands are cut where nobody watches, too, and --all shows them whole', () => {
  const longest = (lines: string[]) => Math.max(...lines.map((line) => line.length))
  const [short, whole] = [underBaseline('~/.ssh/id_ed25519', undefined), underBaseline('~/.ssh/id_ed25519', undefined, true)]
  expect(short.filter((line) => /^ {4,}\d+ {2}/.test(line)).every((line) => line.length <= 100)).toBe(true)
  expect(longest(short)).toBeLessThan(400)
  expect(longest(whole)).toBeGreaterThan(800)
  expect(whole.join('\n')).toMatch(/Did not hold:\n\n {2}never-change-countersign: deny \(baseline\.yaml, line \d+\): did not hold\n {4}when\n/)
}) // biome-ignore format: one line

test('what could not be told, and does not help, comes before what did not hold', () => {
  const file = join(temporaryFolder(), 'p.yaml')
  const long = 'a'.repeat(300)
  writeFileSync(
    file,
    `version: 1
rules:
  - { id: some, effect: allow, tools: x, when: { n: { gt: 1 } } }
  - { id: none, effect: deny, tools: x, when: { m: 1 } }
  - { id: text, effect: deny, tools: x, when: { n: { starts_with: ${long} } } }
  - { id: but, effect: deny, tools: x, unless: { n: "2" } }
`,
  )
  return run(['--tool', 'x', '--args', '{"n": "2"}', '--policy', file], temporaryFolder()).then(({ out }) => {
    expect(out.split('\n').filter((line) => /^\S|some|none|but|text/.test(line))).toMatchObject([
      expect.stringMatching(/^hold: |^allow: /),
      expect.stringContaining('None of these rules counts'),
      'Could not be told:',
      expect.stringContaining('some: allow'),
      expect.stringContaining('Did not hold'),
      expect.stringMatching(/6 {2}but {3}unless n is "2" \(it is "2"\)$/),
      expect.stringMatching(/4 {2}none {2}m is 1 \(there is no such argument\)$/),
      expect.stringMatching(/5 {2}text {2}n starts with a{60}… \(it is "2"\)$/),
    ])
  })
})

test('the reason of a doubt is cut as well', async () => {
  const file = join(temporaryFolder(), 'p.yaml')
  writeFileSync(file, `version: 1\nrules: [{ id: r, effect: deny, tools: x, when: { n: { starts_with: ${'a'.repeat(300)} } } }]\n`)
  const args = ['--tool', 'x', '--args', '{"n": 2}', '--policy', file]
  expect((await run(args, temporaryFolder())).out).toMatch(/^ {2}Why .*could not be told whether n starts with a{60}…$/m)
  expect((await run([...args, '--all'], temporaryFolder())).out).toMatch(/^ {2}Why .*could not be told whether n starts with a{300}$/m)
}) // biome-ignore format: one line

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
