// The log as a file that others can read and check without this program's database: one event a line, each with the hash
// before it and its own, between a first line that says what this is and a last line that says it is whole.
import { isUtf8 } from 'node:buffer'
import type { Sha256 } from '../../core/audit/chain.ts'
import type { CallDetail } from '../../core/wire/log-contract.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import type { Db } from './driver.ts'
import { type EventRow, eventHash } from './event-chain.ts'
import { eventsOfCall, type Head, hashAt, headOf, readEvents } from './event-log.ts'
import { longestLine } from './spool-file.ts'

/** What the first line says. */
export type ExportHeading = {
  countersignAudit: 1
  version: string
  /** Milliseconds since the epoch. */
  exportedAt: number
  /** The chain goes on from here: event number and hash; 0 and 64 zeros for a whole log. */
  after: Head
  /** The newest event of the log at that moment. */
  head: Head
  /** What stands for a part that was given up, if any. */
  checkpoint?: Checkpoint
  /** SHA-256 of the install's public key. */
  key?: string
  /** The selection, as it was typed; absent where every event is there. */
  query?: string
}

/** One event as a line (without line feed). `data` is the exact text that was hashed. */
export const exportLine = ({ seq, session, n, t, type, data, prev, hash }: EventRow): string =>
  `{"seq":${seq},"session":${JSON.stringify(session)},"n":${n},"t":${t},"type":${JSON.stringify(type)},"data":${data},"prev":"${prev}","hash":"${hash}"}`

const pageEvents = 2_000

/** Every event, in order. */
export function* everyEvent(db: Db): Generator<EventRow> {
  let after = readCheckpoint(db)?.seq ?? 0
  for (;;) {
    const page = readEvents(db, { after, limit: pageEvents })
    yield* page
    const last = page.at(-1)
    if (!last) return
    after = last.seq
  }
}

/** The events of the calls whose rows have these numbers, call by call. */
export function* eventsOf(db: Db, calls: Iterable<number>): Generator<EventRow> {
  for (const call of calls) {
    for (const event of eventsOfCall(db, call)) yield { ...event, prev: hashAt(db, event.seq - 1) ?? '' }
  }
}

type Of = { version: string; now: number; key?: string; query?: string }

export function exportHeading(db: Db, { version, now, key, query }: Of): ExportHeading {
  const stored = readCheckpoint(db)
  const head = headOf(db)
  const after = stored ? { seq: stored.seq, hash: stored.hash } : { seq: 0, hash: hashAt(db, 0) ?? '' }
  return {
    ...{ countersignAudit: 1, version, exportedAt: now, after, head },
    ...(stored
      ? {
          checkpoint: { seq: stored.seq, hash: stored.hash, at: stored.at, events: stored.events, calls: stored.calls },
        }
      : {}),
    ...(key === undefined ? {} : { key }),
    ...(query === undefined ? {} : { query }),
  }
}

export type ExportReport = {
  ok: boolean
  events: number
  head: string
  /** Absent where every event of the log is in it. */
  query?: string
  problems: { where: 'export'; place: string; problem: string }[]
}

const line =
  /^\{"seq":(\d{1,16}),"session":("(?:[^"\\]|\\.)*"),"n":(\d{1,16}),"t":(\d{1,16}),"type":("(?:[^"\\]|\\.)*"),"data":(.*),"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/s

const lineFeed = 0x0a

/**
 * The lines of an exported file. Only line feeds end them: other separators stand in what was recorded. A line that is no UTF-8, or
 * longer than any event can be, is an empty one: it is nothing that was exported.
 */
export async function* exportedLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = []
  let size = 0
  const add = (bytes: Buffer) => {
    size += bytes.length
    if (size <= 2 * longestLine) parts.push(bytes)
  }
  const line = (): string => {
    const bytes = Buffer.concat(parts)
    const isLine = size === bytes.length && isUtf8(bytes)
    parts = []
    size = 0
    return isLine ? bytes.toString('utf8').replace(/\r$/, '') : ''
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      add(chunk.subarray(from, at))
      yield line()
      from = at + 1
    }
    add(chunk.subarray(from))
  }
  if (size > 0) yield line()
}

