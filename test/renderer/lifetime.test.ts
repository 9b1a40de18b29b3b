// The words of a permission's end are a promise: nothing lasts longer than they say.
import { describe, expect, it } from 'vitest'
import { lifetimeWords, nextEnd } from '../../renderer/features/grants/lifetime.ts'
import { dayTime, endTime } from '../../renderer/ui/day-time.ts'

/** Local time on a fixed day. */
const at = (hours: number, minutes = 0, seconds = 0, day = 20) =>
  new Date(2026, 10, day, hours, minutes, seconds).getTime()
const now = at(14, 12)
const hour = 3_600_000

const grant = { kind: 'remembered', madeAt: at(14), expiresAt: at(15) } as const
const session = { ...grant, session: 's-1', expiresAt: at(22), idleMs: hour } as const

describe('the words of an end', () => {
  it.each([
    ['an hour', grant, 'Until 15:00'],
    [
      'an hour that ends within a minute, named by the next full one',
      { ...grant, expiresAt: at(15, 0, 1) },
      'Until 15:01',
    ],
    ['a day, to midnight', { ...grant, expiresAt: at(0, 0, 0, 21) }, 'Until midnight'],
    ['a day, begun shortly before midnight', { ...grant, expiresAt: at(0, 40, 0, 21) }, 'Until 00:40 tomorrow'],
    ['a session, not used yet', session, 'Until its session ends, 22:00 at the latest, or after 1 hour unused: 15:00'],
    [
      'a session, used just now',
      { ...session, lastUsedAt: at(14, 11, 30) },
      'Until its session ends, 22:00 at the latest, or after 1 hour unused: 15:12',
    ],
    [
      'a session whose last end comes before its rest could',
      { ...session, lastUsedAt: at(21, 30) },
      'Until its session ends, 22:00 at the latest',
    ],
    [
      'a single use',
      { ...grant, kind: 'once', session: 's-1', expiresAt: at(14, 20) },
      'Until the next identical call, the end of its session, or 14:20',
    ],
  ] as const)('%s', (_, of, words) => {
    expect(lifetimeWords(of, now)).toBe(words)
  })

  it.each([
    ['from its making while it is not used', session, { at: at(15), of: hour }],
    ['from its last use', { ...session, lastUsedAt: at(14, 10) }, { at: at(15, 10), of: hour }],
    ['to its last end', { ...session, lastUsedAt: at(21, 30) }, { at: at(22), of: 8 * hour }],
  ] as const)('counts %s', (_, of, end) => {
    expect(nextEnd(of)).toEqual(end)
  })
})

describe('a time of day', () => {
  it.each([
    [at(9, 5), '09:05'],
    [at(9, 5, 59), '09:05'],
    [at(23, 59, 0, 19), '23:59 yesterday'],
    [at(7, 0, 0, 25), '07:00 on 2026-11-25'],
  ])('%s', (moment, words) => {
    expect(dayTime(moment, now)).toBe(words)
  })

  it('of an end that is on the next day only by rounding is that day', () => {
    expect(endTime(at(23, 59, 30), now)).toBe('midnight')
  })
})
