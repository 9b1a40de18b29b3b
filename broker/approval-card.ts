// One held call as the queue keeps it: what an approval of it binds to, and the card that a person sees of it.
import { type Approval, callerOf } from '../core/approval/state.ts'
import type { Confirmation } from '../core/schema/policy-words.ts'
import type { ApprovalAnswer, BrokerParams } from '../core/wire/broker-contract.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { ApprovalCard } from '../core/wire/ui-contract.ts'
import { sha256 } from './sha256.ts'

export type Session = Omit<BrokerParams<'session.open'>, 'token'>
export type Ask = BrokerParams<'approval.request'>
export type Answer = ApprovalAnswer

/** A call that was asked about. `basis`: what the policy says about it (broker/policy-basis.ts). */
export type CallFacts = {
  readonly session: Session
  readonly ask: Ask
  readonly binding: string
  readonly basis: string
}

/** What a card says beyond the question itself. Worked out once, when it opens: what is being read does not change. */
export type CardFacts = Pick<
  ApprovalCard,
  'level' | 'raised' | 'deceptive' | 'sentence' | 'marks' | 'definition' | 'file' | 'before' | 'answered'
> &
  Partial<Pick<ApprovalCard, 'suggestion'>>

/** `facts` are those of the call that opened it; identical ones that came later differ only in who waits. */
export type Entry = {
  readonly id: string
  readonly ticket: string
  readonly facts: CallFacts
  readonly about: CardFacts
  readonly confirm: Confirmation
  /** Of its arguments, in UTF-16 units of JSON. */
  readonly size: number
  /** Shared with the other calls of its burst, which make a group once there are two of them. */
  readonly burst: string | undefined
  /** On the clock that never goes back. */
  readonly openedAfter: number
  readonly openedAt: number
  /** Wall clock, for the card; `approval.expiresAt` is monotonic. */
  readonly expiresAt: number
  approval: Approval
  /** The call that came last: what the end of the card is put on record for where nobody waits any more. */
  lastCall: string
  /** By call. */
  readonly answers: Map<string, { resolve(answer: Answer): void; timer: NodeJS.Timeout }>
  expiry: NodeJS.Timeout | undefined
}

/**
 * What approving this takes. Where the host cannot ask the system who sits there, a rule that wants that gets the strictest
 * there is besides.
 */
export function confirmationOf({ confirm = 'click' }: Ask, osAuth: boolean): Confirmation {
  return confirm === 'os-auth' && !osAuth ? 'type-name' : confirm
}

/**
 * What an approval binds to: change any of it and the approval does not apply. The session is part of it, so that a
 * grant cannot be used by another one; so is what approving takes, so that a call that wants a name typed is not run by a
 * click on an earlier card. The policy is part of it by what it says about this call, so that an edit elsewhere voids nothing.
 */
export function bindingOf(session: Session, ask: Ask, basis: string, confirm: Confirmation): string {
  const { client, server, pin } = session
  const { action, tool } = ask
  return sha256(
    canonicalJson({
      v: 3,
      session: session.session,
      client,
      server,
      pin,
      action,
      tool,
      definition: ask.definition?.hash ?? null,
      basis,
      confirm,
      arguments: ask.argumentsHash,
    }),
  )
}

export function cardOf(entry: Entry, group: string | undefined): ApprovalCard {
  const { approval, about } = entry
  const { session, ask, binding } = entry.facts
  return {
    id: entry.id,
    ticket: entry.ticket,
    binding,
    openedAt: entry.openedAt,
    expiresAt: entry.expiresAt,
    caller: callerOf(approval),
    waiting: approval.waiting.length,
    budget: ask.budget,
    ...(group === undefined ? {} : { group }),
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
    action: ask.action,
    tool: ask.tool,
    arguments: ask.arguments,
    ...(ask.beside === undefined ? {} : { beside: ask.beside }),
    argumentsHash: ask.argumentsHash,
    risk: ask.risk,
    ...about,
    rule: {
      source: ask.source,
      rules: ask.rules,
      reason: ask.reason,
      ...(ask.note === undefined ? {} : { note: ask.note }),
      revision: ask.revision,
    },
    confirm: entry.confirm,
  }
}
