// `countersign status`: one look at an installation, running or not.
import type { CallOutcome, LogResult } from '../../core/wire/log-contract.ts'
import { layoutHere } from '../paths.ts'
import { neverStarted } from './audit-database.ts'
import { type Command, type CommandContext, readArguments } from './command.ts'
import { type HomeStatus, readHomeStatus } from './home-status.ts'
import { differencePlace } from './policy-differences.ts'
import { type Cell, count, harmless, jsonText, shortTime, type Terminal, table, wrapped } from './terminal.ts'
import { version } from './version.ts'

const usage = `Usage: countersign status [--json]

Says whether Countersign runs, which policy is in force and where its files say something else
(a file that broke or was removed keeps governing), what is recorded, and the fingerprint of this
installation's key, which "countersign-proxy --trust" takes. Works while it is stopped.

  --json   print one JSON object

Exit codes: 0, whether it runs or not; 1 something could not be read.
`

/** Where the second column begins: the names of the first one, and two spaces. */
const besideNames = 'Countersign'.length + 2

const outcomeWords = (today: Partial<Record<CallOutcome, number>>): string =>
  Object.entries(today)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, calls]) => `${calls} ${outcome.replaceAll('-', ' ')}`)
    .join(', ')

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`

const seconds = (ms = 0): string => `${(ms / 1_000).toFixed(1)} s`
const spreadWords = ({ p50Ms, p95Ms, longestMs }: LogResult<'log.metrics'>['held']): string =>
  `half within ${seconds(p50Ms)}, 95 % within ${seconds(p95Ms)}, longest ${seconds(longestMs)}`

function policyCells(out: Terminal, { policy, running }: HomeStatus, now: number): Cell[][] {
  if ('problem' in policy) {
    const problem = policy.problem === 'not there' ? 'none published yet' : `cannot be used: ${policy.problem}`
    return [['Policy', { text: `${problem}; every call is refused`, colour: 'red' }]]
  }
  const published = `${count(policy.files, 'file')}, published ${shortTime(policy.publishedAt, now)}`
  const inForce = running || policy.lockdown ? '' : '; allow and deny rules go on without the app'
  const lockdown: Cell[][] = policy.lockdown
    ? [
        [
          'Lockdown',
          {
            text: `on since ${shortTime(policy.lockdown.since, now)}; every call is refused until it is lifted in Countersign`,
            colour: 'red',
          },
        ],
      ]
    : []
  return [
    ...lockdown,
    ['Policy', `revision ${policy.revision.slice(0, 12)}, ${published}${inForce}`],
    ...policy.differences.flatMap((difference): Cell[][] => {
      const colour = difference.folder === 'broken' || difference.folder === 'removed' ? 'red' : 'yellow'
      const text = harmless(`${differencePlace(difference)}: ${difference.message}`)
      const width = out.width === undefined ? undefined : out.width - besideNames
      return wrapped(text, width).map((line): Cell[] => ['', { text: line, colour }])
    }),
  ]
}

function auditCells({ audit, notIngested }: HomeStatus, now: number): Cell[][] {
  const rows: Cell[][] = []
  if ('problem' in audit) {
    rows.push(['Audit', { text: `cannot be read: ${harmless(audit.problem)}`, colour: 'red' }])
  } else {
    rows.push(['Audit', `${count(audit.events, 'event')}, ${count(audit.calls, 'call')}, ${megabytes(audit.bytes)}`])
    if (audit.checkpoint) rows.push(['', `${count(audit.checkpoint.events, 'older event')} given up`])
    const today = outcomeWords(audit.today)
    rows.push(['Today', today === '' ? 'no calls' : today])
    if (audit.held.p50Ms !== undefined)
      rows.push(['', `${count(audit.held.calls, 'call')} held: ${spreadWords(audit.held)}`])
    rows.push(['Head', audit.head])
    const { anchored } = audit
    if (anchored) rows.push(['', `in the system's log (${anchored.where}) at ${shortTime(anchored.at, now)}`])
    if (audit.damagedSpools > 0) {
      const spools = count(audit.damagedSpools, 'spool')
      rows.push(['', { text: `${spools} damaged; run: countersign audit verify`, colour: 'red' }])
    }
  }
  const { bytes, spools } = notIngested
  if (bytes > 0)
    rows.push(['To read', `${count(bytes, 'byte')} in ${count(spools, 'spool')}, read when Countersign runs`])
  return rows
}

export const status: Command = {
  usage,
  run: async ({ args, out, now }: CommandContext) => {
    const { values } = readArguments(args, { json: { type: 'boolean' } })
    const layout = layoutHere()
    const found = await readHomeStatus(layout, new Date(now()).setHours(0, 0, 0, 0))
    const readable = !found.started || !('problem' in found.audit || 'problem' in found.fingerprint)
    if (values.json) {
      out.line(jsonText({ version, ...found }))
      return readable ? 0 : 1
    }
    if (!found.started) {
      out.line(neverStarted(layout))
      return 0
    }
    const running: Cell = found.running
      ? { text: 'running', colour: 'green' }
      : { text: 'not running; calls that need a person are refused. Run: countersign serve', colour: 'yellow' }
    const { fingerprint } = found
    const rows: Cell[][] = [
      ['Countersign', version],
      ['State', running],
      ['Data folder', harmless(found.home)],
      ...policyCells(out, found, now()),
      ...auditCells(found, now()),
      [
        'Key',
        'value' in fingerprint ? fingerprint.value : { text: `cannot be read: ${fingerprint.problem}`, colour: 'red' },
      ],
    ]
    for (const line of table(out, rows)) out.line(line)
    return readable ? 0 : 1
  },
}
