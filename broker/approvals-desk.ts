// The open cards: every event that can end one, or a wait for one, goes through here, one after the other. The one owner of
// time: nothing else counts a card's or a caller's deadline.
import * as crypto from 'node:crypto'
import {
  type Approval,
  type ApprovalEffect,
  type ApprovalEvent,
  openApproval,
  transition,
  type WaitingCall,
} from '../core/approval/state.ts'
import { maxDurationMs } from '../core/policy/duration.ts'
import type { ApprovalCard } from '../core/wire/ui-contract.ts'
import { type Answer, type Ask, type CallFacts, cardOf, confirmationOf, type Entry } from './approval-card.ts'
import { burstOf, groupMembers } from './approvals-groups.ts'
import type { ApprovalsOptions, GrantUse } from './approvals-ports.ts'
import { type Beside, type ClosedStatus, createApprovalsRecord } from './approvals-record.ts'

export type Desk = {
  /** Open cards, oldest first, the overdue ones too. */
  entries(): Entry[]
  /** As `entries`, after those whose time is over have expired: a machine that slept may have overslept deadlines. */
  inTime(): Entry[]
  find(id: string): Entry | undefined
  card(entry: Entry): ApprovalCard
  /** Applies an event; records its end first, then carries out what follows. `undefined`: the card was closed already. */
  apply(entry: Entry, event: ApprovalEvent, by: string, beside?: Beside): Approval['status'] | undefined
  /** A grant, already used for it, covers this call of those that wait. */
  settle(entry: Entry, call: string, use: GrantUse): void
  /** @throws if it cannot be recorded: then there is no card. */
  open(facts: CallFacts, size: number): { entry: Entry; answer: Promise<Answer> }
  /**
   * Lets an identical call wait on an open card. Nothing where this very call waits already, or `hasRoom` says no: asked
   * only where one more would wait. @throws if it cannot be recorded.
   */
  attach(entry: Entry, ask: Ask, hasRoom: () => boolean): Promise<Answer> | 'waits' | 'no-room'
  stop(): void
}

const defaultLifeMs = 10 * 60_000

/** How long this caller can wait, in milliseconds, within what a timer can count. */
const budgetOf = (ask: Ask): number => Math.min(ask.budgetMs, maxDurationMs)

