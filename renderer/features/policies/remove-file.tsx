// Lets go of a policy file that was removed from the folder: asks once more, because what it kept from running may run then.
import { useEffect, useState } from 'react'
import { coverScreen } from '../../state/navigation.ts'
import { request } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Layer } from '../../ui/layer.tsx'

/** How long the answer stays inert, in milliseconds: a second click meant for the first button must not land on it. */
const inertFor = 700

function Question({ file, onAnswered }: { file: string; onAnswered: (changed: boolean) => void }) {
  const [inert, setInert] = useState(true)
  const [sending, setSending] = useState(false)
  const [note, setNote] = useState<string>()
  useEffect(() => {
    const timer = window.setTimeout(() => setInert(false), inertFor)
    return () => window.clearTimeout(timer)
  }, [])
  const locked = inert || sending
  const remove = async (): Promise<void> => {
    if (locked) return
    setSending(true)
    setNote(undefined)
    try {
      const { outcome } = await request('policies.accept-removal', { file })
      if (outcome === 'accepted') showToast('plain', `Removed for good: ${file}. The other files decide now.`)
      else showToast('hold', `${file} is not missing (any more). Nothing was changed.`)
      onAnswered(true)
    } catch (error) {
      setNote(`No answer came back, so it may still count. ${problemText(error)}`)
      setSending(false)
    }
  }
  return (
    <div className="flex flex-col gap-3 px-4 py-4">
      <p>
        <span className="font-mono text-mono">
          <HostileText text={file} />
        </span>{' '}
        stops counting at once. Calls that its rules denied or asked about are judged by the other files and the
        defaults alone, and may run.
      </p>
      <p className="text-muted">
        To keep its rules instead, put the file back into the folder. The removal is recorded in the audit log.
      </p>
      {note === undefined ? null : (
        <p role="alert" className="border-l-2 border-deny-line pl-3 text-deny">
          <HostileText text={note} />
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2 pt-1">
        <Button variant="quiet" onClick={() => onAnswered(false)}>
          Keep it
        </Button>
        <Button
          variant="refuse"
          className="aria-disabled:border-line-strong aria-disabled:bg-transparent aria-disabled:text-muted"
          aria-disabled={locked}
          onClick={() => void remove()}
        >
          Remove for good
        </Button>
      </div>
    </div>
  )
}

export function RemoveFile({ file, onDone }: { file: string; onDone: () => void }) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button variant="refuse" aria-haspopup="dialog" onClick={() => setAsking(true)}>
        Remove for good…
      </Button>
      <Layer
        open={asking}
        onClose={() => setAsking(false)}
        title="Remove this policy for good?"
        shape="center"
        cover={coverScreen}
      >
        <Question
          file={file}
          onAnswered={(changed) => {
            setAsking(false)
            if (changed) onDone()
          }}
        />
      </Layer>
    </>
  )
}
