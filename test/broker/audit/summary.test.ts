// The counts beside the table: by value and over time, against a slow second reading, and the figures of the overview.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnStart, columnWidth } from '../../../broker/audit/histogram.ts'
import { middle } from '../../../broker/audit/middle.ts'
import { type CallFilter, everyCall, facets } from '../../../core/audit/call-filter.ts'
import { logRequests } from '../../../core/wire/log-contract.ts'
import { sample, startOfTime } from '../../support/spool-writer.ts'
import { callPlan, createReaderFixture, filter, now, plan, type ReaderFixture, seeded } from './reader-fixture.ts'
import { naiveFacets, naiveSearch } from './reader-naive.ts'

const hour = 3_600_000
const day = 24 * hour

const summary = ({ engine }: ReaderFixture, wanted: CallFilter, values = 100, columns = 40) => {
  const found = engine.request('activity.summary', { filter: wanted, columns, values })
  expect(logRequests['activity.summary'].result.parse(found)).toEqual(found)
  return found
}

describe('a summary', () => {
  it('counts each value as it would be with its facet’s own terms left out', () => {
    fc.assert(
      fc.property(
        fc.array(plan, { maxLength: 40 }),
        fc.array(filter, { minLength: 10, maxLength: 20 }),
        (plans, filters) => {
          const log = createReaderFixture()
          log.add(plans)
          for (const wanted of filters) {
            const { total, facets: counted } = summary(log, wanted)
            expect(total).toBe(naiveSearch(log.known, wanted).length)
            const expected = naiveFacets(log.known, wanted)
            for (const facet of facets) {
              const { values, more } = counted[facet]
              const found = Object.fromEntries(
                values.filter(({ count }) => count > 0).map(({ value, count }) => [value, count]),
              )
              expect(found, `${facet} of ${JSON.stringify(wanted)}`).toEqual(expected[facet])
              expect(more).toBe(0)
              const counts = values.map(({ count }) => count)
              expect(counts).toEqual([...counts].sort((a, b) => b - a))
            }
          }
        },
      ),
      { numRuns: 30, ...seeded },
    )
  })

  it('tells the most frequent values, those that are chosen, and how many it left out', () => {
    const log = createReaderFixture()
    const tools = ['a', 'a', 'a', 'b', 'b', 'c', 'd']
    log.add(tools.map((tool) => callPlan({ tool })))
    const chosen: CallFilter = { terms: [{ dimension: 'tool', values: ['d', 'none', 'a*'] }], words: [] }
    expect(summary(log, chosen, 2).facets.tool).toEqual({
      values: [
        { value: 'a', count: 3 },
        { value: 'b', count: 2 },
        { value: 'd', count: 1 },
        { value: 'none', count: 0 },
      ],
      more: 1,
    })
  })

  it('puts each call into the column of its time and outcome', () => {
    fc.assert(
      fc.property(
        fc.array(plan, { minLength: 1, maxLength: 40 }),
        filter,
        fc.integer({ min: 8, max: 60 }),
        (plans, wanted, columns) => {
          const log = createReaderFixture()
          log.add(plans)
          const { histogram } = summary(log, wanted, 10, columns)
          const { start, columnMs, counts } = histogram
          const expected: Record<string, number[]> = {}
          const calls = naiveSearch(log.known, wanted)
          const length = Object.values(counts)[0]?.length ?? 0
          for (const call of calls) {
            expected[call.outcome] ??= Array.from({ length }, () => 0)
            const column = Math.floor((call.at - start) / columnMs)
            const row = expected[call.outcome] ?? []
            row[column] = (row[column] ?? Number.NaN) + 1
          }
          expect(counts).toEqual(expected)
          expect(length).toBeLessThanOrEqual(columns + 1)
          expect(columnStart(start, columnMs)).toBe(start)
          if (calls.length > 0) expect(start).toBeLessThanOrEqual(wanted.from ?? Math.min(...calls.map(({ at }) => at)))
        },
      ),
      { numRuns: 40, ...seeded },
    )
  })

  it('shows the whole range that was asked for, also where nothing is', () => {
    const log = createReaderFixture()
    log.add([callPlan({})])
    const { histogram } = summary(log, { ...everyCall, from: startOfTime - 2 * day, to: startOfTime + 2 * day })
    const { start, columnMs, counts } = histogram
    const length = counts['allowed-by-rule']?.length ?? 0
    expect(start).toBeLessThanOrEqual(startOfTime - 2 * day)
    expect(start + length * columnMs).toBeGreaterThanOrEqual(startOfTime + 2 * day)
    expect(summary(createReaderFixture(), everyCall)).toMatchObject({ total: 0, histogram: { counts: {} } })
  })
})

