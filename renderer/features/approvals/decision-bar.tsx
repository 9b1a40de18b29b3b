// The answers to a card. Approve needs a deliberate act: a pointer click or Ctrl/⌘+Enter, never a bare Enter or Space.
import { type KeyboardEvent, useId, useRef } from 'react'
import { confirmKeys, isMac } from '../../state/keys.ts'
import { Button, Keys } from '../../ui/button.tsx'
import { ConfirmField, type ConfirmProps } from './confirm-field.tsx'

type Props = {
  /** Why Approve cannot be used now, in words; nothing when only the inert moment or nothing holds it. */
  blocked: string | undefined
  /** Approve does nothing at this moment (inert, blocked or sending). */
  locked: boolean
  /** What approving leads to. */
  effect: string
  note: string | undefined
  sending: boolean
  /** What is refused: a call, or another request. */
  thing: string
  confirm: ConfirmProps | undefined
  refusing: { readonly reason: string; readonly onReason: (text: string) => void } | undefined
  onContinueReading: (() => void) | undefined
  onApprove: () => void
  onRefuse: () => void
  onStartRefusing: () => void
  onStopRefusing: () => void
  onLater: () => void
}

/** Stops Enter and Space from clicking the focused button; Ctrl/⌘+Enter is handled for the whole screen. */
function noBareKeys(event: KeyboardEvent): void {
  if (event.key === 'Enter' || event.key === ' ') event.preventDefault()
}

function RefuseForm({
  refusing,
  onRefuse,
  onStopRefusing,
  sending,
  thing,
}: Props & { refusing: NonNullable<Props['refusing']> }) {
  const id = useId()
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id} className="label">
        Reason — the model reads it (optional)
      </label>
      <textarea
        id={id}
        // biome-ignore lint/a11y/noAutofocus: the person just asked for this field
        autoFocus
        rows={2}
        maxLength={2000}
        value={refusing.reason}
        onChange={(event) => refusing.onReason(event.target.value)}
        placeholder="Use the staging copy instead."
        className="resize-none rounded-[5px] border border-line-strong bg-sheet px-2.5 py-1.5 placeholder:text-muted"
      />
      <div className="flex flex-wrap gap-2">
        <Button
          variant="refuse"
          onClick={onRefuse}
          aria-disabled={sending}
          aria-keyshortcuts={isMac ? 'Meta+Enter' : 'Control+Enter'}
        >
          Refuse {thing} <Keys keys={confirmKeys} />
        </Button>
        <Button variant="quiet" onClick={onStopRefusing} aria-keyshortcuts="Escape">
          Back <Keys keys="Esc" />
        </Button>
      </div>
    </div>
  )
}

export function DecisionBar(props: Props) {
  const { blocked, locked, effect, note, confirm, refusing, onContinueReading } = props
  const approve = useRef<HTMLButtonElement>(null)
  const id = useId()
  return (
    <section aria-label="Your answer" className="shrink-0 border-t border-line bg-paper px-6 py-3 narrow:px-4">
      <div className="mx-auto flex max-w-172 flex-col gap-2.5">
        {note === undefined ? null : (
          <p role="alert" className="border-l-2 border-deny-line pl-3 text-deny">
            {note}
          </p>
        )}
        {refusing === undefined ? (
          <>
            {confirm === undefined ? null : <ConfirmField {...confirm} />}
            <div className="flex flex-wrap items-center gap-2">
              <Button
                ref={approve}
                variant="primary"
                aria-disabled={locked}
                aria-describedby={id}
                aria-keyshortcuts={isMac ? 'Meta+Enter' : 'Control+Enter'}
                onKeyDown={noBareKeys}
                onKeyUp={noBareKeys}
                onClick={(event) => {
                  if (event.nativeEvent.isTrusted) props.onApprove()
                }}
              >
                Approve once <Keys keys={confirmKeys} />
              </Button>
              <Button variant="refuse" onClick={props.onStartRefusing} aria-keyshortcuts="d">
                Refuse… <Keys keys="d" />
              </Button>
              <Button variant="quiet" onClick={props.onLater} aria-keyshortcuts="Escape">
                Later <Keys keys="Esc" />
              </Button>
              <p id={id} className="min-h-5 min-w-40 flex-1 basis-44 text-right text-muted narrow:text-left">
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
            </div>
          </>
        ) : (
          <RefuseForm {...props} refusing={refusing} />
        )}
      </div>
    </section>
  )
}
