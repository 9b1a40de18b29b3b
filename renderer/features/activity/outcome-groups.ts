// The outcomes in five groups, for what is too small to tell twenty apart.
import { type CallOutcome, callOutcomes } from '../../../core/wire/log-contract.ts'

/** From the ground of a column upwards; the names are classes of activity.css too. */
export const outcomeGroups = ['allowed', 'held', 'unanswered', 'failed', 'denied'] as const
export type OutcomeGroup = (typeof outcomeGroups)[number]

export const groupWords: Record<OutcomeGroup, string> = {
  allowed: 'Allowed',
  held: 'Held',
  unanswered: 'Unanswered or unknown',
  failed: 'Server error',
  denied: 'Denied or refused',
}

const groups: Record<CallOutcome, OutcomeGroup> = {
  deciding: 'held',
  waiting: 'held',
  running: 'allowed',
  'allowed-by-rule': 'allowed',
  'allowed-by-default': 'allowed',
  'allowed-by-grant': 'allowed',
  approved: 'allowed',
  'denied-by-rule': 'denied',
  'denied-by-default': 'denied',
  'denied-policy-broken': 'denied',
  'denied-lockdown': 'denied',
  refused: 'denied',
  expired: 'unanswered',
  released: 'held',
  'asked-again': 'held',
  cancelled: 'unanswered',
  'never-shown': 'unanswered',
  'too-many': 'unanswered',
  'upstream-error': 'failed',
  'outcome-unknown': 'unanswered',
}

export type Columns = Readonly<Record<OutcomeGroup, readonly number[]>>

/** @returns as many numbers a group as there are columns */
export function inGroups(counts: Partial<Record<CallOutcome, readonly number[]>>): Columns {
  const length = Math.max(0, ...callOutcomes.map((outcome) => counts[outcome]?.length ?? 0))
  const sums = Object.fromEntries(outcomeGroups.map((group) => [group, new Array<number>(length).fill(0)])) as Record<
    OutcomeGroup,
    number[]
  >
  for (const outcome of callOutcomes)
    counts[outcome]?.forEach((number, column) => {
      const sum = sums[groups[outcome]]
      sum[column] = (sum[column] ?? 0) + number
    })
  return sums
}
