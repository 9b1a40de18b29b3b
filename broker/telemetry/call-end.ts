// The one event with which a call is over for its client: then its span is sent. What comes later (the answer to a call that
// was taken back, a person's word on a card that was let go) is in the log, and in records of its own.
import type { KnownEvent } from '../audit/spool-line.ts'

/** After these the proxy goes on with the call. */
const goesOn: readonly string[] = ['approved', 'grant', 'continued', 'rejudge']

export function endsCall(event: KnownEvent): boolean {
  switch (event.type) {
    case 'call.answered':
    case 'call.cancelled':
      return true
    case 'call.decided':
      return event.data.decision === 'deny'
    case 'hold.closed':
      return !goesOn.includes(event.data.outcome)
    default:
      return false
  }
}
