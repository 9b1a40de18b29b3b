// `countersign policy test`: runs the examples that policy files bring along, for policies kept in git.
import { callWords, type PolicyTestResult, runPolicyTests } from '../../core/policy/run-tests.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import { combinedLines } from '../../core/policy/trace-words.ts'
import type { Diagnostic } from '../../core/wire/ui-contract.ts'
import { type Command, type CommandContext, readArguments } from './command.ts'
import { readablePolicies, readPolicySources, withoutMark } from './policy-files.ts'
import { diagnosticAnnotation, githubAnnotation, outputFormat, showDiagnostic } from './policy-output.ts'
import { notLookedAt, notLookedAtWords } from './policy-subfolders.ts'
import { ruleLines } from './policy-trace.ts'
import { count, harmless, type Terminal } from './terminal.ts'

const usage = `Usage: countersign policy test FILE…|FOLDER… [--with FILE] [--format text|json|github]

Runs the calls under "tests:" of policy files and says which are not decided as expected, and
why. Each file is judged by itself. A folder stands for the .yaml and .yml files in it, not
in its subfolders.

  --with FILE       this file, or the files of this folder, are in force too; may be repeated
  --require-tests   a file without tests counts as a failure
  --format text     for people; this is what you get without --format
  --format json     one JSON object: {"ok", "calls", "failed", "files": [{"file", "ok", "tests"}]}
  --format github   annotations for GitHub Actions
  --json            short for --format json

Paths are compared as text, with the home folder /home/dev and the working folder
/home/dev/project; risk comes from the built-in list of known servers and the tool's name.

Exit codes: 0 all calls are as expected; 1 one is not, or a file has mistakes; 2 wrong usage.
Example: countersign policy test policies --with policies/baseline.yaml
In a policy file:
  tests:
    - { call: { tool: delete_file, arguments: { path: a.txt } }, expect: deny }
    - { call: read_file, expect: allow, rule: id-of-the-rule-that-decides }
`

type Tested = {
  file: string
  ok: boolean
  problem?: string
  diagnostics: Diagnostic[]
  results: PolicyTestResult[]
  lines: string[]
}

function show(out: Terminal, { file, ok, problem, diagnostics, results, lines }: Tested): void {
  for (const diagnostic of diagnostics) showDiagnostic(out, diagnostic, lines)
  for (const result of results) if (!result.ok) showFailure(out, file, result)
  const failed = results.filter((result) => !result.ok).length
  if (problem !== undefined) {
    const said = harmless(problem)
    out.line(`${harmless(file)}: ${ok ? out.paint('dim', said) : `${out.paint('red', 'failed')}, ${said}`}`)
  } else if (ok) {
    out.line(`${harmless(file)}: ${out.paint('green', 'good')}, ${count(results.length, 'call')}`)
  } else if (failed > 0) {
    out.line(`${harmless(file)}: ${out.paint('red', 'failed')}, ${failed} of ${count(results.length, 'call')}`)
  }
}

function showFailure(out: Terminal, file: string, result: PolicyTestResult): void {
  const { test, request, trace } = result
  const title = harmless(test.name ?? callWords(request))
  out.line(`${out.paint('bold', `${harmless(file)}:${test.line}`)}: ${out.paint('red', 'not as expected')}: ${title}`)
  if (test.name !== undefined) out.line(`  call      ${harmless(callWords(request))}`)
  out.line(`  expected  ${expectedWords(result)}`)
  out.line(`  got       ${gotWords(result)}`)
  out.line(`  because   ${harmless(trace.decision.reason)}`)
  const lines = ruleLines(out, trace, { indent: '    ' })
  if (lines.length > 0) {
    out.line()
    for (const line of lines) out.line(line)
    for (const line of combinedLines(trace)) out.line(`    ${harmless(line)}`)
  }
  out.line()
}

const expectedWords = ({ test: { expect, rule } }: PolicyTestResult): string =>
  rule === undefined ? expect : `${expect}, by rule ${rule}`

