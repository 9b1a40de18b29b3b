// What an edit changes, argument by argument, before anybody approves it: in full and with everything hidden shown.
import { useMemo } from 'react'
import { DiffView } from '../../ui/diff-view.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { lineDiff } from '../../ui/line-diff.ts'
import type { Change } from './edit-fields.ts'

/** Texts as they are; with anything else on the other side, both as JSON, so that `"5"` and `5` differ to the eye. */
function asText(value: unknown, other: unknown): string {
  if (value === undefined) return ''
  const plain = typeof value === 'string' && (typeof other === 'string' || other === undefined)
  return plain ? value : JSON.stringify(value, undefined, 2)
}

function ChangeRow({ change: { name, before, after } }: { change: Change }) {
  const hunks = useMemo(() => lineDiff(asText(before, after), asText(after, before)), [before, after])
  return (
    <div className="flex flex-col gap-1">
      <p>
        <span className="font-mono text-mono">
          <HostileText text={name} />
        </span>{' '}
        <span className="text-muted">
          {before === undefined ? 'added' : after === undefined ? 'left out' : 'changed'}
        </span>
      </p>
      {hunks.length === 0 ? (
        <p className="text-muted">an empty text</p>
      ) : (
        <DiffView hunks={hunks} label={`Changes of ${name}`} />
      )}
    </div>
  )
}

export function EditChanges({ changes }: { changes: readonly Change[] }) {
  return (
    <section aria-label="What you changed" className="flex flex-col gap-3">
      <h3 className="label">What you changed</h3>
      {changes.length === 0 ? <p className="text-muted">Nothing yet.</p> : null}
      {changes.map((change) => (
        // Drawn anew when it changes: how much of it was unfolded belongs to what it was.
        <ChangeRow key={change.name} change={change} />
      ))}
    </section>
  )
}
