// `countersign policy explain`: what policy says of one call, and why, without making it.
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { explain } from '../../core/policy/explain.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import { nearest } from '../../core/policy/nearest.ts'
import { ruleKey } from '../../core/schema/decision.ts'
import type { PolicySetEntry } from '../../core/schema/policy.ts'
import { type Command, type CommandContext, readArguments, UsageError } from './command.ts'
import { readCall } from './policy-call.ts'
import { showExplained } from './policy-explained.ts'
import { policyToJudgeBy } from './policy-to-judge-by.ts'
import { harmless } from './terminal.ts'

const usage = `Usage: countersign policy explain --server NAME --tool NAME [--args JSON] [options]

Says what policy decides on a call and why: every rule that names it, what each condition saw,
and how that made the decision. Nothing is called, nothing is recorded.

  --server NAME       the server, by its alias in the client's configuration
  --tool NAME         the tool
  --args JSON         the arguments, a JSON object ({} where it is left out)
  --args-file FILE    the same from a file; - is the standard input
  --client NAME       who calls
  --on METHOD         another request than tools/call, such as resources/read; without --tool
  --params JSON       its params: --on resources/read --params '{"uri": "file:///etc/hosts"}'
  --policy FILE       judge by this file, or the files of this folder; may be repeated
                      (the policy in force on this installation)
  --exhausted RULE    take the limit of this rule as used up; may be repeated
  --cwd DIR           where the server works: relative paths begin there (the current folder)
  --all               show every condition of every rule, and cut nothing
  --json              print the trace as one JSON object

Paths are compared as text: links are not followed here, while the proxy follows them.
Exit codes: 0 whatever the decision; 1 something could not be read, or a file that --policy names
has mistakes; 2 wrong usage.
Example: countersign policy explain --server github --tool get_me --args '{"owner": "acme"}'
`

const options = {
  server: { type: 'string' },
  tool: { type: 'string' },
  args: { type: 'string' },
  'args-file': { type: 'string' },
  client: { type: 'string' },
  on: { type: 'string' },
  params: { type: 'string' },
  policy: { type: 'string', multiple: true },
  exhausted: { type: 'string', multiple: true },
  cwd: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

function exhaustedKeys(ids: readonly string[], entries: readonly PolicySetEntry[]): Set<string> {
  const rules = entries.flatMap((entry) =>
    entry.status === 'ok' ? entry.policy.rules.map((rule) => ({ rule, file: entry.file })) : [],
  )
  return new Set(
    ids.flatMap((id) => {
      const named = rules.filter(({ rule }) => rule.id === id)
      const known = rules.map(({ rule }) => rule.id)
      const meant = nearest(id, known)
      if (named.length === 0) {
        throw new UsageError(`There is no rule "${id}".${meant === undefined ? '' : ` Did you mean "${meant}"?`}`)
      }
      if (!named.some(({ rule }) => rule.limit)) throw new UsageError(`The rule "${id}" has no limit.`)
      return named.map(({ file }) => ruleKey({ file, id }))
    }),
  )
}

export const policyExplain: Command = {
  usage,
  run: async ({ args, out, err }: CommandContext) => {
    const { values } = readArguments(args, options)
    const request = readCall(values)
    const { judgedBy, entries, policy } = policyToJudgeBy(values.policy)
    const paths = { home: homedir(), cwd: resolve(values.cwd ?? '.') }
    const exhausted = exhaustedKeys(values.exhausted ?? [], entries)
    const trace = explain(policy, request, lexicalPaths(paths), exhausted)
    if (values.json) out.line(JSON.stringify({ judgedBy, ...trace }))
    else showExplained(out, { trace, request, judgedBy, files: entries.length, paths, all: values.all === true })
    const broken = judgedBy.what === 'named-files' ? (judgedBy.broken ?? []) : []
    for (const { file, problem } of broken) {
      const said = `${problem}. It denies all that it governs. Run: countersign policy check ${file}`
      err.line(`${harmless(file)}: ${err.paint('red', 'error')}: ${harmless(said)}`)
    }
    return broken.length > 0 ? 1 : 0
  },
}
