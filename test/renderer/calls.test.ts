// Live changes in the list of recent calls, and times in words.
import { describe, expect, it } from 'vitest'
import type { CallSummary } from '../../core/wire/ui-contract.ts'
import { type CallFilter, countNew, matches, mergeCalls } from '../../renderer/features/activity/calls.ts'
import { ago, countdown, duration } from '../../renderer/ui/time.ts'

const call = (id: string, receivedAt: number, part: Partial<CallSummary> = {}): CallSummary => ({
  call: id,
  session: 's',
  client: 'cursor',
  server: 'filesystem',
  tool: 'write_file',
  outcome: 'approved',
  receivedAt,
  ...part,
})
const every: CallFilter = { text: '', outcome: 'all' }
const ids = (calls: readonly CallSummary[]) => calls.map((item) => item.call)

describe('mergeCalls', () => {
  const shown = [call('c', 30), call('b', 20)]
  it('adds new calls on top and renews known ones in place', () => {
    expect(ids(mergeCalls(shown, [call('d', 40)], every, false))).toEqual(['d', 'c', 'b'])
    expect(mergeCalls(shown, [call('b', 20, { outcome: 'expired' })], every, false)[1]?.outcome).toBe('expired')
  })
  it('leaves calls beyond the loaded pages to those pages', () => {
    expect(ids(mergeCalls(shown, [call('a', 10)], every, false))).toEqual(['c', 'b'])
    expect(ids(mergeCalls(shown, [call('a', 10)], every, true))).toEqual(['c', 'b', 'a'])
  })
  it('drops what no longer matches the filter', () => {
    const waiting: CallFilter = { text: '', outcome: 'waiting' }
    const list = [call('x', 1, { outcome: 'waiting' })]
    expect(mergeCalls(list, [call('x', 1)], waiting, true)).toEqual([])
  })
  it('counts only new rows that match', () => {
    expect(
      countNew(shown, [call('c', 30), call('d', 40), call('e', 50, { tool: 'move' })], { ...every, text: 'WRITE' }),
    ).toBe(1)
  })
  it('matches tool, server and client', () => {
    expect(['write', 'FILES', 'curs', 'github'].map((text) => matches(call('a', 1), { ...every, text }))).toEqual([
      true,
      true,
      true,
      false,
    ])
  })
})

it.each([
  [countdown(0), '0:00'],
  [countdown(-5), '0:00'],
  [countdown(59_001), '1:00'],
  [countdown(3_723_000), '1:02:03'],
  [duration(0.2), '<1 ms'],
  [duration(999), '999 ms'],
  [duration(1_349), '1.3 s'],
  [duration(125_000), '2 min 5 s'],
  [ago(0, 9_000), 'just now'],
  [ago(0, 59_999), '59 s ago'],
  [ago(0, 86_400_000), '1 day ago'],
])('%s', (actual, expected) => {
  expect(actual).toBe(expected)
})
