// How much the queue takes: a model that goes in circles must not bury what a person should look at. Whoever is turned away
// is counted, so that it is said once, and not a card at a time.
import { type QueueCaps, queueCaps } from '../core/wire/limits.ts'
import type { BrokerStatus } from '../core/wire/ui-contract.ts'
import type { Entry, Session } from './approval-card.ts'

export type Caps = {
  /** Whether one more call may wait; `newCard`: on a card of its own, with arguments of that size. */
  hasRoom(server: string, newCard?: { size: number }): boolean
  /** A card was opened. */
  opened(): void
  turnedAway(session: Session): void
  /** How many calls wait, or may come back to their card. */
  waiting(): number
  flood(): BrokerStatus['flood']
  stop(): void
}

export type CapsOptions = {
  /** How many of each; `queueCaps` unless a test wants room. */
  caps?: QueueCaps
  entries(): Iterable<Entry>
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number
  /** Calls were turned away, or the last of them are a minute old. */
  changed(): void
}

/** Of all arguments together, in UTF-16 units: they stay in memory, here and in each window, until their card is closed. */
const mostUnits = 64 * 1024 * 1024
const minuteMs = 60_000
const secondMs = 1_000

/** What a card takes of the room: a place for each call that waits, and one for the call that may come back. */
const placesOf = ({ approval }: Entry): number => Math.max(1, approval.waiting.length)

export function createCaps({ entries, monotonic, changed, caps = queueCaps }: CapsOptions): Caps {
  let cards: number[] = []
  /** Turned away by the second: bounded, however many they are. */
  let away: { second: number; calls: number }[] = []
  let last = { client: '', server: '' }
  let timer: NodeJS.Timeout | undefined

  const places = (counts: (entry: Entry) => boolean = () => true): number => {
    let sum = 0
    for (const entry of entries()) if (counts(entry)) sum += placesOf(entry)
    return sum
  }
  const units = (): number => {
    let sum = 0
    for (const { size } of entries()) sum += size
    return sum
  }
  const prune = () => {
    const oldest = Math.floor((monotonic() - minuteMs) / secondMs)
    away = away.filter(({ second }) => second > oldest)
  }
  const look = () => {
    timer = undefined
    prune()
    if (away.length > 0) wait()
    changed()
  }
  const wait = () => {
    timer = setTimeout(look, minuteMs / 4)
    timer.unref()
  }

  return {
    hasRoom: (server, newCard) => {
      cards = cards.filter((at) => monotonic() - at < minuteMs)
      if (newCard && (cards.length >= caps.newCardsPerMinute || units() + newCard.size > mostUnits)) return false
      if (places() >= caps.pending) return false
      return places(({ facts }) => facts.session.server === server) < caps.pendingPerServer
    },
    opened: () => void cards.push(monotonic()),
    turnedAway: ({ client, server }) => {
      last = { client, server }
      const second = Math.floor(monotonic() / secondMs)
      const now = away.at(-1)
      if (now?.second === second) now.calls += 1
      else away.push({ second, calls: 1 })
      prune()
      if (timer === undefined) wait()
      changed()
    },
    waiting: () => places(),
    flood: () => {
      prune()
      const turnedAway = away.reduce((sum, { calls }) => sum + calls, 0)
      return turnedAway === 0 ? undefined : { turnedAway, ...last }
    },
    stop: () => clearTimeout(timer),
  }
}
