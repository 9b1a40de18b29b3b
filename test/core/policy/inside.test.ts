// `inside` on the real file system: what looks inside and is not, and the other way round.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { lexicalPaths } from '../../../core/policy/lexical-paths.ts'
import { call, compiled, realPaths, ruleText } from './helpers.ts'

let root = ''
beforeAll(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'inside-')))
  for (const folder of ['home/code/site/sub', 'home/code/site-old', 'home/.ssh', 'elsewhere']) {
    mkdirSync(path.join(root, folder), { recursive: true })
  }
  writeFileSync(path.join(root, 'home/.ssh/key'), '')
  symlinkSync(path.join(root, 'home/.ssh'), path.join(root, 'home/code/site/innocent'))
  symlinkSync(path.join(root, 'home/code/site'), path.join(root, 'elsewhere/link-in'))
  symlinkSync('loop', path.join(root, 'home/code/site/loop'))
})
afterAll(() => rmSync(root, { recursive: true }))

const decide = (effect: string, test: object, args: Record<string, string>, tools = 'open') => {
  const policy = compiled({ 'a.yaml': ruleText({ effect, tools, when: { path: test } }) })
  const ports = realPaths(path.join(root, 'home/code/site'), path.join(root, 'home'))
  return evaluate(policy, call(args, { tool: 'open' }), ports).source === 'rule'
}

// Each text may hold {root}. The server runs in ~/code/site.
test.each([
  ['{root}/home/code/site/a.txt', true],
  ['{root}/home/code/site', true],
  ['{root}/home/code/site/', true],
  ['{root}/home/code/site/not/yet/there.txt', true],
  ['~/code/site/a.txt', true],
  ['a.txt', true],
  ['./sub/../a.txt', true],
  ['.', true],
  ['..', false],
  ['../site-old/a.txt', false],
  ['../site/a.txt', true],
  ['sub/../../../.ssh/key', false],
  ['{root}/home/code/site/../../.ssh/key', false],
  ['{root}/home/code/site-old/a.txt', false],
  ['{root}/home/code/sit', false],
  ['~', false],
  ['innocent/key', false],
  ['{root}/elsewhere/link-in/a.txt', true],
  ['{root}/elsewhere/a.txt', false],
  ['/', false],
])('%s is inside ~/code/site: %s', (text, inside) => {
  const args = { path: text.replace('{root}', root) }
  expect(decide('allow', { inside: '~/code/site' }, args)).toBe(inside)
  expect(decide('deny', { inside: '~/code/site' }, args)).toBe(inside)
  expect(decide('allow', { outside: '~/code/site' }, args)).toBe(!inside)
  expect(decide('deny', { outside: '~/code/site' }, args)).toBe(!inside)
})

test('a link into ~/.ssh from within the project is inside ~/.ssh', () => {
  expect(decide('deny', { inside: '~/.ssh' }, { path: 'innocent/key' })).toBe(true)
  expect(decide('deny', { inside: '~/.ssh' }, { path: '~/code/site/innocent/../innocent/key' })).toBe(true)
})

test.each(['loop/x', 'a\0b'])('%j cannot be told: it helps no allow and counts for a deny', (text) => {
  expect(decide('allow', { inside: '~/code/site' }, { path: text })).toBe(false)
  expect(decide('allow', { outside: '~/code/site' }, { path: text })).toBe(false)
  expect(decide('deny', { inside: '~/.ssh' }, { path: text })).toBe(true)
})

test('a file URL counts as the path it names, and is never proof of being inside', () => {
  const url = `file://${root}/home/.ssh/key`
  expect(decide('deny', { inside: '~/.ssh' }, { path: url })).toBe(true)
  expect(decide('deny', { inside: '~/.ssh' }, { path: url.replace('.ssh', '%2Essh') })).toBe(true)
  expect(decide('allow', { inside: '~/code/site' }, { path: url })).toBe(false)
})

test('one call resolves each text once, whatever the number of rules', () => {
  const rules = Array.from({ length: 20 }, (_, index) => ({
    id: `r${index}`,
    effect: 'deny',
    tools: '*',
    when: { '**': { inside: '~/.ssh' } },
  }))
  const asked: string[] = []
  const policy = compiled({ 'a.yaml': JSON.stringify({ version: 1, rules }) })
  evaluate(policy, call({ a: 'x', b: 'x' }), {
    separator: '/',
    resolvePath: (text) => {
      asked.push(text)
      return `/${text}`
    },
  })
  expect(asked.sort()).toEqual(['x', '~/.ssh'])
})

// Each of these took minutes, with everything behind the call waiting.
test.each([
  ['an open brace with thousands of commas', 1, Array.from({ length: 1000 }, () => `{${','.repeat(12_000)}`)],
  ['many texts with many readings', 1000, Array.from({ length: 1280 }, (_, n) => `"{a,b}%2e%2e/{c,d}\\x{e,f}"${n}`)],
])('%s, asked about by %i rules, come to an end', (_, count, texts) => {
  const rules = Array.from({ length: count }, (_, n) => {
    return { id: `r${n}`, effect: 'deny', tools: '*', when: { 'paths[*]': { inside: `/x/${n}` } } }
  })
  const policy = compiled({ 'a.yaml': JSON.stringify({ version: 1, rules }) })
  expect(evaluate(policy, call({ paths: texts }), lexicalPaths()).kind).not.toBe('allow')
})
