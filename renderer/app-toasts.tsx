// Short messages about what an answer led to.
import { CircleCheck, Info, type LucideIcon, Undo2, X } from 'lucide-react'
import { dismissToast, type Tone, useToasts } from './state/toasts.ts'
import { HostileText } from './ui/hostile-text.tsx'

const looks: Record<Tone, { icon: LucideIcon; tone: string }> = {
  allow: { icon: CircleCheck, tone: 'text-allow' },
  deny: { icon: Undo2, tone: 'text-deny' },
  hold: { icon: Info, tone: 'text-hold' },
  plain: { icon: Info, tone: 'text-muted' },
}

export function AppToasts() {
  const toasts = useToasts((state) => state.toasts)
  return (
    <div
      aria-live="polite"
      role="status"
      className="pointer-events-none fixed top-3 right-3 z-50 flex w-88 max-w-[calc(100vw-1.5rem)] flex-col gap-2"
    >
      {toasts.map(({ id, tone, text }) => {
        const { icon: Icon, tone: color } = looks[tone]
        return (
          <div
            key={id}
            className="arrive pointer-events-auto flex items-start gap-2.5 rounded-md border border-line bg-sheet py-2 pr-1 pl-3 shadow-float"
          >
            <Icon size={16} strokeWidth={1.5} aria-hidden="true" className={`mt-0.5 shrink-0 ${color}`} />
            <p className="min-w-0 flex-1">
              <HostileText text={text} />
            </p>
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
      })}
    </div>
  )
}
