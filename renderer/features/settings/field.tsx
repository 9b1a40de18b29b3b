// The parts that settings are made of: a name with what it means, and a control, with what went wrong beside it.
import { type ReactNode, useId } from 'react'
import { HostileText } from '../../ui/hostile-text.tsx'

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="border-b border-line pb-2 text-title font-semibold">{title}</h2>
      {children}
    </section>
  )
}

export function FieldProblem({ id, problem }: { id?: string; problem: string | undefined }) {
  if (problem === undefined) return null
  return (
    <p id={id} role="alert" className="border-l-2 border-deny-line pl-3 text-deny">
      <HostileText text={problem} />
    </p>
  )
}

/** What a field takes, and in its place what was wrong: nothing below it moves away from under the pointer. */
export function FieldNote({ id, hint, problem }: { id: string; hint: string; problem: string | undefined }) {
  if (problem !== undefined) return <FieldProblem id={id} problem={problem} />
  return (
    <p id={id} className="border-l-2 border-transparent pl-3 text-muted">
      {hint}
    </p>
  )
}

export function Row({
  title,
  about,
  problem,
  children,
}: {
  title: string
  about: ReactNode
  problem?: string | undefined
  children?: ReactNode
}) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-2 border-b border-line py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">{title}</p>
        <div className="text-muted">{about}</div>
      </div>
      {children}
      {problem === undefined ? null : (
        <div className="basis-full">
          <FieldProblem problem={problem} />
        </div>
      )}
    </div>
  )
}

export function Check({
  label,
  checked,
  disabled = false,
  onChange,
}: {
  label: string
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}) {
  const id = useId()
  return (
    <label htmlFor={id} className={`flex h-8 items-center gap-2 ${disabled ? 'text-muted' : ''}`}>
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 accent-ink-solid"
      />
      {label}
    </label>
  )
}
