// How this person answers: for their eyes, from the local log. Counts cards, not calls: identical calls share one question.
import type { RuleRef } from '../../core/schema/decision.ts'
import type { UiResult } from '../../core/wire/ui-contract.ts'
import { type AnswerCounts, isPerson } from './answers.ts'
import { firstIdAt } from './call-id.ts'
import type { CallRow, CardRow } from './call-row.ts'
import { type Db, prepared } from './driver.ts'
import { namesOf } from './names.ts'

type Statistics = UiResult<'statistics.get'>

const dayMs = 24 * 3_600_000
const hourMs = 3_600_000
/** An approval within this time after the card opened was not read. */
const tooFastMs = 1_500
/** Rules, and tools, that are told. */
const shown = 100

type Asked = Pick<CardRow, 'decided_at' | 'outcome' | 'decided_by'> &
  Pick<CallRow, 'client' | 'server' | 'tool' | 'held_rules'> & { opened_at: number }

/** The names as the table has them. */
type StoredAsked = Omit<Asked, 'client' | 'server' | 'tool'> & Record<'client' | 'server' | 'tool', number>

/** The statistics of the last `days` days before `now` (milliseconds since the epoch). */
export function answerStatistics(db: Db, { now, days }: { now: number; days: number }): Statistics {
  const since = Math.max(0, now - days * dayMs)
  const all = createTally()
  const rules = new Map<string, { rule: RuleRef | undefined; tally: Tally }>()
  const tools = new Map<string, { of: Pick<Asked, 'client' | 'server' | 'tool'>; tally: Tally }>()
  const cards = prepared<[number], StoredAsked>(
    db,
    `SELECT card.opened_at, card.decided_at, card.outcome, card.decided_by, client, server, tool, held_rules
     FROM card INDEXED BY card_opened JOIN name ON name.text = card.session
       JOIN call ON call.session = name.id AND call.part = substr(card.call, length(card.session) + 2)
     WHERE card.opened_at >= ? ORDER BY card.opened_at`,
  )
  const names = namesOf(db)
  for (const stored of cards.iterate(since)) {
    const words = {
      client: names.text(stored.client),
      server: names.text(stored.server),
      tool: names.text(stored.tool),
    }
    const card: Asked = { ...stored, ...words }
    all.add(card)
    for (const rule of rulesOf(card)) {
      const key = rule ? JSON.stringify([rule.file, rule.id]) : ''
      const known = rules.get(key) ?? { rule, tally: createTally() }
      known.tally.add(card)
      // The line where it stood last.
      rules.set(key, { ...known, rule })
    }
    const { client, server, tool } = card
    const key = JSON.stringify([client, server, tool])
    const known = tools.get(key) ?? { of: { client, server, tool }, tally: createTally() }
    known.tally.add(card)
    tools.set(key, known)
  }
  const { fast, ...counted } = all.result()
  return {
    since,
    ...counted,
    settledAlone: countSettledAlone(db, since),
    fastApprovals: fast,
    rules: [...rules.values()]
      .sort(byAsked)
      .slice(0, shown)
      .map(({ rule, tally }) => {
        const { fast: _, ...of } = tally.result()
        return { ...(rule ? { rule } : {}), ...of }
      }),
    tools: [...tools.values()]
      .sort(byAsked)
      .slice(0, shown)
      .map(({ of, tally }) => {
        const { asked, answered } = tally.result()
        return { ...of, asked, answered, mostAnHour: tally.mostAnHour() }
      }),
  }
}

function countSettledAlone(db: Db, since: number): number {
  const sql = 'SELECT count(*) AS count FROM call WHERE id >= ? AND alone = 1'
  return prepared<[number], { count: number }>(db, sql).get(firstIdAt(since))?.count ?? 0
}

/** The rules that held it; one `undefined` for the default of a risk class. */
function rulesOf({ held_rules }: Asked): (RuleRef | undefined)[] {
  const rules = held_rules === null ? [] : (JSON.parse(held_rules) as RuleRef[])
  return rules.length === 0 ? [undefined] : rules
}

type Tally = {
  add(card: Asked): void
  result(): { asked: number; answered: AnswerCounts; medianAnswerMs?: number; fast: number }
  /** The most cards that were opened within any one hour. */
  mostAnHour(): number
}

function createTally(): Tally {
  const opened: number[] = []
  const answered: AnswerCounts = { approved: 0, refused: 0, expired: 0 }
  const times: number[] = []
  let fast = 0
  return {
    add({ opened_at, decided_at, outcome, decided_by }) {
      opened.push(opened_at)
      if (outcome === 'expired') answered.expired += 1
      if ((outcome !== 'approved' && outcome !== 'refused') || !isPerson(decided_by) || decided_at === null) return
      answered[outcome] += 1
      const took = decided_at - opened_at
      // The clock was set back meanwhile: nobody knows how long it took.
      if (took < 0) return
      times.push(took)
      if (outcome === 'approved' && took < tooFastMs) fast += 1
    },
    result() {
      const median = medianOf(times)
      return { asked: opened.length, answered, ...(median === undefined ? {} : { medianAnswerMs: median }), fast }
    },
    mostAnHour() {
      let most = 0
      let first = 0
      for (const [index, at] of opened.entries()) {
        while (at - (opened[first] ?? at) >= hourMs) first += 1
        most = Math.max(most, index - first + 1)
      }
      return most
    },
  }
}

function medianOf(times: readonly number[]): number | undefined {
  const sorted = [...times].sort((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? undefined : Math.round((low + high) / 2)
}

const byAsked = (a: { tally: Tally }, b: { tally: Tally }): number => b.tally.result().asked - a.tally.result().asked
