// `countersign policy fmt`: brings policy files into their one layout, or leaves them as they are.
import { chmodSync, realpathSync, statSync } from 'node:fs'
import { formatPolicyText } from '../../core/policy/format-yaml.ts'
import { writeAtomically } from '../paths.ts'
import { type Command, type CommandContext, readArguments, UsageError } from './command.ts'
import { type PolicySource, readPolicySources } from './policy-files.ts'
import { notLookedAt, notLookedAtWords } from './policy-subfolders.ts'
import { harmless, type Terminal } from './terminal.ts'

const usage = `Usage: countersign policy fmt FILE…|FOLDER… [--check] [--stdout]

Brings policy files into one layout: two spaces, rules as blocks, quotes only where they are
needed, lines of at most 120 characters. Comments, blank lines and the order of everything stay.
A file whose meaning would change, or that has mistakes, stays as it is. A folder stands for the
.yaml and .yml files in it, not in its subfolders.

  --check    change nothing; say which files are laid out differently
  --stdout   print the result instead of writing the file; for one file

Exit codes: 0 done (with --check: nothing to do); 1 a file could not be formatted (with --check:
or is laid out differently); 2 wrong usage.
Example: countersign policy fmt --check policies
`

type Formatted =
  | { file: string; state: 'same' }
  | { file: string; state: 'changed'; text: string }
  | { file: string; state: 'refused'; problem: string }

function format(source: PolicySource): Formatted {
  const { file } = source
  if (!('text' in source)) return { file, state: 'refused', problem: `cannot be read: ${source.problem}` }
  const formatted = formatPolicyText(source.text)
  if (!formatted.ok) {
    const hint = formatted.broken ? `. Run: countersign policy check ${file}` : ''
    return { file, state: 'refused', problem: `${formatted.problem}${hint}` }
  }
  return formatted.text === source.text ? { file, state: 'same' } : { file, state: 'changed', text: formatted.text }
}

/** Writes beside the file and moves it into place; a link goes on pointing at what it pointed at. */
function write(file: string, text: string): string | undefined {
  try {
    const target = realpathSync(file)
    const mode = statSync(target).mode & 0o7777
    writeAtomically(target, text, mode)
    // What the process may give at most (umask) can be less than what the file had.
    chmodSync(target, mode)
    return undefined
  } catch (error) {
    return `cannot be written: ${(error as Error).message}`
  }
}

export const policyFmt: Command = {
  usage,
  run: async ({ args, out, err }: CommandContext) => {
    const options = { check: { type: 'boolean' }, stdout: { type: 'boolean' } } as const
    const { values, positionals } = readArguments(args, options, 'FILE')
    if (values.check && values.stdout) throw new UsageError('--check and --stdout exclude each other.')
    const sources = readPolicySources(positionals)
    if (values.stdout && sources.length !== 1) throw new UsageError('--stdout is for one file.')
    let ok = true
    for (const source of sources) {
      const done = format(source)
      if (done.state === 'refused') {
        ok = false
        refuse(err, done.file, done.problem)
      } else if (values.stdout) {
        out.write(done.state === 'changed' ? done.text : 'text' in source ? source.text : '')
      } else if (done.state === 'same') {
        out.line(`${harmless(done.file)}: ${out.paint('dim', 'unchanged')}`)
      } else if (values.check) {
        ok = false
        out.line(`${harmless(done.file)}: ${out.paint('yellow', 'would be formatted')}`)
      } else {
        const problem = write(done.file, done.text)
        if (problem === undefined) out.line(`${harmless(done.file)}: ${out.paint('green', 'formatted')}`)
        else refuse(err, done.file, problem)
        ok &&= problem === undefined
      }
    }
    const unseen = values.stdout ? undefined : notLookedAtWords(notLookedAt(positionals))
    if (unseen !== undefined) out.line(harmless(unseen))
    return ok ? 0 : 1
  },
}

const refuse = (err: Terminal, file: string, problem: string): void =>
  err.line(`${harmless(file)}: ${err.paint('red', 'error')}: ${harmless(problem)}`)
