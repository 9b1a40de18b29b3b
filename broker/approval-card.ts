// One held call as the queue keeps it: what an approval of it binds to, and the card that a person sees of it.
import type { Approval } from '../core/approval/state.ts'
import type { Confirmation } from '../core/schema/policy-words.ts'
import type { ApprovalAnswer, BrokerParams } from '../core/wire/broker-contract.ts'
import { canonicalJson } from '../core/wire/json-line.ts'
import type { ApprovalCard } from '../core/wire/ui-contract.ts'
import { sha256 } from './sha256.ts'

export type Session = Omit<BrokerParams<'session.open'>, 'token'>
export type Ask = BrokerParams<'approval.request'>
export type Answer = ApprovalAnswer

export type Entry = {
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

/**
 * What approving this takes. No host can ask the system who sits there yet: until one can, a rule that wants that gets the
 * strictest there is.
 */
export function confirmationOf({ confirm = 'click' }: Ask): Exclude<Confirmation, 'os-auth'> {
  return confirm === 'os-auth' ? 'type-name' : confirm
}

/**
 * What an approval binds to: change any of it and the approval does not apply. The session is part of it, so that a
 * grant cannot be used by another one; so is what approving takes, so that a call that wants a name typed is not run by a
 * click on an earlier card.
 */
export function bindingOf(session: Session, ask: Ask): string {
  const { client, server, pin } = session
  const { action, tool, revision } = ask
  return sha256(
    canonicalJson({
      v: 2,
      session: session.session,
      client,
      server,
      pin,
      action,
      tool,
      revision,
      confirm: confirmationOf(ask),
      arguments: ask.argumentsHash,
    }),
  )
}

export function cardOf(entry: Entry): ApprovalCard {
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
    action: ask.action,
    tool: ask.tool,
    arguments: ask.arguments,
    ...(ask.beside === undefined ? {} : { beside: ask.beside }),
    argumentsHash: ask.argumentsHash,
    risk: ask.risk,
    rule: {
      source: ask.source,
      rules: ask.rules,
      reason: ask.reason,
      ...(ask.note === undefined ? {} : { note: ask.note }),
      revision: ask.revision,
    },
    confirm: confirmationOf(ask),
    before: entry.before,
  }
}
