// Decisions, and what else a team watches for, as OpenTelemetry log records: one plain sentence and attributes each.
import { type Attributes, SeverityNumber, type SpanContext } from '@opentelemetry/api'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { AuditEventType } from '../../core/schema/audit-event.ts'
import { isBrokerSession } from '../audit/spool-file.ts'
import type { KnownEvent } from '../audit/spool-line.ts'
import { type CallWords, callAttributes, callInWords, present, type Said, shown } from './call-words.ts'
import { decidedRecord } from './decided-record.ts'
import { own, standard } from './names.ts'
import { hrTime, type LogEvent, type Sender } from './spans.ts'

/** What a record is about, beside its event. */
export type About = {
  /** Of the call that the event is about, or of the session's server. */
  call?: CallWords & { span: SpanContext }
  session?: { session: string; client: string; server: string }
}

/** The events that can make a record, by who may say so: what another spool says of them decided nothing. */
export const recordedTypes = {
  proxy: ['call.decided', 'hold.closed', 'message.rejected', 'tools.listed'],
  broker: [
    'approval.decided',
    'grant.made',
    'grant.used',
    'grant.revoked',
    'session.refused',
    'session.resumed',
    'lockdown.changed',
    'policy.published',
    'policy.remembered',
    'policy.removal-accepted',
    'alert',
    'log.pruned',
    'head.anchored',
    'broker.started',
    'broker.stopped',
  ],
} as const satisfies Record<string, readonly AuditEventType[]>

export function isRecorded({ session, event }: LogEvent): boolean {
  const types: readonly AuditEventType[] = isBrokerSession(session) ? recordedTypes.broker : recordedTypes.proxy
  return types.includes(event.type)
}

/** Nothing for an event that is no decision and nothing to watch for. `now`: milliseconds since the epoch. */
export function recordOf(event: LogEvent, about: About, sender: Sender, now: number): ReadableLogRecord | undefined {
  const said = sayEvent(event.event, about, sender.content)
  if (!said) return undefined
  const { severity, body, attributes } = said
  const { call, session } = about
  return {
    hrTime: hrTime(event.t),
    hrTimeObserved: hrTime(now),
    ...(call ? { spanContext: call.span } : {}),
    severityNumber: SeverityNumber[severity],
    severityText: severity,
    body,
    eventName: `countersign.${event.event.type}`,
    attributes: {
      ...(call ? callAttributes(call, sender.content) : {}),
      ...(session && !call
        ? present({
            [standard.session]: session.session,
            [own.client]: session.client,
            [own.server]: session.server,
          })
        : {}),
      ...attributes,
      [own.seq]: event.seq,
      [own.hash]: event.hash,
      [standard.recordUid]: event.hash,
    },
    resource: sender.resource,
    instrumentationScope: sender.scope,
    droppedAttributesCount: 0,
  }
}

