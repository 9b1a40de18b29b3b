// A policy file as the user interface shows it: its text, its rules in words, and what is wrong with it.
import type { PolicyRule } from '../schema/policy.ts'
import type { Confirmation } from '../schema/policy-words.ts'
import type { PolicyFileView } from '../wire/ui-contract.ts'
import { durationWords } from './duration-words.ts'
import type { ParsedPolicy } from './parse.ts'
import { conditionsWords, conditionWords, limitWords } from './words.ts'

/** Rules and defaults are empty for a broken file: none of them is in force. */
export function policyFileView(
  text: string,
  { entry, diagnostics }: Pick<ParsedPolicy, 'entry' | 'diagnostics'>,
): PolicyFileView {
  const { file } = entry
  if (entry.status === 'broken') {
    return { file, status: 'broken', servers: entry.servers, text, defaults: [], rules: [], diagnostics }
  }
  const { name, servers, defaults, rules } = entry.policy
  return {
    file,
    status: 'ok',
    ...(name === undefined ? {} : { name }),
    servers,
    text,
    defaults: Object.entries(defaults).map(([risk, effect]) => ({ risk, effect })),
    rules: rules.map(({ id, effect, tools, on, line, reason, ...rule }) => ({
      id,
      effect,
      tools,
      ...(on === undefined ? {} : { on: [...on] }),
      ...(rule.hide ? { hide: true as const } : {}),
      line,
      conditions: ruleWords(rule),
      ...(reason === undefined ? {} : { reason }),
    })),
    diagnostics,
  }
}

type Restrictions = Omit<PolicyRule, 'id' | 'effect' | 'tools' | 'on' | 'line' | 'reason'>

/** All that narrows a rule beyond its tools or goes with it, one thing a line. */
function ruleWords(rule: Restrictions): string[] {
  const { servers, clients, risk, when = [], unless = [], limit, hide, redact, approvalTimeoutMs, confirm } = rule
  return [
    ...(servers ? [`server is ${servers.join(' or ')}`] : []),
    ...(clients ? [`client is ${clients.join(' or ')}`] : []),
    ...(risk ? [`risk is ${risk.join(' or ')}`] : []),
    ...when.map(conditionWords),
    ...(unless.length > 0 ? [`unless ${conditionsWords(unless)}`] : []),
    ...(limit ? [`${limitWords(limit)}; after that it ${limit.then === 'deny' ? 'denies' : 'asks'}`] : []),
    ...(hide ? ['hidden from the list of tools'] : []),
    ...(redact ? [`${redact.join(' and ')} ${redact.length === 1 ? 'is' : 'are'} kept out of the audit log`] : []),
    ...(approvalTimeoutMs === undefined ? [] : [`an approval may wait for ${durationWords(approvalTimeoutMs)}`]),
    ...(confirm === undefined ? [] : [`approving takes ${confirmationWords[confirm]}`]),
  ]
}

const confirmationWords: Record<Confirmation, string> = {
  click: 'a click',
  'type-name': "typing the tool's name",
  'os-auth': 'proving to the system who you are',
}
