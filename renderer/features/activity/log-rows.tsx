// The list of calls: as many rows as there are, drawn only where they are looked at, all of it by keyboard.
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useId, useRef } from 'react'
import { useNow } from '../../state/clock.ts'
import { isInvoluntary, isPlain, isWriting } from '../../state/keys.ts'
import { useNavigation } from '../../state/navigation.ts'
import { headings, LogRow, RowSkeleton, rowTime } from './log-row.tsx'
import type { RowPages } from './row-pages.ts'
import { useRowSlots } from './use-row-slots.ts'

/** How far a key goes, or to which row. @returns nothing for any other key */
function target(key: string, at: number | undefined, fit: number, total: number): number | undefined {
  const from = at ?? -1
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return from + 1
    case 'ArrowUp':
    case 'k':
      return at === undefined ? 0 : at - 1
    case 'PageDown':
      return Math.max(0, from) + fit
    case 'PageUp':
      return Math.max(0, from) - fit
    case 'Home':
      return 0
    case 'End':
      return total - 1
  }
  return undefined
}

export function LogRows({
  rows,
  total,
  grid,
  cursor,
  onCursor,
  onOpen,
  onTop,
  label,
  stale,
}: {
  rows: RowPages
  total: number
  grid: RefObject<HTMLTableElement | null>
  /** The row the keys are at. */
  cursor: number | undefined
  onCursor: (index: number | undefined) => void
  onOpen: (call: string) => void
  /** Whether the newest row is in sight. */
  onTop: (atTop: boolean) => void
  label: string
  /** The rows are those of an earlier query. */
  stale: boolean
}) {
  const id = useId()
  const now = useNow()
  const slots = useRowSlots(total, grid)
  const { first, end, show, fit, atTop } = slots

  useEffect(() => onTop(atTop), [atTop, onTop])
  // What is drawn is looked at; an effect, because it may ask the broker.
  useEffect(() => {
    if (end > first) rows.look(first, end - 1)
  }, [rows, first, end])

  const open = useCallback(
    (index: number) => {
      onCursor(index)
      const call = rows.row(index)?.call
      if (call !== undefined) onOpen(call)
    },
    [rows, onCursor, onOpen],
  )

  const move = useRef((_key: string): boolean => false)
  move.current = (key) => {
    if (key === 'Enter') {
      if (cursor !== undefined) open(cursor)
      return cursor !== undefined
    }
    if (key === 'Escape') {
      onCursor(undefined)
      return cursor !== undefined
    }
    const next = target(key, cursor, fit, total)
    if (next === undefined || total === 0) return false
    const row = Math.max(0, Math.min(next, total - 1))
    onCursor(row)
    show(row)
    return true
  }

  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing) return
    // An open call has the keys, also while the focus is still on its way there.
    if (useNavigation.getState().layers > 0) return
    if (move.current(event.key)) event.preventDefault()
  }

  // `j` and `k` from anywhere on the screen, and they bring the focus along.
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (
        event.defaultPrevented ||
        (isInvoluntary(event) && !event.repeat) ||
        !isPlain(event) ||
        isWriting(event.target)
      )
        return
      if (!(event.key === 'j' || event.key === 'k') || useNavigation.getState().layers > 0) return
      event.preventDefault()
      grid.current?.focus({ preventScroll: true })
      move.current(event.key)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [grid])

  const rowId = (index: number): string => `${id}-${index}`
  const drawn = cursor !== undefined && cursor >= first && cursor < end
  return (
    <table
      ref={grid}
      data-scrolls
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that the keys walk through
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-busy={stale}
      aria-activedescendant={drawn ? rowId(cursor) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="log-grid relative block h-full min-h-0 overflow-x-hidden overflow-y-auto outline-none [overflow-anchor:none]"
    >
      <thead className="sticky top-0 z-10 block bg-paper">
        <tr aria-rowindex={1} className="log-row label border-b border-line">
          {headings.map(([word, look]) => (
            <th key={word} scope="col" className={`text-left font-medium ${look}`}>
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody
        className={`block ${stale ? 'opacity-60' : ''}`}
        style={{ height: slots.height, paddingTop: slots.offset }}
      >
        {Array.from({ length: end - first }, (_, place) => {
          const index = first + place
          const call = rows.row(index)
          return call === undefined ? (
            <RowSkeleton key={index} index={index} />
          ) : (
            <LogRow
              key={index}
              id={rowId(index)}
              call={call}
              index={index}
              at={rowTime(call.receivedAt, now)}
              active={index === cursor}
              onOpen={open}
            />
          )
        })}
      </tbody>
    </table>
  )
}