it.each([
  [10_000, 10, 1_000],
  [60_000, 60, 1_000],
  [hour, 60, 60_000],
  [day, 48, hour / 2],
  [7 * day, 100, 2 * hour],
  [90 * day, 100, day],
  [3_000 * day, 100, 91 * day],
  [100_000 * day, 10, 28 * 364 * day],
])('columns over %i ms, at most %i of them, are %i ms wide', (span, columns, width) => {
  expect(columnWidth(span, columns)).toBe(width)
})

it('begins columns of an hour and a day on the local clock', () => {
  const t = new Date(2026, 6, 14, 15, 42, 7).getTime()
  expect(columnStart(t, day)).toBe(new Date(2026, 6, 14).getTime())
  expect(columnStart(t, hour)).toBe(new Date(2026, 6, 14, 15).getTime())
  expect(columnStart(t, hour / 2)).toBe(new Date(2026, 6, 14, 15, 30).getTime())
})

describe('the overview', () => {
  it('counts today, what was held and refused, the servers of the week and each of the last hours', () => {
    const log = createReaderFixture()
    const midnight = new Date(now).setHours(0, 0, 0, 0)
    const today = Math.max(0, midnight - startOfTime)
    log.add([
      callPlan({ at: today, end: 'refused' }),
      callPlan({ at: today + 1, end: 'waiting', session: 1 }),
      callPlan({ at: today + 2, end: 'allowed', session: 1 }),
      callPlan({ at: today - 1, end: 'refused' }),
    ])
    const found = log.engine.request('activity.overview', {})
    expect(logRequests['activity.overview'].result.parse(found)).toEqual(found)
    expect(found).toMatchObject({
      ...{ today: 3, held: 2, refused: 1 },
      servers: [
        { server: 'files', calls: 2 },
        { server: 'git', calls: 2 },
      ],
    })
    expect(found.hours).toHaveLength(24)
    const inDay = log.known.filter(({ at }) => at >= now - day).length
    expect(found.hours.reduce((sum, count) => sum + count, 0)).toBe(inDay)
  })

  it('takes the median of the answers that people gave within the week', () => {
    const log = createReaderFixture()
    log.add([callPlan({ end: 'waiting' }), callPlan({ end: 'waiting' }), callPlan({ end: 'waiting' })])
    const broker = log.writer('broker-1')
    for (const [index, { by, after }] of [
      { by: 'desktop', after: 4_000 },
      { by: 'headless:1', after: 6_001 },
      { by: 'policy', after: 90_000 },
    ].entries()) {
      const call = `session-0.${index + 1}`
      broker.append('approval.opened', sample.opened(call, 'session-0'), now - day)
      broker.append('approval.decided', sample.approval(call, 'session-0', 'approved', { by }), now - day + after)
    }
    log.engine.changed(log.ingest.ingestAll().calls)
    expect(log.engine.request('activity.overview', {}).medianAnswerMs).toBe(5_001)
  })
})

describe('the figures', () => {
  it('sum up the calls of the days asked for', () => {
    const log = createReaderFixture()
    log.add([
      callPlan({ end: 'allowed' }),
      callPlan({ at: 3 * day, end: 'refused' }),
      callPlan({ at: 3 * day, end: 'waiting' }),
    ])
    const { seq, hash } = log.db.prepare('SELECT seq, lower(hex(hash)) AS hash FROM event ORDER BY seq DESC').get() as {
      seq: number
      hash: string
    }
    expect(log.engine.figures({ days: 2 })).toMatchObject({
      since: now - 2 * day,
      calls: { refused: 1, waiting: 1 },
      held: { calls: 1, p50Ms: 2_500, p95Ms: 2_500, longestMs: 2_500 },
      answered: { calls: 0 },
      database: { calls: 3, events: seq, oldest: startOfTime },
      head: { seq, hash },
    })
    expect(log.engine.figures({ days: 30 })).toMatchObject({
      answered: { calls: 1, p50Ms: 3.5 },
      calls: { 'allowed-by-rule': 1 },
    })
  })

  it.each([
    [[], 0.5, undefined],
    [[7], 0.95, 7],
    [[3, 1], 0.5, 2],
    [[5, 3, 1, 4, 2], 0.5, 3],
    [[100, 0], 0.95, 95],
  ])('the middle of %j at %d is %s', (values, share, expected) => {
    expect(middle(Float64Array.from(values), share)).toBe(expected)
  })

  it('take the same middle as sorting would', () => {
    const some = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(some, fc.constantFrom(0, 0.25, 0.5, 0.95, 1), (values, share) => {
        const sorted = [...values].sort((a, b) => a - b)
        const at = (sorted.length - 1) * share
        const [low = 0, high = 0] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
        expect(middle(Float64Array.from(values), share)).toBeCloseTo(low + (high - low) * (at - Math.floor(at)))
      }),
      seeded,
    )
  })
})
