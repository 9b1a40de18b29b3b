// What a collector answered, of which the exporters only tell that it was no success: status and Retry-After, noticed as
// Node receives them; and how much of a batch it took without keeping it.
import * as diagnostics from 'node:diagnostics_channel'
import type { Agent } from 'node:http'
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api'

export type CollectorAnswer = { status: number; retryAfterMs?: number }

/** Waiting longer than this on a collector's word is not worth its while, in milliseconds. */
const longestWait = 3_600_000

const channel = 'http.client.response.finish'

/** Calls back for every answer that comes in through `agent`; returns a function that stops it. */
export function watchAnswers(agent: Agent, answered: (answer: CollectorAnswer) => void): () => void {
  const onMessage = (message: unknown) => {
    const { request, response } = message as { request?: { agent?: unknown }; response?: IncomingAnswer }
    if (request?.agent !== agent || response?.statusCode === undefined) return
    const retryAfterMs = waitOf(response.headers?.['retry-after'])
    answered({ status: response.statusCode, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
  }
  diagnostics.subscribe(channel, onMessage)
  return () => void diagnostics.unsubscribe(channel, onMessage)
}

type IncomingAnswer = { statusCode?: number; headers?: Record<string, string | string[] | undefined> }

/** Seconds, or a date. */
function waitOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestWait)
}

let partly: ((rejected: number) => void) | undefined

/**
 * From now on `listener` is told how many items of a batch a collector took and then rejected. The exporters say so on
 * OpenTelemetry's diagnostics only, of which there is one in a process. What the collector said about it stays unread: it
 * may quote what it was sent.
 */
export function watchPartialSuccess(listener: (rejected: number) => void): void {
  if (!partly) diag.setLogger(listeningLogger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  partly = listener
}

const nothing = () => undefined
const listeningLogger: DiagLogger = {
  error: nothing,
  info: nothing,
  debug: nothing,
  verbose: nothing,
  warn: (message, ...details) => {
    const [text] = details
    if (!message.includes('Partial Success') || typeof text !== 'string') return
    const { rejectedSpans, rejectedLogRecords } = JSON.parse(text) as Record<string, unknown>
    const rejected = Number(rejectedSpans ?? rejectedLogRecords ?? 0)
    if (rejected > 0) partly?.(rejected)
  },
}
