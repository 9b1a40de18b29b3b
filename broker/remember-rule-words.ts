// What a remembered rule does, in words: exactly that, including what an exception lets go for others.
import { scopeWords } from '../core/approval/scope-words.ts'
import { isLiteral } from '../core/policy/glob.ts'
import type { ArgumentScopes } from '../core/schema/grant.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { PolicyRule } from '../core/schema/policy.ts'
import type { Sentence } from '../core/wire/ui-contract.ts'
import type { CallFacts } from './approval-card.ts'
import { levelOf } from './grants-match.ts'

/** A rule that asks, and gets an exception. `servers`: globs of what its file governs. */
export type Exempted = { readonly file: string; readonly rule: PolicyRule; readonly servers: readonly string[] }

/** Why no exception can be added to a rule that asks about the call, as a sentence. */
export function exceptionProblem({ file, rule }: Exempted, facts: CallFacts): string | undefined {
  const name = `The rule ${rule.id} in ${file}`
  if (rule.effect !== 'require-approval') {
    return `${name} asks because its limit is used up; a rule that allows would lift the limit. Change the limit there.`
  }
  if (rule.limit) return `${name} has a limit, which an exception would lift. Change the rule there.`
  if (rule.redact) return `${name} keeps arguments out of the log, which an exception would end. Change the rule there.`
  if (rule.on) {
    return rule.on.length === 1
      ? undefined
      : `${name} is about several kinds of requests, and an exception would be for all of them. Change the rule there.`
  }
  const alone = rule.tools.length === 1 && rule.tools[0] === facts.ask.tool
  if (!rule.tools.every(isLiteral)) {
    return `${name} asks about more tools than this one, and an exception would be for all of them. Give this tool a rule of its own, or remember the answer for a session, an hour or today (a critical call: for a session).`
  }
  return alone || levelOf(facts) !== 'critical'
    ? undefined
    : `${name} asks about other tools as well, and an exception would be for all of them. Give this tool a rule of its own first.`
}

export function ruleWords(
  facts: CallFacts,
  kind: 'always' | 'block',
  scopes: ArgumentScopes,
  absent: readonly string[],
  held: readonly Exempted[],
): Sentence[] {
  const { session, ask } = facts
  const like = ask.arguments as JsonObject
  const what = ask.action === 'tools/call' ? [{ value: ask.tool }] : [{ text: ask.action }]
  const head: Sentence = [
    { text: kind === 'always' ? 'allows ' : 'denies ' },
    ...what,
    { text: ' of the server ' },
    { value: session.server },
    { text: ' for the client ' },
    { value: session.client },
  ]
  if (kind === 'block') {
    const certain = Object.values(scopes).every((scope) => scope.kind === 'anything' || scope.kind === 'fixed')
    return [
      head,
      ...scopeWords(scopes, like, [[{ text: 'whatever other arguments there are' }]], true),
      ...(certain ? [] : [[{ text: 'also where any of this cannot be told for certain' }]]),
    ]
  }
  return [
    head,
    ...scopeWords(scopes, like, [
      ...(absent.length > 0 ? [[{ text: 'none of its other arguments: ' }, ...names(absent)]] : []),
      [{ text: 'arguments that the tool does not declare are not looked at' }],
    ]),
    ...(ask.action === 'tools/call' ? [[{ text: 'only calls whose risk is ' }, { text: ask.risk.class }]] : []),
    ...held.map((one) => exceptionWords(one, facts)),
  ]
}

/** An exception has no client, server or tool: it is for all that the rule is about. */
function exceptionWords({ file, rule, servers }: Exempted, { session, ask }: CallFacts): Sentence {
  const others = rule.on ? [] : rule.tools.filter((one) => one !== ask.tool)
  const isAlone = (list: readonly string[], name: string) => list.length === 1 && list[0] === name
  const wide = [
    ...(isAlone(rule.clients ?? ['*'], session.client) ? [] : ['any client it is about']),
    ...(isAlone(rule.servers ?? servers, session.server) ? [] : ['any server it is about']),
  ]
  return [
    { text: 'the rule ' },
    { value: rule.id },
    { text: ' in ' },
    { value: file },
    { text: ' does not ask about such arguments any more' },
    ...(wide.length > 0 ? [{ text: `, of ${wide.join(' and ')}` }] : []),
    ...(others.length > 0 ? [{ text: ', also for ' }, ...names(others)] : []),
    { text: '; what else the policy says then decides' },
  ]
}

const names = (list: readonly string[]): Sentence =>
  list.flatMap((name, index) => [...(index === 0 ? [] : [{ text: ', ' }]), { value: name }])
