// What the explorer asks of the log while somebody works with it, each kind with many values.
import type { AuditReader } from '../../../broker/audit/reader-contract.ts'
import { type CallFilter, everyCall, type FilterTerm } from '../../../core/audit/call-filter.ts'
import type { MadeLog } from './audit-log.ts'
import { percentile } from './statistics.ts'

/** Milliseconds. `goal`: what the 95th percentile should be at most. */
export type Timing = { name: string; p50: number; p95: number; worst: number; goal?: number }

type Question = { name: string; goal: number; ask(reader: AuditReader, round: number): Promise<unknown> }

const rounds = 30
const page = 100
const day = 86_400_000

const nth = <T>(list: readonly T[], round: number): T => list[round % list.length] as T

const term = (dimension: FilterTerm['dimension'], ...values: string[]): FilterTerm => ({ dimension, values })
const where = (...terms: FilterTerm[]): CallFilter => ({ terms, words: [] })
const clients = ['cursor', 'claude-desktop', 'claude-code', 'vscode']
const servers = ['files', 'github', 'postgres', 'slack', 'stripe', 'browser', 'memory', 'kubernetes']
const outcomes = ['refused', 'expired', 'upstream-error', 'outcome-unknown', 'denied-by-rule', 'approved']
const common = ['account', 'invoice', 'projects', 'shop', 'payment', 'content', 'schema', 'table']

export function questions(made: MadeLog): Question[] {
  const search = (name: string, filter: (round: number) => CallFilter, goal = 100): Question => ({
    ...{ name, goal },
    ask: (reader, round) => reader.request('activity.search', { filter: filter(round), offset: 0, limit: page }),
  })
  const summary = (name: string, filter: (round: number) => CallFilter): Question => ({
    ...{ name, goal: 100 },
    ask: (reader, round) => reader.request('activity.summary', { filter: filter(round), columns: 120, values: 10 }),
  })
  const range = (round: number): CallFilter => {
    const from = made.from + (round % 80) * day
    return { terms: [], words: [], from, to: from + day * (1 + (round % 7)) }
  }
  const text = (...parts: readonly string[]): CallFilter => ({
    terms: [],
    words: parts.map((part) => (part.includes(' ') ? { text: part, exact: true as const } : { text: part })),
  })
  return [
    search('newest calls', () => everyCall, 30),
    {
      name: 'another page',
      goal: 30,
      ask: (reader, round) => {
        const offset = Math.floor(((round + 1) * made.calls) / (rounds + 2))
        return reader.request('activity.search', { filter: everyCall, offset, limit: page })
      },
    },
    search('by outcome', (round) => where(term('outcome', nth(outcomes, round)))),
    search('by server and client', (round) =>
      where(term('server', nth(servers, round)), term('client', nth(clients, round))),
    ),
    search('a time range', range),
    search('a common word', (round) => text(nth(common, round))),
    search('a rare word', (round) => text(`${nth(common, round)}-${round * 31}`)),
    search('two words', (round) => text(nth(common, round), nth(common, round + 3))),
    search('exact words', (round) => text(`${nth(common, round)} ${nth(common, round + 1)}`)),
    search('a word and an outcome', (round) => ({
      ...where(term('outcome', nth(outcomes, round))),
      ...{ words: [{ text: nth(common, round) }] },
    })),
    summary('counts of everything', () => everyCall),
    summary('counts by outcome', (round) => where(term('outcome', nth(outcomes, round)))),
    summary('counts of two filters', (round) =>
      where(term('server', nth(servers, round)), term('client', nth(clients, round))),
    ),
    summary('counts of a time range', range),
    summary('counts of a word', (round) => text(nth(common, round))),
    { name: 'overview', goal: 100, ask: (reader) => reader.request('activity.overview', {}) },
  ]
}

/** Asks `rounds` times, one after the other. */
export async function timed({ name, goal, ask }: Question, reader: AuditReader): Promise<Timing> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    await ask(reader, round)
    times.push(performance.now() - started)
  }
  return { name, goal, p50: percentile(times, 50), p95: percentile(times, 95), worst: Math.max(...times) }
}
