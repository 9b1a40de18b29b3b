// What tray and notifications need to know, followed from the same snapshot and events that the page gets, so that
// the three can never tell different stories.
import type { UiApi } from '../broker/host-contract.ts'
import {
  type ApprovalCard,
  type BrokerStatus,
  type Settings,
  type UiEvent,
  type UiEventEnvelope,
  type UiResult,
  uiRequests,
} from '../core/wire/ui-contract.ts'

export type ShellState = {
  /** Open cards, the longest wait first. */
  cards: readonly ApprovalCard[]
  /** Why protection is degraded; empty when it is not. */
  problems: readonly string[]
  /** Calls are being turned away because too many wait. */
  flood: BrokerStatus['flood']
  /** Everything is refused. */
  lockdown: BrokerStatus['lockdown']
  settings: Settings
}

const byAge = (cards: readonly ApprovalCard[]) => [...cards].sort((a, b) => a.openedAt - b.openedAt)

const fromStatus = ({ policy, flood, lockdown }: BrokerStatus) => ({ problems: policy.problems, flood, lockdown })

const fromSnapshot = ({ approvals, status, settings }: UiResult<'snapshot'>): ShellState => ({
  cards: byAge(approvals),
  settings,
  ...fromStatus(status),
})

/** The next state, or nothing for an event that concerns neither tray nor notifications. */
export const advance = (state: ShellState, event: UiEvent): ShellState | undefined => {
  switch (event.type) {
    case 'approval.changed': {
      const others = state.cards.filter((card) => card.id !== event.card.id)
      return { ...state, cards: byAge([...others, event.card]) }
    }
    case 'approval.closed':
      return { ...state, cards: state.cards.filter((card) => card.id !== event.id) }
    case 'status.changed':
      return { ...state, ...fromStatus(event.status) }
    case 'settings.changed':
      return { ...state, settings: event.settings }
    case 'grants.changed':
    case 'calls.changed':
    case 'verify.changed':
    case 'policies.changed':
    case 'reveal':
      return undefined
    default:
      return event satisfies never
  }
}

export type Followed = {
  /** Has the broker look at its clock and says the state anew, changed or not. Rejects like the start. */
  refresh(): Promise<void>
  stop(): void
}

/**
 * Follows the broker; `onChange` is called with every state, the first one before this resolves. Rejects when the broker
 * refuses a snapshot, which is a defect.
 */
export const followBroker = async (api: UiApi, onChange: (state: ShellState) => void): Promise<Followed> => {
  const early: UiEventEnvelope[] = []
  let take = (envelope: UiEventEnvelope): void => {
    early.push(envelope)
  }
  const stop = api.subscribe((envelope) => take(envelope))
  const snapshot = async () => {
    const reply = await api.handle('snapshot', {}, 'desktop')
    if (!reply.ok) throw new Error(`The broker gave no snapshot: ${reply.error.message}`)
    return uiRequests.snapshot.result.parse(reply.value)
  }
  try {
    const first = await snapshot()
    let { seq } = first
    let state = fromSnapshot(first)
    onChange(state)
    take = (envelope) => {
      if (envelope.seq <= seq) return
      seq = envelope.seq
      const next = advance(state, envelope.event)
      if (next === undefined) return
      state = next
      onChange(state)
    }
    early.forEach(take)
    return {
      refresh: async () => {
        const fresh = await snapshot()
        // An event that came after the snapshot was taken knows better.
        if (fresh.seq >= seq) state = fromSnapshot(fresh)
        seq = Math.max(seq, fresh.seq)
        onChange(state)
      },
      stop,
    }
  } catch (error) {
    stop()
    throw error
  }
}
