// When a permission ends, in words that are exactly what happens (core/approval/lifetime.ts).
import { durationWords } from '../../../core/policy/duration-words.ts'
import type { Grant } from '../../../core/wire/ui-contract.ts'
import { endTime } from '../../ui/day-time.ts'

type Ends = Pick<Grant, 'kind' | 'session' | 'madeAt' | 'expiresAt' | 'idleMs' | 'lastUsedAt'>

/** When it is over if it is not used, and how long it had from its last use (or its making) to then, in milliseconds. */
export function nextEnd({ madeAt, expiresAt, idleMs, lastUsedAt }: Ends): { at: number; of: number } {
  const since = lastUsedAt ?? madeAt
  if (idleMs !== undefined && since + idleMs < expiresAt) return { at: since + idleMs, of: idleMs }
  return { at: expiresAt, of: expiresAt - madeAt }
}

/** `Until 16:40, or after 1 hour unused: 15:12`. @param now milliseconds since the epoch */
export function lifetimeWords(grant: Ends, now: number): string {
  const { kind, session, expiresAt, idleMs } = grant
  const latest = endTime(expiresAt, now)
  if (kind === 'once') return `Until the next identical call, the end of its session, or ${latest}`
  const until = session === undefined ? `Until ${latest}` : `Until its session ends, ${latest} at the latest`
  const { at } = nextEnd(grant)
  if (idleMs === undefined || at === expiresAt) return until
  return `${until}, or after ${durationWords(idleMs)} unused: ${endTime(at, now)}`
}
