// What the server says of its own tool. Kept apart and folded: nothing here was checked, and none of it decides.
import { useState } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import { ValueTree } from '../../ui/value-tree.tsx'

function Schema({ schema }: { schema: Record<string, unknown> }) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="text-muted hover:text-text">Input schema</summary>
      {open ? (
        <div className="pt-1.5">
          <TextBlock text={JSON.stringify(schema, undefined, 2)} label="Input schema" laidOut />
        </div>
      ) : null}
    </details>
  )
}

export function ServerWords({ definition }: { definition: NonNullable<ApprovalCard['definition']> }) {
  const [open, setOpen] = useState(false)
  const { title, description, annotations, inputSchema, hash } = definition
  return (
    <details
      className="border-t border-line py-2"
      onToggle={(event) => {
        // The one inside speaks up too.
        if (event.target === event.currentTarget) setOpen(event.currentTarget.open)
      }}
    >
      <summary className="text-muted hover:text-text">The server’s own words about this tool (not checked)</summary>
      {open ? (
        <div className="mt-2 flex flex-col gap-2.5 border-l border-line pl-3">
          {title === undefined ? null : (
            <p>
              “<HostileText text={title} />”
            </p>
          )}
          {description === undefined ? (
            <p className="text-muted">No description.</p>
          ) : (
            <TextBlock text={description} label="The server’s description" />
          )}
          {annotations === undefined || Object.keys(annotations).length === 0 ? null : (
            <div className="flex flex-col gap-1">
              <p className="label">Its hints</p>
              <ValueTree value={annotations} path="#hints" />
            </div>
          )}
          {inputSchema === undefined ? null : <Schema schema={inputSchema} />}
          <p className="text-muted">
            Definition <span className="font-mono text-mono">{hash.slice(0, 12)}</span>
            <CopyButton value={hash} what="definition hash" />
          </p>
        </div>
      ) : null}
    </details>
  )
}
