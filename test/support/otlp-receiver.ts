// A collector's door (OTLP over HTTP) for tests: decodes what comes with the official protocol definitions, and answers as
// told.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'

/** `never`: the request is taken and nothing comes back. `drip`: a 503 that begins, and does not end. */
export type Answer = number | { status: number; headers?: Record<string, string>; body?: Buffer } | 'never' | 'drip'

export type Attributes = Record<string, unknown>
export type ReceivedSpan = {
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  /** The low 8 bits are those of the trace; 0x100 and 0x200 tell of the parent. */
  flags: number
  name: string
  kind: string
  /** Milliseconds since the epoch. */
  start: number
  end: number
  attributes: Attributes
  events: { name: string; at: number; attributes: Attributes }[]
  status: { code: string; message: string }
  resource: Attributes
  scope: string
}
export type ReceivedRecord = {
  at: number
  severity: string
  eventName: string
  body: string
  traceId: string
  spanId: string
  attributes: Attributes
  resource: Attributes
}
export type ReceivedRequest = {
  path: string
  headers: IncomingHttpHeaders
  /** Unpacked. */
  body: Buffer
  /** How many spans or records it has. */
  items: number
  answer: Answer
}

export type OtlpReceiver = {
  endpoint: string
  port: number
  /** All requests, whatever they were answered. */
  requests: readonly ReceivedRequest[]
  /** What came in requests that were answered with success, in the order of coming. */
  spans: readonly ReceivedSpan[]
  records: readonly ReceivedRecord[]
  /** How further requests are answered, in turn; the last answer stays. */
  answer(...answers: Answer[]): void
  /** Resolves once `holds`, asked again after each request; rejects with what came after `timeoutMs` (30 s). */
  until(holds: () => boolean, timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

/** `port`: 0 for any that is free. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const requests: ReceivedRequest[] = []
  const spans: ReceivedSpan[] = []
  const records: ReceivedRecord[] = []
  const looks = new Set<() => void>()
  let answers: Answer[] = [200]

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 200
      const sent = Buffer.concat(parts)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      const path = request.url ?? ''
      const sentSpans = path.endsWith('/v1/traces') ? readSpans(body) : []
      const sentRecords = path.endsWith('/v1/logs') ? readRecords(body) : []
      requests.push({ path, headers: request.headers, body, items: sentSpans.length + sentRecords.length, answer })
      if (isSuccess(answer)) {
        spans.push(...sentSpans)
        records.push(...sentRecords)
      }
      reply(response, answer)
      for (const look of [...looks]) look()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const bound = (server.address() as AddressInfo).port
  return {
    endpoint: `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    spans,
    records,
    answer: (...given) => {
      answers = given
    },
    until: (holds, timeoutMs = 30_000) =>
      new Promise((resolve, reject) => {
        const seen = () => `${requests.length} requests, ${spans.length} spans, ${records.length} records`
        const timer = setTimeout(() => reject(new Error(`the collector got ${seen()}`)), timeoutMs)
        const look = () => {
          if (!holds()) return
          clearTimeout(timer)
          looks.delete(look)
          resolve()
        }
        looks.add(look)
        look()
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const isSuccess = (answer: Answer) => (typeof answer === 'object' ? answer.status : answer) === 200

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === 'never') return
  if (answer === 'drip') {
    response.writeHead(503, { 'content-length': '1000000' })
    const timer = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(timer))
    return
  }
  const { status, headers = {}, body = Buffer.alloc(0) } = typeof answer === 'number' ? { status: answer } : answer
  response.writeHead(status, { 'content-type': 'application/x-protobuf', ...headers })
  response.end(body)
}

/** What a collector answers that took a batch and rejected `count` (below 128) of it. */
export const partlyTaken = (count: number): Answer => ({ status: 200, body: Buffer.from([0x0a, 0x02, 0x08, count]) })

const folder = join(import.meta.dirname, '../fixtures/opentelemetry-proto')
const collector = 'opentelemetry/proto/collector'
const root = new protobuf.Root()
root.resolvePath = (_, target) => join(folder, target)
root.loadSync([`${collector}/trace/v1/trace_service.proto`, `${collector}/logs/v1/logs_service.proto`])
const traceRequest = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest')
const logsRequest = root.lookupType('opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest')
// Two fields that came to the protocol after these definitions.
root.lookupType('opentelemetry.proto.trace.v1.Span').add(new protobuf.Field('flags', 16, 'fixed32'))
root.lookupType('opentelemetry.proto.logs.v1.LogRecord').add(new protobuf.Field('eventName', 12, 'string'))

type AnyValue = {
  stringValue?: string
  boolValue?: boolean
  intValue?: string
  doubleValue?: number
  arrayValue?: { values?: AnyValue[] }
  kvlistValue?: { values?: KeyValue[] }
}
type KeyValue = { key: string; value?: AnyValue }
type Scoped<T extends string, I> = { scope?: { name?: string; version?: string } } & { [K in T]?: I[] }
type Resource = { attributes?: KeyValue[] }
type RawSpan = Record<'traceId' | 'spanId' | 'parentSpanId', string | undefined> & {
  traceState?: string
  flags?: number
  name?: string
  kind?: string
  startTimeUnixNano?: string
  endTimeUnixNano?: string
  attributes?: KeyValue[]
  events?: { timeUnixNano?: string; name?: string; attributes?: KeyValue[] }[]
  status?: { code?: string; message?: string }
}
type RawRecord = Record<'traceId' | 'spanId', string | undefined> & {
  timeUnixNano?: string
  severityText?: string
  eventName?: string
  body?: AnyValue
  attributes?: KeyValue[]
}

function decode<R>(type: protobuf.Type, body: Buffer): R {
  return type.toObject(type.decode(body), { longs: String, enums: String, bytes: String }) as R
}

function readSpans(body: Buffer): ReceivedSpan[] {
  const { resourceSpans = [] } = decode<{
    resourceSpans?: { resource?: Resource; scopeSpans?: Scoped<'spans', RawSpan>[] }[]
  }>(traceRequest, body)
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        traceState: span.traceState ?? '',
        flags: span.flags ?? 0,
        name: span.name ?? '',
        kind: span.kind ?? '',
        start: millis(span.startTimeUnixNano),
        end: millis(span.endTimeUnixNano),
        attributes: plain(span.attributes),
        events: (span.events ?? []).map((event) => ({
          name: event.name ?? '',
          at: millis(event.timeUnixNano),
          attributes: plain(event.attributes),
        })),
        status: { code: span.status?.code ?? 'STATUS_CODE_UNSET', message: span.status?.message ?? '' },
        resource: plain(resource?.attributes),
        scope: `${scope?.name} ${scope?.version}`,
      })),
    ),
  )
}

function readRecords(body: Buffer): ReceivedRecord[] {
  const { resourceLogs = [] } = decode<{
    resourceLogs?: { resource?: Resource; scopeLogs?: Scoped<'logRecords', RawRecord>[] }[]
  }>(logsRequest, body)
  return resourceLogs.flatMap(({ resource, scopeLogs = [] }) =>
    scopeLogs.flatMap(({ logRecords = [] }) =>
      logRecords.map((record) => ({
        at: millis(record.timeUnixNano),
        severity: record.severityText ?? '',
        eventName: record.eventName ?? '',
        body: String(plainValue(record.body)),
        traceId: hex(record.traceId),
        spanId: hex(record.spanId),
        attributes: plain(record.attributes),
        resource: plain(resource?.attributes),
      })),
    ),
  )
}

const hex = (base64 = '') => Buffer.from(base64, 'base64').toString('hex')
const millis = (nanos = '0') => Number(BigInt(nanos) / 1_000_000n)
const plain = (attributes: KeyValue[] = []): Attributes =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]))

function plainValue(value: AnyValue | undefined): unknown {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(plainValue)
  if (value?.kvlistValue) return plain(value.kvlistValue.values)
  if (value?.intValue !== undefined) return Number(value.intValue)
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue
}
