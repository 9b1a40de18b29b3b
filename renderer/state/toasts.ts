// Short messages about what an action led to, some of which can be taken back for a few seconds.
import { create } from 'zustand'

export type Tone = 'allow' | 'deny' | 'hold' | 'plain'
export type ToastAction = {
  /** What the button says, such as `Undo`. */
  readonly label: string
  /** Only while it can still be taken back, in milliseconds; nothing where it can be for as long as the message shows. */
  readonly forMs?: number
  readonly run: () => void
}
export type Toast = {
  readonly id: number
  readonly tone: Tone
  readonly text: string
  readonly action: ToastAction | undefined
}

export const useToasts = create<{ readonly toasts: readonly Toast[] }>()(() => ({ toasts: [] }))

const shownFor = 7000
/** Beyond those that can be taken back, only the newest: what was said before is no news any more. */
const mostUndoable = 2
let counter = 0

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
}

function withoutAction(id: number): void {
  useToasts.setState(({ toasts }) => ({
    toasts: toasts.map((toast) => (toast.id === id ? { ...toast, action: undefined } : toast)),
  }))
}

/** Takes back what the message is about, once. */
export function runToastAction({ id, action }: Toast): void {
  dismissToast(id)
  action?.run()
}

/** The newest message that can be taken back. */
export function lastUndoable(): Toast | undefined {
  return useToasts.getState().toasts.findLast(({ action }) => action !== undefined)
}

export function showToast(tone: Tone, text: string, action?: ToastAction): void {
  counter += 1
  const toast: Toast = { id: counter, tone, text, action }
  const kept = useToasts.getState().toasts.filter((earlier) => earlier.action !== undefined)
  useToasts.setState({ toasts: [...kept.slice(-mostUndoable), toast] })
  window.setTimeout(() => dismissToast(toast.id), shownFor)
  if (action?.forMs !== undefined) window.setTimeout(() => withoutAction(toast.id), action.forMs)
}
