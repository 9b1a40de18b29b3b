// Times in words.
import { expect, it } from 'vitest'
import { rowTime } from '../../renderer/features/activity/log-row.tsx'
import { ago, countdown, duration } from '../../renderer/ui/time.ts'

const now = new Date(2026, 10, 20, 14, 0, 0).getTime()

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
  [rowTime(now - 120_000, now), '2 min ago'],
  [rowTime(now - 3_600_000, now), '13:00:00'],
  [rowTime(new Date(2026, 10, 19, 23, 59, 58).getTime(), now), 'Nov 19 23:59'],
  [rowTime(new Date(2025, 0, 2, 3, 4, 5).getTime(), now), 'Jan 2 2025'],
])('%s', (actual, expected) => {
  expect(actual).toBe(expected)
})
