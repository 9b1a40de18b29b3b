// How a single-use grant is told to people: exactly that call, once.
import { scopeWords } from '../core/approval/scope-words.ts'
import type { ArgumentScopes } from '../core/schema/grant.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { Sentence } from '../core/wire/ui-contract.ts'
import type { CallFacts } from './approval-card.ts'
import type { GivenBy } from './approvals-ports.ts'

/** Arguments can have 16 MB, and the list of grants is sent whole at every change. */
const longestShown = 16 * 1024

const isLong = (args: JsonObject): boolean => JSON.stringify(args).length > longestShown

/** All of its arguments; none where they are too long for a list: the words tell. */
export function onceScopes({ ask }: CallFacts): ArgumentScopes {
  const args = ask.arguments as JsonObject
  if (isLong(args)) return {}
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, { kind: 'fixed' as const, value }]))
}

export function onceWords(facts: CallFacts, { ticket, edited }: GivenBy & { edited?: JsonObject }): Sentence[] {
  const args = facts.ask.arguments as JsonObject
  return [
    ...(isLong(args)
      ? [[{ text: 'exactly the arguments of ticket ' }, { value: ticket }]]
      : scopeWords(onceScopes(facts), args)),
    [{ text: 'once, in this session' }],
    ...(edited === undefined ? [] : [[{ text: 'it runs with the arguments that were edited' }]]),
  ]
}
