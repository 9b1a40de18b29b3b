// A past call explained by the policy of then, from the log alone.
import { expect, it } from 'vitest'
import { getCall } from '../../broker/audit/query.ts'
import { explainCall } from '../../broker/explain-call.ts'
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import { sample, sha256 } from '../support/spool-writer.ts'
import { createLog } from './audit/log-fixture.ts'

type Decided = AuditEventData<'call.decided'>

const policy = `version: 1
rules:
  # Keys are nobody's business.
  - id: no-keys
    tools: [write_file]
    when: { path: { glob: "**/*.key" } }
    effect: deny
  - id: inside
    tools: [write_file]
    when: { path: { inside: [./] } }
    effect: allow

  - id: ask
    tools: ["*"]
    limit: { max: 2, per: 1h, then: deny }
    effect: require-approval
`

const ref = { id: 'no-keys', file: 'files.yaml', line: 4 }
const denied = (over: Partial<Decided> = {}): Partial<Decided> => ({
  ...{ decision: 'deny', source: 'rule', rules: [ref], reason: 'denied by rule no-keys', revision: 'r1' },
  ...args({ path: 'a/b.key' }),
  ...over,
})
const args = (value: object): Pick<Decided, 'arguments'> => {
  const text = JSON.stringify(value)
  return { arguments: { text, bytes: text.length, truncated: false } }
}

function explained(over: Partial<Decided>, text = policy) {
  const log = createLog()
  const broker = log.writer('broker-1')
  broker.append('policy.text', { sha256: sha256(text), text })
  const texts = [
    { file: 'files.yaml', status: 'ok' as const, sha256: sha256(text) },
    { file: 'other.yaml', status: 'broken' as const, denies: ['mail'], problem: 'it is no YAML' },
  ]
  broker.append('policy.published', { revision: 'r1', files: ['files.yaml'], problems: [], texts })
  const proxy = log.writer('s')
  proxy.append('session.started', sample.started())
  proxy.append('call.decided', sample.decided('s.1', over))
  log.ingest.ingestAll()
  const detail = getCall(log.db, 's.1')
  if (!detail) throw new Error('the call is not in the log')
  return explainCall(log.db, detail, '/home/ada')
}

it('names the rule as it was written then, and what it saw', () => {
  const found = explained(denied())
  expect(found).toMatchObject({
    state: 'explained',
    doubts: ['Paths are read as they are written; links on the disk of then are not on record.'],
  })
  if (found.state !== 'explained') return
  expect(found.rules).toEqual([
    {
      rule: ref,
      text: '  - id: no-keys\n    tools: [write_file]\n    when: { path: { glob: "**/*.key" } }\n    effect: deny',
    },
  ])
  expect(found.trace[0]).toEqual({ depth: 0, text: 'no-keys decides: deny beats require-approval, which beats allow.' })
  expect(found.trace).toContainEqual({ depth: 0, text: 'no-keys: deny (files.yaml, line 4): held', holds: 'yes' })
  expect(found.trace.filter(({ depth }) => depth === 2).map(({ holds }) => holds)).toContain('yes')
})

it('says it where the record cannot carry the same decision', () => {
  const other = explained(denied(args({ path: 'a/b.txt' })))
  expect(other).toMatchObject({ state: 'explained' })
  expect(other.state === 'explained' && other.doubts.at(-1)).toMatch(
    /^Judged again it would be held .* then it was denied/,
  )
})

it.each([
  [
    'cut arguments',
    { arguments: { text: '{"path":"a/b', bytes: 99_999, truncated: true } },
    'The record of the arguments was cut where it was long, so the conditions cannot be judged again.',
  ],
  [
    'redacted arguments',
    args({ path: 'a/b.key', token: '[redacted:0123456789ab]' }),
    'Secrets in the arguments are not on record: a condition that looks at one may see something else now.',
  ],
])('doubts with %s', (_, over, doubt) => {
  const found = explained(denied(over))
  expect(found.state === 'explained' && found.doubts).toContain(doubt)
  expect(found.state === 'explained' && found.rules).toHaveLength(1)
})

it('takes a limit that was used up as used up', () => {
  const rule = { id: 'ask', file: 'files.yaml', line: 13 }
  const limits = [{ rule, amount: 1, state: 'exhausted' as const }]
  const found = explained({
    ...{ decision: 'deny', source: 'rule', rules: [rule], reason: 'used up', revision: 'r1', tool: 'other', limits },
    ...args({}),
  })
  expect(found.state === 'explained' && found.doubts).toEqual([])
  expect(found.state === 'explained' && found.trace.map(({ text }) => text).join('\n')).toContain('taken as used up')
})

it('a file that could not be used then denies what it governed then', () => {
  const over = denied({ source: 'broken-file', rules: [], ...args({}) })
  const found = explained(over, 'rules: 7')
  expect(found.state === 'explained' && found.trace[0]?.text).toMatch(/^files\.yaml cannot be used, so it denies/)
})

it.each<[string, Partial<Decided>, RegExp]>([
  ['an unknown revision', denied({ revision: 'gone' }), /revision gone\) is not on record/],
  ['no policy', denied({ revision: 'none', source: 'no-policy', reason: 'nothing published' }), /nothing published/],
  ['a refused session', denied({ source: 'session-refused' }), /refused everything of this session/],
])('cannot explain %s, and says why', (_, over, problem) => {
  expect(explained(over)).toEqual({ state: 'unknown', problem: expect.stringMatching(problem) })
})

it('says the whole rule, however many empty lines stand in it', () => {
  const empty = '\n'.repeat(20_000)
  const text = policy.replace('    effect: deny\n', `${empty}    effect: deny\n  # The next one.\n\n`)
  const found = explained(denied(), text)
  expect(found.state === 'explained' && found.rules[0]?.text).toBe(
    `  - id: no-keys\n    tools: [write_file]\n    when: { path: { glob: "**/*.key" } }\n${empty}    effect: deny`,
  )
})
