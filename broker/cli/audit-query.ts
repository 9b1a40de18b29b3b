// The words of a selection of calls on the command line, the same as in the Activity screen.
import { type CallFilter, everyCall } from '../../core/audit/call-filter.ts'
import { parseQuery } from '../../core/audit/call-query.ts'
import { type CommandContext, type Options, type Parsed, readArguments, UsageError } from './command.ts'

/** What every command that takes a selection says of it. */
export const queryUsage = `QUERY selects calls, as in the Activity screen: all of it must be so, a comma means or.
  outcome:refused,expired  client:cursor  server:github  tool:delete_*  risk:destructive
  rule:ID  by:desktop  session:ID  from:2h  from:2026-11-20  to:yesterday
  words that must stand in tool, arguments, result or reason; '"exact words"'
  a minus before any of it leaves those calls out: -tool:read_*`

export type QueryWords = { filter: CallFilter /** As it was typed; empty for every call. */; text: string }

/** `-tool:read_*` is a word of the selection, and no option. */
function splitQuery(args: readonly string[]): { options: string[]; words: string[] } {
  const end = args.indexOf('--')
  const before = end < 0 ? args : args.slice(0, end)
  const isWord = (word: string) => /^-[a-z-]+:/i.test(word) && !word.startsWith('--')
  return {
    options: before.filter((word) => !isWord(word)),
    words: [...before.filter(isWord), ...(end < 0 ? [] : args.slice(end + 1))],
  }
}

/** @throws UsageError for what is not understood: a selection that was half understood would show the wrong calls. */
function readQuery(words: readonly string[], now: number): QueryWords {
  const text = words.join(' ').trim()
  if (text === '') return { filter: everyCall, text }
  const { filter, problems } = parseQuery(text, now)
  const [first] = problems
  if (!first) return { filter, text }
  const part = text.slice(first.at, first.at + first.length)
  const meant = first.suggestion === undefined ? '' : ` Did you mean ${first.suggestion}?`
  throw new UsageError(`${part}: ${first.message}${meant}`)
}

/** The options of a command that takes a selection, and the selection. @throws UsageError */
export function readQueryArguments<const O extends Options>(
  { args, now }: Pick<CommandContext, 'args' | 'now'>,
  options: O,
): { values: Parsed<O>['values']; query: QueryWords } {
  const { options: given, words } = splitQuery(args)
  const { values, positionals } = readArguments(given, options, '[QUERY]')
  return { values, query: readQuery([...positionals, ...words], now()) }
}
