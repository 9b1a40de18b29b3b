// What cannot be remembered, and why: said before anything is worked out, in sentences for the person who chose it.
import { scopeMatcher } from '../core/approval/scope.ts'
import { isAllAnything } from '../core/approval/scope-narrowest.ts'
import type { PolicyPorts } from '../core/policy/path-inside.ts'
import type { ArgumentScopes } from '../core/schema/grant.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { UiParams } from '../core/wire/ui-contract.ts'
import type { CallFacts } from './approval-card.ts'
import { tooMany } from './grants.ts'
import { levelOf } from './grants-match.ts'

/** Longest value or text that a rule takes, in characters of JSON: people have to be able to read the file. */
const longestInRule = 4096
/** Longest name of an argument; a path of the language has to hold it. */
const longestName = 300
/** Longest scopes in all of a grant, which is sent to the windows whole at every change. */
const longestInGrant = 64 * 1024

/** Empty where it can be. `room`: for another grant. `ours`: the call was judged by the policy files of this broker. */
export function choiceProblems(
  facts: CallFacts,
  choice: UiParams<'approvals.preview'>['choice'],
  ports: PolicyPorts,
  { room, ours }: { room: boolean; ours: boolean },
): string[] {
  const { scopes } = choice
  const args = facts.ask.arguments as JsonObject
  const rule = choice.kind === 'block' || choice.lifetime === 'always'
  const problems: string[] = []
  if (choice.kind === 'remember') problems.push(...carefulProblems(facts, choice.lifetime, scopes))
  if (!rule && !room) problems.push(tooMany)
  if (rule && !ours) {
    problems.push('The client goes by a policy file of its own; a rule here would not be asked. Write it there.')
  }
  if (choice.kind === 'remember' && rule && facts.ask.beside !== undefined) {
    problems.push('This call carries more than its arguments, and a rule cannot look at that.')
  }
  if (rule && Object.values(scopes).some((scope) => JSON.stringify(scope).length > longestInRule)) {
    problems.push('A value is too long to be written into a rule. Choose less of it.')
  }
  if (!rule && JSON.stringify(scopes).length > longestInGrant) {
    problems.push('The values are too long to be remembered exactly. Choose less of them.')
  }
  if (Object.keys(scopes).some((name) => name.length > longestName)) {
    problems.push('The name of an argument is too long to be remembered.')
  }
  if (problems.length === 0 && !coversItself(scopes, args, ports)) {
    problems.push('It would not cover this call itself, so it surely is not what you mean.')
  }
  return problems
}

function carefulProblems(facts: CallFacts, lifetime: string, scopes: ArgumentScopes): string[] {
  if (levelOf(facts) !== 'critical') return []
  const problems: string[] = []
  if (lifetime !== 'session' && lifetime !== 'always') {
    problems.push('A call of this risk can be remembered for the session, or by a rule; not for a time.')
  }
  if (isAllAnything(scopes)) problems.push('For a call of this risk at least one argument must be narrowed down.')
  return problems
}

/** Also false for scopes that cannot be conditions, and for arguments that differ in case only. */
function coversItself(scopes: ArgumentScopes, args: JsonObject, ports: PolicyPorts): boolean {
  try {
    return scopeMatcher(scopes, args)(args, ports)
  } catch {
    return false // an argument name that the language cannot say
  }
}
