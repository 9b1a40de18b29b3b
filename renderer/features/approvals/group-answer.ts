// Answers several calls of a group at once, each by itself, and says of each what came of it.
import { useCallback, useState } from 'react'
import type { ApprovalCard, UiResult } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'
import { count } from '../../ui/time.ts'
import { nameOf } from './card-words.ts'
import { shownOf } from './shown-card.ts'

type GroupOutcome = UiResult<'approvals.answer-group'>['cards'][number]['outcome']

export type GroupNote = {
  readonly words: string
  /** What came of each card that was answered. */
  readonly outcomes: ReadonlyMap<string, GroupOutcome>
}

export type GroupAnswer = {
  readonly sending: boolean
  readonly note: GroupNote | undefined
  readonly answer: (group: string, answer: 'approve' | 'refuse', cards: readonly ApprovalCard[], reason: string) => void
}

const settled = new Set<GroupOutcome>(['ran', 'granted', 'refused'])

export const groupOutcomeWords: Record<GroupOutcome, string> = {
  ran: 'approved, runs now',
  granted: 'approved, runs when it is asked for again',
  refused: 'refused',
  closed: 'had closed already: nothing changed',
  changed: 'had changed: not answered',
  'not-confirmed': 'asks for more than a click: not approved',
}

/** `1 had changed: not answered. 2 had closed already: nothing changed.` */
export function leftWords(outcomes: readonly GroupOutcome[]): string {
  const kinds = [...new Set(outcomes.filter((outcome) => !settled.has(outcome)))]
  return kinds
    .map((kind) => `${outcomes.filter((outcome) => outcome === kind).length} ${groupOutcomeWords[kind]}.`)
    .join(' ')
}

/** @param onSettled called with the ids of what was answered, unless something has to be looked at again */
export function useGroupAnswer(onSettled: (ids: readonly string[]) => void): GroupAnswer {
  const [sending, setSending] = useState(false)
  const [note, setNote] = useState<GroupNote>()
  const answer = useCallback<GroupAnswer['answer']>(
    (group, kind, cards, reason) => {
      const work = async (): Promise<GroupNote | undefined> => {
        const why = kind === 'refuse' && reason.trim() !== '' ? { reason: reason.trim() } : {}
        const result = await request('approvals.answer-group', {
          group,
          answer: kind,
          cards: cards.map(shownOf),
          ...why,
        })
        const outcomes = result.cards.map(({ outcome }) => outcome)
        const done = outcomes.filter((outcome) => settled.has(outcome)).length
        const [first] = cards
        const verb = kind === 'approve' ? 'Approved' : 'Refused'
        const later = kind === 'approve' && done > 0 && outcomes.every((outcome) => outcome !== 'ran')
        const words = `${verb} ${done === cards.length ? count(done, 'call') : `${done} of ${count(cards.length, 'call')}`}${first === undefined ? '' : ` of ${nameOf(first)}`}.`
        const left = leftWords(outcomes)
        const then = later ? ' Each runs when it is asked for again, once.' : ''
        if (done > 0)
          showToast(kind === 'approve' ? 'allow' : 'deny', `${words}${then}${left === '' ? '' : ` ${left}`}`)
        const seen = new Map(result.cards.map(({ id, outcome }) => [id, outcome]))
        if (left !== '') return { words: `${words} ${left} Look again.`, outcomes: seen }
        onSettled(cards.map(({ id }) => id))
        return undefined
      }
      setSending(true)
      setNote(undefined)
      work()
        .then(setNote, (error: unknown) =>
          setNote({
            words: `No answer came back, so it is not certain what became of them: look in Activity. (${problemText(error)})`,
            outcomes: new Map(),
          }),
        )
        .finally(() => setSending(false))
    },
    [onSettled],
  )
  return { sending, note, answer }
}
