// The queue of held calls: cards for people, answers for proxies, single-use grants for calls whose client could not
// wait. All of it lives in memory: no file or database row can approve anything.
import * as crypto from 'node:crypto'
import {
  type Approval,
  type ApprovalEffect,
  type ApprovalEvent,
  openApproval,
  transition,
} from '../core/approval/state.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { BrokerParams, BrokerResult } from '../core/wire/broker-contract.ts'
import { argumentsHash, canonicalJson } from '../core/wire/json-line.ts'
import { maxNewCardsPerMinute, maxPending, maxPendingPerServer } from '../core/wire/limits.ts'
import type { ApprovalCard, UiResult } from '../core/wire/ui-contract.ts'
import type { OwnRecord } from './own-record.ts'
import { sha256 } from './sha256.ts'

export type Session = Omit<BrokerParams<'session.open'>, 'token'>
type Ask = BrokerParams<'approval.request'>
type Answer = BrokerResult<'approval.request'>

export type ApprovalsOptions = {
  record: OwnRecord
  /** Milliseconds since the epoch, for people. */
  now(): number
  /** Milliseconds on a clock that never goes back, for deadlines. */
  monotonic(): number
  /** Earlier decisions on calls of this kind, newest first. */
  before(session: Session, ask: Ask): ApprovalCard['before']
  changed(card: ApprovalCard): void
  closed(card: ApprovalCard, outcome: 'approved' | 'refused' | 'expired' | 'cancelled'): void
}

export type Approvals = {
  /** Resolves when the call is decided or its budget ends. Rejects only if the hash does not match the arguments. */
  request(session: Session, ask: Ask): Promise<Answer>
  /** The caller took its call back. */
  withdraw(session: string, call: string): void
  /** The session is over: its cards and grants are of no use to anybody. */
  sessionGone(session: string): void
  approve(id: string, binding: string, by: string): UiResult<'approvals.approve'>['outcome']
  refuse(id: string, binding: string, by: string, reason?: string): UiResult<'approvals.refuse'>['outcome']
  /** Open cards, oldest first. */
  cards(): ApprovalCard[]
  /** Ends every wait: nothing that is held will run. */
  stop(): void
}

const defaultLifeMs = 10 * 60_000
const grantLifeMs = 10 * 60_000

type Entry = {
  id: string
  ticket: string
  session: Session
  ask: Ask
  binding: string
  approval: Approval
  openedAt: number
  /** Wall clock, for the card; `approval.expiresAt` is monotonic. */
  expiresAt: number
  waitingUntil: number
  answer: ((answer: Answer) => void) | undefined
  before: ApprovalCard['before']
  timers: Map<'expiry' | 'budget', NodeJS.Timeout>
}

type Grant = { approval: string; session: string; by: string; until: number; timer: NodeJS.Timeout }

/**
 * What an approval binds to: change any of it and the approval does not apply. The session is part of it, so that a
 * grant cannot be used by another one.
 */
export function bindingOf(session: Session, ask: Ask): string {
  const { client, server, pin } = session
  const { tool, revision } = ask
  return sha256(
    canonicalJson({
      v: 1,
      session: session.session,
      client,
      server,
      pin,
      tool,
      revision,
      arguments: ask.argumentsHash,
    }),
  )
}

