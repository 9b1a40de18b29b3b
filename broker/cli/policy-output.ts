// How the policy commands show what they found: for people with the place marked, for programs as JSON, and as the
// annotations that GitHub puts beside the lines of a pull request.
import type { Diagnostic } from '../../core/wire/ui-contract.ts'
import { UsageError } from './command.ts'
import { harmless, type Terminal } from './terminal.ts'

export const outputFormats = ['text', 'json', 'github'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** `--format`, or `--json` for short. */
export function outputFormat(values: { format?: string | undefined; json?: boolean | undefined }): OutputFormat {
  const { format = values.json ? 'json' : 'text', json } = values
  const known = outputFormats.find((one) => one === format)
  if (known === undefined) throw new UsageError(`--format is one of ${outputFormats.join(', ')}; "${format}" is none.`)
  if (json && known !== 'json') throw new UsageError(`--json and --format ${known} exclude each other.`)
  return known
}

/** A diagnostic with its line and a caret under the place. */
export function showDiagnostic(out: Terminal, diagnostic: Diagnostic, lines: readonly string[]): void {
  const { file, line, column, severity, message, suggestion } = diagnostic
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

export type Annotation = {
  severity: 'error' | 'warning'
  file: string
  line?: number
  column?: number
  title: string
  message: string
}

/** A workflow command of GitHub Actions; what would end it or one of its values is escaped as GitHub unescapes it. */
export function githubAnnotation({ severity, file, line, column, title, message }: Annotation): string {
  const places = [line === undefined ? [] : [`line=${line}`], column === undefined ? [] : [`col=${column}`]].flat()
  const values = [`file=${value(file)}`, ...places, `title=${value(title)}`]
  // The log of a run is shown as a terminal would.
  const lines = message.split('\n').map(harmless)
  return `::${severity} ${values.join(',')}::${data(lines.join('\n'))}`
}

export const diagnosticAnnotation = ({ suggestion, ...diagnostic }: Diagnostic): string =>
  githubAnnotation({
    ...diagnostic,
    title: diagnostic.severity === 'error' ? 'Policy mistake' : 'Policy warning',
    message: suggestion === undefined ? diagnostic.message : `${diagnostic.message}\n${suggestion}`,
  })

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const value = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
