// `command`: which programs a line starts, or that it cannot be told. (command-shells.test.ts asks real shells.)
import { describe, expect, test } from 'vitest'
import { shellPrograms } from '../../../core/policy/shell-programs.ts'
import { allowedPrograms, commandTricks, rmTricks } from './tricks/commands.ts'
import { asking } from './tricks/verdict.ts'

const allListed = asking({ it: { command: { in: allowedPrograms } } })
const someIsRm = asking({ not: { it: { command: { not_in: ['rm'] } } } })

test.each(commandTricks)('%j: %s (%s)', (line, expected) => {
  expect(allListed(line)).toBe(expected)
})

test.each(rmTricks)('%j does not slip past a rule that denies rm (%s, %s)', (line) => {
  // What is told and does not name rm is a line in which nothing is called that.
  if (someIsRm(line) === 'did-not-hold') expect(line).not.toMatch(/\brm\b/)
})

describe('the names', () => {
  test.each([
    ['git status', ['git']],
    ['ls -la | grep x && rm y; cat z', ['ls', 'grep', 'rm', 'cat']],
    ['if test -f x; then ls; else rm y; fi', ['test', 'ls', 'rm']],
    ['/usr/bin/git log', ['git']],
    ['/opt/x/git log', ['/opt/x/git']],
    ['./x/y z', ['./x/y']],
    ['g\\i"t" log', ['git']],
    ['! (ls | { wc; })', ['ls', 'wc']],
    ["cat <<'E' | wc\nrm\nE\nls", ['cat', 'wc', 'ls']],
    ['сat x', ['сat']],
  ])('of %j are %j', (line, names) => {
    expect(shellPrograms(line)).toEqual(names)
  })
})

describe('where cmd and PowerShell may read the line too', () => {
  test.each([
    ['git status', ['git']],
    ['git commit -m "Say it; all of it"', ['git']],
    ['git status && dir | sort', ['git', 'dir', 'sort']],
    ['git.exe status', ['git']],
    ['type src\\x.txt', ['type']],
    ["echo 'a & del x'", undefined],
    ['echo "a\\" & del x & \\""', undefined],
    ['echo ""& del x &""', undefined],
    ['echo %PATH%', undefined],
    ['echo $(del x)', undefined],
    ['echo $env:X', undefined],
    ['echo (del x)', undefined],
    ['echo ^& del x', undefined],
    ['echo "a`"; del x; `""', undefined],
    ['echo a\ndel x', undefined],
    ['echo “a”; del x; “', undefined],
    ['echo !x!', undefined],
    ['echo x # y', undefined],
    ['echo @args', undefined],
    ['echo {del x}', undefined],
    ['echo x > y', undefined],
    ['"git" status', undefined],
    ['del,x', undefined],
    ['git/../del x', undefined],
    ['@del x', undefined],
    ['DEL x', undefined],
    ['cmd /c del', undefined],
    ['start x', undefined],
    ['iex x', undefined],
    ['x.ps1', undefined],
    ['C:\\x\\del', undefined],
  ])('%j: %j', (line, names) => {
    expect(shellPrograms(line, 'any')).toEqual(names)
  })
})

describe('a hostile line is answered, and what it hides is not told', () => {
  const long = 60_000
  test.each([
    ['subshells', '( '.repeat(long / 2)],
    ['groups', '{ '.repeat(long / 2)],
    ['conditions', 'if '.repeat(long / 3)],
    ['cases', 'case a in a) '.repeat(long / 14)],
    ['here-documents', 'a <<x\n'.repeat(long / 6)],
    ['dollars', '$'.repeat(long)],
    ['open quotes', "'".repeat(long - 1)],
    ['substitutions', '$('.repeat(long / 2)],
    ['backquotes', '`\\'.repeat(long / 2)],
    ['closed subshells, deep', `${'( '.repeat(300)}ls${' )'.repeat(300)}`],
    ['a megabyte', `ls ${'a'.repeat(1 << 20)}`],
    ['a megabyte of programs', 'ls;'.repeat(1 << 18)],
  ])('%s', (_, line) => {
    expect(shellPrograms(line)).toBeUndefined()
  })

  test.each([
    ['programs', 'ls;'.repeat(long / 3), long / 3],
    ['pipes', `${'ls|'.repeat(long / 3)}ls`, long / 3 + 1],
    ['quotes', `ls ${'""'.repeat(long / 2)}`, 1],
    ['empty lines', `ls${'\n'.repeat(long)}`, 1],
    ['redirections', `ls ${'<a '.repeat(long / 3)}`, 1],
    ['negations', `${'! '.repeat(1000)}ls`, 1],
  ])('%s, many but plain, are told', (_, line, count) => {
    expect(shellPrograms(line)).toHaveLength(count)
  })
})
