// `countersign policy check`: reads policy files as the app would and points at what is wrong, for editors and for CI.
import { readFileSync } from 'node:fs'
import { parsePolicyText } from '../../core/policy/parse.ts'
import type { Diagnostic } from '../../core/wire/ui-contract.ts'
import { type Command, type CommandContext, readArguments } from './command.ts'
import { count, harmless, type Terminal } from './terminal.ts'

const usage = `Usage: countersign policy check FILE… [--json]

Checks policy files (YAML) without putting them in force. Each mistake is shown with its place
and, where there is one, a suggestion.

  --json   print one JSON object: {"ok", "files": [{"file", "ok", "rules", "diagnostics"}]}

Exit codes: 0 all files are good; 1 a file has mistakes or cannot be read; 2 wrong usage.
Example: countersign policy check ~/.local/share/countersign/policies/*.yaml
`

type Checked = {
  file: string
  ok: boolean
  rules: number
  diagnostics: Diagnostic[]
  lines: string[]
  problem?: string
}

function check(file: string): Checked {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const nothing = { file, ok: false, rules: 0, diagnostics: [], lines: [] }
    return { ...nothing, problem: `cannot be read: ${reasonOf(error as NodeJS.ErrnoException)}` }
  }
  const { entry, diagnostics } = parsePolicyText(text, file)
  const rules = entry.status === 'ok' ? entry.policy.rules.length : 0
  return { file, ok: entry.status === 'ok', rules, diagnostics, lines: text.split(/\r?\n/) }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder; name the files in it',
    EACCES: 'you may not read it',
  }
  return known[code ?? ''] ?? message
}

function show(out: Terminal, checked: Checked): void {
  const { file, problem, diagnostics, lines } = checked
  if (problem !== undefined) out.line(`${harmless(file)}: ${out.paint('red', 'error')}: ${problem}`)
  for (const { line, column, severity, message, suggestion } of diagnostics) {
    const place = out.paint('bold', `${harmless(file)}:${line}:${column}`)
    out.line(`${place}: ${out.paint(severity === 'error' ? 'red' : 'yellow', severity)}: ${harmless(message)}`)
    const source = lines[line - 1]
    if (source !== undefined && source.trim() !== '') {
      const gutter = `  ${line} | `
      const before = source.slice(0, column - 1)
      // Shown as escapes, invisible characters are wider than they were: the caret moves with them. Tabs stay tabs.
      const indent = harmless(before).replace(/[^\t]/gu, ' ')
      out.line(`${out.paint('dim', gutter)}${harmless(source)}`)
      out.line(`${' '.repeat(gutter.length - 2)}${out.paint('dim', '| ')}${indent}${out.paint('red', '^')}`)
    }
    if (suggestion !== undefined) out.line(`  ${harmless(suggestion)}`)
  }
  if (problem === undefined && diagnostics.length === 0) {
    out.line(`${harmless(file)}: ${out.paint('green', 'good')}, ${count(checked.rules, 'rule')}`)
  }
}

export const policyCheck: Command = {
  usage,
  run: async ({ args, out }: CommandContext) => {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } }, 'FILE')
    const checked = positionals.map(check)
    const ok = checked.every((one) => one.ok)
    if (values.json) {
      const files = checked.map(({ lines: _, ...one }) => one)
      out.line(JSON.stringify({ ok, files }))
      return ok ? 0 : 1
    }
    for (const one of checked) show(out, one)
    const bad = checked.filter((one) => !one.ok).length
    if (bad > 0 && checked.length > 1) out.line(`${bad} of ${count(checked.length, 'file')} must be mended.`)
    return ok ? 0 : 1
  },
}
