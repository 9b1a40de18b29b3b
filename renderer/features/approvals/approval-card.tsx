// One held call, in the order the eye needs it: what, where, how bad, how long, exactly; then the answers.
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ApprovalCard as Card } from '../../../core/wire/ui-contract.ts'
import type { ClosedCard } from '../../state/model.ts'
import { useSession } from '../../state/session.ts'
import { MarksProvider, useMarks } from '../../ui/argument-marks.tsx'
import { ReviewProvider, useReview } from '../../ui/review.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { AnswerNote } from './answer-note.tsx'
import { CardAnswer } from './card-answer.tsx'
import { CardClock } from './card-clock.tsx'
import { CardExactly } from './card-exactly.tsx'
import { CardFacts } from './card-facts.tsx'
import { CardFrame } from './card-frame.tsx'
import { CardHead } from './card-head.tsx'
import { thing } from './card-words.ts'
import { ClosedBar } from './closed-bar.tsx'
import { confirmationOf } from './confirmation.ts'
import { useAnswer } from './decide.ts'
import { EditArguments } from './edit-arguments.tsx'
import { useInert } from './inert.ts'
import { RememberDialog } from './remember-dialog.tsx'
import { contentOf } from './shown-card.ts'
import { Suggestion } from './suggestion.tsx'
import { useCardKeys } from './use-card-keys.ts'
import { useEdit } from './use-edit.ts'
import { useFileDiff } from './use-file-diff.ts'

type Props = {
  card: Card
  closed: ClosedCard['outcome'] | undefined
  onSettled: (id: string) => void
  onLater: () => void
  onNext: (() => void) | undefined
  /** Back to the group of similar calls that the card is one of. */
  onGroup: (() => void) | undefined
}

export type AnswerMode = 'answer' | 'refuse' | 'edit'

/** Back from a form, the focus goes to the button that opened it. */
function useFocusBack(mode: AnswerMode): React.RefObject<HTMLElement | null> {
  const article = useRef<HTMLElement>(null)
  const before = useRef(mode)
  useEffect(() => {
    if (mode === 'answer' && before.current !== 'answer')
      article.current?.querySelector<HTMLElement>(`[data-opens="${before.current}"]`)?.focus({ preventScroll: true })
    before.current = mode
  }, [mode])
  return article
}