function gotWords({ trace: { decision }, mismatches }: PolicyTestResult): string {
  const ids = decision.rules.map(({ id }) => id).join(', ')
  const by =
    decision.source === 'rule' ? `by rule ${ids}` : decision.source === 'default' ? 'by default' : 'by a broken file'
  return `${decision.kind}, ${by}${mismatches.includes('expect') ? '' : ': the decision is right, the rule is another one'}`
}

function annotations({ file, ok, problem, diagnostics, results }: Tested): string[] {
  const failures = results
    .filter((result) => !result.ok)
    .map((result) =>
      githubAnnotation({
        severity: 'error',
        file,
        line: result.test.line,
        title: 'Policy test failed',
        message: [
          result.test.name ?? callWords(result.request),
          `expected ${expectedWords(result)}`,
          `got ${gotWords(result)}`,
          result.trace.decision.reason,
        ].join('\n'),
      }),
    )
  const whole = !ok && problem !== undefined ? [{ severity: 'error' as const, file, title: 'Policy test failed' }] : []
  return [
    ...diagnostics.map(diagnosticAnnotation),
    ...whole.map((one) => githubAnnotation({ ...one, message: `${file}: ${problem}` })),
    ...failures,
  ]
}

function asJson({ file, ok, problem, diagnostics, results }: Tested): object {
  const tests = results.map(({ test, request, trace, ...result }) => ({
    ...test,
    server: request.resource.server,
    client: request.subject.client,
    got: trace.decision.kind,
    rules: trace.decision.rules.map(({ id }) => id),
    reason: trace.decision.reason,
    ...result,
    ...(result.ok ? {} : { trace }),
  }))
  return { file, ok, ...(problem === undefined ? {} : { problem }), diagnostics, tests }
}

function summary(tested: readonly Tested[], calls: number, failed: number): string {
  const size = `${count(calls, 'call')} in ${count(tested.filter((one) => one.results.length > 0).length, 'file')}`
  const unusable = tested.filter((one) => !one.ok && one.results.length === 0).length
  if (failed > 0) return `${size}: ${failed} not as expected`
  return unusable > 0 ? `${size}: ${count(unusable, 'file')} could not be tested` : `${size}: all as expected`
}

export const policyTest: Command = {
  usage,
  run: async ({ args, out }: CommandContext) => {
    const { values, positionals } = readArguments(
      args,
      {
        with: { type: 'string', multiple: true },
        'require-tests': { type: 'boolean' },
        json: { type: 'boolean' },
        format: { type: 'string' },
      },
      'FILE',
    )
    const format = outputFormat(values)
    const named = values.with ?? []
    const beside = (named.length > 0 ? readablePolicies(named) : []).map(({ file, text }) => ({
      file,
      text: withoutMark(text),
    }))
    const tested = readPolicySources(positionals).map((source): Tested => {
      if (!('text' in source)) {
        const problem = `cannot be read: ${source.problem}`
        return { file: source.file, ok: false, problem, diagnostics: [], results: [], lines: [] }
      }
      const text = withoutMark(source.text)
      const [run = { file: source.file, ok: false, diagnostics: [], results: [] }] = runPolicyTests(
        [{ file: source.file, text }],
        { engines: () => textEngines, beside },
      )
      const none = run.ok && run.results.length === 0
      return {
        ...run,
        ok: run.ok && !(none && values['require-tests'] === true),
        ...(none ? { problem: 'has no tests' } : {}),
        lines: text.split(/\r?\n/),
      }
    })
    const ok = tested.every((one) => one.ok)
    const results = tested.flatMap((one) => one.results)
    const failed = results.filter((result) => !result.ok).length
    const passedBy = notLookedAt(positionals)
    const unseen = notLookedAtWords(passedBy)
    if (format === 'json') {
      const more = unseen === undefined ? {} : { notLookedAt: passedBy }
      out.line(JSON.stringify({ ok, calls: results.length, failed, files: tested.map(asJson), ...more }))
    } else {
      if (format === 'github') for (const one of tested) for (const line of annotations(one)) out.line(line)
      else for (const one of tested) show(out, one)
      out.line(summary(tested, results.length, failed))
      if (unseen !== undefined) out.line(harmless(unseen))
    }
    return ok ? 0 : 1
  },
}
