// The last word of a row in the queue: how long it still waits, or what became of it.
import { countdown } from '../../ui/time.ts'
import type { QueueCard } from './arrange.ts'
import { closedWord } from './card-words.ts'

/** @param now milliseconds since the epoch */
export function timeWord({ card, closed }: QueueCard, now: number): string {
  if (closed !== undefined) return closedWord[closed]
  if (card.caller.state === 'waiting') return countdown(card.caller.until - Math.max(now, card.openedAt))
  return card.caller.state === 'released' ? 'ticket' : 'gone'
}

/** Of a group: the one that waits with the least time left, else what became of the first. */
export function groupTimeWord(cards: readonly QueueCard[], now: number): string {
  const left = cards.flatMap(({ card, closed }) =>
    closed === undefined && card.caller.state === 'waiting' ? [card.caller.until - Math.max(now, card.openedAt)] : [],
  )
  if (left.length > 0) return countdown(Math.min(...left))
  const [first] = [...cards.filter(({ closed }) => closed === undefined), ...cards]
  return first === undefined ? '' : timeWord(first, now)
}
