// Figures of the log itself, for the metrics page and `countersign status`: what the reader sums up, and how far the
// database is behind what proxies write.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LogParams, LogResult } from '../core/wire/log-contract.ts'
import { type Db, prepared } from './audit/driver.ts'
import type { AuditReader } from './audit/reader-contract.ts'
import { openSpool, readLines, sessionOfFile, sizeOfFile } from './audit/spool-file.ts'
import { parseJson } from './audit/spool-line.ts'

type Metrics = LogResult<'log.metrics'>

export type LogMetricsOptions = {
  db: Db
  reader: Pick<AuditReader, 'figures'>
  spoolFolder: string
  /** Nothing while nothing is exported. */
  telemetry?(): Metrics['telemetry']
  /** Milliseconds since the epoch. */
  now(): number
}

export async function logMetrics(options: LogMetricsOptions, params: LogParams<'log.metrics'>): Promise<Metrics> {
  const figures = await options.reader.figures(params)
  const telemetry = options.telemetry?.()
  return { ...figures, ...spoolFigures(options), ...(telemetry && { telemetry }) }
}

type SpoolRow = { session: string; part: number; offset: number; state: 'open' | 'damaged' }

/** What lies in the spool folder, and how much of it is not in the database yet. */
export function spoolFigures({
  db,
  spoolFolder,
  now,
}: Pick<LogMetricsOptions, 'db' | 'spoolFolder' | 'now'>): Pick<Metrics, 'ingest' | 'spools'> {
  const stored = prepared<[], SpoolRow>(db, 'SELECT session, part, offset, state FROM spool').all()
  const known = new Map(stored.map((row) => [row.session, row]))
  const spools = { bytes: 0, files: 0 }
  const waiting = { bytes: 0, sessions: new Set<string>(), since: Number.POSITIVE_INFINITY }
  for (const file of readdirSync(spoolFolder)) {
    const spool = sessionOfFile(file)
    const path = join(spoolFolder, file)
    const size = spool && sizeOfFile(path)
    if (spool === undefined || size === undefined || size < 0) continue
    spools.bytes += size
    spools.files += 1
    const { part, offset, state } = known.get(spool.session) ?? { part: 1, offset: 0, state: 'open' }
    const read = spool.part < part ? size : spool.part === part ? offset : 0
    // Of a damaged one nothing more is read: there is nothing to wait for.
    if (state === 'damaged' || size <= read) continue
    const since = firstLineTime(path, read)
    if (since === undefined) continue
    waiting.bytes += size - read
    waiting.sessions.add(spool.session)
    waiting.since = Math.min(waiting.since, since)
  }
  return {
    ingest: {
      waitingBytes: waiting.bytes,
      waitingSpools: waiting.sessions.size,
      lagMs: waiting.sessions.size === 0 ? 0 : Math.max(0, now() - waiting.since),
      damagedSpools: stored.filter(({ state }) => state === 'damaged').length,
    },
    spools,
  }
}

/** When the line at `offset` was written, in milliseconds since the epoch; nothing where there is no whole line yet. */
function firstLineTime(path: string, offset: number): number | undefined {
  const file = openSpool(path)
  if (file === undefined || typeof file === 'string') return undefined
  try {
    for (const line of readLines(file.fd, offset)) {
      const said = line.kind === 'line' ? parseJson(line.bytes.toString('utf8')) : undefined
      const t = (said as { t?: unknown } | undefined)?.t
      return typeof t === 'number' ? t : undefined
    }
    return undefined
  } finally {
    file.close()
  }
}
