// From the text of a policy file to what the broker publishes. A file with any error is broken as a whole: it denies what
// it governs until it is mended.
import type { PolicySetEntry } from '../schema/policy.ts'
import type { PolicyTestCase } from '../schema/policy-test.ts'
import type { Diagnostic } from '../wire/ui-contract.ts'
import { reporter } from './located.ts'
import { governedServers, readPolicyFile } from './read-file.ts'
import { readYaml } from './read-yaml.ts'

/** `tests`: the file's own examples, never published; none of a broken file. */
export type ParsedPolicy = { entry: PolicySetEntry; diagnostics: Diagnostic[]; tests: PolicyTestCase[] }

/**
 * Reads one policy file (YAML 1.2, core schema). `file` is its name for messages. Never throws on bad text: the entry is
 * then `broken` and the diagnostics say where and why, in the order of the text.
 */
export function parsePolicyText(text: string, file: string): ParsedPolicy {
  const report = reporter(file)
  const root = readYaml(text, report)
  const syntaxOk = report.diagnostics.length === 0
  const read = root && readPolicyFile(root, report)
  const { diagnostics } = report
  if (read && diagnostics.length === 0) {
    return { entry: { file, status: 'ok', policy: read.policy }, diagnostics, tests: read.tests }
  }
  diagnostics.sort((a, b) => a.line - b.line || a.column - b.column)
  const servers = syntaxOk ? governedServers(root, report) : ['*']
  return { entry: { file, status: 'broken', servers, problem: problemOf(diagnostics) }, diagnostics, tests: [] }
}

function problemOf(diagnostics: readonly Diagnostic[]): string {
  const [first] = diagnostics
  if (!first) return 'it could not be read'
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : ''
  return `line ${first.line}: ${first.message}${more}`
}
