// Designed states of a screen that has nothing to show yet, or no longer: empty, loading, failed.
import type { ReactNode } from 'react'
import { Button } from './button.tsx'

export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-96 flex-col gap-1 px-6 py-16 text-center">
      <p className="text-title font-semibold">{title}</p>
      <div className="text-muted">{children}</div>
    </div>
  )
}

/** Keeps the size of the rows that will come, so that nothing jumps. */
export function SkeletonRows({ rows, label }: { rows: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
        <div key={index} aria-hidden="true" className="flex h-8 items-center gap-4 border-b border-line px-4">
          <span className="h-2 w-14 rounded-sm bg-hover" />
          <span className={`h-2 rounded-sm bg-hover ${index % 3 === 0 ? 'w-40' : index % 3 === 1 ? 'w-56' : 'w-32'}`} />
        </div>
      ))}
    </div>
  )
}

export function FailedState({ what, problem, onRetry }: { what: string; problem: string; onRetry: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-96 flex-col items-center gap-3 px-6 py-16 text-center">
      <p className="text-title font-semibold">{what}</p>
      <p className="text-muted">{problem} Calls are not affected by this: they are decided as before.</p>
      <Button onClick={onRetry}>Try again</Button>
    </div>
  )
}
