// What the events of a call say beside its summary.
import { expect, it } from 'vitest'
import { actionOf, limitsOf, limitWords, parsedRecord, wholeHashes } from '../../renderer/features/activity/recorded.ts'
import { detailOf } from './gallery/call-details.ts'
import { calls } from './gallery/fixtures.ts'

const [summary] = calls
if (summary === undefined) throw new Error('The gallery has no calls.')
const plain = detailOf(summary)
const decided = (data: Record<string, unknown>) => ({
  ...plain,
  events: plain.events.map((event) => (event.type === 'call.decided' ? { ...event, data } : event)),
})

it('takes the method from the summary, else from the events', () => {
  expect(actionOf({ ...plain, summary: { ...summary, action: 'prompts/get' } })).toBe('prompts/get')
  expect(actionOf(decided({ action: 'resources/read' }))).toBe('resources/read')
  expect(actionOf(decided({ decision: 'hold' }))).toBeUndefined()
})

it('takes the limits of the last decision, and none of what cannot be read', () => {
  const limit = { rule: { id: 'r', file: 'a.yaml' }, amount: 1200, state: 'reserved' }
  expect(limitsOf(decided({ limits: [limit] }))).toEqual([limit])
  expect(limitsOf(decided({ limits: [{ ...limit, state: 'lent' }] }))).toEqual([])
  expect(limitsOf(decided({}))).toEqual([])
  expect(limitsOf({ events: [] })).toEqual([])
})

it.each([
  ['reserved', '1,200 counted'],
  ['exhausted', 'Used up: no room for this'],
  ['uncounted', 'Nobody could count, which is the same as used up'],
] as const)('%s: %s', (state, words) => {
  expect(limitWords({ rule: { id: 'r', file: 'a.yaml' }, amount: 1200, state })).toBe(words)
})

it('takes the hashes of what is not recorded whole, and none of what cannot be read', () => {
  const [a, b, c] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)]
  const excerpt = (sha256?: string) => ({ text: '{}', bytes: 2, truncated: true, ...(sha256 ? { sha256 } : {}) })
  const events = [
    { type: 'call.decided', data: { arguments: excerpt(a), argumentsHash: b } },
    { type: 'call.forwarded', data: { call: 'x', edited: { argumentsHash: c, arguments: excerpt() } } },
    { type: 'call.answered', data: { result: { text: 1 } } },
  ].map((event, seq) => ({ ...event, seq, at: 0, hash: '' }))
  expect(wholeHashes({ events })).toEqual({ arguments: a, edited: c, result: undefined })
  expect(wholeHashes(decided({ argumentsHash: b })).arguments).toBe(b)
  expect(wholeHashes({ events: [] })).toEqual({ arguments: undefined, edited: undefined, result: undefined })
})

it.each([
  ['{"a":[1]}', false, { value: { a: [1] } }],
  ['null', false, { value: null }],
  ['not JSON', false, undefined],
  ['{}', true, undefined],
])('reads %j, cut %j', (text, truncated, value) => {
  expect(parsedRecord({ text, truncated })).toEqual(value)
})
