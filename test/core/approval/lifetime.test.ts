// When a remembered approval ends, on clocks of people in several places.
import { describe, expect, test } from 'vitest'
import { type GrantLifetime, lifetimeTerms, lifetimeWords } from '../../../core/approval/lifetime.ts'

const at = (text: string): number => Date.parse(text)
/** Minutes to add to local time to get UTC, all year round. */
const always = (minutes: number) => () => minutes
/** Central Europe in 2027: summer from 28 March 01:00 UTC to 31 October 01:00 UTC. */
const berlin = (moment: number): number =>
  moment >= at('2027-03-28T01:00Z') && moment < at('2027-10-31T01:00Z') ? -120 : -60

/** Cairo in 2027: the clocks go from 00:00 to 01:00 on 30 April, and from 24:00 to 23:00 on 28 October. */
const cairo = (moment: number): number =>
  moment >= at('2027-04-29T22:00Z') && moment < at('2027-10-28T21:00Z') ? -180 : -120

const hour = 3_600_000

const ends: [why: string, lifetime: GrantLifetime, now: string, zone: (at: number) => number, end: string][] = [
  ['an hour is 60 minutes', 'hour', '2027-01-10T10:20:30.123Z', always(0), '2027-01-10T11:20:30.123Z'],
  ['a session has at most 8 hours', 'session', '2027-01-10T10:20:30.123Z', always(0), '2027-01-10T18:20:30.123Z'],
  ['a day ends at midnight', 'day', '2027-01-10T10:20:00Z', always(0), '2027-01-11T00:00:00Z'],
  ['at the midnight of the people, east', 'day', '2027-01-10T10:20:00Z', always(-330), '2027-01-10T18:30:00Z'],
  ['at the midnight of the people, west', 'day', '2027-01-10T06:20:00Z', always(480), '2027-01-10T08:00:00Z'],
  ['on the day that it is there already', 'day', '2027-01-10T20:00:00Z', always(-600), '2027-01-11T14:00:00Z'],
  ['midnight an hour away is that midnight', 'day', '2027-01-10T23:00:00Z', always(0), '2027-01-11T00:00:00Z'],
  ['nearer, it is an hour', 'day', '2027-01-10T23:00:00.001Z', always(0), '2027-01-11T00:00:00.001Z'],
  ['at midnight it is the whole day', 'day', '2027-01-11T00:00:00Z', always(0), '2027-01-12T00:00:00Z'],
  ['a day of 23 hours', 'day', '2027-03-28T00:30:00Z', berlin, '2027-03-28T22:00:00Z'],
  ['a day that begins at 01:00', 'day', '2027-04-29T12:00:00Z', cairo, '2027-04-29T22:00:00Z'],
  ['a day that ends after its last hour came twice', 'day', '2027-10-28T12:00:00Z', cairo, '2027-10-28T22:00:00Z'],
  ['in that hour, the second time', 'day', '2027-10-28T21:30:00Z', cairo, '2027-10-28T22:30:00Z'],
  ['a day of 25 hours', 'day', '2027-10-30T22:30:00Z', berlin, '2027-10-31T23:00:00Z'],
] // biome-ignore format: a table
test.each(ends)('%s', (_why, lifetime, now, zoneOffset, end) => {
  const terms = lifetimeTerms(lifetime, { now: at(now), zoneOffset })
  expect(new Date(terms.endsAt).toISOString()).toBe(new Date(end).toISOString())
  expect(terms.idleMs).toBe(lifetime === 'session' ? hour : undefined)
})

describe('words', () => {
  const clock = { now: at('2027-01-10T10:20:00Z'), zoneOffset: always(-330) }
  test.each([
    ['session', 'Until this session of the client is over, at the latest 8 hours from your answer, and earlier if it is not used for 1 hour. It ends when Countersign quits, too.'],
    ['hour', 'For 60 minutes from your answer. It ends when Countersign quits, too.'],
    ['day', 'Until the next midnight, or for 1 hour from your answer where midnight is nearer; now that means until 00:00. It ends when Countersign quits, too.'],
    ['always', 'Until the rule is taken out of the policy file again, also after Countersign was restarted.'],
  ] as const)('%s says its end', (lifetime, words) => {
    expect(lifetimeWords(lifetime, clock)).toBe(words)
  }) // biome-ignore format: a table

  test('a day that would be over in minutes says when its hour is', () => {
    const late = { now: at('2027-01-10T18:12:00Z'), zoneOffset: always(-330) }
    expect(lifetimeWords('day', late)).toContain('until 00:42.')
  })
})
