// Bursts: a model that does one thing to ten files asks ten times within seconds. Such cards stand together, so that they
// can be looked through and answered together; what is critical, or takes more than a click, never does.
import * as crypto from 'node:crypto'
import type { Confirmation } from '../core/schema/policy-words.ts'
import type { CallFacts, CardFacts, Entry } from './approval-card.ts'

/** A card that opens later than this after the newest of a burst begins another one, in milliseconds. */
const burstMs = 10_000

/** The burst that a new card belongs to, if it may belong to any; one of its own where there is none yet. */
export function burstOf(
  { session, ask }: CallFacts,
  about: Pick<CardFacts, 'level'>,
  confirm: Confirmation,
  open: Iterable<Entry>,
  at: number,
): string | undefined {
  if (about.level === 'critical' || confirm !== 'click') return undefined
  let newest: Entry | undefined
  for (const entry of open) {
    const other = entry.facts
    const similar =
      entry.burst !== undefined &&
      other.session.session === session.session &&
      other.session.server === session.server &&
      other.ask.action === ask.action &&
      other.ask.tool === ask.tool
    if (similar && (!newest || entry.openedAfter >= newest.openedAfter)) newest = entry
  }
  return newest && at - newest.openedAfter <= burstMs ? newest.burst : crypto.randomUUID()
}

/** The open cards that a person sees as one group: those of a burst, as long as there are two. */
export function groupMembers(burst: string | undefined, open: Iterable<Entry>): Entry[] {
  if (burst === undefined) return []
  const members = [...open].filter((entry) => entry.burst === burst)
  return members.length > 1 ? members : []
}
