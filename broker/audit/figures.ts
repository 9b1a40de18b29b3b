// Sums over the log for the metrics page and `countersign status`.
import type { CallOutcome, LogParams, LogResult } from '../../core/wire/log-contract.ts'
import { lastAnchored } from './anchor.ts'
import { timeOfId } from './call-id.ts'
import { type Columns, rowsBetween } from './column-table.ts'
import { type Db, prepared } from './driver.ts'
import { headOf } from './event-log.ts'
import { middle } from './middle.ts'
import type { LogFigures } from './reader-contract.ts'

const day = 24 * 3_600_000

/** Of the calls received in the last `days` days before `now` (milliseconds since the epoch). */
export function logFigures(db: Db, columns: Columns, { days }: LogParams<'log.metrics'>, now: number): LogFigures {
  const since = Math.max(0, now - days * day)
  const [start, end] = rowsBetween(columns, since, undefined)
  const head = headOf(db)
  const checkpoint = lastCheckpoint(db)
  const anchored = lastAnchored(db)
  const size = Number(db.pragma('page_size', { simple: true }))
  const oldest = columns.length === 0 ? undefined : timeOfId(columns.ids[0] ?? 0)
  return {
    since,
    calls: outcomesOf(columns, start, end),
    held: spread(columns.held, start, end),
    answered: spread(columns.took, start, end),
    database: {
      bytes: size * Number(db.pragma('page_count', { simple: true })),
      freeBytes: size * Number(db.pragma('freelist_count', { simple: true })),
      // Events have no gaps.
      events: head.seq - (checkpoint?.seq ?? 0),
      calls: columns.length,
      ...(oldest !== undefined && { oldest }),
    },
    head,
    ...(anchored && { anchored }),
    ...(checkpoint && { checkpoint }),
  }
}

const lastCheckpoint = (db: Db): LogFigures['checkpoint'] =>
  prepared<[], NonNullable<LogFigures['checkpoint']>>(
    db,
    'SELECT seq, lower(hex(hash)) AS hash, at, events, calls FROM checkpoint ORDER BY seq DESC LIMIT 1',
  ).get()

function outcomesOf(columns: Columns, start: number, end: number): LogFigures['calls'] {
  const counts = new Uint32Array(columns.values.outcome.length)
  for (let row = start; row < end; row += 1) {
    const code = columns.codes.outcome[row] ?? 0
    counts[code] = (counts[code] ?? 0) + 1
  }
  const told = columns.values.outcome.map((outcome, code) => [outcome as CallOutcome, counts[code] ?? 0] as const)
  return Object.fromEntries(told.filter(([, count]) => count > 0))
}

type Spread = LogResult<'log.metrics'>['held']

/** Of the durations that are known: below zero and NaN are none. */
const spread = (column: Float32Array, start: number, end: number): Spread =>
  spreadOf(column.subarray(start, end).filter((ms) => ms >= 0))

/** How durations are spread, in milliseconds. Puts them into another order. */
export function spreadOf(known: Float32Array | Float64Array): Spread {
  const [p50Ms, p95Ms, longestMs] = [0.5, 0.95, 1].map((share) => {
    const ms = middle(known, share)
    // Tenths: the columns keep seven digits.
    return ms === undefined ? undefined : Math.round(ms * 10) / 10
  })
  return {
    calls: known.length,
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p95Ms !== undefined && { p95Ms }),
    ...(longestMs !== undefined && { longestMs }),
  }
}
