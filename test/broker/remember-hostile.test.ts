// Remembering against those who gain by it: folders that lead elsewhere, secrets that would be written down, midnight
// between question and answer, a disk that is full.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { describe, expect, it, test } from 'vitest'
import type { Choice } from '../../broker/approvals-ports.ts'
import { realPaths } from '../../broker/real-paths.ts'
import type { ArgumentScopes } from '../../core/schema/grant.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { uiRequests } from '../../core/wire/ui-contract.ts'
import { createTestGrants, factsOf, given } from './grants-fixture.ts'
import { callOf, createTestRemember, type TestRemember } from './remember-fixture.ts'

type Chosen = Parameters<TestRemember['preview']>[1]
type Facts = ReturnType<typeof callOf>

function make(remember: TestRemember, facts: Facts, choice: Chosen) {
  const { preview = '' } = remember.preview(facts, choice)
  const check = remember.check(facts, { ...choice, preview } as Choice)
  if (!check.ok) throw new Error(JSON.stringify(check.problems))
  return check.make(given)
}

const plain = (lines: ReturnType<TestRemember['preview']>['words']) =>
  lines.map((line) => line.map((part) => ('text' in part ? part.text : `[${part.value}]`)).join(''))

describe('a folder', () => {
  const inside = (folder: string): ArgumentScopes => ({ path: { kind: 'inside', folder } })

  it('that becomes a link is not the one that was shown', () => {
    const { folder } = createTestRemember()
    const project = fs.realpathSync(folder)
    const safe = path.join(project, 'safe')
    fs.mkdirSync(safe)
    const grants = createTestGrants({ paths: ({ cwd }) => realPaths(cwd) })
    const write = (file: string) => factsOf({ path: file }, { session: { cwd: project } })
    grants.remember(write('safe/a'), { lifetime: 'day', scopes: inside(safe) }, given)
    expect(grants.covers(write('safe/b'))).toBe(true)
    fs.renameSync(safe, path.join(project, 'gone'))
    fs.symlinkSync('/', safe)
    expect(grants.covers(write('safe/etc/passwd'))).toBe(false)
    expect(grants.covers(write('/etc/passwd'))).toBe(false)
    fs.unlinkSync(safe)
    fs.mkdirSync(safe)
    expect(grants.covers(write('safe/b'))).toBe(true)
    grants.stop()
  })

  it('that is a link says where it leads, in a grant, in its preview and in the preview of a rule', () => {
    const remember = createTestRemember({}, { paths: ({ cwd }) => realPaths(cwd) })
    const project = fs.realpathSync(remember.folder)
    fs.symlinkSync('/', path.join(project, 'src'))
    const facts = callOf({ path: 'src/etc/x' }, { session: { cwd: project } })
    const folder = path.join(project, 'src')
    const line = `[${folder}] is [/] now`
    for (const lifetime of ['hour', 'always'] as const) {
      expect(plain(remember.preview(facts, { kind: 'remember', lifetime, scopes: inside(folder) }).words)).toContain(line) // biome-ignore format: one line
    }
    const grants = createTestGrants({ paths: ({ cwd }) => realPaths(cwd) })
    grants.remember(facts, { lifetime: 'hour', scopes: inside(folder) }, given)
    expect(plain(grants.list()[0]?.words ?? [])).toContain(line)
    grants.stop()
    const [first] = remember.scopes(facts).arguments
    expect(first?.options.filter(({ kind }) => kind === 'inside')).toEqual([])
  })

  it('that counts from where the session works is that of this session', () => {
    const grants = createTestGrants()
    const write = (cwd: string) => factsOf({ path: 'src/a' }, { session: { cwd, session: cwd } })
    grants.remember(write('/home/dev/project'), { lifetime: 'hour', scopes: inside('src') }, given)
    expect(plain(grants.list()[0]?.words ?? [])).toContain('[src] is [/home/dev/project/src] now')
    expect(grants.covers(write('/home/dev/project'))).toBe(true)
    expect(grants.covers(write('/home/dev/other'))).toBe(false)
    grants.stop()
  })
})

