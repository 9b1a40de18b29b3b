// What `audit rebuild --from-spools` says: what is in the new database, and plainly what is not.
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { type RebuildReport, rebuildFromSpools } from '../audit/rebuild-from-spools.ts'
import type { CommandContext } from './command.ts'
import { showProgress } from './progress.ts'
import { count, harmless, jsonText, type Terminal } from './terminal.ts'

/** Returns the exit code. */
export function rebuiltFromSpools({ out, err, now }: CommandContext, layout: HomeLayout, json: boolean): number {
  const progress = showProgress(err, 'Reading spools', now)
  let report: RebuildReport
  try {
    report = rebuildFromSpools({ layout, now, progress: progress.at })
  } finally {
    progress.end()
  }
  if (json) out.line(jsonText(report))
  else show(out, report)
  return 0
}

function show(out: Terminal, report: RebuildReport): void {
  const { events, calls, sessions, setAside, damaged, lostSessions, limits, pruned, verify } = report
  out.line(`A new database holds ${count(events, 'event')}, ${count(calls, 'call')}, ${count(sessions, 'session')}.`)
  if (setAside !== undefined) out.line(`The one before is kept as ${harmless(setAside)}.`)
  for (const { session, line, problem } of damaged) {
    out.line(
      `${out.paint('yellow', 'Incomplete')}: ${harmless(session)}, line ${line}: ${problem}; what stands before it is there.`,
    )
  }
  if (lostSessions === undefined)
    out.line('Whether sessions are missing cannot be told: the damaged database does not say.')
  else if (lostSessions.length > 0) {
    const some = lostSessions.slice(0, 5).map(harmless).join(', ')
    const more = lostSessions.length > 5 ? ` and ${lostSessions.length - 5} more` : ''
    out.line(
      `${out.paint('yellow', 'Missing')}: ${count(lostSessions.length, 'session')} without a spool: ${some}${more}.`,
    )
  }
  if (!limits.whole) {
    out.line(`Limits of rules: ${count(limits.kept, 'use')} were kept, others are not known and count anew.`)
  }
  if (pruned === 'kept') out.line('What retention had given up before does not come back; its checkpoint was kept.')
  if (pruned === 'lost' || pruned === 'unknown') {
    out.line('What retention had given up before, if anything, does not come back, and its checkpoint is lost.')
  }
  out.line('The chain is a new one: heads noted earlier are not in it.')
  out.line(`Head: ${verify.head}`)
}
