// The foot of a card where it is answered: what stands in the way, the buttons, and what approving leads to.
import { type ReactNode, useId } from 'react'
import { confirmKeys, isMac } from '../../state/keys.ts'
import { ApproveButton } from '../../ui/approve-button.tsx'
import { Button, Keys } from '../../ui/button.tsx'
import { ConfirmField, type ConfirmProps } from './confirm-field.tsx'

export function AnswerShell({ note, children }: { note: ReactNode; children: ReactNode }) {
  return (
    <section aria-label="Your answer" className="shrink-0 border-t border-line bg-paper px-6 py-3 narrow:px-4">
      <div className="mx-auto flex max-w-184 flex-col gap-2.5">
        {note}
        {children}
      </div>
    </section>
  )
}

export type ApproveRowProps = {
  /** What approving does, as a verb with its scope. */
  verb: string
  /** Why it cannot be done now; nothing when only the inert moment or nothing holds it. */
  blocked: string | undefined
  /** Approve does nothing at this moment (inert, blocked or sending). */
  locked: boolean
  /** What approving leads to. */
  effect: string
  confirm: ConfirmProps | undefined
  onContinueReading: (() => void) | undefined
  onApprove: () => void
  /** The other answers, after Approve. */
  children: ReactNode
  /** What stands at the end, apart from the answers to this one. */
  aside?: ReactNode
}

export function ApproveRow(props: ApproveRowProps) {
  const { verb, blocked, locked, effect, confirm, onContinueReading, onApprove, children, aside } = props
  const id = useId()
  return (
    <>
      {confirm === undefined ? null : <ConfirmField {...confirm} />}
      <div className="flex flex-wrap items-center gap-2">
        <ApproveButton locked={locked} describedBy={id} onApprove={onApprove}>
          {verb}
        </ApproveButton>
        {children}
      </div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p id={id} className="min-h-5 min-w-0 text-muted">
          {blocked ?? effect}
          {blocked !== undefined && onContinueReading !== undefined ? (
            <>
              {' '}
              <button
                type="button"
                onClick={onContinueReading}
                className="text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
              >
                Read on
              </button>
            </>
          ) : null}
        </p>
        {aside}
      </div>
    </>
  )
}

export function RefuseForm({
  verb,
  reason,
  sending,
  onReason,
  onRefuse,
  onBack,
}: {
  /** `Refuse call`. */
  verb: string
  reason: string
  sending: boolean
  onReason: (text: string) => void
  onRefuse: () => void
  onBack: () => void
}) {
  const id = useId()
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id} className="label">
        Reason for the model (optional)
      </label>
      <textarea
        id={id}
        // biome-ignore lint/a11y/noAutofocus: the person just asked for this field
        autoFocus
        rows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => onReason(event.target.value)}
        placeholder="Use the staging copy instead."
        className="resize-none rounded-[5px] border border-line-strong bg-sheet px-2.5 py-1.5 placeholder:text-muted"
      />
      <div className="flex flex-wrap gap-2">
        <Button
          variant="refuse"
          onClick={(event) => {
            if (event.nativeEvent.isTrusted) onRefuse()
          }}
          aria-disabled={sending}
          aria-keyshortcuts={isMac ? 'Meta+Enter' : 'Control+Enter'}
        >
          {verb} <Keys keys={confirmKeys} />
        </Button>
        <Button variant="quiet" onClick={onBack} aria-keyshortcuts="Escape">
          Back <Keys keys="Esc" />
        </Button>
      </div>
    </div>
  )
}
