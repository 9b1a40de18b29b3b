// The mistakes that people make first, who come from another program's rules: each is pointed at with what to write, and
// what looks alike and is meant passes without a word.
import { expect, test } from 'vitest'
import { lintPolicies } from '../../../core/policy/lint.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'

function lint(server: string, rule: string) {
  const text = `version: 1\nserver: ${server}\nrules:\n  - { id: r, ${rule} }`
  const { entry, diagnostics } = parsePolicyText(text, 'a.yaml')
  expect(diagnostics).toEqual([])
  return lintPolicies([{ text, entry }], { engines: textEngines })
}

const allow = (when: string) => `effect: allow, tools: t, when: { ${when} }`
const deny = (when: string) => `effect: deny, tools: t, when: { ${when} }`

/** `§` marks where the warning stands; the server is `mine`, which nobody knows, unless the row names another. */
const slips: [what: string, rule: string, message: RegExp, fix: string, server?: string][] = [
  [
    'a star in the middle of a folder',
    allow('p: { §inside: ~/code/*/src }'),
    /^`\*` is an ordinary character in `inside`: no folder is called `~\/code\/\*\/src`$/,
    'Name each folder, or the one above them: `p: { inside: ~/code }`.',
  ],
  [
    'a star for all that is in a folder',
    allow('p: { §inside: [/tmp, ~/code/**] }'),
    /no folder is called `~\/code\/\*\*`$/,
    'Write `p: { inside: ~/code }`, which is about everything below it.',
  ],
  [
    'a star for all that is on the disk',
    allow('p: { §inside: /* }'),
    /no folder is called `\/\*`$/,
    'Write `p: { inside: / }`, which is about everything below it.',
  ],
  [
    'a star alone',
    allow('p: { §outside: "*.txt" }'),
    /ordinary character in `outside`: no folder is called `\*\.txt`/,
    'Name each folder.',
  ],
  [
    'the home folder in a glob',
    allow('p: { §glob: ~/code/** }'),
    /^`glob` compares texts as they are: `~` is not the home folder here/,
    'Write `p: { inside: ~/code }`.',
  ],
  [
    'the home folder as a beginning',
    deny('any: [{ p: { §starts_with: ~/ } }]'),
    /^`starts_with` compares texts as they are/,
    'Write `p: { inside: "~" }`.',
  ],
  [
    'bounds that leave nothing',
    deny('n: { gt: 5, §lt: 3 }'),
    /^No number passes `gt: 5` and `lt: 3`, so this never holds$/,
    'For numbers outside of a range write `any: [{ … }, { … }]` with one of the two in each.',
  ],
  ['bounds that leave not even one', deny('n: { gt: 5, §lte: 5 }'), /`gt: 5` and `lte: 5`/, 'For numbers'],
  ['bounds of a length', deny('n: { length: { gte: 5, §lt: 5 } }'), /`gte: 5` and `lt: 5`/, 'For numbers'],
  [
    'a number among texts',
    deny('"**": { §equals: 7 }'),
    /^`\*\*` is about texts only, and none of them is what `equals: 7` asks for$/,
    'Name the argument instead of `**`, or put the value in quotes.',
  ],
  ['numbers among texts', deny('a.**: { §in: [7, true] }'), /`in: \[7, true\]`/, 'Name the argument'],
  ['the size of texts', deny('"**": { §gt: 7 }'), /`gt: 7`/, 'Name the argument instead of `**`.'],
  ['the kind of texts', deny('"**": { §type: number }'), /`type: number`/, 'Name the argument instead of `**`.'],
  [
    'programs that are never told',
    allow('c: { §command: [git, bash, /opt/bin/env] }'),
    /^A line with `bash` and `\/opt\/bin\/env` can never be told: `bash` is a shell/,
    'Leave it out, and name the programs that may run.',
  ],
  [
    'the same in what is not denied',
    deny('not: { c: { §command: { equals: sudo } } }'),
    /^A line with `sudo` can never be told: `sudo` runs the program named in its arguments$/,
    'Leave it out',
  ],
  ['a yes', allow('§f: yes'), /^`yes` is a text here$/, 'Write `true`, or `"yes"` if the argument is that text.'],
  ['an off', allow('f: { §not_equals: Off }'), /^`Off` is a text here$/, 'Write `false`, or `"Off"`'],
  ['an on in a list', allow('f: { in: ["no", §on] }'), /^`on` is a text here$/, 'Write `true`'],
  ['a number with lines in it', allow('§n: 1_000'), /^`1_000` is a text here$/, 'Write `1000`, or `"1_000"`'],
  [
    'a path from the request on',
    deny('§args.path: { equals: a }'),
    /^Paths begin at the arguments: `args\.path` is within an argument that is called `args`$/,
    'Write `path`, or, if the tool has that argument, `$.args.path`.',
  ],
  ['a path with a list', deny(`§'params["a b"][0]': 1`), /called `params`/, 'Write `$["a b"][0]`, or'],
  [
    'a name as Claude Code has it',
    'effect: deny, §tools: mcp__github__create_gist',
    /^`mcp__github__create_gist` has the server in it/,
    'Write `server: github` and `tools: create_gist`.',
  ],
  [
    'a name with a server of the catalogue',
    'effect: deny, tools: [a, §github.create_gist]',
    /^`github\.create_gist` has the server in it/,
    'Write `server: github` and `tools: create_gist`.',
  ],
  [
    'a name with its own server',
    'effect: deny, §tools: mine/delete',
    /^`mine\/delete` has the server in it/,
    'Write `tools: delete`.',
  ],
  [
    'the same of a server that is known',
    'effect: deny, §tools: github__create_gist',
    /^`github__create_gist` has the server in it/,
    'Write `tools: create_gist`.',
    'github',
  ],
  [
    'a regular expression',
    'effect: deny, §tools: /^rm.*/',
    /^`\/\^rm\.\*\/` is read as a name or glob, not as a regular expression$/,
    'Write `tools: "rm*"`.',
  ],
  [
    'one without slashes',
    'effect: deny, §tools: delete_.*',
    /^`delete_\.\*` is read as/,
    'Write `tools: "*delete_*"`.',
  ],
  ['one that is more', 'effect: deny, §tools: ^(a|b)$', /is read as/, 'Write the names, or a glob'],
  [
    'spaces around a name',
    'effect: deny, §tools: " delete "',
    /^The name " delete " has spaces around it, which count$/,
    'Write `delete`.',
  ],
  [
    'a folder that may be left out',
    deny('p: { §outside: ~/code }'),
    /^`outside` is false of an argument that is absent: a call without `p` gets past this$/,
    'Write `not: { p: { inside: ~/code } }`, which also holds when it is absent, or add a rule for `p: { exists: false }`.',
  ],
  [
    'one of two folders of a known tool',
    'effect: deny, tools: move_file, when: { source: { §outside: [/a, /b] } }',
    /^`outside` is false/,
    'Write `not: { source: { inside: [/a, /b] } }`',
    'filesystem',
  ],
]
test.each(slips)('warns of %s: %s', (_what, rule, message, fix, server = 'mine') => {
  const column = `  - { id: r, ${rule}`.indexOf('§') + 1
  expect(lint(server, rule.replace('§', ''))).toEqual([
    {
      severity: 'warning',
      file: 'a.yaml',
      line: 4,
      column,
      message: expect.stringMatching(message),
      suggestion: expect.stringContaining(fix),
    },
  ])
})

