// The policies and terminal sessions of docs/policy.md do what the page says, and together they show the whole language.
// So does the README's policy.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { lintPolicies } from '../../core/policy/lint.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { runPolicyTests } from '../../core/policy/run-tests.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import type { PolicyCondition, PolicyRule } from '../../core/schema/policy.ts'
import { actions, confirmations, effects, limitGroups, operators } from '../../core/schema/policy-words.ts'
import { usage as proxyUsage } from '../../proxy/options.ts'
import { cliFile, temporaryFolder } from '../broker/cli/run-cli.ts'

const textOf = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
const page = textOf('docs/policy.md')

type Block = { title: string; text: string }
/** Fenced blocks of a kind, named by the heading they stand under. */
function blocks(kind: string, text = page): Block[] {
  let title = ''
  return [...text.matchAll(/^#+ (.*)$|^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, heading, fenced, block]) => {
    title = heading ?? title
    return fenced === kind && block !== undefined ? [{ title, text: block }] : []
  })
}

const examples = blocks('yaml')
const readme = blocks('yaml', textOf('README.md'))
const validate = new Ajv2020({ strict: true }).compile(JSON.parse(textOf('policies/policy.schema.json')))
const parsed = examples.map(({ title, text }) => parsePolicyText(text, title))
const rules = parsed.flatMap(({ entry }) => (entry.status === 'ok' ? entry.policy.rules : []))
const tests = parsed.flatMap((one) => one.tests)

describe.each([...examples, ...readme])('the policy under "$title"', ({ title, text }) => {
  it('decides every call as its tests say, and has one', () => {
    const [result] = runPolicyTests([{ file: title, text }], { engines: () => textEngines })
    expect(result?.diagnostics).toEqual([])
    expect(result?.results.length).toBeGreaterThan(0)
    const wrong = result?.results.filter(({ ok }) => !ok).map(({ test, trace }) => ({ test, decision: trace.decision }))
    expect(wrong).toEqual([])
  })

  it('gets no warning from `countersign policy check`', () => {
    const { entry } = parsePolicyText(text, title)
    expect(lintPolicies([{ text, entry }], { engines: textEngines })).toEqual([])
  })

  it('is valid to an editor, by the JSON Schema', () => expect(validate(parseYaml(text))).toBe(true))

  it('has a test in which each of its rules decides', () => {
    const [result] = runPolicyTests([{ file: title, text }], { engines: () => textEngines })
    const deciding = result?.results.flatMap(({ trace }) => trace.decision.rules.map(({ id }) => id)) ?? []
    const { entry } = parsePolicyText(text, title)
    const own = entry.status === 'ok' ? entry.policy.rules.map(({ id }) => id) : []
    expect(own.filter((id) => !deciding.includes(id))).toEqual([])
  })
})

const flat = (conditions: readonly PolicyCondition[]): readonly PolicyCondition[] =>
  conditions.flatMap((condition) => {
    if ('path' in condition) return [condition]
    if ('not' in condition) return [condition, ...flat(condition.not)]
    const groups = 'any' in condition ? condition.any : condition.all
    return [condition, ...groups.flatMap(flat)]
  })
const conditions = rules.flatMap(({ when = [], unless = [] }) => flat([...when, ...unless]))
const paths = conditions.flatMap((condition) => ('path' in condition ? condition.path : []))

