// Asks once more before something that cannot be taken back with a click.
import { type ReactNode, useEffect, useState } from 'react'
import { problemText } from '../transport/request-error.ts'
import { Button } from './button.tsx'
import { HostileText } from './hostile-text.tsx'
import { Layer } from './layer.tsx'

type Props = {
  /** Of the button that does it. */
  action: string
  /** Of the one that does not. */
  keep: string
  /** What to say before the reason when no answer came back. */
  failed: string
  /** How long the answer stays inert, in milliseconds: a second click meant for what opened this must not land on it. */
  inertFor?: number
  onConfirm: () => Promise<void>
  onClose: () => void
  children: ReactNode
}

function Question({ action, keep, failed, inertFor = 0, onConfirm, onClose, children }: Props) {
  const [inert, setInert] = useState(inertFor > 0)
  const [sending, setSending] = useState(false)
  const [note, setNote] = useState<string>()
  useEffect(() => {
    const timer = window.setTimeout(() => setInert(false), inertFor)
    return () => window.clearTimeout(timer)
  }, [inertFor])
  const locked = inert || sending
  const confirm = async (): Promise<void> => {
    if (locked) return
    setSending(true)
    setNote(undefined)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setNote(`${failed} ${problemText(error)}`)
      setSending(false)
    }
  }
  return (
    <div className="flex flex-col gap-3 px-4 py-4">
      {children}
      {note === undefined ? null : (
        <p role="alert" className="border-l-2 border-deny-line pl-3 text-deny">
          <HostileText text={note} />
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2 pt-1">
        <Button variant="quiet" onClick={onClose}>
          {keep}
        </Button>
        <Button
          variant="refuse"
          className="aria-disabled:border-line-strong aria-disabled:bg-transparent aria-disabled:text-muted"
          aria-disabled={locked}
          onClick={() => void confirm()}
        >
          {action}
        </Button>
      </div>
    </div>
  )
}

export function ConfirmDialog({
  open,
  title,
  cover,
  ...question
}: Props & {
  open: boolean
  title: string
  /** As of a `Layer`. */
  cover: () => () => void
}) {
  return (
    <Layer open={open} onClose={question.onClose} title={title} shape="center" cover={cover}>
      <Question {...question} />
    </Layer>
  )
}
