// The command line that asks `countersign policy explain` about a recorded call. It is pasted into a terminal, so nothing
// in it may be more than text there, whatever the call held.
import { recordedArguments } from '../audit/recorded-arguments.ts'
import type { RecordedCall } from './draft-rule.ts'

/** `doubts`: sentences that say where the question differs from the call. */
export type ExplainCommand =
  | { readonly ok: true; readonly command: string; readonly doubts: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/** Terminals and systems take about this much in one line, in characters. */
const longest = 32_000

export function explainCommand(call: RecordedCall): ExplainCommand {
  const isTool = call.action === 'tools/call'
  for (const [what, name] of [
    ['server', call.server],
    ['client', call.client],
    ...(isTool ? [['tool', call.tool] as const] : []),
  ] as const) {
    // Line ends and escape sequences would act in the terminal; other hidden characters would not be seen in it.
    if (name === '' || /[\p{C}\p{Zl}\p{Zp}]/u.test(name))
      return { ok: false, problem: `The name of the ${what} has characters that do not belong on a command line.` }
  }
  const { text = '{}', truncated = false } = call.arguments ?? {}
  const { seen, unseen, complete } = recordedArguments(text, truncated)
  const missing = !complete || unseen.size > 0
  const json = inert(JSON.stringify(seen))
  const command = [
    'countersign policy explain',
    option('server', call.server),
    ...(isTool ? [option('tool', call.tool), `--args '${json}'`] : [`--on ${call.action}`, `--params '${json}'`]),
    option('client', call.client),
  ].join(' ')
  if (command.length > longest) return { ok: false, problem: 'Its arguments are too long for a command line.' }
  return {
    ok: true,
    command,
    doubts: missing ? ['Arguments that the record does not have whole are left out, which may change the answer.'] : [],
  }
}

/** JSON in which everything but plain letters and signs is escaped, the single quote too. */
const inert = (json: string): string =>
  json.replace(/[^\x20-\x7e]|'/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

function option(name: string, value: string): string {
  const said = /^[\w./@:+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
  // A value that begins like an option is one only with `=`.
  return value.startsWith('-') ? `--${name}=${said}` : `--${name} ${said}`
}
