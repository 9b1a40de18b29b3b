// The strip above the explorer: what today and the last days were like, whatever is looked for.
import type { LogResult } from '../../core/wire/log-contract.ts'
import { isPerson } from './answers.ts'
import type { CardRow } from './call-row.ts'
import { type Columns, rowsBetween } from './column-table.ts'
import { type Db, prepared } from './driver.ts'
import { middle } from './middle.ts'

const hour = 3_600_000
const hoursShown = 24
const daysShown = 7

/** As of `now`, in milliseconds since the epoch. */
export function overview(db: Db, columns: Columns, now: number): LogResult<'activity.overview'> {
  const today = rowsBetween(columns, new Date(now).setHours(0, 0, 0, 0), undefined)
  const refused = columns.values.outcome.indexOf('refused')
  let counts = { held: 0, refused: 0 }
  for (let row = today[0]; row < today[1]; row += 1) {
    const held = Number.isNaN(columns.held[row] ?? Number.NaN) ? 0 : 1
    counts = { held: counts.held + held, refused: counts.refused + (columns.codes.outcome[row] === refused ? 1 : 0) }
  }
  const since = now - daysShown * 24 * hour
  const median = medianAnswer(db, since)
  return {
    today: today[1] - today[0],
    ...counts,
    ...(median !== undefined && { medianAnswerMs: Math.round(median) }),
    servers: serversSince(columns, since),
    hours: Array.from({ length: hoursShown }, (_, index) => {
      const from = now - (hoursShown - index) * hour
      // The last hour has no end: a clock that runs ahead elsewhere must not hide calls.
      const [start, end] = rowsBetween(columns, from, index === hoursShown - 1 ? undefined : from + hour)
      return end - start
    }),
  }
}

function serversSince(columns: Columns, since: number): LogResult<'activity.overview'>['servers'] {
  const [start, end] = rowsBetween(columns, since, undefined)
  const counts = new Uint32Array(columns.values.server.length)
  for (let row = start; row < end; row += 1) {
    const code = columns.codes.server[row] ?? 0
    counts[code] = (counts[code] ?? 0) + 1
  }
  return columns.values.server
    .map((server, code) => ({ server, calls: counts[code] ?? 0 }))
    .filter(({ server, calls }) => server !== '' && calls > 0)
    .sort((a, b) => b.calls - a.calls || (a.server < b.server ? -1 : 1))
    .slice(0, 20)
}

/** Between a card's opening and a person's answer to it. */
function medianAnswer(db: Db, since: number): number | undefined {
  type Answered = Pick<CardRow, 'outcome' | 'decided_by'> & { took: number }
  const cards = prepared<[number], Answered>(
    db,
    'SELECT outcome, decided_by, decided_at - opened_at AS took FROM card WHERE opened_at >= ? AND decided_at >= opened_at',
  ).all(since)
  const byPeople = cards.filter(
    (card) => isPerson(card.decided_by) && (card.outcome === 'approved' || card.outcome === 'refused'),
  )
  return middle(
    Float64Array.from(byPeople, ({ took }) => took),
    0.5,
  )
}
