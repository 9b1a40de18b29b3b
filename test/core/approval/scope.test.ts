// What can be chosen for each argument of a held call, in words and as what it covers.
import { describe, expect, test } from 'vitest'
import { scopeMatcher } from '../../../core/approval/scope.ts'
import { narrowestScopes } from '../../../core/approval/scope-narrowest.ts'
import { scopeOptions } from '../../../core/approval/scope-options.ts'
import { scopeWords } from '../../../core/approval/scope-words.ts'
import { lexicalPaths } from '../../../core/policy/lexical-paths.ts'
import type { PolicyPorts } from '../../../core/policy/path-inside.ts'
import type { ArgumentScope, ArgumentScopes } from '../../../core/schema/grant.ts'
import type { JsonObject, JsonValue } from '../../../core/schema/json.ts'
import type { Sentence } from '../../../core/wire/ui-contract.ts'

const ports = lexicalPaths({ home: '/home/me', cwd: '/home/me/code/site' })
const places = { separator: '/' as const, cwd: '/home/me/code/site', home: '/home/me', ports }

const fixed = (value: JsonValue): ArgumentScope => ({ kind: 'fixed', value })
const inside = (folder: string): ArgumentScope => ({ kind: 'inside', folder })
const prefix = (text: string): ArgumentScope => ({ kind: 'prefix', prefix: text })
const oneOf = (...values: JsonValue[]): ArgumentScope => ({ kind: 'one-of', values })
const anything: ArgumentScope = { kind: 'anything' }

/** Values in brackets, our own words bare. */
const plain = (lines: Sentence[]) =>
  lines.map((line) => line.map((part) => ('text' in part ? part.text : `[${part.value}]`)).join(''))

describe('words', () => {
  test.each<[why: string, scopes: ArgumentScopes, like: JsonObject, lines: string[]]>([
    ['a folder and whatever else', { path: inside('~/code/site'), content: anything }, { path: 'x' }, ['[path] inside [~/code/site]', '[content]: anything', 'no other arguments']],
    ['a list of paths', { paths: inside('/p') }, { paths: ['a'] }, ['every path in [paths] inside [/p]', 'no other arguments']],
    ['no arguments', {}, {}, ['no arguments']],
    ['a text', { a: fixed('main') }, {}, ['[a] is exactly [main]', 'no other arguments']],
    ['a text that looks like a number', { a: fixed('5') }, {}, ['[a] is exactly ["5"]', 'no other arguments']],
    ['a number', { a: fixed(5) }, {}, ['[a] is exactly [5]', 'no other arguments']],
    ['a text that looks like JSON', { a: fixed('{"b":1}') }, {}, ['[a] is exactly ["{\\"b\\":1}"]', 'no other arguments']],
    ['a map', { a: fixed({ b: [1] }) }, {}, ['[a] is exactly [{"b":[1]}]', 'no other arguments']],
    ['nothing in a text', { a: fixed('') }, {}, ['[a] is exactly the empty text', 'no other arguments']],
    ['null', { a: fixed(null) }, {}, ['[a] is exactly [null]', 'no other arguments']],
    ['a beginning', { a: prefix('v1.') }, {}, ['[a] begins with [v1.]', 'no other arguments']],
    ['a beginning that a path could leave', { a: prefix('feat/') }, {}, ['[a] begins with [feat/], has no [..]', 'no other arguments']],
    ['the beginning of an address', { a: prefix('https://a.example/x/') }, {}, ['[a] begins with [https://a.example/x/], has no [..] and no [%2e]', 'no other arguments']],
    ['several', { a: oneOf('x', 1, null) }, {}, ['[a] is one of [x], [1], [null]', 'no other arguments']],
    ['a name from outside', { 'a b\n': anything }, {}, ['[a b\n]: anything', 'no other arguments']],
    ['a long text', { a: fixed('x'.repeat(301)) }, {}, [`[a] is exactly [${'x'.repeat(300)}]… (301 characters in all)`, 'no other arguments']],
  ])('%s', (_why, scopes, like, lines) => {
    expect(plain(scopeWords(scopes, like))).toEqual(lines)
  }) // biome-ignore format: a table
})

