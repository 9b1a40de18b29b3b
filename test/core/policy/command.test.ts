// `command`: which programs a line starts, or that it cannot be told. Judged by tables, and by real shells: whatever is
// told is run with stand-ins for all programs, and nothing may run that was not named.
import { describe, expect, test } from 'vitest'
import { shellPrograms } from '../../../core/policy/shell-programs.ts'
import { allowedPrograms, commandTricks, rmTricks } from './tricks/commands.ts'
import { asking } from './tricks/verdict.ts'

const allListed = asking({ it: { command: { in: allowedPrograms } } })
const someIsRm = asking({ not: { it: { command: { not_in: ['rm'] } } } })

test.each(commandTricks)('%j: %s (%s)', (line, expected) => {
  expect(allListed(line)).toBe(expected)
})

test('no line of the table that starts rm gets past a rule that denies rm', () => {
  const past = rmTricks.filter(
    ([line]) => someIsRm(line) === 'did-not-hold' && shellPrograms(line)?.includes('rm') !== true,
  )
  // Told, and without rm: it was another program that the table is about.
  expect(past.filter(([line]) => /\brm\b/.test(line))).toEqual([])
})