const meant: [why: string, rule: string, server?: string][] = [
  ['folders as they are', allow('p: { inside: [~/code, /tmp] }')],
  ['a glob for a name', allow('p: { glob: "*.md" }')],
  ['texts that begin like a home folder', deny('"**": { starts_with: ~/.ssh }')],
  ['a backup file', deny('p: { glob: ~*.tmp }')],
  ['bounds with something between them', allow('n: { gt: 3, lte: 5 }')],
  ['bounds with one number between them', allow('n: { gte: 5, lte: 5 }')],
  ['texts among texts', deny('"**": { in: ["7", seven] }')],
  ['long texts', deny('"**": { length: { gt: 1000 } }')],
  ['elements that are numbers', deny('"a[*]": { gt: 7 }')],
  ['programs that can be told in some uses', allow('c: { command: [git, find, python3] }')],
  ['some program is one that is never told', deny('not: { c: { command: { not_in: [rm, sudo] } } }')],
  ['words in quotes', allow(`f: "yes", g: 'on', n: { in: ["1_000"] }`)],
  ['other words', allow('f: yesterday, g: y, h: 1000')],
  ['an argument of that name, said so', deny('$.args.path: a')],
  ['an argument of that name alone', deny('params: { exists: true }')],
  ['the params of another request', 'effect: deny, on: prompts/get, when: { arguments.path: a }'],
  ['a name with a dot', 'effect: deny, tools: [records.delete, "fs.*"]'],
  ['a name with slashes', 'effect: deny, tools: a/b'],
  ['the only path of a known tool', 'effect: deny, tools: write_file, when: { path: { outside: ~/x } }', 'filesystem'],
  ['leave for other folders', allow('p: { outside: ~/code }')],
  ['some element outside', deny('"p[*]": { outside: ~/code }')],
  ['what an import writes of a name it knows in part', 'effect: deny, tools: push?files', 'github'],
]
test.each(meant)('says nothing of %s: %s', (_why, rule, server = 'mine') => {
  expect(lint(server, rule)).toEqual([])
})
