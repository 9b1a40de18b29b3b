// `countersign audit show`: everything that is on record of one call.
import { homedir } from 'node:os'
import type { CallDetail, LogResult } from '../../core/wire/log-contract.ts'
import { explainCall } from '../explain-call.ts'
import { withLog } from './audit-log.ts'
import { colourOf, outcomeWord } from './audit-rows.ts'
import { type Command, PlainError, readArguments } from './command.ts'
import { type Cell, count, grouped, harmless, jsonText, type Terminal, table, wrapped } from './terminal.ts'

const usage = `Usage: countersign audit show CALL [--why] [--json]

Prints one call: who called what, what was decided and by whom, the arguments and the result as
they are on record (without secrets), and every event with its place in the chain.
CALL is the id that "countersign audit search" prints last; its beginning or end will do where
only one of the newest 1,000 calls has it.

  --why    also judge it again by the policy of then, and say what each rule saw
  --json   print one JSON object
`

const newestLookedAt = 1_000

const moment = (at: number): string => {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
  // A spool can tell of a time that no calendar has.
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString().slice(0, 23).replace('T', ' ')
}

function facts({ summary, ...detail }: CallDetail): Cell[][] {
  const rows: [string, Cell | undefined][] = [
    ['Call', harmless(summary.call)],
    ['Outcome', { text: outcomeWord(summary.outcome), colour: colourOf(summary.outcome) }],
    ['Received', moment(summary.receivedAt)],
    ['Client', harmless(summary.client)],
    ['Server', harmless(summary.server)],
    ['Tool', harmless(summary.action === undefined ? summary.tool : `${summary.action}: ${summary.tool}`)],
    ['Risk', summary.risk],
    ['Decided by', summary.decidedBy && harmless(summary.decidedBy)],
    ['Reason', detail.reason && harmless(detail.reason)],
    [
      'Rule',
      detail.rules.map(({ id, file, line }) => harmless(`${id} (${file}${line ? `:${line}` : ''})`)).join(', ') ||
        undefined,
    ],
    ['Held', summary.heldMs === undefined ? undefined : `${grouped(summary.heldMs)} ms`],
    ['Server took', summary.durationMs === undefined ? undefined : `${grouped(summary.durationMs)} ms`],
    ['Revision', detail.revision && harmless(detail.revision)],
  ]
  return rows.flatMap(([name, cell]) => (cell === undefined ? [] : [[{ text: name, colour: 'dim' }, cell]]))
}

function text(out: Terminal, title: string, recorded: CallDetail['arguments']): void {
  if (!recorded) return
  out.line()
  out.line(out.paint('bold', title))
  for (const one of laidOut(recorded.text).split('\n')) {
    for (const line of wrapped(harmless(one), out.width && out.width - 2)) out.line(`  ${line}`)
  }
  if (recorded.truncated) out.line(`  The record was cut; the whole was ${grouped(recorded.bytes)} bytes.`)
}

function laidOut(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2)
  } catch {
    return json
  }
}

function events(out: Terminal, { events: all, eventsLeftOut, chain }: CallDetail): void {
  out.line()
  out.line(out.paint('bold', 'Events'))
  const first = all[0]?.at ?? 0
  const rows = all.map(({ seq, at, type, hash }): Cell[] => [
    `  #${seq}`,
    at === first ? (moment(at).split(' ')[1] ?? moment(at)) : `+${grouped(at - first)} ms`,
    type,
    { text: hash.slice(0, 16), colour: 'dim' },
  ])
  for (const line of table(out, rows)) out.line(line)
  if (eventsLeftOut !== undefined)
    out.line(`  and ${count(eventsLeftOut, 'event')} in the middle, which are not listed`)
  const begins = chain.begins > 1 ? `, which begins at #${chain.begins} now` : ''
  out.line(`  in a log of ${grouped(chain.head)} events${begins}`)
}

function why(out: Terminal, explained: LogResult<'activity.explain'>): void {
  out.line()
  out.line(out.paint('bold', 'Why'))
  if (explained.state === 'unknown') {
    out.line(`  ${harmless(explained.problem)}`)
    return
  }
  for (const doubt of explained.doubts) out.line(`  ${out.paint('yellow', 'Doubt')}: ${harmless(doubt)}`)
  for (const { rule, text: said } of explained.rules) {
    out.line(`  ${harmless(rule.file)}, as it was then:`)
    for (const line of said.split('\n')) out.line(`    ${harmless(line)}`)
  }
  const marks = { yes: out.paint('green', 'yes'), no: out.paint('dim', 'no '), unknown: out.paint('yellow', '?  ') }
  let missed = false
  for (const { depth, text: said, holds } of explained.trace) {
    if (depth === 0) missed = holds === 'no'
    // Of a rule that did not hold its line is enough; the window has all of it.
    else if (missed) continue
    const start = `  ${'  '.repeat(depth)}`
    out.line(`${start}${holds === undefined ? '' : `${marks[holds]}  `}${harmless(said)}`)
  }
}

export const auditShow: Command = {
  usage,
  run: async (context) => {
    const { out } = context
    const { values, positionals } = readArguments(
      context.args,
      { why: { type: 'boolean' }, json: { type: 'boolean' } },
      'CALL',
    )
    const [wanted = ''] = positionals
    return withLog(context, ({ db, engine }) => {
      const found = (call: string) => engine.request('activity.get', { call }).detail
      const detail = found(wanted) ?? found(onlyOne(engine, wanted))
      if (!detail) throw new PlainError(`The call ${wanted} is not in the log (any more).`)
      const explained = values.why ? explainCall(db, detail, homedir()) : undefined
      if (values.json) {
        out.line(jsonText({ ...detail, ...(explained ? { why: explained } : {}) }))
        return 0
      }
      for (const line of table(out, facts(detail))) out.line(line)
      text(out, 'Arguments', detail.arguments)
      text(out, 'Ran with, as a person changed them', detail.edited)
      text(out, "Result, the server's words", detail.result)
      events(out, detail)
      if (explained) why(out, explained)
      return 0
    })
  },
}

/** The one among the newest calls that begins or ends so. */
function onlyOne(engine: Parameters<Parameters<typeof withLog>[1]>[0]['engine'], part: string): string {
  const filter = { terms: [], words: [] }
  const { calls } = engine.request('activity.search', { filter, offset: 0, limit: newestLookedAt })
  const fitting = calls.filter(({ call }) => call.startsWith(part) || call.endsWith(part))
  const [one] = fitting
  if (fitting.length > 1) throw new PlainError(`${fitting.length} of the newest calls have "${part}" in their id.`)
  return one?.call ?? part
}
