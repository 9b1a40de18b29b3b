// The JSON Schema that editors use agrees with the reader of policies: what it underlines is an error, and what it cannot
// see is listed here.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { parsePath } from '../../../core/policy/argument-path.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { policyJsonSchema } from '../../../core/schema/policy-text.ts'
import { operators } from '../../../core/schema/policy-words.ts'

const folder = path.join(import.meta.dirname, '../../../policies')
const schema = JSON.parse(readFileSync(path.join(folder, 'policy.schema.json'), 'utf8'))
const valid = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

const schemaTakes = (text: string) => valid(parseYaml(text, { logLevel: 'error' }))
const readerTakes = (text: string) => parsePolicyText(text, 'p.yaml').diagnostics.length === 0

const file = (lines: string) => `version: 1\n${lines}`
const rule = (fields: string) => file(`rules: [{ id: r, effect: deny, tools: x, ${fields} }]`)
const holding = (fields: string) => file(`rules: [{ id: r, effect: require-approval, tools: x, ${fields} }]`)
const allowing = (fields: string) => file(`rules: [{ id: r, effect: allow, tools: x, ${fields} }]`)
const on = (fields: string) => file(`rules: [{ id: r, effect: deny, on: resources/read, ${fields} }]`)
const when = (conditions: string) => rule(`when: ${conditions}`)
const tests = (entry: string) =>
  file(`rules: [{ id: r, effect: allow, tools: x, limit: { max: 1, per: 1h } }]\ntests: [${entry}]`)

test('the file is what the sources make it', () => expect(schema).toEqual(policyJsonSchema()))

describe('the policies we ship', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.ya?ml$/.test(name) && !name.startsWith('catalogue'),
  )
  test('are found', () => expect(files).toEqual(expect.arrayContaining(['baseline.yaml', 'demo.yaml'])))
  test.each(files)('%s is valid, and its first line leads editors to the schema', (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8')
    expect(schemaTakes(text)).toBe(true)
    const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? []
    expect(path.join(folder, path.dirname(name), named)).toBe(path.join(folder, 'policy.schema.json'))
  })
})

const good: string[] = [
  'version: 1',
  file('name: GitHub'),
  file('server: github'),
  file('server: [github, "git*"]'),
  file('default: allow'),
  file('default: { read: allow, "*": require-approval }'),
  file('rules: []'),
  file('tests: []'),
  rule('reason: Because.'),
  rule('server: a, client: [b, "c*"], risk: [write, money]'),
  rule('risk: read'),
  rule('hide: true'),
  rule('hide: true, server: a, client: b, reason: c, redact: d'),
  rule('redact: [a.b, "a[0].b", "a[*]", "$.any"]'),
  rule('on: tools/call'),
  rule('on: [tools/call]'),
  on('reason: x'),
  on('when: { uri: { starts_with: "file:" } }, redact: uri, client: a'),
  file('rules: [{ id: r, effect: deny, on: [sampling/createMessage, elicitation/create] }]'),
  file('rules: [{ id: r, effect: require-approval, on: prompts/get, approval: { timeout: 5m } }]'),
  holding('approval: { timeout: 5m }'),
  holding('approval: { confirm: os-auth }'),
  holding('approval: { timeout: 7d, confirm: type-name }'),
  holding('limit: { max: 5, per: 1h, then: deny }'),
  holding('limit: { max: 5, per: 1h, then: deny }, approval: { confirm: click }'),
  allowing('limit: { max: 0, per: 30s }'),
  allowing('limit: { max: 20, per: 1d, by: client }'),
  allowing('limit: { max: 20, per: 1d, by: [client, server, tool, session], then: deny }'),
  allowing('limit: { max: 99.5, per: 1d, sum: "items[*].price" }'),
  allowing('limit: { max: 20, per: 1h }, approval: { confirm: type-name }'),
  allowing('limit: { max: 20, per: 1h, then: require-approval }, approval: { timeout: 1m }'),
  when('{ a: x, b: 5, c: false }'),
  when('{ a: { equals: null }, b: { not_equals: { c: [1] } } }'),
  when('{ a: { in: [1, x, null] }, b: { not_in: [[1]] } }'),
  when('{ a: { gt: 1, gte: 1.5, lt: 9, lte: 8 } }'),
  when('{ a: { contains: x }, b: { contains: 5 } }'),
  when('{ a: { starts_with: x, ends_with: y, glob: "x*?y" } }'),
  when('{ a: { exists: true }, b: { exists: false } }'),
  when('{ a: { matches: "^ghp_[A-Za-z0-9]{36}$" } }'),
  when('{ a: { length: 3 }, b: { length: { gt: 1, in: [2, 3] } } }'),
  when('{ a: { type: string }, b: { type: "null" } }'),
  when('{ a: { inside: "~/code" }, b: { outside: ["/a", ".", "~"] } }'),
  when('{ a: { host: api.example.com }, b: { host: [a.example, GitHub.com, bücher.example] } }'),
  when(
    '{ a: { host: { glob: "*.example.com", starts_with: api., ends_with: .com, matches: "^a", not_in: [b.example] } } }',
  ),
  when('{ a: { host: ["::1", "[2001:db8::1]", 127.0.0.1] } }'),
  when('{ a: { host: { glob: "*.Example.com" } } }'),
  when('{ a: { command: git }, b: { command: [git, ls] } }'),
  when('{ a: { command: { not_in: [rm], glob: "*", matches: "^g", equals: ./run.sh } } }'),
  when('{ "**": { matches: x }, "a.**": y, "a[0].b": 1, \'a["x.y"]\': 2, \'$["a b"]\': 3, $.not: 4, $x: 5 }'),
  when('{ any: [{ a: 1 }, { b: 2, c: 3 }] }'),
  when('{ all: [{ not: { a: 1 } }], not: { any: [{ a: 1 }] }, any: [{ b: 1 }], c: 2 }'),
  rule('unless: { not: { a: { exists: true } } }'),
  tests('{ call: x, expect: allow }'),
  tests(
    '{ name: Once, call: { tool: x, arguments: { a: [1, null] }, server: s, client: c }, expect: hold, rule: r, exhausted: r }',
  ),
  tests('{ call: { tool: x }, expect: hold, exhausted: [r] }'),
  tests('{ call: { on: resources/read, params: { uri: "file:///x" }, server: s }, expect: deny }'),
  tests('{ call: { on: prompts/get, params: { name: x, arguments: { a: b } } }, expect: deny }'),
  tests('{ call: { on: sampling/createMessage }, expect: deny }'),
  tests('{ call: { on: elicitation/create, params: { message: x } }, expect: allow }'),
]

