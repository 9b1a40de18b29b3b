// What became of each argument when a person edited them: in full and with everything hidden shown.
import { useMemo } from 'react'
import { DiffView } from './diff-view.tsx'
import { HostileText } from './hostile-text.tsx'
import { lineDiff } from './line-diff.ts'

type Arguments = Readonly<Record<string, unknown>>

/** `undefined` stands for an argument that is not there: JSON has no such value. */
export type Change = { readonly name: string; readonly before: unknown; readonly after: unknown }

const own = (args: Arguments, name: string): unknown => (Object.hasOwn(args, name) ? args[name] : undefined)

export function changesOf(before: Arguments, after: Arguments): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .map((name) => ({ name, before: own(before, name), after: own(after, name) }))
    .filter(({ before: was, after: is }) => was !== is && JSON.stringify(was) !== JSON.stringify(is))
}

/** Texts as they are; with anything else on the other side, both as JSON, so that `"5"` and `5` differ to the eye. */
function asText(value: unknown, other: unknown): string {
  if (value === undefined) return ''
  const plain = typeof value === 'string' && (typeof other === 'string' || other === undefined)
  return plain ? value : JSON.stringify(value, undefined, 2)
}

export function ArgumentChange({ change: { name, before, after } }: { change: Change }) {
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
