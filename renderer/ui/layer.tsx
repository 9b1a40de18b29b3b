// Dialogs and drawers: the one floating layer. While one is open, keys belong to it.
import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { Scroller } from './scroller.tsx'

const shapes = {
  center: 'arrive top-[12vh] left-1/2 max-h-[76vh] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 rounded-lg border',
  wide: 'arrive top-[5vh] left-1/2 max-h-[90vh] w-[min(64rem,calc(100vw-1rem))] -translate-x-1/2 rounded-lg border',
  left: 'drawer-left inset-y-0 left-0 w-[min(21rem,calc(100vw-3rem))] border-r',
  right: 'drawer-right inset-y-0 right-0 w-[min(40rem,100vw)] border-l',
} as const

/** Tells the app that a layer covers the screen for as long as it is mounted. */
function Cover({ cover }: { cover: () => () => void }) {
  useEffect(() => cover(), [cover])
  return null
}

export function Layer({
  open,
  onClose,
  title,
  shape,
  cover,
  children,
  footer,
}: {
  open: boolean
  onClose: () => void
  title: string
  shape: keyof typeof shapes
  /** Called when the layer opens; what it returns, when it closes. */
  cover: () => () => void
  children: ReactNode
  /** Stays in sight while the rest scrolls. */
  footer?: ReactNode
}) {
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-veil" />
        <Dialog.Popup
          className={`fixed z-40 flex flex-col overflow-hidden border-line bg-sheet text-text shadow-float outline-none ${shapes[shape]}`}
        >
          <Cover cover={cover} />
          <header className="flex h-12 shrink-0 items-center justify-between border-b border-line pr-2 pl-4">
            <Dialog.Title className="text-title font-semibold">{title}</Dialog.Title>
            <Dialog.Close
              aria-label="Close"
              className="grid size-8 place-items-center rounded-[5px] text-muted hover:bg-hover hover:text-text"
            >
              <X size={16} strokeWidth={1.5} aria-hidden="true" />
            </Dialog.Close>
          </header>
          <Scroller label="Contents" className="relative min-h-0 flex-1 overflow-y-auto">
            {children}
          </Scroller>
          {footer === undefined ? null : <div className="shrink-0 border-t border-line bg-paper">{footer}</div>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
