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

export const card = (
  id: string,
  { server, ...change }: Partial<ApprovalCard> & { server?: string } = {},
): ApprovalCard => ({
  id,
  ticket: id.toUpperCase(),
  binding: `binding-${id}`,
  openedAt: 1000,
  expiresAt: 601_000,
  caller: { state: 'waiting', until: 46_000 },
  waiting: 1,
  budget: { ms: 45_000, source: 'default' },
  action: 'tools/call',
  confirm: 'click',
  who: { client: 'cursor', pid: 42, folder: '/home/ada/site', session: 's1', sessionStartedAt: 500 },
  where: { server: server ?? 'filesystem', command: ['npx', 'server-filesystem'], pin: 'pin' },
  tool: 'write_file',
  arguments: { path: '/home/ada/secret-plan.txt', content: 'the secret content' },
  argumentsHash: 'hash',
  risk: { class: 'write', evidence: [] },
  level: 'elevated',
  deceptive: 0,
  marks: [],
  rule: { source: 'default', rules: [], reason: 'Writes ask.', revision: 'r1' },
  before: [],
  answered: { approved: 0, refused: 0, expired: 0 },
  ...change,
})

/** A card as it must be to be approved on a notification. */
export const harmless = (id: string, change: Partial<ApprovalCard> = {}): ApprovalCard =>
  card(id, {
    tool: 'read_file',
    level: 'low',
    risk: { class: 'read', evidence: [] },
    sentence: [{ text: 'Read ' }, { value: 'notes.md' }],
    ...change,
  })

export type FakeBroker = {
  start: StartBroker
  options(): BrokerOptions
  hold(card: ApprovalCard): void
  close(id: string, outcome?: 'approved' | 'refused' | 'expired' | 'cancelled'): void
  breakPolicy(problem: string): void
  /** So many calls were turned away in the last minute; 0 when it is over. */
  flood(turnedAway: number): void
  set(change: Partial<Settings>): void
  /** Closes a card without telling: the shell has yet to hear of it. */
  closeSilently(id: string): void
  /** From now on every request fails. */
  breakDown(): void
  /** Every request that reached the broker. */
  requests: { method: string; params: unknown; actor: string }[]
  stops: number
}

export const createFakeBroker = (open: ApprovalCard[] = [], settings: Partial<Settings> = {}): FakeBroker => {
  const listeners = new Set<(envelope: UiEventEnvelope) => void>()
  let current: Settings = {
    theme: 'system',
    notifications: true,
    notificationDetails: false,
    approveFromNotification: false,
    retention: {},
    ...settings,
  }
  let seq = 0
  let cards = [...open]
  let problems: string[] = []
  let flood: BrokerStatus['flood']
  let lockdown: BrokerStatus['lockdown']
  let broken = false
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
    ...(flood === undefined ? {} : { flood }),
    ...(lockdown === undefined ? {} : { lockdown }),
    today: {},
    alerts: [],
    auditHead: '',
  })
  const emit = (event: UiEvent) => {
    seq += 1
    for (const listener of listeners) listener({ seq, event })
  }
  const tellStatus = () => emit({ type: 'status.changed', status: status() })

  /** The broker's own order: gone first, then changed; more calls than were shown is a change. */
  const ending = (params: { id: string; binding: string; waiting: number }, outcome: 'approved' | 'refused') => {
    const open = cards.find(({ id }) => id === params.id)
    if (open === undefined) return 'closed'
    if (open.binding !== params.binding || open.waiting > params.waiting) return 'changed'
    fake.close(params.id, outcome)
    if (outcome === 'refused') return 'refused'
    return open.waiting > 0 ? 'ran' : 'granted'
  }
  const answer = (method: string, params: unknown): unknown => {
    switch (method) {
      case 'snapshot':
        uiRequests.snapshot.params.parse(params)
        return { seq, approvals: cards, grants: [], status: status(), settings: current }
      case 'approvals.approve':
        return { outcome: ending(uiRequests[method].params.parse(params), 'approved') }
      case 'approvals.refuse':
        return { outcome: ending(uiRequests[method].params.parse(params), 'refused') }
      case 'lockdown.set': {
        const { on } = uiRequests[method].params.parse(params)
        lockdown = on ? { since: 1, by: 'desktop' } : undefined
        if (on) for (const { id } of cards) fake.close(id, 'refused')
        tellStatus()
        return { on }
      }
      default:
        return undefined
    }
  }
  const broker: Broker = {
    api: {
      handle: async (method, params, actor) => {
        fake.requests.push({ method, params, actor })
        if (broken) return { ok: false, error: { code: 'internal', message: 'The disk is full.' } }
        try {
          const value = answer(method, params)
          if (value !== undefined) return { ok: true, value }
          return { ok: false, error: { code: 'unknown-method', message: `No ${method}.` } }
        } catch (error) {
          return { ok: false, error: { code: 'bad-params', message: String(error) } }
        }
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
    close: (id, outcome = 'approved') => {
      cards = cards.filter((kept) => kept.id !== id)
      emit({ type: 'approval.closed', id, outcome })
    },
    closeSilently: (id) => {
      cards = cards.filter((kept) => kept.id !== id)
    },
    breakPolicy: (problem) => {
      problems = [problem]
      tellStatus()
    },
    flood: (turnedAway) => {
      flood = turnedAway === 0 ? undefined : { turnedAway, client: 'cursor', server: 'filesystem' }
      tellStatus()
    },
    set: (change) => {
      current = { ...current, ...change }
      emit({ type: 'settings.changed', settings: current })
    },
    breakDown: () => {
      broken = true
    },
    requests: [],
    stops: 0,
  }
  return fake
}
