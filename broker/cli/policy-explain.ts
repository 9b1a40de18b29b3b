// `countersign policy explain`: what policy says of one call, and why, without making it.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, resolve } from 'node:path'
import { compilePolicy } from '../../core/policy/compile.ts'
import { explain, type Trace } from '../../core/policy/explain.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import { nearest } from '../../core/policy/nearest.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { callWords, offlineRequest } from '../../core/policy/run-tests.ts'
import { textEngines } from '../../core/policy/text-engines.ts'
import type { AccessRequest } from '../../core/schema/access-request.ts'
import { ruleKey } from '../../core/schema/decision.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import type { PolicySetEntry } from '../../core/schema/policy.ts'
import { actions } from '../../core/schema/policy-words.ts'
import { readRequest } from '../../core/wire/governed-request.ts'
import { type Command, type CommandContext, PlainError, readArguments, UsageError } from './command.ts'
import { readablePolicies, withoutMark } from './policy-files.ts'
import { combinedLines, looksAtPaths, ruleLines } from './policy-trace.ts'
import { type Colour, harmless, type Terminal } from './terminal.ts'

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
                      (the policies folder of this installation)
  --exhausted RULE    take the limit of this rule as used up; may be repeated
  --cwd DIR           where the server works: relative paths begin there (the current folder)
  --json              print the trace as one JSON object

Paths are compared as text: links are not followed here, while the proxy follows them.
Exit codes: 0 whatever the decision; 1 something could not be read; 2 wrong usage.
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
  json: { type: 'boolean' },
} as const

type Values = ReturnType<typeof readArguments<typeof options>>['values']

function readCall(values: Values): AccessRequest {
  const { server, tool, client, on: method } = values
  if (!server) throw new UsageError('--server is missing.')
  if (method !== undefined) return otherRequest(method, server, values)
  if (values.params !== undefined) throw new UsageError('--params needs --on; the arguments of a tool are --args.')
  if (!tool) throw new UsageError('--tool is missing.')
  if (values.args !== undefined && values['args-file'] !== undefined) {
    throw new UsageError('--args and --args-file exclude each other.')
  }
  const args =
    values['args-file'] === undefined
      ? jsonObject('--args', values.args ?? '{}')
      : jsonObject('--args-file', readWhole(values['args-file']))
  return offlineRequest({ action: 'tools/call', server, tool, arguments: args, ...(client ? { client } : {}) })
}

function otherRequest(method: string, server: string, { tool, args, client, params = '{}' }: Values): AccessRequest {
  const action = actions.find((one) => one === method)
  if (action === undefined) {
    const meant = nearest(method, actions)
    const hint = meant === undefined ? `It is one of ${actions.join(', ')}.` : `Did you mean ${meant}?`
    throw new UsageError(`No rule can be about ${JSON.stringify(method)}. ${hint}`)
  }
  if (tool !== undefined || args !== undefined) {
    throw new UsageError('--on goes with --params, not with --tool and --args.')
  }
  const message = { jsonrpc: '2.0', id: 1, method, params: jsonObject('--params', params) }
  const read = readRequest(action, message, '1', JSON.stringify(message))
  if (!read.ok) throw new UsageError(`No server is sent that: ${read.problem}.`)
  const { request } = read
  return offlineRequest({
    action,
    server,
    tool: request.tool,
    arguments: request.arguments,
    ...(client ? { client } : {}),
  })
}

function jsonObject(option: string, text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${option} is no JSON: ${(error as Error).message}.`)
  }
  if (isObject(value)) return value
  throw new UsageError(`${option} needs a JSON object such as {"path": "notes.txt"}.`)
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readWhole(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new PlainError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

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

const kindColours: Record<Trace['decision']['kind'], Colour> = { allow: 'green', deny: 'red', hold: 'yellow' }
const kindWords: Record<Trace['decision']['kind'], (what: string) => string> = {
  allow: (what) => `allow: the ${what} goes through`,
  deny: (what) => `deny: the ${what} does not go through`,
  hold: (what) => `hold: a person is asked before the ${what} goes through`,
}

function show(
  out: Terminal,
  trace: Trace,
  request: AccessRequest,
  files: number,
  paths: { home: string; cwd: string },
) {
  const { decision, risk, rules } = trace
  const { kind, message, redact = [], confirm, limits = [] } = decision
  out.line(
    out.paint(
      'bold',
      out.paint(kindColours[kind], kindWords[kind](trace.action === 'tools/call' ? 'call' : 'request')),
    ),
  )
  const facts: [string, string][] = [
    ['Call', callWords(request)],
    ...(trace.action === 'tools/call' ? [['Risk', [risk.class, ...risk.evidence].join('; ')] as [string, string]] : []),
    ['Why', decision.reason],
    ...(message === undefined ? [] : [['To the model', message] as [string, string]]),
    ...(confirm === undefined || confirm === 'click'
      ? []
      : [['To approve', confirmWords[confirm]] as [string, string]]),
    ...(limits.length === 0
      ? []
      : [['Uses limit of', limits.map(({ rule }) => rule.id).join(', ')] as [string, string]]),
    ...(redact.length === 0 ? [] : [['Not logged', redact.join(', ')] as [string, string]]),
  ]
  for (const [name, text] of facts) out.line(`  ${name.padEnd(13)} ${harmless(text)}`)
  out.line()
  if (rules.length > 0) {
    out.line('Rules that name the call, the strictest first:')
    out.line()
    for (const line of ruleLines(out, trace)) out.line(line)
  }
  for (const line of combinedLines(trace)) out.line(line)
  if (files === 0) out.line('There are no policy files, so only the built-in defaults apply.')
  if (looksAtPaths(trace)) {
    out.line(
      `Paths: relative ones begin at ${harmless(paths.cwd)}, ~ is ${harmless(paths.home)}; links were not followed.`,
    )
  }
}

const confirmWords = { 'type-name': "type the tool's name", 'os-auth': 'sign in to the system again' } as const

export const policyExplain: Command = {
  usage,
  run: async ({ args, out }: CommandContext) => {
    const { values } = readArguments(args, options)
    const request = readCall(values)
    const entries = readablePolicies(values.policy ?? []).map(({ file, text }) => {
      // In the app's folder, files go by the names that they have in the log.
      const name = values.policy ? file : basename(file)
      return parsePolicyText(withoutMark(text), name).entry
    })
    const paths = { home: homedir(), cwd: resolve(values.cwd ?? '.') }
    const exhausted = exhaustedKeys(values.exhausted ?? [], entries)
    const policy = compilePolicy({ format: 1, files: entries }, () => textEngines)
    const trace = explain(policy, request, lexicalPaths(paths), exhausted)
    if (values.json) out.line(JSON.stringify(trace))
    else show(out, trace, request, entries.length, paths)
    return 0
  },
}
