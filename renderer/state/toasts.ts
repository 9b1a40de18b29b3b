// Short messages about what an action led to.
import { create } from 'zustand'

export type Tone = 'allow' | 'deny' | 'hold' | 'plain'
export type Toast = { readonly id: number; readonly tone: Tone; readonly text: string }

export const useToasts = create<{ readonly toasts: readonly Toast[] }>()(() => ({ toasts: [] }))

const shownFor = 7000
let counter = 0

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
}

export function showToast(tone: Tone, text: string): void {
  counter += 1
  const toast: Toast = { id: counter, tone, text }
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), toast] }))
  window.setTimeout(() => dismissToast(toast.id), shownFor)
}
