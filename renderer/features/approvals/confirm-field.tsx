// The typed name that stands between a critical call and its approval. Typed, not pasted: the point is a moment of
// attention to what is named.
import { useId, useState } from 'react'
import type { TypedConfirmation } from '../../../core/approval/confirmation.ts'

export type ConfirmProps = {
  readonly confirmation: TypedConfirmation
  readonly typed: string
  readonly onType: (text: string) => void
}

export function ConfirmField({ confirmation: { word, kind }, typed, onType }: ConfirmProps) {
  const id = useId()
  const [pasted, setPasted] = useState(false)
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <label htmlFor={id} className="[overflow-wrap:anywhere]">
        {kind === 'ticket' ? 'The name cannot be typed as it looks. ' : ''}
        Type {kind === 'ticket' ? 'the ticket ' : ''}
        <b className="font-mono text-mono font-semibold select-none">{word}</b> to approve
      </label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        value={typed}
        aria-describedby={pasted ? `${id}-pasted` : undefined}
        onChange={(event) => {
          setPasted(false)
          onType(event.target.value)
        }}
        onPaste={(event) => {
          event.preventDefault()
          setPasted(true)
        }}
        onDrop={(event) => {
          event.preventDefault()
          setPasted(true)
        }}
        className="h-8 w-56 max-w-full rounded-[5px] border border-line-strong bg-sheet px-2.5 font-mono text-mono"
      />
      <span id={`${id}-pasted`} role="status" className="text-hold">
        {pasted ? 'Pasting does nothing here: type it.' : ''}
      </span>
    </div>
  )
}
