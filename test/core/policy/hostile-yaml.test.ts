// Texts made to be misread or to keep the program busy: each is refused with a reason, most of them before the YAML library
// sees them. How long each takes is measured by hand (nothing timed is asserted); what is asserted is who refuses it.
import { describe, expect, test } from 'vitest'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { bombIn } from '../../../core/policy/yaml-bombs.ts'

const parse = (text: string) => parsePolicyText(text, 'p.yaml')
const said = (text: string) =>
  parse(text).diagnostics.map((d) => `${d.line}:${d.column} ${d.message}${d.suggestion ? ` | ${d.suggestion}` : ''}`)
const rule = (lines: string) => `version: 1\nrules:\n  - id: r\n    effect: deny\n    tools: "*"\n${lines}`
const operand = (text: string) => {
  const { entry } = parse(rule(`    when: { a: ${text} }`))
  const condition = entry.status === 'ok' ? entry.policy.rules[0]?.when?.[0] : undefined
  return condition && 'tests' in condition ? condition.tests[0]?.operand : undefined
}

describe('what YAML means by it is not what it looks like', () => {
  test.each([
    [
      'a merge key',
      rule('    when: { <<: { a: 1 } }'),
      '6:13 Merge keys (`<<`) are not part of YAML 1.2 | Write the lines out, or use one alias for a whole map or list.',
    ],
    [
      'a merge key of an alias',
      'version: 1\nname: &n x\nrules:\n  - <<: *n',
      '4:5 Merge keys (`<<`) are not part of YAML 1.2 | Write the lines out, or use one alias for a whole map or list.',
    ],
    [
      '`yes` for true',
      rule('    when: { a: { exists: yes } }'),
      '6:26 `exists` must be `true` or `false`, found the text "yes" | To YAML 1.2 `yes` is a text; write `true`.',
    ],
    [
      '`off` for false',
      rule('    when: { a: { exists: Off } }'),
      '6:26 `exists` must be `true` or `false`, found the text "Off" | To YAML 1.2 `Off` is a text; write `false`.',
    ],
    [
      '`true` in quotes',
      rule('    hide: "true"'),
      '6:11 `hide` must be `true`, found the text "true" | Write `true` without quotes and capitals.',
    ],
    [
      '`on` for true',
      rule('    hide: on'),
      '6:11 `hide` must be `true`, found the text "on" | To YAML 1.2 `on` is a text; write `true`.',
    ],
    [
      'a tab as indentation',
      'version: 1\nrules:\n\t- x',
      '3:1 Tabs are not allowed as indentation | Indent with spaces.',
    ],
    [
      'a second document',
      'version: 1\n---\nversion: 1',
      '2:1 The file holds several documents; a policy file is one | Remove the `---` or `...` between them, or make it several files.',
    ],
    [
      'a document after the end of another',
      'version: 1\n...\nname: x',
      '3:1 The file holds several documents; a policy file is one | Remove the `---` or `...` between them, or make it several files.',
    ],
    ['a key twice', rule('    when: { a: 1, a: 2 }'), '6:19 Duplicate key `a`, first on line 6'],
    ['a key twice, once in quotes', rule('    "id": s'), '6:5 Duplicate key `id`, first on line 3'],
    ['a key that is no text', 'version: 1\ntrue: x', '2:1 A key must be a text | Put it in quotes.'],
    ['a NUL', 'version: 1\nname: a\0b', '2:8 The file holds a NUL character; it is not a text'],
    ['a NUL as an escape', 'version: 1\nname: "a\\0b"', '2:7 A text holds a NUL character'],
    ['an older YAML', '%YAML 1.1\n---\nversion: 1', '1:1 Policy files are YAML 1.2; remove the %YAML line'],
  ])('%s', (_, text, expected) => {
    expect(said(text)).toContain(expected)
    expect(parse(text).entry.status).toBe('broken')
  })

  test('`on` as a key, `no` and `y` as values are texts', () => {
    const { entry, diagnostics } = parse(
      'version: 1\nrules:\n  - id: r\n    effect: deny\n    on: resources/read\n    when: { country: no, on: y, "<<": off }',
    )
    expect(diagnostics).toEqual([])
    expect(entry.status === 'ok' && entry.policy.rules[0]).toMatchObject({
      on: ['resources/read'],
      when: [
        { path: 'country', tests: [{ operator: 'equals', operand: 'no' }] },
        { path: 'on', tests: [{ operator: 'equals', operand: 'y' }] },
        { path: '<<', tests: [{ operator: 'equals', operand: 'off' }] },
      ],
    })
  })

  test.each([
    ['a byte order mark', '\uFEFFversion: 1\nname: x'],
    ['the line ends of Windows', 'version: 1\r\nname: x\r\n'],
    ['both', '\uFEFFversion: 1\r\nname: x\r\n'],
    ['a start and an end of the document', '---\nversion: 1\nname: x\n...\n'],
    ['a comment before the start', '# yes\n---\nversion: 1\nname: x'],
  ])('%s does no harm', (_, text) => {
    expect(parse(text)).toMatchObject({ entry: { status: 'ok', policy: { name: 'x' } }, diagnostics: [] })
  })
})