describe('what a scope covers', () => {
  test.each<[why: string, scopes: ArgumentScopes, args: JsonObject, covered: boolean]>([
    ['exactly the value', { a: fixed({ x: 1, y: [2] }) }, { a: { y: [2], x: 1 } }, true],
    ['not another one', { a: fixed(1) }, { a: 2 }, false],
    ['not a text of the same look', { a: fixed(1) }, { a: '1' }, false],
    ['not its absence', { a: fixed(null) }, {}, false],
    ['null where it is null', { a: fixed(null) }, { a: null }, true],
    ['a beginning', { a: prefix('feat/') }, { a: 'feat/x' }, true],
    ['not what a path leaves again', { a: prefix('acme/') }, { a: 'acme/../evil/x' }, false],
    ['nor with the signs of Windows', { a: prefix('acme\\') }, { a: 'acme\\..\\evil' }, false],
    ['nor as it is written in an address', { a: prefix('https://a.example/x/') }, { a: 'https://a.example/x/.%2E/y' }, false],
    ['two dots where there are no folders', { a: prefix('v1.') }, { a: 'v1.0..v1.1' }, true],
    ['not a beginning in a list', { a: prefix('feat/') }, { a: ['feat/x'] }, false],
    ['no other argument', { a: anything }, { a: 1, b: 2 }, false],
    ['no argument where there were none', {}, { a: 1 }, false],
    ['none where there were none', {}, {}, true],
    ['anything, also absent', { a: anything, b: anything }, { b: [] }, true],
    ['no second spelling of a name', { path: anything, Path: anything, q: fixed(1) }, { q: 1, Q: 1 }, false],
    ['a path inside', { path: inside('/home/me/code') }, { path: '/home/me/code/a/../b' }, true],
    ['not a path that leaves', { path: inside('/home/me/code') }, { path: '/home/me/code/../x' }, false],
    ['not a folder of a similar name', { path: inside('/home/me/code') }, { path: '/home/me/codec/x' }, false],
    ['not what cannot be told', { path: inside('/home/me/code') }, { path: '/home/me/code/*/../y' }, false],
    ['a name with a dot in it', { 'a.b': fixed(1) }, { 'a.b': 1 }, true],
    ['not what such a name would mean as a path', { 'a.b': fixed(1) }, { a: { b: 1 } }, false],
    ['names that are words of the language', { any: fixed(1), all: fixed(2), not: fixed(3), $: fixed(4) }, { any: 1, all: 2, not: 3, $: 4 }, true],
    ['the empty name', { '': fixed(1) }, { '': 1 }, true],
  ])('%s', (_why, scopes, args, covered) => {
    expect(scopeMatcher(scopes, args)(args, ports)).toBe(covered)
  }) // biome-ignore format: a table

  test('of a path: not a list in its place', () => {
    const matches = scopeMatcher({ path: inside('/p') }, { path: '/p/a' })
    expect(matches({ path: '/p/x' }, ports)).toBe(true)
    expect(matches({ path: ['/p/x'] }, ports)).toBe(false)
  })

  const paths: ArgumentScopes = { paths: inside('/p') }
  test.each<[why: string, value: JsonValue, covered: boolean]>([
    ['every path inside', ['/p/a', '/p/b'], true],
    ['not one outside', ['/p/a', '/q'], false],
    ['not one that is no text', ['/p/a', 1], false],
    ['not one in a list within', ['/p/a', ['/p/b']], false],
    ['not an empty list', [], false],
    ['not a text in its place', '/p/a', false],
    ['not a map in its place', { a: '/p/a' }, false],
  ])('of a list of paths: %s', (_why, value, covered) => {
    expect(scopeMatcher(paths, { paths: ['/p/a'] })({ paths: value }, ports)).toBe(covered)
  }) // biome-ignore format: a table

  test('two beginnings are both looked at', () => {
    const matches = scopeMatcher({ a: prefix('x/'), b: prefix('y/') }, {})
    expect(matches({ a: 'x/1', b: 'y/1' }, ports)).toBe(true)
    expect(matches({ a: 'x/../1', b: 'y/1' }, ports)).toBe(false)
    expect(matches({ a: 'x/1', b: 'y/../1' }, ports)).toBe(false)
  })

  test('two lists of paths are both looked at', () => {
    const matches = scopeMatcher({ a: inside('/p'), b: inside('/p') }, { a: ['/p/a'], b: ['/p/b'] })
    expect(matches({ a: ['/p/a'], b: ['/p/x'] }, ports)).toBe(true)
    expect(matches({ a: ['/p/a'], b: ['/q'] }, ports)).toBe(false)
    expect(matches({ a: ['/q'], b: ['/p/x'] }, ports)).toBe(false)
  })
})

