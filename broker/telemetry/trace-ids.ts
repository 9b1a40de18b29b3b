// Which trace and span a call is. Worked out from what is on record, so that what is sent twice has the same ids twice and a
// backend can drop one.
import { type SpanContext, TraceFlags, type TraceState } from '@opentelemetry/api'
import { parseTraceparent, type TraceContext } from '../../core/wire/trace-context.ts'
import { sha256 } from '../sha256.ts'

/** `parent`: the client's own span, where it told of one. */
export type CallSpan = { context: SpanContext; parent?: SpanContext }

/** `trace`: the client's, as recorded. Without it, or with one that is none, the call is a trace of its own. */
export function spanOfCall(call: string, trace?: TraceContext): CallSpan {
  const digest = sha256(call)
  const spanId = digest.slice(32, 48)
  const parent = trace && parseTraceparent(trace.traceparent)
  if (!parent) return { context: { traceId: digest.slice(0, 32), spanId, traceFlags: TraceFlags.SAMPLED } }
  const { traceId, flags } = parent
  const shared = {
    traceId,
    traceFlags: flags,
    ...(trace.tracestate === undefined ? {} : { traceState: unchanged(trace.tracestate) }),
  }
  return { context: { ...shared, spanId }, parent: { ...shared, spanId: parent.spanId, isRemote: true } }
}

/** A state that is passed on exactly as the client wrote it. */
function unchanged(text: string): TraceState {
  const members = new Map(
    text.split(',').map((member) => {
      const [key = '', ...value] = member.trim().split('=')
      return [key, value.join('=')]
    }),
  )
  const state: TraceState = {
    get: (key) => members.get(key),
    set: () => state,
    unset: () => state,
    serialize: () => text,
  }
  return state
}
