// A policy file as the user interface shows it: its text, its rules in words, and what is wrong with it.
import type { PolicyRule } from '../schema/policy.ts'
import type { PolicyFileView } from '../wire/ui-contract.ts'
import { parsePolicyText } from './parse.ts'
import { conditionWords } from './words.ts'

/** Rules and defaults are empty for a broken file: none of them is in force. */
export function policyFileView(text: string, file: string): PolicyFileView {
  const { entry, diagnostics } = parsePolicyText(text, file)
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
    rules: rules.map(({ id, effect, tools, line, reason, ...rule }) => ({
      id,
      effect,
      tools,
      line,
      conditions: ruleWords(rule),
      ...(reason === undefined ? {} : { reason }),
    })),
    diagnostics,
  }
}

type Restrictions = Pick<PolicyRule, 'servers' | 'clients' | 'risk' | 'when' | 'unless'>

/** All that narrows a rule beyond its tools, one restriction a line. */
function ruleWords({ servers, clients, risk, when = [], unless = [] }: Restrictions): string[] {
  const unlessWords = unless.map(conditionWords).join(' and ')
  return [
    ...(servers ? [`server is ${servers.join(' or ')}`] : []),
    ...(clients ? [`client is ${clients.join(' or ')}`] : []),
    ...(risk ? [`risk is ${risk.join(' or ')}`] : []),
    ...when.map(conditionWords),
    ...(unlessWords === '' ? [] : [`unless ${unlessWords}`]),
  ]
}
