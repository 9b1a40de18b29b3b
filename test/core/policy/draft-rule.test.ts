// Rules made from recorded calls: each reads back without mistakes, compiles, and decides that very call; what the record
// does not have is said, never guessed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DraftEffect, draftRule, type RecordedCall } from '../../../core/policy/draft-rule.ts'
import { evaluate } from '../../../core/policy/evaluate.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import { hostileCalls } from '../../fixtures/hostile-texts.ts'
import { compiled, noPaths } from './helpers.ts'

const recorded = (args: JsonObject, over: Partial<RecordedCall> = {}): RecordedCall => ({
  client: 'cursor',
  server: 'filesystem',
  action: 'tools/call',
  tool: 'write_file',
  risk: 'write',
  arguments: { text: JSON.stringify(args), truncated: false },
  ...over,
})

const made = (call: RecordedCall, effect: DraftEffect) => {
  const draft = draftRule(call, effect)
  if (!draft.ok) throw new Error(draft.problem)
  expect(parsePolicyText(draft.file, 'draft.yaml').diagnostics).toEqual([])
  return draft
}

/** What the file alone says of the call with these arguments. */
const decided = (file: string, call: RecordedCall, args: JsonObject) => {
  const request = {
    subject: { client: call.client, session: 's' },
    action: call.action,
    resource: { server: call.server, tool: call.tool },
    arguments: args,
    risk: { class: call.risk ?? ('unknown' as const), evidence: [] },
  }
  const { kind, rules } = evaluate(compiled({ 'draft.yaml': file }), request, noPaths, new Set())
  return { kind, rules: rules.map(({ id }) => id) }
}

describe('the text', () => {
  test('is what a person would write', () => {
    const draft = made(recorded({ path: '/home/mara/notes.md', append: true, tags: ['a', 'no'], $: null }), 'allow')
    expect(draft.rule).toBe(`- id: allow-write-file
  effect: allow
  tools: write_file
  server: filesystem
  client: cursor
  risk: write
  when:
    path: /home/mara/notes.md
    append: true
    tags: { equals: [a, "no"] }
    "$[\\"$\\"]": { equals: null }
`)
    expect(draft.file).toBe(`version: 1\nrules:\n${draft.rule.replace(/^(?=.)/gm, '  ')}`)
    expect(draft.wider).toEqual([
      'It says nothing of arguments that this call did not have: another call may have more of them.',
    ])
  })

  test.each<[DraftEffect, string, string]>([
    ['allow', 'allow-write-file', 'allow'],
    ['require-approval', 'ask-write-file', 'hold'],
    ['deny', 'deny-write-file', 'deny'],
  ])('%s decides the call, and no other', (effect, id, kind) => {
    const call = recorded({ path: '/a', n: 1 })
    const { file } = made(call, effect)
    expect(decided(file, call, { path: '/a', n: 1 })).toEqual({ kind, rules: [id] })
    for (const args of [{ path: '/b', n: 1 }, { path: '/a', n: 2 }, { path: '/a' }])
      expect(decided(file, call, args).rules).toEqual([])
    for (const other of [{ client: 'zed' }, { server: 'files' }, { tool: 'write_files' }])
      expect(decided(file, { ...call, ...other }, { path: '/a', n: 1 }).rules).toEqual([])
  })

  test('an allow is for its risk alone', () => {
    const call = recorded({ path: '/a' })
    expect(decided(made(call, 'allow').file, { ...call, risk: 'destructive' }, { path: '/a' }).rules).toEqual([])
    expect(decided(made(call, 'deny').file, { ...call, risk: 'destructive' }, { path: '/a' }).kind).toBe('deny')
  })

  test.each<[action: RecordedCall['action'], args: JsonObject]>([
    ['resources/read', { uri: 'file:///etc/hosts' }],
    ['prompts/get', { name: 'review', arguments: { number: '412' } }],
    ['sampling/createMessage', { messages: [{ role: 'user', content: { type: 'text', text: 'x' } }], maxTokens: 400 }],
    ['elicitation/create', { message: 'Which account?', requestedSchema: { type: 'object', properties: {} } }],
  ])('of %s is about that request', (action, args) => {
    const call = recorded(args, { action, tool: action, risk: undefined })
    const { file, rule } = made(call, 'deny')
    expect(rule).toContain(`  on: ${action}\n`)
    expect(rule).not.toContain('tools:')
    expect(decided(file, call, args).kind).toBe('deny')
  })
})

describe('what the record cannot say is left out, and said', () => {
  test.each<[why: string, call: RecordedCall, when: string | undefined, said: RegExp]>([
    ['a secret', recorded({ a: 1, key: '[redacted:0123456789ab]' }), '    a: 1\n', /^It holds whatever "key" is: the record/],
    ['a cut value', recorded({}, { arguments: { text: '{"a":1,"text":"abc', truncated: true } }), '    a: 1\n', /^It holds whatever "text" is: the record/],
    ['cut within a name', recorded({}, { arguments: { text: '{"a":1,"te', truncated: true } }), '    a: 1\n', /^The record does not have all/],
    ['nothing recorded', recorded({}, { arguments: undefined }), undefined, /^The record does not have all/],
    ['a long value', recorded({ a: 1, b: 'x'.repeat(5000) }), '    a: 1\n', /^It holds whatever "b" is: its value is too long/],
    ['a long name', recorded({ a: 1, ['x'.repeat(400)]: 1 }), '    a: 1\n', /^It holds whatever "x{60}…" is: its name/],
    ['names that differ in case', recorded({ a: 1, Path: 1, path: 2 }), '    a: 1\n', /^It holds whatever "Path" is: another argument/],
    ['a number without all its digits', recorded({ a: 1, n: { id: 2 ** 60 } }), '    a: 1\n', /^It holds whatever "n" is: it holds a number/],
  ])('%s', (_why, call, when, said) => {
    const { rule, wider } = made(call, 'deny')
    expect(rule.split('  when:\n')[1]).toBe(when)
    expect(wider.some((one) => said.test(one))).toBe(true)
  }) // biome-ignore format: a table

  test.each<[Partial<RecordedCall>, string]>([
    [{ tool: 'a*b' }, 'tool'],
    [{ tool: 'a[b]' }, 'tool'],
    [{ server: ' files' }, 'server'],
    [{ client: '' }, 'client'],
  ])('a name that a rule cannot name: %j', (over, what) => {
    expect(draftRule(recorded({}, over), 'deny')).toEqual({
      ok: false,
      problem: `The name of the ${what} has characters that a rule cannot name exactly.`,
    })
  })
})

describe('whatever the call held', () => {
  test.each(hostileCalls.map((call) => [call.name, call] as const))('%s', (_name, { tool, arguments: args }) => {
    const call = recorded(args as JsonObject, { tool })
    const { file } = made(call, 'deny')
    expect(decided(file, call, args as JsonObject).kind).toBe('deny')
    // What is copied shows what it is: nothing in it acts, hides or turns around.
    expect(file).toMatch(/^[\n\x20-\x7e\p{L}\p{N}\p{P}\p{S}]*$/u)
  })

  test('random arguments come back as they were', () => {
    const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
    const args = fc.dictionary(fc.string({ unit: 'binary', maxLength: 12 }), value, { maxKeys: 5 })
    fc.assert(
      fc.property(args, (some) => {
        const plain = JSON.parse(JSON.stringify(some)) as JsonObject
        const call = recorded(plain)
        const { file } = made(call, 'deny')
        expect(decided(file, call, plain).kind).toBe('deny')
      }),
      { numRuns: 300 },
    )
  })
})
