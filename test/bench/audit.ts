// What a log of a million calls costs, in one run: taking it in, keeping it, asking it, checking it, and looking at it.
//
//   node test/bench/audit.ts [--calls N] [--quick] [--json]     (or: npm run bench -- audit)
//
// How the figures are taken:
// - Spools of 1,000,000 calls over 90 days (--quick: 50,000) are written as proxies and a broker would have, then read into a
//   new database by the ingest that the broker uses, on one thread. Rate: events a second, full-text index included.
// - Size: the database file after a checkpoint of its write-ahead log, by the calls in it.
// - Questions: each kind 30 times with other values through the reader's thread, as the explorer asks them. Milliseconds from
//   asking to the answer, in this process.
// - Verify: the whole log once, spools included, by wall clock; the goal is for a million events.
// - Window: `countersign serve` on that folder in a process of its own, its page in a real Chromium. First paint: from the
//   click on Activity to the frame after the one that has rows; cold right after the start, when the reader still reads the
//   log into memory, then once more. Frames: the time between frames while the table is scrolled
//   for some seconds, by wheel and by jumping; the longest is the figure.

import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openAuditDatabase } from '../../broker/audit/database.ts'
import { createIngest } from '../../broker/audit/ingest.ts'
import { createReader } from '../../broker/audit/reader.ts'
import { verifyAudit } from '../../broker/audit/verify.ts'
import { homeLayout } from '../../core/wire/home-layout.ts'
import { sha256 } from '../support/spool-writer.ts'
import { type MadeLog, writeLog } from './support/audit-log.ts'
import { questions, type Timing, timed } from './support/audit-questions.ts'
import { lookAt } from './support/audit-window.ts'
import { atLeast, atMost, finish, type Goal, table } from './support/report.ts'

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'floor-only': { type: 'boolean' },
  },
})
const calls = Number(options.calls ?? (options.quick ? 50_000 : 1_000_000))
const home = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
const layout = homeLayout(home, { platform: process.platform, tmpDir: tmpdir(), userName: 'bench', sha256 })
const say = (text: string) => console.log(text)
const seconds = (from: number) => (performance.now() - from) / 1_000

function takeIn(made: MadeLog): { rate: number; bytesACall: number } {
  const db = openAuditDatabase(layout.database)
  const ingest = createIngest(db, { spoolFolder: layout.spool, now: Date.now })
  const started = performance.now()
  const { events } = ingest.ingestAll()
  const took = seconds(started)
  if (events !== made.events) throw new Error(`${events} of ${made.events} events were read`)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return { rate: events / took, bytesACall: statSync(layout.database).size / made.calls }
}

async function ask(made: MadeLog): Promise<Timing[]> {
  const reader = createReader({
    database: layout.database,
    spoolFolder: layout.spool,
    readerFile: join(import.meta.dirname, '../../broker/audit/reader-worker.ts'),
    log: say,
  })
  try {
    // The first question waits for the columns to be read; the broker has them before a window opens.
    const opened = performance.now()
    await reader.request('activity.summary', { filter: { terms: [], words: [] }, columns: 100, values: 10 })
    const first = seconds(opened) * 1_000
    const timings: Timing[] = [{ name: 'first question of all', p50: first, p95: first, worst: first }]
    for (const question of questions(made)) timings.push(await timed(question, reader))
    return timings
  } finally {
    await reader.stop()
  }
}

function check(made: MadeLog): { took: number; aMillion: number } {
  const db = openAuditDatabase(layout.database, { readonly: true })
  const started = performance.now()
  const helperFile = join(import.meta.dirname, '../../broker/audit/verify-worker.ts')
  const report = verifyAudit(db, { spoolFolder: layout.spool, helperFile })
  const took = seconds(started)
  db.close()
  if (!report.ok || report.events !== made.events) throw new Error(`not as recorded: ${JSON.stringify(report)}`)
  return { took, aMillion: (took / made.events) * 1_000_000 }
}

async function main(): Promise<void> {
  mkdirSync(layout.spool, { recursive: true })
  say(`Writing spools of ${calls} calls …`)
  const made = writeLog(layout.spool, { calls, days: 90, to: Date.now() })
  say(`${made.events} events, ${(made.bytes / made.calls).toFixed(0)} bytes a call in spools; ${cpus().length} cores`)
  const { rate, bytesACall } = takeIn(made)
  say(
    table([
      ['ingest', `${rate.toFixed(0)} events/s`],
      ['database', `${bytesACall.toFixed(0)} bytes a call`],
    ]),
  )
  const timings = await ask(made)
  const rows = timings.map(({ name, p50, p95, worst }) => [
    name,
    ...[p50, p95, worst].map((ms) => `${ms.toFixed(1)} ms`),
  ])
  say(`\n${table([['question', 'p50', 'p95', 'worst'], ...rows])}`)
  const verify = check(made)
  say(`\nverify: ${verify.took.toFixed(1)} s, ${verify.aMillion.toFixed(1)} s for a million events`)
  const seen = await lookAt(home)
  say(
    `\n${table([
      ['first paint of the explorer, right after the start', `${seen.coldPaintMs.toFixed(0)} ms`],
      ['first paint of the explorer', `${seen.firstPaintMs.toFixed(0)} ms`],
      ['frames while scrolling (median, 95 %, longest)', seen.frames.map((ms) => `${ms.toFixed(0)} ms`).join(', ')],
    ])}`,
  )
  const [, , longest = Number.NaN] = seen.frames
  const goals: Goal[] = [
    atLeast('eventsASecond', rate, 20_000),
    atMost('bytesACall', bytesACall, 1_536),
    ...timings.filter(({ goal }) => goal).map(({ name, p95, goal }) => atMost(`${name} p95Ms`, p95, goal ?? 0)),
    atMost('verifySecondsAMillion', verify.aMillion, 10),
    atMost('firstPaintMs', seen.firstPaintMs, 300),
    atMost('longestFrameMs', longest, 50),
  ]
  const figures = {
    ...{ calls: made.calls, events: made.events, eventsASecond: rate, bytesACall },
    ...Object.fromEntries(timings.map(({ name, p50, p95 }) => [name, { p50, p95 }])),
    ...{
      verifySecondsAMillion: verify.aMillion,
      coldPaintMs: seen.coldPaintMs,
      firstPaintMs: seen.firstPaintMs,
      longestFrameMs: longest,
    },
  }
  finish({ name: 'audit', figures, goals }, options.json)
}

try {
  await main()
} finally {
  rmSync(home, { recursive: true, force: true })
}
