// What the broker said last, as one value: a snapshot with events applied. Pure, and the only place that knows how an
// event changes it.
import type { VerifyProgress } from '../../core/wire/log-contract.ts'
import type { ApprovalCard, BrokerStatus, Grant, Settings, UiEvent, UiResult } from '../../core/wire/ui-contract.ts'

export type ClosedOutcome = Extract<UiEvent, { type: 'approval.closed' }>['outcome']
export type ClosedCard = {
  readonly card: ApprovalCard
  /** `gone`: it was missing from a new snapshot, so how it ended was not seen here. */
  readonly outcome: ClosedOutcome | 'gone'
}

export type Model = {
  /** Open cards, oldest first. */
  readonly approvals: readonly ApprovalCard[]
  /** Cards that closed while this window was open, newest last: what is being read must not vanish. */
  readonly closed: readonly ClosedCard[]
  /** Permissions that approvals left behind, newest first. */
  readonly grants: readonly Grant[]
  readonly status: BrokerStatus
  readonly settings: Settings
  /** Grows whenever the policy folder was published anew. */
  readonly policyChanges: number
  /** The last check of the whole log, as far as this window was told. */
  readonly verify: VerifyProgress
}

const keepClosed = 50

const byAge = (a: ApprovalCard, b: ApprovalCard): number => a.openedAt - b.openedAt || a.id.localeCompare(b.id)

const newest = (grants: readonly Grant[]): Grant[] => [...grants].sort((a, b) => b.madeAt - a.madeAt)

export function modelFromSnapshot(snapshot: UiResult<'snapshot'>, before: Model | undefined): Model {
  const open = new Set(snapshot.approvals.map((card) => card.id))
  const vanished = (before?.approvals ?? [])
    .filter((card) => !open.has(card.id))
    .map((card): ClosedCard => ({ card, outcome: 'gone' }))
  return {
    approvals: [...snapshot.approvals].sort(byAge),
    closed: [...(before?.closed ?? []).filter(({ card }) => !open.has(card.id)), ...vanished].slice(-keepClosed),
    grants: newest(snapshot.grants),
    status: snapshot.status,
    settings: snapshot.settings,
    policyChanges: (before?.policyChanges ?? 0) + 1,
    verify: before?.verify ?? { state: 'none' },
  }
}

export function applyEvent(model: Model, event: UiEvent): Model {
  switch (event.type) {
    case 'approval.changed': {
      const others = model.approvals.filter((card) => card.id !== event.card.id)
      return { ...model, approvals: [...others, event.card].sort(byAge) }
    }
    case 'approval.closed': {
      const card = model.approvals.find(({ id }) => id === event.id)
      if (card === undefined) return model
      return {
        ...model,
        approvals: model.approvals.filter(({ id }) => id !== event.id),
        closed: [...model.closed, { card, outcome: event.outcome }].slice(-keepClosed),
      }
    }
    case 'grants.changed':
      return { ...model, grants: newest(event.grants) }
    case 'status.changed':
      return { ...model, status: event.status }
    case 'settings.changed':
      return { ...model, settings: event.settings }
    case 'policies.changed':
      return { ...model, policyChanges: model.policyChanges + 1 }
    case 'verify.changed':
      return { ...model, verify: event.verify }
    case 'calls.changed':
    case 'reveal':
      return model
    default:
      return assertNever(event)
  }
}

function assertNever(value: never): never {
  throw new Error(`Unknown event ${JSON.stringify(value)}`)
}
