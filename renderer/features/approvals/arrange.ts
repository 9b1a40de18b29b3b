// The order of the queue: by client session, oldest wait first, and never moving under the pointer.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import type { ClosedCard } from '../../state/model.ts'

export type QueueRow = { readonly card: ApprovalCard; readonly closed?: ClosedCard['outcome'] }
export type QueueGroup = { readonly key: string; readonly who: ApprovalCard['who']; readonly rows: readonly QueueRow[] }

function grouped(rows: readonly QueueRow[]): QueueGroup[] {
  const groups: { key: string; who: ApprovalCard['who']; rows: QueueRow[] }[] = []
  for (const row of rows) {
    const last = groups.at(-1)
    if (last?.who.session === row.card.who.session) last.rows.push(row)
    else groups.push({ key: `${row.card.who.session} ${row.card.id}`, who: row.card.who, rows: [row] })
  }
  return groups
}

/**
 * @param keep id of a closed card that must stay in the list because it is being read
 * @param order ids as they stand on the screen now
 * @param frozen while true, what stands on the screen stays in its place (closed cards too) and new cards go below
 */
export function arrange(
  open: readonly ApprovalCard[],
  closed: readonly ClosedCard[],
  keep: string | undefined,
  order: readonly string[],
  frozen: boolean,
): QueueGroup[] {
  const kept = closed.filter(({ card }) => card.id === keep || (frozen && order.includes(card.id)))
  const rows: QueueRow[] = [
    ...open.map((card): QueueRow => ({ card })),
    ...kept.map(({ card, outcome }): QueueRow => ({ card, closed: outcome })),
  ].sort((a, b) => a.card.openedAt - b.card.openedAt)
  if (frozen) {
    const place = (row: QueueRow): number => {
      const index = order.indexOf(row.card.id)
      return index < 0 ? order.length : index
    }
    return grouped([...rows].sort((a, b) => place(a) - place(b)))
  }
  const sessions = [...new Set(rows.map(({ card }) => card.who.session))]
  return grouped(sessions.flatMap((session) => rows.filter(({ card }) => card.who.session === session)))
}

export function rowIds(groups: readonly QueueGroup[]): string[] {
  return groups.flatMap(({ rows }) => rows.map(({ card }) => card.id))
}

/** The open card after `from`, else the first one; nothing where no other is open or all others were put off. */
export function nextOpen(
  groups: readonly QueueGroup[],
  from: string,
  setAside: ReadonlySet<string>,
): string | undefined {
  const rows = groups.flatMap((group) => group.rows)
  const at = rows.findIndex(({ card }) => card.id === from)
  const around = [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0))]
  return around.find(({ card, closed }) => closed === undefined && !setAside.has(card.id))?.card.id
}