describe('options, narrowest first', () => {
  const folders = ['/home/me/code/site/src/ui', '/home/me/code/site/src', '/home/me/code/site'].map(inside)
  test.each<[why: string, name: string, value: JsonValue, between: ArgumentScope[]]>([
    ['a path in the project: folders up to it', 'path', '/home/me/code/site/src/ui/a.ts', folders],
    ['a path from there', 'path', 'src/ui/a.ts', folders],
    ['a path that goes back and forth', 'path', 'src/ui/../ui/a.ts', folders],
    ['a path from home', 'path', '~/code/site/src/ui/a.ts', folders],
    ['a folder, perhaps', 'path', '/home/me/code/site/src', ['/home/me/code/site/src', '/home/me/code/site'].map(inside)],
    ['the project itself', 'path', '/home/me/code/site', [inside('/home/me/code/site')]],
    ['a path elsewhere: its folder alone', 'path', '/var/log/app/x.log', [inside('/var/log/app')]],
    ['nothing above the project', 'path', '/home/me/code/x.txt', []],
    ['not home', 'path', '/home/me/x.txt', []],
    ['not the root', 'path', '/x.txt', []],
    ['not another host', 'path', 'file://host/p/x', []],
    ['what cannot be told', 'path', '/home/me/code/site/*/../../a.ts', []],
    ['a path in an argument of any name', 'thing', './src/a.ts', ['/home/me/code/site/src', '/home/me/code/site'].map(inside)],
    ['a list of paths: the folder of all', 'paths', ['src/a.ts', 'src/ui/b.ts'], ['/home/me/code/site/src', '/home/me/code/site'].map(inside)],
    ['a list of other texts', 'labels', ['a', 'b'], []],
    ['a branch', 'branch', 'feat/login-form', [prefix('feat/login-'), prefix('feat/')]],
    ['a host is never cut', 'url', 'https://a.example/docs/x/y', [prefix('https://a.example/docs/x/'), prefix('https://a.example/docs/'), prefix('https://a.example/')]],
    ['a host alone', 'url', 'https://a.example', []],
    ['a command is never cut', 'command', 'git status --short', []],
    ['nor is a statement', 'sql', 'SELECT 1', []],
    ['several lines', 'content', 'a b\nc d', []],
    ['a number', 'n', 5, []],
    ['a map', 'm', { a: 'b/c' }, []],
  ])('%s', (_why, name, value, between) => {
    expect(scopeOptions(name, value, places)).toEqual([fixed(value), ...between, anything])
  }) // biome-ignore format: a table

  test('values of the past stand after beginnings, this one first, each once', () => {
    expect(scopeOptions('branch', 'main', places, ['dev', 'main', 'dev', 1])).toEqual([
      fixed('main'), oneOf('main', 'dev', 1), anything,
    ]) // biome-ignore format: one line
  })

  test('long values of the past are left out', () => {
    expect(scopeOptions('text', 'a', places, ['x'.repeat(300)])).toEqual([fixed('a'), anything])
  })

  test('a folder that a link leads out of is not offered', () => {
    const linked: PolicyPorts = {
      separator: '/',
      resolvePath: (text) => ports.resolvePath(text)?.replace('/home/me/code/site/link', '/etc'),
    }
    expect(scopeOptions('path', 'link/a.ts', { ...places, ports: linked })).toEqual([fixed('link/a.ts'), anything])
  })

  /** As a system has it whose disk does not tell case apart, with links. */
  const onDisk = (links: Record<string, string>): PolicyPorts => ({
    separator: '/',
    resolvePath: (text) => {
      const path = ports.resolvePath(text)?.toLowerCase()
      const [link] = Object.keys(links).filter((one) => path === one || path?.startsWith(`${one}/`))
      return link === undefined ? path : path?.replace(link, links[link] ?? '').replace(/^\/*/, '/')
    },
  })
  test.each<[why: string, path: string, links: Record<string, string>, cwd?: string]>([
    ['a link to the root', 'all/etc/passwd', { '/home/me/code/site/all': '/' }],
    ['a link to home', 'mine/x/a.txt', { '/home/me/code/site/mine/x': '/home/me' }],
    ['a link to what holds the project', 'up/a.txt', { '/home/me/code/site/up': '/home/me/code' }],
    ['a link to home from elsewhere', '/tmp/x/a.txt', { '/tmp/x': '/home/me' }],
    ['a link to much from elsewhere', '/tmp/x/a.txt', { '/tmp/x': '/usr' }],
    ['home in another spelling', '/HOME/me/a.txt', {}],
    ['what holds the project in another spelling', '/home/ME/code/a.txt', {}],
  ])('%s looks narrow and is not offered', (_why, value, links) => {
    const there = { ...places, ports: onDisk(links) }
    expect(scopeOptions('path', value, there)).toEqual([fixed(value), anything])
    const folder = value.slice(0, value.lastIndexOf('/'))
    const calls = ['1', '2', '3', '4', '5', '6'].map((name) => ({ path: `${folder}/${name}` }))
    expect(narrowestScopes(calls, there)).toBeUndefined()
  }) // biome-ignore format: a table

  test('a session that works in the root has no project there', () => {
    const there = { ...places, cwd: '/' }
    const calls = ['a/1', 'b/2', 'c/3', 'd/4', 'e/5', 'f/6'].map((name) => ({ path: `/etc/${name}` }))
    expect(narrowestScopes(calls, there)).toBeUndefined()
    expect(scopeOptions('path', '/etc/app/x.conf', there)).toEqual([fixed('/etc/app/x.conf'), inside('/etc/app'), anything]) // biome-ignore format: one line
  })

  test('on Windows, with its separators', () => {
    const windows: PolicyPorts = { separator: '\\', resolvePath: (text) => text.replaceAll('/', '\\').toLowerCase() }
    const there = { separator: '\\' as const, cwd: 'C:\\code', home: 'C:\\Users\\me', ports: windows }
    expect(scopeOptions('path', 'C:\\code\\src\\a.ts', there)).toEqual([
      fixed('C:\\code\\src\\a.ts'), inside('C:\\code\\src'), inside('C:\\code'), anything,
    ]) // biome-ignore format: one line
    expect(scopeOptions('path', 'C:\\a.txt', there)).toEqual([fixed('C:\\a.txt'), anything])
  })
})

describe('the narrowest that covers several calls', () => {
  test.each<[why: string, calls: JsonObject[], scopes: ArgumentScopes | undefined]>([
    ['equal values', [{ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }], { a: fixed(1), b: fixed({ c: 2 }) }],
    ['no arguments', [{}, {}], {}],
    ['paths in one folder, and texts', [{ path: 'src/a.ts', content: 'x y\n1' }, { path: '/home/me/code/site/src/ui/b.ts', content: 'z'.repeat(300) }], { path: inside('/home/me/code/site/src'), content: anything }],
    ['paths that share no folder', [{ path: 'src/a.ts' }, { path: '/etc/hosts' }], { path: oneOf('src/a.ts', '/etc/hosts') }],
    ['paths that share home only', [{ path: '/home/me/a.ts' }, { path: '/home/me/b.ts' }], { path: oneOf('/home/me/a.ts', '/home/me/b.ts') }],
    ['lists of paths', [{ files: ['src/a'] }, { files: ['src/b', 'src/c'] }], { files: inside('/home/me/code/site/src') }],
    ['a path once and a list once', [{ path: 'src/a', x: 1 }, { path: ['src/a'], x: 1 }], { path: oneOf('src/a', ['src/a']), x: fixed(1) }],
    ['up to five values', ['a', 'b', 'c', 'd', 'e'].map((a) => ({ a })), { a: oneOf('a', 'b', 'c', 'd', 'e') }],
    ['six values with one beginning', [1, 2, 3, 4, 5, 6].map((n) => ({ branch: `feat/x-${n}` })), { branch: prefix('feat/x-') }],
    ['six values without one', [1, 2, 3, 4, 5, 6].map((n) => ({ n })), undefined],
    ['an argument that is not always there', [{ a: 1, b: 2 }, { a: 1 }], { a: fixed(1), b: anything }],
    ['nothing but anything', [{ a: 1 }, {}], undefined],
    ['no calls', [], undefined],
    ['names that differ in case', [{ a: 1, A: 1 }, { a: 1, A: 1 }], undefined],
  ])('%s', (_why, calls, scopes) => {
    expect(narrowestScopes(calls, places)).toEqual(scopes)
  }) // biome-ignore format: a table
})
