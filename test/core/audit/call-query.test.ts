// The query language of the explorer and the command line: what each part means, what is said about mistakes, that every
// selection has a text that reads back as itself, and that edits leave the rest alone.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallFilter, callFilter, dimensions, everyCall } from '../../../core/audit/call-filter.ts'
import { formatQuery, knownValues, parseQuery } from '../../../core/audit/call-query.ts'
import { queryParts, withoutTerm, withRange, withTerm } from '../../../core/audit/query-edit.ts'
import { readTime, writeTime } from '../../../core/audit/query-time.ts'

/** Local time on a fixed day. */
const now = new Date(2026, 10, 20, 14, 5, 6, 7).getTime()
const local = (month: number, day: number, ...time: [number?, number?, number?, number?]) =>
  new Date(2026, month - 1, day, ...(time as [number])).getTime()
const read = (text: string) => parseQuery(text, now)
const filterOf = (part: Partial<CallFilter>): CallFilter => ({ ...everyCall, ...part })

describe('what parts mean', () => {
  it.each<[string, Partial<CallFilter>]>([
    ['', {}],
    ['   ', {}],
    ['outcome:refused', { terms: [{ dimension: 'outcome', values: ['refused'] }] }],
    ['client:cursor,claude', { terms: [{ dimension: 'client', values: ['cursor', 'claude'] }] }],
    ['-tool:read_*', { terms: [{ dimension: 'tool', values: ['read_*'], exclude: true }] }],
    ['rule:"files/write"', { terms: [{ dimension: 'rule', values: ['files/write'] }] }],
    ['by:desktop', { terms: [{ dimension: 'decided-by', values: ['desktop'] }] }],
    ['decided-by:headless:abc', { terms: [{ dimension: 'decided-by', values: ['headless:abc'] }] }],
    [
      'rule:none -by:none',
      {
        terms: [
          { dimension: 'rule', values: [''] },
          { dimension: 'decided-by', values: [''], exclude: true },
        ],
      },
    ],
    ['rule:"none"', { terms: [{ dimension: 'rule', values: ['none'] }] }],
    ['server:none', { terms: [{ dimension: 'server', values: ['none'] }] }],
    ['Risk:Destructive', { terms: [{ dimension: 'risk', values: ['destructive'] }] }],
    ['outcome:"Allowed by rule"', { terms: [{ dimension: 'outcome', values: ['allowed-by-rule'] }] }],
    [
      'outcome:denied',
      {
        terms: [
          {
            dimension: 'outcome',
            values: ['denied-by-rule', 'denied-by-default', 'denied-policy-broken', 'denied-lockdown'],
          },
        ],
      },
    ],
    [
      'client:a client:b',
      {
        terms: [
          { dimension: 'client', values: ['a'] },
          { dimension: 'client', values: ['b'] },
        ],
      },
    ],
    ['client:a, b', { terms: [{ dimension: 'client', values: ['a'] }], words: [{ text: 'b' }] }],
    ['client:"a,b","c ""d"""', { terms: [{ dimension: 'client', values: ['a,b', 'c "d"'] }] }],
    ['plain words', { words: [{ text: 'plain' }, { text: 'words' }] }],
    [
      '-word "exact words" -"not these"',
      {
        words: [
          { text: 'word', exclude: true },
          { text: 'exact words', exact: true },
          { text: 'not these', exact: true, exclude: true },
        ],
      },
    ],
    ['--force', { words: [{ text: '--force' }] }],
    ['text:"--force --all"', { words: [{ text: '--force --all' }] }],
    ['https://example.com/a,b C:\\Users', { words: [{ text: 'https://example.com/a,b' }, { text: 'C:\\Users' }] }],
    ['"C:\\Users\\new"', { words: [{ text: 'C:\\Users\\new', exact: true }] }],
    ['"a\\u{202e}b"', { words: [{ text: 'a\u202eb', exact: true }] }],
    ['from:2026-11-19', { from: local(11, 19) }],
    ['to:2026-11-19', { to: local(11, 20) }],
    ['from:2026-10 to:2026-10', { from: local(10, 1), to: local(11, 1) }],
    ['to:2026-11-19T14:30', { to: local(11, 19, 14, 30) }],
    ['from:"2026-11-19 14:30:05"', { from: local(11, 19, 14, 30, 5) }],
    ['from:2026-11-19T14:30:05.25', { from: local(11, 19, 14, 30, 5, 250) }],
    ['from:2026-11-19T14:30Z', { from: Date.UTC(2026, 10, 19, 14, 30) }],
    ['from:2026-11-19T14:30+05:30', { from: Date.UTC(2026, 10, 19, 9, 0) }],
    ['from:2h', { from: now - 7_200_000 }],
    ['from:7d to:30m', { from: now - 7 * 86_400_000, to: now - 1_800_000 }],
    ['from:today', { from: local(11, 20) }],
    ['from:yesterday to:yesterday', { from: local(11, 19), to: local(11, 20) }],
    ['to:now', { to: now }],
    ['from:9:30', { from: local(11, 20, 9, 30) }],
    ['from:@1234', { from: 1234 }],
  ])('%s', (text, part) => {
    expect(read(text)).toEqual({ filter: filterOf(part), problems: [] })
  })
})

