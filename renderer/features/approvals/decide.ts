// Sends a person's answer to the broker and says what came of it.
import { useCallback, useState } from 'react'
import type { ApprovalCard, SchemaProblem, ShownCard, UiParams } from '../../../core/wire/ui-contract.ts'
import { request } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { problemText } from '../../transport/request-error.ts'
import { nameOf, thing } from './card-words.ts'
import { shownOf } from './shown-card.ts'
import { undoAction } from './undo.ts'

type ApproveParams = UiParams<'approvals.approve'>
type RefuseParams = UiParams<'approvals.refuse'>
export type ApproveWith = Pick<ApproveParams, 'typed' | 'edited' | 'remember'>
export type RefuseWith = Pick<RefuseParams, 'reason' | 'block'>

/** Why an answer did not settle the card. */
export type AnswerNote =
  | {
      readonly outcome: 'closed' | 'changed' | 'not-confirmed' | 'not-valid'
      /** The card as it was when it was answered. */
      readonly shown: ShownCard
      readonly problems: readonly SchemaProblem[]
    }
  | { readonly outcome: 'unanswered'; readonly words: string }

export type Answer = {
  readonly sending: boolean
  readonly note: AnswerNote | undefined
  readonly approve: (card: ApprovalCard, what: ApproveWith) => void
  readonly refuse: (card: ApprovalCard, what: RefuseWith) => void
  /** Puts the note away: the person goes on to something else. */
  readonly clear: () => void
}

function approvedWords(card: ApprovalCard, outcome: 'ran' | 'granted', { edited, remember }: ApproveWith): string {
  const call = thing(card) === 'call'
  const then =
    outcome === 'granted'
      ? `Ticket ${card.ticket}: the next identical ${call ? 'call runs' : 'request is passed on'}, once.`
      : call
        ? 'It runs now.'
        : 'It is passed on now.'
  const how =
    remember !== undefined ? 'Approved and remembered' : edited !== undefined ? 'Approved as edited' : 'Approved once'
  return `${how}: ${nameOf(card)}. ${then}`
}

/** @param onSettled called after the card was answered, to move on */
export function useAnswer(onSettled: (id: string) => void): Answer {
  const [sending, setSending] = useState(false)
  const [note, setNote] = useState<AnswerNote>()

  const send = useCallback(async (work: () => Promise<AnswerNote | undefined>, what: string) => {
    setSending(true)
    setNote(undefined)
    try {
      setNote(await work())
    } catch (error) {
      const words = `No answer came back, so it is not certain that this was ${what}: look in Activity. (${problemText(error)})`
      setNote({ outcome: 'unanswered', words })
    } finally {
      setSending(false)
    }
  }, [])

  const approve = useCallback(
    (card: ApprovalCard, what: ApproveWith) => {
      const work = async (): Promise<AnswerNote | undefined> => {
        const shown = shownOf(card)
        const { outcome, problems = [], undo } = await request('approvals.approve', { ...shown, ...what })
        if (outcome !== 'ran' && outcome !== 'granted') return { outcome, shown, problems }
        showToast('allow', approvedWords(card, outcome, what), undoAction(undo, 'approved'))
        onSettled(card.id)
        return undefined
      }
      void send(work, 'approved')
    },
    [send, onSettled],
  )

  const refuse = useCallback(
    (card: ApprovalCard, { reason = '', block }: RefuseWith) => {
      const work = async (): Promise<AnswerNote | undefined> => {
        const shown = shownOf(card)
        const {
          outcome,
          problems = [],
          undo,
        } = await request('approvals.refuse', {
          ...shown,
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
          ...(block === undefined ? {} : { block }),
        })
        if (outcome !== 'refused') return { outcome, shown, problems }
        const undone = thing(card) === 'call' ? 'It did not run.' : 'It was not passed on.'
        const how = block === undefined ? 'Refused' : 'Refused, and blocked from now on'
        showToast('deny', `${how}: ${nameOf(card)}. ${undone}`, undoAction(undo, 'refused'))
        onSettled(card.id)
        return undefined
      }
      void send(work, 'refused')
    },
    [send, onSettled],
  )

  const clear = useCallback(() => setNote(undefined), [])
  return { sending, note, approve, refuse, clear }
}
