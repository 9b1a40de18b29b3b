// `countersign audit rebuild`: what is derived from the log made again, or the whole database from the spools.
import { existsSync } from 'node:fs'
import { openAuditDatabase } from '../audit/database.ts'
import { prepared } from '../audit/driver.ts'
import { rebuildRows } from '../audit/rebuild.ts'
import { BrokerStartError } from '../host-contract.ts'
import { lockHome } from '../lock.ts'
import { layoutHere } from '../paths.ts'
import { neverStarted, startErrorExitCodes } from './audit-database.ts'
import { rebuiltFromSpools } from './audit-from-spools.ts'
import { type Command, PlainError, readArguments } from './command.ts'
import { showProgress } from './progress.ts'
import { count } from './terminal.ts'

const usage = `Usage: countersign audit rebuild [--from-spools] [--json]

Makes everything that is derived from the recorded events again: the calls that are shown, their
words for searching, sessions, cards. The events themselves stay as they are. For when "audit
verify" finds a row that differs from its events.

  --from-spools   for a database that is damaged: sets it aside (nothing is deleted) and reads
                  what proxies wrote, which is still in their spools, into a new one
  --json          print one JSON object

Countersign must not be running. Exit codes: 0 done; 1 it could not be done, and nothing was
changed; 2 wrong usage; 3 Countersign is running; 5 the database is damaged or newer.
`

export const auditRebuild: Command = {
  usage,
  run: async (context) => {
    const { out, err, args, now } = context
    const { values } = readArguments(args, { 'from-spools': { type: 'boolean' }, json: { type: 'boolean' } })
    const layout = layoutHere()
    if (!existsSync(layout.keys)) throw new PlainError(neverStarted(layout))
    if (values['from-spools']) return withPlainErrors(() => rebuiltFromSpools(context, layout, values.json === true))
    return withPlainErrors(() => {
      const unlock = lockHome(layout)
      try {
        if (!existsSync(layout.database)) throw new PlainError(neverStarted(layout))
        const db = openAuditDatabase(layout.database)
        const progress = showProgress(err, 'Reading events', now)
        try {
          db.transaction(() => rebuildRows(db, progress.at)).immediate()
          progress.end()
          const total = (table: string) => prepared<[], number>(db, `SELECT count(*) FROM ${table}`).pluck().get() ?? 0
          const made = { events: total('event'), calls: total('call'), sessions: total('session') }
          if (values.json) out.line(JSON.stringify(made))
          else
            out.line(
              `Made again from ${count(made.events, 'event')}: ${count(made.calls, 'call')}, ${count(made.sessions, 'session')}.`,
            )
          return 0
        } finally {
          progress.end()
          db.close()
        }
      } finally {
        unlock()
      }
    })
  },
}

/** What keeps a broker from starting keeps this from working, with the same exit codes. */
function withPlainErrors<R>(work: () => R): R {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof BrokerStartError)) throw error
    throw new PlainError(error.message, startErrorExitCodes[error.code], { cause: error })
  }
}
