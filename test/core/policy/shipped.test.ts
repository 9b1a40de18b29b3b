// The policies we ship: they read without a word, and decide what their comments say.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { classifyTool } from '../../../core/risk/classify.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import { call, compiled, realPaths } from './helpers.ts'

const folder = path.join(import.meta.dirname, '../../../policies')
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8')
const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file))

test('there are some', () => expect(files).toEqual(expect.arrayContaining(['baseline.yaml', 'demo.yaml'])))

test.each(files)('%s reads without diagnostics', (file) => {
  expect(parsePolicyText(read(file), file).diagnostics).toEqual([])
})

const decide = (only: string[], tool: string, args: JsonObject, server = 'files') => {
  const policy = compiled(Object.fromEntries(only.map((file) => [file, read(file)])))
  const risk = classifyTool(tool, args).class
  return evaluate(policy, call(args, { server, tool, risk }), realPaths('/tmp', '/home/someone'))
}

const demo: [tool: string, args: JsonObject, kind: string][] = [
  ['read_text_file', { path: 'notes.txt' }, 'allow'],
  ['list_directory', { path: '.' }, 'allow'],
  ['directory_tree', { path: '.' }, 'allow'],
  ['list_allowed_directories', {}, 'allow'],
  ['write_file', { path: 'notes.txt', content: 'x' }, 'hold'],
  ['edit_file', { path: 'notes.txt', edits: [] }, 'hold'],
  ['create_directory', { path: 'new' }, 'hold'],
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

const baseline: [tool: string, args: JsonObject, kind: string, rule?: string][] = [
  ['read_file', { path: '/tmp/x' }, 'allow'],
  ['get_thing', {}, 'allow'],
  ['get_thing', { id: 5, nothing: null, list: [] }, 'allow'],
  ['get_thing', { text: `${'long text with .. and / in it '.repeat(1000)}` }, 'allow'],
  ['read_file', { path: '~/.sshx' }, 'allow'],
  ['read_file', { path: '~/.ssh/id_rsa' }, 'hold', 'ask-before-key-folders'],
  ['read_file', { path: '/home/someone/.aws/../.aws/credentials' }, 'hold', 'ask-before-key-folders'],
  ['search_files', { where: { any: ['~/x', '~/.gnupg'] } }, 'hold', 'ask-before-key-folders'],
  ['read_file', { path: 'app/.env' }, 'hold', 'ask-before-env-files'],
  ['read_file', { path: '/proc/self/environ' }, 'deny', 'never-process-environments'],
  ['write_file', { path: 'x' }, 'hold'],
  ['frobnicate', {}, 'hold'],
]
test.each(baseline)('baseline: %s %j: %s', (tool, args, kind, rule) => {
  const decision = decide(['baseline.yaml'], tool, args, 'any')
  expect([decision.kind, decision.rules[0]?.id]).toEqual([kind, rule])
})
