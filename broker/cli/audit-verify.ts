// `countersign audit verify`: proves that the log still says what was recorded, or names the first row that does not.
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { chainStart } from '../../core/audit/chain.ts'
import type { AuditDatabase } from '../audit/database.ts'
import { checkpointHead, headOf } from '../audit/event-log.ts'
import { type ExportReport, exportedLines, verifyExport } from '../audit/export.ts'
import { type VerifyReport, verifyAudit } from '../audit/verify.ts'
import { layoutHere } from '../paths.ts'
import { sha256 } from '../sha256.ts'
import { openForReading } from './audit-database.ts'
import { type Command, type CommandContext, PlainError, readArguments, UsageError } from './command.ts'
import { findProgramFile } from './program-files.ts'
import { showProgress } from './progress.ts'
import { count, harmless, jsonText, shortTime, type Terminal } from './terminal.ts'

const usage = `Usage: countersign audit verify [--head HASH] [--export FILE] [--json]

Walks the chain of recorded events, compares the calls that are shown with it, and checks the
files the proxies wrote. An edited, added or removed row is named.

  --head HASH     also check that the log still holds this event: a head that you noted earlier
                  (the last line of this command, or "countersign status"). Only this can show
                  that the end of the log was cut off.
  --export FILE   check a file that "countersign audit export" wrote instead; works anywhere
  --json          print one JSON object: {"ok", "events", "calls", "head", "problems", …}

Exit codes: 0 nothing was changed; 1 a problem was found; 2 wrong usage;
5 the database is damaged or newer than this program.
`

/** What the kept head says: still there, with so many events after it; given up behind a checkpoint; or gone. */
type HeadCheck = { found: true; newer: number } | { found: false }

function checkHead(db: AuditDatabase, hash: string): HeadCheck {
  const newest = headOf(db).seq
  const given = checkpointHead(db)
  if (hash === chainStart) return { found: true, newer: newest }
  if (given?.hash === hash) return { found: true, newer: newest - given.seq }
  const row = db
    .prepare<[Buffer], { seq: number }>('SELECT seq FROM event WHERE hash = ?')
    .get(Buffer.from(hash, 'hex'))
  return row ? { found: true, newer: newest - row.seq } : { found: false }
}

function show(out: Terminal, report: VerifyReport, head: HeadCheck | undefined, now: number): void {
  const { checkpoint } = report
  for (const { place, problem } of report.problems) {
    out.line(`${out.paint('red', 'Changed')}: ${harmless(place)}: ${harmless(problem)}`)
  }
  if (head?.found === false) {
    const gone = 'its end was cut off or made anew'
    const orOlder = checkpoint ? `${gone}, or it stands for events that were given up before #${checkpoint.seq}` : gone
    out.line(`${out.paint('red', 'Changed')}: the head you gave is not in the log: ${orOlder}`)
  }
  const size = `${count(report.events, 'event')}, ${count(report.calls, 'call')}`
  if (report.ok && head?.found !== false) out.line(`${out.paint('green', 'Unchanged')}: ${size}.`)
  else out.line(`The log (${size}) is not what was recorded.`)
  if (checkpoint) {
    const given = `${count(checkpoint.events, 'older event')} (${count(checkpoint.calls, 'call')})`
    out.line(
      `${given} were given up by ${shortTime(checkpoint.at, now)}, behind a checkpoint that this installation signed.`,
    )
  }
  if (head?.found) {
    const after = head.newer === 0 ? 'and is the newest event' : `with ${count(head.newer, 'newer event')} after it`
    out.line(`The head you gave is in it, ${after}.`)
  }
  out.line(`Head: ${report.head}`)
}

function showExport(out: Terminal, report: ExportReport, held: boolean | undefined): void {
  for (const { place, problem } of report.problems) out.line(`${out.paint('red', 'Changed')}: ${place}: ${problem}`)
  if (held === false) out.line(`${out.paint('red', 'Changed')}: the head you gave is not the one it ends with`)
  const size = count(report.events, 'event')
  if (report.ok && held !== false) out.line(`${out.paint('green', 'Unchanged')}: ${size}.`)
  else out.line(`The file is not what was exported (${size} are in order before that).`)
  if (report.query !== undefined) {
    out.line(
      `It holds what ${harmless(report.query)} selected: each event is as it was hashed; that none is missing, only a whole export shows.`,
    )
  }
  if (report.head !== '') out.line(`Head: ${harmless(report.head)}`)
}

async function checkExport(file: string, kept: string | undefined, out: Terminal, json: boolean): Promise<number> {
  if (!existsSync(file)) throw new PlainError(`${file} is not there.`)
  const report = await verifyExport(exportedLines(createReadStream(file)), sha256).catch((error: Error) => {
    throw new PlainError(`${file} cannot be read: ${error.message}`, 1, { cause: error })
  })
  const held = kept === undefined ? undefined : report.head === kept
  const ok = report.ok && held !== false
  if (json) out.line(jsonText({ ...report, ok, ...(held === undefined ? {} : { keptHead: { found: held } }) }))
  else showExport(out, report, held)
  return ok ? 0 : 1
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

export const auditVerify: Command = {
  usage,
  run: async ({ args, out, err, programFolder, now }: CommandContext) => {
    const { values } = readArguments(args, {
      head: { type: 'string' },
      export: { type: 'string' },
      json: { type: 'boolean' },
    })
    const kept = values.head?.toLowerCase()
    if (kept !== undefined && !/^[0-9a-f]{64}$/.test(kept)) throw new UsageError('--head needs 64 hexadecimal digits.')
    if (values.export !== undefined) return checkExport(values.export, kept, out, values.json === true)
    const layout = layoutHere()
    const db = openForReading(layout)
    const progress = showProgress(err, 'Checking events', now)
    try {
      const publicKey = readIfThere(layout.publicKey)
      const report = verifyAudit(db, {
        ...(existsSync(layout.spool) ? { spoolFolder: layout.spool } : {}),
        ...(publicKey === undefined ? {} : { publicKey }),
        helperFile: findProgramFile('verifyWorker', programFolder),
        progress: progress.at,
      })
      progress.end()
      const head = kept === undefined ? undefined : checkHead(db, kept)
      const ok = report.ok && head?.found !== false
      if (values.json) out.line(jsonText({ ...report, ok, ...(head && { keptHead: head }) }))
      else show(out, report, head, now())
      return ok ? 0 : 1
    } finally {
      progress.end()
      db.close()
    }
  },
}
