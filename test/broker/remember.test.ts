// Remembering an answer: what is shown is what is made, and nothing is made that does not come out as promised.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { describe, expect, it, test } from 'vitest'
import type { CallFacts } from '../../broker/approval-card.ts'
import type { Choice } from '../../broker/approvals-ports.ts'
import { undoMs } from '../../broker/remember.ts'
import { compilePolicy } from '../../core/policy/compile.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import type { ArgumentScopes } from '../../core/schema/grant.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { uiRequests } from '../../core/wire/ui-contract.ts'
import { given } from './grants-fixture.ts'
import { callOf, createTestRemember, type Past, type TestRemember } from './remember-fixture.ts'

const inProject: ArgumentScopes = {
  path: { kind: 'inside', folder: '/home/dev/project/src' },
  content: { kind: 'anything' },
}
const always = { kind: 'remember', lifetime: 'always', scopes: inProject } as const
const forAnHour = { kind: 'remember', lifetime: 'hour', scopes: inProject } as const
const block = { kind: 'block', scopes: inProject } as const

const asks = (more = '') =>
  `version: 1\nrules:\n  - id: ask-writing\n    effect: require-approval\n    tools: write_file\n${more}`

/** How the files there are now decide a call. */
function decide(
  remember: TestRemember,
  { session, ask }: CallFacts,
  args: JsonObject = ask.arguments as JsonObject,
): string {
  const files = Object.entries(remember.files()).map(([file, text]) => parsePolicyText(text, file).entry)
  const request = { subject: { client: session.client, session: 's' }, action: ask.action, resource: { server: session.server, tool: ask.tool }, arguments: args, risk: ask.risk } // biome-ignore format: one line
  const policy = compilePolicy({ format: 1, files }, () => textEngines)
  return evaluate(policy, request, lexicalPaths({ cwd: session.cwd })).kind
}

/** Previews a choice, checks it as the queue does, and makes it. */
function make(remember: TestRemember, facts: CallFacts, choice: Parameters<TestRemember['preview']>[1]) {
  const { preview, problems } = remember.preview(facts, choice)
  if (preview === undefined) throw new Error(problems.join('\n'))
  const check = remember.check(facts, { ...choice, preview } as Choice)
  if (!check.ok) throw new Error(JSON.stringify(check.problems))
  return check.make(given)
}

const plain = (lines: ReturnType<TestRemember['preview']>['words']) =>
  lines.map((line) => line.map((part) => ('text' in part ? part.text : `[${part.value}]`)).join(''))

describe('a grant', () => {
  it('is made as it was shown', () => {
    const remember = createTestRemember()
    const shown = remember.preview(callOf(), forAnHour)
    expect(uiRequests['approvals.preview'].result.parse(shown)).toEqual(shown)
    expect(shown).toMatchObject({ problems: [], files: [], lifetimeWords: expect.stringMatching(/^For 60 minutes/) })
    const { undo, remembered } = make(remember, callOf(), forAnHour)
    expect(remembered).toEqual({ grant: remember.grants.list()[0]?.id })
    expect(plain(remember.grants.list()[0]?.words ?? [])).toEqual(plain(shown.words))
    expect(remember.grants.covers(callOf({ path: 'src/b', content: 1 }))).toBe(true)
    remember.grants.pass(undoMs)
    expect(remember.undo(undo, 'desktop')).toBe('undone')
    expect(remember.grants.list()).toEqual([])
    expect(remember.undo(undo, 'desktop')).toBe('too-late')
  })

  it('can be taken back for five seconds, on either clock', () => {
    for (const clock of ['now', 'monotonic'] as const) {
      const remember = createTestRemember()
      const { undo } = make(remember, callOf(), forAnHour)
      remember.grants.clock[clock] += 5_001
      expect(remember.undo(undo, 'desktop')).toBe('too-late')
      expect(remember.grants.list()).toHaveLength(1)
    }
    expect(createTestRemember().undo('no such', 'desktop')).toBe('too-late')
  })

  it('is not made of another choice, or for another call, than was shown', () => {
    const remember = createTestRemember()
    const { preview = '' } = remember.preview(callOf(), forAnHour)
    const others: [CallFacts, Choice][] = [
      [callOf(), { ...forAnHour, lifetime: 'day', preview }],
      [callOf(), { ...forAnHour, scopes: { ...inProject, path: { kind: 'anything' } }, preview }],
      [callOf(), { ...forAnHour, preview: 'x' }],
      [callOf({ path: 'src/b', content: 'x' }), { ...forAnHour, preview }],
      [callOf(undefined, { basis: 'c'.repeat(64) }), { ...forAnHour, preview }],
    ]
    for (const [facts, choice] of others) expect(remember.check(facts, choice)).toMatchObject({ ok: false, problems: [{ at: '' }] }) // biome-ignore format: one line
  })
})

