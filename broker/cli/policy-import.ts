// `countersign policy import`: takes a policy of another program over into ours. It only writes text; what is in force
// changes when a person puts the file among the policies.
import { statSync, writeFileSync } from 'node:fs'
import {
  type ImportedPolicy,
  type ImportFormat,
  importFormats,
  importPolicy,
} from '../../core/policy/import/import-policy.ts'
import { maxPolicyFileBytes } from '../../core/wire/limits.ts'
import { writeAtomically } from '../paths.ts'
import { type Command, type CommandContext, PlainError, readArguments, UsageError } from './command.ts'
import { readablePolicies } from './policy-files.ts'
import { showDiagnostic } from './policy-output.ts'
import { count, harmless, type Terminal } from './terminal.ts'

const usage = `Usage: countersign policy import FILE [--from FORMAT] [--server NAME] [-o OUT [--force]] [--json]

Reads a policy of another program and writes it as one of Countersign's, never looser than the
original. What cannot be said exactly becomes a stricter rule with a comment, and a warning.

  --from FORMAT     intercept: a PolicyLayer Intercept policy (YAML, version "1")
                    claude-code: settings.json of Claude Code, or its permissions alone
                    without it, the content of the file tells
  --server NAME     the server the policy is for (name or glob); an Intercept policy does not
                    say, and without this governs every server
  -o, --output OUT  write to this file instead of to standard output
  --force           overwrite OUT
  --json            one JSON object: {"ok", "format", "policy", "rules", "warnings", "errors"}

Exit codes: 0 imported, with or without warnings; 1 nothing could be imported; 2 wrong usage.
Examples: countersign policy import intercept.yaml --server github -o github.yaml
          countersign policy import ~/.claude/settings.json
`

const options = {
  from: { type: 'string' },
  server: { type: 'string' },
  output: { type: 'string', short: 'o' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

export const policyImport: Command = {
  usage,
  run: async ({ args, out, err }: CommandContext) => {
    const { values, positionals } = readArguments(args, options, 'FILE')
    const [file = '', extra] = positionals
    if (extra !== undefined) throw new UsageError(`one file at a time; "${extra}" is not expected here.`)
    if (values.force && values.output === undefined) throw new UsageError('--force needs --output.')
    const from = values.from === undefined ? undefined : formatOf(values.from)
    const source = readSource(file)
    const { server } = values
    const imported = importPolicy(source, { file, ...(from && { from }), ...(server === undefined ? {} : { server }) })
    if (imported.ok && values.output !== undefined) write(values.output, imported.text, values.force === true)
    if (values.json) out.line(JSON.stringify(asJson(imported, values.output)))
    else show(imported, source, values.output, out, err)
    return imported.ok ? 0 : 1
  },
}

function formatOf(text: string): ImportFormat {
  const known = importFormats.find((format) => format === text)
  if (known === undefined) throw new UsageError(`--from is one of ${importFormats.join(', ')}; "${text}" is none.`)
  return known
}

function readSource(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats?.isDirectory()) throw new PlainError(`${file} cannot be read: it is a folder; name a file`)
  // Looked at before it is read: a file can be larger than the memory.
  if (stats && stats.size > maxPolicyFileBytes) {
    throw new PlainError(`${file} cannot be imported: it is larger than ${maxPolicyFileBytes} bytes`)
  }
  return readablePolicies([file])[0]?.text ?? ''
}

function write(file: string, text: string, force: boolean): void {
  try {
    if (force) writeAtomically(file, text, 0o644)
    else writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new PlainError(`${file} exists already; to overwrite it, add --force`)
    throw new PlainError(`${file} cannot be written: ${message}`)
  }
}

function asJson(imported: ImportedPolicy, output: string | undefined): object {
  if (!imported.ok) return { ok: false, errors: imported.errors, warnings: imported.warnings }
  const { format, text, rules, warnings } = imported
  const written = output === undefined ? {} : { written: output }
  return { ok: true, format, policy: text, rules, ...written, warnings, errors: [] }
}

/** The policy to standard output, everything else beside it. */
function show(
  imported: ImportedPolicy,
  source: string,
  output: string | undefined,
  out: Terminal,
  err: Terminal,
): void {
  const lines = source.split(/\r?\n/)
  for (const warning of imported.warnings) showDiagnostic(err, warning, lines)
  if (!imported.ok) {
    for (const error of imported.errors) showDiagnostic(err, error, lines)
    err.line('Nothing was imported.')
  } else if (output === undefined) out.write(imported.text)
  else out.line(`${harmless(output)}: ${out.paint('green', 'written')}, ${count(imported.rules, 'rule')}`)
}