/** Give it the card's id as key: what was typed, read or unlocked for one card must not carry over. */
export function ApprovalCard({ card, closed, onSettled, onLater, onNext, onGroup }: Props) {
  const { level } = card
  const [mode, setMode] = useState<AnswerMode>('answer')
  const [dialog, setDialog] = useState<'remember' | 'block'>()
  const [reason, setReason] = useState('')
  const [typing, setTyping] = useState({ binding: card.binding, text: '' })
  const diff = useFileDiff(card)
  const content = useMemo(
    () => JSON.stringify([contentOf(card), closed, mode, diff?.state, diff?.state === 'read' ? diff.diff.state : '']),
    [card, closed, mode, diff],
  )
  const { inert, isInert } = useInert(content, level)
  const { review, complete, continueReading } = useReview()
  const { signs, next: nextMark } = useMarks(card.marks)
  const edit = useEdit(card, mode === 'edit')
  const answer = useAnswer(onSettled)
  const live = useSession(({ connection }) => connection.state === 'live')
  const osAuth = useSession(({ model }) => model?.status.osAuth)
  const article = useFocusBack(mode)

  const confirmation = confirmationOf(card, osAuth)
  // What was typed for one thing does not count for another.
  const typed = typing.binding === card.binding ? typing.text : ''
  const open = closed === undefined
  const gate = !live
    ? 'Not connected: nothing can be answered now.'
    : !complete
      ? 'Some of it is still out of sight.'
      : confirmation.kind === 'typed' && typed !== confirmation.what.word
        ? `Not approved until the ${confirmation.what.kind} is typed.`
        : undefined
  const blocked = gate ?? (mode === 'edit' ? edit.blocked : undefined)
  const locked = inert || blocked !== undefined || answer.sending || !open
  const sent = confirmation.kind === 'typed' && card.confirm !== 'click' ? { typed } : {}
  const refusable = open && live && !answer.sending

  const approve = (): void => {
    if (locked || isInert()) return
    if (mode === 'edit') {
      if (edit.result.ok) answer.approve(card, { ...sent, edited: edit.result.edited })
    } else answer.approve(card, sent)
  }
  const refuse = (): void => {
    if (refusable) answer.refuse(card, { reason })
  }
  const change = (next: AnswerMode) => (): void => {
    answer.clear()
    setMode(next)
  }
  const show = (next: 'remember' | 'block') => (): void => {
    answer.clear()
    setDialog(next)
  }

  const editable = card.action === 'tools/call'
  const opens = open && mode === 'answer' ? { ...(editable ? { e: change('edit') } : {}), d: change('refuse') } : {}
  useCardKeys(
    () => (mode === 'refuse' ? refuse() : approve()),
    () => (mode === 'answer' ? onLater() : setMode('answer')),
    { ...opens, ...(refusable && mode === 'answer' ? { r: show('remember'), b: show('block') } : {}), n: nextMark },
  )

  const confirm =
    confirmation.kind === 'typed'
      ? {
          confirmation: confirmation.what,
          typed,
          onType: (text: string) => setTyping({ binding: card.binding, text }),
        }
      : undefined
  const note = <AnswerNote note={answer.note} card={card} confirmation={confirmation} />
  return (
    <article
      ref={article}
      aria-label={`Held ${thing(card)} ${card.ticket}`}
      data-card={card.id}
      data-level={level}
      className="arrive flex h-full min-h-0 flex-col short:h-auto short:min-h-full"
    >
      <Scroller label={`The ${thing(card)}`} className="relative min-h-0 flex-1 overflow-y-auto">
        <ReviewProvider review={review}>
          <MarksProvider signs={signs}>
            <CardFrame
              card={card}
              level={level}
              deceptive={card.deceptive}
              confirmation={confirmation}
              head={<CardHead card={card} compact={level === 'low'} onGroup={onGroup} />}
            >
              {open ? <CardClock card={card} /> : null}
              {open && card.suggestion !== undefined ? (
                <Suggestion
                  suggestion={card.suggestion}
                  onTake={show(card.suggestion.answer === 'approved' ? 'remember' : 'block')}
                />
              ) : null}
              {mode === 'edit' && open ? <EditArguments card={card} edit={edit} /> : null}
              <CardExactly
                card={card}
                diff={open || diff?.state === 'read' ? diff : undefined}
                editing={mode === 'edit' && open}
                onNextMark={nextMark}
              />
              <CardFacts card={card} />
            </CardFrame>
          </MarksProvider>
        </ReviewProvider>
      </Scroller>
      {open ? (
        <CardAnswer
          card={card}
          mode={mode}
          confirmation={confirmation}
          blocked={blocked}
          locked={locked}
          sending={answer.sending}
          note={dialog === undefined ? note : undefined}
          confirm={confirm}
          reason={reason}
          onReason={setReason}
          onContinueReading={live && !complete ? continueReading : undefined}
          onApprove={approve}
          onRefuse={refuse}
          onMode={(next) => change(next)()}
          onDialog={(next) => show(next)()}
          onLater={onLater}
        />
      ) : (
        <ClosedBar card={card} closed={closed} sending={answer.sending} onNext={onNext} onLater={onLater} />
      )}
      {dialog === undefined || !open ? null : (
        <RememberDialog
          kind={dialog}
          card={card}
          gate={
            !live
              ? gate
              : dialog === 'block'
                ? undefined
                : complete
                  ? gate
                  : 'Some of the card is still out of sight: go back and read it to the end.'
          }
          sending={answer.sending}
          note={note}
          confirm={dialog === 'remember' ? confirm : undefined}
          onApprove={(remember) => answer.approve(card, { ...sent, remember })}
          onRefuse={(what) => answer.refuse(card, what)}
          onClose={() => setDialog(undefined)}
        />
      )}
    </article>
  )
}
