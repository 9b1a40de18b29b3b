// What an edit changes, argument by argument, before anybody approves it.
import { ArgumentChange, type Change } from '../../ui/argument-changes.tsx'

export function EditChanges({ changes }: { changes: readonly Change[] }) {
  return (
    <section aria-label="What you changed" className="flex flex-col gap-3">
      <h3 className="label">What you changed</h3>
      {changes.length === 0 ? <p className="text-muted">Nothing yet.</p> : null}
      {changes.map((change) => (
        // Drawn anew when it changes: how much of it was unfolded belongs to what it was.
        <ArgumentChange key={change.name} change={change} />
      ))}
    </section>
  )
}