function sayEvent(event: KnownEvent, { call, session }: About, content: boolean): Said | undefined {
  const what = call ? callInWords(call) : 'a call that is not on record'
  switch (event.type) {
    case 'call.decided':
      return decidedRecord(event.data, what, content)
    case 'hold.closed': {
      const { outcome } = event.data
      // How people answered, the broker says.
      if (outcome !== 'too-many' && outcome !== 'no-broker') return undefined
      const why = outcome === 'too-many' ? 'too much was waiting already' : 'Countersign was not running'
      return warn(`Nobody was asked about ${what}: ${why}.`, { [own.hold]: outcome })
    }
    case 'approval.decided': {
      const { approval, outcome, by, grant, edited, reason } = event.data
      const attributes = present({
        [own.approval]: approval,
        [own.approvalOutcome]: outcome,
        [own.by]: by,
        [own.edited]: edited ? true : undefined,
        [own.personReason]: content ? reason : undefined,
      })
      switch (outcome) {
        case 'approved': {
          const how = grant ? ', to run when it is called again' : edited ? ', with other arguments' : ''
          return info(`${capital(by)} approved ${what}${how}.`, attributes)
        }
        case 'refused':
          return warn(`${capital(by)} refused ${what}.`, attributes)
        case 'expired':
          return warn(`Nobody answered in time about ${what}.`, attributes)
        case 'cancelled':
          return info(`The question about ${what} was taken back.`, attributes)
      }
      return undefined
    }
    case 'grant.used': {
      const { approval, grant } = event.data
      return info(`An earlier approval let ${what} run.`, { [own.approval]: approval, [own.grant]: grant })
    }
    case 'grant.made': {
      const { approval, grant, by, client, server, lifetime } = event.data
      // What the event calls a tool can be the address of a resource: only the call it was made for says.
      const rest = call ? `of ${what}` : `on ${shown(server)} for ${shown(client)}`
      return info(`${capital(by)} approved later calls ${rest} as well (${lifetime}).`, {
        [own.approval]: approval,
        [own.grant]: grant,
        [own.by]: by,
      })
    }
    case 'grant.revoked': {
      const { approval, grant, by } = event.data
      return info(`${capital(by)} took a remembered approval back.`, { [own.approval]: approval, [own.grant]: grant })
    }
    case 'session.refused':
      return warn(`${capital(event.data.by)} refused everything of ${sessionInWords(session)}.`, {
        [own.by]: event.data.by,
        [own.personReason]: content ? event.data.reason : undefined,
      })
    case 'session.resumed':
      return info(`${capital(event.data.by)} let ${sessionInWords(session)} go on.`, { [own.by]: event.data.by })
    case 'lockdown.changed': {
      const { on, by } = event.data
      const attributes = { [own.lockdown]: on, [own.by]: by }
      return on
        ? warn(`${capital(by)} turned lockdown on: nothing runs.`, attributes)
        : info(`${capital(by)} turned lockdown off.`, attributes)
    }
    case 'policy.published': {
      const { revision, files, problems } = event.data
      const attributes = { [own.revision]: revision, [own.files]: files, [own.problems]: problems.length }
      return problems.length === 0
        ? info(`A policy of ${count(files.length, 'file')} was published.`, attributes)
        : error(`A policy was published that has ${count(problems.length, 'problem')}.`, attributes)
    }
    case 'policy.remembered': {
      const { rule, by, files, undone } = event.data
      const did = undone ? 'had a rule taken back' : 'had a rule written'
      return info(`${capital(by)} ${did}: ${shown(rule)}.`, { [own.rule]: rule, [own.files]: files, [own.by]: by })
    }
    case 'policy.removal-accepted': {
      const { file, by } = event.data
      return warn(`${capital(by)} let go of the removed policy file ${shown(file)}.`, {
        [own.files]: [file],
        [own.by]: by,
      })
    }
    case 'tools.listed': {
      const { tools, sha256 } = event.data
      const server = session ? shown(session.server) : 'A server'
      return info(`${server} lists ${count(tools, 'tool')}, and not those of before.`, {
        [own.tools]: tools,
        [own.listHash]: sha256,
      })
    }
    case 'message.rejected': {
      const { code, bytes } = event.data
      return warn('A message that could not be read was not passed on.', { [own.code]: code, [own.bytes]: bytes })
    }
    case 'alert': {
      const { kind, detail } = event.data
      return error(`Alert: ${shown(kind)}.`, {
        [own.alertKind]: kind,
        [own.alertDetail]: content ? detail : undefined,
      })
    }
    case 'log.pruned': {
      const { upTo, events, calls } = event.data
      return info(`The log gave up its oldest ${count(events, 'event')}.`, {
        [own.upTo]: upTo,
        [own.events]: events,
        [own.calls]: calls,
      })
    }
    case 'head.anchored':
      return info(`The head of the log was written to ${shown(event.data.where)}.`, { [own.where]: event.data.where })
    case 'broker.started':
      return info('Countersign started.')
    case 'broker.stopped':
      return info('Countersign stopped.')
    default:
      return undefined
  }
}

const said =
  (severity: Said['severity']) =>
  (body: string, values: Attributes = {}): Said => ({ severity, body, attributes: present(values) })
const info = said('INFO')
const warn = said('WARN')
const error = said('ERROR')

const count = (n: number, thing: string) => `${n} ${thing}${n === 1 ? '' : 's'}`
const capital = (by: string) => {
  const text = shown(by)
  return text.charAt(0).toUpperCase() + text.slice(1)
}
const sessionInWords = (session: About['session']) =>
  session ? `the session of ${shown(session.client)} with ${shown(session.server)}` : 'a session that is not on record'
