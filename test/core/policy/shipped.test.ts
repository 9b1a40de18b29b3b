// The policies we ship: they read without a word, decide what they say they decide, and get along with each other.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { lexicalPaths } from '../../../core/policy/lexical-paths.ts'
import { lintPolicies } from '../../../core/policy/lint.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { type PolicyText, runPolicyTests } from '../../../core/policy/run-tests.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import { classifyTool } from '../../../core/risk/classify.ts'
import type { Decision } from '../../../core/schema/decision.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import { confirmations } from '../../../core/schema/policy-words.ts'
import { call, compiled, realPaths } from './helpers.ts'
import { besideBalanced, besideObserve, besideStrict, type Exceptions } from './shipped-exceptions.ts'

const folder = path.join(import.meta.dirname, '../../../policies')
const textOf = (file: string): PolicyText => ({ file, text: readFileSync(path.join(folder, file), 'utf8') })
const filesIn = (below: string) =>
  readdirSync(path.join(folder, below))
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => path.posix.join(below, name))

const postures = filesIn('postures')
const servers = filesIn('servers')
const files = [...filesIn('.'), ...postures, ...servers]
const baseline = textOf('baseline.yaml')

const engines = () => textEngines
const run = (file: string, beside: readonly PolicyText[] = []) => {
  const [result] = runPolicyTests([textOf(file)], { engines, beside })
  if (!result) throw new Error(`${file} was not run`)
  return result
}

test('there are as many as we promise', () => {
  expect(filesIn('.')).toEqual(['baseline.yaml', 'demo.yaml'])
  expect(postures).toEqual(['postures/balanced.yaml', 'postures/observe.yaml', 'postures/strict.yaml'])
  expect(servers.length).toBeGreaterThanOrEqual(25)
})

describe.each(files)('%s', (file) => {
  test('reads without diagnostics', () => expect(parsePolicyText(textOf(file).text, file).diagnostics).toEqual([]))

  test('every call of its tests is decided as it says', () => {
    const { results } = run(file)
    expect(
      results.filter(({ ok }) => !ok).map(({ test: { line, name }, mismatches }) => [line, name, mismatches]),
    ).toEqual([])
  })

  test('every rule decides at least one of its tests', () => {
    const { entry } = parsePolicyText(textOf(file).text, file)
    const ids = entry.status === 'ok' ? entry.policy.rules.map(({ id }) => id) : []
    const decided = new Set(run(file).results.flatMap(({ trace }) => trace.decision.rules.map(({ id }) => id)))
    expect(ids.filter((id) => !decided.has(id))).toEqual([])
  })
})

