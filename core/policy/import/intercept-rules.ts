// An Intercept policy in our words. Its rules are assertions: every one must hold or the call is denied. Ours name calls
// and give an effect. So each assertion becomes a `deny` of what fails it, each counter an `allow` with a limit.
import type { JsonObject } from '../../schema/json.ts'
import type { ImportNotes } from './import-notes.ts'
import { allOf, say } from './intercept-conditions.ts'
import { type ApprovalRule, type BoundRule, writeCounted } from './intercept-counted.ts'
import { clashes, countedBy } from './intercept-limits.ts'
import type { InterceptPolicy, InterceptRule, InterceptTool } from './intercept-policy.ts'
import { covering, isExact, RuleSink } from './intercept-sink.ts'
import type { PolicyDraft } from './policy-draft.ts'

type Evaluating = Extract<InterceptRule, { action: 'evaluate' }>

/** `server`: the one the policy is for. */
export function interceptDraft(policy: InterceptPolicy, server: string | undefined, notes: ImportNotes): PolicyDraft {
  const sink = new RuleSink(policy, notes)
  const name = policy.description.replace(/\s+/g, ' ').trim()
  const header = ['Imported from an Intercept policy. Rules that differ from the original are stricter, and say so.']
  if (server === undefined) {
    header.push('An Intercept file does not say which server it is for: without `server:` this governs every server.')
    notes.warn({ line: 1, column: 1 }, 'The policy governs every server; name the one it is for with --server')
  }
  for (const { why, ...at } of policy.unknown) sink.refuse('*', at, ['unknown-key'], why)
  writeHidden(policy, sink)
  if (sink.deniesByDefault && sink.listed.length > 0) {
    const comments = ['Tools that the original lists, as far as nothing below denies them.']
    sink.rules.push({ id: sink.id('listed-tools'), effect: 'allow', tools: sink.listed, comments })
  }
  const bounds: BoundRule[] = []
  const approvals: ApprovalRule[] = []
  const clash = clashes(policy)
  for (const tool of policy.tools) {
    const why = clash.get(tool)
    if (why !== undefined) sink.refuse(tool.name, tool, [tool.name, 'counter'], why)
    writeTool(tool, why === undefined, { sink, bounds, approvals })
  }
  writeCounted(bounds, approvals, sink)
  const comments = sink.deniesByDefault
    ? ['Tools that the original does not list are denied.']
    : [
        'What no rule names is allowed, as in the original. Another file for the same server can set a stricter default.',
      ]
  return {
    header,
    ...(name === '' ? {} : { name }),
    ...(server === undefined ? {} : { server }),
    default: { effect: policy.default, comments },
    rules: sink.rules,
  }
}

function writeHidden({ hidden }: InterceptPolicy, sink: RuleSink): void {
  const [first] = hidden
  if (!first) return
  for (const { name, ...at } of hidden) sink.checkName(name, at)
  sink.rules.push({
    id: sink.id('hidden'),
    effect: 'deny',
    tools: [...new Set(hidden.map(({ name }) => covering(name)))],
    hide: true,
    reason: 'This tool is hidden by policy.',
    comments: [`Intercept: hide (line ${first.line})`],
  })
}

type Into = { readonly sink: RuleSink; readonly bounds: BoundRule[]; readonly approvals: ApprovalRule[] }

/** `counts`: whether its counters are its own. */
function writeTool(tool: InterceptTool, counts: boolean, into: Into): void {
  const { name } = tool
  const { sink } = into
  sink.checkName(name, tool)
  if (sink.deniesByDefault && name !== '*' && !isExact(name)) {
    const words = 'has characters that are special in our tool names; it is left out, so the default denies it'
    sink.notes.warn(tool, `The tool ${JSON.stringify(name)} ${words}`)
    return
  }
  for (const rule of tool.rules) {
    const comment = `Intercept: ${name}, rule ${JSON.stringify(rule.name)} (line ${rule.line})`
    switch (rule.action) {
      case 'deny':
        sink.deny(name, rule, [comment])
        break
      case 'not-understood':
        sink.refuse(name, rule, [name, rule.name], rule.why, comment)
        break
      case 'evaluate':
        writeAssertion(tool, rule, counts, comment, into)
        break
      case 'require_approval':
        noteApproval(name, rule, comment, into)
        break
    }
  }
}

function writeAssertion(tool: InterceptTool, rule: Evaluating, counts: boolean, comment: string, into: Into): void {
  const { sink } = into
  const must: JsonObject[] = []
  for (const condition of rule.conditions) {
    const said = say(condition, 'narrow', sink.notes.report.patterns)
    if (said === 'always') continue
    if (said === 'never') {
      sink.deny(tool.name, rule, [comment, 'Nothing can fulfil its conditions.'])
      return
    }
    if ('problem' in said) {
      sink.refuse(tool.name, condition, [tool.name, rule.name], said.problem, comment)
      return
    }
    must.push(said.map)
  }
  const counted = countedBy(rule, tool)
  const [refusal] = counted.refused
  if (refusal) {
    sink.refuse(tool.name, refusal, [tool.name, rule.name], refusal.why, comment)
    return
  }
  for (const remark of counted.remarks) sink.notes.warn(rule, remark)
  const bounds = counts ? counted.bounds : []
  // A limit on the sum already denies what cannot be added up.
  if (!bounds.some(({ sum }) => sum !== undefined)) must.push(...counted.required)
  if (must.length > 0) sink.deny(tool.name, rule, [comment, ...counted.remarks], failing(must))
  for (const bound of bounds) {
    for (const remark of bound.remarks) if (!counted.remarks.includes(remark)) sink.notes.warn(bound.at, remark)
    const comments = [comment, ...bound.remarks]
    if (bound.max < 0) sink.deny(tool.name, rule, [...comments, 'No call fits into this bound.'])
    else into.bounds.push({ bound, comments })
  }
}

/** What an assertion denies: calls of which not all of it holds. */
function failing(must: readonly JsonObject[]): JsonObject {
  const map = allOf(must)
  const [inner] = Object.keys(map).length === 1 ? [map['not']] : []
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : { not: map }
}

function noteApproval(tool: string, rule: ApprovalRule['from'], comment: string, { sink, approvals }: Into): void {
  const must: JsonObject[] = []
  const comments = [comment]
  for (const condition of rule.conditions) {
    const said = say(condition, 'wide', sink.notes.report.patterns)
    if (said === 'always') continue
    if (said === 'never') {
      sink.notes.warn(rule, 'Nothing can fulfil the conditions of this approval; it is left out')
      return
    }
    if ('map' in said) must.push(said.map)
    else comments.push(sink.notes.warn(condition, `${said.problem}; the rule asks without this condition`))
  }
  const when = must.length > 0 ? allOf(must) : undefined
  approvals.push({ tool, always: when === undefined, from: rule, when, comments })
}