describe('mistakes', () => {
  it.each<[string, string, RegExp, string | undefined, Partial<CallFilter>]>([
    ['serverr:github x', 'serverr:github', /“serverr”/, 'server:github', { words: [{ text: 'x' }] }],
    ['-clent:a', '-clent:a', /“clent”/, '-client:a', {}],
    ['since:2h', 'since:2h', /“since”/, 'from:2h', {}],
    ['TypeError:x', 'TypeError:x', /in quotes/, '"TypeError:x"', {}],
    [
      'outcome:refusd,approved',
      'refusd',
      /no outcome “refusd”/,
      'refused',
      { terms: [{ dimension: 'outcome', values: ['approved'] }] },
    ],
    ['risk:banana', 'banana', /There are: read, unknown/, undefined, {}],
    ['tool:', 'tool:', /Nothing follows “tool:”/, undefined, {}],
    ['client:,,', 'client:,,', /Nothing follows/, undefined, {}],
    ['a -', '-', /Nothing follows the minus/, undefined, { words: [{ text: 'a' }] }],
    ['a "b', '"b', /no end/, '"b"', { words: [{ text: 'a' }, { text: 'b', exact: true }] }],
    ['""', '""', /nothing in these quotes/, undefined, {}],
    ['text:a,b', 'text:a,b', /one value/, undefined, {}],
    ['from:soon', 'from:soon', /takes a moment/, undefined, {}],
    ['from:2026-02-30', 'from:2026-02-30', /takes a moment/, undefined, {}],
    ['to:25:00', 'to:25:00', /takes a moment/, undefined, {}],
    ['-from:2h', '-from:2h', /minus/, 'from:2h', {}],
    ['from:@1 from:@2', 'from:@2', /twice/, undefined, { from: 1 }],
    ['from:@2 to:@2', 'from:@2 to:@2', /ends before it begins/, undefined, { from: 2, to: 2 }],
    [`x ${'y'.repeat(301)}`, 'y'.repeat(301), /longer than 300/, undefined, { words: [{ text: 'x' }] }],
  ])('%s', (text, where, message, suggestion, part) => {
    const { filter, problems } = read(text)
    expect(problems).toHaveLength(1)
    const [problem] = problems
    expect(text.slice(problem?.at, (problem?.at ?? 0) + (problem?.length ?? 0))).toBe(where)
    expect(problem?.message).toMatch(message)
    expect(problem?.suggestion).toBe(suggestion)
    expect(filter).toEqual(filterOf(part))
  })

  it('leaves out what is too much, and says so', () => {
    const words = read(Array.from({ length: 21 }, (_, i) => `w${i}`).join(' '))
    expect([words.filter.words.length, words.problems.length]).toEqual([20, 1])
    const terms = read(Array.from({ length: 51 }, (_, i) => `tool:t${i}`).join(' '))
    expect([terms.filter.terms.length, terms.problems.length]).toEqual([50, 1])
    const values = read(`tool:${Array.from({ length: 51 }, (_, i) => `t${i}`).join(',')}`)
    expect([values.filter.terms[0]?.values.length, values.problems.length]).toEqual([50, 1])
  })

  it('are told for any text, without an exception, and the rest is a valid filter', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('-', '"', ':', ',', ' ', 'tool:', 'from:', '\\u{', '}', 'none', '@9', 'outcome:', '""'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const { filter, problems } = read(text)
        expect(callFilter.safeParse(filter).success).toBe(true)
        for (const { at, length } of problems) expect(at >= 0 && at + length <= text.length).toBe(true)
        expect(read(formatQuery(filter)).filter).toEqual(filter)
      }),
    )
  })
})

