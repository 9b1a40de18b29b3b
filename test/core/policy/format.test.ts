// The one layout of policy files. Whatever the text, formatting keeps what it means and every comment, and formatting
// again changes nothing.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPolicyText } from '../../../core/policy/format-yaml.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'

const format = (text: string): string => {
  const formatted = formatPolicyText(text)
  if (!formatted.ok) throw new Error(`${formatted.problem}:\n${text}`)
  return formatted.text
}

/** What the text says, without where. */
const meaning = (text: string): unknown => {
  const { entry, tests, diagnostics } = parsePolicyText(text, 'x.yaml')
  expect(diagnostics).toEqual([])
  return JSON.parse(JSON.stringify({ entry, tests }), (key, value: unknown) => (key === 'line' ? undefined : value))
}

const rule = '  - id: a\n    effect: deny\n    tools: x\n'
const withRule = (text: string) => `version: 1\nrules:\n${text}`

const layouts: [what: string, before: string, after: string][] = [
  ['ends in one line feed', 'version: 1\n\n\n', 'version: 1\n'],
  ['ends in a line feed', 'version: 1', 'version: 1\n'],
  ['no byte order mark, LF', '\ufeffversion: 1\r\nname: x\r\n', 'version: 1\nname: x\n'],
  ['two spaces, rules indented', 'version: 1\nrules:\n-   id: a\n    effect: deny\n    tools: x\n', withRule(rule)],
  ['rules as blocks', '{"version":1,"rules":[{"id":"a","effect":"deny","tools":"x"}]}', withRule(rule)],
  ['one space after a colon', 'version:   1\nname:\n  x\n', 'version: 1\nname: x\n'],
  ['no quotes around words', `version: 1\nname: 'a b'\nserver: "x_*"\n`, 'version: 1\nname: a b\nserver: x_*\n'],
  ['lists without padding', 'version: 1\nserver: [ "a" ,b ]\n', 'version: 1\nserver: [a, b]\n'],
  ['maps with padding', 'version: 1\ndefault: {read: allow,"*": deny}\n', 'version: 1\ndefault: { read: allow, "*": deny }\n'],
  ['one blank line where there were more', `version: 1\n\n\n\nrules:\n${rule}`, `version: 1\n\nrules:\n${rule}`],
  ['comments with their blank lines', `# a  \n\n# b\nversion: 1 # c\n`, '# a\n\n# b\nversion: 1 # c\n'],
  ['a map on several lines, on one', 'version: 1\ndefault: {\n  read: allow,\n  write: deny }\n', 'version: 1\ndefault: { read: allow, write: deny }\n'],
  ['a comment within a list', 'version: 1\nserver: [a, # why\n  b]\n', 'version: 1\nserver:\n  - a # why\n  - b\n'],
  ['a comment between rules', withRule(`${rule}\n  # next\n  - id: b\n    effect: deny\n    tools: y\n`), withRule(`${rule}\n  # next\n  - id: b\n    effect: deny\n    tools: y\n`)],
  ['tests as a list', 'version: 1\ntests: [{call: x, expect: hold}]\n', 'version: 1\ntests:\n  - { call: x, expect: hold }\n'],
] // biome-ignore format: a table
test.each(layouts)('%s', (_what, before, after) => {
  expect(format(before)).toBe(after)
  expect(format(after)).toBe(after)
})

const when = (value: string) => `${withRule(rule)}    when: { a: ${value} }\n`
const quoted = ['"1"', '"true"', '"null"', '"~"', '"yes"', '"on"', '"*"', '"- a"', '"a: b"', '"a #b"', '" a"', '"012"', '"1:30"', '"2020-01-01"', '"a, b"', "'\\d+ \"x\"'", '"it\'s \\"so\\""', '"\\t"', '"#a"', '"[a]"', '"&a"', '"=a="', '"@a"'] // biome-ignore format: a list
test.each(quoted)('keeps the quotes of %s, which needs them or looks it', (text) => {
  const wanted = text === '"=a="' ? '=a=' : text
  expect(format(when(text))).toBe(when(wanted))
})

test('a line that is too long becomes a block, the outer ones first', () => {
  const long = 'x'.repeat(60)
  expect(format(when(`{ in: [${long}, ${long}] }`))).toBe(
    `${withRule(rule)}    when:\n      a:\n        in:\n          - ${long}\n          - ${long}\n`,
  )
})

