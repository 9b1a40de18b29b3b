// What the events of a call say beside its summary.
import { expect, it } from 'vitest'
import { actionOf, limitsOf, limitWords } from '../../renderer/features/activity/recorded.ts'
import { calls, detailOf } from './gallery/fixtures.ts'

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
