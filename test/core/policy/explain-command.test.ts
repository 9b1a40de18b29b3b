// The command line for a recorded call, given to a real shell: the program gets exactly the call, and nothing else happens.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readCall } from '../../../broker/cli/policy-call.ts'
import { draftRule, type RecordedCall } from '../../../core/policy/draft-rule.ts'
import { explainCommand } from '../../../core/policy/explain-command.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import { cliFile, temporaryFolder } from '../../broker/cli/run-cli.ts'
import { hostileCalls } from '../../fixtures/hostile-texts.ts'

const recorded = (args: JsonObject, over: Partial<RecordedCall> = {}): RecordedCall => ({
  client: 'cursor',
  server: 'filesystem',
  action: 'tools/call',
  tool: 'write_file',
  risk: 'write',
  arguments: { text: JSON.stringify(args), truncated: false },
  ...over,
})

const commandOf = (call: RecordedCall): string => {
  const made = explainCommand(call)
  if (!made.ok) throw new Error(made.problem)
  return made.command
}

/** What a shell starts `countersign` with. */
function shellGives(command: string): string[] {
  const folder = temporaryFolder()
  const stub = join(folder, 'countersign')
  writeFileSync(
    stub,
    `#!/bin/sh\nexec "${process.execPath}" -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- "$@"\n`,
  )
  chmodSync(stub, 0o755)
  const out = execFileSync('/bin/sh', ['-c', command], {
    cwd: folder,
    env: { PATH: `${folder}:/usr/bin:/bin` },
    encoding: 'utf8',
  })
  expect(existsSync(join(folder, 'pwned'))).toBe(false)
  return JSON.parse(out) as string[]
}

const strings = ['server', 'tool', 'args', 'client', 'on', 'params'] as const
const understood = (argv: string[]) => {
  expect(argv.slice(0, 2)).toEqual(['policy', 'explain'])
  const options = Object.fromEntries(strings.map((name) => [name, { type: 'string' as const }]))
  const { values } = parseArgs({ args: argv.slice(2), options, strict: true })
  const { subject, resource, action, arguments: args } = readCall(values as Record<string, string>)
  return { client: subject.client, server: resource.server, tool: resource.tool, action, args }
}

describe('what the program gets', () => {
  test.each<[name: string, call: RecordedCall, args: JsonObject]>([
    ['plain', recorded({ path: '/a b', n: 1 }), { path: '/a b', n: 1 }],
    ['no arguments', recorded({}), {}],
    ['quotes', recorded({ a: `it's "so" \\ '$(touch pwned)' \`touch pwned\`` }), { a: `it's "so" \\ '$(touch pwned)' \`touch pwned\`` }],
    ['a name with quotes', recorded({}, { tool: `a'; touch pwned; '` }), {}],
    ['a name like an option', recorded({}, { tool: '--policy', client: '-x y' }), {}],
    ['letters of other scripts', recorded({ a: 'مرحبا ⚓️' }, { tool: 'größe' }), { a: 'مرحبا ⚓️' }],
    ['another request', recorded({ uri: 'file:///etc/hosts' }, { action: 'resources/read', tool: 'file:///etc/hosts' }), { uri: 'file:///etc/hosts' }],
    ['a prompt', recorded({ name: 'review', arguments: { n: '4' } }, { action: 'prompts/get', tool: 'review' }), { name: 'review', arguments: { n: '4' } }],
  ])('%s', (_name, call, args) => {
    const { client, server, tool, action } = call
    expect(understood(shellGives(commandOf(call)))).toEqual({ client, server, tool, action, args })
  }) // biome-ignore format: a table

  test.each(
    hostileCalls
      .filter(({ arguments: args }) => JSON.stringify(args).length < 5_000)
      .map((call) => [call.name, call] as const),
  )('hostile: %s', (_name, { arguments: args }) => {
    const command = commandOf(recorded(args as JsonObject))
    expect(command).toMatch(/^[\x20-\x7e]*$/)
    expect(understood(shellGives(command)).args).toEqual(args)
  })
})

test.each<[why: string, over: Partial<RecordedCall>, problem: string]>([
  ['escape sequences', { tool: 'a\u001b[201~\nid' }, 'The name of the tool has characters that do not belong on a command line.'],
  ['a turned direction', { client: 'a\u202eb' }, 'The name of the client has characters that do not belong on a command line.'],
  ['no name', { server: '' }, 'The name of the server has characters that do not belong on a command line.'],
  ['too much', { arguments: { text: JSON.stringify({ a: 'x'.repeat(40_000) }), truncated: false } }, 'Its arguments are too long for a command line.'],
])('is not made of %s', (_why, over, problem) => {
  expect(explainCommand(recorded({}, over))).toEqual({ ok: false, problem })
}) // biome-ignore format: a table

test('says where the record has less than the call had', () => {
  const cut = { arguments: { text: '{"a":1,"text":"abc', truncated: true } }
  expect(explainCommand(recorded({}, cut))).toMatchObject({
    command: `countersign policy explain --server filesystem --tool write_file --args '{"a":1}' --client cursor`,
    doubts: ['Arguments that the record does not have whole are left out, which may change the answer.'],
  })
})

test('the command asks the real program, and the rule made from the same call answers it', () => {
  const call = recorded({ path: '/home/mara/notes.md', content: `it's` })
  const folder = temporaryFolder()
  const draft = draftRule(call, 'deny')
  if (!draft.ok) throw new Error(draft.problem)
  const policy = join(folder, 'draft.yaml')
  writeFileSync(policy, draft.file)
  const [, , ...argv] = shellGives(commandOf(call))
  const out = execFileSync(process.execPath, [cliFile, 'policy', 'explain', ...argv, '--policy', policy, '--json'], {
    env: { ...process.env, COUNTERSIGN_HOME: folder },
    encoding: 'utf8',
  })
  expect(JSON.parse(out)).toMatchObject({ decision: { kind: 'deny', rules: [{ id: 'deny-write-file' }] } })
})