export function createApprovals(options: ApprovalsOptions): Approvals {
  const { record, now, monotonic } = options
  const open = new Map<string, Entry>()
  const grants = new Map<string, Grant>()
  let recentCards: number[] = []

  const cardOf = (entry: Entry): ApprovalCard => {
    const { session, ask, approval } = entry
    const { caller } = approval
    return {
      id: entry.id,
      ticket: entry.ticket,
      binding: entry.binding,
      openedAt: entry.openedAt,
      expiresAt: entry.expiresAt,
      caller: caller.state === 'waiting' ? { state: 'waiting', until: entry.waitingUntil } : caller,
      waiting: caller.state === 'waiting' ? 1 : 0,
      who: {
        client: session.client,
        ...(session.clientInfo === undefined ? {} : { clientInfo: session.clientInfo }),
        ...(session.parentProcess === undefined ? {} : { process: session.parentProcess }),
        pid: session.parentPid,
        folder: session.cwd,
        session: session.session,
        sessionStartedAt: session.startedAt,
      },
      where: { server: session.server, command: session.command, pin: session.pin },
      tool: ask.tool,
      arguments: ask.arguments,
      argumentsHash: ask.argumentsHash,
      risk: ask.risk,
      rule: { source: ask.source, rules: ask.rules, reason: ask.reason, revision: ask.revision },
      before: entry.before,
    }
  }

  /** Applies an event, records its end first, and carries out what follows. `undefined`: the card was closed already. */
  const apply = (entry: Entry, event: ApprovalEvent, by: string): Approval['status'] | undefined => {
    const step = transition(entry.approval, event)
    if (!step.ok) return undefined
    const { status } = step.approval
    if (status !== 'pending') {
      const reason = event.type === 'refuse' ? event.reason : undefined
      record.write('approval.decided', {
        approval: entry.id,
        ticket: entry.ticket,
        session: entry.session.session,
        call: entry.ask.call,
        outcome: status,
        by,
        grant: step.effects.some((effect) => effect.type === 'grant'),
        ...(reason === undefined ? {} : { reason }),
      })
    }
    entry.approval = step.approval
    for (const effect of step.effects) carryOut(entry, effect, by)
    if (status === 'pending') options.changed(cardOf(entry))
    else close(entry, status)
    return status
  }

  const carryOut = (entry: Entry, effect: ApprovalEffect, by: string) => {
    if (effect.type === 'grant') return addGrant(entry, by)
    const { id: approval, answer } = entry
    entry.answer = undefined
    clearTimeout(entry.timers.get('budget'))
    if (!answer) return
    switch (effect.outcome) {
      case 'approved':
        return answer({ outcome: 'approved', approval, by })
      case 'refused':
        return answer({
          outcome: 'refused',
          approval,
          by,
          ...(effect.reason === undefined ? {} : { reason: effect.reason }),
        })
      case 'released':
        return answer({ outcome: 'released', approval, ticket: entry.ticket, expiresAt: entry.expiresAt })
      case 'expired':
      case 'cancelled':
        return answer({ outcome: effect.outcome, approval })
    }
  }

  const close = (entry: Entry, outcome: Exclude<Approval['status'], 'pending'>) => {
    for (const timer of entry.timers.values()) clearTimeout(timer)
    open.delete(entry.id)
    options.closed(cardOf(entry), outcome)
  }

  const addGrant = (entry: Entry, by: string) => {
    const timer = setTimeout(() => {
      grants.delete(entry.binding)
      record.write('grant.expired', { approval: entry.id })
    }, grantLifeMs)
    timer.unref()
    const { session } = entry.session
    grants.set(entry.binding, { approval: entry.id, session, by, until: monotonic() + grantLifeMs, timer })
  }

  /** Takes the grant for exactly this call, if there is one: once, whoever asks at the same moment. */
  const useGrant = (binding: string, session: Session, call: string): Answer | undefined => {
    const grant = grants.get(binding)
    if (!grant) return undefined
    grants.delete(binding)
    clearTimeout(grant.timer)
    if (monotonic() >= grant.until) return undefined
    record.write('grant.used', { approval: grant.approval, session: session.session, call })
    return { outcome: 'grant', approval: grant.approval, by: grant.by }
  }

  const hasRoom = (server: string): boolean => {
    recentCards = recentCards.filter((at) => monotonic() - at < 60_000)
    const ofServer = [...open.values()].filter((entry) => entry.session.server === server).length
    return open.size < maxPending && ofServer < maxPendingPerServer && recentCards.length < maxNewCardsPerMinute
  }

  const openCard = (session: Session, ask: Ask, binding: string): Entry => {
    const lifeMs = ask.timeoutMs ?? defaultLifeMs
    const openedAt = now()
    const entry: Entry = {
      id: crypto.randomUUID(),
      ticket: newTicket(),
      session,
      ask,
      binding,
      approval: openApproval(ask.call, monotonic() + ask.budgetMs, monotonic() + lifeMs),
      openedAt,
      expiresAt: openedAt + lifeMs,
      waitingUntil: openedAt + ask.budgetMs,
      answer: undefined,
      before: options.before(session, ask),
      timers: new Map(),
    }
    record.write('approval.opened', {
      approval: entry.id,
      ticket: entry.ticket,
      session: session.session,
      call: ask.call,
      binding,
      expiresAt: entry.expiresAt,
    })
    recentCards.push(monotonic())
    open.set(entry.id, entry)
    entry.timers.set(
      'expiry',
      setTimeout(() => apply(entry, { type: 'expire' }, 'clock'), lifeMs),
    )
    return entry
  }

  const newTicket = (): string => {
    for (;;) {
      const ticket = crypto.randomBytes(2).toString('hex').toUpperCase()
      if (![...open.values()].some((entry) => entry.ticket === ticket)) return ticket
    }
  }

  const wait = (entry: Entry, ask: Ask): Promise<Answer> =>
    new Promise((resolve) => {
      entry.answer = resolve
      const release = () => apply(entry, { type: 'release', call: ask.call }, 'clock')
      entry.timers.set('budget', setTimeout(release, ask.budgetMs))
      options.changed(cardOf(entry))
    })

  /** The open card a person means, if it still is what they saw. A machine that slept may have overslept deadlines. */
  const shown = (id: string, binding: string): Entry | 'closed' | 'changed' => {
    const entry = open.get(id)
    if (!entry) return 'closed'
    if (monotonic() >= entry.approval.expiresAt || now() >= entry.expiresAt) {
      apply(entry, { type: 'expire' }, 'clock')
      return 'closed'
    }
    return entry.binding === binding ? entry : 'changed'
  }

  return {
    request: async (session, ask) => {
      if (argumentsHash(ask.arguments as JsonObject, sha256) !== ask.argumentsHash) {
        throw new Error('the argument hash does not match the arguments')
      }
      const binding = bindingOf(session, ask)
      const granted = useGrant(binding, session, ask.call)
      if (granted) return granted
      for (const entry of open.values()) {
        if (entry.binding !== binding) continue
        const step = transition(entry.approval, { type: 'attach', call: ask.call, until: monotonic() + ask.budgetMs })
        if (!step.ok) continue
        entry.approval = step.approval
        entry.ask = ask
        entry.waitingUntil = now() + ask.budgetMs
        return wait(entry, ask)
      }
      if (!hasRoom(session.server)) return { outcome: 'too-many', waiting: open.size }
      return wait(openCard(session, ask, binding), ask)
    },
    withdraw: (session, call) => {
      for (const entry of open.values()) {
        if (entry.session.session === session) apply(entry, { type: 'withdraw', call }, 'client')
      }
    },
    sessionGone: (session) => {
      for (const entry of [...open.values()]) {
        if (entry.session.session === session) apply(entry, { type: 'abandon' }, 'disconnect')
      }
      for (const [binding, grant] of [...grants]) {
        if (grant.session !== session) continue
        clearTimeout(grant.timer)
        grants.delete(binding)
        record.write('grant.expired', { approval: grant.approval })
      }
    },
    approve: (id, binding, by) => {
      const entry = shown(id, binding)
      if (typeof entry === 'string') return entry
      const waiting = entry.approval.caller.state === 'waiting'
      return apply(entry, { type: 'approve' }, by) === 'approved' ? (waiting ? 'ran' : 'granted') : 'closed'
    },
    refuse: (id, binding, by, reason) => {
      const entry = shown(id, binding)
      if (typeof entry === 'string') return entry
      const event = { type: 'refuse' as const, ...(reason ? { reason } : {}) }
      return apply(entry, event, by) === 'refused' ? 'refused' : 'closed'
    },
    cards: () => [...open.values()].map(cardOf),
    stop: () => {
      for (const entry of [...open.values()]) apply(entry, { type: 'abandon' }, 'stopped')
      for (const grant of grants.values()) clearTimeout(grant.timer)
      grants.clear()
    },
  }
}
