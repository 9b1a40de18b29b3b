// One row of facts on a card: a name, and what is known.
import type { ReactNode } from 'react'

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-3 py-2 narrow:grid-cols-1 narrow:gap-0.5">
      <dt className="label pt-px">{name}</dt>
      <dd className="flex flex-col gap-0.5">{children}</dd>
    </div>
  )
}

export function Mono({ children }: { children: ReactNode }) {
  return <span className="font-mono text-mono break-words [overflow-wrap:anywhere]">{children}</span>
}