const bad: string[] = [
  '[]',
  'text',
  'name: x',
  'version: 2',
  'version: "1"',
  file('rulse: []'),
  file('name: 5'),
  file('name: "  "'),
  file('server: []'),
  file('server: 5'),
  file('server: "a[bc]"'),
  file('default: ask'),
  file('default: {}'),
  file('default: { reed: allow }'),
  file('default: { read: maybe }'),
  file('rules: {}'),
  file('rules: [x]'),
  file('rules: [{ effect: deny, tools: x }]'),
  file('rules: [{ id: r, tools: x }]'),
  file('rules: [{ id: r, effect: deny }]'),
  file('rules: [{ id: r, effect: ask, tools: x }]'),
  file('rules: [{ id: "a b", effect: deny, tools: x }]'),
  file(`rules: [{ id: ${'a'.repeat(101)}, effect: deny, tools: x }]`),
  rule('tool: x'),
  rule('risk: [write, destructiv]'),
  rule('reason: ""'),
  rule('hide: false'),
  rule('hide: yes'),
  rule('hide: true, when: { a: 1 }'),
  rule('hide: true, unless: { a: 1 }'),
  rule('hide: true, risk: write'),
  allowing('hide: true'),
  holding('hide: true'),
  rule('redact: "**"'),
  rule('redact: ["a.**"]'),
  rule('redact: []'),
  rule('redact: "a["'),
  rule('on: tool'),
  rule('on: resources/read'),
  file('rules: [{ id: r, effect: deny, on: tools/call }]'),
  file('rules: [{ id: r, effect: deny, on: [] }]'),
  file('rules: [{ id: r, effect: deny, on: [tools/call, prompts/get] }]'),
  on('risk: read'),
  on('hide: true'),
  file('rules: [{ id: r, effect: allow, on: prompts/get, limit: { max: 1, per: 1h } }]'),
  rule('approval: { timeout: 5m }'),
  allowing('approval: { timeout: 5m }'),
  allowing('limit: { max: 1, per: 1h, then: deny }, approval: { timeout: 5m }'),
  holding('approval: {}'),
  holding('approval: { timeout: 5 }'),
  holding('approval: { timeout: 0s }'),
  holding('approval: { confirm: fingerprint }'),
  holding('approval: { wait: 5m }'),
  rule('limit: { max: 1, per: 1h }'),
  holding('limit: { max: 1, per: 1h }'),
  holding('limit: { max: 1, per: 1h, then: require-approval }'),
  allowing('limit: { max: 1, per: 1h, then: allow }'),
  allowing('limit: { max: 1 }'),
  allowing('limit: { per: 1h }'),
  allowing('limit: { max: -1, per: 1h }'),
  allowing('limit: { max: 1.5, per: 1h }'),
  allowing('limit: { max: many, per: 1h }'),
  allowing('limit: { max: 1, per: 1w }'),
  allowing('limit: { max: 1, per: 60 }'),
  allowing('limit: { max: 1, per: 1h, sum: "**" }'),
  allowing('limit: { max: 1, per: 1h, by: user }'),
  allowing('limit: { max: 1, per: 1h, by: [] }'),
  allowing('limit: 5'),
  when('x'),
  when('{}'),
  rule('unless: {}'),
  when('{ a: null }'),
  when('{ a: [1] }'),
  when('{ a: {} }'),
  when('{ "a[": 1 }'),
  when('{ "": 1 }'),
  when('{ $: 1 }'),
  when('{ "a.**.b": 1 }'),
  when('{ a: { eq: 1 } }'),
  when('{ a: { regex: x } }'),
  when('{ a: { in: x } }'),
  when('{ a: { in: [] } }'),
  when('{ a: { gt: "5" } }'),
  when('{ a: { gt: .inf } }'),
  when('{ a: 12345678901234567890 }'),
  when('{ a: { contains: "" } }'),
  when('{ a: { starts_with: "" } }'),
  when('{ a: { glob: "{a,b}" } }'),
  when('{ a: { exists: yes } }'),
  when('{ a: { matches: "" } }'),
  when(`{ a: { matches: ${'x'.repeat(1001)} } }`),
  when('{ a: { type: integer } }'),
  when('{ a: { type: [string] } }'),
  when('{ a: { inside: ~ } }'),
  when('{ a: { inside: [] } }'),
  when('{ a: { inside: "~bob/x" } }'),
  when('{ a: { length: -1 } }'),
  when('{ a: { length: 1.5 } }'),
  when('{ a: { length: [1] } }'),
  when('{ a: { length: { starts_with: x } } }'),
  when('{ a: { length: {} } }'),
  when('{ a: { host: "https://a.example/" } }'),
  when('{ a: { host: "a.example:443" } }'),
  when('{ a: { host: [a.example/x] } }'),
  when('{ a: { host: [] } }'),
  when('{ a: { host: 5 } }'),
  when('{ a: { host: { contains: x } } }'),
  when('{ a: { host: { glob: "https://*" } } }'),
  when('{ a: { host: { ends_with: bücher.example } } }'),
  when('{ a: { command: "git push" } }'),
  when('{ a: { command: { in: ["rm -rf"] } } }'),
  when('{ a: { command: { glob: "git *" } } }'),
  when('{ a: { command: { gt: 1 } } }'),
  when('{ any: [] }'),
  when('{ any: { a: 1 } }'),
  when('{ all: [x] }'),
  when('{ all: [{}] }'),
  when('{ not: [{ a: 1 }] }'),
  when('{ not: x }'),
  when('{ any: [{ a: { eq: 1 } }] }'),
  file('tests: {}'),
  tests('x'),
  tests('{ call: x }'),
  tests('{ expect: deny }'),
  tests('{ call: x, expect: require-approval }'),
  tests('{ call: x, expect: deny, because: y }'),
  tests('{ call: { arguments: {} }, expect: deny }'),
  tests('{ call: { tool: x, args: {} }, expect: deny }'),
  tests('{ call: { tool: x, arguments: [1] }, expect: deny }'),
  tests('{ call: { on: tools/call, params: {} }, expect: deny }'),
  tests('{ call: { on: resources/read }, expect: deny }'),
  tests('{ call: { on: prompts/get, params: { uri: x } }, expect: deny }'),
  tests('{ call: { on: prompts/get, tool: x, params: { name: x } }, expect: deny }'),
  tests('{ call: x, expect: deny, exhausted: [] }'),
]

