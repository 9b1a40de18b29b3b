// What there is to send after an event of the log: read in small portions, so that memory stays small however much waits and
// nobody waits for the reading.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { CallRow } from '../audit/call-row.ts'
import type { Db } from '../audit/driver.ts'
import type { EventRow } from '../audit/event-chain.ts'
import { readEvents } from '../audit/event-log.ts'
import { endsCall } from './call-end.ts'
import { createFacts, logEvent, type Told } from './facts.ts'
import { isRecorded, recordOf } from './records.ts'
import { type LogEvent, type Sender, spanOf } from './spans.ts'

const portion = 64
const batchEvents = 512
/** Characters of recorded text: of a batch, and of what is sent at once. */
const batchText = 1024 * 1024
/** What a span or a record is taken to measure beside recorded texts. */
const itemSize = 1024

/** Events in order, of which `upTo` is the last. `full`: there may be more. */
export type Batch = { events: EventRow[]; upTo: number; full: boolean }

/** What is sent at once: at most 512 spans, and not much more than 1 MB of text. */
export type Slice = { spans: ReadableSpan[]; records: ReadableLogRecord[] }

/** The next events after number `after`: at most 512, and not much more than 1 MB. Nothing where there are none. */
export function batchAfter(db: Db, after: number): Batch | undefined {
  const events: EventRow[] = []
  let full = true
  for (let size = 0, last = after; events.length < batchEvents && size < batchText; ) {
    const some = readEvents(db, { after: last, limit: portion })
    for (const event of some) size += event.data.length
    events.push(...some)
    last = some.at(-1)?.seq ?? last
    if (some.length < portion) {
      full = false
      break
    }
  }
  const upTo = events.at(-1)?.seq
  return upTo === undefined ? undefined : { events, upTo, full }
}

export type SliceOptions = {
  db: Db
  sender: Sender
  now(): number
  /** What cannot be made into a span or a record is left out. */
  log(line: string): void
}

/** Spans of the calls that ended in the batch, and its records, in the order of the log. Throws SQLite's errors. */
export async function* slicesOf(batch: Batch, options: SliceOptions): AsyncGenerator<Slice> {
  const { db, sender, now } = options
  const known = new Map<number, LogEvent | undefined>()
  /** The ends of calls, by the numbers of their rows: what comes after needs no second look at all that is on record. */
  const ends = new Map<number, number>()
  const facts = createFacts(db, known)
  let slice: Slice = { spans: [], records: [] }
  let size = 0
  const isFull = () => slice.spans.length >= batchEvents || size >= batchText
  const taken = (): Slice => {
    const full = slice
    slice = { spans: [], records: [] }
    size = 0
    return full
  }

  const made = <R>(what: string, make: () => R): R | undefined => {
    try {
      return make()
    } catch (error) {
      // Its message could quote what the call was about.
      options.log(`telemetry leaves out ${what} (${(error as Error).name})`)
      return undefined
    }
  }
  const addSpan = (row: CallRow, end: LogEvent, { events, text }: Told) => {
    const protocolVersion = facts.session(row.session)?.protocolVersion ?? null
    const span = made(`call ${row.call}`, () => spanOf({ row, events, end, protocolVersion }, sender))
    if (span) slice.spans.push(span)
    size += itemSize + (sender.content ? text : 0)
  }
  const addRecord = (event: LogEvent) => {
    if (!isRecorded(event)) return
    const about = facts.about(event)
    const record = made(`event ${event.seq}`, () => recordOf(event, about, sender, now()))
    if (!record) return
    slice.records.push(record)
    size += itemSize
  }

  for (const [index, stored] of batch.events.entries()) {
    const event = logEvent(stored)
    known.set(stored.seq, event)
    if (!event) continue
    addRecord(event)
    const row = endsCall(event.event) ? facts.ownCall(event) : undefined
    if (row && (ends.get(row.id) ?? event.seq) === event.seq) {
      const told = facts.told(row)
      if (told.end !== undefined) ends.set(row.id, told.end)
      if (told.end === event.seq) addSpan(row, event, told)
    }
    for (const open of facts.openWhen(event)) {
      const before = facts.told(open)
      if (before.end === undefined) addSpan(open, event, before)
      if (isFull()) yield taken()
    }
    if (isFull()) yield taken()
    // Proxies and windows are answered by the same thread.
    if (index % portion === portion - 1) await nextTurn()
  }
  if (slice.spans.length > 0 || slice.records.length > 0) yield slice
}