describe('a secret', () => {
  const cases: [why: string, args: JsonObject, scopes: ArgumentScopes, named: string][] = [
    ['under a telling name', { token: 'sesame-street' }, { token: { kind: 'fixed', value: 'sesame-street' } }, 'token'],
    ['told by what stands beside it', { name: 'DB_PASSWORD', value: 'sesame-street' }, { name: { kind: 'anything' }, value: { kind: 'fixed', value: 'sesame-street' } }, 'value'],
    ['the beginning of one', { dsn: 'https://dev:sesame-street@db.example/x/y' }, { dsn: { kind: 'prefix', prefix: 'https://dev:sesame-street@' } }, 'dsn'],
  ] // biome-ignore format: a table
  const declared = {
    ask: { definition: { hash: 'd'.repeat(64), inputSchema: { properties: { token: {}, name: {}, value: {}, dsn: {} } } } },
  } // biome-ignore format: a table

  test.each(cases)('%s is written into no policy file', (_why, args, scopes, named) => {
    const remember = createTestRemember()
    const facts = callOf(args, declared)
    for (const choice of [
      { kind: 'remember', lifetime: 'always', scopes },
      { kind: 'block', scopes },
    ] as const) {
      const { preview, problems } = remember.preview(facts, choice)
      expect(preview).toBeUndefined()
      expect(problems).toEqual([expect.stringContaining(`"${named}" seems to be a secret`)])
      expect(problems.join()).not.toContain('sesame')
    }
  })

  test.each(cases)('%s is on no record of a grant', (_why, args, scopes, named) => {
    const remember = createTestRemember()
    make(remember, callOf(args, declared), { kind: 'remember', lifetime: 'hour', scopes })
    const made = JSON.stringify(remember.grants.ofType('grant.made'))
    expect(made).not.toContain('sesame')
    expect(made).toContain(named)
  })

  it('is what a rule keeps out of the log', () => {
    const yaml = 'version: 1\nrules:\n  - { id: keep, effect: allow, tools: "*", redact: [content] }\n'
    const scopes = { path: { kind: 'anything' }, content: { kind: 'fixed', value: 'x' } } as const
    const remember = createTestRemember({ 'a.yaml': yaml })
    const facts = callOf(undefined, { ask: { rules: [], source: 'default' } })
    expect(remember.preview(facts, { kind: 'block', scopes }).problems).toEqual([expect.stringMatching(/"content" seems to be a secret/)]) // biome-ignore format: one line
    expect(remember.preview(facts, { kind: 'block', scopes: { ...scopes, content: { kind: 'anything' } } }).problems).toEqual([]) // biome-ignore format: one line
  })
})

it('a day that was shown before midnight is not made after it', () => {
  const remember = createTestRemember()
  const scopes = { path: { kind: 'fixed', value: 'src/a.txt' }, content: { kind: 'anything' } } as const
  const choice = { kind: 'remember', lifetime: 'day', scopes } as const
  const midnight = Math.ceil(remember.grants.clock.now / 86_400_000) * 86_400_000
  remember.grants.clock.now = midnight - 1
  const { preview = '' } = remember.preview(callOf(), choice)
  expect(remember.check(callOf(), { ...choice, preview })).toMatchObject({ ok: true })
  remember.grants.clock.now = midnight
  expect(remember.check(callOf(), { ...choice, preview })).toEqual({
    ok: false, problems: [{ at: '', message: expect.stringContaining('the day changed') }],
  }) // biome-ignore format: one line
})