describe('what cannot be remembered', () => {
  const critical = (args?: JsonObject) => callOf(args, { ask: { risk: { class: 'destructive', evidence: [] } } })
  const anything: ArgumentScopes = { path: { kind: 'anything' }, content: { kind: 'anything' } }
  test.each<[why: string, facts: CallFacts, choice: Parameters<TestRemember['preview']>[1], problem: RegExp | undefined]>([
    ['a critical call for an hour', critical(), forAnHour, /not for a time/],
    ['a critical call for a day', critical(), { ...forAnHour, lifetime: 'day' }, /not for a time/],
    ['a critical call for the session', critical(), { ...forAnHour, lifetime: 'session' }, undefined],
    ['a critical call always', critical(), always, undefined],
    ['a critical call whatever its arguments', critical(), { kind: 'remember', lifetime: 'session', scopes: anything }, /narrowed down/],
    ['a critical call without arguments', critical({}), { kind: 'remember', lifetime: 'session', scopes: {} }, undefined],
    ['a call that hidden characters make critical', callOf({ path: 'src/a', content: 'a\u202eb' }), forAnHour, /not for a time/],
    ['an elevated call whatever its arguments', callOf(), { kind: 'remember', lifetime: 'hour', scopes: anything }, undefined],
    ['blocking a critical call whatever its arguments', critical(), { kind: 'block', scopes: anything }, undefined],
    ['what does not cover the call itself', callOf({ path: 'other/a', content: 'x' }), forAnHour, /not cover this call/],
    ['scopes that leave out an argument', callOf({ path: 'src/a', content: 'x', mode: 1 }), forAnHour, /not cover this call/],
    ['arguments that differ in case only', callOf({ a: 1, A: 1 }), { kind: 'remember', lifetime: 'hour', scopes: { a: { kind: 'fixed', value: 1 }, A: { kind: 'fixed', value: 1 } } }, /not cover this call/],
    ['a value that is too long for a rule', callOf({ path: 'x'.repeat(5_000) }), { kind: 'block', scopes: { path: { kind: 'fixed', value: 'x'.repeat(5_000) } } }, /too long to be written/],
    ['the same in a grant', callOf({ path: 'x'.repeat(5_000) }), { kind: 'remember', lifetime: 'hour', scopes: { path: { kind: 'fixed', value: 'x'.repeat(5_000) } } }, undefined],
    ['a value that is too long for a grant', callOf({ path: 'x'.repeat(70_000) }), { kind: 'remember', lifetime: 'hour', scopes: { path: { kind: 'fixed', value: 'x'.repeat(70_000) } } }, /too long to be remembered/],
    ['by a rule, a proxy with a policy of its own', callOf(undefined, { ask: { revision: 'other' } }), always, /policy file of its own/],
    ['by a grant, the same', callOf(undefined, { ask: { revision: 'other' } }), forAnHour, undefined],
    ['by a rule, what stands beside the arguments', callOf(undefined, { ask: { beside: { task: {} } } }), always, /carries more/],
    ['by a rule, a tool with a star in its name', callOf(undefined, { ask: { tool: 'write*' } }), always, /name of the tool/],
    ['by a rule, a tool that declares nothing', callOf(undefined, { ask: { definition: { hash: 'd'.repeat(64) } } }), always, /did not say which arguments/],
    ['by a rule, a tool whose schema points elsewhere', callOf(undefined, { ask: { definition: { hash: 'd'.repeat(64), inputSchema: { $ref: '#/x' } } } }), always, /did not say which arguments/],
  ])('%s', (_why, facts, choice, problem) => {
    const { preview, problems, files } = createTestRemember().preview(facts, choice)
    expect(problems.join('\n')).toMatch(problem ?? /^$/)
    expect(preview === undefined).toBe(problem !== undefined)
    if (problem) expect(files).toEqual([])
  }) // biome-ignore format: a table

  it('says so when there is no room for a grant', () => {
    const remember = createTestRemember()
    while (remember.grants.hasRoom()) make(remember, callOf(), forAnHour)
    expect(remember.preview(callOf(), forAnHour).problems).toEqual([expect.stringMatching(/Revoke some/)])
    expect(remember.preview(callOf(), always).problems).toEqual([])
  })
})

