// `countersign audit tail`: the newest calls as a table, oldest first as in any tail; `--follow` goes on as they come.
import { setTimeout as pause } from 'node:timers/promises'
import type { CallSummary } from '../../core/wire/log-contract.ts'
import type { AuditDatabase } from '../audit/database.ts'
import { newestCalls } from '../audit/query.ts'
import { layoutHere } from '../paths.ts'
import { openForReading } from './audit-database.ts'
import { cells, headings, leastWidths, passing } from './audit-rows.ts'
import { type Command, type CommandContext, readArguments, wholeNumber } from './command.ts'
import { untilToldToStop } from './parent-and-signals.ts'
import { jsonText, table } from './terminal.ts'

const usage = `Usage: countersign audit tail [-n NUMBER] [--follow] [--json]

Prints the newest tool calls, the newest last: when, which client called which tool of which
server, what became of it, and the rule that decided (none: the default).

  -n, --number NUMBER   how many calls (20)
  -f, --follow          go on and print calls as they come and as they end; Ctrl+C stops
  --json                one JSON object a line

To look for calls: countersign audit search --help
`

const pollMs = 250
/** A call is printed again when its outcome changes, as long as it is among the newest this many. */
const watched = 200

/** Changes whenever another process has written. */
const versionOf = (db: AuditDatabase): unknown => db.pragma('data_version', { simple: true })
const newest = (db: AuditDatabase, limit: number) => newestCalls(db, limit).reverse()

/** `seen` was read after `version`, so that nothing between the two is missed. */
async function follow(db: AuditDatabase, version: unknown, seen: CallSummary[], print: (calls: CallSummary[]) => void) {
  let told = new Map(seen.map((call) => [call.call, call.outcome]))
  let last = version
  void untilToldToStop().then(() => process.exit(0))
  for (;;) {
    await pause(pollMs)
    const found = versionOf(db)
    if (found === last) continue
    last = found
    const latest = newest(db, watched)
    const changed = latest.filter((call) => told.get(call.call) !== call.outcome)
    told = new Map(latest.map((call) => [call.call, call.outcome]))
    print(changed.filter((call) => !passing.includes(call.outcome)))
  }
}

export const auditTail: Command = {
  usage,
  run: async ({ args, out, now }: CommandContext) => {
    const { values } = readArguments(args, {
      number: { type: 'string', short: 'n' },
      follow: { type: 'boolean', short: 'f' },
      json: { type: 'boolean' },
    })
    const number = wholeNumber('-n', values.number ?? '20', 1, 100_000)
    const db = openForReading(layoutHere())
    try {
      const print = (calls: readonly CallSummary[], heading: boolean) => {
        if (values.json) for (const call of calls) out.line(jsonText(call))
        else {
          const rows = calls.map((call) => cells(call, now()))
          const least = values.follow ? leastWidths : []
          for (const line of table(out, heading ? [headings, ...rows] : rows, least)) out.line(line)
        }
      }
      const version = versionOf(db)
      const seen = newest(db, Math.max(number, watched))
      const first = seen.slice(-number)
      if (first.length === 0 && !values.json && !values.follow) out.line('No calls are recorded yet.')
      else print(first, true)
      if (values.follow) await follow(db, version, seen, (calls) => print(calls, false))
      return 0
    } finally {
      db.close()
    }
  },
}
