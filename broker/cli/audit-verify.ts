// `countersign audit verify`: proves that the log still says what was recorded, or names the first row that does not.
import { existsSync } from 'node:fs'
import { chainStart, type Sha256 } from '../../core/audit/chain.ts'
import type { AuditDatabase } from '../audit/database.ts'
import { prepared } from '../audit/driver.ts'
import { type VerifyReport, verifyAudit } from '../audit/verify.ts'
import { layoutHere } from '../paths.ts'
import { sha256 } from '../sha256.ts'
import { openForReading } from './audit-database.ts'
import { type Command, type CommandContext, readArguments, UsageError } from './command.ts'
import { count, grouped, harmless, type Terminal } from './terminal.ts'

const usage = `Usage: countersign audit verify [--head HASH] [--json]

Walks the chain of recorded events, compares the calls that are shown with it, and checks the
files the proxies wrote. An edited, added or removed row is named.

  --head HASH   also check that the log still holds this event: a head that you noted earlier
                (the last line of this command, or "countersign status"). Only this can show
                that the end of the log was cut off.
  --json        print one JSON object: {"ok", "events", "calls", "head", "problems", …}

Exit codes: 0 nothing was changed; 1 a problem was found; 2 wrong usage;
5 the database is damaged or newer than this program.
`

/** What the kept head says: still there, with so many events after it, or gone. */
type HeadCheck = { found: true; newer: number } | { found: false }

function checkHead(db: AuditDatabase, hash: string): HeadCheck {
  const total = prepared<[], { seq: number | null }>(db, 'SELECT max(seq) AS seq FROM event').get()?.seq ?? 0
  if (hash === chainStart) return { found: true, newer: total }
  const row = prepared<[string], { seq: number }>(db, 'SELECT seq FROM event WHERE hash = ?').get(hash)
  return row ? { found: true, newer: total - row.seq } : { found: false }
}

/** Each event is hashed about once, so counting hashes tells how far the walk is. */
function withProgress(err: Terminal, total: number): { sha256: Sha256; done(): void } {
  if (!err.interactive || total < 20_000) return { sha256, done: () => undefined }
  let hashed = 0
  return {
    sha256: (text) => {
      hashed += 1
      if (hashed % 5_000 === 0)
        err.write(`\rChecking: ${grouped(Math.min(hashed, total))} of ${grouped(total)} events…`)
      return sha256(text)
    },
    done: () => err.write('\r\x1b[K'),
  }
}

function show(out: Terminal, report: VerifyReport, head: HeadCheck | undefined): void {
  for (const { place, problem } of report.problems) {
    out.line(`${out.paint('red', 'Changed')}: ${harmless(place)}: ${harmless(problem)}`)
  }
  if (head?.found === false) {
    out.line(`${out.paint('red', 'Changed')}: the head you gave is not in the log: its end was cut off or made anew`)
  }
  const size = `${count(report.events, 'event')}, ${count(report.calls, 'call')}`
  if (report.ok && head?.found !== false) out.line(`${out.paint('green', 'Unchanged')}: ${size}.`)
  else out.line(`The log (${size}) is not what was recorded.`)
  if (head?.found) {
    const after = head.newer === 0 ? 'and is the newest event' : `with ${count(head.newer, 'newer event')} after it`
    out.line(`The head you gave is in it, ${after}.`)
  }
  out.line(`Head: ${report.head}`)
}

export const auditVerify: Command = {
  usage,
  run: async ({ args, out, err }: CommandContext) => {
    const { values } = readArguments(args, { head: { type: 'string' }, json: { type: 'boolean' } })
    const kept = values.head?.toLowerCase()
    if (kept !== undefined && !/^[0-9a-f]{64}$/.test(kept)) throw new UsageError('--head needs 64 hexadecimal digits.')
    const layout = layoutHere()
    const db = openForReading(layout)
    try {
      const total = prepared<[], { events: number }>(db, 'SELECT count(*) AS events FROM event').get()?.events ?? 0
      const progress = withProgress(err, total)
      const spools = existsSync(layout.spool) ? { spoolFolder: layout.spool } : {}
      const report = verifyAudit(db, { ...spools, sha256: progress.sha256 })
      progress.done()
      const head = kept === undefined ? undefined : checkHead(db, kept)
      const ok = report.ok && head?.found !== false
      if (values.json) out.line(JSON.stringify({ ...report, ok, ...(head && { keptHead: head }) }))
      else show(out, report, head)
      return ok ? 0 : 1
    } finally {
      db.close()
    }
  },
}
