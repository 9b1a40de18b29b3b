// Which rows are drawn, and where: react-virtual over slots (row-slots.ts).
import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { aheadAfter, rowHeight, slotOf, slotsFor } from './row-slots.ts'

/** The row of headings, which stays in sight. */
export const headHeight = rowHeight
/** Rows drawn above and below what is in sight. */
const overscan = 14
/** The bar is put where it belongs after it rested so long, in milliseconds. */
const rest = 150

export type RowSlots = {
  /** Of the element that holds the rows, in pixels. */
  readonly height: number
  /** From its top to the first drawn row, in pixels. */
  readonly offset: number
  /** The drawn rows, one after the other: from this to before that. */
  readonly first: number
  readonly end: number
  /** Rows in sight, more or less. */
  readonly fit: number
  readonly atTop: boolean
  /** Brings a row into sight, with as little movement as it takes. */
  readonly show: (row: number) => void
}

export function useRowSlots(total: number, scroller: RefObject<HTMLElement | null>): RowSlots {
  const slots = slotsFor(total)
  const [ahead, setAhead] = useState(0)
  const [atTop, setAtTop] = useState(true)
  const state = useRef({ ahead: 0, slot: 0, total })
  state.current.total = total

  const fits = useRef(1)

  const move = useCallback((next: number) => {
    if (state.current.ahead === next) return
    state.current.ahead = next
    // Before the browser paints: else the rows of another place flash by.
    flushSync(() => setAhead(next))
  }, [])

  // Before react-virtual listens: reading the place after it has drawn would have everything laid out twice.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    let resting: number | undefined
    /** Puts the bar where it belongs, and the same rows behind it. */
    const settle = (): void => {
      const { ahead: now, slot, total: of } = state.current
      const due = slotOf(slot + now, of)
      if (due === slot) return
      state.current.slot = due
      move(now + slot - due)
      element.scrollTop += (due - slot) * rowHeight
    }
    const onScroll = (): void => {
      const { ahead: before, slot: from, total: of } = state.current
      const slot = Math.floor(element.scrollTop / rowHeight)
      state.current.slot = slot
      move(aheadAfter(before, from, slot, fits.current, of))
      setAtTop(element.scrollTop <= 0)
      window.clearTimeout(resting)
      const near = fits.current * 3
      if (slot < near || slot > slotsFor(of) - near) settle()
      else resting = window.setTimeout(settle, rest)
    }
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      element.removeEventListener('scroll', onScroll)
      window.clearTimeout(resting)
    }
  }, [scroller, move])

  const virtual = useVirtualizer({
    count: slots,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: headHeight,
  })
  const fit = Math.max(1, Math.floor(((virtual.scrollRect?.height ?? 0) - headHeight) / rowHeight))
  fits.current = fit

  const show = useCallback(
    (row: number) => {
      const element = scroller.current
      if (element === null) return
      const { total: of } = state.current
      let slot = row - state.current.ahead
      const top = slot * rowHeight
      const room = element.clientHeight - headHeight - rowHeight
      const near = top > element.scrollTop - 4 * room && top < element.scrollTop + 5 * room
      if (!near || slot < 0 || slot >= slotsFor(of)) {
        const down = row > state.current.slot + state.current.ahead
        slot = slotOf(row, of)
        state.current.slot = slot
        move(row - slot)
        element.scrollTop = slot * rowHeight - (down ? room : 0)
        state.current.slot = Math.floor(element.scrollTop / rowHeight)
      } else if (top < element.scrollTop) element.scrollTop = top
      else if (top > element.scrollTop + room) element.scrollTop = top - room
    },
    [scroller, move],
  )

  const items = virtual.getVirtualItems()
  const by = slots < total ? ahead : 0
  const firstSlot = items[0]?.index ?? 0
  const endSlot = (items.at(-1)?.index ?? -1) + 1
  // A row that has no slot here: above the first, or below the last.
  const first = Math.max(0, firstSlot + by)
  return {
    height: slots * rowHeight,
    offset: (first - by) * rowHeight,
    first,
    end: Math.max(first, Math.min(total, endSlot + by)),
    fit,
    atTop,
    show,
  }
}