const allowRule = `  - id: remembered-write-file
    effect: allow
    tools: write_file
    server: files
    client: cursor
    risk: write
    when:
      path: { inside: /home/dev/project/src }
      mode: { exists: false }
`

describe('always', () => {
  it('writes an allow rule where a default asked, and decides as it says', () => {
    const remember = createTestRemember()
    const shown = remember.preview(callOf(), always)
    expect(shown.files).toEqual([{ file: 'remembered.yaml', after: expect.stringMatching(/^# What you chose/) }])
    expect(shown.files[0]?.after.endsWith(`version: 1\nname: Remembered\nrules:\n${allowRule}`)).toBe(true)
    expect(plain(shown.words)).toEqual([
      'allows [write_file] of the server [files] for the client [cursor]',
      '[path] inside [/home/dev/project/src]',
      '[content]: anything',
      'none of its other arguments: [mode]',
      'arguments that the tool does not declare are not looked at',
      'only calls whose risk is write',
    ])
    expect(remember.files()).toEqual({})
    const { remembered } = make(remember, callOf(), always)
    expect(remembered).toEqual({ file: 'remembered.yaml', rule: 'remembered-write-file' })
    expect(remember.files()).toEqual({ 'remembered.yaml': shown.files[0]?.after })
    expect(fs.statSync(path.join(remember.policies, 'remembered.yaml')).mode & 0o777).toBe(0o600)
    expect(decide(remember, callOf({ path: 'src/b', content: 2 }))).toBe('allow')
    for (const args of [{ path: 'b' }, { path: 'src/b', mode: 1 }, { content: 'x' }]) expect(decide(remember, callOf(args))).toBe('hold') // biome-ignore format: one line
    for (const session of [{ client: 'zed' }, { server: 'other' }]) expect(decide(remember, callOf(undefined, { session }))).toBe('hold') // biome-ignore format: one line
    for (const ask of [{ tool: 'edit_file' }, { risk: { class: 'destructive' as const, evidence: [] } }]) expect(decide(remember, callOf(undefined, { ask }))).toBe('hold') // biome-ignore format: one line
    expect(remember.grants.ofType('policy.remembered')).toEqual([{ files: ['remembered.yaml'], rule: 'remembered-write-file', by: 'desktop' }]) // biome-ignore format: one line
  })

  it('adds to what is there, under another name', () => {
    const remember = createTestRemember()
    make(remember, callOf(), always)
    const first = remember.files()['remembered.yaml']
    make(remember, callOf({ path: 'lib/a' }), { kind: 'remember', lifetime: 'always', scopes: { path: { kind: 'fixed', value: 'lib/a' } } }) // biome-ignore format: one line
    expect(remember.files()['remembered.yaml']).toBe(`${first}  - id: remembered-write-file-2\n    effect: allow\n    tools: write_file\n    server: files\n    client: cursor\n    risk: write\n    when:\n      path: lib/a\n      content: { exists: false }\n      mode: { exists: false }\n`) // biome-ignore format: one line
  })

  it('adds an exception to every rule that asked, in its own file, and says what that lets go', () => {
    const yaml = asks('    unless: { path: { inside: /tmp } } # scratch\n')
    const remember = createTestRemember({ 'a.yaml': yaml, 'b.yml': asks().replace('ask-writing', 'ask-too') })
    const shown = remember.preview(callOf(), always)
    expect(shown.problems).toEqual([])
    expect(shown.files.map(({ file }) => file)).toEqual(['remembered.yaml', 'a.yaml', 'b.yml'])
    expect(shown.files[1]).toEqual({ file: 'a.yaml', before: yaml, after: asks('    unless: { any: [{ path: { inside: /tmp } }, { path: { inside: /home/dev/project/src }, mode: { exists: false } }] } # scratch\n') }) // biome-ignore format: one line
    expect(plain(shown.words)).toContain('the rule [ask-writing] in [a.yaml] does not ask about such arguments any more, of any client it is about and any server it is about; what else the policy says then decides') // biome-ignore format: one line
    make(remember, callOf(), always)
    expect(decide(remember, callOf())).toBe('allow')
    expect(decide(remember, callOf({ path: 'lib/x' }))).toBe('hold')
    expect(remember.grants.ofType('policy.remembered')).toMatchObject([
      { files: ['remembered.yaml', 'a.yaml', 'b.yml'] },
    ])
  })

  const rule = (text: string) => `version: 1\nrules:\n  - ${text}\n`
  test.each<[why: string, files: Record<string, string>, problem: RegExp]>([
    ['a rule that denies', { 'a.yaml': rule('{ id: no, effect: deny, tools: write_file }') }, /not asked about: Rule no in a\.yaml denies write_file/],
    ['a rule that allows already', { 'a.yaml': rule('{ id: yes, effect: allow, tools: write_file }') }, /not asked about: Rule yes/],
    ['a rule about all tools', { 'a.yaml': rule('{ id: ask, effect: require-approval, tools: "*" }') }, /ask in a\.yaml asks about more tools than this one/],
    ['a rule with a limit', { 'a.yaml': rule('{ id: ask, effect: require-approval, tools: write_file, limit: { max: 5, per: 1h, then: deny } }') }, /has a limit, which an exception would lift/],
    ['a rule that hides arguments', { 'a.yaml': rule('{ id: ask, effect: require-approval, tools: write_file, redact: content }') }, /keeps arguments out of the log/],
    ['a file with mistakes that governs the server', { 'a.yaml': 'version: 1\nrulez: []\n' }, /a\.yaml has mistakes/],
    ['a remembered file that somebody narrowed', { 'remembered.yaml': 'version: 1\nserver: other\n' }, /It would not be allowed all the same/],
    ['a file that cannot be edited', { 'a.yaml': `version: 1\nrules:\n  - &r { id: other, effect: deny, tools: z, unless: &u { q: 1 } }\n  - { id: ask, effect: require-approval, tools: write_file, unless: *u, reason: &u2 x }\n`, 'b.yaml': 'version: 1\nrules:\n  - &x { id: one, effect: require-approval, tools: write_file, unless: &w { q: 1 } }\n  - { id: two, effect: deny, tools: y, unless: *w }\n' }, /^b\.yaml is written in a way that cannot be edited safely; add this by hand:\nunless:/],
  ])('is not offered beside %s', (_why, files, problem) => {
    const remember = createTestRemember(files)
    const { preview, problems } = remember.preview(callOf(), always)
    expect(preview).toBeUndefined()
    expect(problems.join('\n')).toMatch(problem)
    expect(remember.files()).toEqual(files)
  }) // biome-ignore format: a table

  it('lifts no limit: a rule that asks because its own is used up stays', () => {
    const limited = rule('{ id: some, effect: allow, tools: write_file, limit: { max: 5, per: 1h } }')
    const remember = createTestRemember({ 'a.yaml': limited })
    const facts = callOf(undefined, { ask: { exhausted: [JSON.stringify(['a.yaml', 'some'])] } })
    expect(remember.preview(facts, always).problems).toEqual([expect.stringMatching(/its limit is used up/)])
  })

  it('minds files with mistakes only where they govern the server', () => {
    const remember = createTestRemember({ 'a.yaml': 'version: 1\nserver: other\nrulez: []\n' })
    expect(remember.preview(callOf(), always).problems).toEqual([])
  })

  it('does not switch off a rule, however little is left of it', () => {
    const remember = createTestRemember({ 'a.yaml': asks() })
    const facts = callOf({ path: 'a' }, { ask: { definition: { hash: 'd'.repeat(64), inputSchema: { properties: { path: {} } } } } }) // biome-ignore format: one line
    const choice = { kind: 'remember', lifetime: 'always', scopes: { path: { kind: 'anything' } } } as const
    expect(remember.preview(facts, choice).problems).toEqual([expect.stringMatching(/switch it off/)])
  })

  it('is not made when a file changed since it was shown', () => {
    const remember = createTestRemember({ 'a.yaml': asks() })
    const { preview = '' } = remember.preview(callOf(), always)
    fs.appendFileSync(path.join(remember.policies, 'a.yaml'), '# more\n')
    expect(remember.check(callOf(), { ...always, preview })).toMatchObject({ ok: false })
    const later = remember.preview(callOf(), always).preview ?? ''
    const check = remember.check(callOf(), { ...always, preview: later })
    fs.appendFileSync(path.join(remember.policies, 'a.yaml'), '# and more\n')
    if (!check.ok) throw new Error('it can be made')
    expect(() => check.make(given)).toThrow('changed meanwhile')
    expect(Object.keys(remember.files())).toEqual(['a.yaml'])
    expect(remember.grants.recorded).toEqual([])
  })

  it('is not made where it cannot be recorded', () => {
    const remember = createTestRemember()
    remember.grants.disk.full = true
    expect(() => make(remember, callOf(), always)).toThrow('cannot be written')
    expect(remember.files()).toEqual({})
  })

  it('leaves nothing half done where one of the files cannot be written', () => {
    const remember = createTestRemember({ 'a.yaml': asks() })
    const { preview = '' } = remember.preview(callOf(), always)
    const check = remember.check(callOf(), { ...always, preview })
    // Something lies where the draft of the file is to be written.
    fs.mkdirSync(path.join(remember.policies, `a.yaml.${process.pid}.new`))
    expect(() => check.ok && check.make(given)).toThrow()
    expect(remember.files()).toEqual({ 'a.yaml': asks() })
    expect(fs.readdirSync(remember.policies)).toHaveLength(2)
    expect(decide(remember, callOf())).toBe('hold')
    expect(remember.grants.ofType('policy.remembered')).toMatchObject([{}, { undone: true }])
  })

  it('is undone to the byte; a file that was new says nothing then', () => {
    const yaml = `\ufeff${asks()}`
    const remember = createTestRemember({ 'a.yaml': yaml })
    const { undo } = make(remember, callOf(), always)
    expect(remember.files()['a.yaml']?.startsWith('\ufeffversion')).toBe(true)
    remember.grants.pass(undoMs)
    expect(remember.undo(undo, 'desktop')).toBe('undone')
    expect(remember.files()).toEqual({ 'a.yaml': yaml, 'remembered.yaml': expect.stringMatching(/\nversion: 1\nname: Remembered\n$/) }) // biome-ignore format: one line
    expect(decide(remember, callOf())).toBe('hold')
    expect(remember.grants.ofType('policy.remembered').at(-1)).toMatchObject({ undone: true })
  })

  it('is put in force whole, after what the answer itself does', async () => {
    const remember = createTestRemember({ 'a.yaml': asks() })
    const { undo } = make(remember, callOf(), always)
    expect(remember.takenUp).toEqual([])
    await Promise.resolve()
    expect(remember.takenUp).toEqual([['remembered.yaml', 'a.yaml']])
    remember.undo(undo, 'desktop')
    await Promise.resolve()
    expect(remember.takenUp).toHaveLength(2)
  })

  it('is not undone over somebody’s edits', () => {
    const remember = createTestRemember({ 'a.yaml': asks() })
    const { undo } = make(remember, callOf(), always)
    fs.appendFileSync(path.join(remember.policies, 'a.yaml'), '# mine\n')
    const before = remember.files()
    expect(remember.undo(undo, 'desktop')).toBe('changed')
    expect(remember.files()).toEqual(before)
  })

  it('writes into the file that a link leads to, with the access it has', () => {
    const remember = createTestRemember()
    const target = path.join(remember.folder, 'dotfiles.yaml')
    fs.writeFileSync(target, asks(), { mode: 0o640 })
    fs.chmodSync(target, 0o640)
    fs.symlinkSync(target, path.join(remember.policies, 'a.yaml'))
    make(remember, callOf(), always)
    expect(fs.lstatSync(path.join(remember.policies, 'a.yaml')).isSymbolicLink()).toBe(true)
    expect(fs.readFileSync(target, 'utf8')).toContain('unless:')
    expect(fs.statSync(target).mode & 0o777).toBe(0o640)
  })

  it('of another request is about its params', () => {
    const remember = createTestRemember({ 'a.yaml': rule('{ id: ask, effect: require-approval, on: resources/read }') })
    const read = (uri: string) => callOf({ uri }, { ask: { action: 'resources/read', tool: uri, risk: { class: 'unknown', evidence: [] } } }) // biome-ignore format: one line
    make(remember, read('note://a/b'), { kind: 'remember', lifetime: 'always', scopes: { uri: { kind: 'prefix', prefix: 'note://a/' } } }) // biome-ignore format: one line
    expect(remember.files()['remembered.yaml']).toContain('  - id: remembered-resources-read\n    effect: allow\n    on: resources/read\n    server: files\n    client: cursor\n    when:\n      uri: { starts_with: "note://a/" }\n') // biome-ignore format: one line
    expect(decide(remember, read('note://a/c'))).toBe('allow')
    expect(decide(remember, read('note://b/c'))).toBe('hold')
  })
})

describe('block', () => {
  it('writes a deny rule, which counts where things cannot be told', () => {
    const remember = createTestRemember({ 'a.yaml': asks() })
    const shown = remember.preview(callOf(), block)
    expect(plain(shown.words)).toEqual([
      'denies [write_file] of the server [files] for the client [cursor]',
      '[path] inside [/home/dev/project/src]',
      '[content]: anything',
      'whatever other arguments there are',
      'also where any of this cannot be told for certain',
    ])
    const { undo, remembered } = make(remember, callOf(), block)
    expect(remembered).toEqual({ file: 'remembered.yaml', rule: 'blocked-write-file' })
    expect(remember.files()['remembered.yaml']).toContain('    when:\n      path: { inside: /home/dev/project/src }\n    reason: You chose to block calls like this.\n') // biome-ignore format: one line
    expect(remember.files()['a.yaml']).toBe(asks())
    expect(decide(remember, callOf({ path: 'src/z', extra: 1 }))).toBe('deny')
    expect(decide(remember, callOf({ path: 'src/*/z' }))).toBe('deny')
    expect(decide(remember, callOf({ path: 'lib/z' }))).toBe('hold')
    expect(remember.undo(undo, 'desktop')).toBe('undone')
    expect(decide(remember, callOf())).toBe('hold')
  })
})

describe('the past', () => {
  const past: Past[] = [
    { args: { path: 'src/a', content: '1' }, ago: 5_000_000 },
    { args: { path: 'lib/a', content: '2' } },
    { args: { path: 'src/a', content: '3', mode: 1 } },
    { args: { path: 'src/a', content: '3', other: 1 } },
    { args: { path: 'src/b', content: 'xxxx' }, text: '{"path":"src/b","content":"xx', truncated: true },
    { args: { path: 'lib/b', content: 'xxxx' }, text: '{"path":"lib/b","content":"xx', truncated: true },
    { args: { path: 'secret', content: 'x' }, text: '{"path":"[redacted:0123456789ab]","content":"x"}' },
    { args: { path: 'src/c', content: 'secret' }, text: '{"path":"src/c","content":"[redacted:0123456789ab]"}' },
    { args: { path: 'src/a.txt', content: 'x' }, text: '{"pa', truncated: true },
    { args: { path: 'src/a' }, risk: 'read' },
    { args: { path: 'src/a' }, tool: 'edit_file' },
  ]
  test.each<[what: string, choice: Parameters<TestRemember['preview']>[1], counts: { matched: number; unknown: number }]>([
    ['a grant: no other arguments, the same risk', forAnHour, { matched: 3, unknown: 2 }],
    ['a rule that allows: other arguments that are not declared', always, { matched: 4, unknown: 2 }],
    ['a rule that denies: whatever else', block, { matched: 7, unknown: 1 }],
  ])('counts for %s', (_what, choice, counts) => {
    const remember = createTestRemember()
    remember.past(past)
    const shown = remember.preview(callOf(), choice)
    expect(shown.problems).toEqual([])
    expect(shown.past).toEqual({ ...counts, of: 10, since: expect.any(Number) })
    expect(shown.past.since).toBe(remember.grants.clock.now - 5_000_000)
  }) // biome-ignore format: a table

  it('is not looked at beyond 500 calls', () => {
    const remember = createTestRemember()
    remember.past(Array.from({ length: 520 }, (_, n) => ({ args: { path: `src/${n}` } })))
    expect(remember.preview(callOf(), forAnHour).past).toMatchObject({ matched: 500, of: 500 })
  })

  it('gives the values that can be chosen among', () => {
    const remember = createTestRemember()
    remember.past([{ args: { path: 'src/b', content: 'y' } }, { args: { path: 'src/a.txt', content: 'y' } }])
    const { arguments: found } = remember.scopes(callOf())
    expect(uiRequests['approvals.scopes'].result.parse({ arguments: found })).toEqual({ arguments: found })
    expect(found.map(({ name, options }) => [name, options.map(({ kind }) => kind)])).toEqual([
      ['path', ['fixed', 'inside', 'inside', 'one-of', 'anything']],
      ['content', ['fixed', 'one-of', 'anything']],
    ])
    expect(found[0]?.options[1]).toEqual({ kind: 'inside', folder: '/home/dev/project/src' })
  })
})

describe('a suggestion', () => {
  const approved = (n: number, ago?: number): Past => ({ args: { path: `src/${n}.txt`, content: `text ${n}\n` }, answer: 'approved', ...(ago ? { ago } : {}) }) // biome-ignore format: one line
  const same = [1, 2, 3, 4, 5].map((n) => approved(n, 7_200_000 - n))
  const suggestionAfter = (past: readonly Past[], facts = callOf()) => {
    const remember = createTestRemember()
    remember.past(past)
    const suggestion = remember.suggestion(facts)
    expect(remember.logged).toEqual([])
    return suggestion
  }

  test.each<[why: string, past: Past[], suggestion: object | undefined]>([
    ['after five equal answers', same, { why: 'same-answers', answer: 'approved', times: 5, scopes: inProject }],
    ['not after four', same.slice(1), undefined],
    ['not when one was different', [...same.slice(1), { ...approved(9), answer: 'refused' }], undefined],
    ['for refusals', same.map((one) => ({ ...one, answer: 'refused' })), { why: 'same-answers', answer: 'refused', times: 5, scopes: inProject }],
    ['not for what nobody answered', same.map((one) => ({ ...one, answer: 'expired' })), undefined],
    ['not for what a grant answered', same.map((one) => ({ ...one, by: 'grant' })), undefined],
    ['not for what was approved only when it was changed', same.map((one) => ({ ...one, edited: { path: 'src/x', content: '' } })), undefined],
    ['not for what was refused with everything else', same.map((one) => ({ ...one, answer: 'refused', withAll: true })), undefined],
    ['an expiry between is no answer', [...same.slice(0, 2), { ...approved(9), answer: 'expired' }, ...same.slice(2)], { why: 'same-answers', answer: 'approved', times: 5, scopes: inProject }],
    ['not for whatever the arguments are', same.map((one, n) => ({ ...one, args: { path: n, content: { n } } })), undefined],
    ['not for another value than the one that was answered', same.map((one) => ({ ...one, args: { path: 'src/other.txt', content: 'x' } })), undefined],
    ['not for a path out of the folder that was answered', same.map((one, n) => ({ ...one, args: { path: `docs/${n}.txt`, content: 'x' } })), undefined],
    ['not for an argument that was not there', same.map((one) => ({ ...one, args: { path: 'src/a.txt' } })), undefined],
    ['not without one that always was', same.map((one) => ({ ...one, args: { path: 'src/a.txt', content: 'x', mode: 'w' } })), undefined],
    ['not where one was not recorded whole', [...same.slice(1), { ...approved(5), text: '{"path":"src/5', truncated: true }], undefined],
    ['when more than ten asked within the hour', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n): Past => ({ ...approved(n, 60_000 * n), answer: n % 2 === 1 ? 'approved' : 'refused', args: { path: `src/${n % 3}`, content: n > 5 ? '' : 'y' } })), { why: 'asks-often', answer: 'approved', times: 11, scopes: { path: { kind: 'inside', folder: '/home/dev/project/src' }, content: { kind: 'one-of', values: ['x', 'y', ''] } } }],
    ['not when ten did', [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n): Past => ({ ...approved(n, 60_000 * n), answer: n % 2 === 1 ? 'approved' : 'refused' })), undefined],
  ])('%s', (_why, past, suggestion) => {
    const found = suggestionAfter(past.toSorted((a, b) => (b.ago ?? 3_600_000) - (a.ago ?? 3_600_000)))
    if (suggestion) expect(found).toMatchObject(suggestion)
    else expect(found).toBeUndefined()
  }) // biome-ignore format: a table

  it('can be taken as it is', () => {
    const remember = createTestRemember()
    remember.past(same)
    const { scopes = {} } = remember.suggestion(callOf()) ?? {}
    expect(remember.preview(callOf(), { kind: 'remember', lifetime: 'always', scopes })).toMatchObject({ problems: [], past: { matched: 5, unknown: 0 } }) // biome-ignore format: one line
  })

  it('fails without a word to the card, and with one to the log', () => {
    const remember = createTestRemember()
    remember.db.close()
    expect(remember.suggestion(callOf())).toBeUndefined()
    expect(remember.logged).toEqual([expect.stringMatching(/what to suggest cannot be told/)])
  })
})
