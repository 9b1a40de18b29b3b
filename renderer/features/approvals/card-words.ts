// Our own words for what a card is about: a tool call, or another request, some of which the server makes of the client.
import type { ApprovalCard, Sentence } from '../../../core/wire/ui-contract.ts'
import type { ClosedCard } from '../../state/model.ts'
import { count } from '../../ui/time.ts'

type Action = ApprovalCard['action']

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

/** Who wants what of whom: the server may be the one that asks. */
function requestSentence({ action, tool, arguments: args, who, where }: ApprovalCard): Sentence {
  const [client, server, name] = [{ value: who.client }, { value: where.server }, { value: tool }]
  switch (action) {
    case 'resources/read':
      return [client, { text: ' wants to read the resource ' }, name, { text: ' from ' }, server]
    case 'prompts/get':
      return [client, { text: ' wants to use the prompt ' }, name, { text: ' from ' }, server]
    case 'sampling/createMessage':
      return [server, { text: ' asks ' }, client, { text: '’s model to write a message (sampling)' }]
    case 'elicitation/create': {
      const what = args['mode'] === 'url' ? ' asks you to open a web address through ' : ' asks you a question through '
      return [server, { text: what }, client, { text: ' (elicitation)' }]
    }
    default:
      return [{ text: 'Call ' }, name]
  }
}

/** The broker's sentence where our templates have one; else who asks for what, never a word of the server or model. */
export const sentenceOf = (card: ApprovalCard): Sentence => card.sentence ?? requestSentence(card)

const lastPiece = (path: string): string => path.split(/[/\\]/).findLast((piece) => piece !== '') ?? path

/** A path's end; a web address without its scheme; other texts as they begin. */
function shortly(text: string): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\/(.+)$/is.exec(text)?.[1]
  if (address !== undefined) return address
  return /^(?:~|\.{0,2}[/\\]|[a-z]:[/\\])/i.test(text) || !/\s/.test(text) ? lastPiece(text) : text
}

/**
 * The one value that tells similar calls apart in a list: the end of what is named, or of the first path-like or short
 * text argument; who asks, where nothing is named.
 */
export function hintFor({ action, tool, arguments: args, where }: ApprovalCard): string {
  if (action === 'sampling/createMessage' || action === 'elicitation/create') return where.server
  if (action !== 'tools/call') return lastPiece(tool)
  const texts = Object.values(args).filter(
    (value): value is string => typeof value === 'string' && value !== '' && value.length < 400,
  )
  const path = texts.find((text) => /[/\\]/.test(text)) ?? texts[0]
  return path === undefined ? '' : shortly(path)
}

export function effectOf(card: ApprovalCard): string {
  if (card.caller.state === 'released' && card.caller.asksAgain === true)
    return `It asks again by itself: approving lets that ${thing(card)} through, once.`
  if (card.caller.state !== 'waiting') return `Approving allows the next identical ${thing(card)}, once.`
  const one = card.waiting < 2
  if (card.action === 'tools/call')
    return one ? 'Approving runs exactly this call, now.' : `Approving runs all ${card.waiting} identical calls, now.`
  return one
    ? 'Approving passes on exactly this request, now.'
    : `Approving passes on all ${card.waiting} identical requests, now.`
}

/** The same of several similar calls, those that were ticked. */
export function groupEffectOf(
  cards: readonly Pick<ApprovalCard, 'action' | 'caller'>[],
  what: 'call' | 'request',
): string {
  const waiting = cards.filter(({ caller }) => caller.state === 'waiting').length
  const runs = what === 'call' ? 'runs' : 'passes on'
  const exactly = `Approving ${runs} exactly the ticked ${what}s, once each`
  if (waiting === cards.length) return `${exactly}.`
  const next = `the next identical ${what}, once`
  if (waiting === 0) return `Approving allows for each ticked ${what} ${next}.`
  return `${exactly}; for the ${cards.length - waiting} whose client does not wait any more, ${next}.`
}

export function closedWords(card: Pick<ApprovalCard, 'action'>, outcome: ClosedCard['outcome']): string {
  const what = thing(card)
  const undone = what === 'call' ? 'did not run' : 'was not passed on'
  switch (outcome) {
    case 'approved':
      return `This ${what} was approved elsewhere, or by a permission. There is nothing left to answer.`
    case 'refused':
      return `This ${what} was refused. It ${undone}.`
    case 'expired':
      return `Nobody answered in time: the ${what} expired and ${undone}.`
    case 'cancelled':
      return `Its client took this ${what} back, or went away. It ${undone}.`
    case 'rejudged':
      return `The policy changed: this ${what} was judged anew, and does not wait here any more. Activity says what became of it.`
    case 'gone':
      return `This ${what} was settled while this window was out of touch. Activity says how.`
  }
}

/** What became of a card, in the list. */
export const closedWord: Record<ClosedCard['outcome'], string> = {
  approved: 'approved',
  refused: 'refused',
  expired: 'expired',
  cancelled: 'taken back',
  rejudged: 'by policy',
  gone: 'settled',
}

/** `2 identical calls`. */
export const identical = (card: Pick<ApprovalCard, 'action'>, number: number): string =>
  count(number, `identical ${thing(card)}`)
