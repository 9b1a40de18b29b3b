// A broker in memory for the shell's tests: implements the host contract, holds what a test tells it to hold, and
// remembers what the shell asked.
import type { Broker, BrokerOptions, StartBroker } from '../../broker/host-contract.ts'
import {
  type ApprovalCard,
  type BrokerStatus,
  type Settings,
  type UiEvent,
  type UiEventEnvelope,
  uiRequests,
} from '../../core/wire/ui-contract.ts'

export const card = (id: string, change: { tool?: string; server?: string; openedAt?: number } = {}): ApprovalCard => ({
  id,
  ticket: id.toUpperCase(),
  binding: `binding-${id}`,
  openedAt: change.openedAt ?? 1000,
  expiresAt: 601_000,
  caller: { state: 'waiting', until: 46_000 },
  waiting: 1,
  action: 'tools/call',
  confirm: 'click',
  who: { client: 'cursor', pid: 42, folder: '/home/ada/site', session: 's1', sessionStartedAt: 500 },
  where: { server: change.server ?? 'filesystem', command: ['npx', 'server-filesystem'], pin: 'pin' },
  tool: change.tool ?? 'write_file',
  arguments: { path: '/home/ada/secret-plan.txt', content: 'the secret content' },
  argumentsHash: 'hash',
  risk: { class: 'write', evidence: [] },
  rule: { source: 'default', rules: [], reason: 'Writes ask.', revision: 'r1' },
  before: [],
})

export type FakeBroker = {
  start: StartBroker
  options(): BrokerOptions
  hold(card: ApprovalCard): void
  close(id: string): void
  breakPolicy(problem: string): void
  /** Every request that reached the broker. */
  requests: { method: string; params: unknown; actor: string }[]
  stops: number
}

export const createFakeBroker = (open: ApprovalCard[] = [], settings: Partial<Settings> = {}): FakeBroker => {
  const listeners = new Set<(envelope: UiEventEnvelope) => void>()
  const current: Settings = { theme: 'system', notifications: true, ...settings }
  let seq = 0
  let cards = [...open]
  let problems: string[] = []
  let given: BrokerOptions | undefined

  const status = (): BrokerStatus => ({
    version: '0.0.0',
    host: 'desktop',
    home: given?.home ?? '',
    keyStorage: 'file',
    startedAt: 1,
    policy: { revision: 'r1', files: 1, problems },
    sessions: [],
    pending: cards.length,
    today: {},
    alerts: [],
    auditHead: '',
  })
  const emit = (event: UiEvent) => {
    seq += 1
    for (const listener of listeners) listener({ seq, event })
  }
  const broker: Broker = {
    api: {
      handle: async (method, params, actor) => {
        fake.requests.push({ method, params, actor })
        if (method !== 'snapshot') return { ok: false, error: { code: 'unknown-method', message: `No ${method}.` } }
        uiRequests.snapshot.params.parse(params)
        return { ok: true, value: { seq, approvals: cards, status: status(), settings: current } }
      },
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    status,
    emit,
    alert: (kind, detail) => given?.log(`${kind}: ${detail}`),
    stop: async () => {
      fake.stops += 1
    },
  }
  const fake: FakeBroker = {
    start: async (options) => {
      given = options
      return broker
    },
    options: () => {
      if (given === undefined) throw new Error('The broker was not started.')
      return given
    },
    hold: (held) => {
      cards = [...cards.filter(({ id }) => id !== held.id), held]
      emit({ type: 'approval.changed', card: held })
    },
    close: (id) => {
      cards = cards.filter((kept) => kept.id !== id)
      emit({ type: 'approval.closed', id, outcome: 'approved' })
    },
    breakPolicy: (problem) => {
      problems = [problem]
      emit({ type: 'status.changed', status: status() })
    },
    requests: [],
    stops: 0,
  }
  return fake
}
