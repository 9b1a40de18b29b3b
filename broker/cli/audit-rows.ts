// Calls as lines of a table, for every command that lists some.
import { plainName } from '../../core/policy/words.ts'
import type { CallOutcome, CallSummary } from '../../core/wire/log-contract.ts'
import { type Cell, type Colour, shortTime } from './terminal.ts'

/** Over in a moment, so not worth a line while following. */
export const passing: readonly CallOutcome[] = ['deciding', 'running']

export function colourOf(outcome: CallOutcome): Colour {
  if (outcome === 'approved' || outcome.startsWith('allowed')) return 'green'
  if (outcome === 'refused' || outcome.startsWith('denied') || outcome === 'upstream-error') return 'red'
  return passing.includes(outcome) || outcome === 'asked-again' ? 'dim' : 'yellow'
}

export const outcomeWord = (outcome: CallOutcome): string => outcome.replaceAll('-', ' ')

const heading = (words: readonly string[]): Cell[] => words.map((text) => ({ text, colour: 'dim' }))

export const headings = heading(['TIME', 'CLIENT', 'SERVER', 'TOOL', 'OUTCOME', 'RULE'])
export const headingsWithCall = heading(['TIME', 'CLIENT', 'SERVER', 'TOOL', 'OUTCOME', 'CALL'])
/** Widths that keep later lines under the first ones while following. */
export const leastWidths = [8, 10, 8, 18, 18]

const common = (call: CallSummary, now: number): Cell[] => [
  shortTime(call.receivedAt, now),
  plainName(call.client),
  plainName(call.server),
  plainName(call.tool),
  { text: outcomeWord(call.outcome), colour: colourOf(call.outcome) },
]

export const cells = (call: CallSummary, now: number): Cell[] => [...common(call, now), plainName(call.rule ?? '')]

/** Ends with the call's id, which `audit show` takes. */
export const cellsWithCall = (call: CallSummary, now: number): Cell[] => [...common(call, now), plainName(call.call)]