/** Checks an exported file by its lines (without line feeds), and stops at the first that is not as it was written. */
export async function verifyExport(lines: AsyncIterable<string>, sha256: Sha256): Promise<ExportReport> {
  let heading: ExportHeading | undefined
  let last: Head | undefined
  let events = 0
  let number = 0
  let ended = false
  const report = (problem?: string): ExportReport => ({
    ...{ ok: problem === undefined, events, head: heading?.head.hash ?? '' },
    ...(heading?.query === undefined ? {} : { query: heading.query }),
    problems: problem === undefined ? [] : [{ where: 'export', place: `line ${Math.max(1, number)}`, problem }],
  })
  for await (const text of lines) {
    number += 1
    if (ended) return report('something follows the last line')
    if (!heading) {
      heading = headingIn(text)
      if (!heading) return report('it is no export of a Countersign audit log')
      last = heading.after
      continue
    }
    const end = endIn(text)
    if (end !== undefined) {
      if (end !== events) return report(`${events} events are in it, and it says that ${end} were`)
      ended = true
      continue
    }
    const event = eventIn(text)
    if (!event) return report('it is no event')
    if (event.hash !== eventHash(event, sha256)) return report(`event ${event.seq} is not what was hashed`)
    if (heading.query === undefined && event.seq !== (last?.seq ?? 0) + 1) {
      return report(`event ${event.seq} does not follow event ${last?.seq}`)
    }
    if (event.seq === (last?.seq ?? 0) + 1 && event.prev !== last?.hash) {
      return report(`event ${event.seq} is not chained to the one before`)
    }
    last = { seq: event.seq, hash: event.hash }
    events += 1
  }
  if (!heading) return report('it is empty')
  if (!ended) return report('its end is missing')
  if (heading.query === undefined && last?.hash !== heading.head.hash) return report('it does not end with its head')
  return report()
}

function headingIn(text: string): ExportHeading | undefined {
  const found = parsed(text) as Partial<ExportHeading> | undefined
  if (found?.countersignAudit !== 1 || !isHead(found.head) || !isHead(found.after)) return undefined
  return found.query === undefined || typeof found.query === 'string' ? (found as ExportHeading) : undefined
}

const isHead = (head: Partial<Head> | undefined): boolean =>
  Number.isSafeInteger(head?.seq) && typeof head?.hash === 'string' && /^[0-9a-f]{64}$/.test(head.hash)

function endIn(text: string): number | undefined {
  const found = /^\{"end":true,"events":(\d{1,16})\}$/.exec(text)
  return found ? Number(found[1]) : undefined
}

export const exportEnd = (events: number): string => `{"end":true,"events":${events}}`

function eventIn(text: string): EventRow | undefined {
  const match = line.exec(text)
  const [, seq, session, n, t, type, data = '', prev = '', hash = ''] = match ?? []
  const [sessionText, typeText] = [parsed(session ?? ''), parsed(type ?? '')]
  if (typeof sessionText !== 'string' || typeof typeText !== 'string' || parsed(data) === undefined) return undefined
  return { seq: Number(seq), session: sessionText, n: Number(n), t: Number(t), type: typeText, data, prev, hash }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A spool can tell of a time that no calendar has: one call must not keep all others out of the file. */
const isoTime = (t: number): string => (t <= lastDate ? new Date(t).toISOString() : String(t))
const lastDate = 8.64e15

/** The columns of the CSV form, one row a call. */
export const csvColumns = [
  'time',
  'call',
  'session',
  'client',
  'server',
  'action',
  'tool',
  'risk',
  'outcome',
  'rule',
  'decided_by',
  'reason',
  'held_ms',
  'duration_ms',
  'arguments',
  'edited_arguments',
  'result',
  'policy_revision',
  'last_event',
  'last_hash',
] as const

export function csvRow({ summary, ...detail }: CallDetail): (string | number | undefined)[] {
  const last = detail.events.at(-1)
  const row: Record<(typeof csvColumns)[number], string | number | undefined> = {
    time: isoTime(summary.receivedAt),
    call: summary.call,
    session: summary.session,
    client: summary.client,
    server: summary.server,
    action: summary.action ?? 'tools/call',
    tool: summary.tool,
    risk: summary.risk,
    outcome: summary.outcome,
    rule: summary.rule,
    decided_by: summary.decidedBy,
    reason: detail.reason,
    held_ms: summary.heldMs,
    duration_ms: summary.durationMs,
    arguments: detail.arguments?.text,
    edited_arguments: detail.edited?.text,
    result: detail.result?.text,
    policy_revision: detail.revision,
    last_event: last?.seq,
    last_hash: last?.hash,
  }
  return csvColumns.map((column) => row[column])
}