describe('numbers are what they look like, or refused', () => {
  test.each([
    ['5', 5],
    ['-0.5', -0.5],
    ['+7', 7],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['2.5E-3', 0.0025],
    ['.5', 0.5],
    ['0', 0],
    ['0.0', 0],
    ['0x1F', 31],
    ['0o17', 15],
    ['9007199254740991', 9_007_199_254_740_991],
    ['0.30000000000000004', 0.30000000000000004],
    ['1_000', '1_000'],
    ['12:30', '12:30'],
    ['2024-01-01', '2024-01-01'],
  ])('%s', (text, value) => {
    expect(operand(text)).toBe(value)
  })
  test.each([
    '9007199254740993',
    '12345678901234567890',
    '0xFFFFFFFFFFFFFFFF',
    '0.1234567890123456789',
    '1e400',
    '1e-400',
    '.inf',
    '-.INF',
    '.nan',
    '007',
    '-01.5',
  ])('%s', (text) => {
    const expected = '6:16 This number cannot be kept exactly | If the argument is a text, put it in quotes.'
    expect(said(rule(`    when: { a: ${text} }`))).toEqual([expected])
    expect(operand(`"${text}"`)).toBe(text)
  })
})

const megabyte = 1024 * 1024
const fill = (head: string, unit: string, tail = '') =>
  head + unit.repeat(Math.floor((megabyte - head.length - tail.length) / unit.length)) + tail
const numbered = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => one(i)).join('')
const name = 'version: 1\nname: '

