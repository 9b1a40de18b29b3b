// Keys that work on every screen: `g` then a letter, and `?` for the list of all keys.
import { useEffect } from 'react'
import { screenEntries } from './app-screens.ts'
import { isInvoluntary, isPlain, isWriting } from './state/keys.ts'
import { goTo, useNavigation } from './state/navigation.ts'

/** How long after `g` the letter may come, in milliseconds. */
const patience = 1500

export function useAppKeys(onHelp: () => void): void {
  useEffect(() => {
    let goUntil = 0
    const onKey = (event: KeyboardEvent): void => {
      if (isInvoluntary(event) || !isPlain(event) || isWriting(event.target) || useNavigation.getState().layers > 0)
        return
      const target = goUntil > performance.now() ? screenEntries.find(({ letter }) => letter === event.key) : undefined
      goUntil = 0
      if (target !== undefined) {
        // The letter belongs to us, not to the screen (`d` and the like).
        event.preventDefault()
        event.stopPropagation()
        goTo(target.screen)
      } else if (event.key === 'g') {
        goUntil = performance.now() + patience
      } else if (event.key === '?') {
        event.preventDefault()
        onHelp()
      }
    }
    // Before the screens' own listeners, so that `g` then a letter is one command.
    document.addEventListener('keydown', onKey, { capture: true })
    return () => document.removeEventListener('keydown', onKey, { capture: true })
  }, [onHelp])
}
