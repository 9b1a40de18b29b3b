// The one way to build a button that approves: a pointer click or Ctrl/⌘+Enter, never a bare Enter or Space, and no
// click that a script made.
import type { KeyboardEvent, ReactNode } from 'react'
import { confirmKeys, isMac } from '../state/keys.ts'
import { Button, Keys } from './button.tsx'

/** Stops Enter and Space from clicking the focused button; Ctrl/⌘+Enter is handled by the screen or dialog. */
function noBareKeys(event: KeyboardEvent): void {
  if (event.key === 'Enter' || event.key === ' ') event.preventDefault()
}

export function ApproveButton({
  locked,
  describedBy,
  onApprove,
  children,
}: {
  locked: boolean
  describedBy: string
  onApprove: () => void
  children: ReactNode
}) {
  return (
    <Button
      variant="primary"
      size="wraps"
      aria-disabled={locked}
      aria-describedby={describedBy}
      aria-keyshortcuts={isMac ? 'Meta+Enter' : 'Control+Enter'}
      onKeyDown={noBareKeys}
      onKeyUp={noBareKeys}
      onClick={(event) => {
        if (event.nativeEvent.isTrusted) onApprove()
      }}
    >
      {children} <Keys keys={confirmKeys} />
    </Button>
  )
}