describe('a megabyte of it never reaches the YAML library', () => {
  const tooDeep = 'The file is nested too deeply'
  const tooLarge = 'The file is larger than 1048576 bytes'
  const tooMany = 'The file has more than 150000 signs of YAML (lines, colons, commas, brackets); make it several files'
  test.each([
    ['commas', fill(name, ','), tooMany],
    ['commas in brackets', fill(`${name}[`, ',', ']'), tooMany],
    ['one-letter items', fill(`${name}[`, 'a,', 'a]'), tooMany],
    ['numbers', fill(`${name}[`, '1,', '1]'), tooMany],
    ['pairs of brackets', fill(name, '[]'), tooMany],
    ['closing brackets', fill(name, ']'), tooMany],
    ['opening brackets', fill(name, '['), tooDeep],
    ['a thousand opening brackets', `${name}${'['.repeat(1000)}${']'.repeat(1000)}`, tooDeep],
    ['a hundred thousand', `${name}${'{a: '.repeat(100_000)}1${'}'.repeat(100_000)}`, tooDeep],
    ['dashes', fill('version: 1\nname:\n', '- \n'), tooMany],
    ['nested dashes', fill(name, '- '), tooMany],
    ['nested questions', fill('', '? '), tooMany],
    ['colons', fill(name, ': '), tooMany],
    ['nested keys in a line', fill(name, 'a: '), tooMany],
    ['anchors', fill(name, '&a '), tooMany],
    ['aliases', fill(`${name}[`, '*a,', '*a]'), tooMany],
    ['tags', fill(name, '! '), tooMany],
    ['reserved signs', fill(`${name}[`, '@,', ']'), tooMany],
    ['texts without commas', fill(`${name}[`, '"a" ', ']'), tooMany],
    ['escapes that are none', fill(`${name}"`, '\\q', '"'), tooMany],
    ['empty lines', fill('version: 1\n', '\n'), tooMany],
    ['empty lines of Windows', fill('version: 1\n', '\r\n'), tooMany],
    ['comments', fill('version: 1\n', '#\n'), tooMany],
    ['lines with tabs', fill('version: 1\nx:\n', '\t- x\n'), tooMany],
    ['documents', fill('version: 1\n', '---\n'), tooMany],
    ['directives', fill('', '%TAG ! x\n'), tooMany],
    ['100,000 keys', `version: 1\nname: {${numbered(100_000, (i) => `k${i}: 1,`)}}`, tooMany],
    ['100,000 rules', fill('version: 1\nrules:\n', '- {id: a}\n'), tooMany],
    ['too much', `version: 1\n# ${'x'.repeat(megabyte)}`, tooLarge],
    ['too much in bytes, not in characters', `version: 1\n# ${'ü'.repeat(600 * 1024)}`, tooLarge],
    ['too much in pairs of surrogates', `version: 1\n# ${'😀'.repeat(300 * 1024)}`, tooLarge],
  ])('%s', (_, text, message) => {
    expect(bombIn(text)?.message).toBe(message)
    expect(parse(text)).toMatchObject({
      entry: { status: 'broken', servers: ['*'] },
      diagnostics: [{ message }],
      tests: [],
    })
  })

  test('the place is where it became too much', () => {
    expect(bombIn(`${name}\n${'['.repeat(501)}`)?.at).toEqual({ line: 3, column: 501 })
    expect(bombIn('\n'.repeat(150_001))?.at).toEqual({ line: 150_001, column: 1 })
  })
})

describe('a megabyte of it is read and refused', () => {
  test.each([
    ['one plain text', fill(name, 'x'), '`name` is longer than 200 characters'],
    ['one text in quotes', fill(`${name}"`, 'x', '"'), '`name` is longer than 200 characters'],
    [
      'spaces in quotes',
      fill(`${name}"`, ' ', '"'),
      '`name` must be a text that is not empty, found the text "                                        …"',
    ],
    ['a text that never ends', fill(`${name}"`, 'x'), 'Missing closing "quote'],
    ['digits', fill(name, '1'), expect.stringMatching(/^`name` must be a text, found (?:Infinity|1)/)],
    ['digits of a number', rule(`    when: { a: 0.${'1'.repeat(1_000_000)} }`), 'This number cannot be kept exactly'],
    ['a key', `version: 1\n? ${'x'.repeat(1_000_000)}\n: 1`, `Unknown key \`${'x'.repeat(60)}…\` in a policy file`],
    [
      'an id',
      `version: 1\nrules: [{ id: ${'a'.repeat(1_000_000)}, effect: deny, tools: x }]`,
      '`id` is longer than 100 characters',
    ],
    [
      'a path',
      rule(`    when: { "${'a.'.repeat(500_000)}a": 1 }`),
      'The argument path "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.…" is longer than 1000 characters',
    ],
    [
      'a host',
      rule(`    when: { a: { host: ${'a.'.repeat(500_000)}a } }`),
      '"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.…" is not the name of a host',
    ],
    [
      'lines that lie deeper and deeper',
      numbered(1400, (i) => `${' '.repeat(i)}a:\n`),
      'The file is nested too deeply',
    ],
  ])('%s', (_, text, message) => {
    const { entry, diagnostics } = parse(text)
    expect(entry.status).toBe('broken')
    expect(diagnostics[0]).toMatchObject({ message })
    for (const one of diagnostics) expect(one.message.length + (one.suggestion?.length ?? 0)).toBeLessThan(500)
  })
})

