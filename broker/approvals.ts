// The queue of held calls: cards for people, answers for proxies. All of it lives in memory: no file or database row can
// approve anything.
import * as crypto from 'node:crypto'
import { typedConfirmation } from '../core/approval/confirmation.ts'
import {
  type Approval,
  type ApprovalEffect,
  type ApprovalEvent,
  openApproval,
  transition,
} from '../core/approval/state.ts'
import { redact } from '../core/audit/redact.ts'
import { maxDurationMs } from '../core/policy/duration.ts'
import type { JsonObject } from '../core/schema/json.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import { maxNewCardsPerMinute, maxPending, maxPendingPerServer } from '../core/wire/limits.ts'
import type { ApprovalCard, UiResult } from '../core/wire/ui-contract.ts'
import { type Answer, type Ask, bindingOf, cardOf, confirmationOf, type Entry, type Session } from './approval-card.ts'
import { createGrants } from './grants.ts'
import type { OwnRecord } from './own-record.ts'
import { sha256 } from './sha256.ts'

/** Of this process alone, so that a marker cannot be looked up in a table of known secrets. */
const markerKey = crypto.randomBytes(32)
const mark = (secret: string) =>
  `[redacted:${crypto.createHmac('sha256', markerKey).update(secret).digest('hex').slice(0, 12)}]`

export type ApprovalsOptions = {
  record: OwnRecord
  /** Milliseconds since the epoch, for people. */
  now(): number
  /** Milliseconds on a clock that never goes back, for deadlines. */
  monotonic(): number
  /** Earlier decisions on calls of this kind, newest first. */
  before(session: Session, ask: Ask): ApprovalCard['before']
  changed(card: ApprovalCard): void
  /** Something that happened all the same (nothing ran by it) could not be put on record. */
  unrecorded(what: string, error: unknown): void
  closed(card: ApprovalCard, outcome: 'approved' | 'refused' | 'expired' | 'cancelled'): void
}

export type Approvals = {
  /**
   * Resolves when the call is decided or its budget ends. Rejects if the hash does not match the arguments, if the
   * card or the use of a grant cannot be recorded, or after `stop`: then nothing may run.
   */
  request(session: Session, ask: Ask): Promise<Answer>
  /** The caller took its call back. */
  withdraw(session: string, call: string): void
  /** The session is over: its cards and grants are of no use to anybody. */
  sessionGone(session: string): void
  /**
   * `typed`: what the person typed, where the card asks for that.
   * @throws if the decision cannot be recorded: nothing is approved then. So does `refuse`, and the card stays.
   */
  approve(id: string, binding: string, by: string, typed?: string): UiResult<'approvals.approve'>['outcome']
  refuse(id: string, binding: string, by: string, reason?: string): UiResult<'approvals.refuse'>['outcome']
  /** Open cards, oldest first. */
  cards(): ApprovalCard[]
  /** Ends every wait: nothing that is held will run. */
  stop(): void
}

const defaultLifeMs = 10 * 60_000

type ClosedStatus = Exclude<Approval['status'], 'pending'>

