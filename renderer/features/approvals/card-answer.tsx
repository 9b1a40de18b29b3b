// The answers to one card: approve it, edit it, remember the answer, refuse it, block its like, or leave it for later.
import type { ReactNode } from 'react'
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { useSession } from '../../state/session.ts'
import { Button, Keys } from '../../ui/button.tsx'
import { AnswerShell, ApproveRow, RefuseForm } from './answer-bar.tsx'
import type { AnswerMode } from './approval-card.tsx'
import { effectOf, thing } from './card-words.ts'
import type { ConfirmProps } from './confirm-field.tsx'
import type { Confirmation } from './confirmation.ts'
import { refuseSession } from './session-refusal.ts'

type Props = {
  card: ApprovalCard
  mode: AnswerMode
  confirmation: Confirmation
  blocked: string | undefined
  locked: boolean
  sending: boolean
  note: ReactNode
  confirm: ConfirmProps | undefined
  reason: string
  onReason: (text: string) => void
  onContinueReading: (() => void) | undefined
  onApprove: () => void
  onRefuse: () => void
  onMode: (mode: AnswerMode) => void
  onDialog: (dialog: 'remember' | 'block') => void
  onLater: () => void
}

/** One click: refusing is the safe side, and `Resume` takes it back. */
export function RefuseSession({ who, where }: Pick<ApprovalCard, 'who' | 'where'>) {
  const waiting = useSession(
    ({ model }) => model?.approvals.filter((other) => other.who.session === who.session).length ?? 0,
  )
  return (
    <button
      type="button"
      onClick={(event) => {
        if (event.nativeEvent.isTrusted) void refuseSession(who, where.server)
      }}
      className="text-deny underline decoration-deny-line underline-offset-2 hover:decoration-deny"
    >
      Refuse everything from this session ({waiting})
    </button>
  )
}

function AnswerButtons({ card, mode, onMode, onDialog, onLater }: Props) {
  if (mode === 'edit') {
    return (
      <Button variant="quiet" onClick={() => onMode('answer')} aria-keyshortcuts="Escape">
        Back <Keys keys="Esc" />
      </Button>
    )
  }
  return (
    <>
      {card.action === 'tools/call' ? (
        <Button data-opens="edit" onClick={() => onMode('edit')} aria-keyshortcuts="e">
          Edit… <Keys keys="e" />
        </Button>
      ) : null}
      <Button onClick={() => onDialog('remember')} aria-haspopup="dialog" aria-keyshortcuts="r">
        Remember… <Keys keys="r" />
      </Button>
      <Button variant="refuse" data-opens="refuse" onClick={() => onMode('refuse')} aria-keyshortcuts="d">
        Refuse… <Keys keys="d" />
      </Button>
      <Button variant="refuse" onClick={() => onDialog('block')} aria-haspopup="dialog" aria-keyshortcuts="b">
        Block… <Keys keys="b" />
      </Button>
      <Button variant="quiet" onClick={onLater} aria-keyshortcuts="Escape">
        Later <Keys keys="Esc" />
      </Button>
    </>
  )
}

export function CardAnswer(props: Props) {
  const { card, mode, confirmation, note, sending } = props
  if (mode === 'refuse') {
    return (
      <AnswerShell note={note}>
        <RefuseForm
          verb={`Refuse ${thing(card)}`}
          reason={props.reason}
          sending={sending}
          onReason={props.onReason}
          onRefuse={props.onRefuse}
          onBack={() => props.onMode('answer')}
        />
      </AnswerShell>
    )
  }
  const asking = sending && confirmation.kind === 'system' ? `Waiting for ${confirmation.name}…` : undefined
  return (
    <AnswerShell note={note}>
      <ApproveRow
        verb={mode === 'edit' ? `Approve the edited ${thing(card)}` : 'Approve once'}
        blocked={asking ?? props.blocked}
        locked={props.locked}
        effect={mode === 'edit' ? 'Approving runs what you made of it, once.' : effectOf(card)}
        confirm={props.confirm}
        onContinueReading={props.onContinueReading}
        onApprove={props.onApprove}
        aside={mode === 'answer' ? <RefuseSession who={card.who} where={card.where} /> : undefined}
      >
        <AnswerButtons {...props} />
      </ApproveRow>
    </AnswerShell>
  )
}
