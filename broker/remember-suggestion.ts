// When a rule may spare the next question: the same answer was given again and again, or the tool asks all the time. What is
// suggested is the narrowest that covers the calls which were answered so, never "whatever it is".
import { scopeMatcher } from '../core/approval/scope.ts'
import { narrowestScopes } from '../core/approval/scope-narrowest.ts'
import type { ScopePlaces } from '../core/approval/scope-options.ts'
import type { PolicyPorts } from '../core/policy/path-inside.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { ApprovalCard } from '../core/wire/ui-contract.ts'
import type { CallFacts } from './approval-card.ts'
import { type AskedCall, wholeArguments } from './remember-past.ts'

/** So many equal answers in a row. */
const enoughAnswers = 5
/** More questions within an hour than this are too many. */
const manyAsks = 10
const hourMs = 3_600_000
/** How many asked calls are looked at. */
export const askedLookedAt = 100

export function suggestionFor(
  facts: CallFacts,
  asked: readonly AskedCall[],
  now: number,
  places: ScopePlaces,
  portsOf: (cwd: string) => PolicyPorts,
): ApprovalCard['suggestion'] {
  const answered = asked.filter(({ answer }) => answer !== null)
  const answer = answered[0]?.answer
  if (!answer) return undefined
  const change = answered.findIndex((one) => one.answer !== answer)
  const run = change < 0 ? answered : answered.slice(0, change)
  const lastHour = asked.filter(({ at }) => at > now - hourMs)
  const scopesOf = (calls: readonly AskedCall[]) => scopesOver(calls, facts, places, portsOf)
  if (run.length >= enoughAnswers) {
    const scopes = scopesOf(run)
    if (scopes) return { why: 'same-answers', answer, times: run.length, scopes }
  }
  // This card is one of them.
  if (lastHour.length + 1 <= manyAsks) return undefined
  const scopes = scopesOf(lastHour.filter((one) => one.answer === answer))
  return scopes && { why: 'asks-often', answer, times: lastHour.length + 1, scopes }
}

/** Nothing where one of the calls cannot be seen whole: nobody could say that it would have been covered. */
function scopesOver(
  calls: readonly AskedCall[],
  facts: CallFacts,
  places: ScopePlaces,
  portsOf: (cwd: string) => PolicyPorts,
) {
  const args = facts.ask.arguments as JsonObject
  const past = calls.map((call) => ({ args: wholeArguments(call, facts), cwd: call.cwd ?? places.cwd }))
  const whole = past.flatMap((call): JsonObject[] => (call.args ? [call.args] : []))
  if (whole.length === 0 || whole.length < past.length) return undefined
  const scopes = narrowestScopes([args, ...whole], places)
  if (!scopes || breaksWith(whole, args, places)) return undefined
  // Paths of other sessions count from where those worked.
  const covers = scopeMatcher(scopes, args)
  return past.every((call) => call.args && covers(call.args, portsOf(call.cwd))) ? scopes : undefined
}

/**
 * Whether this call is out of line with the answered ones: they had one value, folder or beginning in common, and it has
 * not; or it has an argument that none of them had. What was said of those says nothing of it, and scopes that take it in
 * would be wider than any answer.
 */
function breaksWith(whole: readonly JsonObject[], args: JsonObject, places: ScopePlaces): boolean {
  const [first] = whole
  if (Object.keys(args).some((name) => !whole.some((one) => Object.hasOwn(one, name)))) return true
  return Object.entries(narrowestScopes(whole, places) ?? {}).some(([name, scope]) => {
    if (scope.kind === 'anything' || scope.kind === 'one-of') return false
    const value = Object.hasOwn(args, name) ? { [name]: args[name] ?? null } : {}
    return !scopeMatcher({ [name]: scope }, first ?? {})(value, places.ports)
  })
}
