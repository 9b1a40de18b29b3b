// `countersign audit search`: the calls that a selection names, the newest last, as in `tail`.
import { selectedCalls, withLog } from './audit-log.ts'
import { queryUsage, readQueryArguments } from './audit-query.ts'
import { cellsWithCall, headingsWithCall } from './audit-rows.ts'
import { type Command, wholeNumber } from './command.ts'
import { count, jsonText, shortTime, table } from './terminal.ts'

const usage = `Usage: countersign audit search [QUERY…] [-n NUMBER] [--json]

Prints the calls that QUERY selects, the newest last, and how many there are.

  -n, --number NUMBER   how many to print, the newest (50)
  --json                one JSON object a line

${queryUsage}

Example: countersign audit search outcome:refused from:7d delete
One call in full: countersign audit show CALL
`

export const auditSearch: Command = {
  usage,
  run: async (context) => {
    const { out, err, now } = context
    const { values, query } = readQueryArguments(context, {
      number: { type: 'string', short: 'n' },
      json: { type: 'boolean' },
    })
    const number = wholeNumber('-n', values.number ?? '50', 1, 100_000)
    const { filter } = query
    return withLog(context, ({ engine }) => {
      const pages = [...selectedCalls(engine, filter, number)]
      const calls = pages.flatMap((page) => page.calls).reverse()
      const [first] = pages
      const total = first?.total ?? 0
      if (values.json) for (const call of calls) out.line(jsonText(call))
      else if (calls.length === 0) out.line('No call matches.')
      else {
        const rows = [headingsWithCall, ...calls.map((call) => cellsWithCall(call, now()))]
        for (const line of table(out, rows)) out.line(line)
        if (total > calls.length) out.line(`The newest ${calls.length} of ${count(total, 'call')}.`)
      }
      if (first?.searchedTo !== undefined) {
        err.line(
          `Not looked through: calls before ${shortTime(first.searchedTo, now())}. Add from: and to: to look there.`,
        )
      }
      return 0
    })
  },
}
