// Approve and remember, or refuse and block: what else the answer is for, shown before it counts. The button does what
// stands in it, to exactly what was previewed.
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { ApprovalCard, UiParams } from '../../../core/wire/ui-contract.ts'
import { confirmKeys, isConfirm, isInvoluntary, isMac, isWriting } from '../../state/keys.ts'
import { coverScreen } from '../../state/navigation.ts'
import { ApproveButton } from '../../ui/approve-button.tsx'
import { Button, Keys } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Layer } from '../../ui/layer.tsx'
import { ReviewProvider, useReview } from '../../ui/review.tsx'
import { Sentence } from '../../ui/sentence.tsx'
import { sentenceOf } from './card-words.ts'
import { ConfirmField, type ConfirmProps } from './confirm-field.tsx'
import type { RefuseWith } from './decide.ts'
import { useInert } from './inert.ts'
import { RememberPreview } from './remember-preview.tsx'
import { ScopePicker } from './scope-picker.tsx'
import { approveVerb, blockVerb, lifetimesFor } from './scope-words.ts'
import { contentOf } from './shown-card.ts'
import { type Remember, type RememberKind, useRemember } from './use-remember.ts'

type Props = {
  kind: RememberKind
  card: ApprovalCard
  /** Why the card itself cannot be answered so now. */
  gate: string | undefined
  sending: boolean
  note: ReactNode
  confirm: ConfirmProps | undefined
  onApprove: (remember: NonNullable<UiParams<'approvals.approve'>['remember']>) => void
  onRefuse: (what: RefuseWith) => void
  onClose: () => void
}

