// What is wrong with a spool, for the person who is told.
import type { SpoolDamage } from './ingest.ts'
import type { SpoolProblem } from './spool-row.ts'

const words: Readonly<Record<SpoolProblem, string>> = {
  malformed: 'this is no line of a spool',
  'hash-mismatch': 'the line was changed',
  'chain-broken': 'the line does not follow the one before it',
  gap: 'the line has a number out of order',
  'foreign-session': 'the line is of another session',
  'too-long': 'the line has no end',
  shrunk: 'the file is shorter than what was read of it before',
  gone: 'the file is not there any more; its session is refused everything until its client starts it again',
  missing: 'the file is not there, and a later part is',
  torn: 'the file ends in the middle of a line, and a later part is there',
  unfinished: 'half a line of a process that was killed is ignored',
  unreadable: 'the file cannot be opened',
  'no-file': 'a link, a folder or a pipe has the name of a spool',
}

const wholeFile: readonly SpoolProblem[] = ['gone', 'missing', 'unreadable', 'no-file']

/** One line: file, line where there is one, the word of `verify`, and what it means. */
export function damageInWords({ file, line, problem }: SpoolDamage): string {
  const place = wholeFile.includes(problem) ? file : `${file}, line ${line}`
  return `${place}: ${problem} (${words[problem]})`
}
