// The keys of the card on the table. They are dead while a dialog is open, while a person writes, and for events that no
// person made; a modifier with Enter answers, a letter only opens something.
import { useEffect } from 'react'
import { isConfirm, isInvoluntary, isPlain, isWriting } from '../../state/keys.ts'
import { useNavigation } from '../../state/navigation.ts'

/** @param letters what a plain letter does; one that does nothing now is left out */
export function useCardKeys(
  onConfirm: () => void,
  onEscape: () => void,
  letters: Partial<Record<string, () => void>>,
): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isInvoluntary(event) || useNavigation.getState().layers > 0) return
      if (isConfirm(event)) {
        event.preventDefault()
        onConfirm()
      } else if (event.key === 'Escape') {
        event.preventDefault()
        if (
          isWriting(event.target) &&
          event.target instanceof HTMLElement &&
          event.target.dataset['escape'] !== 'through'
        )
          event.target.blur()
        else onEscape()
      } else if (isPlain(event) && !isWriting(event.target)) {
        const act = letters[event.key]
        if (act === undefined) return
        event.preventDefault()
        act()
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
}
