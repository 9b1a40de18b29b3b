// What tray and notifications need to know, followed from the same snapshot and events that the page gets, so that
// the three can never tell different stories.
import type { UiApi } from '../broker/host-contract.ts'
import {
  type ApprovalCard,
  type Settings,
  type UiEvent,
  type UiEventEnvelope,
  uiRequests,
} from '../core/wire/ui-contract.ts'

export type ShellState = {
  /** Open cards, the longest wait first. */
  cards: readonly ApprovalCard[]
  /** Why protection is degraded; empty when it is not. */
  problems: readonly string[]
  settings: Settings
}

/** What happened, for those who act on changes rather than on the state. */
export type ShellChange =
  | { type: 'started' }
  | { type: 'card-opened'; card: ApprovalCard }
  | { type: 'card-closed'; id: string }
  | { type: 'other' }

const byAge = (cards: readonly ApprovalCard[]) => [...cards].sort((a, b) => a.openedAt - b.openedAt)

/** The next state and what to call it. Events that concern neither tray nor notifications change nothing. */
export const advance = (state: ShellState, event: UiEvent): { state: ShellState; change: ShellChange } | undefined => {
  switch (event.type) {
    case 'approval.changed': {
      const known = state.cards.some((card) => card.id === event.card.id)
      const others = state.cards.filter((card) => card.id !== event.card.id)
      return {
        state: { ...state, cards: byAge([...others, event.card]) },
        change: known ? { type: 'other' } : { type: 'card-opened', card: event.card },
      }
    }
    case 'approval.closed':
      return {
        state: { ...state, cards: state.cards.filter((card) => card.id !== event.id) },
        change: { type: 'card-closed', id: event.id },
      }
    case 'status.changed':
      return { state: { ...state, problems: event.status.policy.problems }, change: { type: 'other' } }
    case 'settings.changed':
      return { state: { ...state, settings: event.settings }, change: { type: 'other' } }
    case 'calls.changed':
    case 'policies.changed':
    case 'reveal':
      return undefined
    default:
      return event satisfies never
  }
}

/**
 * Follows the broker; `onChange` is first called with `started`. Rejects when the broker refuses a snapshot, which is
 * a defect. Returns a function that stops.
 */
export const followBroker = async (
  api: UiApi,
  onChange: (state: ShellState, change: ShellChange) => void,
): Promise<() => void> => {
  const early: UiEventEnvelope[] = []
  let take = (envelope: UiEventEnvelope): void => {
    early.push(envelope)
  }
  const stop = api.subscribe((envelope) => take(envelope))
  const reply = await api.handle('snapshot', {}, 'desktop')
  if (!reply.ok) {
    stop()
    throw new Error(`The broker gave no snapshot: ${reply.error.message}`)
  }
  const snapshot = uiRequests.snapshot.result.parse(reply.value)
  let state: ShellState = {
    cards: byAge(snapshot.approvals),
    problems: snapshot.status.policy.problems,
    settings: snapshot.settings,
  }
  onChange(state, { type: 'started' })
  take = ({ seq, event }) => {
    if (seq <= snapshot.seq) return
    const next = advance(state, event)
    if (next === undefined) return
    state = next.state
    onChange(state, next.change)
  }
  early.forEach(take)
  return stop
}
