// Intercept policies with calls and what Intercept says of each: the expected verdicts are written out, so that neither
// the interpreter beside this nor the importer can be wrong unnoticed.
import type { JsonObject } from '../../../../core/schema/json.ts'
import type { Verdict } from './intercept-interpreter.ts'

/** `at`: seconds after midnight UTC. `stricter`: why ours says more than Intercept. */
export type TableCall = { tool: string; args: JsonObject; theirs: Verdict; at: number; stricter?: string }
export type TableCase = { about: string; policy: string; calls: TableCall[] }

type Extra = { at?: number; stricter?: string }
const calling =
  (theirs: Verdict) =>
  (tool: string, args: JsonObject = {}, { at = 0, stricter }: Extra = {}): TableCall => ({
    tool,
    args,
    theirs,
    at,
    ...(stricter === undefined ? {} : { stricter }),
  })
const allow = calling('allow')
const deny = calling('deny')
const hold = calling('hold')

/** One tool `t` with one condition on `args.x`. */
const one = (op: string, value: string) =>
  `{ version: "1", tools: { t: { rules: [{ name: n, conditions: [{ path: args.x, op: ${op}, value: ${value} }] }] } } }`

const x = (value: JsonObject[string]): JsonObject => ({ x: value })
const spelling = 'a second spelling of the key leaves it open which value the server takes'
const shape = 'a path that leads through another shape cannot be told'