function Lifetimes({
  level,
  lifetime,
  setLifetime,
}: Pick<ApprovalCard, 'level'> & Pick<Remember, 'lifetime' | 'setLifetime'>) {
  const name = useId()
  return (
    <fieldset className="flex flex-col gap-0.5">
      <legend className="label pb-1">For how long</legend>
      {lifetimesFor(level).map(({ value, word, about, possible }) => (
        <label key={value} className={`flex min-h-6 items-baseline gap-2 ${possible ? '' : 'text-muted'}`}>
          <input
            type="radio"
            name={name}
            disabled={!possible}
            checked={lifetime === value}
            onChange={() => setLifetime(value)}
            className="size-3.5 shrink-0 translate-y-0.5 accent-ink-solid"
          />
          <span>
            {word} <span className="text-muted">({about})</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

function Choices({ kind, level, state }: { kind: RememberKind; level: ApprovalCard['level']; state: Remember }) {
  const { choices, problem } = state
  const loaded = useRef<HTMLDivElement>(null)
  const ready = choices !== undefined && problem === undefined
  // The dialog opened before there was anything to choose; arrow keys choose now, unless the person is elsewhere already.
  useEffect(() => {
    if (!ready || isWriting(document.activeElement)) return
    loaded.current?.querySelector<HTMLInputElement>('input:checked')?.focus({ preventScroll: true })
  }, [ready])
  if (problem !== undefined) {
    return (
      <p role="alert" className="border-l-2 border-deny-line pl-3 text-deny">
        <HostileText text={problem} />
      </p>
    )
  }
  if (choices === undefined) {
    return (
      <p role="status" className="h-32 text-muted">
        Looking at the arguments…
      </p>
    )
  }
  return (
    <div ref={loaded} className="flex flex-col gap-4">
      {kind === 'remember' ? (
        <Lifetimes level={level} lifetime={state.lifetime} setLifetime={state.setLifetime} />
      ) : null}
      <div>
        <h3 className="label pb-1">Which calls: each argument, narrowest first</h3>
        {choices.length === 0 ? (
          <p className="text-muted">The call has no arguments: any call of it without them.</p>
        ) : null}
        {choices.map(({ name, options, pick }) => (
          <ScopePicker
            key={name}
            name={name}
            options={options}
            pick={pick}
            onPick={(next) => state.setPick(name, next)}
          />
        ))}
      </div>
    </div>
  )
}

const titles: Record<RememberKind, string> = { remember: 'Approve and remember', block: 'Refuse and block' }

export function RememberDialog(props: Props) {
  const { kind, card, gate, sending, note, confirm, onApprove, onRefuse, onClose } = props
  const state = useRemember(card, kind)
  const { preview, previewProblem, scopes, lifetime } = state
  const [reason, setReason] = useState('')
  const { review, complete, continueReading } = useReview()
  const made = preview?.preview
  const { inert, isInert } = useInert(JSON.stringify([contentOf(card), made, preview?.problems]), card.level)
  const id = useId()

  // First what no reading and typing would help.
  const impossible =
    state.problem !== undefined
      ? 'It cannot be remembered.'
      : preview !== undefined && made === undefined
        ? 'This cannot be made as it stands.'
        : undefined
  const blocked =
    impossible ??
    gate ??
    previewProblem ??
    (preview === undefined
      ? 'Working out what this makes…'
      : !complete
        ? 'Some of what it makes is still out of sight.'
        : undefined)
  const locked = inert || sending || blocked !== undefined

  const act = (): void => {
    if (locked || isInert() || made === undefined) return
    if (kind === 'remember') onApprove({ lifetime, scopes, preview: made })
    else onRefuse({ reason, block: { scopes, preview: made } })
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isInvoluntary(event) || !isConfirm(event)) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })

  const verb = kind === 'remember' ? approveVerb(lifetime, scopes) : blockVerb(scopes)
  const footer = (
    <div className="flex flex-col gap-2.5 px-4 py-3">
      {note}
      {confirm === undefined ? null : <ConfirmField {...confirm} />}
      <div className="flex flex-wrap items-center gap-2">
        {kind === 'remember' ? (
          <ApproveButton locked={locked} describedBy={id} onApprove={act}>
            <span className="min-w-0 break-words">
              <HostileText text={verb} />
            </span>
          </ApproveButton>
        ) : (
          <Button
            variant="refuse"
            size="wraps"
            className="aria-disabled:border-line-strong aria-disabled:bg-transparent aria-disabled:text-muted"
            aria-disabled={locked}
            aria-describedby={id}
            aria-keyshortcuts={isMac ? 'Meta+Enter' : 'Control+Enter'}
            onClick={(event) => {
              if (event.nativeEvent.isTrusted) act()
            }}
          >
            <span className="min-w-0 break-words">
              <HostileText text={verb} />
            </span>{' '}
            <Keys keys={confirmKeys} />
          </Button>
        )}
        <Button variant="quiet" onClick={onClose} aria-keyshortcuts="Escape">
          Back <Keys keys="Esc" />
        </Button>
      </div>
      <p id={id} className="min-h-5 text-muted">
        <HostileText text={blocked ?? 'You can undo it for 5 seconds, and take it back any time after.'} />
        {blocked !== undefined && made !== undefined && gate === undefined && !complete ? (
          <>
            {' '}
            <button
              type="button"
              onClick={continueReading}
              className="text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
            >
              Read on
            </button>
          </>
        ) : null}
      </p>
    </div>
  )
  return (
    <Layer open onClose={onClose} title={titles[kind]} shape="wide" cover={coverScreen} footer={footer}>
      <div className="grid gap-x-8 gap-y-4 px-4 py-4 [@media(width>=56rem)]:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <p className="break-words">
            <Sentence parts={sentenceOf(card)} />
          </p>
          <Choices kind={kind} level={card.level} state={state} />
          {kind === 'block' ? (
            <label className="flex flex-col gap-1">
              <span className="label">Reason for the model (optional)</span>
              <textarea
                rows={1}
                maxLength={2000}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                className="resize-y rounded-[5px] border border-line-strong bg-sheet px-2.5 py-1.5 [field-sizing:content]"
              />
            </label>
          ) : null}
        </div>
        <section
          aria-label="What this makes"
          className="flex min-w-0 flex-col gap-2 border-line not-[@media(width>=56rem)]:border-t not-[@media(width>=56rem)]:pt-3 [@media(width>=56rem)]:border-l [@media(width>=56rem)]:pl-8"
        >
          <h3 className="label">
            {kind === 'remember' && lifetime !== 'always' ? 'The permission this makes' : 'The rule this makes'}
          </h3>
          <ReviewProvider review={review}>
            {preview === undefined ? (
              <p role="status" className="min-h-16 text-muted">
                {previewProblem ?? (state.problem === undefined ? 'Working it out…' : 'Nothing.')}
              </p>
            ) : (
              <RememberPreview key={made ?? preview.problems.join('\n')} preview={preview} />
            )}
          </ReviewProvider>
        </section>
      </div>
    </Layer>
  )
}
