// How long a client waits, and how that is known, in a sentence.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'

const known: Record<Exclude<ApprovalCard['budget']['source'], 'task'>, string> = {
  default: 'assumed: nothing is known of this client',
  table: 'as is known of it',
  learned: 'learned: it took calls back before',
  settings: 'your setting',
  flag: 'set where it was started',
}

/** `45 s`, `1.5 s`, `4 min`, `4 min 30 s`. */
export function plainDuration(ms: number): string {
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(ms < 10_000 ? 1 : 0))} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** `This client waits 45 s (as is known of it)`, to be gone on with. */
export function budgetWords({ ms, source }: ApprovalCard['budget']): string {
  if (source === 'task') return 'This client made the call a task: it waits as long as the card is open'
  return `This client waits ${plainDuration(ms)} (${known[source]})`
}
