// One call as an OpenTelemetry span, made of what is on record of it.
import { type Attributes, type HrTime, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { AuditEventData, AuditEventType } from '../../core/schema/audit-event.ts'
import type { CallRow } from '../audit/call-row.ts'
import { type KnownEvent, parseJson } from '../audit/spool-line.ts'
import { type CallWords, callAttributes, present, spanName } from './call-words.ts'
import { own, standard } from './names.ts'
import { errorOf } from './outcome-words.ts'
import { spanOfCall } from './trace-ids.ts'

/** An event of the log as it is read for sending. `t`: milliseconds since the epoch. */
export type LogEvent = { seq: number; session: string; t: number; hash: string; event: KnownEvent }

/** The same for all that one broker sends. `content`: arguments, results and reasons go along, as recorded. */
export type Sender = { resource: Resource; scope: { name: string; version: string }; content: boolean }

export type CallStory = {
  row: CallRow
  /** All that is on record of the call, in the order in which it was stored. */
  events: readonly LogEvent[]
  /** What ended it: one of its own events, or the end of its session. */
  end: LogEvent
  protocolVersion: string | null
}

/** In milliseconds; OTLP counts nanoseconds in 64 bits. A spool can tell of later times: they would keep a whole batch back. */
const lastTime = Math.floor(2 ** 63 / 1_000_000)

/** Of `t` milliseconds since the epoch, from 0 to the year 2262. */
export const hrTime = (t: number): HrTime => {
  const known = Math.min(t, lastTime)
  return [Math.floor(known / 1000), (known % 1000) * 1_000_000]
}

export const wordsOf = ({ call, session, client, server, action, tool }: CallRow): CallWords => ({
  ...{ call, session, client, server },
  action: action ?? 'tools/call',
  tool,
})

export function spanOf(story: CallStory, { resource, scope, content }: Sender): ReadableSpan {
  const { row, events, end } = story
  const decided = lastOf(events, 'call.decided')
  const answered = lastOf(events, 'call.answered')
  const { context, parent } = spanOfCall(row.call, decided?.trace)
  const outcome = row.outcome === 'running' ? 'outcome-unknown' : row.outcome
  const error = errorOf(outcome, answered)
  const words = wordsOf(row)
  const start = row.received_at
  // A clock may have been set back.
  const stop = Math.max(start, end.t)
  return {
    name: spanName(words),
    kind: SpanKind.SERVER,
    spanContext: () => context,
    ...(parent ? { parentSpanContext: parent } : {}),
    startTime: hrTime(start),
    endTime: hrTime(stop),
    duration: hrTime(stop - start),
    status: error ? { code: SpanStatusCode.ERROR, message: error.sentence } : { code: SpanStatusCode.UNSET },
    attributes: {
      ...callAttributes(words, content),
      ...present({
        [standard.requestId]: decided && requestId(decided.rpcId),
        [standard.transport]: standard.pipe,
        [standard.protocolVersion]: story.protocolVersion,
        [standard.errorType]: error?.type,
        [standard.statusCode]: error?.code === undefined ? undefined : String(error.code),
        [own.outcome]: outcome,
        [own.decision]: events.some(({ event }) => event.type === 'hold.opened') ? 'hold' : row.decision,
        [own.source]: row.source,
        [own.rule]: row.rule,
        [own.ruleFile]: row.rule === null ? undefined : decided?.rules[0]?.file,
        [own.risk]: row.risk,
        [own.decidedBy]: row.decided_by,
        [own.heldMs]: row.held_ms,
        [own.durationMs]: row.duration_ms,
        [own.revision]: decided?.revision,
        [own.approval]: row.approval,
        [own.grant]: row.grant_id,
        [own.argumentsHash]: decided?.argumentsHash,
        [own.argumentsBytes]: decided?.arguments.bytes,
        [own.resultBytes]: answered?.bytes,
        [own.edited]: row.edited_seq === null ? undefined : true,
        [own.seq]: end.seq,
        [own.hash]: end.hash,
      }),
      ...(content ? contentOf(events, row, decided, answered) : {}),
    },
    links: [],
    events: spanEvents(events),
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

/** What ran stands under the standard name; what was asked for beside it, where a person changed it. */
function contentOf(
  events: readonly LogEvent[],
  row: CallRow,
  decided: AuditEventData<'call.decided'> | undefined,
  answered: AuditEventData<'call.answered'> | undefined,
): Attributes {
  const isCall = row.action === null
  const edited = lastOf(events, 'call.forwarded')?.edited?.arguments.text
  return present({
    [isCall ? standard.arguments : own.otherArguments]: edited ?? decided?.arguments.text,
    [own.asked]: edited === undefined ? undefined : decided?.arguments.text,
    [isCall ? standard.result : own.otherResult]: answered?.result?.text,
    [own.reason]: decided?.reason,
    [own.personReason]: row.person_reason,
  })
}

function spanEvents(events: readonly LogEvent[]): ReadableSpan['events'] {
  return [...events]
    .sort((a, b) => a.t - b.t || a.seq - b.seq)
    .flatMap(({ t, event }) => {
      const attributes = eventAttributes(event)
      const one = { time: hrTime(t), name: `countersign.${event.type}`, ...(attributes ? { attributes } : {}) }
      // One line of the log stands for both.
      const sent = event.type === 'call.decided' && event.data.forwarded
      return sent ? [one, { time: hrTime(t), name: 'countersign.call.forwarded' }] : [one]
    })
}

function eventAttributes(event: KnownEvent): Attributes | undefined {
  switch (event.type) {
    case 'call.decided': {
      const { decision, source, rules, revision } = event.data
      return present({
        [own.decision]: decision,
        [own.source]: source,
        [own.rule]: source === 'rule' ? rules[0]?.id : undefined,
        [own.revision]: revision,
      })
    }
    case 'hold.opened':
      return present({ [own.budgetMs]: event.data.budgetMs })
    case 'hold.closed': {
      const { outcome, afterMs, approval, by } = event.data
      return present({ [own.hold]: outcome, [own.heldMs]: afterMs, [own.approval]: approval, [own.by]: by })
    }
    case 'approval.opened':
    case 'approval.attached':
      return present({ [own.approval]: event.data.approval })
    case 'approval.decided': {
      const { approval, outcome, by } = event.data
      return present({ [own.approval]: approval, [own.approvalOutcome]: outcome, [own.by]: by })
    }
    case 'grant.used':
      return present({ [own.approval]: event.data.approval, [own.grant]: event.data.grant })
    case 'call.forwarded':
      return event.data.edited && present({ [own.edited]: true })
    case 'call.answered': {
      const { outcome, bytes, durationMs } = event.data
      return present({ [own.answer]: outcome, [own.resultBytes]: bytes, [own.durationMs]: durationMs })
    }
    case 'call.cancelled':
      return present({ [own.by]: event.data.by, [own.forwarded]: event.data.forwarded })
    default:
      return undefined
  }
}

/** The id as a plain text, whichever it was. */
function requestId(rpcId: string): string {
  const id = parseJson(rpcId)
  return typeof id === 'string' ? id : rpcId
}

export function lastOf<T extends AuditEventType>(events: readonly LogEvent[], type: T): AuditEventData<T> | undefined {
  const found = events.findLast(({ event }) => event.type === type)
  return found?.event.data as AuditEventData<T> | undefined
}