/** What takes more than the shape of a file to see; editors underline it only through `countersign policy check`. */
const readerOnly: [kind: string, text: string][] = [
  ['an id used twice', file('rules: [{ id: r, effect: deny, tools: x }, { id: r, effect: deny, tools: y }]')],
  ['a regular expression that is none', when('{ a: { matches: "(" } }')],
  ['a regular expression that becomes too large', when('{ a: { matches: "(x{99}y{9}z{900}){9}x{999}{9}" } }')],
  ['a test that names no rule', tests('{ call: x, expect: deny, rule: other }')],
  [
    'a test that exhausts a rule without limit',
    file('rules: [{ id: r, effect: deny, tools: x }]\ntests: [{ call: x, expect: deny, exhausted: r }]'),
  ],
  ['a duration over seven days', holding('approval: { timeout: 8d }')],
  ['a program by the path of a system folder', when('{ a: { command: /usr/bin/git } }')],
  ['a program in capitals', when('{ a: { command: [Git] } }')],
  ['a host that no URL can have', when('{ a: { host: "a^b" } }')],
  ['a number deep in a value that cannot be kept', when('{ a: { equals: [12345678901234567890] } }')],
  ['a number with a leading zero', when('{ a: 007 }')],
  ['an escape in a quoted name that JSON has not', when(`{ 'a["\\q"]': 1 }`)],
  ['more than eight levels of composition', when(`${'{ not: '.repeat(9)}{ a: 1 }${' }'.repeat(9)}`)],
  ['a key `__proto__` in a value', when('{ a: { equals: { __proto__: 1 } } }')],
  ['a tag', file('name: !mine x')],
  ['a merge key', when('{ <<: 1 }')],
]

