// The client's own trace as `_meta` carries it (W3C Trace Context, MCP's SEP-414). A client writes there whatever it likes:
// only what is exactly of that form counts.
import type { JsonObject } from '../schema/json.ts'

export type TraceContext = { traceparent: string; tracestate?: string | undefined }

/** Version `ff` and ids of zeros only are no trace. */
const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

const simpleKey = '[a-z0-9][a-z0-9_*/-]{0,255}'
const tenantKey = '[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}'
const value = '[ -+\\--<>-~]{0,255}[!-+\\--<>-~]'
const member = new RegExp(`^(?:${simpleKey}|${tenantKey})=${value}$`)
const longestState = 512
const mostMembers = 32

/** What is on record of a request's trace; nothing where `_meta` carries none, or one that is not well formed. */
export function traceContextOf(meta: JsonObject | undefined): TraceContext | undefined {
  const parent = meta?.['traceparent']
  if (typeof parent !== 'string' || !traceparent.test(parent)) return undefined
  const state = meta?.['tracestate']
  return { traceparent: parent, ...(typeof state === 'string' && isState(state) ? { tracestate: state } : {}) }
}

/** Ids in lower-case hexadecimal, flags as a number from 0 to 255; nothing where it is no `traceparent`. */
export function parseTraceparent(text: string): { traceId: string; spanId: string; flags: number } | undefined {
  const [, traceId, spanId, flags] = traceparent.exec(text) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, flags: Number.parseInt(flags, 16) }
}

function isState(text: string): boolean {
  if (text.length > longestState) return false
  const members = text.split(',').map((one) => one.replace(/^[ \t]+|[ \t]+$/g, ''))
  return (
    members.length <= mostMembers && members.every((one) => one === '' || member.test(one)) && members.some(Boolean)
  )
}