describe.each(servers)('%s', (file) => {
  const { results } = run(file)

  test('has at least six tests, some for each decision', () => {
    expect(results.length).toBeGreaterThanOrEqual(6)
    expect(new Set(results.map(({ test: { expect: kind } }) => kind))).toEqual(new Set(['allow', 'deny', 'hold']))
  })

  test('says whose tools it is for, and what to change first', () => {
    const { text } = textOf(file)
    expect(text.split('\n')[1]).toMatch(/^# [A-Z][\w. ]*: /)
    expect(text).toContain('# What to change first: ')
    const { entry } = parsePolicyText(text, file)
    expect(entry.status === 'ok' ? entry.policy.servers[0] : '').toBe(path.basename(file, '.yaml'))
  })

  test('the guards of the baseline change nothing of what it lets pass', () => {
    const beside = run(file, [baseline])
    const changed = beside.results.filter(({ test: { expect: kind, arguments: args }, trace }) => {
      return kind === 'allow' && trace.decision.kind !== 'allow' && Object.keys(args).length > 0
    })
    expect(changed.map(({ test: { line }, trace }) => [line, trace.decision.reason])).toEqual([])
  })
})

const strictness = ['allow', 'hold', 'deny']
const demandOf = ({ confirm = 'click' }: Decision) => confirmations.indexOf(confirm)
/** Each test of a file for a server, with its decision alone and beside others. */
const together = (file: string, others: readonly PolicyText[]) => {
  const alone = run(file).results
  return run(file, others).results.flatMap(({ trace, ...rest }, index) => {
    const before = alone[index]?.trace.decision
    return before ? { ...rest, before, after: trace.decision } : []
  })
}

const combinations: [beside: string[], exceptions: Exceptions][] = [
  [['baseline.yaml'], {}],
  [['postures/balanced.yaml'], besideBalanced],
  [['baseline.yaml', 'postures/balanced.yaml'], besideBalanced],
  [['postures/strict.yaml'], besideStrict],
  [['baseline.yaml', 'postures/strict.yaml'], besideStrict],
  [['postures/observe.yaml'], besideObserve],
  [['baseline.yaml', 'postures/observe.yaml'], {}],
]
describe.each(combinations)('files for servers beside %j', (beside, exceptions) => {
  const others = beside.map(textOf)

  test('no exception is for a file that is not there', () => {
    expect(servers).toEqual(expect.arrayContaining(Object.keys(exceptions).map((name) => `servers/${name}.yaml`)))
  })

  test.each(servers)('%s decides as it does alone, save for the exceptions', (file) => {
    const pairs = together(file, others)
    const changed = pairs.flatMap(({ ok, request, before, after }) => {
      if (ok && after.kind === before.kind) return []
      const what = request.action === 'tools/call' ? request.resource.tool : request.action
      return `${what}: ${before.kind} to ${after.kind}, by ${after.rules.map(({ id }) => id).join() || 'default'}`
    })
    expect(changed).toEqual(exceptions[path.basename(file, '.yaml')] ?? [])
    // Observing is milder, but only than a default that asks.
    const milder = pairs.filter(({ before, after }) => {
      if (exceptions === besideObserve && before.kind === 'hold' && before.source === 'default') return false
      const steps = strictness.indexOf(after.kind) - strictness.indexOf(before.kind)
      return steps < 0 || (steps === 0 && demandOf(after) < demandOf(before))
    })
    expect(milder.map(({ test: { line } }) => line)).toEqual([])
  })
})

test.each(postures)('no warning is left on all files beside %s', (posture) => {
  const together = [...filesIn('.'), ...servers, posture].map(textOf)
  const linted = together.map(({ file, text }) => ({ text, entry: parsePolicyText(text, file).entry }))
  expect(lintPolicies(linted, { engines: textEngines })).toEqual([])
})

test('no two rules that can be used together have one name', () => {
  const ids = files.flatMap((file) => {
    const { entry } = parsePolicyText(textOf(file).text, file)
    return entry.status === 'ok' ? entry.policy.rules.map(({ id }) => id) : []
  })
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})

const decide = (only: string[], tool: string, args: JsonObject, server = 'files') => {
  const policy = compiled(Object.fromEntries(only.map((file) => [file, textOf(file).text])))
  const risk = classifyTool(tool, args).class
  return evaluate(policy, call(args, { server, tool, risk }), realPaths('/tmp', '/home/someone'))
}

const demo: [tool: string, args: JsonObject, kind: string][] = [
  ['read_text_file', { path: 'notes.txt' }, 'allow'],
  ['list_allowed_directories', {}, 'allow'],
  ['write_file', { path: 'notes.txt', content: 'x' }, 'hold'],
  ['move_file', { source: 'a', destination: 'b' }, 'deny'],
]
test.each(demo)('demo: %s %j: %s, with and without the baseline', (tool, args, kind) => {
  expect(decide(['demo.yaml'], tool, args).kind).toBe(kind)
  expect(decide(['demo.yaml', 'baseline.yaml'], tool, args).kind).toBe(kind)
})

test('demo: moving says why', () => {
  expect(decide(['demo.yaml'], 'move_file', {}).message).toBe(
    'Moving files can hide or overwrite them; ask a person to do it.',
  )
})

/** Everything is allowed, so that only the guards of the baseline can stop a call. */
const guarded = compiled({
  'baseline.yaml': baseline.text,
  'all.yaml': JSON.stringify({ version: 1, rules: [{ id: 'all', effect: 'allow', tools: '*' }] }),
})
const guard = (args: JsonObject, cwd = '/home/dev/project') => {
  const { kind, rules } = evaluate(guarded, call(args), lexicalPaths({ cwd }))
  return kind === 'allow' ? [kind] : rules.map(({ id }) => `${kind} ${id}`)
}

const code = `/** Reads \`~/.aws/credentials\` and .env; see /proc/self/environ. */
import { join } from '../../core/path'
const pattern = /ghp_[A-Za-z0-9]{36}/ // {a,b} and *.ts, [x] and $HOME/.ssh
export const key = process.env["API_KEY"] ?? \`\${home}/.ssh/id_rsa\`
`
const quiet: [why: string, args: JsonObject][] = [
  ['source code that speaks of all of it', { path: 'src/keys.ts', content: code }],
  ['the same, long', { path: 'src/keys.ts', content: code.repeat(200) }],
  ['a comment as the text to replace', { path: 'a.ts', edits: [{ oldText: '/** The count. */', newText: '/**' }] }],
  ['a list of what Git ignores', { path: '.gitignore', content: 'node_modules\n.env\n.env.*\n*.pem\n' }],
  ['a commit message', { repo_path: '.', message: 'Do not commit .env; read ~/.npmrc instead' }],
  ['an issue', { title: 'Cannot read ~/.ssh/config (~5 times a day)', body: 'Steps:\n1. open `.mcp.json`\n' }],
  ['about so many minutes', { text: '~5 minutes left' }],
  ['a search in files', { path: '.', pattern: '**/*.{ts,tsx}', excludePatterns: ['**/node_modules/**'] }],
  ['a statement', { sql: "SELECT * FROM users WHERE name = 'a/b' AND note LIKE '%.env%'" }],
  ['a command', { command: 'npm test -- --run src/env.test.ts && git status' }],
  ['a package file', { path: 'package.json', content: '{"scripts":{"dev":"dotenv -e .env -- vite"}}' }],
  ['an example of an environment', { path: '.env.example' }],
  ['a public key', { path: 'keys/id_ed25519.pub' }],
  ['an address', { url: 'https://docs.example/guide/.env/?a=b#c' }],
  ['a date, a number, an id', { since: '2026-01-01', count: 7, id: 'a1b2c3', cursor: 'eyJvZmZzZXQiOjIwfQ==' }],
  ['a color and a version', { color: '#ff8800', version: '^1.2.3 || ~2.0.0' }],
  ['a list with slashes', { body: 'and/or, either/or: see docs/policy.md' }],
  ['a project about Countersign', { path: '/home/dev/code/countersign/policies/demo.yaml', content: 'version: 1' }],
]
describe('the guards of the baseline leave ordinary work alone', () => {
  test.each(quiet)('%s', (_why, args) => expect(guard(args)).toEqual(['allow']))
  test.each(quiet)('%s, of a server started in the home folder', (_why, args) => {
    expect(guard(args, '/home/dev')).toEqual(['allow'])
  })
  test.each(quiet)('%s, of a server started in /', (_why, args) => expect(guard(args, '/')).toEqual(['allow']))
})

const stopped: [why: string, args: JsonObject, by: string][] = [
  ['the home of the user by name', { path: '~dev/.ssh/config' }, 'hold ask-before-key-folders'],
  ['a doubled slash', { path: '//home/dev/.ssh/config' }, 'hold ask-before-key-folders'],
  ['quotes', { path: '"~/.ssh/config"' }, 'hold ask-before-key-folders'],
  ['blanks before', { path: '  \n ~/.ssh/config' }, 'hold ask-before-key-folders'],
  ['a wildcard', { path: '~/.s*/config' }, 'hold ask-before-key-folders'],
  ['a wildcard for the home', { path: '/home/*/.ssh/config' }, 'hold ask-before-key-folders'],
  ['a variable', { path: '$HOME/.ssh/config' }, 'hold ask-before-key-folders'],
  ['braces', { path: '~/{.ssh,x}/config' }, 'hold ask-before-key-folders'],
  ['per cent signs', { path: 'file:///home/dev/%2Essh/config' }, 'hold ask-before-key-folders'],
  [
    'much before it climbs',
    { path: `${'x/'.repeat(300)}${'../'.repeat(301)}.ssh/config` },
    'hold ask-before-key-folders',
  ],
  ['a comment before it climbs', { path: '/** x */\n/../../home/dev/.ssh/config' }, 'hold ask-before-key-folders'],
  ['a star before it climbs', { path: '*/../../.ssh/config' }, 'hold ask-before-key-folders'],
  ['a dot at the end', { path: 'app\\.env.' }, 'hold ask-before-secret-files'],
  [
    'a file deep in a list',
    { a: [{ b: ['x', '/srv/tls/Site.KEY', '/srv/tls/site.pfx'] }] },
    'hold ask-before-secret-files',
  ],
  [
    'a shell that reads a password file',
    { cmd: 'x', command: 'cut -d: -f2 /etc/shadow' },
    'hold ask-before-secrets-in-commands',
  ],
  [
    'a name in capital letters',
    { path: '~/.LOCAL/share/../../.local/share/countersign/policies/x.yaml' },
    'deny never-change-countersign',
  ],
  [
    'Countersign by a link of the system',
    { path: '/proc/self/root/proc/1/environ' },
    'deny never-process-environments',
  ],
]
test.each(stopped)('the baseline is not fooled by %s: %j', (_why, args, by) => expect(guard(args)).toContain(by))
