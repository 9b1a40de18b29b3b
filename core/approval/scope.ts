// What a remembered answer covers, as conditions of the policy language: one meaning for grants, rules and past calls.
import { finder } from '../policy/argument-path.ts'
import { allHold, type CompiledCondition, compileConditions } from '../policy/condition.ts'
import type { Outcome } from '../policy/outcome.ts'
import { type PolicyPorts, pathJudge } from '../policy/path-inside.ts'
import type { ArgumentScope, ArgumentScopes } from '../schema/grant.ts'
import type { JsonObject } from '../schema/json.ts'
import type { PolicyCondition } from '../schema/policy.ts'

/** The words of the language for a top-level argument of that name. */
export function argumentPath(name: string): string {
  if (name === 'any' || name === 'all' || name === 'not') return `$.${name}`
  return /^[A-Za-z_][\w-]*$/.test(name) ? name : `$[${JSON.stringify(name)}]`
}

/**
 * One condition an argument, with paths that differ, so that they can stand in one map.
 * @param like The arguments of the call that was answered: where one is a list of paths, `inside` is about every one of them.
 * @param denying A beginning is then a beginning, wherever the rest leads: nobody gets out of a deny by it.
 */
export function scopeConditions(scopes: ArgumentScopes, like: JsonObject, denying = false): PolicyCondition[] {
  const conditions: PolicyCondition[] = []
  const never: PolicyCondition[] = []
  for (const [name, scope] of Object.entries(scopes)) {
    if (scope.kind === 'inside' && isListOfPaths(name, like)) {
      const path = argumentPath(name)
      conditions.push({
        path,
        tests: [
          { operator: 'type', operand: 'array' },
          { operator: 'length', operand: { gte: 1 } },
        ],
      })
      never.push({ path: `${path}[*]`, tests: [{ operator: 'outside', operand: [scope.folder] }] })
    } else conditions.push(...conditionOf(argumentPath(name), scope))
    if (scope.kind === 'prefix' && !denying) {
      const path = argumentPath(name)
      for (const part of leadsBack(scope.prefix)) never.push({ path, tests: [{ operator: 'contains', operand: part }] })
    }
  }
  if (never.length > 0) conditions.push({ not: never.length === 1 ? never : [{ any: never.map((one) => [one]) }] })
  return conditions
}

/**
 * What must not stand in a text that begins like this, because servers make a path or an address of it: after `acme/` a
 * `..` leads to anybody's. In an address it can be written as `%2e` as well.
 */
export function leadsBack(prefix: string): string[] {
  if (!/[/\\]/.test(prefix)) return []
  return prefix.includes('://') ? ['..', '%2e', '%2E'] : ['..']
}

export const isListOfPaths = (name: string, like: JsonObject): boolean =>
  Object.hasOwn(like, name) && Array.isArray(like[name])

function conditionOf(path: string, scope: ArgumentScope): PolicyCondition[] {
  switch (scope.kind) {
    case 'fixed':
      return [{ path, tests: [{ operator: 'equals', operand: scope.value }] }]
    case 'prefix':
      return [{ path, tests: [{ operator: 'starts_with', operand: scope.prefix }] }]
    case 'inside':
      return [{ path, tests: [{ operator: 'inside', operand: [scope.folder] }] }]
    case 'one-of':
      return [{ path, tests: [{ operator: 'in', operand: scope.values }] }]
    case 'anything':
      return []
  }
}

/** Arguments that must not be there. */
export const absentConditions = (names: readonly string[]): PolicyCondition[] =>
  names.map((name) => ({ path: argumentPath(name), tests: [{ operator: 'exists', operand: false }] }))

/** Whether a call is covered: all scopes surely hold, and no argument is there that none of them names. */
export type ScopeMatcher = (args: JsonObject, ports: PolicyPorts) => boolean

/** Throws on a scope that is no condition of the language. */
export function scopeMatcher(scopes: ArgumentScopes, like: JsonObject): ScopeMatcher {
  const holds = conditionsMatcher(scopeConditions(scopes, like))
  return (args, ports) => {
    for (const name of Object.keys(args)) if (!Object.hasOwn(scopes, name)) return false
    return holds(args, ports) === 'held'
  }
}

/** The outcome of conditions as the policy would have it; of none at all they hold. */
export function conditionsMatcher(
  conditions: readonly PolicyCondition[],
): (args: JsonObject, ports: PolicyPorts) => Outcome {
  const compiled: readonly CompiledCondition[] = conditions.length > 0 ? compileConditions(conditions, noEngines) : []
  return (args, ports) => allHold(compiled, { find: finder(args), paths: pathJudge(ports) })
}

const noEngines = (): never => {
  throw new Error('a scope needs no patterns and no shells')
}
