// What a notification says. It may stand on a lock screen for anybody to read, so it says what a call does only where the
// person wants that, and then in one line of plain text.
import type { ApprovalCard, BrokerStatus, Settings } from '../core/wire/ui-contract.ts'
import { plainText } from './plain-text.ts'

/** Longer than this no system shows in full. */
const longestSentence = 160
const longestValue = 80
/** Of a value; more than enough to see that it is too long. */
const longestRead = 4096
const namedServers = 3

/** `1 call waits`, `3 calls wait`. */
export const callsWait = (count: number): string => (count === 1 ? '1 call waits' : `${count} calls wait`)

/** `turned 1 call away`, as a clause of its own. */
export const turnedAway = (count: number): string => (count === 1 ? '1 was turned away' : `${count} were turned away`)

const serverName = (card: ApprovalCard) => plainText(card.where.server, 40)

/** `3 minutes`, `40 seconds`; never less than a second. */
const timeLeft = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1000))
  const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.round(seconds / 60), 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** What comes from outside stands between these, so that it cannot go on in our words; nothing in it can end them. */
const quoted = (text: string): string =>
  `“${plainText(text.slice(0, longestRead).replace(/[“”„‟]/g, '\uFFFD'), longestValue)}”`

const sentenceWords = ({ sentence }: ApprovalCard): string | undefined =>
  sentence?.map((part) => ('text' in part ? part.text : quoted(part.value))).join('')

/** Cut where it is long, and not within quotes that stay open. */
const inShort = (sentence: string): string => {
  const short = plainText(sentence, longestSentence)
  return short.lastIndexOf('“') > short.lastIndexOf('”') ? `${short}”` : short
}

/**
 * Whether a notification about this card says all there is to know of the call: our own sentence, nothing of it cut or
 * replaced, and nothing in the call that hides. Only then may it be approved there.
 */
export const saysAll = (card: ApprovalCard, settings: Settings): boolean => {
  const sentence = sentenceWords(card)
  if (!settings.notificationDetails || sentence === undefined || card.deceptive > 0) return false
  const whole = card.sentence?.every((part) => 'text' in part || quoted(part.value) === `“${part.value}”`) === true
  return whole && plainText(sentence, longestSentence) === sentence && card.beside === undefined
}

const cardBody = (card: ApprovalCard, settings: Settings): string => {
  const where = `on ${serverName(card)}`
  if (!settings.notificationDetails) return `Something waits ${where}.`
  // Characters that deceive can be shown for what they are in the window only.
  if (card.deceptive > 0) return `Something with characters that deceive waits ${where}.`
  const sentence = sentenceWords(card)
  return `${sentence === undefined ? quoted(card.tool) : inShort(sentence)} ${where}`
}

export type NoticeWords = { title: string; body: string }

/** @param expiring it is the reminder: so many milliseconds are left */
export const cardWords = (card: ApprovalCard, settings: Settings, expiring?: number): NoticeWords => ({
  title: expiring === undefined ? 'A call waits for you' : `A call still waits for you: ${timeLeft(expiring)} left`,
  body: cardBody(card, settings),
})

/**
 * @param waiting how many wait in all
 * @param expiring it is a reminder: the first of them has so many milliseconds left
 */
export const summaryWords = (cards: readonly ApprovalCard[], waiting: number, expiring?: number): NoticeWords => {
  const servers = [...new Set(cards.map(serverName))]
  const more = servers.length - namedServers
  const named = servers.slice(0, namedServers).join(', ')
  const where = `On ${named}${more > 0 ? ` and ${more} more` : ''}.`
  return {
    title: `${callsWait(waiting)} for you`,
    body: expiring === undefined ? where : `${where} The first expires in ${timeLeft(expiring)}.`,
  }
}

export const floodWords = (flood: NonNullable<BrokerStatus['flood']>, waiting: number): NoticeWords => ({
  title: 'Too many calls at once',
  body:
    `${callsWait(waiting)} for you, ${turnedAway(flood.turnedAway)}. ` +
    `The last came from ${plainText(flood.client, 40)} on ${plainText(flood.server, 40)}.`,
})
