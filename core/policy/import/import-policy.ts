// `countersign policy import`: a policy of another program as one of ours, never looser, with a word about everything that
// could not be said exactly.

import type { Diagnostic } from '../../wire/ui-contract.ts'
import { formatPolicyText } from '../format-yaml.ts'
import { globProblem } from '../glob.ts'
import { entryOf, type Located } from '../located.ts'
import { parsePolicyText } from '../parse.ts'
import { readYaml } from '../read-yaml.ts'
import { bombIn } from '../yaml-bombs.ts'
import { looksLikeClaudeCode, readClaudeCode } from './claude-code-read.ts'
import { claudeCodeDraft } from './claude-code-rules.ts'
import { type ImportNotes, importNotes } from './import-notes.ts'
import { readIntercept } from './intercept-read.ts'
import { interceptDraft } from './intercept-rules.ts'
import type { PolicyDraft } from './policy-draft.ts'
import { writePolicy } from './write-policy.ts'

export const importFormats = ['intercept', 'claude-code'] as const
export type ImportFormat = (typeof importFormats)[number]

/** `server`: the one the policy is for, a name or a glob. `from`: instead of finding the format out. */
export type ImportOptions = { readonly file: string; readonly from?: ImportFormat; readonly server?: string }

export type ImportedPolicy =
  | {
      readonly ok: true
      readonly format: ImportFormat
      readonly text: string
      readonly rules: number
      readonly warnings: readonly Diagnostic[]
    }
  | { readonly ok: false; readonly errors: readonly Diagnostic[]; readonly warnings: readonly Diagnostic[] }

/** Larger than this, a text is not laid out anew, which takes its time. */
const maxFormatted = 100_000

/** Never throws on bad text. Throws if what was written is no good policy, which would be a mistake in here. */
export function importPolicy(source: string, { file, from, server }: ImportOptions): ImportedPolicy {
  const notes = importNotes(file)
  const { report } = notes
  const serverProblem = server === undefined ? undefined : globProblem(server)
  if (serverProblem !== undefined)
    report.error({ line: 1, column: 1 }, `The server ${JSON.stringify(server)} ${serverProblem}`)
  const root = readYaml(source.replace(/^\ufeff/, ''), report)
  const format = root && report.diagnostics.length === 0 ? (from ?? detect(root, notes)) : undefined
  const draft = root && format && draftOf(format, root, source, server, notes)
  if (!draft || report.diagnostics.length > 0)
    return { ok: false, errors: report.diagnostics, warnings: notes.warnings }
  const written = writePolicy(draft)
  if (bombIn(written)) {
    report.error(
      { line: 1, column: 1 },
      'What would be written is larger than a policy file may be',
      'Import it in parts.',
    )
    return { ok: false, errors: report.diagnostics, warnings: notes.warnings }
  }
  const formatted = written.length <= maxFormatted ? formatPolicyText(written) : undefined
  const text = formatted?.ok ? formatted.text : written
  const [mistake] = parsePolicyText(text, file).diagnostics
  if (mistake)
    throw new Error(`what was imported from ${file} cannot be read back: line ${mistake.line}: ${mistake.message}`)
  return { ok: true, format, text, rules: draft.rules.length, warnings: notes.warnings }
}

function detect(root: Located, { report }: ImportNotes): ImportFormat | undefined {
  if (looksLikeClaudeCode(root)) return 'claude-code'
  const ours = entryOf(root, 'rules')?.value.kind === 'list' || entryOf(root, 'server') !== undefined
  if (ours) {
    report.error(root, 'This looks like a policy of Countersign itself, which needs no import')
    return undefined
  }
  if (['tools', 'hide', 'default'].some((key) => entryOf(root, key) !== undefined)) return 'intercept'
  report.error(
    root,
    'This is neither an Intercept policy (`version`, `tools`) nor Claude Code permissions (`permissions` with `allow`, `ask`, `deny`)',
    `To have it read as one of them, write \`--from\`: ${importFormats.join(' or ')}.`,
  )
  return undefined
}

function draftOf(
  format: ImportFormat,
  root: Located,
  source: string,
  server: string | undefined,
  notes: ImportNotes,
): PolicyDraft | undefined {
  switch (format) {
    case 'intercept': {
      const policy = readIntercept(root, source.replace(/^\ufeff/, '').split(/\r\n|\n/), notes)
      return policy && interceptDraft(policy, server, notes)
    }
    case 'claude-code': {
      const settings = readClaudeCode(root, notes)
      const draft = settings && claudeCodeDraft(settings, server, notes)
      if (settings && !draft)
        notes.report.error(root, 'Nothing in this file is about MCP tools, so there is nothing to import')
      return draft
    }
  }
}
