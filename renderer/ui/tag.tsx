// A word in a thin frame that sets a row apart from its like.
import type { ReactNode } from 'react'

export function Tag({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <span
      title={title}
      className="inline-flex shrink-0 items-center gap-1 rounded-[3px] border border-line-strong px-1.5 text-label text-muted"
    >
      {children}
    </span>
  )
}