const shown: [what: string, used: readonly unknown[], all: readonly string[]][] = [
  [
    'operator',
    conditions.flatMap((one) => ('path' in one ? one.tests.map(({ operator }) => operator) : [])),
    operators,
  ],
  ['composition', conditions.flatMap((condition) => Object.keys(condition)), ['any', 'all', 'not']],
  ['kind of path', paths.map(kindOfPath), ['a', 'a.b', 'a[0]', 'a["b"]', 'a[*]', '**', '$.']],
  ['effect', rules.map(({ effect }) => effect), effects],
  ['request', rules.flatMap(({ on = ['tools/call'] }) => on), actions],
  ['confirmation', rules.map(({ confirm }) => confirm), confirmations],
  ['part of a limit', rules.flatMap(({ limit = {} }) => Object.keys(limit)), ['max', 'perMs', 'sum', 'by', 'then']],
  ['split of a limit', rules.flatMap(({ limit }) => limit?.by ?? []), limitGroups],
  ['effect of a limit that is used up', rules.map(({ limit }) => limit?.then), ['require-approval', 'deny']],
  ['expectation of a test', tests.map(({ expect: expected }) => expected), ['allow', 'deny', 'hold']],
  ['part of a test', tests.flatMap(keysInUse), ['name', 'rule', 'exhausted', 'server', 'client']],
]
it.each(shown)('every %s is in some example', (_, used, all) => {
  expect(all.filter((word) => !used.includes(word))).toEqual([])
})

const keysOfRules = [
  ...['servers', 'clients', 'risk', 'on', 'when', 'unless', 'limit', 'hide', 'redact', 'reason'],
  ...['approvalTimeoutMs', 'confirm'],
] as const satisfies readonly (keyof PolicyRule)[]
it.each(keysOfRules)('some rule has `%s`', (key) => {
  expect(rules.some((rule) => rule[key] !== undefined)).toBe(true)
})

function kindOfPath(path: string): string {
  const signs: [RegExp, string][] = [
    [/^\$\./, '$.'],
    [/\*\*$/, '**'],
    [/\[\*\]/, 'a[*]'],
    [/\[\d/, 'a[0]'],
    [/\["/, 'a["b"]'],
    [/\./, 'a.b'],
  ]
  return signs.find(([sign]) => sign.test(path))?.[1] ?? 'a'
}

function keysInUse(test: object): string[] {
  return Object.entries(test).flatMap(([key, value]) => (Array.isArray(value) && value.length === 0 ? [] : key))
}

/** What a command says, in a folder that is its data folder too. */
function run(args: readonly string[], folder: string): string {
  const env = { ...process.env, COUNTERSIGN_HOME: folder, HOME: '/home/dev' }
  const { stdout, stderr } = spawnSync(process.execPath, [cliFile, ...args], { cwd: folder, env, encoding: 'utf8' })
  return `${stderr}${stdout}`
}

/** Policies that sessions name: those that begin with `# NAME.yaml`. */
const named = examples.flatMap(({ text }) => {
  const [, file] = /^# ([\w-]+\.yaml)\n/.exec(text) ?? []
  return file === undefined ? [] : [{ file, text }]
})

/** `cat FILE` tells what the file holds; anything else is run, and must say what the page says. */
it.each(blocks('console'))('the session under "$title" is what a terminal shows', ({ text }) => {
  const folder = temporaryFolder()
  for (const { file, text: policy } of named) writeFileSync(join(folder, file), policy)
  const steps = text.split(/^\$ /m).slice(1)
  expect(steps.length).toBeGreaterThan(0)
  for (const step of steps) {
    const command = step.slice(0, step.indexOf('\n'))
    const output = step.slice(command.length + 1)
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain)
    const [program, ...args] = words
    if (program === 'cat') {
      const file = join(folder, args[0] ?? '')
      expect(dirname(file)).toBe(folder)
      writeFileSync(file, output)
      continue
    }
    expect(program).toBe('countersign')
    expect(run(args, folder)).toBe(output)
  }
})

it('every option that the page names exists', () => {
  const commands = ['check', 'test', 'explain', 'fmt', 'import']
  const help = commands.map((name) => run(['policy', name, '--help'], temporaryFolder()))
  const options = [...page.matchAll(/`(?:[\w-]+ )?(--[a-z-]+)/g)].map(([, option = '']) => option)
  expect(options.length).toBeGreaterThan(5)
  expect(options.filter((option) => ![...help, proxyUsage].some((text) => text.includes(option)))).toEqual([])
})
