// The state machine of a call: one word for what became of it, derived from the facts its events left.
//
//   received                                                  deciding
//   decided deny                                              denied-by-rule | denied-by-default | denied-policy-broken |
//                                                               denied-lockdown; refused where its session is
//   decided allow ────────────────────────────────┐
//   decided hold, open                            │           waiting
//     the broker's card closed first              │           refused | expired | cancelled
//     hold closed: approved, grant, continued ────┤
//     hold closed: refused, expired, cancelled    │           the same word
//     hold closed: superseded                     │           cancelled
//     hold closed: rejudge                        │           waiting, until it is decided again
//     hold closed: too-many                       │           too-many
//     hold closed: no-broker                      │           never-shown; with a card, as the card closed | cancelled
//     hold closed: released (client has a ticket) │           released, then as the card closes:
//                                                 │             approved | refused | expired | cancelled
//       its client asks again by itself, and has  │           asked-again: one round of several; the last one shows
//       come back since                           │             what became of it
//   permitted ◄───────────────────────────────────┘           deciding
//     forwarded                                               running
//     answered ok                                             allowed-by-rule | -default | -grant | approved
//     answered otherwise                                      upstream-error
//
// A call whose session is over (ended, or its process gone) has an end too: never forwarded → cancelled, because it did
// not run; forwarded and unanswered → outcome-unknown. A client's cancel ends what was not forwarded; once forwarded the
// call may still have its effect, so it stays running until it is answered or the session is over.
// A call that was forwarded although nothing permitted it breaks the proxy's promise: outcome-unknown, never a kind word.
import type { CallOutcome } from '../../core/wire/ui-contract.ts'
import type { CallRow } from './call-row.ts'

/** The facts the outcome depends on. */
export type CallFacts = Pick<
  CallRow,
  | 'decision'
  | 'source'
  | 'hold'
  | 'hold_closed_at'
  | 'asks_again'
  | 'taken_up'
  | 'approval_state'
  | 'approval_grant'
  | 'cancelled_at'
  | 'forwarded_at'
  | 'answer'
  | 'session_over'
>

/** The words that still may change without a person: what a session's end settles. */
export const openOutcomes = ['deciding', 'waiting', 'running'] as const satisfies readonly CallOutcome[]

export function outcomeOf(facts: CallFacts): CallOutcome {
  switch (decisionOf(facts)) {
    case undefined:
      return notPermitted(facts, over(facts) ? 'cancelled' : 'deciding')
    case 'allow':
      return permitted(facts, facts.source === 'rule' ? 'allowed-by-rule' : 'allowed-by-default')
    case 'deny':
      return notPermitted(facts, denied(facts.source))
    case 'hold':
      return held(facts)
  }
}

/** The broker's spool may be read before the proxy's; a call with a card was held, whether or not we saw the decision. */
function decisionOf(facts: CallFacts): 'allow' | 'deny' | 'hold' | undefined {
  if (facts.decision) return facts.decision === 'allow' && personSaidYes(facts) ? 'hold' : facts.decision
  return facts.hold || facts.approval_state ? 'hold' : undefined
}

/** After an approval the policy is asked again; that it would allow by now does not take the approval away. */
const personSaidYes = ({ hold }: CallFacts) => hold === 'approved' || hold === 'grant' || hold === 'continued'

const over = (facts: CallFacts) => facts.session_over === 1 || facts.cancelled_at !== null

function denied(source: CallFacts['source']): CallOutcome {
  switch (source) {
    case 'rule':
      return 'denied-by-rule'
    case 'default':
    case null:
      return 'denied-by-default'
    case 'broken-file':
    case 'no-policy':
      return 'denied-policy-broken'
    case 'lockdown':
      return 'denied-lockdown'
    case 'session-refused':
      return 'refused'
  }
}

function held(facts: CallFacts): CallOutcome {
  switch (facts.hold) {
    case 'approved':
    case 'continued':
      return permitted(facts, 'approved')
    case 'grant':
      return permitted(facts, 'allowed-by-grant')
    case 'refused':
    case 'expired':
    case 'cancelled':
    case 'too-many':
      return notPermitted(facts, facts.hold)
    case 'superseded':
      return notPermitted(facts, 'cancelled')
    // The card says how it was closed, which was not the end of the call.
    case 'rejudge':
      return notPermitted(facts, over(facts) ? 'cancelled' : 'waiting')
    case 'no-broker':
      return notPermitted(facts, facts.approval_state === null ? 'never-shown' : (cardOutcome(facts) ?? 'cancelled'))
    case 'released':
      return notPermitted(facts, cameBack(facts) ? 'asked-again' : (cardOutcome(facts) ?? 'released'))
    case 'open':
    case null:
      return notPermitted(facts, cardOutcome(facts) ?? (over(facts) ? 'cancelled' : 'waiting'))
  }
}

/** Whether a later round took the place of this one, which its client had announced. */
const cameBack = ({ asks_again, taken_up, hold_closed_at }: CallFacts): boolean =>
  asks_again === 1 && taken_up !== null && taken_up >= (hold_closed_at ?? 0)

/** What the card says while the proxy does not: nothing while it is open, or approved for a proxy that has yet to act. */
function cardOutcome(facts: CallFacts): CallOutcome | undefined {
  switch (facts.approval_state) {
    case 'refused':
    case 'expired':
    case 'cancelled':
      return facts.approval_state
    case 'approved':
      return facts.approval_grant === 1 || facts.hold === 'released' ? 'approved' : undefined
    case 'open':
    case null:
      return undefined
  }
}

const notPermitted = (facts: CallFacts, word: CallOutcome): CallOutcome =>
  facts.forwarded_at === null ? word : 'outcome-unknown'

function permitted(facts: CallFacts, word: CallOutcome): CallOutcome {
  if (facts.answer) return facts.answer === 'ok' ? word : 'upstream-error'
  if (facts.forwarded_at !== null) return facts.session_over === 1 ? 'outcome-unknown' : 'running'
  return over(facts) ? 'cancelled' : 'deciding'
}
