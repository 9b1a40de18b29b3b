// `command` against real shells: whatever is told is run by bash and by sh, with stand-ins for all programs, and nothing
// may run that was not named. Lines come from the tables and from pieces of shell put together at random.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shellPrograms } from '../../../core/policy/shell-programs.ts'
import { commandTricks } from './tricks/commands.ts'

const shells = ['/bin/bash', '/bin/sh'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0)

/** What a shell has built in is seen only in what it starts; `no` fails. */
const standIns = 'git ls cat rm no sed find eve mal ⅔ гіt'.split(' ')

let root = ''
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'shells-'))
  mkdirSync(path.join(root, 'bin'))
  mkdirSync(path.join(root, 'work'))
  for (const name of standIns) {
    const note = `#!/bin/sh\necho "\${0##*/}" >> "$TRICK_NOTES"\nexit ${name === 'no' ? 1 : 0}\n`
    writeFileSync(path.join(root, 'bin', name), note, { mode: 0o755 })
  }
})
afterAll(() => rmSync(root, { recursive: true }))

let runs = 0

/** The stand-ins that ran when `shell` was given `line`. */
function ran(shell: string, line: string): string[] {
  const notes = path.join(root, `notes-${++runs}`)
  writeFileSync(notes, '')
  const env = { PATH: path.join(root, 'bin'), HOME: path.join(root, 'work'), TRICK_NOTES: notes }
  spawnSync(shell, ['-c', line], { cwd: path.join(root, 'work'), env, input: '', timeout: 5000, killSignal: 'SIGKILL' })
  return readFileSync(notes, 'utf8').split('\n').filter(Boolean)
}

function expectNamed(line: string): number {
  const named = shellPrograms(line)
  if (named === undefined) return 0
  let count = 0
  for (const shell of shells) {
    const found = ran(shell, line)
    count += found.length
    expect({ shell, line, unnamed: found.filter((name) => !named.includes(name)) }).toEqual({
      shell,
      line,
      unnamed: [],
    })
  }
  return count
}

/** Builtins are real: what they do to the process that runs the line, and nothing else. */
const safeToRun = (line: string): boolean => !/\bkill\b|\/|while|until/.test(line)

test('what the tables tell is all that runs', () => {
  const told = commandTricks.map(([line]) => line).filter((line) => safeToRun(line) && shellPrograms(line))
  const count = told.map(expectNamed).reduce((sum, one) => sum + one, 0)
  expect(told.length).toBeGreaterThan(150)
  expect(count).toBeGreaterThan(150)
})

test('the stand-ins see what the tables hide', () => {
  const seen = ['ls $(rm x)', 'eval rm', 'ls; cat <<E\n$(rm)\nE', 'r"m"', 'a() { rm; }; a'].map((line) =>
    ran('/bin/bash', line).includes('rm'),
  )
  expect(seen).toEqual([true, true, true, true, true])
})

// What stands between programs, and what can make a shell see other words than a reader does.
const word = fc.constantFrom('git', 'ls', 'cat', 'rm', 'no', 'find', 'eve', 'mal', 'x', '-a', 'A', '1', 'гіt')
// biome-ignore format: a table
const glue = fc.constantFrom(
  ' ', ' ', ' ', '\n', '; ', ' && ', ' || ', ' | ', ' & ', ';', '|', '&', '\\\n', ' \\\n', '\t',
)
const quote = fc.constantFrom("'", '"', '\\', "$'", '$"', "\\'", '\\"', "''", '""', '\\\\', '"a b"', "'a b'")
// biome-ignore format: a table
const sign = fc.constantFrom(
  '(', ')', '{ ', ' }', '; }', '!', ' ! ', '#', ' # ', '$x', '"$x"', '$', '`', '$(', '$((', '${', '[', ']', '[[ ',
  ' ]]', '=', 'LANG=C ', 'x=', '*', '?', '~', '{a,b}', '((', '))', ':', ',', '@(', '%', '^', '+', '-', '<(', 'A\n',
  '\nA\n', '|&', ';;', '&>',
)
// biome-ignore format: a table
const redirect = fc.constantFrom(
  '<A ', '>/dev/null ', '2>&1 ', '2>/dev/null', '>&2', '<<A\n', "<<'A'\n", '<<-A\n', '<<<x ', '<<< "a" ', '<&-',
  '<<\\A\n', '>A ', '<<A', '<<"A" ', "<<'A' ",
)
// biome-ignore format: a table
const keyword = fc.constantFrom(
  'if ', '; then ', '; else ', '; fi', 'for f in a b; do ', '; done', 'case x in x) ', ' ;; esac', 'esac', ' in ',
  'time ', 'eval ', 'exec ', 'echo ', 'true ', 'then ', 'do ', 'fi', 'done', 'function f ', 'coproc ',
)
const soup = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: word },
      { weight: 8, arbitrary: glue },
      { weight: 3, arbitrary: quote },
      { weight: 2, arbitrary: sign },
      { weight: 2, arbitrary: redirect },
      { weight: 2, arbitrary: keyword },
    ),
    { minLength: 2, maxLength: 18 },
  )
  // Mostly apart, else there is one long word.
  .map((pieces) => pieces.map((piece, index) => (index % 3 > 0 ? ` ${piece}` : piece)).join(''))

/** Lines that hold together, with odd pieces in them. */
const { line: grown } = fc.letrec<{ line: string; command: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { weight: 6, arbitrary: word },
    { weight: 2, arbitrary: quote },
    { weight: 2, arbitrary: sign },
    { weight: 2, arbitrary: redirect },
  ),
  command: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(word, fc.array(tie('piece'), { maxLength: 3 })).map(([name, rest]) => [name, ...rest].join(' ')),
    tie('line').map((line) => `( ${line} )`),
    tie('line').map((line) => `{ ${line}\n}`),
    tie('line').map((line) => `! ${line}`),
    fc.tuple(tie('line'), tie('line')).map(([a, b]) => `if ${a}\nthen ${b}\nfi`),
    tie('line').map((line) => `for f in a b; do ${line}\ndone`),
    fc.tuple(word, tie('line')).map(([pattern, line]) => `case ${pattern} in git) ${line};; *) ls;; esac`),
    tie('line').map((line) => `cat <<'A'\n${line}\nA\n`),
    tie('line').map((line) => `echo "${line}"`),
    tie('line').map((line) => `echo '${line}'`),
    tie('line').map((line) => `echo $'${line}'`),
    tie('line').map((line) => `# ${line}\nls`),
  ),
  line: fc.oneof(
    { depthSize: 'small' },
    tie('command'),
    fc.tuple(tie('command'), glue, tie('command')).map((parts) => parts.join('')),
  ),
}))

test.each([
  ['pieces in any order', soup, 250],
  ['pieces in lines that hold together', grown, 350],
] as const)('%s: nothing runs that is not named', (what, lines, wanted) => {
  const seed = Number(process.env['FC_SEED'] ?? Date.now() & 0x7fffffff)
  const told = new Set<string>()
  for (const line of fc.sample(lines, { seed, numRuns: 60_000 })) {
    if (told.size >= wanted) break
    if (line.length < 400 && safeToRun(line.replaceAll('/dev/null', '')) && shellPrograms(line)) told.add(line)
  }
  console.info(`${what}: ${told.size} lines told, seed ${seed} (FC_SEED repeats it)`)
  let count = 0
  for (const line of told) count += expectNamed(line)
  expect(told.size).toBeGreaterThan(wanted / 2)
  expect(count).toBeGreaterThan(wanted / 2)
})
