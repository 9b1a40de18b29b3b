// `j` and `k` (and the arrows) move through the queue, one step a press.
import { type RefObject, useEffect } from 'react'
import { isInvoluntary, isPlain, isWriting } from '../../state/keys.ts'
import { selectCard, useNavigation } from '../../state/navigation.ts'

/** Choices that the arrow keys move among by themselves. */
function ownsArrows(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-scroller], input') !== null
}

/** @param order ids of the rows as they stand on the screen */
export function useListKeys(order: RefObject<readonly string[]>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isPlain(event) || isWriting(event.target) || useNavigation.getState().layers > 0) return
      const arrows = !ownsArrows(event.target)
      const down = event.key === 'j' || (event.key === 'ArrowDown' && arrows)
      const up = event.key === 'k' || (event.key === 'ArrowUp' && arrows)
      if (!down && !up) return
      event.preventDefault()
      // One step a press: running through the list with a held key would pass cards unread.
      if (isInvoluntary(event)) return
      const ids = order.current
      const { card } = useNavigation.getState()
      const row = document.querySelector<HTMLElement>('[data-row][aria-current="true"]')?.dataset['row'] ?? card ?? ''
      const at = ids.indexOf(row)
      const id = at < 0 ? ids[down ? 0 : ids.length - 1] : ids[at + (down ? 1 : -1)]
      if (id === undefined) return
      selectCard(id)
      document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [order])
}
