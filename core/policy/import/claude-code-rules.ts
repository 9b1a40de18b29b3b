// Claude Code's permission lists in our words. Both let `deny` beat asking and asking beat `allow`, whatever the order.
import type { Effect } from '../../schema/policy-words.ts'
import { globProblem } from '../glob.ts'
import { readEntry } from './claude-code-entry.ts'
import type { ClaudeCodeSettings, PermissionList } from './claude-code-read.ts'
import type { ImportNotes } from './import-notes.ts'
import { type PolicyDraft, type RuleDraft, ruleIds } from './policy-draft.ts'

const effects: Record<PermissionList, Effect> = { allow: 'allow', ask: 'require-approval', deny: 'deny' }
/** The name Claude Code has as a client here. */
const clientName = 'claude-code'

/** What the defaults of Claude Code mean for MCP tools that no rule names. */
const modes: Readonly<Record<string, string>> = {
  default: 'asks for',
  manual: 'asks for',
  acceptEdits: 'asks for',
  plan: 'asks for',
  auto: 'lets a classifier decide about',
  bypassPermissions: 'allows',
  dontAsk: 'denies',
}

type Group = { effect: Effect; server: string; tools: Set<string>; comments: string[] }
const newGroup = (effect: Effect, server: string): Group => ({ effect, server, tools: new Set(), comments: [] })

/** Nothing if none of it is about MCP. `only`: the one server to take over. */
export function claudeCodeDraft(
  settings: ClaudeCodeSettings,
  only: string | undefined,
  notes: ImportNotes,
): PolicyDraft | undefined {
  const groups = new Map<string, Group>()
  const left: string[] = []
  const silent = settings.mode === 'dontAsk'
  for (const { list, text, ...at } of settings.entries) {
    const entry = readEntry(text, list === 'allow')
    const shown = `${list}: ${JSON.stringify(text)} (line ${at.line})`
    if (entry.kind !== 'mcp') {
      const why = entry.kind === 'other' ? 'it is not about an MCP tool' : entry.why
      left.push(`${shown}: ${why}`)
      notes.warn(at, `${JSON.stringify(text)} was left out: ${why}`)
      continue
    }
    if (entry.remark !== undefined) notes.warn(at, `${JSON.stringify(text)}: ${entry.remark}`)
    const effect = silent && list === 'ask' ? 'deny' : effects[list]
    for (const pattern of entry.patterns) {
      const problem = globProblem(pattern.server) ?? globProblem(pattern.tools)
      if (problem !== undefined) notes.report.error(at, `${JSON.stringify(text.slice(0, 40))} ${problem}`)
      const key = `${effect} ${pattern.server}`
      const group = groups.get(key) ?? newGroup(effect, pattern.server)
      groups.set(key, group)
      group.tools.add(pattern.tools)
      group.comments.push(`Claude Code: ${shown}${entry.remark === undefined ? '' : `: ${entry.remark}`}`)
    }
  }
  for (const { name, ...at } of settings.disabled) {
    const server = name.replace(/[[\]{}\\*]/g, '?')
    const problem = globProblem(server)
    if (problem !== undefined) notes.report.error(at, `The server name ${JSON.stringify(name.slice(0, 40))} ${problem}`)
    const comments = [`Claude Code: the server ${JSON.stringify(name)} is switched off (line ${at.line})`]
    groups.set(`deny off ${name}`, { effect: 'deny', server, tools: new Set(['*']), comments })
  }
  const id = ruleIds()
  const rules = [...groups.values()].map((group) => ruleOf(group, id, only))
  if (rules.length === 0 && !silent) return undefined
  return {
    header: headerOf(settings, left, notes),
    name: 'From Claude Code',
    ...(only === undefined ? {} : { server: only }),
    ...defaultOf(settings.mode),
    rules,
  }
}

/** Never milder than what Claude Code does with a tool that no rule names. */
function defaultOf(mode = 'default'): Pick<PolicyDraft, 'default'> {
  if (mode === 'bypassPermissions') return {}
  const silent = mode === 'dontAsk'
  const comments = silent
    ? ['defaultMode dontAsk: what no rule allows is denied. This concerns every client.']
    : [
        `What no rule names is asked about, as in Claude Code (defaultMode ${JSON.stringify(mode)}). This concerns every client.`,
        'To let calls pass that only read, write `default: { read: allow, "*": require-approval }`.',
      ]
  return { default: { effect: silent ? 'deny' : 'require-approval', comments } }
}

function ruleOf(
  { effect, server, tools, comments }: Group,
  id: ReturnType<typeof ruleIds>,
  only: string | undefined,
): RuleDraft {
  const named = tools.has('*') ? ['*'] : [...tools]
  return {
    id: id(effect === 'require-approval' ? 'ask' : effect, server === '*' ? 'every-server' : server),
    effect,
    ...(server === '*' && only !== undefined ? {} : { server: [server] }),
    // The permission was given to Claude Code; what is forbidden or asked about is so for everyone.
    ...(effect === 'allow' ? { client: [clientName] } : {}),
    tools: named,
    comments,
  }
}

function headerOf(
  { mode = 'default', others }: ClaudeCodeSettings,
  left: readonly string[],
  notes: ImportNotes,
): string[] {
  const known = Object.hasOwn(modes, mode) ? modes[mode] : undefined
  const unnamed = `Claude Code (defaultMode ${JSON.stringify(mode)}) ${known ?? 'may do anything with'} MCP tools that no rule names.`
  const header = [
    'Imported from Claude Code permissions. They are about what Claude Code may do, so `allow` is for that client only;',
    'what is denied or asked about is so for every client. Claude Code goes on applying its own lists.',
    'In names, Claude Code writes `_` for other characters too; in rules that deny or ask, `?` stands for any of them.',
    '',
    unnamed,
  ]
  if (mode === 'bypassPermissions') {
    header.push(
      'This file gives no default: such calls get that of their risk class, by which reads pass and the rest asks.',
    )
    notes.warn({ line: 1, column: 1 }, `${unnamed} Here they get the default of their risk class`)
  }
  if (others.length > 0) header.push('', `Not about permissions, and not imported: ${others.join(', ')}.`)
  if (left.length > 0) header.push('', 'Left out:', ...left)
  return header
}