export const table: TableCase[] = [
  {
    about: 'hide and the default of allow',
    policy: 'version: "1"\nhide: [transfer, drop]\ntools:\n  drop: { rules: [] }\n',
    calls: [deny('transfer'), deny('drop', { x: 1 }), allow('other'), allow('transfers'), allow('Transfer')],
  },
  { about: 'hide everything', policy: 'version: "1"\nhide: ["*"]\n', calls: [deny('a'), deny('b')] },
  {
    about: 'default deny lets only what is listed through, and rules of * rescue nothing',
    policy: `version: "1"
default: deny
tools:
  read: { rules: [] }
  write:
  "*": { rules: [{ name: all, conditions: [{ path: args.dry, op: eq, value: true }] }] }
`,
    calls: [
      allow('read', { dry: true }),
      deny('read', { dry: false }),
      deny('read'),
      allow('write', { dry: true }),
      allow('write', { dry: 'true' }),
      deny('delete', { dry: true }),
      deny('Read', { dry: true }),
    ],
  },
  {
    about: 'deny of one tool and of all',
    policy: `version: 1
tools:
  drop: { rules: [{ name: never, action: deny, on_deny: "Not here: # no" }] }
  keep: { rules: [] }
`,
    calls: [deny('drop'), deny('drop', { x: 1 }), allow('keep'), allow('dropped')],
  },
  {
    about: 'deny of all tools',
    policy: 'version: "1"\ntools: { a: { rules: [] }, "*": { rules: [{ name: stop, action: deny }] } }\n',
    calls: [deny('a'), deny('b')],
  },
  {
    about: 'all rules of the tool and of * must pass',
    policy: `version: "1"
tools:
  t:
    rules:
      - { name: one, conditions: [{ path: args.a, op: eq, value: yes }] }
      - { name: two, action: evaluate, conditions: [{ path: args.b, op: gte, value: 2 }] }
  "*": { rules: [{ name: all, conditions: [{ path: args.c, op: exists, value: true }] }] }
`,
    calls: [
      allow('t', { a: 'yes', b: 2, c: 0 }),
      deny('t', { a: 'no', b: 2, c: 0 }),
      deny('t', { a: 'yes', b: 1, c: 0 }),
      deny('t', { a: 'yes', b: 2 }),
      deny('t', { a: 'yes', b: 2, c: null }),
      allow('u', { c: false }),
      deny('u', { a: 'yes', b: 2 }),
    ],
  },
  {
    about: 'eq with a number takes the text that Go prints for it',
    policy: one('eq', '5'),
    calls: [
      allow('t', x(5)),
      allow('t', x('5')),
      deny('t', x(6)),
      deny('t', x('5.0')),
      deny('t', x(null)),
      deny('t', x(true)),
      deny('t', x([5])),
      deny('t', x({ y: 5 })),
      deny('t'),
      deny('t', { X: 5 }),
      allow('t', { x: 5, X: 6 }, { stricter: spelling }),
    ],
  },
  {
    about: 'eq with a text',
    policy: one('eq', 'main'),
    calls: [
      allow('t', x('main')),
      deny('t', x('Main')),
      deny('t', x(' main')),
      deny('t', x(['main'])),
      deny('t', x(1)),
      deny('t'),
    ],
  },
  {
    about: 'eq with texts that are also other things',
    policy: `version: "1"
tools:
  n: { rules: [{ name: n, conditions: [{ path: args.x, op: eq, value: "12" }] }] }
  b: { rules: [{ name: b, conditions: [{ path: args.x, op: eq, value: "true" }] }] }
  z: { rules: [{ name: z, conditions: [{ path: args.x, op: eq, value: "<nil>" }] }] }
  l: { rules: [{ name: l, conditions: [{ path: args.x, op: eq, value: "[a b]" }] }] }
  m: { rules: [{ name: m, conditions: [{ path: args.x, op: eq, value: "1000000" }] }] }
  e: { rules: [{ name: e, conditions: [{ path: args.x, op: eq, value: "1e+06" }] }] }
`,
    calls: [
      allow('n', x('12')),
      allow('n', x(12)),
      deny('n', x('012')),
      allow('b', x(true)),
      allow('b', x('true')),
      deny('b', x(false)),
      allow('z', x(null)),
      allow('z', x('<nil>')),
      deny('z'),
      allow('l', x('[a b]')),
      allow('l', x(['a', 'b']), { stricter: 'a list that only prints like the text is not the text' }),
      deny('l', x(['a'])),
      deny('m', x(1000000)),
      allow('m', x('1000000')),
      allow('e', x(1000000), { stricter: 'how Go prints large numbers is not relied on' }),
      allow('e', x('1e+06')),
    ],
  },
  {
    about: 'eq with null, which a missing value is too',
    policy: one('eq', 'null'),
    calls: [allow('t', x(null)), allow('t', x('<nil>')), deny('t', x('null')), deny('t', x(0)), deny('t')],
  },
  {
    about: 'eq with lists and maps',
    policy: `version: "1"
tools:
  l: { rules: [{ name: l, conditions: [{ path: args.x, op: eq, value: [a, 1] }] }] }
  m: { rules: [{ name: m, conditions: [{ path: args.x, op: eq, value: { b: 1, a: x } }] }] }
  f: { rules: [{ name: f, conditions: [{ path: args.x, op: eq, value: [1000000] }] }] }
`,
    calls: [
      allow('l', x(['a', 1])),
      allow('l', x(['a', '1']), { stricter: 'only the same JSON is the same list' }),
      deny('l', x(['a', 2])),
      deny('l', x('a')),
      allow('m', x({ a: 'x', b: 1 })),
      deny('m', x({ a: 'x' })),
      deny('f', x([1000000])),
    ],
  },
  {
    about: 'neq must be stopped by everything that may be the same',
    policy: one('neq', '5'),
    calls: [
      deny('t', x(5)),
      deny('t', x('5')),
      allow('t', x(6)),
      allow('t', x('five')),
      allow('t', x(null)),
      allow('t', x([5])),
      deny('t'),
      allow('t', { x: 6, X: 5 }, { stricter: spelling }),
    ],
  },
  {
    about: 'neq with texts that are also other things',
    policy: `version: "1"
tools:
  n: { rules: [{ name: n, conditions: [{ path: args.x, op: neq, value: "1e+06" }] }] }
  b: { rules: [{ name: b, conditions: [{ path: args.x, op: neq, value: "false" }] }] }
  l: { rules: [{ name: l, conditions: [{ path: args.x, op: neq, value: "[a b]" }] }] }
  m: { rules: [{ name: m, conditions: [{ path: args.x, op: neq, value: "map[a:1]" }] }] }
  v: { rules: [{ name: v, conditions: [{ path: args.x, op: neq, value: [a, b] }] }] }
`,
    calls: [
      deny('n', x(1000000)),
      deny('n', x('1e+06')),
      allow('n', x(1000001)),
      deny('b', x(false)),
      deny('b', x('false')),
      allow('b', x(true)),
      deny('l', x(['a', 'b'])),
      deny('l', x(['a b'])),
      allow('l', x(['c']), { stricter: 'any list may print like the text' }),
      allow('l', x('a b')),
      deny('m', x({ a: 1 })),
      allow('m', x({ a: 2 }), { stricter: 'any map may print like the text' }),
      allow('m', x('a')),
      deny('v', x(['a', 'b'])),
      deny('v', x(['a b'])),
      deny('v', x('[a b]')),
      allow('v', x('a')),
    ],
  },
  {
    about: 'in',
    policy: one('in', '[usd, EUR, 7, "8", true]'),
    calls: [
      allow('t', x('usd')),
      allow('t', x('EUR')),
      deny('t', x('eur')),
      allow('t', x(7)),
      allow('t', x('7')),
      allow('t', x(8)),
      allow('t', x('8')),
      allow('t', x('true')),
      deny('t', x(['usd'])),
      deny('t', x(null)),
      deny('t'),
    ],
  },
  { about: 'in with nothing to be in', policy: one('in', '[]'), calls: [deny('t', x('a')), deny('t'), allow('u')] },
  {
    about: 'not_in',
    policy: one('not_in', '[admin, 0, null]'),
    calls: [
      deny('t', x('admin')),
      deny('t', x(0)),
      deny('t', x('0')),
      deny('t', x(null)),
      deny('t', x('<nil>')),
      allow('t', x('Admin')),
      allow('t', x(1)),
      allow('t', x(['admin'])),
      deny('t'),
    ],
  },
  {
    about: 'not_in with nothing to be in asks that the argument is there',
    policy: one('not_in', '[]'),
    calls: [allow('t', x('a')), allow('t', x(null)), deny('t')],
  },
  {
    about: 'the order of numbers',
    policy: `version: "1"
tools:
  lt: { rules: [{ name: n, conditions: [{ path: args.x, op: lt, value: 10 }] }] }
  lte: { rules: [{ name: n, conditions: [{ path: args.x, op: lte, value: 10 }] }] }
  gt: { rules: [{ name: n, conditions: [{ path: args.x, op: gt, value: -1.5 }] }] }
  gte: { rules: [{ name: n, conditions: [{ path: args.x, op: gte, value: 0.1 }] }] }
`,
    calls: [
      allow('lt', x(9.99)),
      deny('lt', x(10)),
      deny('lt', x('9')),
      deny('lt', x(null)),
      deny('lt'),
      allow('lte', x(10)),
      deny('lte', x(10.001)),
      deny('lte', x([1])),
      allow('gt', x(-1.49)),
      deny('gt', x(-1.5)),
      allow('gte', x(0.1)),
      deny('gte', x(0.09)),
      deny('gte', x(true)),
    ],
  },
  {
    about: 'several conditions on one argument and on several',
    policy: `version: "1"
tools:
  pay:
    rules:
      - name: safe
        conditions:
          - { path: args.amount, op: gt, value: 0 }
          - { path: args.amount, op: lte, value: 500 }
          - { path: args.amount, op: neq, value: 13 }
          - { path: args.amount, op: neq, value: 17 }
          - { path: args.currency, op: in, value: [usd, eur] }
`,
    calls: [
      allow('pay', { amount: 500, currency: 'usd' }),
      deny('pay', { amount: 0, currency: 'usd' }),
      deny('pay', { amount: 501, currency: 'usd' }),
      deny('pay', { amount: 13, currency: 'usd' }),
      deny('pay', { amount: 17, currency: 'eur' }),
      deny('pay', { amount: 5, currency: 'gbp' }),
      deny('pay', { amount: 5 }),
      deny('pay', { currency: 'usd' }),
      deny('pay', { amount: '5', currency: 'usd' }),
    ],
  },
  {
    about: 'regex searches anywhere in a text',
    policy: `version: "1"
tools:
  a: { rules: [{ name: n, conditions: [{ path: args.x, op: regex, value: "^feat/[a-z]+$" }] }] }
  b: { rules: [{ name: n, conditions: [{ path: args.x, op: regex, value: 'ev\\.com' }] }] }
  c: { rules: [{ name: n, conditions: [{ path: args.x, op: regex, value: "" }] }] }
`,
    calls: [
      allow('a', x('feat/login')),
      deny('a', x('feat/Login')),
      deny('a', x('xfeat/login')),
      deny('a', x('feat/login\n')),
      deny('a', x(5)),
      deny('a'),
      allow('b', x('https://ev.com/x')),
      deny('b', x('https://evXcom')),
      deny('b', x(['ev.com'])),
      allow('c', x('')),
      allow('c', x('anything')),
      deny('c', x(1)),
      deny('c'),
    ],
  },
  {
    about: 'contains looks into texts and lists',
    policy: `version: "1"
tools:
  s: { rules: [{ name: n, conditions: [{ path: args.x, op: contains, value: test }] }] }
  n: { rules: [{ name: n, conditions: [{ path: args.x, op: contains, value: 4 }] }] }
  t: { rules: [{ name: n, conditions: [{ path: args.x, op: contains, value: "4" }] }] }
  e: { rules: [{ name: n, conditions: [{ path: args.x, op: contains, value: "" }] }] }
`,
    calls: [
      allow('s', x('a test')),
      deny('s', x('a Test')),
      allow('s', x(['a', 'test'])),
      deny('s', x(['a test'])),
      deny('s', x({ test: 1 })),
      deny('s'),
      deny('n', x('1234')),
      allow('n', x([4])),
      allow('n', x(['4'])),
      deny('n', x(4)),
      allow('t', x('1234')),
      allow('t', x([4])),
      allow('t', x(['4'])),
      deny('t', x([44])),
      allow('e', x('')),
      allow('e', x('a')),
      allow('e', x(['']), { stricter: 'an empty element of a list cannot be asked for' }),
      deny('e', x([])),
    ],
  },
  {
    about: 'exists takes null for absent',
    policy: `version: "1"
tools:
  yes: { rules: [{ name: n, conditions: [{ path: args.x, op: exists, value: true }] }] }
  no: { rules: [{ name: n, conditions: [{ path: args.x, op: exists, value: false }] }] }
  deep: { rules: [{ name: n, conditions: [{ path: args.a.x, op: exists, value: false }] }] }
`,
    calls: [
      allow('yes', x(0)),
      allow('yes', x('')),
      deny('yes', x(null)),
      deny('yes'),
      deny('no', x(0)),
      deny('no', x('')),
      allow('no', x(null)),
      allow('no'),
      allow('no', { X: 1 }, { stricter: spelling }),
      allow('deep', { a: {} }),
      allow('deep', { a: null }),
      allow('deep', { a: 'text' }, { stricter: shape }),
      allow('deep', { a: [1] }, { stricter: shape }),
      deny('deep', { a: { x: 1 } }),
    ],
  },
  {
    about: 'paths are keys of objects, whatever they are called',
    policy: `version: "1"
tools:
  deep: { rules: [{ name: n, conditions: [{ path: args.a.b.c, op: eq, value: ok }] }] }
  index: { rules: [{ name: n, conditions: [{ path: args.items.0, op: eq, value: ok }] }] }
  word: { rules: [{ name: n, conditions: [{ path: args.not, op: eq, value: ok }, { path: args.any.all, op: eq, value: ok }] }] }
  odd: { rules: [{ name: n, conditions: [{ path: 'args.a-b[0].**', op: eq, value: ok }, { path: "args.$", op: eq, value: ok }] }] }
`,
    calls: [
      allow('deep', { a: { b: { c: 'ok' } } }),
      deny('deep', { a: { b: 'ok' } }),
      deny('deep', { a: [{ b: { c: 'ok' } }] }),
      deny('deep', { 'a.b.c': 'ok' }),
      deny('deep', { a: null }),
      deny('index', { items: ['ok'] }),
      allow('index', { items: { 0: 'ok' } }),
      allow('word', { not: 'ok', any: { all: 'ok' } }),
      deny('word', { not: 'no', any: { all: 'ok' } }),
      allow('odd', { 'a-b[0]': { '**': 'ok' }, $: 'ok' }),
      deny('odd', { 'a-b': ['ok'], $: 'ok' }),
    ],
  },
  {
    about: 'rate_limit counts allowed calls, in windows that begin with the minute',
    policy: `version: "1"
tools:
  send:
    rules:
      - { name: rate, rate_limit: 2/minute }
      - { name: to, conditions: [{ path: args.to, op: eq, value: me }] }
`,
    calls: [
      allow('send', { to: 'me' }, { at: 30 }),
      deny('send', { to: 'you' }, { at: 31 }),
      allow('send', { to: 'me' }, { at: 40 }),
      deny('send', { to: 'me' }, { at: 50 }),
      allow('other', {}, { at: 50 }),
      allow('send', { to: 'me' }, { at: 61, stricter: 'our window rolls: two calls lie in the last minute' }),
      allow('send', { to: 'me' }, { at: 91 }),
      allow('send', { to: 'me' }, { at: 101 }),
      deny('send', { to: 'me' }, { at: 102 }),
    ],
  },
  {
    about: 'windows of an hour and a day',
    policy: `version: "1"
tools:
  h: { rules: [{ name: rate, rate_limit: 1/hour }] }
  d: { rules: [{ name: rate, rate_limit: 1/day }] }
`,
    calls: [
      allow('h', {}, { at: 10 }),
      deny('h', {}, { at: 3599 }),
      allow('h', {}, { at: 3611 }),
      allow('d', {}, { at: 7200 }),
      deny('d', {}, { at: 86_399 }),
      allow('d', {}, { at: 86_400, stricter: 'our day is the last 24 hours' }),
      allow('d', {}, { at: 93_601 }),
    ],
  },
  {
    about: 'a counter of * counts all tools, and does not count what it denies',
    policy: `version: "1"
tools:
  a: { rules: [{ name: mine, rate_limit: 2/minute }] }
  b: { rules: [{ name: never, action: deny }] }
  "*": { rules: [{ name: all, rate_limit: 3/minute }] }
`,
    calls: [allow('a'), deny('b'), allow('a'), deny('a'), allow('c'), deny('d'), deny('a'), allow('a', {}, { at: 60 })],
  },
  {
    about: 'a default of deny with a counter of *',
    policy: `version: "1"
default: deny
tools:
  a: { rules: [] }
  b: { rules: [{ name: mine, rate_limit: 1/minute }] }
  "*": { rules: [{ name: all, rate_limit: 2/minute }] }
`,
    calls: [deny('c'), allow('b'), deny('b'), allow('a'), deny('a'), deny('c')],
  },
  {
    about: 'lt leaves room for one less than lte',
    policy: `version: "1"
tools:
  lt: { rules: [{ name: n, state: { counter: c, window: hour }, conditions: [{ path: state.lt.c, op: lt, value: 2 }] }] }
  lte: { rules: [{ name: n, state: { counter: c, window: hour }, conditions: [{ path: state.lte.c, op: lte, value: 2 }] }] }
  zero: { rules: [{ name: n, state: { counter: c, window: hour }, conditions: [{ path: state.zero.c, op: lt, value: 1 }] }] }
  minus: { rules: [{ name: n, state: { counter: c, window: hour }, conditions: [{ path: state.minus.c, op: lte, value: -1 }] }] }
  half: { rules: [{ name: n, state: { counter: c, window: hour }, conditions: [{ path: state.half.c, op: lte, value: 1.5 }] }] }
`,
    calls: [
      allow('lt'),
      deny('lt'),
      allow('lte'),
      allow('lte'),
      deny('lte'),
      deny('zero'),
      deny('minus'),
      allow('half'),
      deny('half'),
    ],
  },
  {
    about: 'increment counts by more than one',
    policy: `version: "1"
tools:
  t:
    rules:
      - name: n
        state: { counter: c, window: hour, increment: 3 }
        conditions: [{ path: state.t.c, op: lte, value: 7 }, { path: args.ok, op: eq, value: true }]
`,
    calls: [
      deny('t'),
      allow('t', { ok: true }),
      deny('t', { ok: false }),
      allow('t', { ok: true }),
      deny('t', { ok: true }),
    ],
  },
  {
    about: 'increment_from adds an argument up',
    policy: `version: "1"
tools:
  charge:
    rules:
      - name: daily
        on_deny: Daily spending cap reached
        state: { counter: daily.spend, window: day, increment_from: args.amount.cents }
        conditions: [{ path: state.charge.daily.spend, op: lte, value: 100 }]
`,
    calls: [
      allow('charge', { amount: { cents: 60 } }),
      deny('charge', { amount: { cents: 41 } }),
      deny('charge'),
      deny('charge', { amount: 10 }),
      deny('charge', { amount: { cents: '10' } }),
      deny('charge', { amount: { cents: null } }),
      allow('charge', { amount: { cents: -50 } }, { stricter: 'a negative amount could buy back what was used' }),
      allow('charge', { amount: { cents: 40.5 } }, { stricter: 'Intercept cuts 40.5 to 40' }),
      allow('charge', { amount: { cents: 40 } }),
      allow('charge', { amount: { cents: 0 } }),
      deny('charge', { amount: { cents: 1 } }),
    ],
  },
  {
    about: 'a counter without a bound of its own counts nothing, but its argument must be a number',
    policy: `version: "1"
tools:
  t:
    rules:
      - name: n
        state: { counter: c, window: hour, increment_from: args.n }
        conditions: [{ path: args.ok, op: eq, value: true }]
  u: { rules: [{ name: n, state: { counter: c, window: hour }, conditions: [{ path: args.ok, op: eq, value: true }] }] }
`,
    calls: [
      allow('t', { ok: true, n: 5 }),
      deny('t', { ok: true }),
      deny('t', { ok: true, n: 'five' }),
      deny('t', { ok: false, n: 5 }),
      allow('u', { ok: true }),
      deny('u'),
    ],
  },
  {
    about: 'counters of other tools, and comparisons other than lt and lte',
    policy: `version: "1"
tools:
  a: { rules: [{ name: n, rate_limit: 5/hour }] }
  b: { rules: [{ name: n, conditions: [{ path: state.a._rate_hour, op: lt, value: 2 }] }] }
  c: { rules: [{ name: n, state: { counter: c, window: hour }, conditions: [{ path: state.c.c, op: neq, value: 3 }] }] }
`,
    calls: [
      allow('a'),
      allow('b', {}, { stricter: 'a counter of another tool cannot be asked about' }),
      allow('a'),
      deny('b'),
      allow('c', {}, { stricter: 'a counter can only be bounded' }),
    ],
  },
  {
    about: 'a bound in another rule than the counter',
    policy: `version: "1"
tools:
  t:
    rules:
      - { name: counts, state: { counter: c, window: hour }, conditions: [{ path: state.t.c, op: lte, value: 9 }] }
      - { name: bound, conditions: [{ path: state.t.c, op: lt, value: 2 }] }
`,
    calls: [allow('t'), allow('t', {}, { stricter: 'Intercept looks before it counts the call' })],
  },
  {
    about: 'require_approval with conditions and without',
    policy: `version: "1"
tools:
  pay:
    rules:
      - { name: big, action: require_approval, approval_timeout: 30m, conditions: [{ path: args.amount, op: gt, value: 100 }] }
      - { name: most, conditions: [{ path: args.amount, op: lte, value: 1000 }] }
  drop: { rules: [{ name: ask, action: require_approval, on_deny: Ask first }] }
  tag: { rules: [{ name: ask, action: require_approval, conditions: [{ path: args.x, op: eq, value: "[a b]" }] }] }
`,
    calls: [
      allow('pay', { amount: 100 }),
      hold('pay', { amount: 101 }),
      deny('pay', { amount: 1001 }),
      deny('pay', { amount: '500' }),
      deny('pay'),
      hold('drop'),
      hold('tag', x(['a', 'b'])),
      hold('tag', x('[a b]')),
      allow('tag', x(['c']), { stricter: 'any list may print like the text' }),
      allow('tag', x('c')),
    ],
  },
  {
    about: 'approvals and counters share what Intercept keeps as one number',
    policy: `version: "1"
tools:
  pay:
    rules:
      - { name: big, action: require_approval, conditions: [{ path: args.amount, op: gt, value: 100 }] }
      - { name: rate, rate_limit: 4/hour }
`,
    calls: [
      allow('pay', { amount: 1 }),
      hold('pay', { amount: 200 }),
      allow('pay', { amount: 1 }),
      allow('pay', { amount: 1 }, { stricter: 'half of the counter is kept for calls with approval' }),
      hold('pay', { amount: 200 }),
      deny('pay', { amount: 1 }),
    ],
  },
  {
    about: 'a counter too small to share makes every call ask, and those count for the other counters too',
    policy: `version: "1"
tools:
  t:
    rules:
      - { name: few, rate_limit: 1/minute }
      - { name: some, rate_limit: 2/hour }
      - { name: big, action: require_approval, conditions: [{ path: args.x, op: gt, value: 9 }] }
  "*": { rules: [{ name: all, rate_limit: 6/day }] }
`,
    calls: [
      allow('t', {}, { stricter: 'one call cannot be shared' }),
      deny('t', {}, { at: 1 }),
      allow('t', {}, { at: 60, stricter: 'a part of the daily calls is all that is left for such calls' }),
      allow('u', {}, { at: 120 }),
      hold('t', x(10), { at: 120, stricter: 'a part of the daily calls is all that is left for such calls' }),
    ],
  },
  {
    about: 'a counter too small to share makes the tool ask, and the other counters of the tool count those calls',
    policy: `version: "1"
tools:
  t:
    rules:
      - { name: few, rate_limit: 1/minute }
      - { name: some, rate_limit: 2/hour }
      - { name: big, action: require_approval, conditions: [{ path: args.x, op: gt, value: 9 }] }
`,
    calls: [
      allow('t', {}, { stricter: 'one call cannot be shared' }),
      allow('t', {}, { at: 60, stricter: 'one call cannot be shared' }),
      deny('t', {}, { at: 120 }),
      deny('t', {}, { at: 3540 }),
      hold('t', x(10), { at: 3720 }),
    ],
  },
  {
    about: 'where every call asks, one rule counts them all',
    policy: `version: "1"
tools:
  t: { rules: [{ name: ask, action: require_approval }, { name: rate, rate_limit: 2/hour }] }
`,
    calls: [hold('t'), hold('t')],
  },
  {
    about: 'names that are patterns to us are exact to Intercept',
    policy: `version: "1"
hide: ["list_*"]
tools:
  "get[1]": { rules: [{ name: n, action: deny }] }
`,
    calls: [
      deny('list_*'),
      allow('list_all', {}, { stricter: 'the name is a pattern here' }),
      deny('get[1]'),
      allow('get(1)', {}, { stricter: '? stands for a character our names cannot hold' }),
      allow('get1'),
    ],
  },
  {
    about: 'under a default of deny such names are left out',
    policy: 'version: "1"\ndefault: deny\ntools: { "get_*": { rules: [] }, get: { rules: [] } }\n',
    calls: [
      allow('get'),
      deny('get_all'),
      allow('get_*', {}, { stricter: 'a pattern would let more through than the name' }),
    ],
  },
]
