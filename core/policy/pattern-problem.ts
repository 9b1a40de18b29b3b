// What is wrong with a regular expression, in words for whoever knows them from other programs.
import { patternSize } from './pattern-size.ts'
import { textEngines } from './text-engines.ts'

const maxLength = 1000
/** Of one pattern, and of all of a file: a step takes about two microseconds to compile, and time for every character searched. */
const maxSize = 1000
const maxSizeOfFile = 20_000

export type PatternProblem = { message: string; suggestion?: string }

/** What was found out about the patterns of a file: one that many rules share is compiled once. */
export type KnownPatterns = { problems: Map<string, PatternProblem | undefined>; size: number }

export const noPatterns = (): KnownPatterns => ({ problems: new Map(), size: 0 })

/** Nothing for a pattern that can be used. */
export function patternProblem(pattern: string, known: KnownPatterns): PatternProblem | undefined {
  if (!known.problems.has(pattern)) known.problems.set(pattern, problemOf(pattern, known))
  return known.problems.get(pattern)
}

function problemOf(pattern: string, known: KnownPatterns): PatternProblem | undefined {
  if (pattern.length > maxLength) return { message: `The regular expression is longer than ${maxLength} characters` }
  const size = patternSize(pattern)
  if (size > maxSize) {
    return {
      message: `The regular expression is too large: it takes about ${Math.ceil(size)} steps, and ${maxSize} are allowed`,
    }
  }
  known.size += size
  if (known.size > maxSizeOfFile) {
    return {
      message: 'The regular expressions of this file are too large together',
      suggestion: 'Make it several files.',
    }
  }
  const problem = syntaxProblem(pattern)
  if (problem === undefined) return undefined
  const suggestion = foreign.find(([syntax]) => syntax.test(pattern))?.[1]
  return { message: `The regular expression is not RE2 syntax: ${problem}`, ...(suggestion && { suggestion }) }
}

function syntaxProblem(pattern: string): string | undefined {
  try {
    textEngines.regex(pattern)
    return undefined
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '')
  }
}

/** Syntax that other engines have and RE2 has not, because it cannot be searched for in linear time or never was standard. */
const foreign: [syntax: RegExp, suggestion: string][] = [
  [/\(\?<?[=!]/, 'RE2 has no lookahead and lookbehind; use a second condition, `unless` or `not`.'],
  [/\\[1-9]|\\k[<{']|\(\?P=/, 'RE2 has no backreferences; write the part out.'],
  [/\(\?>/, 'RE2 never backtracks, so it needs no atomic groups; write `(?:`.'],
  [/[*+?}]\+/, 'RE2 never backtracks, so it needs no possessive quantifiers; leave the second `+` out.'],
  [/\\Z/, 'Write `\\z` for the end of the text.'],
  [/\\u[0-9A-Fa-f]{4}/, 'Write `\\x{…}` for a code point.'],
  [/\(\?(?:R|\d|&|\()/, 'RE2 has no recursion and no conditions.'],
  [/\(\?#/, 'RE2 has no comments; write it beside the rule, after `#`.'],
]
