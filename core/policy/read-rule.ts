// Reading the rules of a file: what each is about, and that what it says together makes sense.
import type { PolicyRule } from '../schema/policy.ts'
import { actions, type Effect, effects, type OtherAction, otherActions } from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'
import { entryOf, type Located, type LocatedEntry, type Reporter } from './located.ts'
import { readConditions } from './read-conditions.ts'
import { readApproval, readLimit, readRedact } from './read-limit.ts'
import { booleanHint, code, knownEntries, readGlobs, readText, readTexts, readWord, wrong } from './read-values.ts'

const ruleKeys = [
  'id',
  'effect',
  'tools',
  'server',
  'client',
  'risk',
  'on',
  'when',
  'unless',
  'limit',
  'hide',
  'redact',
  'reason',
  'approval',
] as const
type RuleEntries = Partial<Record<(typeof ruleKeys)[number], LocatedEntry>>

const maxId = 100
const maxReason = 2000

export function readRules({ value }: LocatedEntry, report: Reporter): PolicyRule[] {
  if (value.kind !== 'list') {
    wrong(value, '`rules`', 'a list', report, value.kind === 'map' ? 'Begin each rule with `- `.' : undefined)
    return []
  }
  const rules: PolicyRule[] = []
  const lines = new Map<string, number>()
  for (const item of value.items) {
    if (report.full) break
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
  const found = knownEntries(item, 'a rule', ruleKeys, report)
  const on = found.on && readOn(found.on, report)
  for (const key of ['id', 'effect', 'tools'] as const) {
    if (found[key] || (key === 'tools' && found.on && on !== 'tools/call')) continue
    report.error(
      item,
      `The rule has no ${code(key)}`,
      key === 'tools' ? 'For all tools write `tools: "*"`.' : undefined,
    )
  }
  const id = found.id && readId(found.id, report)
  const effect = found.effect && readWord(found.effect.value, '`effect`', effects, report)
  const tools = found.tools && readGlobs(found.tools, report)
  const servers = found.server && readGlobs(found.server, report)
  const clients = found.client && readGlobs(found.client, report)
  const risk = found.risk && readRisk(found.risk, report)
  const when = found.when && readConditions(found.when, report)
  const unless = found.unless && readConditions(found.unless, report)
  const limit = found.limit && readLimit(found.limit, effect, report)
  const hide = found.hide && readHide(found.hide, found, effect, report)
  const redact = found.redact && readRedact(found.redact, report)
  const reason = found.reason && readText(found.reason, maxReason, report)
  const asks = asksPeople(effect, found.limit !== undefined, limit)
  const approval = found.approval && readApproval(found.approval, { effect, asks }, report)
  const otherActions = on === 'tools/call' ? undefined : on
  if (otherActions) refuseBesideOn(found, report)
  // An id is enough to look for duplicates; whatever else was wrong has been reported and keeps the file from being used.
  if (id === undefined) return undefined
  return {
    id,
    line: item.line,
    effect: effect ?? 'deny',
    ...(otherActions && { on: otherActions }),
    tools: tools ?? ['*'],
    ...(servers && { servers }),
    ...(clients && { clients }),
    ...(risk && { risk }),
    ...(when && { when }),
    ...(unless && { unless }),
    ...(limit && { limit }),
    ...(hide && { hide }),
    ...(redact && { redact }),
    ...(reason === undefined ? {} : { reason }),
    ...approval,
  }
}

/** Whether the rule can ever ask a person; `undefined` where its effect or limit could not be read. */
function asksPeople(effect: Effect | undefined, limited: boolean, limit: PolicyRule['limit']): boolean | undefined {
  if (effect === 'require-approval') return true
  if (effect === undefined || (effect === 'allow' && limited && !limit)) return undefined
  return limit?.then === 'require-approval'
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

/** `tools/call`, alone, is the same as no `on`. */
function readOn(entry: LocatedEntry, report: Reporter): OtherAction[] | 'tools/call' | undefined {
  const texts = readTexts(entry, 'a method or a list of them', report)
  const words = texts?.map(({ text, at }) => {
    return readWord({ kind: 'text', value: text, line: at.line, column: at.column }, '`on`', actions, report)
  })
  if (!words?.every((word) => word !== undefined)) return undefined
  const others = otherActions.filter((action) => words.includes(action))
  if (!words.includes('tools/call')) return others
  if (others.length === 0) return 'tools/call'
  report.error(entry.value, '`tools/call` cannot stand with other methods', 'Write a rule for each.')
  return undefined
}

const onlyOfTools = ['tools', 'risk', 'hide', 'limit'] as const

function refuseBesideOn(found: RuleEntries, report: Reporter): void {
  for (const key of onlyOfTools) {
    const entry = found[key]
    if (!entry) continue
    const suggestion = key === 'tools' ? 'Leave it out; conditions look at the params of the request.' : 'Leave it out.'
    report.error(entry.at, `${code(key)} is about tool calls and cannot stand with \`on\``, suggestion)
  }
}

/** A hidden tool is gone for every call, so the rule must deny every call. */
const conditional = ['when', 'unless', 'risk', 'limit'] as const

function readHide(
  { at, value }: LocatedEntry,
  found: RuleEntries,
  effect: Effect | undefined,
  report: Reporter,
): true | undefined {
  if (value.kind !== 'boolean' || !value.value) {
    const suggestion = value.kind === 'boolean' ? 'Leave it out if nothing is to be hidden.' : booleanHint(value)
    return wrong(value, '`hide`', '`true`', report, suggestion)
  }
  if (effect !== undefined && effect !== 'deny') {
    report.error(at, `\`hide\` has no meaning in a rule whose effect is ${code(effect)}`)
  }
  const beside = conditional.find((key) => found[key])
  if (beside === undefined) return true
  report.error(
    at,
    `\`hide\` cannot stand with ${code(beside)}: a tool is hidden before any call is known`,
    'Make it a rule of its own without conditions.',
  )
  return undefined
}
