// What only the events of a call say: which request it was, and how it stood with the limits of rules.
import { type AuditEventData, auditEventData } from '../../../core/schema/audit-event.ts'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'

export type RecordedLimit = NonNullable<AuditEventData<'call.decided'>['limits']>[number]

const decided = auditEventData['call.decided'].pick({ action: true, limits: true }).partial().strip()

/** The method of what was no tool call. */
export function actionOf({ summary, events }: Pick<CallDetail, 'summary' | 'events'>): CallDetail['summary']['action'] {
  if (summary.action !== undefined) return summary.action
  return events.map(({ data }) => decided.safeParse(data).data?.action).find((action) => action !== undefined)
}

/** As of the last decision: a held call may have been decided again. Nothing where no limit was recorded. */
export function limitsOf({ events }: Pick<CallDetail, 'events'>): readonly RecordedLimit[] {
  const last = events.findLast(({ type }) => type === 'call.decided')
  return decided.safeParse(last?.data).data?.limits ?? []
}

export function limitWords({ amount, state }: RecordedLimit): string {
  switch (state) {
    case 'reserved':
      return `${amount.toLocaleString('en-US')} counted`
    case 'exhausted':
      return 'Used up: no room for this'
    case 'uncounted':
      return 'Nobody could count, which is the same as used up'
  }
}
