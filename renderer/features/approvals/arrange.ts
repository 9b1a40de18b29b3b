// The order of the queue: by client session, oldest wait first, similar calls of one burst as one row, and never moving
// under the pointer.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import type { ClosedCard } from '../../state/model.ts'

export type QueueCard = { readonly card: ApprovalCard; readonly closed?: ClosedCard['outcome'] }
export type QueueRow = {
  /** The card's id, or that of the row of a group. */
  readonly id: string
  /** One, but for the row of a group. */
  readonly cards: readonly QueueCard[]
  readonly group: string | undefined
}
export type QueueSession = {
  readonly key: string
  readonly who: ApprovalCard['who']
  readonly rows: readonly QueueRow[]
}

export const groupRow = (group: string): string => `group:${group}`

const whoOf = ({ cards }: QueueRow): ApprovalCard['who'] | undefined => cards[0]?.card.who
const ageOf = ({ cards }: QueueRow): number => cards[0]?.card.openedAt ?? 0

function bySession(rows: readonly QueueRow[]): QueueSession[] {
  const sessions: { key: string; who: ApprovalCard['who']; rows: QueueRow[] }[] = []
  for (const row of rows) {
    const who = whoOf(row)
    if (who === undefined) continue
    const last = sessions.at(-1)
    if (last?.who.session === who.session) last.rows.push(row)
    else sessions.push({ key: `${who.session} ${row.id}`, who, rows: [row] })
  }
  return sessions
}

/** Cards into rows. A card that stands as a row of its own on a frozen list stays one. */
function intoRows(
  cards: readonly QueueCard[],
  keep: string | undefined,
  order: readonly string[],
  frozen: boolean,
): QueueRow[] {
  const rows = new Map<string, QueueCard[]>()
  for (const entry of cards) {
    const { id, group } = entry.card
    const alone = group === undefined || (frozen && order.includes(id))
    const row = alone ? id : groupRow(group)
    rows.set(row, [...(rows.get(row) ?? []), entry])
  }
  return [...rows].map(([id, members]): QueueRow => {
    const [first] = members
    const single = members.length === 1 && id !== keep && !(frozen && order.includes(id))
    const group = first === undefined || id === first.card.id || single ? undefined : first.card.group
    return { id: group === undefined && first !== undefined ? first.card.id : id, cards: members, group }
  })
}

/**
 * @param keep what is being read, a card or the row of a group: it stays in the list also when it closed
 * @param order ids of the rows as they stand on the screen now
 * @param frozen while true, what stands on the screen stays in its place (closed cards too) and new cards go below
 */
export function arrange(
  open: readonly ApprovalCard[],
  closed: readonly ClosedCard[],
  keep: string | undefined,
  order: readonly string[],
  frozen: boolean,
): QueueSession[] {
  const kept = closed.filter(({ card: { id, group } }) => {
    const row = group === undefined ? undefined : groupRow(group)
    return [id, row].some((name) => name !== undefined && (name === keep || (frozen && order.includes(name))))
  })
  const cards = [
    ...open.map((card): QueueCard => ({ card })),
    ...kept.map(({ card, outcome }): QueueCard => ({ card, closed: outcome })),
  ].sort((a, b) => a.card.openedAt - b.card.openedAt)
  const rows = intoRows(cards, keep, order, frozen).sort((a, b) => ageOf(a) - ageOf(b))
  if (frozen) {
    const place = ({ id }: QueueRow): number => {
      const index = order.indexOf(id)
      return index < 0 ? order.length : index
    }
    return bySession([...rows].sort((a, b) => place(a) - place(b)))
  }
  const sessions = [...new Set(rows.map((row) => whoOf(row)?.session))]
  return bySession(sessions.flatMap((session) => rows.filter((row) => whoOf(row)?.session === session)))
}

export function rowIds(sessions: readonly QueueSession[]): string[] {
  return sessions.flatMap(({ rows }) => rows.map(({ id }) => id))
}

/** The row that is `id` or has the card `id` in it. */
export function rowWith(sessions: readonly QueueSession[], id: string | undefined): QueueRow | undefined {
  if (id === undefined) return undefined
  const rows = sessions.flatMap((session) => session.rows)
  return rows.find((row) => row.id === id) ?? rows.find(({ cards }) => cards.some(({ card }) => card.id === id))
}

/** What the person has not put off yet. */
export function waitsIn({ id, cards }: QueueRow, setAside: ReadonlySet<string>): boolean {
  return !setAside.has(id) && cards.some(({ card, closed }) => closed === undefined && !setAside.has(card.id))
}

/** The open row after `from`, else the first one; nothing where no other is open or all others were put off. */
export function nextOpen(
  sessions: readonly QueueSession[],
  from: string,
  setAside: ReadonlySet<string>,
): string | undefined {
  const rows = sessions.flatMap((session) => session.rows)
  const here = rowWith(sessions, from)
  const at = here === undefined ? -1 : rows.indexOf(here)
  const around = [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0))]
  return around.find((row) => waitsIn(row, setAside))?.id
}

/** What is left of a group once `answered` are settled: the group again, its last card, or nothing. */
export function restOfGroup(row: QueueRow, answered: ReadonlySet<string>): string | undefined {
  const left = row.cards.filter(({ card, closed }) => closed === undefined && !answered.has(card.id))
  return left.length > 1 ? row.id : left[0]?.card.id
}
