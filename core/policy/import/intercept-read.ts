// Reads the file of an Intercept policy (version "1"). Intercept ignores keys it does not know; here a rule with one is not
// understood, because what was meant may have been a prohibition.
import { describe, entryOf, type Located, type LocatedEntry, type Place } from '../located.ts'
import { code } from '../read-values.ts'
import type { ImportNotes } from './import-notes.ts'
import type { InterceptPolicy, InterceptTool } from './intercept-policy.ts'
import { readRule } from './intercept-read-rule.ts'
import { readText, type SourceLines } from './intercept-scalars.ts'

const fileKeys = ['version', 'description', 'default', 'hide', 'tools', 'approvals']
/** Words of PolicyLayer's hosted JSON policies, which mean other things. */
const hostedKeys = ['require', 'deny_if', 'limits']

/** Nothing if the file cannot be imported as a whole; the notes then say why. */
export function readIntercept(root: Located, lines: SourceLines, notes: ImportNotes): InterceptPolicy | undefined {
  const { report } = notes
  if (root.kind !== 'map') {
    report.error(root, `An Intercept policy is a map, found ${describe(root)}`)
    return undefined
  }
  const version = entryOf(root, 'version')
  if (!version || readText(version.value, lines) !== '1') {
    report.error(version?.value ?? root, 'An Intercept policy says `version: "1"`; other versions are not known')
  }
  const hosted = entryOf(root, 'all_tools') ?? hostedTool(root)
  if (hosted) {
    const message = `${code(hosted.key)} belongs to the policies of PolicyLayer's hosted gateway, which are not Intercept's`
    report.error(hosted.at, message, 'Only Intercept policies (`rules`, `conditions`, `state`) can be imported.')
  }
  if (report.diagnostics.length > 0) return undefined
  const unknown = root.entries.filter(({ key }) => !fileKeys.includes(key))
  const policy: InterceptPolicy = {
    description: readDescription(entryOf(root, 'description'), lines, notes),
    default: readDefault(entryOf(root, 'default'), lines, notes),
    hidden: readHide(entryOf(root, 'hide'), lines, notes),
    tools: readTools(entryOf(root, 'tools'), lines, notes),
    unknown: unknown.map(({ key, at }) => ({
      ...at,
      why: `nobody knows what ${code(key)} means in an Intercept policy`,
    })),
  }
  const approvals = entryOf(root, 'approvals')
  if (approvals) {
    notes.warn(
      approvals.at,
      '`approvals` (how people are told, how long they have) is not imported; Countersign has settings of its own',
    )
  }
  return report.diagnostics.length > 0 ? undefined : policy
}

function hostedTool(root: Located): LocatedEntry | undefined {
  const tools = entryOf(root, 'tools')?.value
  if (tools?.kind !== 'map') return undefined
  for (const { value } of tools.entries) {
    if (value.kind !== 'map' || entryOf(value, 'rules')) continue
    const found = value.entries.find(({ key }) => hostedKeys.includes(key))
    if (found) return found
  }
  return undefined
}

function readDescription(entry: LocatedEntry | undefined, lines: SourceLines, notes: ImportNotes): string {
  const text = entry ? readText(entry.value, lines) : ''
  if (entry && text === undefined) notes.warn(entry.at, '`description` is no text and was left out')
  return text ?? ''
}

function readDefault(entry: LocatedEntry | undefined, lines: SourceLines, notes: ImportNotes): 'allow' | 'deny' {
  const word = entry ? readText(entry.value, lines) : ''
  if (word === '' || word === 'allow') return 'allow'
  if (entry && word !== 'deny') notes.warn(entry.value, '`default` must be `allow` or `deny`; taken as `deny`')
  return 'deny'
}

function readHide(entry: LocatedEntry | undefined, lines: SourceLines, notes: ImportNotes): InterceptPolicy['hidden'] {
  if (!entry || entry.value.kind === 'nothing') return []
  if (entry.value.kind !== 'list') {
    notes.report.error(entry.value, `\`hide\` must be a list, found ${describe(entry.value)}`)
    return []
  }
  return entry.value.items.flatMap((item) => {
    const name = readText(item, lines)
    if (name !== undefined && name.trim() !== '') return { line: item.line, column: item.column, name }
    notes.report.error(item, `\`hide\` lists names of tools, found ${describe(item)}`)
    return []
  })
}

function readTools(entry: LocatedEntry | undefined, lines: SourceLines, notes: ImportNotes): InterceptTool[] {
  if (!entry || entry.value.kind === 'nothing') return []
  if (entry.value.kind !== 'map') {
    notes.report.error(entry.value, `\`tools\` must be a map from tools to their rules, found ${describe(entry.value)}`)
    return []
  }
  return entry.value.entries.map(({ key, at, value }): InterceptTool => {
    if (key === '') notes.report.error(at, 'A tool with an empty name cannot be named in a policy')
    return { ...at, name: key, rules: readRules(at, value, lines, notes) }
  })
}

function readRules(at: Place, tool: Located, lines: SourceLines, notes: ImportNotes): InterceptTool['rules'] {
  if (tool.kind === 'nothing') return []
  const notUnderstood = (place: Place, why: string) => {
    return { line: place.line, column: place.column, name: '', onDeny: '', action: 'not-understood', why } as const
  }
  if (tool.kind !== 'map') return [notUnderstood(tool, `a tool must be a map with \`rules\`, found ${describe(tool)}`)]
  const strange = tool.entries.filter(({ key }) => key !== 'rules')
  const rules = entryOf(tool, 'rules')?.value
  const list = rules?.kind === 'list' ? rules.items : []
  const wrong = rules && rules.kind !== 'list' && rules.kind !== 'nothing'
  return [
    ...strange.map(({ key, at: where }) =>
      notUnderstood(where, `nobody knows what ${code(key)} means beside \`rules\``),
    ),
    ...(wrong ? [notUnderstood(at, `\`rules\` must be a list, found ${describe(rules)}`)] : []),
    ...list.map((item) => readRule(item, lines, notes.report)),
  ]
}