const anyText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('-', '"', ':', ',', ' ', '\\', 'u{41}', 'a', 'none', '/', '\n', '\u202e'),
    minLength: 1,
    maxLength: 8,
  }),
)
const flag = fc.constantFrom({}, { exclude: true as const })
const anyTerm = fc.constantFrom(...dimensions).chain((dimension) => {
  const known = knownValues[dimension]
  const value = known === undefined ? fc.oneof(anyText, fc.constantFrom('', 'none', 'NONE')) : fc.constantFrom(...known)
  return fc
    .record({ values: fc.array(value, { minLength: 1, maxLength: 4 }), flag })
    .map(({ values, flag: exclude }) => ({ dimension, values, ...exclude }))
})
const anyWord = fc
  .record({ text: anyText, exact: fc.constantFrom({}, { exact: true as const }), flag })
  .map(({ text, exact, flag: exclude }) => ({ text, ...exact, ...exclude }))
const anyTime = fc.oneof(
  fc.maxSafeNat(),
  fc.nat({ max: 4_102_444_800 }).map((seconds) => seconds * 1000),
  fc.nat({ max: 20_000 }).map((days) => new Date(1970, 0, 2 + days).getTime()),
)
const anyFilter: fc.Arbitrary<CallFilter> = fc
  .record({
    terms: fc.array(anyTerm, { maxLength: 4 }),
    words: fc.array(anyWord, { maxLength: 4 }),
    from: fc.option(anyTime),
    to: fc.option(anyTime),
  })
  .map(({ terms, words, from, to }) => ({
    terms,
    words,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  }))

describe('the text of a filter', () => {
  it('reads back as the filter, without a problem, whenever it is read', () => {
    fc.assert(
      fc.property(anyFilter, fc.nat({ max: 4_102_444_800_000 }), (filter, then) => {
        const text = formatQuery(filter)
        const { filter: again, problems } = parseQuery(text, then)
        expect(again).toEqual(filter)
        expect(problems.filter(({ message }) => !message.includes('before it begins'))).toEqual([])
        // Nothing in it hides or reorders.
        expect(text.replaceAll(' ', '')).not.toMatch(/[\p{C}\p{Z}]/u)
      }),
    )
  })

  it.each([
    [filterOf({ from: local(11, 19), to: local(11, 20) }), 'from:2026-11-19 to:2026-11-19'],
    [
      filterOf({ from: local(11, 19, 14, 30), to: local(11, 20, 9, 0, 1) }),
      'from:2026-11-19T14:30 to:2026-11-20T09:00:01',
    ],
    [filterOf({ words: [{ text: 'a b' }, { text: '-x' }, { text: 'y', exclude: true }] }), 'text:"a b" text:"-x" -y'],
    [filterOf({ terms: [{ dimension: 'decided-by', values: ['', 'none', 'a b'] }] }), 'by:none,"none","a b"'],
  ])('is short: %j', (filter, text) => {
    expect(formatQuery(filter)).toBe(text)
  })
})

