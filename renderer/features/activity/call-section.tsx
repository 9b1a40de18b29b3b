// The parts that the drawer of one call is made of.
import { type ReactNode, useId } from 'react'

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="flex flex-col gap-2">
      <div className="flex min-h-6 flex-wrap items-center justify-between gap-x-3">
        <h3 id={id} className="label">
          {title}
        </h3>
        {aside === undefined ? null : <span className="flex items-center gap-1">{aside}</span>}
      </div>
      {children}
    </section>
  )
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid min-h-8 grid-cols-[6.5rem_minmax(0,1fr)] items-baseline gap-3 border-b border-line py-1.5">
      <dt className="label">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}

/** Leads to another place of the app. */
export function PlaceLink({
  onClick,
  mono = false,
  children,
}: {
  onClick: () => void
  mono?: boolean
  children: ReactNode
}) {
  return (
    <button
      type="button"
      onClick={onClick}
      className={`text-left text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink ${mono ? 'block font-mono text-mono' : ''}`}
    >
      {children}
    </button>
  )
}
