// Short messages about what an answer led to. The newest that can be taken back is, with `u`.
import { CircleCheck, Info, type LucideIcon, Undo2, X } from 'lucide-react'
import { useEffect } from 'react'
import { isInvoluntary, isPlain, isWriting } from './state/keys.ts'
import { useNavigation } from './state/navigation.ts'
import { dismissToast, lastUndoable, runToastAction, type Toast, type Tone, useToasts } from './state/toasts.ts'
import { Button, Keys } from './ui/button.tsx'
import { HostileText } from './ui/hostile-text.tsx'

const looks: Record<Tone, { icon: LucideIcon; tone: string }> = {
  allow: { icon: CircleCheck, tone: 'text-allow' },
  deny: { icon: Undo2, tone: 'text-deny' },
  hold: { icon: Info, tone: 'text-hold' },
  plain: { icon: Info, tone: 'text-muted' },
}

function useUndoKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'u' || isInvoluntary(event) || !isPlain(event) || isWriting(event.target)) return
      if (useNavigation.getState().layers > 0) return
      const toast = lastUndoable()
      if (toast === undefined) return
      event.preventDefault()
      runToastAction(toast)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

function Message({ toast, newest }: { toast: Toast; newest: boolean }) {
  const { id, tone, text, action } = toast
  const { icon: Icon, tone: color } = looks[tone]
  return (
    <div className="arrive pointer-events-auto flex items-start gap-2.5 rounded-md border border-line bg-sheet py-2 pr-1 pl-3 shadow-float">
      <Icon size={16} strokeWidth={1.5} aria-hidden="true" className={`mt-0.5 shrink-0 ${color}`} />
      <div className="flex min-w-0 flex-1 flex-col items-start gap-1.5">
        <p>
          <HostileText text={text} />
        </p>
        {action === undefined ? null : (
          <Button size="small" aria-keyshortcuts={newest ? 'u' : undefined} onClick={() => runToastAction(toast)}>
            {action.label} {newest ? <Keys keys="u" /> : null}
          </Button>
        )}
      </div>
      <button
        type="button"
        aria-label="Dismiss"
        onClick={() => dismissToast(id)}
        className="grid size-6 shrink-0 place-items-center rounded text-muted hover:bg-hover hover:text-text"
      >
        <X size={14} strokeWidth={1.5} aria-hidden="true" />
      </button>
    </div>
  )
}

/** They lie over the list, where the window is wide: never over what a card says or asks. */
export function AppToasts() {
  const toasts = useToasts((state) => state.toasts)
  useUndoKey()
  const undoable = toasts.findLast(({ action }) => action !== undefined)
  return (
    <div
      aria-live="polite"
      role="status"
      className="pointer-events-none fixed bottom-3 left-15 z-50 flex w-68 max-w-[calc(100vw-1.5rem)] flex-col gap-2 narrow:top-12 narrow:right-3 narrow:bottom-auto narrow:left-auto narrow:w-88"
    >
      {toasts.map((toast) => (
        <Message key={toast.id} toast={toast} newest={toast === undoable} />
      ))}
    </div>
  )
}
