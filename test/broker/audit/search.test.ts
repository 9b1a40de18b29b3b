// What a filter selects, against a slow second reading of the same words, over random logs that grow meanwhile.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallFilter, everyCall } from '../../../core/audit/call-filter.ts'
import { logRequests } from '../../../core/wire/log-contract.ts'
import { startOfTime } from '../../support/spool-writer.ts'
import { callPlan, createReaderFixture, filter, plan, type ReaderFixture, seeded } from './reader-fixture.ts'
import { naiveSearch } from './reader-naive.ts'

const search = ({ engine }: ReaderFixture, wanted: CallFilter, asOf?: string, offset = 0, limit = 200) => {
  const params = { filter: wanted, offset, limit, ...(asOf !== undefined && { asOf }) }
  const found = engine.request('activity.search', params)
  expect(logRequests['activity.search'].result.parse(found)).toEqual(found)
  return found
}

const names = (calls: readonly { call: string }[]) => calls.map(({ call }) => call).sort()

describe('a search', () => {
  it('finds what a second reading of the filter finds, newest first, also after the log grew', () => {
    fc.assert(
      fc.property(
        fc.array(plan, { minLength: 1, maxLength: 40 }),
        fc.array(plan, { maxLength: 10 }),
        fc.array(filter, { minLength: 10, maxLength: 20 }),
        (first, later, filters) => {
          const log = createReaderFixture()
          log.add(first)
          for (const batch of [[], later]) {
            log.add(batch)
            for (const wanted of filters) {
              const found = search(log, wanted)
              const expected = naiveSearch(log.known, wanted)
              expect(names(found.calls), JSON.stringify(wanted)).toEqual(names(expected))
              expect(found.total).toBe(expected.length)
              const times = found.calls.map(({ receivedAt }) => receivedAt)
              expect(times).toEqual([...times].sort((a, b) => b - a))
            }
          }
        },
      ),
      { numRuns: 40, ...seeded },
    )
  })

  it('sees what became of a call', () => {
    const log = createReaderFixture()
    log.add([callPlan({ end: 'running' }), callPlan({ end: 'denied' })])
    const running: CallFilter = { terms: [{ dimension: 'outcome', values: ['running'] }], words: [] }
    expect(search(log, running).total).toBe(1)
    const [first] = log.known
    if (first) log.answer(first)
    expect(search(log, running).total).toBe(0)
    expect(search(log, { ...everyCall, words: [{ text: 'content' }] }).total).toBe(1)
  })

  it('pages through every call once while others come, with `asOf`', () => {
    fc.assert(
      fc.property(
        fc.array(plan, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        filter,
        (plans, limit, some) => {
          for (const wanted of [everyCall, some]) {
            const log = createReaderFixture()
            log.add(plans)
            const expected = names(naiveSearch(log.known, wanted))
            const { asOf } = search(log, wanted, undefined, 0, limit)
            const seen: string[] = []
            for (let offset = 0; offset < expected.length; offset += limit) {
              log.add([callPlan({ session: 3, at: 5 * 86_400_000 + offset })])
              const page = search(log, wanted, asOf, offset, limit)
              expect(page.total).toBe(expected.length)
              seen.push(...page.calls.map((one) => one.call))
            }
            expect([...seen].sort()).toEqual(expected)
          }
        },
      ),
      { numRuns: 15, ...seeded },
    )
  })

  it('does not name calls that retention took', () => {
    fc.assert(
      fc.property(
        fc.array(plan, { minLength: 1, maxLength: 30 }),
        fc.array(fc.boolean()),
        filter,
        (plans, gone, some) => {
          const log = createReaderFixture()
          log.add(plans)
          for (const wanted of [everyCall, some]) search(log, wanted)
          const left = log.known.filter((_, index) => !gone[index])
          forget(
            log,
            log.known.filter((_, index) => gone[index]).map((one) => one.call),
          )
          log.known.splice(0, log.known.length, ...left)
          log.add([callPlan({ session: 1 })])
          for (const wanted of [everyCall, some]) {
            const found = search(log, wanted)
            expect(names(found.calls)).toEqual(names(naiveSearch(log.known, wanted)))
            expect(found.total).toBe(found.calls.length)
          }
        },
      ),
      { numRuns: 25, ...seeded },
    )
  })

  it('sees calls that nobody told it of', () => {
    const log = createReaderFixture()
    log.add([callPlan({})])
    expect(search(log, everyCall).total).toBe(1)
    log.add([callPlan({ at: 10 })], false)
    expect(search(log, everyCall).total).toBe(2)
  })

  it.each(['', 'x', '-1', '1.5', '99999999999999999999'])('refuses %j as `asOf`', (asOf) => {
    expect(() => search(createReaderFixture(), everyCall, asOf)).toThrow(RangeError)
  })

  it('answers the first page of everything before it has read the log', () => {
    const log = createReaderFixture()
    log.add([callPlan({ at: 1 }), callPlan({ at: 2 })])
    const early = search(log, everyCall, undefined, 0, 1)
    while (!log.engine.load());
    expect(search(log, everyCall, undefined, 0, 1)).toEqual(early)
    expect(early).toMatchObject({ total: 2, calls: [{ call: 'session-0.2' }] })
  })
})

describe('words', () => {
  const odd = ['"', '"*"', 'NEAR(a b)', 'a AND b', '-', '*', 'text:x', '^a', '{a}', '(', '+', '😀', '漢', '𞤀', '\u0000', "'; DROP TABLE call; --", 'e\u0301', 'हिन्दी', 'x'.repeat(300), '"'.repeat(300), 'ﬁ', '\ud800'] // biome-ignore format: one line
  it.each(odd)('takes %j as characters, never as syntax', (text) => {
    const log = createReaderFixture()
    const said = odd.map((one) => callPlan({ said: one }))
    log.add(said)
    for (const exact of [{}, { exact: true as const }]) {
      for (const exclude of [{}, { exclude: true as const }]) {
        const { total } = search(log, { terms: [], words: [{ text, ...exact, ...exclude }] })
        const found = exclude.exclude ? odd.length - total : total
        // A half of a surrogate pair is not in the record: the spool is UTF-8.
        expect(found).toBeGreaterThanOrEqual(text === '\ud800' ? 0 : 1)
      }
    }
  })

  it('finds a secret by the mark that stands for it', () => {
    const log = createReaderFixture({ marks: (text) => (text === 'hunter2' ? '[redacted:0123456789ab]' : undefined) })
    log.add([
      callPlan({ said: 'x [redacted:0123456789ab] y' }),
      callPlan({ said: '[redacted:ffffffffffff]' }),
      callPlan({ said: 'hunter2' }),
    ])
    for (const exact of [{}, { exact: true as const }]) {
      expect(names(search(log, { terms: [], words: [{ text: 'hunter2', ...exact }] }).calls)).toEqual([
        'session-0.1',
        'session-0.3',
      ])
    }
  })

  it('looks at the newest calls only where there are many, and says how far back', () => {
    fc.assert(
      fc.property(
        fc.array(plan, { minLength: 1, maxLength: 40 }),
        fc.array(filter, { minLength: 10, maxLength: 10 }),
        (plans, filters) => {
          const log = createReaderFixture({ limits: { index: 6, texts: 3 } })
          log.add(plans)
          for (const wanted of filters) {
            const { calls, searchedTo, total } = search(log, wanted)
            const all = naiveSearch(log.known, wanted)
            const found = new Set(calls.map((one) => one.call))
            expect(total).toBe(calls.length)
            expect(names(all)).toEqual(expect.arrayContaining([...found]))
            const missed = all.filter((one) => !found.has(one.call))
            if (wanted.words.length === 0) expect(searchedTo).toBeUndefined()
            for (const one of missed) expect(one.at).toBeLessThanOrEqual(searchedTo ?? -1)
          }
        },
      ),
      { numRuns: 25, ...seeded },
    )
  })
})

/** As retention leaves a log, for what the reader can see of it. */
function forget({ db }: ReaderFixture, calls: readonly string[]): void {
  db.transaction(() => {
    db.prepare(`INSERT INTO checkpoint VALUES (1, zeroblob(32), ${startOfTime}, 1, ?, '[]', '')`).run(calls.length)
    for (const one of calls) {
      const [session, part] = one.split('.')
      const id = db
        .prepare('SELECT id FROM call WHERE session = (SELECT id FROM name WHERE text = ?) AND part = ?')
        .pluck()
        .get(session, part)
      db.prepare('DELETE FROM call_text WHERE rowid = ?').run(id)
      db.prepare('DELETE FROM call_event WHERE call = ?').run(id)
      db.prepare('DELETE FROM call WHERE id = ?').run(id)
    }
  })()
}
