// The events of the log in plain words. A type of event without words does not compile.
import type { ReactNode } from 'react'
import { type AuditEventData, type AuditEventType, auditEventData } from '../../../core/schema/audit-event.ts'
import { Actor } from '../../ui/actor.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { byteSize, count, duration } from '../../ui/time.ts'

type Words<T extends AuditEventType> = {
  readonly word: string
  /** What the event says beyond its type. */
  readonly more?: (data: AuditEventData<T>) => ReactNode
}

const decisions: Record<AuditEventData<'call.decided'>['decision'], string> = {
  allow: 'allowed',
  deny: 'denied',
  hold: 'a person is asked',
}

const holdEnds: Record<AuditEventData<'hold.closed'>['outcome'], string> = {
  approved: 'approved',
  grant: 'a grant covers it',
  refused: 'refused',
  expired: 'nobody answered in time',
  released: 'its caller got a ticket',
  cancelled: 'cancelled',
  'too-many': 'too many were waiting',
  'no-broker': 'Countersign was not open',
  rejudge: 'the policy changed, decided again',
  superseded: 'an identical call took its place',
  continued: 'covered by the approval of the request before',
}

const answers: Record<AuditEventData<'call.answered'>['outcome'], string> = {
  ok: 'ok',
  'tool-error': 'the tool reported an error',
  'protocol-error': 'an error of the protocol',
  'upstream-exited': 'the server exited instead',
}

const cancellers: Record<AuditEventData<'call.cancelled'>['by'], string> = {
  client: 'by the client',
  disconnect: 'the client went away',
  policy: 'the policy changed',
  batch: 'another call of its batch may not run',
  server: 'the server took it back',
}

const hostile = (text: string | undefined): ReactNode =>
  text === undefined ? null : <HostileText text={text.slice(0, 200)} />

const words: { readonly [T in AuditEventType]: Words<T> } = {
  'session.started': { word: 'Session began' },
  'session.client': { word: 'Client introduced itself', more: ({ name, version }) => hostile(`${name} ${version}`) },
  'session.ended': { word: 'Session ended', more: ({ reason }) => hostile(reason) },
  'session.gone': { word: 'Session was gone', more: () => 'its process ended without a word' },
  'session.refused': { word: 'Session refused', more: ({ by }) => <Actor by={by} /> },
  'session.resumed': { word: 'Session may ask again', more: ({ by }) => <Actor by={by} /> },
  'tools.listed': { word: 'Server listed its tools', more: ({ tools }) => count(tools, 'tool') },
  'upstream.exited': {
    word: 'Server exited',
    more: ({ code, signal }) => (signal === null ? `code ${code ?? 'unknown'}` : hostile(signal)),
  },
  'call.received': { word: 'Received', more: () => 'before the policy was loaded' },
  'call.decided': {
    word: 'Decided by policy',
    more: ({ decision, forwarded }) =>
      forwarded === undefined ? decisions[decision] : `${decisions[decision]}, forwarded at once`,
  },
  'hold.opened': { word: 'Held', more: ({ budgetMs }) => `its caller waits ${duration(budgetMs)} at most` },
  'hold.closed': { word: 'Hold ended', more: ({ outcome }) => holdEnds[outcome] },
  'call.forwarded': {
    word: 'Forwarded to the server',
    more: ({ edited }) => (edited === undefined ? null : 'with what a person changed'),
  },
  'call.answered': {
    word: 'Server answered',
    more: ({ outcome, bytes, durationMs }) => `${answers[outcome]}, ${byteSize(bytes)} after ${duration(durationMs)}`,
  },
  'call.cancelled': { word: 'Cancelled', more: ({ by }) => cancellers[by] },
  'message.rejected': { word: 'Message rejected', more: ({ problem }) => hostile(problem) },
  'broker.started': { word: 'Countersign started', more: ({ version }) => hostile(version) },
  'broker.stopped': { word: 'Countersign stopped' },
  'policy.text': { word: 'Policy text put on record' },
  'policy.published': { word: 'Policy published', more: ({ files }) => count(files.length, 'file') },
  'policy.removal-accepted': { word: 'Policy file let go', more: ({ file }) => hostile(file) },
  'policy.remembered': {
    word: 'Rule written',
    more: ({ rule, undone }) => (undone ? <>{hostile(rule)}, taken back</> : hostile(rule)),
  },
  'approval.opened': { word: 'Card opened', more: ({ ticket }) => <>ticket {hostile(ticket)}</> },
  'approval.attached': { word: 'Came to an open card' },
  'approval.decided': {
    word: 'Card closed',
    more: ({ outcome, by, edited }) => (
      <>
        {outcome}
        {edited === undefined ? null : ' with changes'} <Actor by={by} />
      </>
    ),
  },
  'grant.made': { word: 'Grant made', more: ({ by }) => <Actor by={by} /> },
  'grant.used': { word: 'Allowed by a grant' },
  'grant.expired': { word: 'Grant ended' },
  'grant.revoked': { word: 'Grant revoked', more: ({ by }) => <Actor by={by} /> },
  'lockdown.changed': {
    word: 'Lockdown',
    more: ({ on, by }) => (
      <>
        {on ? 'on' : 'lifted'} <Actor by={by} />
      </>
    ),
  },
  'log.pruned': {
    word: 'Older part of the log given up',
    more: ({ upTo, calls }) => `up to #${upTo.toLocaleString('en-US')}, ${count(calls, 'call')}`,
  },
  'head.anchored': { word: 'Head of the log written elsewhere', more: ({ where }) => hostile(where) },
  'budget.learned': {
    word: 'Learned how long the client waits',
    more: ({ observedMs }) => `it took a call back after ${duration(observedMs)}`,
  },
  alert: { word: 'Alert', more: ({ kind, detail }) => hostile(`${kind}: ${detail}`) },
}

const isKnown = (type: string): type is AuditEventType => Object.hasOwn(words, type)

function saidBy<T extends AuditEventType>(type: T, data: unknown): ReactNode {
  const { more } = words[type]
  if (more === undefined) return null
  // A newer version may say more than we know of.
  const read = auditEventData[type].strip().safeParse(data)
  return read.success ? more(read.data as AuditEventData<T>) : null
}

/** `word`: nothing for a type that this version does not know. */
export function eventWords(
  type: string,
  data: unknown,
): { readonly word: string | undefined; readonly more: ReactNode } {
  return isKnown(type) ? { word: words[type].word, more: saidBy(type, data) } : { word: undefined, more: null }
}