const refusals: [what: string, text: string, problem: RegExp, broken: boolean][] = [
  ['no YAML', 'version: [', /has mistakes/, true],
  ['no policy', 'version: 1\nrulez: []', /has mistakes/, true],
]
test.each(refusals)('refuses %s', (_what, text, problem, broken) => {
  expect(formatPolicyText(text)).toEqual({ ok: false, broken, problem: expect.stringMatching(problem) })
})

const folder = path.join(import.meta.dirname, '../../../policies')
const shipped = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file))
const policies = shipped.filter(
  (file) => parsePolicyText(readFileSync(path.join(folder, file), 'utf8'), file).entry.status === 'ok',
)
test.each(policies)('%s keeps its meaning and stays as it was formatted', (file) => {
  const text = readFileSync(path.join(folder, file), 'utf8')
  const once = format(text)
  expect(meaning(once)).toEqual(meaning(text))
  expect(format(once)).toBe(once)
})
test('some policies are shipped', () => expect(policies.length).toBeGreaterThan(1))

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('a b', '- a', '? a', 'a: b', 'a #b', '~', 'null', '0x1f', '1e3', ' x', 'x ', "it's", '"', '\\d+', '!tag', '&a', '*a', '%x', '@x', '`x`', '|', '>', '---', '...', 'a\nb', 'a\n\n b\n', '\t', 'ü', '{a}', '[a', 'a,b', '#x', 'y'.repeat(150), 'word '.repeat(40)), // biome-ignore format: a list
)
const json = fc.oneof(text, fc.integer(), fc.constantFrom(0.5, -1.25), fc.boolean(), fc.constant(null))
const style = fc.constantFrom('json', 'block', 'single')

/** One value in one of the ways YAML has for it. */
function yaml(value: unknown, how: string): string {
  if (typeof value !== 'string' || how === 'json') return JSON.stringify(value)
  if (how === 'single' && !/[\n\t]|^ | $/.test(value)) return `'${value.replaceAll("'", "''")}'`
  return /^[a-z][a-z ]*[a-z]$/.test(value) ? value : JSON.stringify(value)
}

const comment = fc.constantFrom('', '', ' # why', ' #', ' # a: b  ')
const gap = fc.constantFrom(
  '',
  '',
  '\n',
  '\n\n\n',
  '    # between\n',
  '# at the left\n',
  '      # deep\n\n    # and again\n',
)
const condition = fc.tuple(json, style, fc.constantFrom('{ equals: %v }', '{ in: [%v, 1] }', '\n        equals: %v', '{ not_in: [%v, # c\n        2, "%%"] }'), comment) // biome-ignore format: one thing
const ruleText = fc
  .tuple(fc.array(fc.tuple(condition, gap), { minLength: 1, maxLength: 3 }), comment, gap, fc.constantFrom('x', '"*"', '[a, "b"]', '[ c ]'))
  .map(([conditions, behind, between, tools]) => (index: number) =>
    [
      `${between}  - id: r${index}${behind}`,
      '    effect: deny',
      `    tools: ${tools}`,
      '    when:',
      ...conditions.map(
        ([[value, how, form, after], before], key) => `${before}      k${key}: ${form.replace('%v', () => yaml(value, how))}${after}`,
      ),
    ].join('\n'),
  ) // biome-ignore format: one thing
const file = fc
  .tuple(gap, fc.array(ruleText, { minLength: 1, maxLength: 3 }), gap, fc.boolean())
  .map(([top, rules, end, crlf]) => {
    const made = `${top.trimStart()}version: 1\nrules:\n${rules.map((one, index) => one(index)).join('\n')}\n${end}`
    return crlf ? made.replaceAll('\n', '\r\n') : made
  })

test('whatever is written: the same meaning, every comment, and nothing left to do', () => {
  let formatted = 0
  fc.assert(
    fc.property(file, (made) => {
      const result = formatPolicyText(made)
      if (!result.ok) return
      formatted += 1
      expect(meaning(result.text)).toEqual(meaning(made))
      expect(result.text.match(/#(?= why| between| and again| at the left)/g)).toEqual(
        made.match(/#(?= why| between| and again| at the left)/g),
      )
      expect(formatPolicyText(result.text)).toEqual({ ok: true, text: result.text })
      expect(result.text).toMatch(/[^\n]\n$/)
      expect(result.text).not.toContain('\r')
    }),
    { numRuns: 400 },
  )
  // Refusing is always safe; refusing much would be of no use.
  expect(formatted).toBeGreaterThan(390)
})