describe('a block', () => {
  it('of a beginning is not got out of by `..`', () => {
    const remember = createTestRemember()
    const scopes = { path: { kind: 'prefix', prefix: 'src/' }, content: { kind: 'anything' } } as const
    make(remember, callOf(), { kind: 'block', scopes })
    expect(remember.files()['remembered.yaml']).toContain('path: { starts_with: src/ }')
    expect(remember.files()['remembered.yaml']).not.toContain('..')
  })

  it('is not weakened by what is remembered later', () => {
    const remember = createTestRemember()
    const scopes = { path: { kind: 'fixed', value: 'src/a.txt' }, content: { kind: 'anything' } } as const
    make(remember, callOf(), { kind: 'block', scopes })
    const before = remember.files()
    const always = { kind: 'remember', lifetime: 'always', scopes } as const
    expect(remember.preview(callOf(), always).problems).toEqual([expect.stringMatching(/not asked about/)])
    // Another call of the tool, allowed whatever its path: the deny stands.
    const wide = { path: { kind: 'anything' }, content: { kind: 'fixed', value: 'x' } } as const
    make(remember, callOf({ path: 'src/b.txt', content: 'x' }), { kind: 'remember', lifetime: 'always', scopes: wide })
    expect(remember.files()['remembered.yaml']?.startsWith(before['remembered.yaml'] ?? '?')).toBe(true)
    expect(remember.preview(callOf(), always).problems).toEqual([expect.stringMatching(/not asked about/)])
  })
})

it('an undo that cannot be written can be tried again, and has changed nothing', () => {
  const asks = 'version: 1\nrules:\n  - id: ask\n    effect: require-approval\n    tools: write_file\n'
  const remember = createTestRemember({ 'a.yaml': asks })
  const scopes = { path: { kind: 'fixed', value: 'src/a.txt' }, content: { kind: 'anything' } } as const
  const { undo } = make(remember, callOf(), { kind: 'remember', lifetime: 'always', scopes })
  const made = remember.files()
  const inTheWay = path.join(remember.policies, `remembered.yaml.${process.pid}.new`)
  fs.mkdirSync(inTheWay)
  expect(() => remember.undo(undo, 'desktop')).toThrow()
  expect(remember.files()).toEqual(made)
  fs.rmdirSync(inTheWay)
  expect(remember.undo(undo, 'desktop')).toBe('undone')
  expect(remember.files()['a.yaml']).toBe(asks)
})

it('two answers at once: the second was shown a file that is not there any more', () => {
  const remember = createTestRemember()
  const scopes = { path: { kind: 'fixed', value: 'src/a.txt' }, content: { kind: 'anything' } } as const
  const choice = { kind: 'block', scopes } as const
  const { preview = '' } = remember.preview(callOf(), choice)
  const both = [1, 2].map(() => remember.check(callOf(), { ...choice, preview }))
  expect(both).toMatchObject([{ ok: true }, { ok: true }])
  const [first, second] = both.map((one) => () => one.ok && one.make(given))
  first?.()
  const after = remember.files()
  expect(() => second?.()).toThrow('changed meanwhile')
  expect(remember.files()).toEqual(after)
})

/** As the window's request comes in. */
const through = (scopes: ArgumentScopes) =>
  uiRequests['approvals.preview'].params.parse({ id: 'x', choice: { kind: 'remember', lifetime: 'session', scopes } })
    .choice

test.each<[why: string, text: string, remembered: boolean]>([
  ['a key that reaches for the prototype', '{"__proto__":"x","path":"src/a"}', false],
  ['the same within a value', '{"path":{"__proto__":{"a":1}}}', false],
  ['keys that are words of paths', '{"$":1,"**":2,"a[0]":3,"a.b":4,"":5,"[*]":6,"a\\"b":7,"\u2028":8,"any":9}', true],
])('%s is remembered as it is, or not at all', (_why, text, remembered) => {
  const args = () => JSON.parse(text) as JsonObject
  const scopes = Object.fromEntries(Object.entries(args()).map(([name, value]) => [name, { kind: 'fixed', value } as const]))
  const remember = createTestRemember()
  const choice = through(scopes)
  expect(remember.preview(callOf(args()), choice).preview !== undefined).toBe(remembered)
  if (!remembered) return
  make(remember, callOf(args()), choice)
  expect(remember.grants.covers(callOf(args()))).toBe(true)
  for (const other of [{}, { ...args(), more: 1 }, { ...args(), $: '1' }, { ...args(), 'a.b': 5 }]) {
    expect(remember.grants.covers(callOf(other))).toBe(false)
  }
}) // biome-ignore format: a table
