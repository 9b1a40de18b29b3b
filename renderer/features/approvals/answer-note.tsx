// Why the last answer did not settle the card, in words that say what to do.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { pointerWords } from '../../ui/json-pointer.ts'
import { identical, thing } from './card-words.ts'
import type { Confirmation } from './confirmation.ts'
import type { AnswerNote as Note } from './decide.ts'

export function noteWords(note: Note, card: ApprovalCard, confirmation: Confirmation): string {
  switch (note.outcome) {
    case 'unanswered':
      return note.words
    case 'closed':
      return 'This card had already closed when your answer arrived. Your answer changed nothing.'
    case 'changed': {
      const more = card.binding === note.shown.binding && card.waiting > note.shown.waiting
      const what = more
        ? `${identical(card, card.waiting)} wait now instead of ${note.shown.waiting}.`
        : `The ${thing(card)} changed while you were deciding.`
      return `${what} Your answer changed nothing: look again.`
    }
    case 'not-confirmed':
      return confirmation.kind === 'system'
        ? `${confirmation.name} did not confirm. Nothing was approved, and it still waits.`
        : 'Countersign did not accept what was typed. Nothing was approved, and it still waits.'
    case 'not-valid':
      return 'This cannot be done as it stands. Nothing was answered, and it still waits.'
  }
}

export function AnswerNote({
  note,
  card,
  confirmation,
}: {
  note: Note | undefined
  card: ApprovalCard
  confirmation: Confirmation
}) {
  if (note === undefined) return null
  const problems = note.outcome === 'unanswered' ? [] : note.problems
  return (
    <div role="alert" className="flex flex-col gap-1 border-l-2 border-deny-line pl-3 text-deny">
      <p>
        <HostileText text={noteWords(note, card, confirmation)} />
      </p>
      {problems.map(({ at, message }) => (
        <p key={`${at} ${message}`}>
          {at === '' ? null : (
            <>
              <HostileText text={pointerWords(at)} />:{' '}
            </>
          )}
          <HostileText text={message} />
        </p>
      ))}
    </div>
  )
}