describe('a moment', () => {
  it.each(['from', 'to'] as const)('as %s, written and read, is itself', (end) => {
    fc.assert(
      fc.property(anyTime, (at) => {
        expect(readTime(writeTime(at, end), end, now)).toBe(at)
      }),
    )
  })
})

describe('edits', () => {
  it.each([
    ['', 'client:cursor'],
    ['  some  words ', 'some words client:cursor'],
    ['client:zed x', 'client:zed,cursor x'],
    ['client:zed, x', 'client:zed,cursor x'],
    ['-client:cursor', 'client:cursor'],
    ['-client:cursor,zed', '-client:zed client:cursor'],
    ['client:cursor', 'client:cursor'],
    ['open "quote', 'open "quote" client:cursor'],
    ['wrong: client:', 'wrong: client: client:cursor'],
  ])('choose cursor in %j', (text, expected) => {
    expect(withTerm(text, { dimension: 'client', value: 'cursor' })).toBe(expected)
  })

  it.each([
    [
      'outcome:denied',
      { dimension: 'outcome', value: 'denied-by-rule' } as const,
      'outcome:denied-by-default,denied-policy-broken,denied-lockdown',
    ],
    ['rule:none,"none" x', { dimension: 'rule', value: '' } as const, 'rule:"none" x'],
    ['rule:none,"none"', { dimension: 'rule', value: 'none' } as const, 'rule:none'],
    ['by:a decided-by:"a"', { dimension: 'decided-by', value: 'a' } as const, ''],
    ['-tool:read_* tool:x', { dimension: 'tool', value: 'read_*' } as const, 'tool:x'],
  ])('take out of %j', (text, { dimension, value }, expected) => {
    expect(withoutTerm(text, dimension, value)).toBe(expected)
  })

  it('exclude in the place of choosing, take out a whole dimension', () => {
    expect(withTerm('tool:a,b c', { dimension: 'tool', value: 'a', exclude: true })).toBe('tool:b c -tool:a')
    expect(withTerm('c', { dimension: 'rule', value: '', exclude: true })).toBe('c -rule:none')
    expect(withoutTerm('tool:a x -tool:b', 'tool')).toBe('x')
  })

  it('set a range', () => {
    expect(withRange('from:2h a To:today', { from: local(11, 19), to: local(11, 20) })).toBe(
      'a from:2026-11-19 to:2026-11-19',
    )
    expect(withRange('a', { from: '24h' })).toBe('a from:24h')
    expect(withRange('a from:2h', {})).toBe('a')
  })

  it('tell what is left without each part', () => {
    expect(queryParts('client:a "b c" x')).toEqual([
      { part: 'client:a', without: '"b c" x' },
      { part: '"b c"', without: 'client:a x' },
      { part: 'x', without: 'client:a "b c"' },
    ])
  })

  it('change nothing else', () => {
    fc.assert(
      fc.property(anyFilter, anyTerm, fc.boolean(), (filter, { dimension, values }, exclude) => {
        const [value = ''] = values
        const { filter: after } = read(withTerm(formatQuery(filter), { dimension, value, exclude }))
        const others = (all: CallFilter) => all.terms.filter((term) => term.dimension !== dimension)
        expect({ ...after, terms: others(after) }).toEqual({ ...filter, terms: others(filter) })
        const own = after.terms.filter((term) => term.dimension === dimension)
        const has = (side: boolean) =>
          own.some((term) => (term.exclude ?? false) === side && term.values.includes(value))
        expect([has(exclude), has(!exclude)]).toEqual([true, false])
        expect(read(withoutTerm(formatQuery(after), dimension)).filter).toEqual({ ...filter, terms: others(filter) })
      }),
    )
  })
})