describe('both take', () => {
  test.each(good)('%s', (text) => {
    expect(parsePolicyText(text, 'p.yaml').diagnostics).toEqual([])
    expect(schemaTakes(text) ? [] : valid.errors).toEqual([])
  })
})
describe('neither takes', () => {
  test.each(bad)('%s', (text) => {
    expect({ reader: readerTakes(text), schema: schemaTakes(text) }).toEqual({ reader: false, schema: false })
  })
})
describe('only the reader sees', () => {
  test.each(readerOnly)('%s', (_, text) => {
    expect({ reader: readerTakes(text), schema: schemaTakes(text) }).toEqual({ reader: false, schema: true })
  })
})

test('whatever is changed in a good file: what the reader takes, the schema takes', () => {
  const files = good.map((text) => parseYaml(text, { logLevel: 'error' }))
  const words = good.flatMap((text) => text.match(/[\w/.*$~-]+/g) ?? [])
  const value = fc.oneof(
    fc.constantFrom<unknown>(...words),
    fc.constantFrom<unknown>(null, 0, -1, 1.5, true, false, '', ' ', [], {}, [[]], [{}], { a: 1 }, ['a', 1]),
  )
  const change = fc.record({ at: fc.nat(), key: fc.option(fc.constantFrom(...words)), place: fc.nat(), value })
  let taken = 0
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 2 }), (file, changes) => {
      const changed = structuredClone(file)
      for (const one of changes) {
        const all = containersOf(changed)
        const container = all[one.at % all.length] ?? changed
        const keys = Object.keys(container)
        const place = keys[one.place % keys.length] ?? 0
        Reflect.set(container, Array.isArray(container) ? place : (one.key ?? place), structuredClone(one.value))
      }
      const text = JSON.stringify(changed)
      if (!readerTakes(text)) return
      taken++
      expect([text, schemaTakes(text)]).toEqual([text, true])
    }),
    { numRuns: 5000 },
  )
  expect(taken).toBeGreaterThan(100)
})

/** The maps and lists within a value, itself first. */
function containersOf(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(containersOf)]
}

test('argument paths: the pattern takes what the reader takes', () => {
  const pattern = new RegExp(schema.$defs.conditions.propertyNames.pattern, 'u')
  const part = fc.constantFrom('$', '.', '[0]', '[*]', '["x.y"]', '**', '*', 'a', 'b', '[', ']', '"', ' ', '[12]', '$.')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const path = parts.join('')
      expect([path, pattern.test(path)]).toEqual([path, parsePath(path).ok])
    }),
    { numRuns: 5000 },
  )
})

test('every key and every operator is explained', () => {
  const silent: string[] = []
  const look = (node: unknown, place: string): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      // `if`, `then` and their like only refine what is explained elsewhere.
      if (key === 'allOf' || key === 'not') continue
      if (key === 'properties') {
        for (const [name, one] of Object.entries(value as Record<string, { description?: string }>)) {
          if (one.description === undefined) silent.push(`${place}.${name}`)
        }
      }
      look(value, key === 'properties' || key === 'items' || key === 'anyOf' ? place : `${place}.${key}`)
    }
  }
  look(schema, '')
  expect(silent).toEqual([])
  const tests = schema.$defs.conditions.additionalProperties.anyOf.at(-1).properties
  expect(Object.keys(tests).sort()).toEqual([...operators].sort())
})
