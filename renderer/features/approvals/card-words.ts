// Our own words for what a card is about: a tool call, or another request, some of which the server makes of the client.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import type { ClosedCard } from '../../state/model.ts'
import { countDeceptive, visibleText } from '../../../core/text/visible-text.ts'

type Action = ApprovalCard['action']

/** Where the name of what is asked for stands among the arguments too. */
const namingKeys: Partial<Record<Action, string>> = { 'resources/read': 'uri', 'prompts/get': 'name' }

/** What passing on a request that is no tool call comes to. Its risk is not assessed: this is said instead. */
const passes: Partial<Record<Action, string>> = {
  'resources/read': 'What the server sends back goes to the client, and so to its model.',
  'prompts/get': 'The text the server sends back goes to the client, and so to its model.',
  'sampling/createMessage':
    'The server’s text goes to the client’s model, and what the model writes goes to the server.',
  'elicitation/create': 'What you answer there goes to the server.',
}

export const passesWords = ({ action }: Pick<ApprovalCard, 'action'>): string | undefined => passes[action]

export const thing = ({ action }: Pick<ApprovalCard, 'action'>): 'call' | 'request' =>
  action === 'tools/call' ? 'call' : 'request'

/** `does not run`, of a tool call; a request that the server makes would not run here anyway. */
export const staysUndone = (card: Pick<ApprovalCard, 'action'>): string =>
  card.action === 'tools/call' ? 'the call does not run' : 'the request is not passed on'

/** Name for a short message. */
export function nameOf({ action, tool }: Pick<ApprovalCard, 'action' | 'tool'>): string {
  const named = tool.length > 120 ? `${tool.slice(0, 120)}…` : tool
  return action === 'tools/call' || tool === action ? named : `${action} of ${named}`
}

export function effectOf(card: ApprovalCard): string {
  if (card.caller.state !== 'waiting') return `Approving allows the next identical ${thing(card)}, once.`
  return card.action === 'tools/call'
    ? 'Approving runs exactly this call, now.'
    : 'Approving passes on exactly this request, now.'
}

export function closedWords(card: Pick<ApprovalCard, 'action'>, outcome: ClosedCard['outcome']): string {
  const what = thing(card)
  const undone = what === 'call' ? 'did not run' : 'was not passed on'
  switch (outcome) {
    case 'approved':
      return `This ${what} was approved elsewhere. There is nothing left to answer.`
    case 'refused':
      return `This ${what} was refused elsewhere. It ${undone}.`
    case 'expired':
      return `Nobody answered in time: the ${what} expired and ${undone}.`
    case 'cancelled':
      return `The caller took this ${what} back. It ${undone}.`
    case 'gone':
      return `This ${what} was settled while this window was out of touch. Activity says how.`
  }
}

/** How many characters on the card hide or pass for others; what is named and is an argument too counts once. */
export function deceptiveOn(card: ApprovalCard): number {
  const naming = namingKeys[card.action]
  const rest = Object.fromEntries(
    Object.entries(card.arguments).filter(([key, value]) => key !== naming || value !== card.tool),
  )
  return countDeceptive([rest, card.where, card.who]) + visibleText(card.tool).deceptive
}
