// The parts that both halves of the screen are made of.
import type { ReactNode } from 'react'
import { type Tone, toneText } from '../../ui/outcome.tsx'

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="border-b border-line pb-2 text-title font-semibold">{title}</h2>
      {children}
    </section>
  )
}

export const figure = (number: number): string => number.toLocaleString('en-US')

/** A name, a short value to be read at a glance, and what it means. */
export function FigureRow({
  name,
  value,
  tone,
  children,
}: {
  name: string
  value: ReactNode
  tone?: Tone | undefined
  children?: ReactNode
}) {
  return (
    <div className="grid min-h-8 grid-cols-[11rem_7rem_minmax(0,1fr)] items-baseline gap-x-4 border-b border-line py-1.5 narrow:grid-cols-[minmax(0,1fr)_auto]">
      <dt>{name}</dt>
      <dd className={`text-right font-mono tabular ${tone === undefined ? '' : `font-medium ${toneText[tone]}`}`}>
        {value}
      </dd>
      <dd className="text-muted narrow:col-span-2">{children}</dd>
    </div>
  )
}