export function createApprovals(options: ApprovalsOptions): Approvals {
  const { record, now, monotonic } = options
  const open = new Map<string, Entry>()
  const grants = createGrants(options)
  let recentCards: number[] = []
  let stopped = false

  /** Applies an event, records its end first, and carries out what follows. `undefined`: the card was closed already. */
  const apply = (entry: Entry, event: ApprovalEvent, by: string): Approval['status'] | undefined => {
    const step = transition(entry.approval, event)
    if (!step.ok) return undefined
    const { status } = step.approval
    if (status !== 'pending') recordEnd(entry, event, status, by)
    entry.approval = step.approval
    for (const effect of step.effects) carryOut(entry, effect, by)
    if (status === 'pending') options.changed(cardOf(entry))
    else close(entry, status)
    return status
  }

  /**
   * What a person decided does not count unless it is on record. What the clock or the client ended is over all the
   * same: nothing runs by it, and the next start settles the record.
   */
  const recordEnd = (entry: Entry, event: ApprovalEvent, outcome: ClosedStatus, by: string) => {
    const reason = event.type === 'refuse' ? event.reason : undefined
    try {
      record.write('approval.decided', {
        approval: entry.id,
        ticket: entry.ticket,
        session: entry.session.session,
        call: entry.ask.call,
        outcome,
        by,
        grant: event.type === 'approve' && entry.approval.caller.state !== 'waiting',
        // The model gets the person's words as they are; the log, like every log of ours, keeps no secret in them.
        ...(reason === undefined ? {} : { reason: redact(reason, mark).value as string }),
      })
    } catch (error) {
      if (event.type === 'approve' || event.type === 'refuse') throw error
      options.unrecorded('the end of a held call', error)
    }
  }

  const carryOut = (entry: Entry, effect: ApprovalEffect, by: string) => {
    const { id: approval, answer } = entry
    if (effect.type === 'grant') return grants.add(entry.binding, entry.session.session, { approval, by })
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

  const close = (entry: Entry, outcome: ClosedStatus) => {
    for (const timer of entry.timers.values()) clearTimeout(timer)
    open.delete(entry.id)
    options.closed(cardOf(entry), outcome)
  }

  const hasRoom = (server: string): boolean => {
    recentCards = recentCards.filter((at) => monotonic() - at < 60_000)
    const ofServer = [...open.values()].filter((entry) => entry.session.server === server).length
    return open.size < maxPending && ofServer < maxPendingPerServer && recentCards.length < maxNewCardsPerMinute
  }

  const openCard = (session: Session, ask: Ask, binding: string): Entry => {
    const lifeMs = Math.min(ask.timeoutMs ?? defaultLifeMs, maxDurationMs)
    const openedAt = now()
    const entry: Entry = {
      id: crypto.randomUUID(),
      ticket: newTicket(),
      session,
      ask,
      binding,
      approval: openApproval(ask.call, monotonic() + budgetOf(ask), monotonic() + lifeMs),
      openedAt,
      expiresAt: openedAt + lifeMs,
      waitingUntil: openedAt + budgetOf(ask),
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
      entry.timers.set('budget', setTimeout(release, budgetOf(ask)))
      options.changed(cardOf(entry))
    })

  /** A machine that slept may have overslept deadlines: its timers stood still. */
  const expireOverdue = () => {
    for (const entry of [...open.values()]) {
      if (monotonic() >= entry.approval.expiresAt || now() >= entry.expiresAt) apply(entry, { type: 'expire' }, 'clock')
    }
  }

  /** The open card a person means, if it still is what they saw. */
  const shown = (id: string, binding: string): Entry | 'closed' | 'changed' => {
    expireOverdue()
    const entry = open.get(id)
    if (!entry) return 'closed'
    return entry.binding === binding ? entry : 'changed'
  }

  return {
    request: async (session, ask) => {
      const beside = ask.beside as JsonObject | undefined
      if (argumentsHash(ask.arguments as JsonObject, sha256, beside) !== ask.argumentsHash) {
        throw new Error('the argument hash does not match the arguments')
      }
      if (stopped) throw new Error('Countersign is stopping')
      const binding = bindingOf(session, ask)
      const granted = grants.use(binding, session.session, ask.call)
      if (granted) return { outcome: 'grant', ...granted }
      expireOverdue()
      for (const entry of open.values()) {
        if (entry.binding !== binding) continue
        const step = transition(entry.approval, { type: 'attach', call: ask.call, until: monotonic() + budgetOf(ask) })
        if (!step.ok) continue
        entry.approval = step.approval
        // Only who waits changes: what a person may be reading of this card stays as it is.
        entry.ask = { ...entry.ask, call: ask.call, budgetMs: ask.budgetMs }
        entry.waitingUntil = now() + budgetOf(ask)
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
      grants.sessionGone(session)
    },
    approve: (id, binding, by, typed) => {
      const entry = shown(id, binding)
      if (typeof entry === 'string') return entry
      // Here, not in the page: a page that is confused, or led astray, must not make it easier.
      const { word } = typedConfirmation({ tool: entry.ask.tool, ticket: entry.ticket })
      if (confirmationOf(entry.ask) === 'type-name' && typed !== word) return 'not-confirmed'
      const waiting = entry.approval.caller.state === 'waiting'
      return apply(entry, { type: 'approve' }, by) === 'approved' ? (waiting ? 'ran' : 'granted') : 'closed'
    },
    refuse: (id, binding, by, reason) => {
      const entry = shown(id, binding)
      if (typeof entry === 'string') return entry
      const event = { type: 'refuse' as const, ...(reason ? { reason } : {}) }
      return apply(entry, event, by) === 'refused' ? 'refused' : 'closed'
    },
    cards: () => {
      expireOverdue()
      return [...open.values()].map(cardOf)
    },
    stop: () => {
      stopped = true
      for (const entry of [...open.values()]) apply(entry, { type: 'abandon' }, 'stopped')
      grants.stop()
    },
  }
}

/** How long this caller can wait, in milliseconds, within what a timer can count. */
const budgetOf = (ask: Ask): number => Math.min(ask.budgetMs, maxDurationMs)
