// A list taller than browsers can make an element. The element has slots for so many rows, and the list lies behind them:
// slot by slot at both ends, and in between the scroll bar goes over it faster than the wheel does.

/** In pixels; every row has it. */
export const rowHeight = 32
/** 8 million pixels: what every browser can make, also zoomed. */
export const mostSlots = 250_000
/** Rows at each end that have a slot of their own. */
const plain = 30_000

export const slotsFor = (total: number): number => Math.min(total, mostSlots)

/** Which row is behind a slot where nothing has moved it. */
export function rowAt(slot: number, total: number): number {
  if (total <= mostSlots || slot <= plain) return slot
  if (slot >= mostSlots - plain) return total - (mostSlots - slot)
  return Math.round(plain + ((slot - plain) / (mostSlots - 2 * plain)) * (total - 2 * plain))
}

/** Where a row belongs. */
export function slotOf(row: number, total: number): number {
  if (total <= mostSlots || row <= plain) return row
  if (row >= total - plain) return mostSlots - (total - row)
  return Math.round(plain + ((row - plain) / (total - 2 * plain)) * (mostSlots - 2 * plain))
}

/**
 * How far the rows are ahead of the slots after the bar moved: as far as before after a small step (wheel, keys), and as
 * far as belongs there after a long one, and at the ends.
 * @param from slot at the top before @param to slot at the top now @param view rows in sight
 */
export function aheadAfter(ahead: number, from: number, to: number, view: number, total: number): number {
  if (total <= mostSlots) return 0
  const steps = Math.abs(to - from) <= view * 4 && to > 0 && to < mostSlots - view
  return steps ? ahead : rowAt(to, total) - to
}
