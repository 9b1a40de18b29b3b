// From a located tree to a policy file. Everything unknown is an error: a rule half understood is worse than none.
import type { PolicyFile, PolicyRule } from '../schema/policy.ts'
import { effects } from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'
import { maxDurationMs, parseDuration } from './duration.ts'
import { entryOf, type Located, type LocatedEntry, type Reporter } from './located.ts'
import { readConditions } from './read-conditions.ts'
import { code, knownEntries, readGlobs, readText, readTexts, readWord, wrong } from './read-values.ts'

const fileKeys = ['version', 'name', 'server', 'default', 'rules'] as const
const laterFileKeys = ['tests', 'on']
const ruleKeys = ['id', 'effect', 'tools', 'server', 'client', 'risk', 'when', 'unless', 'reason', 'approval'] as const
const laterRuleKeys = ['limit', 'hide', 'redact', 'on', 'tests', 'log']
const laterApprovalKeys = ['confirm']

const maxName = 200
const maxId = 100
const maxReason = 2000

/** The policy of a file. Only to be used if nothing was reported: what was wrong is left out of it. */
export function readPolicyFile(root: Located, report: Reporter): PolicyFile {
  const policy: PolicyFile = { version: 1, servers: ['*'], defaults: {}, rules: [] }
  if (root.kind !== 'map') {
    const message = root.kind === 'nothing' ? 'The file is empty' : 'A policy file must be a map'
    report.error(root, `${message}; it must at least say \`version: 1\``)
    return policy
  }
  const { version, name, server, rules, ...rest } = knownEntries(root, 'a policy file', fileKeys, laterFileKeys, report)
  if (!version) report.error(root, '`version` is missing', 'Add `version: 1`.')
  else if (version.value.kind !== 'number' || version.value.value !== 1) wrong(version.value, '`version`', '1', report)
  const servers = server && readGlobs(server, report)
  const title = name && readText(name, maxName, report)
  if (rest.default) policy.defaults = readDefaults(rest.default, report)
  return {
    ...policy,
    ...(title === undefined ? {} : { name: title }),
    ...(servers === undefined ? {} : { servers }),
    rules: rules ? readRules(rules, report) : [],
  }
}

/**
 * The servers a broken file surely governs; `['*']` when that is in doubt, because whatever the file was to forbid must
 * stay forbidden.
 */
export function governedServers(root: Located | undefined, report: Reporter): string[] {
  if (root?.kind !== 'map') return ['*']
  const named = root.entries.filter((entry) => entry.key.toLowerCase().startsWith('serv'))
  const entry = entryOf(root, 'server')
  if (!entry || named.length !== 1) return ['*']
  const before = report.diagnostics.length
  const servers = readGlobs(entry, report)
  report.diagnostics.length = before
  return servers ?? ['*']
}

function readDefaults({ value }: LocatedEntry, report: Reporter): PolicyFile['defaults'] {
  if (value.kind === 'text') {
    const effect = readWord(value, '`default`', effects, report)
    return effect ? { '*': effect } : {}
  }
  if (value.kind !== 'map' || value.entries.length === 0) {
    wrong(value, '`default`', 'an effect or a map from risk classes to effects', report)
    return {}
  }
  const classes = [...riskClasses, '*'] as const
  const entries = knownEntries(value, '`default`', classes, [], report)
  const defaults: PolicyFile['defaults'] = {}
  for (const risk of classes) {
    const entry = entries[risk]
    const effect = entry && readWord(entry.value, `The default for ${code(risk)}`, effects, report)
    if (effect) defaults[risk] = effect
  }
  return defaults
}

function readRules({ value }: LocatedEntry, report: Reporter): PolicyRule[] {
  if (value.kind !== 'list') {
    wrong(value, '`rules`', 'a list', report, value.kind === 'map' ? 'Begin each rule with `- `.' : undefined)
    return []
  }
  const rules: PolicyRule[] = []
  const lines = new Map<string, number>()
  for (const item of value.items) {
    const rule = readRule(item, report)
    if (!rule) continue
    const earlier = lines.get(rule.id)
    const at = entryOf(item, 'id')?.value ?? item
    if (earlier !== undefined) report.error(at, `The rule id ${code(rule.id)} is already used on line ${earlier}`)
    else lines.set(rule.id, at.line)
    rules.push(rule)
  }
  return rules
}

function readRule(item: Located, report: Reporter): PolicyRule | undefined {
  if (item.kind !== 'map') return wrong(item, 'A rule', 'a map', report)
  const found = knownEntries(item, 'a rule', ruleKeys, laterRuleKeys, report)
  for (const key of ['id', 'effect', 'tools'] as const) {
    const suggestion = key === 'tools' ? 'For all tools write `tools: "*"`.' : undefined
    if (!found[key]) report.error(item, `The rule has no ${code(key)}`, suggestion)
  }
  const id = found.id && readId(found.id, report)
  const effect = found.effect && readWord(found.effect.value, '`effect`', effects, report)
  const tools = found.tools && readGlobs(found.tools, report)
  const servers = found.server && readGlobs(found.server, report)
  const clients = found.client && readGlobs(found.client, report)
  const risk = found.risk && readRisk(found.risk, report)
  const when = found.when && readConditions(found.when, report)
  const unless = found.unless && readConditions(found.unless, report)
  const reason = found.reason && readText(found.reason, maxReason, report)
  const approvalTimeoutMs = found.approval && readApproval(found.approval, effect, report)
  // An id is enough to look for duplicates; whatever else was wrong has been reported and keeps the file from being used.
  if (id === undefined) return undefined
  return {
    id,
    line: item.line,
    effect: effect ?? 'deny',
    tools: tools ?? ['*'],
    ...(servers && { servers }),
    ...(clients && { clients }),
    ...(risk && { risk }),
    ...(when && { when }),
    ...(unless && { unless }),
    ...(reason === undefined ? {} : { reason }),
    ...(approvalTimeoutMs === undefined ? {} : { approvalTimeoutMs }),
  }
}

function readId(entry: LocatedEntry, report: Reporter): string | undefined {
  const id = readText(entry, maxId, report)
  if (id === undefined || /^[A-Za-z0-9][\w.-]*$/.test(id)) return id
  return wrong(entry.value, '`id`', 'made of letters, digits, `-`, `_` and `.`', report)
}

function readRisk(entry: LocatedEntry, report: Reporter): PolicyRule['risk'] {
  const texts = readTexts(entry, 'a risk class or a list of them', report)
  const classes = texts?.map(({ text, at }) => {
    return readWord({ kind: 'text', value: text, line: at.line, column: at.column }, '`risk`', riskClasses, report)
  })
  return classes?.every((one) => one !== undefined) ? classes : undefined
}

function readApproval(entry: LocatedEntry, effect: string | undefined, report: Reporter): number | undefined {
  const { value } = entry
  if (value.kind !== 'map') return wrong(value, '`approval`', 'a map, as in `{ timeout: 5m }`', report)
  if (effect !== undefined && effect !== 'require-approval') {
    report.error(entry.at, `\`approval\` has no meaning in a rule whose effect is ${code(effect)}`)
  }
  const { timeout } = knownEntries(value, '`approval`', ['timeout'], laterApprovalKeys, report)
  if (!timeout) return undefined
  const milliseconds = timeout.value.kind === 'text' ? parseDuration(timeout.value.value) : undefined
  if (milliseconds !== undefined) return milliseconds
  const days = maxDurationMs / 86_400_000
  return wrong(
    timeout.value,
    '`timeout`',
    `a duration such as \`30s\`, \`5m\`, \`1h\` or \`1d\`, up to ${days} days`,
    report,
  )
}