describe('small texts that stand for much', () => {
  const tooMany = 'More than 100 aliases, or one that holds itself'
  const tooMuch = 'The aliases of this file stand for too much'
  const tooLargeTogether = 'The regular expressions of this file are too large together'
  const patterns = (one: (index: number) => string) =>
    rule(`    when: { any: [${numbered(2000, (i) => `{ a: { matches: "${one(i)}" } },`)}] }`)
  test.each([
    [
      'billion laughs',
      `version: 1\na0: &a0 [x]\n${numbered(9, (i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]\n`)}`,
      tooMany,
    ],
    ['an alias that holds itself', 'version: 1\nname: &a [*a]', tooMany],
    ['a hundred and one aliases', `version: 1\nname: &n x\nrules: [${Array(101).fill('*n').join(', ')}]`, tooMany],
    [
      'few aliases of much',
      `version: 1\nname: &n [${Array(2000).fill('x').join(', ')}]\nrules: [${Array(50).fill('*n').join(', ')}]`,
      tooMuch,
    ],
    ['maps within maps', `${name}${'{a: '.repeat(400)}1${'}'.repeat(400)}`, 'The file is nested too deeply'],
    [
      '`not` within `not`',
      rule(`    when: ${'{ not: '.repeat(9)}{ a: 1 }${' }'.repeat(9)}`),
      '`any`, `all` and `not` are nested more than 8 deep',
    ],
    [
      'a pattern of many repetitions',
      rule(`    when: { a: { matches: "${'x{999}'.repeat(166)}" } }`),
      'The regular expression is too large: it takes about 165834 steps, and 1000 are allowed',
    ],
    ['many patterns of some', patterns((i) => `x{900}${i}`), tooLargeTogether],
    [
      'many equal keys',
      `version: 1\nname: {${Array(30_000).fill('a: 1').join(', ')}}`,
      'Duplicate key `a`, first on line 2',
    ],
    ['many unknown keys', `version: 1\n${numbered(70_000, (i) => `k${i}: 1\n`)}`, 'Unknown key `k0` in a policy file'],
    ['many mistakes of YAML', `${name}[${','.repeat(140_000)}]`, 'Unexpected , in flow sequence'],
    [
      'many rules a test could have meant',
      `version: 1\nrules: [${numbered(5000, (i) => `{ id: rule${i}, effect: deny, tools: x },`)}]\ntests: [{ call: x, expect: deny, exhausted: [${'rulo,'.repeat(50_000)}] }]`,
      'The file has no rule `rulo`',
    ],
  ])('%s', (_, text, message) => {
    const { entry, diagnostics } = parse(text)
    expect(entry.status).toBe('broken')
    expect(diagnostics.some((one) => one.message === message)).toBe(true)
    expect(diagnostics.length).toBeLessThanOrEqual(200)
  })

  test('the same pattern in many rules counts once', () => {
    expect(parse(patterns(() => 'x{900}')).diagnostics).toEqual([])
  })
  test('errors keep their stacks after a text with mistakes', () => {
    parse(`${name}[`)
    expect(new Error('x').stack).toContain('hostile-yaml.test')
  })
})

test('a megabyte of rules, as people write them, is read', () => {
  const one = (i: number) =>
    `  - id: rule-number-${i}\n    effect: require-approval\n    tools: [write_file, edit_file]\n    when:\n      path: { inside: "~/code/project-${i}" }\n    reason: A person has to look at this one first.\n`
  const text = `version: 1\nrules:\n${numbered(5300, one)}`
  expect(text.length).toBeGreaterThan(1_000_000)
  const { entry, diagnostics } = parse(text)
  expect(diagnostics).toEqual([])
  expect(entry.status === 'ok' && entry.policy.rules.length).toBe(5300)
})
