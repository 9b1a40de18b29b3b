// One collector: the official exporters, with a bound on how long a try takes, and a word on what to do when one fails.
import { readFileSync } from 'node:fs'
import * as http from 'node:http'
import * as https from 'node:https'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { type CollectorAnswer, watchAnswers, watchPartialSuccess } from './answers.ts'

export type Sent =
  /** `rejected`: how many of them the collector took, and rejected. */
  | { outcome: 'sent'; rejected: number }
  /** It never will be taken: trying again is of no use. */
  | { outcome: 'refused'; problem: string }
  /** Less at once may be taken. */
  | { outcome: 'too-large'; problem: string }
  | { outcome: 'failed'; problem: string; retryAfterMs?: number }

export type Otlp = {
  /** Never reject. One at a time. */
  spans(items: ReadableSpan[]): Promise<Sent>
  records(items: ReadableLogRecord[]): Promise<Sent>
  /** Ends what is under way; nothing is sent any more. */
  close(): void
}

export type OtlpOptions = { endpoint: string; version: string /** Longest time of one try. */; tryMs: number }

/** The exporters keep to the time themselves, unless a collector sends its answer drop by drop. */
const graceMs = 500
const stopped = 'sending was stopped'

/** The signal's address under the collector's base address. A password in it is not used: headers have their place. */
export function signalUrl(endpoint: string, signal: 'traces' | 'logs'): string {
  const url = new URL(endpoint)
  url.username = ''
  url.password = ''
  url.hash = ''
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`
  return url.href
}

/** Headers, compression and certificates come from the standard variables (OTEL_EXPORTER_OTLP_…), as the exporters read them. */
export function createOtlp({ endpoint, version, tryMs }: OtlpOptions): Otlp {
  const agent = agentFor(endpoint)
  let answer: CollectorAnswer | undefined
  let rejected = 0
  let closed = false
  let giveUp: () => void = () => undefined
  const stopWatching = watchAnswers(agent, (latest) => {
    answer = latest
  })
  const shared = {
    timeoutMillis: tryMs,
    userAgent: `countersign/${version}`,
    // A try that is given up must not come back to life behind the next one.
    httpAgentOptions: () => agent,
  }
  const traces = new OTLPTraceExporter({ ...shared, url: signalUrl(endpoint, 'traces') })
  const logs = new OTLPLogExporter({ ...shared, url: signalUrl(endpoint, 'logs') })

  const attempt = <I>(exporter: Exporter<I>, items: I): Promise<Sent> => {
    answer = undefined
    rejected = 0
    watchPartialSuccess((count) => {
      rejected += count
    })
    return new Promise((resolve) => {
      const timer = setTimeout(() => agent.destroy(), tryMs + graceMs)
      const ended = (sent: Sent) => {
        clearTimeout(timer)
        resolve(sent)
      }
      giveUp = () => ended({ outcome: 'failed', problem: stopped })
      if (closed) return giveUp()
      try {
        exporter.export(items, ({ code, error }) =>
          ended(code === 0 ? { outcome: 'sent', rejected } : failure(answer, error)),
        )
      } catch (error) {
        ended({ outcome: 'refused', problem: `it cannot be written as OTLP (${(error as Error).message})` })
      }
    })
  }

  return {
    spans: (items) => attempt(traces, items),
    records: (items) => attempt(logs, items),
    close: () => {
      closed = true
      stopWatching()
      // The exporters may be about to try again by themselves.
      agent.createConnection = () => {
        throw new Error(stopped)
      }
      agent.destroy()
      giveUp()
    },
  }
}

type Exporter<I> = { export(items: I, done: (result: { code: number; error?: Error }) => void): void }

function failure(answer: CollectorAnswer | undefined, error: Error | undefined): Sent {
  if (!answer) return { outcome: 'failed', problem: `the collector cannot be reached (${reasonOf(error)})` }
  const { status, retryAfterMs } = answer
  const problem = `the collector answered ${status} ${http.STATUS_CODES[status] ?? ''}`.trim()
  if (status === 400 || status === 422) return { outcome: 'refused', problem }
  if (status === 413) return { outcome: 'too-large', problem }
  // Said well, but not to the end.
  if (status < 300) return { outcome: 'failed', problem: `the collector broke off its answer (${reasonOf(error)})` }
  return { outcome: 'failed', problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** A code where there is one; several addresses of one host fail together, without a message. */
function reasonOf(error: Error | undefined): string {
  const code = error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : error?.message || 'no reason given'
}

function agentFor(endpoint: string): http.Agent {
  if (new URL(endpoint).protocol === 'http:') return new http.Agent({ keepAlive: true })
  const file = (name: string) => {
    const path = process.env[`OTEL_EXPORTER_OTLP_${name}`]
    return path ? readFileSync(path) : undefined
  }
  return new https.Agent({
    keepAlive: true,
    ca: file('CERTIFICATE'),
    cert: file('CLIENT_CERTIFICATE'),
    key: file('CLIENT_KEY'),
  })
}
