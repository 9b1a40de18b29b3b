// The first rows of a long table, and the rest on request.
import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.tsx'

const few = 10

export function useFewRows<T>(rows: readonly T[]): { shown: readonly T[]; more: ReactNode } {
  const [all, setAll] = useState(false)
  if (all || rows.length <= few) return { shown: rows, more: null }
  return {
    shown: rows.slice(0, few),
    more: (
      <Button variant="quiet" className="mt-1" onClick={() => setAll(true)}>
        Show all {rows.length}
      </Button>
    ),
  }
}

export const head = 'label h-8 border-b border-line px-2 font-medium first:pl-0 last:pr-0'
export const cell = 'h-8 border-b border-line px-2 py-1 align-top first:pl-0 last:pr-0'
/** Figures, which a narrow window has in one line below the name instead. */
export const number = 'text-right font-mono tabular narrow:hidden'