export function createDesk(options: ApprovalsOptions): Desk {
  const { now, monotonic, grants } = options
  const open = new Map<string, Entry>()
  const record = createApprovalsRecord(options)

  const group = ({ burst }: Entry) => (groupMembers(burst, open.values()).length > 1 ? burst : undefined)
  const card = (entry: Entry) => cardOf(entry, group(entry))
  /** A second card makes a group of the first, and the last one that is left is none. */
  const tellNeighbour = (entry: Entry) => {
    if (entry.burst === undefined) return
    const others = [...open.values()].filter((other) => other.burst === entry.burst && other !== entry)
    const [only] = others
    if (only && others.length === 1) options.changed(card(only))
  }

  const answer = (entry: Entry, call: string, given: Answer) => {
    const waiting = entry.answers.get(call)
    if (!waiting) return
    entry.answers.delete(call)
    clearTimeout(waiting.timer)
    waiting.resolve(given)
  }

  const carryOut = (entry: Entry, effect: ApprovalEffect, by: string, beside: Beside) => {
    const { id: approval, ticket, expiresAt } = entry
    const edited = beside.edited === undefined ? {} : { edited: beside.edited }
    if (effect.type === 'grant') return grants.once(entry.facts, { approval, ticket, by, ...edited })
    const { call, outcome, reason } = effect
    switch (outcome) {
      case 'approved':
        return answer(entry, call, { outcome, approval, by, ...edited })
      case 'refused':
        return answer(entry, call, { outcome, approval, by, ...(reason === undefined ? {} : { reason }) })
      case 'released':
        return answer(entry, call, { outcome, approval, ticket, expiresAt })
      case 'superseded':
        return answer(entry, call, { outcome, approval, ticket })
      case 'expired':
      case 'cancelled':
      case 'rejudge':
        return answer(entry, call, { outcome, approval })
      // `settle` below has answered: it knows the grant.
      case 'grant':
        return
    }
  }

  const apply: Desk['apply'] = (entry, event, by, beside = {}) => {
    const step = transition(entry.approval, event)
    if (!step.ok) return undefined
    const { status } = step.approval
    if (status !== 'pending') record.decided(entry, event, status, by, beside)
    entry.approval = step.approval
    // Closed before anybody hears of it: whoever looks now finds one story.
    if (status !== 'pending') close(entry)
    for (const effect of step.effects) carryOut(entry, effect, by, beside)
    if (status === 'pending') options.changed(card(entry))
    else tellClosed(entry, event.type === 'rejudge' ? 'rejudged' : status)
    return status
  }

  const close = (entry: Entry) => {
    clearTimeout(entry.expiry)
    open.delete(entry.id)
  }
  const tellClosed = (entry: Entry, outcome: ClosedStatus | 'rejudged') => {
    options.closed(cardOf(entry, undefined), outcome)
    tellNeighbour(entry)
  }

  const wait = (entry: Entry, ask: Ask): Promise<Answer> =>
    new Promise((resolve) => {
      const asksAgain = ask.asksAgain === true
      const release = () => apply(entry, { type: 'release', call: ask.call, asksAgain }, 'clock')
      entry.answers.set(ask.call, { resolve, timer: setTimeout(release, budgetOf(ask)) })
    })

  const newTicket = (): string => {
    for (;;) {
      const ticket = crypto.randomBytes(2).toString('hex').toUpperCase()
      if (![...open.values()].some((entry) => entry.ticket === ticket)) return ticket
    }
  }

  const waitingCall = (ask: Ask): WaitingCall => ({
    call: ask.call,
    since: monotonic(),
    until: now() + budgetOf(ask),
    ...(ask.budget.source === 'task' ? { patient: true } : {}),
  })

  return {
    entries: () => [...open.values()],
    inTime: () => {
      for (const entry of [...open.values()]) {
        if (monotonic() >= entry.approval.expiresAt || now() >= entry.expiresAt)
          apply(entry, { type: 'expire' }, 'clock')
      }
      return [...open.values()]
    },
    find: (id) => open.get(id),
    card,
    apply,
    settle: (entry, call, { approval, by, edited }) => {
      const step = transition(entry.approval, { type: 'settle', call })
      if (!step.ok) return
      answer(entry, call, { outcome: 'grant', approval, by, ...(edited === undefined ? {} : { edited }) })
      apply(entry, { type: 'settle', call }, 'grant')
    },
    open: (facts, size) => {
      const { ask } = facts
      const lifeMs = Math.min(ask.timeoutMs ?? defaultLifeMs, maxDurationMs)
      const openedAt = now()
      const openedAfter = monotonic()
      const about = options.about(facts)
      const asked = confirmationOf(ask, options.osAuth !== undefined)
      // What is critical takes more than a click, whatever its rule says, and whoever shows the card.
      const confirm = asked === 'click' && about.level === 'critical' ? 'type-name' : asked
      const entry: Entry = {
        id: crypto.randomUUID(),
        ticket: newTicket(),
        facts,
        about,
        confirm,
        size,
        burst: burstOf(facts, about, confirm, open.values(), openedAfter),
        openedAfter,
        openedAt,
        expiresAt: openedAt + lifeMs,
        approval: openApproval(waitingCall(ask), openedAfter + lifeMs),
        lastCall: ask.call,
        answers: new Map(),
        expiry: undefined,
      }
      record.opened(entry)
      open.set(entry.id, entry)
      entry.expiry = setTimeout(() => apply(entry, { type: 'expire' }, 'clock'), lifeMs)
      const answered = wait(entry, ask)
      options.changed(card(entry))
      tellNeighbour(entry)
      return { entry, answer: answered }
    },
    attach: (entry, ask, hasRoom) => {
      const step = transition(entry.approval, { type: 'attach', ...waitingCall(ask) })
      if (!step.ok) return 'waits'
      const more = step.approval.waiting.length > Math.max(1, entry.approval.waiting.length)
      if (more && !hasRoom()) return 'no-room'
      record.attached(entry, ask.call)
      superseded(entry, step.effects)
      entry.approval = step.approval
      entry.lastCall = ask.call
      for (const effect of step.effects) carryOut(entry, effect, 'client', {})
      const answered = wait(entry, ask)
      options.changed(card(entry))
      return answered
    },
    stop: () => {
      for (const entry of [...open.values()]) apply(entry, { type: 'abandon' }, 'stopped')
    },
  }

  /** A client that gave up without a word shows how long it waits: at most until it asked again. */
  function superseded({ facts, approval }: Entry, effects: readonly ApprovalEffect[]): void {
    if (effects.length === 0) return
    const { client, clientInfo } = facts.session
    const waitedMs = monotonic() - Math.min(...approval.waiting.map(({ since }) => since))
    const clientInfoName = clientInfo === undefined ? {} : { clientInfoName: clientInfo.name }
    options.observed({ client, ...clientInfoName, why: 'superseded', waitedMs: Math.round(waitedMs) })
  }
}
