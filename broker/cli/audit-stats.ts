// `countersign audit stats`: how many calls there were, by what they can be told apart by.
import type { LogResult } from '../../core/wire/log-contract.ts'
import { withLog } from './audit-log.ts'
import { queryUsage, readQueryArguments } from './audit-query.ts'
import { colourOf, outcomeWord } from './audit-rows.ts'
import { type Command, wholeNumber } from './command.ts'
import { type Cell, count, grouped, harmless, jsonText, shortTime, type Terminal, table } from './terminal.ts'

const usage = `Usage: countersign audit stats [QUERY…] [--top NUMBER] [--json]

Counts the calls that QUERY selects (all, without one): by outcome, client, server, tool, risk,
rule and who decided.

  --top NUMBER   how many values of each (8)
  --json         print one JSON object

${queryUsage}
`

type Summary = LogResult<'activity.summary'>
type Facet = keyof Summary['facets']

const titles: readonly [Facet, string][] = [
  ['outcome', 'Outcome'],
  ['client', 'Client'],
  ['server', 'Server'],
  ['tool', 'Tool'],
  ['risk', 'Risk'],
  ['rule', 'Rule'],
  ['decided-by', 'Decided by'],
]
const barWidth = 24

function facetRows(out: Terminal, facet: Facet, { values }: Summary['facets'][Facet], total: number): Cell[][] {
  return values
    .filter((value) => value.count > 0)
    .map(({ value, count: calls }): Cell[] => {
      const word = facet === 'outcome' ? outcomeWord(value as Parameters<typeof outcomeWord>[0]) : harmless(value)
      const colour = facet === 'outcome' ? colourOf(value as Parameters<typeof colourOf>[0]) : 'cyan'
      const bar = out.interactive ? '█'.repeat(Math.max(1, Math.round((calls / total) * barWidth))) : ''
      const share = `${((calls / total) * 100).toFixed(1)} %`
      return [`  ${word || 'none'}`, grouped(calls).padStart(9), share.padStart(7), { text: bar, colour }]
    })
}

export const auditStats: Command = {
  usage,
  run: async (context) => {
    const { out, err, now } = context
    const { values, query } = readQueryArguments(context, { top: { type: 'string' }, json: { type: 'boolean' } })
    const top = wholeNumber('--top', values.top ?? '8', 1, 200)
    const { filter } = query
    return withLog(context, ({ engine }) => {
      const summary = engine.request('activity.summary', { filter, columns: 60, values: top })
      if (values.json) {
        out.line(jsonText(summary))
        return 0
      }
      out.line(summary.total === 0 ? 'No call matches.' : out.paint('bold', count(summary.total, 'call')))
      const groups = titles.map(([facet, title]) => ({
        title,
        more: summary.facets[facet].more,
        rows: facetRows(out, facet, summary.facets[facet], summary.total),
      }))
      const lines = table(
        out,
        groups.flatMap(({ rows }) => rows),
      )
      for (const { title, more, rows } of groups) {
        if (rows.length === 0) continue
        out.line(`\n${title}${more > 0 ? out.paint('dim', `  (${count(more, 'more value')})`) : ''}`)
        for (const line of lines.splice(0, rows.length)) out.line(line)
      }
      if (summary.searchedTo !== undefined) {
        err.line(`Not counted: calls before ${shortTime(summary.searchedTo, now())}.`)
      }
      return 0
    })
  },
}
