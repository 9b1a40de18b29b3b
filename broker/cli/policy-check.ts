// `countersign policy check`: reads policy files as the app would and points at what is wrong, for editors and for CI.
import { lintPolicies } from '../../core/policy/lint.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import type { Diagnostic } from '../../core/wire/ui-contract.ts'
import { type Command, type CommandContext, readArguments } from './command.ts'
import { type PolicySource, readPolicySources, withoutMark } from './policy-files.ts'
import { diagnosticAnnotation, githubAnnotation, outputFormat, showDiagnostic } from './policy-output.ts'
import { notLookedAt, notLookedAtWords } from './policy-subfolders.ts'
import { count, harmless, type Terminal } from './terminal.ts'

const usage = `Usage: countersign policy check [FILE…|FOLDER…] [--strict] [--format text|json|github]

Checks policy files (YAML) without putting them in force. Each mistake is shown with its place
and what to write instead. So are warnings: what reads well and can hardly be meant, such as a
tool that the server does not have or a rule that never decides. The files are checked as a set.
A folder stands for the .yaml and .yml files in it, not in its subfolders. Without any: the
policies of this installation.

  --strict        warnings count as mistakes
  --format text   for people; this is what you get without --format
  --format json   one JSON object: {"ok", "files": [{"file", "ok", "rules", "diagnostics"}]}
  --format github annotations for GitHub Actions
  --json          short for --format json

Exit codes: 0 all files are good; 1 a file has mistakes or cannot be read; 2 wrong usage.
Examples: countersign policy check
          countersign policy check --strict policies/github.yaml policies/baseline.yaml
`

type Checked = {
  file: string
  ok: boolean
  rules: number
  diagnostics: Diagnostic[]
  lines: string[]
  problem?: string
}

function check(sources: readonly PolicySource[], strict: boolean): Checked[] {
  const parsed = sources.map((source) => {
    if (!('text' in source)) return { file: source.file, problem: `cannot be read: ${source.problem}` }
    const text = withoutMark(source.text)
    return { file: source.file, text, ...parsePolicyText(text, source.file) }
  })
  const readable = parsed.filter((one) => 'entry' in one)
  const warnings = lintPolicies(readable, { engines: textEngines })
  return parsed.map((one) => {
    if (!('entry' in one)) return { ok: false, rules: 0, diagnostics: [], lines: [], ...one }
    const { file, text, entry } = one
    const diagnostics = [...one.diagnostics, ...warnings.filter((warning) => warning.file === file)]
    const ok = entry.status === 'ok' && !(strict && diagnostics.length > 0)
    const rules = entry.status === 'ok' ? entry.policy.rules.length : 0
    return { file, ok, rules, diagnostics, lines: text.split(/\r?\n/) }
  })
}

function show(out: Terminal, { file, ok, problem, diagnostics, rules, lines }: Checked): void {
  if (problem !== undefined) out.line(`${harmless(file)}: ${out.paint('red', 'error')}: ${harmless(problem)}`)
  for (const diagnostic of diagnostics) showDiagnostic(out, diagnostic, lines)
  if (!ok) return
  const warned = diagnostics.length > 0 ? `, ${count(diagnostics.length, 'warning')}` : ''
  out.line(`${harmless(file)}: ${out.paint('green', 'good')}, ${count(rules, 'rule')}${warned}`)
}

function annotations({ file, problem, diagnostics }: Checked): string[] {
  if (problem === undefined) return diagnostics.map(diagnosticAnnotation)
  return [githubAnnotation({ severity: 'error', file, title: 'Policy mistake', message: `${file} ${problem}` })]
}

export const policyCheck: Command = {
  usage,
  run: async ({ args, out }: CommandContext) => {
    const { values, positionals } = readArguments(
      args,
      { json: { type: 'boolean' }, format: { type: 'string' }, strict: { type: 'boolean' } },
      '[FILE]',
    )
    const format = outputFormat(values)
    const checked = check(readPolicySources(positionals), values.strict === true)
    const ok = checked.every((one) => one.ok)
    const bad = checked.filter((one) => !one.ok).length
    const passedBy = notLookedAt(positionals)
    const unseen = notLookedAtWords(passedBy)
    if (format === 'json') {
      const files = checked.map(({ lines: _, ...one }) => one)
      out.line(JSON.stringify({ ok, files, ...(unseen === undefined ? {} : { notLookedAt: passedBy }) }))
    } else if (format === 'github') {
      for (const one of checked) for (const line of annotations(one)) out.line(line)
      // For the log of the run; a line without `::` annotates nothing.
      out.line(`${count(checked.length, 'file')}: ${bad === 0 ? 'good' : `${bad} must be mended`}`)
      if (unseen !== undefined) out.line(harmless(unseen))
    } else {
      if (checked.length === 0) out.line('There are no policy files.')
      for (const one of checked) show(out, one)
      if (bad > 0 && checked.length > 1) out.line(`${bad} of ${count(checked.length, 'file')} must be mended.`)
      if (unseen !== undefined) out.line(harmless(unseen))
    }
    return ok ? 0 : 1
  },
}
