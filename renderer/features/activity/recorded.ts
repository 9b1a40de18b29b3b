// What only the events of a call say: which request it was, how it stood with the limits of rules, and the hashes of what
// is not recorded whole; and recorded texts as values.
import { type AuditEventData, auditEventData } from '../../../core/schema/audit-event.ts'
import type { CallDetail } from '../../../core/wire/ui-contract.ts'

export type RecordedLimit = NonNullable<AuditEventData<'call.decided'>['limits']>[number]

const decided = auditEventData['call.decided']
  .pick({ action: true, limits: true, arguments: true, argumentsHash: true })
  .partial()
  .strip()
const forwarded = auditEventData['call.forwarded'].partial().strip()
const answered = auditEventData['call.answered'].pick({ result: true }).partial().strip()

/** The method of what was no tool call. */
export function actionOf({ summary, events }: Pick<CallDetail, 'summary' | 'events'>): CallDetail['summary']['action'] {
  if (summary.action !== undefined) return summary.action
  return events.map(({ data }) => decided.safeParse(data).data?.action).find((action) => action !== undefined)
}

type Events = Pick<CallDetail, 'events'>

const lastOf = ({ events }: Events, wanted: string): unknown => events.findLast(({ type }) => type === wanted)?.data

/** As of the last decision: a held call may have been decided again. Nothing where no limit was recorded. */
export function limitsOf(detail: Events): readonly RecordedLimit[] {
  return decided.safeParse(lastOf(detail, 'call.decided')).data?.limits ?? []
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

export type WholeHashes = {
  readonly arguments: string | undefined
  readonly edited: string | undefined
  readonly result: string | undefined
}

/** Of the values before they were cut or secrets were taken out of them, where a hash was kept. */
export function wholeHashes(detail: Events): WholeHashes {
  const asked = decided.safeParse(lastOf(detail, 'call.decided')).data
  const ran = forwarded.safeParse(lastOf(detail, 'call.forwarded')).data?.edited
  return {
    arguments: asked?.arguments?.sha256 ?? asked?.argumentsHash,
    edited: ran?.arguments.sha256 ?? ran?.argumentsHash,
    result: answered.safeParse(lastOf(detail, 'call.answered')).data?.result?.sha256,
  }
}

/** The value of a JSON text; nothing where it is none, or only a part of one. */
export function parsedRecord({
  text,
  truncated,
}: {
  text: string
  truncated: boolean
}): { value: unknown } | undefined {
  if (truncated) return undefined
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
